"""A preview says what an edit would do to the live slates, and leaves the warehouse and its readers as they are."""

import fcntl
import hashlib
import json
import os

import duckdb
import pytest
from harness import WARM, add_rows, project_copy

CONNECTOR = "contract_files"


def preview(warehouse, project, *arguments, connector=CONNECTOR, folder=None):
    """Return the exit code and what a preview of the project says."""
    command = ["vitrine.engines.preview", connector, "--project", str(project), *arguments]
    places = {"VITRINE_WAREHOUSE": str(folder or warehouse.path)}
    environment = {k: v for k, v in os.environ.items() if not k.startswith("DBT_")} | places | {"NO_COLOR": "1"}
    code, said = WARM.run(command, project, environment)
    assert "Traceback" not in said, said
    return code, said


def rows(project, query):
    """Return the rows of a query on the preview's own database."""
    database = project / "target" / "preview" / CONNECTOR / "vitrine.duckdb"
    with duckdb.connect(str(database), read_only=True) as connection:
        return connection.execute(query).fetchall()


def state(warehouse):
    """Return a hash of every file of the warehouse but the lock."""
    files = sorted(path for path in warehouse.path.iterdir() if path.is_file() and path.suffix != ".lock")
    return {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


def with_rule(project, name, is_said_to_require=True, **parts):
    """Add a rule as CONTRIBUTING says: one file and one line, and its name among those that require products."""
    path = project / "models" / "intermediate" / "rules" / f"int_rules__{name}.sql"
    path.write_text(RULE.format(name=name, **parts))
    settings = project / "dbt_project.yml"
    text = settings.read_text().replace("    - killed\n", f"    - killed\n    - {name}\n")
    if parts["verdict"] == "require" and is_said_to_require:
        text = text.replace("  requiring_rules: [", f"  requiring_rules: [{name}, ")
    settings.write_text(text)


RULE = """-- A rule of this test.
select
    cutoff_at,
    {customer} as customer_id,
    product_id,
    '{name}' as rule_name,
    '{verdict}' as verdict,
    cast({weight} as double) as weight,
    'a test' as reason
from {{{{ ref('int_features__products') }}}}
where {where}
"""


def test_without_an_edit_no_slot_changes(shop, tmp_path):
    warehouse, _ = shop
    project, before = project_copy(tmp_path), state(warehouse)
    code, said = preview(warehouse, project)
    assert code == 0, said
    assert "**No slot changes.** Readers would see exactly what they see now." in said
    assert "does not show" not in said and "### " not in said
    live = warehouse.query("select count(*) from recommendations.recommendations_email_v1")
    assert rows(project, "select change, count(*) from preview.changes group by 1") == [("kept", live[0][0])]
    assert state(warehouse) == before


@pytest.fixture(scope="module")
def edited(shop, tmp_path_factory):
    """The shop, a project with several edits, what its preview says, and the product, brand and customer of the edits."""
    warehouse, _ = shop
    project, before = project_copy(tmp_path_factory.mktemp("edited")), state(warehouse)
    (product, brand, category) = warehouse.query(
        "select product_id, brand, category from recommendations.recommendations_email_v1 "
        "group by all order by count(*) desc, 1 limit 1"
    )[0]
    (blocked,) = warehouse.query(
        f"select brand from recommendations.recommendations_email_v1 where brand != '{brand}' "
        "group by 1 order by count(*) desc, 1 limit 1"
    )[0]
    # A product that the customer neither has nor is shown, and no rule forbids.
    customer, required = warehouse.query(f"""
        select candidates.customer_id, candidates.product_id
        from intermediate.int_ranking__eligibility as candidates
        inner join intermediate.int_calendar__cutoffs as serve using (cutoff_at)
        inner join intermediate.int_features__products as products using (cutoff_at, product_id)
        where serve.cutoff_role = 'serve' and not candidates.is_blocked
            and candidates.customer_id in (select customer_id from recommendations.recommendations_email_v1)
            and products.product_id != '{product}' and products.brand != '{blocked}'
            and not exists (select 1 from recommendations.recommendations_email_v1 as slots where
                slots.customer_id = candidates.customer_id and slots.product_id = candidates.product_id)
            and not exists (select 1 from intermediate.int_interactions__customer_products as owned where
                owned.cutoff_at = serve.cutoff_at
                and owned.customer_id = candidates.customer_id and owned.product_id = candidates.product_id)
        order by 1, 2 limit 1
    """)[0]
    add_rows(project, "rule_exclusions", f",product,{product},recall,Ada,2000-01-01,")
    gift = {"customer": f"'{customer}'", "where": f"product_id = '{required}'"}
    with_rule(project, name="no_brand", verdict="block", weight="null", customer="null", where=f"brand = '{blocked}'")
    # What is required may still lose; pushed as well, it wins.
    with_rule(project, name="gift", verdict="require", weight="null", **gift)
    with_rule(project, name="push", verdict="boost", weight="20", **gift)
    add_rows(project, "model_parameters", ",als,factors,8,a test")
    settings = project / "dbt_project.yml"
    text = settings.read_text().replace("max_companions_per_product: 30", "max_companions_per_product: 20")
    # Only a yml names this var.
    settings.write_text(text.replace("response_min_positives: 200", "response_min_positives: 201"))
    sources = project / "models/connectors/contract_files/__sources.yml"
    sources.write_text(sources.read_text().replace("One row per customer..", "One row per customer."))
    code, said = preview(warehouse, project)
    assert code == 0, said
    assert state(warehouse) == before
    return warehouse, project, said, (product, category, blocked, customer, required)


def test_slots_of_an_excluded_product_leave_under_their_rule(edited):
    warehouse, project, said, (product, category, *_) = edited
    shown = f"from recommendations.recommendations_email_v1 where product_id = '{product}' order by all"
    leaving = "from preview.changes where change = 'out' and rule_name = 'excluded' order by all"
    slots = warehouse.query(f"select customer_id, product_id, slot, category {shown}")
    assert slots
    assert rows(project, f"select customer_id, product_id, live_slot, category {leaving}") == slots
    assert rows(
        project, f"select count(*) from preview.changes where product_id = '{product}' and change != 'out'"
    ) == [(0,)]
    cells = [[cell.strip() for cell in line.split("|")[1:-1]] for line in said.splitlines() if line.startswith("|")]
    assert ["email", "out", "blocked", "excluded", f"{len(slots)}", f"{len(slots)}"] in cells
    assert [row[3:5] for row in cells if row[1:2] == [product]] == [[category, f"{len(slots)}"]]
    assert [row[3] for row in cells if row[0] == "excluded"] == [f"{len(slots)}"]
    assert (project / "target" / "preview" / CONNECTOR / "preview.md").read_text() in said


def test_a_new_rule_counts_under_its_name(edited):
    warehouse, project, _, (_, _, blocked, customer, required) = edited
    shown = f"select count(*) from recommendations.recommendations_email_v1 where brand = '{blocked}'"
    leaving = "select out_count, live_verdict_count, preview_verdict_count > 0 from preview.rules where rule_name = 'no_brand'"
    assert rows(project, leaving) == [(warehouse.query(shown)[0][0], 0, True)]
    coming = (
        "select customer_id, product_id, preview_slot from preview.changes where change = 'in' and rule_name = 'gift'"
    )
    assert [row[:2] for row in rows(project, coming)] == [(customer, required)]


def test_an_edit_that_takes_more_than_a_preview_is_named(edited):
    _, _, said, _ = edited
    assert "This preview does not show all of your edit" in said
    lines = [line for line in said.splitlines() if line.startswith("- `")]
    named = {line.split("`")[1]: line for line in lines}
    assert set(named) == {
        "models/connectors/contract_files/__sources.yml",
        "seeds/model_parameters.csv",
        "var max_companions_per_product",
        "var response_min_positives",
    }
    assert "int_ranking__response_fits" in named["var response_min_positives"]
    assert "int_candidates__als_factors" in named["seeds/model_parameters.csv"]
    assert "int_features__product_pairs" in named["var max_companions_per_product"]


def test_the_preview_is_what_the_build_then_publishes(edited):
    """The true slates of the same rules and exclusions, built whole on a copy, slot by slot."""
    warehouse, project, _, _ = edited
    expected = rows(project, "select customer_id, slot, product_id from intermediate.int_release__slates order by all")
    assert expected != warehouse.query(
        "select customer_id, slot, product_id from intermediate.int_release__slates order by all"
    )
    # The rules stage of a build, without the edits that a preview does not show: fits stay those of the last build.
    warehouse.project, kept = project, warehouse.project
    try:
        variables = {**shop_variables(warehouse), "max_companions_per_product": 30}
        warehouse.run(["seed", "--select", "rule_exclusions"], variables)
        warehouse.run(
            ["run", "--select", "int_integrity__seed_errors+", "int_rules__no_brand+", "int_rules__gift+", "int_rules__push+",
             "--exclude", "int_ranking__training_candidates", "int_ranking__fits", "int_ranking__response_candidates",
             "int_ranking__response_fits", "int_evaluation__*+", "int_release__audits+"],
            variables,
        )  # fmt: skip
    finally:
        warehouse.project = kept
    assert (
        warehouse.query("select customer_id, slot, product_id from intermediate.int_release__slates order by all")
        == expected
    )


def shop_variables(warehouse):
    (given,) = warehouse.query("select parameters::json->'given' from intermediate.int_release__fingerprints")[0]
    return json.loads(given)


def test_a_bad_seed_is_told_in_its_own_words(shop, tmp_path):
    warehouse, _ = shop
    project = project_copy(tmp_path)
    add_rows(project, "rule_exclusions", ",colour,red,not liked,Legal,2000-01-01,")
    code, said = preview(warehouse, project)
    assert code == 1
    assert "No preview: the working tree does not build." in said
    assert "seeds/rule_exclusions.csv has rows that cannot be used" in said
    assert "colour, red: exclusion_type is colour, must be category, brand, product" in said
    assert "called by" not in said


def test_a_preview_that_cannot_be_is_explained(shop, tmp_path):
    warehouse, _ = shop
    project = project_copy(tmp_path)
    code, said = preview(warehouse, project, connector="online_retail")
    assert code == 1 and "built last with the connector contract_files, not online_retail" in said
    code, said = preview(warehouse, project, "--as-of", "2024-01-01")
    assert code == 1 and "was built last as of 2024-03-04, not 2024-01-01: `make preview AS_OF='2024-03-04'`" in said
    code, said = preview(warehouse, project, folder=tmp_path / "nowhere")
    assert code == 1 and "Run `make build` first" in said
    code, said = preview(warehouse, project, connector="shop")
    assert code == 1 and "Unknown connector 'shop'. Known connectors: complete_journey" in said
    with (warehouse.path / "vitrine.duckdb.lock").open("r+") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        code, said = preview(warehouse, project)
        assert code == 1 and "Another build is using" in said
