-- One row: the as_of and the settings of the last build that worked out all of feedback; the next one goes on from it.
-- depends_on: {{ ref('int_feedback__daily_counts') }}
-- depends_on: {{ ref('int_feedback__daily_results') }}

select
    as_of_at,
    feedback_key
from {{ ref('int_feedback__period') }}
