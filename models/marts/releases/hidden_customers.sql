-- One row per channel and customer whom its live release hides: consent was taken back. `make forget` makes
-- it anew, which readers see at once.
{{ config(materialized='view') }}

select
    channel,
    customer_id,
    withdrawn_at
from {{ ref('int_release__withdrawn_consents') }}
