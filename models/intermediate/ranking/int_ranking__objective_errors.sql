-- One row per channel and objective that has a weight though the data of this build cannot say it.

{%- set shown = {'click': 'clicks on candidates that were shown', 'cart': 'candidates put into the cart'} %}

with weights as (
    select * from {{ ref('int_integrity__objective_weights') }}
),

products as (
    select * from {{ ref('int_features__products') }}
),

fits as (
    select
        model_name,
        max(case when is_base_rate then 1 else 0 end) as unknown_flag,
        min(positive_count) as positive_count
    from {{ ref('int_ranking__response_fits') }}
    group by model_name
),

known as (
    select
        count({{ margin_amount('products') }}) as margin_count,
        count(*) as product_count
    from products
    where is_sellable
)

select
    'objective margin has weight ' || cast(weights.margin_weight as {{ dbt.type_string() }}) || ' for channel '
    || weights.channel || ', but connector {{ var("connector") }} has the unit cost of '
    || cast(known.margin_count as {{ dbt.type_string() }}) || ' of '
    || cast(known.product_count as {{ dbt.type_string() }}) || ' sellable products, and those without one would sink, '
    || 'must be at least the share {{ var("objective_min_known_share") }} (var objective_min_known_share): set it to 0'
        as problem
from weights
cross join known
where
    weights.margin_weight > 0
    and known.margin_count < {{ var('objective_min_known_share') }} * known.product_count
{%- for objective, what in shown.items() %}
union all
select
    'objective {{ objective }} has weight ' || cast(weights.{{ objective }}_weight as {{ dbt.type_string() }})
    || ' for channel ' || weights.channel || ', but connector {{ var("connector") }} has '
    || cast(fits.positive_count as {{ dbt.type_string() }}) || ' {{ what }} to learn from, must be at least '
    || '{{ var("response_min_positives") }} (var response_min_positives): set it to 0' as problem
from weights
cross join fits
where fits.model_name = '{{ objective }}' and weights.{{ objective }}_weight > 0 and fits.unknown_flag = 1
{%- endfor %}
