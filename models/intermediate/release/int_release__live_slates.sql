-- One row per channel, customer and slot of the release that readers see now, of this connector: what new slates are
-- compared with before they may take its place. Empty before the first release.

{%- set history = existing_relation('releases', 'release_slates') %}
{%- set releases = existing_relation('releases', 'recommendation_releases') %}
{%- set pins = existing_relation('releases', 'release_pins') %}

{%- if history and releases and pins %}

select
    history.release_id,
    history.channel,
    history.customer_id,
    history.slot,
    history.product_id,
    history.category,
    history.popularity_percentile,
    history.expected_value_amount,
    releases.validate_ndcg
from {{ history }} as history
inner join ({{ live_releases_of(releases, pins) }}) as live_releases
    on
        history.channel = live_releases.channel
        and history.release_id = live_releases.release_id
inner join {{ releases }} as releases
    on
        history.channel = releases.channel
        and history.release_id = releases.release_id
        and releases.connector = '{{ var("connector") }}'

{%- else %}

select
    release_id,
    channel,
    customer_id,
    slot,
    product_id,
    category,
    popularity_percentile,
    expected_value_amount,
    expected_value_amount as validate_ndcg
from {{ ref('int_release__slates') }}
where 1 = 0

{%- endif %}
