-- One row per channel, customer and product that entered, left or moved between the live release and the one before it,
-- with its cause. Where its own figures name none, that of the product whose place it takes; else what the records say.
{{ config(materialized='view') }}

with causes as (
    select * from {{ ref('int_release__change_causes') }}
),

releases as (
    select * from {{ ref('int_release__compared_releases') }}
),

exits as (
    select * from causes
    where change = 'out' and own_cause is not null
),

exit_counts as (
    select
        channel,
        customer_id,
        count(*) as exit_count
    from exits
    group by channel, customer_id
),

-- The i-th that came follows the i-th that left; the others follow the first.
placed as (
    select
        causes.*,
        causes.change = 'in' and causes.change_place <= exit_counts.exit_count as takes_a_place,
        case
            when causes.own_cause is not null then null
            when causes.change = 'in' and causes.change_place <= exit_counts.exit_count then causes.change_place
            else 1
        end as followed_place
    from causes
    left join exit_counts
        on
            causes.channel = exit_counts.channel
            and causes.customer_id = exit_counts.customer_id
),

followed as (
    select
        placed.*,
        exits.product_id as related_product_id,
        exits.own_cause as followed_cause,
        case when placed.takes_a_place then 'takes the place of another: ' else 'since another left: ' end
        || exits.own_detail as followed_detail
    from placed
    left join exits
        on
            placed.channel = exits.channel
            and placed.customer_id = exits.customer_id
            and placed.followed_place = exits.change_place
)

select
    releases.release_id,
    releases.previous_release_id,
    followed.channel,
    followed.customer_id,
    followed.product_id,
    followed.product_name,
    followed.change,
    followed.slot,
    followed.previous_slot,
    coalesce(followed.own_cause, followed.followed_cause, followed.recorded_cause) as cause,
    case
        when followed.own_cause is not null then followed.own_detail
        when followed.followed_cause is not null then followed.followed_detail
        when followed.recorded_cause = 'weight' then 'changed: ' || followed.changed_settings
        when followed.recorded_cause = 'other' then 'other products of the slate changed'
        else 'the records differ in it first; no figure of its own does'
    end as detail,
    followed.related_product_id,
    releases.as_of_at,
    releases.published_at
from followed
inner join releases on followed.channel = releases.channel
