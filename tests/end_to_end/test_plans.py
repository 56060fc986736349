"""No model compares every customer or product with every other where a hash finds the few that belong together.

DuckDB takes each row of one side with each of the other for an outer join whose condition also asks something of one side
only, or compares with a column of both. On a small shop that costs nothing and on a large one hours, so the plans are read.
"""

import json
import re

import duckdb

KEY = re.compile(r"(customer|product|order)_id = |= (\w+_)?(customer|product|order)_id\b")


def joins_without_a_hash(plan):
    """Yield the conditions of the joins of a plan that compare row by row."""
    if plan["name"].strip() == "BLOCKWISE_NL_JOIN":
        yield str(plan["extra_info"].get("Condition", ""))
    for child in plan["children"]:
        yield from joins_without_a_hash(child)


def offending(connection, sql):
    (_, plan), *_ = connection.execute(f"explain (format json) {sql}").fetchall()
    return [one for root in json.loads(plan) for one in joins_without_a_hash(root) if KEY.search(one)]


def test_joins_on_customers_and_products_find_their_rows_by_a_hash(shop):
    warehouse, _ = shop
    compiled = warehouse.folder / "target" / "compiled" / "vitrine" / "models"
    files = [path for stage in ("intermediate", "marts") for path in (compiled / stage).rglob("*.sql")]
    models = [path for path in files if path.parent.suffix != ".yml"]
    assert len(models) > 100
    with duckdb.connect(str(warehouse.path / "vitrine.duckdb"), read_only=True) as connection:
        found = {path.stem: offending(connection, path.read_text()) for path in models}
    assert not {name: conditions for name, conditions in found.items() if conditions}


def test_a_condition_on_one_side_of_an_outer_join_is_seen():
    with duckdb.connect() as connection:
        connection.execute(
            "create table slates as select 'look' as kind, range as product_id, range as name from range(9)"
        )
        for name in ("product_id", "name"):
            joined = f"select * from slates left join slates as other on {{}} slates.{name} = other.product_id"
            assert offending(connection, joined.format("slates.kind = 'look' and"))
            assert not offending(connection, joined.format(""))
