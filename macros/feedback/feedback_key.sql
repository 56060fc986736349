{#- What rows of feedback were worked out with, as a SQL expression: code, connector and the vars that they depend on.
    Under another key they are worked out anew from the first day on. -#}
{% macro feedback_key() -%}
    {%- set values = {} -%}
    {%- for name in [
        'connector', 'source_dir', 'click_attribution_days', 'click_through_days', 'cart_attribution_days',
        'view_through_days', 'view_needs_open', 'attribution_rule', 'late_event_days', 'prefetch_seconds',
        'scanner_seconds', 'scanner_min_links', 'scanner_link_share', 'recent_buyer_days'
    ] -%}
        {%- do values.update({name: var(name)}) -%}
    {%- endfor -%}
    {{ code_fingerprint() }} || '{{ "-" ~ local_md5(tojson(values, sort_keys=true)) }}'
{%- endmacro %}
