-- One row per cutoff, channel, customer and candidate that no rule blocks there: what the channel's objective makes of
-- it.

{{- raise_when_any(
    "select problem from " ~ ref('int_ranking__objective_errors') ~ " order by problem",
    "seeds/objective_weights.csv asks for what the data cannot say:"
) }}

with weights as (
    select
        cutoffs.cutoff_at,
        objective_weights.*
    from {{ ref('int_calendar__cutoffs') }} as cutoffs
    cross join {{ ref('int_integrity__objective_weights') }} as objective_weights
    where
        cutoffs.cutoff_role = 'serve'
        or (
            cutoffs.cutoff_role in ('validate', 'evaluate')
            and objective_weights.channel in ('{{ var("evaluated_channels") | join("', '") }}')
        )
),

-- Serving takes a pool only for who gets a slate; judging, for everybody.
receivers as (
    select
        audience.cutoff_at,
        audience.channel,
        audience.customer_id
    from {{ ref('int_propensity__audience') }} as audience
    inner join {{ ref('int_calendar__cutoffs') }} as cutoffs on audience.cutoff_at = cutoffs.cutoff_at
    where audience.is_in_audience or cutoffs.cutoff_role != 'serve'
),

eligibility as (
    select * from {{ ref('int_ranking__eligibility') }}
    where not is_blocked
),

summed as (
    select
        scores.cutoff_at,
        weights.channel,
        scores.customer_id,
        scores.product_id,
        products.category,
        products.brand,
        {%- for name, addend in objective_addends('eligibility.boost + coalesce(channel_verdicts.boost, 0)').items() %}
        {{ addend[1] }} as {{ name }},
        {%- endfor %}
        eligibility.is_required or coalesce(channel_verdicts.is_required, false) as is_required
    from {{ ref('int_ranking__scores') }} as scores
    inner join weights on scores.cutoff_at = weights.cutoff_at
    inner join receivers
        on
            scores.cutoff_at = receivers.cutoff_at
            and weights.channel = receivers.channel
            and scores.customer_id = receivers.customer_id
    inner join eligibility
        on
            scores.cutoff_at = eligibility.cutoff_at
            and scores.customer_id = eligibility.customer_id
            and scores.product_id = eligibility.product_id
    inner join {{ ref('int_features__products') }} as products
        on
            scores.cutoff_at = products.cutoff_at
            and scores.product_id = products.product_id
    left join {{ ref('int_ranking__channel_verdicts') }} as channel_verdicts
        on
            scores.cutoff_at = channel_verdicts.cutoff_at
            and weights.channel = channel_verdicts.channel
            and scores.customer_id = channel_verdicts.customer_id
            and scores.product_id = channel_verdicts.product_id
    left join {{ ref('int_ranking__response_scores') }} as responses
        on
            scores.cutoff_at = responses.cutoff_at
            and scores.customer_id = responses.customer_id
            and scores.product_id = responses.product_id
    where not coalesce(channel_verdicts.is_blocked, false)
)

select
    summed.*,
    {{ objective_score('summed') }} as objective_score
from summed
