{#- SQL conditions under which a value of a seed's column cannot be used, each with what to say:
    [[condition, problem, severity], …]. `checks` is the column's config.meta: type (text, integer, number, date,
    choice, connector, channel, attribute, value), is_required, min, max, values, and for a value the attribute that
    it is of: `is` names it, `of` names the column that does. A name that nothing has is a warning: what a shop sells
    changes from day to day, and a build must not stop for it. An attribute that is not there is an error in a row for
    this connector, and a warning in one for every connector: others may have it. -#}
{% macro column_problem(name, checks) -%}
{%- set text = "'is ' || coalesce(" ~ name ~ ", '(empty)') || ', must be " -%}
{%- set limits = " from " ~ checks.get('min') ~ " to " ~ checks.get('max') -%}
{%- set number = "try_cast(" ~ name ~ " as double)" -%}
{%- set found = [] -%}
{%- if checks.get('is_required') -%}
    {%- do found.append([name ~ " is null", "'is empty'", 'error']) -%}
{%- endif -%}
{%- if checks.type in ('integer', 'number') -%}
    {%- set kind = 'a whole number' if checks.type == 'integer' else 'a number' -%}
    {%- set whole = " or " ~ number ~ " != floor(" ~ number ~ ")" if checks.type == 'integer' else "" -%}
    {%- do found.append([
        name ~ " is not null and coalesce(" ~ number ~ " not between " ~ checks.min ~ " and " ~ checks.max ~ whole
        ~ ", true)", text ~ kind ~ limits ~ "'", 'error']) -%}
{%- elif checks.type == 'date' -%}
    {%- do found.append([
        name ~ " is not null and try_cast(" ~ name ~ " as date) is null", text ~ "a date like 2017-01-31'",
        'error']) -%}
{%- elif checks.type == 'choice' -%}
    {%- do found.append([
        name ~ " not in ('" ~ checks['values'] | join("', '") ~ "')",
        text ~ checks['values'] | join(', ') ~ "'", 'error']) -%}
{%- elif checks.type == 'connector' -%}
    {%- do found.append([
        name ~ " not in ('" ~ vitrine.known_connectors() | join("', '") ~ "')",
        text ~ "empty (every connector) or one of " ~ vitrine.known_connectors() | join(', ') ~ "'", 'error']) -%}
{%- elif checks.type == 'channel' -%}
    {%- do found.append([
        name ~ " is not null and known_value is null",
        text ~ "empty (every channel) or a channel of seeds/channel_policies.csv'", 'error']) -%}
{%- elif checks.type == 'attribute' -%}
    {%- set unknown = name ~ " is not null and is_for_this_connector and known_attribute is null and " ~ name
        ~ " not in ('" ~ var('own_attributes') | join("', '") ~ "')" -%}
    {%- do found.append([
        unknown ~ " and connector is not null",
        text ~ var('own_attributes') | join(', ') ~ " or an attribute of stg_product_attributes'", 'error']) -%}
    {%- do found.append([
        unknown ~ " and connector is null",
        "'is ' || " ~ name ~ " || ', which no product of the connector " ~ var('connector')
        ~ " has: the row does nothing'",
        'warning']) -%}
{%- elif checks.type == 'value' -%}
    {%- do found.append([
        name ~ " is not null and is_for_this_connector and known_value is null",
        "'is ' || " ~ name ~ " || ', which no ' || coalesce("
        ~ (("'" ~ checks['is'] ~ "'") if checks.get('is') else checks.of)
        ~ ", 'attribute') || ' of the connector " ~ var('connector') ~ " is called'", 'warning']) -%}
{%- endif -%}
{{ return(found) }}
{%- endmacro %}
