{#- The instants that everything is computed as of, newest first: the role, the instant and the end of the outcome
    window (none for serve) of each, as SQL. All but serve stand still for refit_every_days. -#}
{% macro cutoff_instants() -%}
    {%- set horizon, evening = var('horizon_days'), vitrine.model_evening() -%}
    {%- set found = [{'role': 'serve', 'at': vitrine.as_of(), 'until': none}] -%}
    {%- for role in ['evaluate', 'validate'] + ['train'] * var('train_cutoff_count') -%}
        {%- do found.append({
            'role': role,
            'at': vitrine.days_after(evening, -horizon * loop.index),
            'until': vitrine.days_after(evening, -horizon * loop.index0),
        }) -%}
    {%- endfor -%}
    {{ return(found) }}
{%- endmacro %}
