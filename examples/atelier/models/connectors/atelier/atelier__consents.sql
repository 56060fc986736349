-- One row per client and channel: the house keeps one answer, for mails, from the first visit on.

select
    client_number as customer_id,
    'email' as channel,
    may_be_written_to as is_opted_in,
    member_since as valid_from_at,
    cast(null as {{ dbt.type_timestamp() }}) as valid_to_at
from {{ vitrine.checked_source('atelier', 'clients') }}
