"""Relations to tables and back, on DuckDB; tests/spark has the same for Spark."""

from datetime import datetime

import duckdb
import pyarrow as pa
import pyarrow.compute as pc
import pytest

from vitrine.engines import frames
from vitrine.engines.frames import is_at, joined, map_rows, read_table, together

DAY = datetime(2024, 3, 4)
SCHEMA = pa.schema([("customer_id", pa.string()), ("doubled", pa.float64())])


@pytest.fixture
def connection():
    with duckdb.connect() as connection:
        connection.execute(
            "create table scored as select 'c' || range as customer_id, range / 2 as score, "
            "timestamp '2024-03-04' + to_days((range % 2)::integer) as cutoff_at from range(1001)"
        )
        connection.execute(
            "create table known as select customer_id, cutoff_at, score * 3 as spend from scored where score < 300"
        )
        yield connection


def doubled(rows):
    assert rows.num_rows
    return pa.table({"customer_id": rows["customer_id"], "doubled": pc.multiply(rows["score"], 2.0)})


def test_rows_are_mapped_in_batches_and_none_is_lost(connection, monkeypatch):
    monkeypatch.setattr(frames, "BATCH_ROWS", 100)
    sizes = []

    def rows_of(rows):
        sizes.append(rows.num_rows)
        return doubled(rows)

    found = map_rows(connection.table("scored"), ["customer_id", "score"], is_at("cutoff_at", [DAY]), SCHEMA, rows_of)
    assert found.schema == SCHEMA
    assert dict(zip(*found.to_pydict().values(), strict=True)) == {f"c{i}": float(i) for i in range(0, 1001, 2)}
    assert len(sizes) > 1


def test_no_rows_make_an_empty_table_of_the_schema(connection):
    found = map_rows(connection.table("scored"), ["customer_id", "score"], "score < 0", SCHEMA, doubled)
    assert (found.num_rows, found.schema) == (0, SCHEMA)


def test_a_column_that_is_not_there_is_named(connection):
    with pytest.raises(ValueError, match=r"Missing columns: nothing\. Found: customer_id, score, cutoff_at"):
        read_table(connection.table("scored"), ["score", "nothing"])


def test_what_another_relation_lacks_is_null(connection):
    both = joined(connection.table("scored"), connection.table("known"), ["cutoff_at", "customer_id"], ["spend"])
    rows = read_table(both, ["customer_id", "score", "spend"]).to_pylist()
    assert len(rows) == 1001
    assert all(row["spend"] == (row["score"] * 3 if row["score"] < 300 else None) for row in rows)


def test_parts_are_put_together_and_none_is_an_error():
    part = pa.table({"customer_id": ["c"], "doubled": [1.0]})
    assert together([part, part]).num_rows == 2
    with pytest.raises(ValueError, match="no cutoff"):
        together([])


def test_an_unknown_relation_is_an_error():
    with pytest.raises(TypeError, match="Cannot read list"):
        read_table([], [])
