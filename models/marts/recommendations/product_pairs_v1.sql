-- One row per pair scope, product and companion: what goes with what, and how strongly.
{{ config(materialized='table') }}

select
    as_of_at,
    pair_scope,
    product_id,
    product_name,
    companion_product_id,
    companion_product_name,
    cast(companion_rank as bigint) as companion_rank,
    cast(shared_count as bigint) as shared_count,
    lift,
    shrunk_lift,
    cosine
from {{ ref('int_release__product_pairs') }}
