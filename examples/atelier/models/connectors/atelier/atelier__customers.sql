-- One row per client.

select
    client_number as customer_id,
    member_since as registered_at
from {{ vitrine.checked_source('atelier', 'clients') }}
