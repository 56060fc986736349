-- One row per channel and figure: what it is for readers now, and what it would be.
with slots as (
    select 'live' as state, channel, customer_id, product_id, expected_value_amount, popularity_percentile
    from before.slots
    union all
    select 'preview' as state, channel, customer_id, product_id, expected_value_amount, popularity_percentile
    from intermediate.int_release__slates
),

sellable as (
    select count(*) as product_count from intermediate.int_features__products
    where is_sellable
),

wanted as (
    select 'live' as state, channel, customer_id, wanted_slot_count from before.slate_checks
    union all
    select 'preview' as state, channel, customer_id, wanted_slot_count from intermediate.int_release__slate_checks
),

held as (
    select state, channel, customer_id, count(*) as slot_count
    from slots
    group by state, channel, customer_id
),

short_slates as (
    select
        wanted.state,
        wanted.channel,
        count(*) filter (coalesce(held.slot_count, 0) < wanted.wanted_slot_count) as customer_count
    from wanted
    left join held
        on
            wanted.state = held.state
            and wanted.channel = held.channel
            and wanted.customer_id = held.customer_id
    group by wanted.state, wanted.channel
),

measured as (
    select
        slots.state,
        slots.channel,
        count(*) as slot_count,
        count(distinct slots.customer_id) as customer_count,
        count(distinct slots.product_id) as product_count,
        count(distinct slots.product_id) / max(sellable.product_count) as coverage,
        sum(cast(slots.expected_value_amount as decimal(18, 6))) as value_amount,
        avg(slots.popularity_percentile) as popularity
    from slots
    cross join sellable
    group by slots.state, slots.channel
),

figures as (
    select state, channel, 1 as place, 'slots' as figure, cast(slot_count as double) as amount from measured
    union all
    select state, channel, 2, 'customers with a slate', customer_count from measured
    union all
    select state, channel, 3, 'customers without a full slate', customer_count from short_slates
    union all
    select state, channel, 4, 'expected value', value_amount from measured
    union all
    select state, channel, 5, 'expected value per slate', value_amount / customer_count from measured
    union all
    select state, channel, 6, 'products shown', product_count from measured
    union all
    select state, channel, 7, 'coverage of the sellable products', coverage from measured
    union all
    select state, channel, 8, 'mean popularity percentile', popularity from measured
)

select
    channel,
    place,
    figure,
    coalesce(max(amount) filter (state = 'live'), case when place <= 6 then 0 end) as live,
    coalesce(max(amount) filter (state = 'preview'), case when place <= 6 then 0 end) as preview
from figures
group by channel, place, figure
