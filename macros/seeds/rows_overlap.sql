{# Whether two rows of seeds hold on a day together: for this connector, the same channel, and overlapping days. #}
{% macro rows_overlap(one, other, has_channel=true) -%}
    {{ one }}.is_for_this_connector
    and {{ other }}.is_for_this_connector
    {%- if has_channel %}
    and coalesce({{ one }}.channel, {{ other }}.channel, '') = coalesce({{ other }}.channel, {{ one }}.channel, '')
    {%- endif %}
    and coalesce(try_cast({{ one }}.valid_from_on as date) < try_cast({{ other }}.valid_until_on as date), true)
    and coalesce(try_cast({{ other }}.valid_from_on as date) < try_cast({{ one }}.valid_until_on as date), true)
{%- endmacro %}
