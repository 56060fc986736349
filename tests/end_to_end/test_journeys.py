"""A step of a journey reaches the customer on its day, and stops when it should."""

from datetime import timedelta

import pyarrow.parquet as pq
import pytest
from harness import Warehouse, project_copy, stopped
from shop import AS_OF, make_shop, table, write_shop
from test_bad_seeds import edited

BUILD = ["build", "--exclude-resource-type", "test", "--exclude-resource-type", "unit_test", "--select"]
STEPS = [
    ",first,second,category,category 0,category,category 1,20,Ada,,,a note",
    ",first,third,category,category 0,category,category 2,,Ada,,,a note",
    ",again,one,category,category 3,category,category 1,25,Ada,,,a note",
    "complete_journey,elsewhere,one,category,BEERS/ALES,category,LIQUOR,9,Ada,,,a note",
]
PUBLISHED = "select * from recommendations.recommendations_journey_v1"
STOPPED = (
    "select customer_id, step_name, stop_reason from intermediate.int_journeys__steps where stop_reason is not null"
)


@pytest.fixture(scope="module")
def journeys(shop, tmp_path_factory):
    """The shop with two journeys."""
    warehouse, variables = shop
    copy = project_copy(tmp_path_factory.mktemp("journeys"))
    warehouse = Warehouse(warehouse.folder, copy)
    edited(warehouse, "journey_steps", STEPS)
    warehouse.run([*BUILD, "journey_steps+"], variables)
    return warehouse, variables


def rows(warehouse, query):
    return warehouse.frame(query).to_dict("records")


def test_a_step_is_published_on_its_day_with_a_product_that_may_be_shown(journeys):
    warehouse, _ = journeys
    found = rows(warehouse, PUBLISHED)
    assert {row["journey_name"] for row in found} == {"first", "again"}
    for row in found:
        due = row["anchor_ordered_at"].normalize() + timedelta(days=row["after_days"])
        assert due == row["due_on"] and AS_OF <= due < AS_OF + timedelta(days=14)
        assert row["category"] == "category 1" and row["lag_source"] == "seed" and row["step_number"] == 1
    customers = [(row["customer_id"], row["product_id"]) for row in found]
    assert len(set(customers)) == len(customers)
    blocked = warehouse.query("""
        select steps.customer_id, steps.product_id from recommendations.recommendations_journey_v1 as steps
        inner join intermediate.int_rules__verdicts as verdicts
            on
                steps.as_of_at = verdicts.cutoff_at
                and steps.product_id = verdicts.product_id
                and steps.customer_id = coalesce(verdicts.customer_id, steps.customer_id)
        where verdicts.verdict = 'block'
    """)
    assert not blocked
    owned = set(warehouse.query("select customer_id, product_id from intermediate.int_interactions__customer_products"))
    assert not owned & set(customers)
    readers = warehouse.query("select count(*) from recommendations_journey_v1", "recommendations.duckdb")
    assert readers == [(len(found),)]


def test_a_step_stops_for_a_reason_that_can_be_read(journeys):
    warehouse, _ = journeys
    reasons = {row["stop_reason"].split(" on ")[0] for row in rows(warehouse, STOPPED)}
    assert {"opted out", "held out for measurement", "bought it"} <= reasons
    assert warehouse.query("select step_name, absent_reason from intermediate.int_journeys__plan where after_days is null") == [
        ("third", "no time after the anchor stands out")
    ]  # fmt: skip
    assert not [row for row in rows(warehouse, PUBLISHED) if row["step_name"] == "third"]


def test_a_killed_product_is_gone_at_once(journeys):
    warehouse, variables = journeys
    before = rows(warehouse, PUBLISHED)
    product = before[0]["product_id"]
    arguments = f"{{product_id: '{product}', owner: ada, reason: recall}}"
    warehouse.run(["run-operation", "kill_product", "--args", arguments], variables)
    left = [row for row in before if row["product_id"] != product]
    assert len(left) < len(before)
    assert len(rows(warehouse, PUBLISHED)) == len(left)
    warehouse.run(["run-operation", "revive_product", "--args", arguments], variables)
    assert len(rows(warehouse, PUBLISHED)) == len(before)


def test_a_step_stops_when_the_customer_buys_or_sends_back(journeys, tmp_path):
    """One customer buys of the next category the day before, another sends the anchor back."""
    warehouse, variables = journeys
    before = rows(warehouse, PUBLISHED)
    buyer = before[0]
    sender = next(row for row in before if row["customer_id"] != buyer["customer_id"])
    tables = make_shop()
    late = AS_OF - timedelta(days=1)
    bought = ("x1", "xo1", buyer["customer_id"], buyer["product_id"], late, 1.0, 9.0, 9.0, False)
    sent = ("x2", "xo2", sender["customer_id"], sender["anchor_product_id"], late, 1.0, 9.0, 9.0, True)
    lines = [tuple(row.values()) for row in tables["order_lines"].to_pylist()]
    source = write_shop(tables, tmp_path / "source")
    pq.write_table(table("order_lines", [*lines, bought, sent]), source / "order_lines.parquet")
    again = ["+int_journeys__due", *(f"int_journeys__{name}" for name in ("leaders", "options", "steps"))]
    warehouse.run([*BUILD, *again], {**variables, "source_dir": str(source)})
    after = {(row["customer_id"], row["step_name"], row["stop_reason"]) for row in rows(warehouse, STOPPED)}
    assert (buyer["customer_id"], buyer["step_name"], f"bought it on {late:%Y-%m-%d}") in after
    last = "select anchor_product_id from intermediate.int_journeys__due where customer_id = '{}' and step_name = '{}'"
    kept = warehouse.query(last.format(sender["customer_id"], sender["step_name"]))
    assert (sender["anchor_product_id"],) not in kept


def test_rows_that_cannot_be_used_are_named_with_line_and_column(journeys):
    warehouse, variables = journeys
    edited(
        warehouse,
        "journey_steps",
        [
            ",first,second,category,category 0,category,category 1,soon,Ada,,,a note",
            ",first,third,category,category 3,category,category 2,,Ada,,,a note",
            "contract_files,first,fourth,shape,round,category,category 2,0,,,,a note",
            ",first,second,category,category 0,category,category 2,9,Ada,,,a note",
            "shop,first,fifth,category,category 0,category,,9,Ada,2024-02-01,2024-01-01,",
            ",first,sixth,category,category 0,category,category 9,9,Ada,,,a note",
        ],
    )
    checks = ["int_integrity__known_names", "int_integrity__journey_conflicts", "int_integrity__seed_conflicts"]
    models = ["journey_steps", *checks, "int_integrity__seed_errors", "int_integrity__journey_steps"]
    said = stopped(warehouse, [*BUILD, *models], variables)
    assert "seeds/journey_steps.csv has rows that cannot be used:" in said
    assert "line 2, first, second: after_days is soon, must be a whole number from 1 to 3650" in said
    assert "line 3, first, third: anchor_value is category category 3, but the step second begins with cat" in said
    assert "line 4, first, fourth: anchor_attribute is shape, must be product, category, subcategory, brand" in said
    assert "line 4, first, fourth: after_days is 0, must be a whole number from 1 to 3650" in said
    assert "line 4, first, fourth: owner is empty" in said
    assert "line 5, first, second: valid_from_on overlaps with line 2, of the same journey_name and step_name" in said
    assert "line 6, first, fifth: connector is shop, must be empty (every connector) or one of complete_jour" in said
    assert "line 6, first, fifth: next_value is empty" in said
    assert "line 6, first, fifth: valid_until_on is not after valid_from_on" in said
    told = "select problem, severity from intermediate.int_integrity__seed_errors where row_key = 'first, sixth'"
    told += " and column_name = 'next_value'"
    assert warehouse.query(told) == [
        ("is category 9, which no category of the connector contract_files is called", "warning")
    ]
