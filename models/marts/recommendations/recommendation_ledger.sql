-- One row per live release, channel, customer and slot: what its score is made of, addend by addend, and which product
-- stands back for it. Killed products are left out at once; nor is one named as an anchor or as displaced. So are
-- customers who took back their consent to the channel.

with slates as (
    select * from {{ ref('release_slates') }}
),

live_releases as (
    select * from {{ ref('live_releases') }}
),

killed_products as (
    select * from {{ ref('killed_products') }}
),

hidden_customers as (
    select * from {{ ref('hidden_customers') }}
)

select
    slates.release_id,
    slates.channel,
    slates.customer_id,
    slates.slot,
    slates.product_id,
    slates.product_name,
    slates.candidate_source,
    case when killed_anchors.product_id is null then slates.anchor_product_id end as anchor_product_id,
    -- Releases older than the column do not tell it from the rest.
    coalesce(
        slates.purchase_addend,
        slates.objective_score - coalesce(slates.click_bonus, 0) - coalesce(slates.cart_bonus, 0)
        - coalesce(slates.value_bonus, 0) - coalesce(slates.margin_bonus, 0) + slates.popularity_penalty - slates.boost
    ) as purchase_addend,
    coalesce(slates.click_bonus, 0) as click_addend,
    coalesce(slates.cart_bonus, 0) as cart_addend,
    coalesce(slates.value_bonus, 0) as value_addend,
    coalesce(slates.margin_bonus, 0) as margin_addend,
    0 - slates.popularity_penalty as novelty_addend,
    slates.boost as boost_addend,
    slates.objective_score,
    slates.objective_rank,
    slates.marginal_score,
    slates.rule_names,
    slates.relaxed_limits,
    case when killed_others.product_id is null then slates.displaced_product_id end as displaced_product_id,
    case when killed_others.product_id is null then slates.displaced_product_name end as displaced_product_name,
    case when killed_others.product_id is null then slates.displaced_score end as displaced_score,
    case
        when slates.objective_rank is null or killed_others.product_id is not null then null
        else coalesce(slates.displaced_score - slates.objective_score, 0)
    end as score_given_up,
    slates.as_of_at,
    slates.valid_until_at,
    -- Releases older than the columns drew nothing.
    coalesce(slates.exploration_addend, 0) as exploration_addend,
    slates.objective_score + coalesce(slates.exploration_addend, 0) as drawn_score,
    coalesce(slates.selection_probability, 1) as selection_probability,
    coalesce(slates.is_explored, false) as is_explored
from slates
inner join live_releases
    on
        slates.release_id = live_releases.release_id
        and slates.channel = live_releases.channel
left join killed_products on slates.product_id = killed_products.product_id
left join killed_products as killed_anchors on slates.anchor_product_id = killed_anchors.product_id
left join killed_products as killed_others on slates.displaced_product_id = killed_others.product_id
left join hidden_customers
    on slates.channel = hidden_customers.channel and slates.customer_id = hidden_customers.customer_id
where killed_products.product_id is null and hidden_customers.customer_id is null
