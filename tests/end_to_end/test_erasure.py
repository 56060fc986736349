"""Customers who asked to be erased are nowhere: no table, no file, no reader; who took back a consent is hidden at once."""

import re

import duckdb
import pyarrow as pa
import pytest
from harness import WARM, Warehouse, stopped
from shop import AS_OF, make_shop, table, write_shop

from vitrine.engines.erasure import found_in_relations

FORGET = ["run", "--select", "+hidden_customers"]
HISTORY = "select release_id, channel, customer_id, slot, product_id from releases.release_slates order by all"
MAILS = "select * from recommendations_email_v2 order by all"


def places(warehouse, customers):
    """Where the customers are named: in tables of both files, and in the text files that a build leaves.

    Their ids are too short to be looked for in the bytes of the databases: tests/vitrine/test_erasure_files.py does that.
    """
    found = {}
    for name in ("vitrine.duckdb", "recommendations.duckdb"):
        with duckdb.connect(str(warehouse.path / name), read_only=True) as connection:
            tables = found_in_relations(connection, customers)
        found |= {f"{name}: {place}": count for place, count in tables.items()}
    for path in warehouse.folder.rglob("*"):
        if path.suffix in {".json", ".sql", ".log", ".csv", ".html", ".md"}:
            named = re.findall(rf"\b({'|'.join(customers)})\b", path.read_text())
            found |= {str(path): len(named)} if named else {}
    return found


def asked(customers):
    rows = [(f"r{number}", name, AS_OF.replace(day=1)) for number, name in enumerate(customers, start=1)]
    return table("erasure_requests", rows)


@pytest.fixture(scope="module")
def forgotten(shop, tmp_path_factory):
    """The shop after ten customers asked and one took back a consent, and what was there before."""
    warehouse, variables = shop
    before = {"history": warehouse.query(HISTORY), "mails": warehouse.query(MAILS, "recommendations.duckdb")}
    addressed = sorted({row[1] for row in before["mails"]})
    # Some who are in the live mails and some who are not.
    erased = [*addressed[:6], *sorted({f"c{i:03}" for i in range(90)} - set(addressed) - {"c005"})[:4]]
    refuser = addressed[6]
    tables = make_shop()
    tables["erasure_requests"] = pa.concat_tables([tables["erasure_requests"], asked(erased)])
    refusal = table("consents", [(refuser, "email", False, AS_OF.replace(day=2), None)])
    tables["consents"] = pa.concat_tables([tables["consents"], refusal])
    # Rejected rows are kept whole: an erased customer's are not.
    bad_line = [(None, "o-bad", erased[0], "p001", AS_OF.replace(day=1), 1.0, 1.0, 1.0, False)]
    tables["order_lines"] = pa.concat_tables([tables["order_lines"], table("order_lines", bad_line)])
    source = write_shop(tables, tmp_path_factory.mktemp("erased") / "source")
    variables = variables | {"source_dir": str(source)}
    assert places(warehouse, erased)
    said = warehouse.run(FORGET, variables)
    return warehouse, variables, erased, refuser, before, said


def test_who_was_erased_before_the_first_build_is_in_no_table_and_no_file(shop):
    warehouse, _ = shop
    assert places(warehouse, ["c005"]) == {}
    assert warehouse.query("select count(*), count(purged_at) from staging.stg_erased_customers") == [(1, 1)]


def test_erased_customers_are_nowhere_after_the_next_run(forgotten):
    warehouse, _, erased, _, before, said = forgotten
    assert places(warehouse, erased) == {}
    assert f"{len(erased)} erased customers are out of every table" in said
    assert f"The files hold {len(erased)} erased customers no more" in said
    # Nobody else lost a row of history.
    assert warehouse.query(HISTORY) == [row for row in before["history"] if row[2] not in erased]
    counted = "select row_count from staging.stg_rejection_counts where reason = 'erased' and entity = '{}'"
    # The bad line counts too.
    lines = make_shop()["order_lines"]["customer_id"].to_pylist()
    expected = sum(name in {*erased, "c005"} for name in lines) + 1
    assert warehouse.query(counted.format("order_lines")) == [(expected,)]


def test_readers_lose_them_and_the_refuser_at_once_and_nobody_else(forgotten):
    warehouse, _, erased, refuser, before, _ = forgotten
    left = [row for row in before["mails"] if row[1] not in [*erased, refuser]]
    assert len(left) < len(before["mails"])
    assert warehouse.query(MAILS, "recommendations.duckdb") == left
    hidden = "select channel, customer_id from releases.hidden_customers where customer_id = '{}'"
    assert warehouse.query(hidden.format(refuser), "recommendations.duckdb") == [("email", refuser)]
    # Taking back a consent is no erasure: the history stays.
    assert any(row[2] == refuser for row in warehouse.query(HISTORY))


def test_a_request_that_the_source_lost_still_holds_and_what_is_past_its_retention_is_not_kept(forgotten):
    warehouse, variables, erased, *_ = forgotten
    tables = make_shop()
    tables["erasure_requests"] = asked([])
    folder = write_shop(tables, warehouse.folder / "again")
    variables = variables | {"source_dir": str(folder), "retention_days": 100}
    warehouse.run([*FORGET, "stg_rejected_rows", "stg_order_lines"], variables)
    assert places(warehouse, [*erased, "c005"]) == {}
    assert warehouse.query("select count(*) from staging.stg_erased_customers") == [(len(erased) + 1,)]
    aged = "ordered_at < timestamp '2024-03-04' - interval 100 day"
    known = f"customer_id not in ({str([*erased, 'c005'])[1:-1]})"
    lines = f"from read_parquet('{folder}/order_lines.parquet')"
    assert warehouse.query(f"select count(*) from staging.stg_checked_order_lines where {aged}") == [(0,)]
    assert warehouse.query(
        "select row_count from staging.stg_rejection_counts where entity = 'order_lines' and reason = 'past_retention'"
    ) == warehouse.query(f"select count(*) {lines} where {aged} and {known}")
    assert warehouse.query("select count(*) from staging.stg_order_lines") == warehouse.query(
        f"select count(*) {lines} where not {aged} and {known}"
    )
    assert warehouse.query("select count(*) from staging.stg_rejected_rows where reason = 'past_retention'") == [(0,)]


def test_a_run_that_died_before_its_files_were_written_anew_is_made_good_by_the_next(forgotten):
    warehouse, variables, *_ = forgotten
    with duckdb.connect(str(warehouse.path / "vitrine.duckdb")) as connection:
        connection.execute("update staging.stg_erased_customers set purged_at = null")
    inode = (warehouse.path / "vitrine.duckdb").stat().st_ino
    assert "erased customers no more" in warehouse.run(["run", "--select", "stg_products"], variables)
    assert (warehouse.path / "vitrine.duckdb").stat().st_ino != inode
    assert warehouse.query("select count(*) from staging.stg_erased_customers where purged_at is null") == [(0,)]
    assert "no more" not in warehouse.run(["run", "--select", "stg_products"], variables)


def test_who_cannot_be_deleted_everywhere_is_not_recorded_as_erased(forgotten):
    """The hash and the deletions are one transaction: a run that fails at a table tries again, whole, the next time."""
    warehouse, variables, _, refuser, _, _ = forgotten
    with duckdb.connect(str(warehouse.path / "vitrine.duckdb")) as connection:
        connection.execute("create table seeds.parent (customer_id varchar primary key)")
        connection.execute("create table seeds.child (of varchar references seeds.parent (customer_id))")
        connection.execute("insert into seeds.parent values (?)", [refuser])
        connection.execute("insert into seeds.child values (?)", [refuser])
    tables = make_shop()
    tables["erasure_requests"] = asked([refuser])
    variables = variables | {"source_dir": str(write_shop(tables, warehouse.folder / "again"))}
    known = "select count(*) from staging.stg_erased_customers"
    held = f"select count(*) > 0 from releases.release_slates where customer_id = '{refuser}'"
    before = warehouse.query(known)
    assert "foreign key" in stopped(warehouse, FORGET, variables)
    assert (warehouse.query(known), warehouse.query(held)) == (before, [(True,)])
    with duckdb.connect(str(warehouse.path / "vitrine.duckdb")) as connection:
        connection.execute("drop table seeds.child")
    warehouse.run(FORGET, variables)
    assert (warehouse.query(known), warehouse.query(held)) == ([(before[0][0] + 1,)], [(False,)])


def test_another_salt_stops_the_build_before_anybody_comes_back(forgotten):
    warehouse, variables, *_ = forgotten
    other = Warehouse(warehouse.folder)
    other.environment |= {"VITRINE_ERASURE_SALT": "another"}
    said = stopped(other, ["run", "--select", "stg_erased_customers"], variables)
    assert "VITRINE_ERASURE_SALT is not what it was" in said and "12 customers" in said


def test_the_command_says_where_a_customer_is(forgotten):
    warehouse, _, erased, refuser, before, _ = forgotten
    refuser = next(row[1] for row in before["mails"] if row[1] not in [*erased, refuser])
    command = ["vitrine.engines.erasure"]
    code, said = WARM.run([*command, *erased], warehouse.project, warehouse.environment)
    assert code == 0 and f"{len(erased)} customers, 0 places" in said, said
    code, said = WARM.run([*command, refuser], warehouse.project, warehouse.environment)
    assert code == 1 and "vitrine.duckdb: releases.release_slates.customer_id: 1" in said, said
