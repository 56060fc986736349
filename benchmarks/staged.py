"""The staged input of a warehouse that is built, written as files of the contract: what other builds can begin from."""

from collections.abc import Callable
from pathlib import Path

import duckdb
import yaml

ROOT = Path(__file__).resolve().parents[1]


def write_staged(
    connection: duckdb.DuckDBPyConnection, folder: Path, rows_of: Callable[[str, dict[str, str]], str]
) -> tuple[str, list[str]]:
    """Write a file for each entity of the contract.

    Parameters
    ----------
    connection
        Of the build's own file.
    rows_of
        Gives the query of an entity's rows from its name and its columns, name to type. It is not asked for erasure
        requests: staging keeps hashes of them only, so nobody asks in the files.

    Returns
    -------
    tuple
        The instant of the build, and the entities that have rows.
    """
    folder.mkdir(parents=True, exist_ok=True)
    text = (ROOT / "models" / "connectors" / "contract_files" / "__sources.yml").read_text()
    (declared,) = yaml.safe_load(text)["sources"]
    entities = []
    for table in declared["tables"]:
        name, columns = table["name"], {one["name"]: one["data_type"] for one in table["columns"]}
        nothing = ", ".join(f"cast(null as {kind}) as {column}" for column, kind in columns.items())
        rows = f"select {nothing} where false" if name == "erasure_requests" else rows_of(name, columns)
        (count,) = connection.execute(
            f"copy ({rows}) to '{folder / name}.parquet' (format parquet)"
        ).fetchone() or (0,)  # fmt: skip
        if count:
            entities.append(name)
    (as_of,) = connection.execute(
        "select max(cutoff_at) from intermediate.int_calendar__cutoffs where cutoff_role = 'serve'"
    ).fetchone() or ("",)
    return f"{as_of:%Y-%m-%d %H:%M:%S}", entities
