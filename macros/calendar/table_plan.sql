{#- What is to be done of a table: whether it stands, else the instants that are taken over and those that are open, and
    what its rows are made from. A table that is kept whole has nothing of tonight: it stands where all other cutoffs
    are kept. One that is kept for tonight is of no cutoff: it stands where tonight, which knows all, is. -#}
{% macro table_plan(relation) -%}
    {%- set kind = (config.get('meta') or {}).get('kept_by_cutoff') -%}
    {%- set kept, open, unlike, made_from = [], [], [], [] -%}
    {%- set cutoffs = vitrine.kept_cutoffs() if relation | string == this | string else none -%}
    {%- for cutoff_at, fingerprint, is_same, is_tonight in cutoffs or [] -%}
        {%- set is_kept = is_same and not should_full_refresh() -%}
        {%- do (kept if is_kept else open).append("timestamp '" ~ cutoff_at ~ "'") -%}
        {%- if not is_kept and not (kind == 'whole' and is_tonight) and not (kind == 'tonight' and not is_tonight) -%}
            {%- do unlike.append(cutoff_at) -%}
        {%- endif -%}
        {%- do made_from.append(cutoff_at ~ '=' ~ fingerprint) -%}
    {%- endfor -%}
    {{ return({
        'stands': kept != [] and unlike == [],
        'kept': kept if kind is sameas true else [],
        'open': open,
        'made_from': made_from,
    }) }}
{%- endmacro %}
