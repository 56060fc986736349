"""A day is rebuilt bit for bit: other threads, another order of rows, and data that arrived since make no difference."""

import random

import pyarrow as pa
import pytest
from harness import Warehouse
from shop import AS_OF, make_shop, poisoned, write_shop

# What says when and from which run a row is, and not what was recommended.
OF_THE_RUN = {"published_at", "audited_at", "code_revision"}
OF_ALL_RUNS = {"run_costs"}


def arrived_since(tables):
    """The tables with rows that happened after the day, all in another order."""
    later = poisoned(tables, AS_OF)
    random.seed(3)
    found = {}
    for name, table in tables.items():
        known = set(map(tuple, (row.values() for row in table.to_pylist())))
        rows = [row for row in later[name].to_pylist() if tuple(row.values()) not in known]
        # States and consents that the future ends are rows of the past with another end: only new ones are added.
        rows = [row for row in rows if row.get("valid_from_at") is None or row["valid_from_at"] >= AS_OF]
        rows = [] if name in ("products", "product_attributes") else rows
        whole = pa.concat_tables([table, pa.Table.from_pylist(rows, schema=table.schema)])
        order = list(range(whole.num_rows))
        random.shuffle(order)
        found[name] = whole.take(order)
        assert len(rows) > 5 or name in ("products", "product_attributes", "erasure_requests"), name
    return found


@pytest.fixture(scope="module")
def again(shop, tmp_path_factory):
    """The warehouse of a day, and one that was built for the same day later, on two threads."""
    warehouse, variables = shop
    folder = tmp_path_factory.mktemp("again")
    source = write_shop(arrived_since(make_shop()), folder / "source")
    rebuilt = Warehouse(folder)
    rebuilt.environment |= {"VITRINE_THREADS": "2", "OMP_NUM_THREADS": "2"}
    variables = variables | {"source_dir": str(source)}
    rebuilt.run(["seed"], variables)
    rebuilt.run(["run"], variables)
    return warehouse, rebuilt, variables


def test_data_fits_and_slates_have_the_same_fingerprints(again):
    record = "select data_fingerprint, fit_fingerprint, propensity_fit_id, ranker_fit_id, code_version from releases.recommendation_releases"
    first, second = (warehouse.query(record) for warehouse in again[:2])
    assert first == second and len(first) == 1
    fits = "select model_name, fit_id, training_fingerprint, md5(model) from releases.release_fits order by 1"
    assert again[0].query(fits) == again[1].query(fits)
    assert len(again[0].query(fits)) >= 2
    factors = (
        "select cutoff_at, entity_type, entity_id, factors from intermediate.int_candidates__als_factors order by all"
    )
    assert again[0].query(factors) == again[1].query(factors)


def test_every_public_table_is_the_same(again):
    tables = {
        row[:2]
        for row in again[0].query(
            "select table_schema, table_name from information_schema.tables where table_type = 'BASE TABLE'",
            "recommendations.duckdb",
        )
    }
    compared = 0
    for schema, name in sorted(tables):
        if name in OF_ALL_RUNS:
            continue
        columns = again[0].query(
            f"select column_name from information_schema.columns where table_schema = '{schema}' and table_name = '{name}'",
            "recommendations.duckdb",
        )
        # The folder of the source is a var, and so part of what names a release.
        named = OF_THE_RUN | {"release_id", "slate_fingerprint", "parameters", "previous_release_id"}
        kept = ", ".join(f'"{column}"' for (column,) in columns if column not in named)
        query = f'select {kept} from "{schema}"."{name}" order by all'
        first, second = (warehouse.query(query, "recommendations.duckdb") for warehouse in again[:2])
        assert first == second, f"{schema}.{name}"
        compared += len(first) > 0
    assert compared > 15


def test_what_the_run_cost_is_kept_by_node_and_summed_up(again):
    _, rebuilt, _ = again
    (run,) = rebuilt.query(
        "select * exclude (run_id, started_at, ended_at) from releases.run_costs", "recommendations.duckdb"
    )
    command, connector, _, release, models, tests, failed, seconds, worked, rows, size, slates, per_thousand = run
    (record,) = rebuilt.query("select release_id, customer_count from releases.recommendation_releases")
    assert (command, connector, release, slates, tests, failed) == ("run", "contract_files", *record, 0, 0)
    assert models > 250 and per_thousand == pytest.approx(1000 * seconds / slates)
    assert 5 < worked < 3 * seconds
    lines = "select row_count, byte_count > 0 from releases.release_costs where node_name = 'stg_order_lines'"
    assert rebuilt.query(lines) == rebuilt.query("select count(*), true from staging.stg_order_lines")
    assert rows > rebuilt.query("select count(*) from staging.stg_order_lines")[0][0] and size > 10**7


def test_the_same_day_again_is_published_once(again):
    _, rebuilt, variables = again
    before = rebuilt.query("select * from releases.recommendation_releases")
    rebuilt.run(["run", "--select", "int_ranking__slates+"], variables)
    assert rebuilt.query("select * from releases.recommendation_releases") == before
    assert len(before) == 1
