{# The ids in a relation that belong to erased customers: of the distinct ones, since a hash costs more than a look. #}
{% macro erased_ids(relation, erased_customers) -%}
    select ids.customer_id
    from (
        select distinct nullif(trim(cast(customer_id as {{ dbt.type_string() }})), '') as customer_id
        from {{ relation }}
    ) as ids
    inner join {{ erased_customers }} as erased
        on {{ vitrine.customer_hash('ids.customer_id') }} = erased.customer_hash
{%- endmacro %}
