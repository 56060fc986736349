{#- A share or probability lies between 0 and 1; NULL is allowed, rounding to a millionth too. -#}
{% test is_unit_interval(model, column_name) %}

select {{ column_name }}
from {{ model }}
where {{ column_name }} < -0.000001 or {{ column_name }} > 1.000001

{% endtest %}
