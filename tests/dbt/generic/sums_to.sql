{# The addends sum to the total in every row, to within 1e-9. #}
{% test sums_to(model, total, addends) %}

select
    {{ total }} as total,
    {{ addends | join(' + ') }} as addend_sum
from {{ model }}
where coalesce(abs({{ addends | join(' + ') }} - {{ total }}) > 0.000000001, true)

{% endtest %}
