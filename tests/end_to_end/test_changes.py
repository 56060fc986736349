"""What changed between two releases and why: an edit, a kill and a sold-out product, each found again as the cause."""

import pytest
from harness import Warehouse, add_rows, project_copy, set_limits
from shop import make_shop, write_shop

CHANGES = "select change, cause, detail, customer_id, product_id, slot, previous_slot from recommendation_changes"


def changes(warehouse, where="true"):
    return warehouse.query(f"{CHANGES} where {where} order by all", "recommendations.duckdb")


def slots(warehouse):
    rows = warehouse.query(
        "select customer_id, product_id, slot from recommendations_email_v1", "recommendations.duckdb"
    )
    return {(customer, product): slot for customer, product, slot in rows}


def check_against_slates(warehouse, before):
    """The rows are the very difference of the two slates."""
    now, told = slots(warehouse), changes(warehouse)
    expected = {key: (now.get(key), before.get(key)) for key in now.keys() | before.keys()}
    assert {(c, p): (new, old) for _, _, _, c, p, new, old in told} == {
        key: pair for key, pair in expected.items() if pair[0] != pair[1]
    }
    kinds = {(True, False): "in", (False, True): "out", (True, True): "moved"}
    assert all(change == kinds[new is not None, old is not None] for change, _, _, _, _, new, old in told)
    return told


@pytest.fixture(scope="module")
def edited(shop, tmp_path_factory):
    """A copy of the project that stands before the shop's warehouse."""
    warehouse, variables = shop
    copy = Warehouse(warehouse.folder, project_copy(tmp_path_factory.mktemp("edited")))
    # So much novelty as here costs relevance.
    costs = ("relevance_on_validate", "relevance_against_live", "coverage_against_live", "value_against_live")
    set_limits(copy, variables, **dict.fromkeys(costs, 0.1))
    return copy, variables


def most_shown(warehouse):
    query = "select product_id from recommendations_email_v1 group by 1 order by count(*) desc, 1 limit 1"
    return warehouse.query(query, "recommendations.duckdb")[0][0]


def test_without_a_release_before_there_are_no_rows(edited):
    assert changes(edited[0]) == []


def test_an_exclusion_is_the_cause_of_what_it_takes_and_of_what_follows(edited):
    warehouse, variables = edited
    before, product = slots(warehouse), most_shown(warehouse)
    add_rows(warehouse.project, "rule_exclusions", f",product,{product},a test,Legal,2000-01-01,")
    warehouse.run(
        [
            "build",
            "--select",
            "rule_exclusions+",
            "--exclude-resource-type",
            "test",
            "--exclude-resource-type",
            "unit_test",
        ],
        variables,
    )
    told = check_against_slates(warehouse, before)
    left = [row for row in told if row[4] == product]
    assert len(left) == sum(one == product for _, one in before)
    assert {row[:3] for row in left} == {("out", "rule", "excluded: a test")}
    came = [row for row in told if row[0] == "in"]
    assert came and {row[1] for row in came} <= {"rule", "weight"}
    assert any(row[2] == "takes the place of another: excluded: a test" for row in came)


def test_a_weight_is_the_cause_where_its_addend_changed_most(edited):
    warehouse, variables = edited
    before = slots(warehouse)
    add_rows(warehouse.project, "objective_weights", "contract_files,email,novelty,1.5,CRM,a test")
    warehouse.run(
        [
            "build",
            "--select",
            "objective_weights+",
            "--exclude-resource-type",
            "test",
            "--exclude-resource-type",
            "unit_test",
        ],
        variables,
    )
    told = check_against_slates(warehouse, before)
    assert told and {row[1] for row in told} == {"weight"}
    assert any("the weight of novelty from 0.25 to 1.5" in row[2] and "novelty addend" in row[2] for row in told)


def test_a_kill_is_the_cause_of_what_it_takes_and_of_what_follows(edited):
    warehouse, variables = edited
    before, product = slots(warehouse), most_shown(warehouse)
    arguments = f"{{product_id: '{product}', owner: ada, reason: recall}}"
    warehouse.run(["run-operation", "kill_product", "--args", arguments], variables)
    warehouse.run(
        [
            "build",
            "--select",
            "int_rules__killed+",
            "--exclude-resource-type",
            "test",
            "--exclude-resource-type",
            "unit_test",
        ],
        variables,
    )
    told = check_against_slates(warehouse, before)
    left = [row for row in told if row[4] == product]
    assert left and {row[:3] for row in left} == {("out", "killed", "killed: recall")}
    assert {row[1] for row in told} == {"killed"}


def test_what_sold_out_and_what_was_bought_left_for_it_and_a_rollback_tells_of_its_own_release(edited, tmp_path):
    warehouse, variables = edited
    before, product = slots(warehouse), most_shown(warehouse)
    told_then = changes(warehouse)
    changed = make_shop()
    rows = changed["product_states"].to_pylist()
    for row in rows:
        if row["product_id"] == product and row["valid_to_at"] is None:
            row["stock_quantity"] = 0.0
    changed["product_states"] = changed["product_states"].from_pylist(rows, schema=changed["product_states"].schema)
    customer, bought = next(key for key in sorted(before) if key[1] != product)
    lines = changed["order_lines"].to_pylist()
    last = max(line["ordered_at"] for line in lines)
    lines.append({**lines[0], "order_line_id": "new", "order_id": "new", "customer_id": customer, "product_id": bought,
                  "ordered_at": last, "is_return": False})  # fmt: skip
    changed["order_lines"] = changed["order_lines"].from_pylist(lines, schema=changed["order_lines"].schema)
    fresh = {**variables, "source_dir": str(write_shop(changed, tmp_path / "source"))}
    warehouse.run(["build", "--exclude-resource-type", "test", "--exclude-resource-type", "unit_test"], fresh)
    told = check_against_slates(warehouse, before)
    causes = {(row[3], row[4]): row[1:3] for row in told if row[0] == "out"}
    sold_out = {cause for (_, one), cause in causes.items() if one == product}
    assert ("stock", "out of stock") in sold_out and sold_out <= {("stock", "out of stock")} | {
        cause for cause in sold_out if cause[0] in ("audience", "bought")
    }
    assert causes[customer, bought][0] in ("bought", "audience")
    assert {row[1] for row in told} & {"fit", "new data"}
    arguments = "{channel: email, owner: ada, reason: wrong stock}"
    warehouse.run(["run-operation", "rollback", "--args", arguments], fresh)
    assert changes(warehouse) == told_then
