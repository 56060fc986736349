-- One row per sentence that tells why a product is there, from seeds/reason_templates.csv, checked.

with usable as (
    {{ usable_seed_rows('reason_templates', ref('reason_templates')) | indent(4) }}
)

select
    channel,
    reason_type,
    case reason_type
        {%- for reason_type in reason_types() %}
        when '{{ reason_type }}' then {{ loop.index }}
        {%- endfor %}
    end as type_rank,
    template,
    is_own
from usable
