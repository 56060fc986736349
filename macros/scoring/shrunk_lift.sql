{# Lift pulled towards 1 as if `shrinkage_count` more shared baskets had been expected and seen. #}
{% macro shrunk_lift(shared_count, anchor_count, companion_count, total_count, shrinkage_count) -%}
    ({{ shared_count }} + cast({{ shrinkage_count }} as double))
    / (
        cast({{ anchor_count }} as double) * {{ companion_count }} / {{ total_count }}
        + {{ shrinkage_count }}
    )
{%- endmacro %}
