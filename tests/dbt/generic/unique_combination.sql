{#- The given columns are a key: no two rows agree in all of them, and none is NULL. With nullable, NULL counts as one
    more value, as in tables where it means all. One pass for both, since a build runs hundreds of tests. Of a view over
    more rows than anybody should count, only those of one value are looked at: the least of the column `of_one` in the
    relation `known_in`. -#}
{% test unique_combination(model, columns, nullable=false, of_one=none, known_in=none) %}

{%- set one = run_query('select min(' ~ of_one ~ ') from ' ~ known_in).rows[0][0] if of_one and execute else none %}

select
    {{ columns | join(',\n    ') }},
    count(*) as row_count
from {{ model }}
{%- if one %}
where {{ of_one }} = '{{ one | replace("'", "''") }}'
{%- endif %}
group by {{ columns | join(', ') }}
having
    count(*) > 1
    {%- if not nullable %}
    {%- for column in columns %}
    or {{ column }} is null
    {%- endfor %}
    {%- endif %}

{% endtest %}
