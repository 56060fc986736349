"""The readers' file: tables are copies, a view stays a view over the copies, and an open file is never touched."""

import duckdb
import pytest

from vitrine.engines.reader_file import write_reader_file

TABLES = [
    ("vitrine", "recommendations", "slots"),
    ("vitrine", "releases", "live"),
    ("vitrine", "intermediate", "customers"),
]
VIEW = ("vitrine", "recommendations", "pairs")


@pytest.fixture
def build(tmp_path):
    """A build's database with three tables and a view over two of them."""
    with duckdb.connect(str(tmp_path / "vitrine.duckdb")) as connection:
        connection.execute("""
            create schema recommendations; create schema releases; create schema intermediate;
            create table recommendations.slots as select 1 as slot;
            create table releases.live as select 'r1' as release_id;
            create table intermediate.customers as from (values ('ada'), ('bob')) as t (customer_id);
            create view "vitrine"."recommendations"."pairs" as (
                with live as (select * from "vitrine"."releases"."live")
                select customers.customer_id, live.release_id, slots.slot
                from "vitrine"."intermediate"."customers" as customers
                cross join live cross join "vitrine"."recommendations"."slots" as slots
            );
        """)
        yield connection


def test_a_view_is_written_over_the_copies_and_works_under_any_name(build, tmp_path):
    path = write_reader_file(build, tmp_path, TABLES, [VIEW])
    expected = [("ada", "r1", 1), ("bob", "r1", 1)]
    build.execute("drop table releases.live cascade")  # the file needs nothing of the build's
    with duckdb.connect(str(path), read_only=True) as alone:
        assert alone.execute("select * from recommendations.pairs order by all").fetchall() == expected
        assert alone.execute("select * from main.pairs order by all").fetchall() == expected
        kinds = dict(alone.execute("select table_name, table_type from information_schema.tables").fetchall())
        assert kinds == {"slots": "BASE TABLE", "live": "BASE TABLE", "customers": "BASE TABLE", "pairs": "VIEW"}
    with duckdb.connect() as other:
        other.execute(f"attach '{path}' as shown (read_only)")
        assert other.execute("select * from shown.main.pairs order by all").fetchall() == expected


def test_an_open_file_keeps_what_it_has(build, tmp_path):
    path = write_reader_file(build, tmp_path, TABLES, [VIEW])
    with duckdb.connect(str(path), read_only=True) as reader:
        build.execute("update recommendations.slots set slot = 2")
        write_reader_file(build, tmp_path, TABLES, [VIEW])
        assert reader.execute("select distinct slot from pairs").fetchall() == [(1,)]
    with duckdb.connect(str(path), read_only=True) as reader:
        assert reader.execute("select distinct slot from pairs").fetchall() == [(2,)]


def test_a_view_whose_table_is_not_copied_leaves_the_old_file(build, tmp_path):
    path = write_reader_file(build, tmp_path, TABLES, [VIEW])
    before = path.read_bytes()
    with pytest.raises(duckdb.Error):
        write_reader_file(build, tmp_path, TABLES[:2], [("vitrine", "recommendations", "missing")])
    assert path.read_bytes() == before
