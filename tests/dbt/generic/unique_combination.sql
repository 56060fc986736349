{#- The given columns are a key: no two rows agree in all of them, and none is NULL. With nullable, NULL counts as one
    more value, as in tables where it means all. One pass for both, since a build runs hundreds of tests. -#}
{% test unique_combination(model, columns, nullable=false) %}

select
    {{ columns | join(',\n    ') }},
    count(*) as row_count
from {{ model }}
group by {{ columns | join(', ') }}
having
    count(*) > 1
    {%- if not nullable %}
    {%- for column in columns %}
    or {{ column }} is null
    {%- endfor %}
    {%- endif %}

{% endtest %}
