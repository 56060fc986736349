-- One row per step whose journey begins otherwise in another row of seeds/journey_steps.csv.

with steps as (
    {{ seed_rows(ref('journey_steps'), [
        'journey_name', 'step_name', 'anchor_attribute', 'anchor_value', 'valid_from_on', 'valid_until_on'
    ]) | indent(4) }}
)

{{ seed_conflict(
    'journey_steps', "rows_checked.journey_name || ', ' || rows_checked.step_name", 'anchor_value',
    "'is ' || rows_checked.anchor_attribute || ' ' || rows_checked.anchor_value || ', but the step '"
    ~ " || others.step_name || ' begins with ' || others.anchor_attribute || ' ' || others.anchor_value"
    ~ " || ': name the journey otherwise'",
    "steps as rows_checked inner join steps as others on rows_checked.journey_name = others.journey_name"
    ~ " and rows_checked.seed_row_number > others.seed_row_number and "
    ~ rows_overlap('rows_checked', 'others', false),
    "rows_checked.anchor_attribute != others.anchor_attribute or rows_checked.anchor_value != others.anchor_value"
) }}
