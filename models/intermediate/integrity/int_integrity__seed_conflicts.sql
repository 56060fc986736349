-- One row per row of a seed that contradicts another, those of int_integrity__limit_conflicts,
-- int_integrity__pin_conflicts, int_integrity__journey_conflicts, int_integrity__experiment_conflicts and
-- int_integrity__audit_conflicts among them.

with pairs as (
    {{ seed_rows(ref('slate_pairs'), [
        'channel', 'pair_name', 'pair_type', 'attribute_name', 'attribute_value', 'other_attribute_name',
        'other_attribute_value', 'valid_from_on', 'valid_until_on'
    ]) | indent(4) }}
),

curated as (
    {{ seed_rows(ref('curated_pairs'), [
        'anchor_product_id', 'product_id', 'verdict', 'weight', 'valid_from_on', 'valid_until_on'
    ]) | indent(4) }}
),

pins as (
    {{ seed_rows(
        ref('pinned_slots'), ['channel', 'pin_name', 'product_id', 'valid_from_on', 'valid_until_on']
    ) | indent(4) }}
),

exclusions as (
    {{ seed_rows(
        ref('rule_exclusions'), ['exclusion_type', 'value', 'valid_from_on', 'valid_until_on']
    ) | indent(4) }}
),

excluded_products as (
    select
        products.product_id,
        exclusions.*
    from {{ ref('stg_products') }} as products
    inner join exclusions
        on
            exclusions.value = case exclusions.exclusion_type
                when 'product' then products.product_id
                when 'brand' then products.brand
                else products.category
            end
)

select * from {{ ref('int_integrity__limit_conflicts') }}
union all
select * from {{ ref('int_integrity__pin_conflicts') }}
union all
select * from {{ ref('int_integrity__journey_conflicts') }}
union all
select * from {{ ref('int_integrity__experiment_conflicts') }}
union all
select * from {{ ref('int_integrity__audit_conflicts') }}
union all
{{ seed_conflict(
    'slate_pairs', 'pair_name', 'other_attribute_value',
    "'is the first side again; for a cap on one value add a row to seeds/slate_limits.csv'",
    'pairs as rows_checked',
    "attribute_name = other_attribute_name and attribute_value = other_attribute_value"
) }}
union all
{{ seed_conflict(
    'slate_pairs', 'rows_checked.pair_name', 'pair_type',
    "'is always, but ' || others.pair_name || ' says never of the same two'",
    "pairs as rows_checked inner join pairs as others on rows_checked.pair_type = 'always'"
    ~ " and others.pair_type = 'never' and " ~ rows_overlap('rows_checked', 'others')
    ~ " and rows_checked.attribute_value in (others.attribute_value, others.other_attribute_value)"
    ~ " and rows_checked.other_attribute_value in (others.attribute_value, others.other_attribute_value)"
    ~ " and rows_checked.attribute_name in (others.attribute_name, others.other_attribute_name)"
    ~ " and rows_checked.other_attribute_name in (others.attribute_name, others.other_attribute_name)",
    "true"
) }}
union all
{{ seed_conflict(
    'curated_pairs', "anchor_product_id || ', ' || product_id", 'weight',
    "case when verdict = 'boost' then 'is empty; a boost needs a number' else 'must be empty: require has none' end",
    'curated as rows_checked',
    "(verdict = 'boost' and weight is null) or (verdict = 'require' and weight is not null)"
) }}
union all
{{ seed_conflict(
    'curated_pairs', "anchor_product_id || ', ' || product_id", 'product_id',
    "'is its own anchor'", 'curated as rows_checked', "anchor_product_id = product_id"
) }}
union all
{{ seed_conflict(
    'curated_pairs', "rows_checked.anchor_product_id || ', ' || rows_checked.product_id", 'product_id',
    "'is kept out by seeds/rule_exclusions.csv (' || others.exclusion_type || ' ' || others.value || ')'",
    "curated as rows_checked inner join excluded_products as others on rows_checked.product_id = others.product_id and "
    ~ rows_overlap('rows_checked', 'others', false), "true"
) }}
union all
{{ seed_conflict(
    'pinned_slots', 'rows_checked.pin_name', 'product_id',
    "'is kept out by seeds/rule_exclusions.csv (' || others.exclusion_type || ' ' || others.value || ')'",
    "pins as rows_checked inner join excluded_products as others on rows_checked.product_id = others.product_id and "
    ~ rows_overlap('rows_checked', 'others', false), "true"
) }}
