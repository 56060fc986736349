"""Files written anew without customers, and the look for them."""

import os
import shutil
import subprocess
import sys

import duckdb
import pytest

from vitrine.engines.erasure import (
    BY_PRODUCTS,
    compact,
    forget_readers,
    found_in_files,
    found_in_relations,
    main,
    remove_by_products,
)

CLIENTS = [f"client-{number:05}" for number in range(3000)]
# A salt may hold any sign.
SALT = "sa'l{}t{b}"
SALTED = "sha256(? || ':' || unnest(?))"
READ = {"customer_id": "true", "placement_key": "placement = 'customer'"}


def test_what_names_a_customer_is_found(tmp_path):
    """In a longer text, a list, a struct, another's name for a column; not in a longer word, and no view."""
    with duckdb.connect() as connection:
        connection.execute(
            "create table t as select 'line of c005' as a, ['c005'] as b, {'x': 'c005'} as c, 'c0055' as d, 5 as e"
        )
        connection.execute("create view v as select 'c005' as f")
        assert found_in_relations(connection, ["c005", "c006"]) == {"main.t.a": 1, "main.t.b": 1, "main.t.c": 1}
        assert found_in_relations(connection, ["c.05"]) == {}
    (tmp_path / "run_results.json").write_text('{"row": "client-00005"}')
    (tmp_path / "empty.json").touch()
    assert list(found_in_files(tmp_path.iterdir(), CLIENTS[:9]).values()) == [1]
    assert found_in_files(tmp_path.iterdir(), ["c5", "client-0006"]) == {}


@pytest.fixture
def warehouse(tmp_path):
    """A warehouse whose table had 3,000 customers, of whom the first 100 were deleted, and a readers' file."""
    with duckdb.connect(str(tmp_path / "vitrine.duckdb")) as connection:
        connection.execute("create schema staging")
        connection.execute("create table staging.stg_erased_customers (customer_hash varchar, purged_at timestamp)")
        connection.execute("create table lines (customer_id varchar primary key, text varchar)")
        connection.execute("insert into lines select unnest(?), unnest(?)", [CLIENTS, [f"of {one}" for one in CLIENTS]])
        connection.execute("create view all_lines as from lines")
        connection.execute("checkpoint")
        connection.execute("delete from lines where customer_id < 'client-00100'")
        connection.execute(f"insert into staging.stg_erased_customers select {SALTED}, null", [SALT, CLIENTS[:100]])
    with duckdb.connect(str(tmp_path / "recommendations.duckdb")) as connection:
        connection.execute("create schema releases")
        connection.execute("create table mails as select unnest(?) as customer_id", [CLIENTS])
        connection.execute("create table site (placement varchar, placement_key varchar, slot integer)")
        # A product may be called like a customer.
        connection.execute(
            "insert into site values ('customer', 'client-00001', 1), ('category', 'bags', 1), "
            "('unknown', null, 2), ('product', 'client-00002', 3)"
        )
        connection.execute("create table releases.live as select 'r1' as release_id")
        connection.execute("create view releases.asked as select * from main.mails")
    return tmp_path


def test_a_deleted_row_stays_in_the_file_until_it_is_written_anew(warehouse):
    path = warehouse / "vitrine.duckdb"
    assert found_in_files([path], CLIENTS[:100])
    with duckdb.connect(str(path)) as connection:
        compact(connection, path, "vitrine", "staging.stg_erased_customers")
    assert found_in_files(warehouse.glob("vitrine*"), CLIENTS[:100]) == {}
    with duckdb.connect(str(path), read_only=True) as connection:
        assert connection.execute("select count(*) from all_lines").fetchall() == [(2900,)]
        (purged,) = connection.execute("select count(purged_at) from staging.stg_erased_customers").fetchall()
        assert purged == (100,)
        assert connection.execute(
            "select constraint_type from duckdb_constraints() where table_name = 'lines'"
        ).fetchall()


def test_a_process_that_dies_with_the_old_file_open_leaves_a_file_that_opens(warehouse):
    """Nothing of the old file's log may be replayed into the new one."""
    path = warehouse / "vitrine.duckdb"
    connection = duckdb.connect(str(path))
    connection.execute("set checkpoint_threshold = '1GB'")
    connection.execute("create table late as select 1 as one")
    compact(connection, path, "vitrine", "staging.stg_erased_customers")
    assert sorted(found.name for found in warehouse.glob("vitrine*")) == ["vitrine.duckdb"]
    copied = path.rename(warehouse / "copied.duckdb")
    with duckdb.connect(str(copied), read_only=True) as other:
        assert other.execute("from late").fetchall() == [(1,)]


def test_the_readers_file_loses_them_and_keeps_the_rest(warehouse):
    path = warehouse / "recommendations.duckdb"
    with duckdb.connect(str(warehouse / "vitrine.duckdb"), read_only=True) as connection:
        hashes = [
            row[0] for row in connection.execute("select customer_hash from staging.stg_erased_customers").fetchall()
        ]
    assert forget_readers(warehouse, READ, SALT, hashes) == 101
    assert list(found_in_files([path], CLIENTS[:100]).values()) == [1]
    with duckdb.connect(str(path), read_only=True) as connection:
        assert connection.execute("select count(*) from releases.asked").fetchall() == [(2900,)]
        left = connection.execute("select placement_key, slot from site order by slot").fetchall()
        assert left == [("bags", 1), (None, 2), ("client-00002", 3)]
        assert connection.execute("from releases.live").fetchall() == [("r1",)]


def test_without_a_readers_file_there_is_nothing_to_forget(tmp_path):
    assert forget_readers(tmp_path, READ, SALT, ["0"]) == 0
    assert list(tmp_path.iterdir()) == []


def test_what_earlier_runs_wrote_beside_the_data_is_removed(tmp_path):
    old, new = tmp_path / "preview" / "shop" / "preview.md", tmp_path / "compiled" / "model.sql"
    for path in (old, new, tmp_path / "manifest.json"):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("client-00001")
    os.utime(old, (1000, 1000))
    assert remove_by_products([tmp_path / name for name in (*BY_PRODUCTS, "spill")], 2000) == 1
    assert sorted(path.name for path in tmp_path.rglob("*") if path.is_file()) == ["manifest.json", "model.sql"]


def test_the_command_names_places_and_what_it_cannot_look_for(warehouse, monkeypatch, capsys):
    monkeypatch.chdir(warehouse)
    monkeypatch.setenv("VITRINE_WAREHOUSE", str(warehouse))
    monkeypatch.setenv("DBT_TARGET_PATH", str(warehouse / "target"))
    assert main(["client-02000"]) == 1
    said = capsys.readouterr().out
    assert "vitrine.duckdb: main.lines.customer_id: 1" in said and "main.lines.text: 1" in said
    (warehouse / "target" / "make_check").mkdir(parents=True)
    with duckdb.connect(str(warehouse / "target" / "make_check" / "vitrine.duckdb")) as connection:
        connection.execute("create table checked as select 'c9' as customer_id")
    assert main(["c9"]) == 1
    assert "make_check/vitrine.duckdb: main.checked.customer_id: 1" in capsys.readouterr().out
    shutil.rmtree(warehouse / "target")
    assert main(["c9"]) == 0
    assert "in tables only: c9" in capsys.readouterr().out
    # The lock that the look takes names its process, and nobody whom it looks for.
    monkeypatch.setattr(sys, "argv", ["erasure", "client-99999"])
    assert main(["client-99999"]) == 0
    assert "1 customers, 0 places" in capsys.readouterr().out
    holding = f"import duckdb; held = duckdb.connect({str(warehouse / 'vitrine.duckdb')!r}); print(flush=True); input()"
    with subprocess.Popen([sys.executable, "-c", holding], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as other:
        other.stdout.readline()
        assert main(["client-02000"]) == 2
        other.kill()
    assert "close it elsewhere first" in capsys.readouterr().err
    (warehouse / "recommendations.duckdb").unlink()
    assert main(["client-02000"]) == 2
    assert "run `make build` first" in capsys.readouterr().err
