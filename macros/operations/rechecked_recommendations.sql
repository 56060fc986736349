{#- The live recommendations with the reason why each may not go out any more, as the sources say right now. Killed
    products are gone from them already and come as rows of their own, to be counted. -#}
{% macro rechecked_recommendations(live) -%}
{%- set consents = vitrine.connector_ref('consents') -%}
{%- set erasure_requests = vitrine.connector_ref('erasure_requests') -%}
{%- set states = vitrine.connector_ref('product_states') -%}
{%- set slates = vitrine.existing_relation('releases', 'release_slates') -%}
{%- set live_releases = vitrine.existing_relation('releases', 'live_releases') -%}
{%- set killed_products = vitrine.existing_relation('releases', 'killed_products') -%}
{%- set now = 'cast(current_timestamp as timestamp)' -%}
with live as (
    select * from {{ live }}
)
{%- if consents %},
consents as (
    select
        cast(customer_id as varchar) as customer_id,
        bool_and(try_cast(is_opted_in as boolean)) as is_opted_in
    from {{ consents }}
    where
        channel = 'email'
        and try_cast(valid_from_at as timestamp) <= {{ now }}
        and (valid_to_at is null or try_cast(valid_to_at as timestamp) > {{ now }})
    group by 1
)
{%- endif %}
{%- if erasure_requests %},
erasures as (
    select distinct cast(customer_id as varchar) as customer_id from {{ erasure_requests }}
)
{%- endif %}
{%- if states %},
states as (
    select
        cast(product_id as varchar) as product_id,
        max_by(try_cast(stock_quantity as double), try_cast(valid_from_at as timestamp)) as stock_quantity,
        max_by(try_cast(is_active as boolean), try_cast(valid_from_at as timestamp)) as is_active
    from {{ states }}
    where
        try_cast(valid_from_at as timestamp) <= {{ now }}
        and (valid_to_at is null or try_cast(valid_to_at as timestamp) > {{ now }})
    group by 1
)
{%- endif %}
select
    live.*,
    case
        {%- if erasure_requests %}
        when erasures.customer_id is not null then 'asked to be erased'
        {%- endif %}
        {%- if consents %}
        when consents.is_opted_in is null then 'no consent recorded'
        when not consents.is_opted_in then 'opted out'
        {%- elif var('unrecorded_consent') != 'opted_in' %}
        when true then 'no consent recorded'
        {%- endif %}
        {%- if states %}
        when states.stock_quantity <= 0 then 'out of stock'
        when not states.is_active then 'inactive'
        {%- endif %}
        when live.valid_until_at < {{ as_of() }} then 'expired'
    end as dropped_reason
from live
{%- if consents %}
left join consents on live.customer_id = consents.customer_id
{%- endif %}
{%- if erasure_requests %}
left join erasures on live.customer_id = erasures.customer_id
{%- endif %}
{%- if states %}
left join states on live.product_id = states.product_id
{%- endif %}
{%- if killed_products %}
union all by name
select
    slates.customer_id,
    slates.slot,
    slates.product_id,
    'killed' as dropped_reason
from {{ slates }} as slates
inner join {{ live_releases }} as live_releases
    on slates.channel = live_releases.channel and slates.release_id = live_releases.release_id
inner join {{ killed_products }} as killed_products on slates.product_id = killed_products.product_id
where slates.channel = 'email'
{%- endif %}
{%- endmacro %}
