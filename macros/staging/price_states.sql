{#- Product states from weekly prices (product_id, week_start_at, list_price_amount): a week's price holds from the
    end of its week until the next change. Equal neighbours are one state. -#}
{% macro price_states(weekly_prices) -%}
, changes as (
    select *
    from (
        select
            product_id,
            week_start_at,
            list_price_amount,
            lag(list_price_amount) over (partition by product_id order by week_start_at asc) as previous_amount
        from {{ weekly_prices }}
    ) as compared_prices
    where previous_amount is null or previous_amount != list_price_amount
)

select
    product_id,
    {{ days_after('week_start_at', 7) }} as valid_from_at,
    {{ days_after('lead(week_start_at) over (partition by product_id order by week_start_at asc)', 7) }}
        as valid_to_at,
    cast(null as boolean) as is_active,
    cast(null as double) as stock_quantity,
    list_price_amount,
    cast(null as double) as unit_cost_amount,
    cast(null as {{ dbt.type_string() }}) as tier
from changes
{%- endmacro %}
