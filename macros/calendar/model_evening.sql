{#- The instant up to which outcomes are known to models and metrics: as_of, or the start of the last day until it
    whose number, counted from a Monday, divides by refit_every_days. -#}
{% macro model_evening() -%}
    {%- set days = var('refit_every_days') -%}
    {%- if days is not number or days < 1 or days != days | int -%}
        {{ exceptions.raise_compiler_error(
            "The var refit_every_days is " ~ days ~ ": write a whole number of days, 1 or more.") }}
    {%- endif -%}
    {%- if days == 1 -%}
        {{ vitrine.as_of() }}
    {%- else -%}
        {%- set today = "cast(cast(" ~ vitrine.as_of() ~ " as date) as " ~ dbt.type_timestamp() ~ ")" -%}
        {%- set monday = "cast('1970-01-05' as " ~ dbt.type_timestamp() ~ ")" -%}
        {{ vitrine.days_after(today, "-(" ~ dbt.datediff(monday, today, "day") ~ ") % " ~ days) }}
    {%- endif -%}
{%- endmacro %}
