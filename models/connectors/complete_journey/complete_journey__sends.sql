-- One row per campaign and household mailed, on the campaign's first day.
{{ config(enabled=var('connector') == 'complete_journey') }}

with campaigns as (
    select * from {{ checked_source('complete_journey', 'campaigns') }}
),

campaign_descriptions as (
    select * from {{ checked_source('complete_journey', 'campaign_descriptions') }}
)

select
    cast(campaigns.campaign_id as {{ dbt.type_string() }}) || '-'
    || cast(campaigns.household_id as {{ dbt.type_string() }}) as send_id,
    campaigns.household_id as customer_id,
    'mail' as channel,
    campaigns.campaign_id,
    campaign_descriptions.start_date as sent_at
from campaigns
left join campaign_descriptions on campaigns.campaign_id = campaign_descriptions.campaign_id
