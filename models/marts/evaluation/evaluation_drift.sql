-- One row per feature or score of the customers: how far it has moved from what the models learned from, and whether
-- that is more than chance.

select
    variable_type,
    variable_name,
    reference,
    stability_index,
    noise_index,
    case
        when stability_index <= noise_index or stability_index < {{ var('drift_moderate_index') }} then 'stable'
        when stability_index < {{ var('drift_large_index') }} then 'moderate'
        else 'large'
    end as verdict,
    reference_mean,
    current_mean,
    reference_missing_share,
    current_missing_share,
    reference_count,
    current_count
from {{ ref('int_evaluation__drift') }}
