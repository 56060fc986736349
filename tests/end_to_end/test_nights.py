"""A night that takes over what an earlier one computed leaves the tables that a build from nothing leaves.

Both nights lie between the same two evenings of refit_every_days, so that only the serve cutoff differs. The orders of the
last day are new to the second night.
"""

from datetime import datetime, timedelta

import duckdb
import pyarrow as pa
import pytest
from harness import Warehouse
from shop import AS_OF, make_shop, write_shop

NIGHTS = [AS_OF - timedelta(days=1), AS_OF]
SELECT = ["+int_ranking__slates", "+path:models/intermediate/evaluation", "+path:python_models/intermediate/evaluation"]
BUILD = ["build", "--exclude-resource-type", "test", "unit_test", "--select"]
CALENDAR = "+int_calendar__cutoffs"
MARK = "update intermediate.int_features__customers set order_count = -1 where cutoff_at < timestamp '2024-01-01'"


def settings(source, night, **others):
    return {
        "connector": "contract_files",
        "source_dir": str(source),
        "as_of": f"{night:%Y-%m-%d}",
        "refit_every_days": 28,
        "channels": ["email"],
        "max_rejected_share": 1.0,
        # So few that the small shop has a model of carts.
        "response_min_positives": 10,
        **others,
    }


@pytest.fixture(scope="module")
def shops(tmp_path_factory):
    """The source, a warehouse of two nights and one of the second night alone, and what the first night left."""
    source = write_shop(make_shop(), tmp_path_factory.mktemp("source"))
    two, one = (Warehouse(tmp_path_factory.mktemp(name)) for name in ("two", "one"))
    two.run([*BUILD, *SELECT], settings(source, NIGHTS[0]))
    before = made_from(two)
    two.run([*BUILD, *SELECT], settings(source, NIGHTS[1]))
    one.run([*BUILD, *SELECT], settings(source, NIGHTS[1]))
    return source, two, one, before


def made_from(warehouse):
    """By table that is kept by cutoff, the cutoffs with the fingerprint that their rows were made from."""
    found = warehouse.query("select table_name, comment from duckdb_tables() where comment is not null")
    return {name: set(comment.split("; ")) for name, comment in found}


def mark(warehouse):
    with duckdb.connect(str(warehouse.path / "vitrine.duckdb")) as connection:
        connection.execute(MARK)


def fingerprints(warehouse):
    """By role and number of a cutoff, its fingerprint; without serve."""
    rows = warehouse.query(
        "select cutoff_role || cutoff_number, cutoff_fingerprint from intermediate.int_calendar__cutoffs "
        "where cutoff_role != 'serve'"
    )
    return dict(rows)


def test_every_table_is_that_of_a_build_from_nothing(shops):
    _, two, one, _ = shops
    with duckdb.connect() as connection:
        for name, warehouse in (("two", two), ("one", one)):
            connection.execute(f"attach '{warehouse.path / 'vitrine.duckdb'}' as {name} (read_only)")
        names = connection.execute(
            "select table_name from duckdb_tables() where database_name = 'one' and schema_name = 'intermediate'"
        ).fetchall()
        assert len(names) > 150
        differing = [name for (name,) in names if rows_that_differ(connection, name)]
    assert not differing


def rows_that_differ(connection, name):
    """The number of rows that only one of the two has."""
    one, two = (f"select * from {warehouse}.intermediate.{name}" for warehouse in ("one", "two"))
    ((count,),) = connection.execute(
        f"select count(*) from (({one} except all {two}) union all ({two} except all {one}))"
    ).fetchall()
    return count


def test_all_but_tonight_was_taken_over(shops):
    _, two, _, before = shops
    after = made_from(two)
    assert len(after) > 100
    assert {len(before[name] & made) for name, made in after.items()} == {5}


def test_a_night_computes_nothing_anew_that_it_takes_over(shops):
    """What was changed by hand between two nights is still there: nobody computed it. A lone model is computed whole."""
    source, _, one, _ = shops
    model = "int_features__customers"
    marked = f"select count(*) from intermediate.{model} where order_count = -1"
    mark(one)
    one.run([*BUILD, f"+{model}"], settings(source, NIGHTS[1]))
    assert one.query(marked) > [(0,)]
    one.run(["build", "--full-refresh", *BUILD[1:], f"+{model}"], settings(source, NIGHTS[1]))
    assert one.query(marked) == [(0,)]
    mark(one)
    one.run(["run", "--select", model], settings(source, NIGHTS[1]))
    assert one.query(marked) == [(0,)]


def test_the_same_night_once_more_computes_only_what_a_kill_concerns(shops):
    source, _, one, _ = shops
    features, orders = "intermediate.int_features__customers", "intermediate.int_interactions__orders"
    marked = f"select count(*) filter (cutoff_role = 'serve'), count(*) from {features} "
    marked += "inner join intermediate.int_calendar__cutoffs using (cutoff_at) where order_count = -1"
    marked_orders = f"select count(*) from {orders} where days_since_previous_order = -1"
    one.run([*BUILD, *SELECT], settings(source, NIGHTS[1]))
    with duckdb.connect(str(one.path / "vitrine.duckdb")) as connection:
        connection.execute(f"update {features} set order_count = -1")
        connection.execute(f"update {orders} set days_since_previous_order = -1")
    ((tonight, all_rows),), all_orders = one.query(marked), one.query(marked_orders)
    assert 0 < tonight < all_rows
    made = made_from(one)
    one.run([*BUILD, *SELECT], settings(source, NIGHTS[1]))
    assert one.query(marked) == [(tonight, all_rows)]
    assert one.query(marked_orders) == all_orders
    assert made_from(one) == made
    with duckdb.connect(str(one.path / "vitrine.duckdb")) as connection:
        connection.execute("insert into releases.release_kills values ('p1', true, 'o', 'r', timestamp '2024-03-04')")
    one.run([*BUILD, *SELECT], settings(source, NIGHTS[1]))
    assert one.query(marked) == [(0, all_rows - tonight)]
    assert one.query(marked_orders) == [(0,)]


def test_whatever_is_known_at_a_cutoff_changes_its_fingerprint_and_of_later_ones(shops, tmp_path):
    source, two, _, _ = shops
    made = fingerprints(two)

    def changed(tables=None, **others):
        """The cutoffs that have another fingerprint with these tables in place of the shop's, or with these vars."""
        place = source
        if tables:
            place = write_shop({**make_shop(), **tables}, tmp_path / "-".join(tables))
        two.run([*BUILD, CALENDAR], settings(place, NIGHTS[1], **others))
        return {name for name, one in fingerprints(two).items() if made[name] != one}

    assert changed(price_decimals=2) == set(made)
    shop = make_shop()

    def with_copy(table, **values):
        """The table with its first row once more, but for these values."""
        row = shop[table].slice(0, 1).to_pylist()[0] | values
        return pa.concat_tables([shop[table], pa.Table.from_pylist([row], shop[table].schema)])

    # After the end of the outcome window of the validate cutoff, which is the day of the evaluate cutoff.
    late = {"order_line_id": "late", "order_id": "late", "ordered_at": datetime(2024, 1, 23)}
    unseen = with_copy("products", product_id="never seen")
    assert changed({"order_lines": with_copy("order_lines", **late), "products": unseen}) == {"evaluate5"}
    renamed = [{**row, "product_name": row["product_name"] + " 2"} for row in shop["products"].to_pylist()]
    assert changed({"products": pa.Table.from_pylist(renamed, shop["products"].schema)}) == set(made)
