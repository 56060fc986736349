{# Shares add up to one in every group of rows, to within 1e-6. #}
{% test adds_up_to_one(model, share, columns) %}

select
    {{ columns | join(', ') }},
    sum({{ share }}) as share_sum
from {{ model }}
group by {{ columns | join(', ') }}
having coalesce(abs(sum({{ share }}) - 1) > 0.000001, true)

{% endtest %}
