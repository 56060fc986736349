"""The preview's own database, and what it says where it may not write."""

from importlib.resources import files

import duckdb
import pytest

from vitrine.engines.connections import connected
from vitrine.engines.preview.__main__ import main
from vitrine.engines.preview.warehouse import required_as_before


def test_a_connection_keeps_to_the_memory_of_builds_and_spills_into_its_folder(tmp_path, monkeypatch):
    monkeypatch.setenv("VITRINE_MEMORY_LIMIT", "512MiB")
    with connected(tmp_path, tmp_path / "a.duckdb") as connection:
        names = ("memory_limit", "temp_directory", "timezone")
        settings = [
            connection.execute(f"select current_setting('{name}')").fetchall()[0][0].casefold() for name in names
        ]
    assert settings == ["512.0 mib", str(tmp_path / "spill").casefold(), "utc"]


def test_a_slot_of_two_rules_counts_for_each_of_them():
    with duckdb.connect() as connection:
        connection.execute("""
            create schema preview; create schema before; create schema intermediate;
            create table before.verdict_counts as select * from (values ('curated', 2), ('gone', 1)) as t(rule_name, verdict_count);
            create table intermediate.int_rules__verdicts as select unnest(['curated', 'pinned', 'pinned']) as rule_name;
            create table preview.changes as select * from (values
                ('in', 'curated, pinned'), ('in', 'pinned'), ('out', 'gone'), ('out', null), ('kept', null)) as t(change, rule_name)
        """)
        query = files("vitrine.engines.preview").joinpath("rules.sql").read_text()
        assert connection.execute(f"{query} order by 1").fetchall() == [
            ("curated", 2, 1, 0, 1),
            ("gone", 1, 0, 1, 0),
            ("pinned", 0, 2, 0, 2),
        ]


@pytest.mark.parametrize(("product", "is_same"), [("p1", True), ("p2", False)])
def test_products_that_rules_require_are_compared(tmp_path, product, is_same):
    database = tmp_path / "vitrine.duckdb"
    with duckdb.connect(str(database)) as connection:
        connection.execute(f"""
            create schema before; create schema intermediate;
            create table before.required as select 'ada' as customer_id, 'p1' as product_id;
            create table intermediate.int_rules__required as
                select now() as cutoff_at, 'ada' as customer_id, '{product}' as product_id
        """)
    assert required_as_before(database) is is_same


@pytest.mark.parametrize("place", ["target", "warehouse/vitrine.duckdb.lock"])
def test_a_place_that_cannot_be_written_is_named_on_one_line(tmp_path, monkeypatch, place):
    monkeypatch.delenv("VITRINE_WAREHOUSE", raising=False)
    (tmp_path / "dbt_project.yml").write_text("vars: {connector: shop, as_of: null, connectors: {shop: {}}}")
    (tmp_path / "warehouse").mkdir()
    (tmp_path / "warehouse" / "vitrine.duckdb").touch()
    # Also root, whom no permission stops, can write neither into a file nor a folder.
    if place == "target":
        (tmp_path / place).touch()
    else:
        (tmp_path / place).mkdir()
    with pytest.raises(SystemExit) as stopped:
        main(["--project", str(tmp_path)])
    (said,) = str(stopped.value).splitlines()
    assert said.startswith(f"No preview: {tmp_path / place}") and "must be able to write" in said
