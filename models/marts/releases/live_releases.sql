-- One row per channel: the release that its readers see.
{{ config(materialized='view') }}

{{ live_releases_of(ref('recommendation_releases'), ref('release_pins')) }}
