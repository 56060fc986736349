-- One row per channel and state (these slates, the live release): how wide and how popular the choice is.

{%- set history = existing_relation('releases', 'release_slates') %}
{%- set releases = existing_relation('releases', 'recommendation_releases') %}
{%- set pins = existing_relation('releases', 'release_pins') %}

with slates as (
    select * from {{ ref('int_release__slates') }}
),

compared as (
    select
        'new' as slate_state,
        channel,
        product_id,
        popularity_percentile
    from slates
    {%- if history and releases and pins %}
    union all
    select
        'live' as slate_state,
        history.channel,
        history.product_id,
        history.popularity_percentile
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
    {%- endif %}
)

select
    slate_state,
    channel,
    count(*) as slot_count,
    count(distinct product_id) as product_count,
    round(avg(popularity_percentile), 9) as mean_popularity_percentile
from compared
group by slate_state, channel
