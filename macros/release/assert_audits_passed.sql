{#- The gate in front of every publish model: stop unless each audit of these very slates has passed, those of
    `channel`, or without one those of some channel at least: one that failed keeps its live release and lets the
    others through. A failing dbt test would not do, since `dbt run` and `--select` run no tests. -#}
{% macro assert_audits_passed(channel=none) -%}
    {%- set audits = ref('int_release__audits') -%}
    {%- set fingerprints = ref('int_release__fingerprints') -%}
    {%- set slates = ref('int_release__slates') -%}
    {{- vitrine.raise_when_any(
        "select distinct 'audits of ' || coalesce(audits.slate_fingerprint, '(nothing)') || ', slates of ' "
        ~ "|| fingerprints.slate_fingerprint from " ~ fingerprints ~ " as fingerprints left join " ~ audits
        ~ " as audits on 1 = 1 where coalesce(audits.slate_fingerprint, '') != fingerprints.slate_fingerprint "
        ~ "union all select distinct 'slates of ' || slates.slate_fingerprint || ', releases of ' "
        ~ "|| fingerprints.slate_fingerprint from " ~ slates ~ " as slates inner join " ~ fingerprints
        ~ " as fingerprints on slates.slate_fingerprint != fingerprints.slate_fingerprint",
        "Nothing is published: the audits do not belong to these slates. Run the release stage as a whole "
        ~ "(dbt build --select int_release__fingerprints+):"
    ) -}}
    {{- vitrine.raise_when_any(
        "select channel || ', ' || audit_name || ': ' || coalesce(cast(figure as " ~ dbt.type_string()
        ~ "), 'no figure') || ' against ' || coalesce(cast(threshold as " ~ dbt.type_string()
        ~ "), 'none') || ' (' || detail || ')' from " ~ audits ~ " where not is_passed and "
        ~ ("channel = '" ~ channel ~ "'" if channel else
            "not exists (select channel from " ~ audits ~ " group by channel having count(*) = "
            ~ "sum(case when is_passed then 1 else 0 end))")
        ~ " order by channel, audit_name",
        "Nothing is published" ~ (" for " ~ channel if channel else "")
        ~ ", the live release stays: audits failed. All verdicts: select * from " ~ audits ~ ":"
    ) -}}
{%- endmacro %}
