-- One row per day, ten thousand of them up to the last outcome window: what metrics are counted along.

with digits as (
    {%- for digit in range(10) %}
    select {{ digit }} as digit
    {%- if not loop.last %}
    union all
    {%- endif %}
    {%- endfor %}
),

numbers as (
    select ones.digit + 10 * tens.digit + 100 * hundreds.digit + 1000 * thousands.digit as day_number
    from digits as ones
    cross join digits as tens
    cross join digits as hundreds
    cross join digits as thousands
)

select cast({{ days_after(as_of(), var('horizon_days') ~ ' - day_number') }} as date) as day_on
from numbers
