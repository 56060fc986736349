{#- The slate variant whose metrics stand for a channel: its own where the var evaluated_channels has it, else that of
    the first channel there, whose ranking it shares. -#}
{% macro evaluated_variant(channel) -%}
    'vitrine_' || case
        when {{ channel }} in ('{{ var("evaluated_channels") | join("', '") }}') then {{ channel }}
        else '{{ var("evaluated_channels")[0] }}'
    end
{%- endmacro %}
