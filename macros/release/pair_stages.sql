{#- The stage at which pairs of customer and product that are no candidates fell, from the relation `pairs`: columns of
    int_release__audit_customers and int_release__audit_products, and last_ordered_at where the customer has the
    product. The first that holds is told. -#}
{% macro pair_stages(pairs) -%}
select
    {{ pairs }}.release_id,
    {{ pairs }}.as_of_at,
    {{ pairs }}.channel,
    {{ pairs }}.customer_id,
    {{ pairs }}.product_id,
    case
        when not {{ pairs }}.is_in_audience then 'audience'
        when not {{ pairs }}.is_sellable then 'not sellable'
        {%- if not var('allow_replenishment') %}
        when {{ pairs }}.last_ordered_at is not null then 'owned'
        {%- endif %}
        else 'candidates'
    end as stage,
    case when not {{ pairs }}.is_in_audience then {{ pairs }}.rule_name end as rule_name,
    case
        when not {{ pairs }}.is_in_audience then {{ pairs }}.exclusion_reason
        when not {{ pairs }}.is_sellable then {{ pairs }}.unsellable_reason
        {%- if not var('allow_replenishment') %}
        when {{ pairs }}.last_ordered_at is not null
            then 'the customer has it: bought on '
            || cast(cast({{ pairs }}.last_ordered_at as date) as {{ dbt.type_string() }})
        {%- endif %}
        else 'no source proposed it' || coalesce('; a rule keeps it out anyway, ' || {{ pairs }}.block_reason, '')
    end as reason
from {{ pairs }}
{%- endmacro %}
