"""Erase random customers from a whole shop, and look for them in everything that two builds left.

    python benchmarks/erasure/run.py warehouse --customers 100 --seed 1

Takes the staged input of a build that is there (Complete Journey, Maison, …), gives its customers ids that stand
nowhere by chance, and builds it in a folder of its own; then 100 customers ask to be erased, and it is built again.
Prints where they were found before and after: in every column of every table of both files, and in the bytes of every
file that the builds left in the warehouse and under target. Exit code 1 where one is found after, or none before, or
where a customer who did not ask is gone from the history.
"""

import argparse
import json
import os
import random
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import duckdb

from vitrine.engines.erasure import found_in_files, found_in_relations

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "benchmarks"))
from staged import write_staged  # noqa: E402

DATABASES = ("vitrine.duckdb", "recommendations.duckdb")
HISTORY = "select release_id, channel, customer_id, slot, product_id from releases.release_slates"
NEW_ID = "'customer-' || left(md5('erasure' || customer_id), 16)"


def main() -> int:
    """Build, ask, build again, look."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("warehouse", type=Path, help="folder of a warehouse that is built")
    parser.add_argument("--customers", type=int, default=100)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--folder", type=Path, default=ROOT / "target" / "erasure")
    parser.add_argument("--vars", default="{}", help="JSON of more vars for the builds")
    options = parser.parse_args()
    folder = options.folder.resolve()
    source = folder / "source"
    as_of, customers, entities = write_source(options.warehouse / "vitrine.duckdb", source)
    variables = {
        "connector": "contract_files",
        # An entity that the shop does not supply is another thing than one without rows: nobody's consent is on record.
        "own_connectors": {"contract_files": {"entities": entities, "currency_code": "EUR"}},
        "source_dir": str(source),
        "as_of": as_of,
        **json.loads(options.vars),
    }
    seconds = {"first": build(folder, variables)}
    erased = random.Random(options.seed).sample(sorted(customers), options.customers)
    before, files_before = looked(folder, erased)
    kept = {row for row in rows(folder, HISTORY) if row[2] not in set(erased)}
    ask(source, erased, as_of)
    seconds["second"] = build(folder, variables)
    after, files_after = looked(folder, erased)
    lost = kept - set(rows(folder, HISTORY))
    print(f"{len(customers)} customers, {len(erased)} of them erased; builds of {json.dumps(seconds)} seconds")
    for when, places, in_files in (("before", before, files_before), ("after", after, files_after)):
        print(f"{when}: {len(places)} columns name them in {sum(places.values())} values, bytes {in_files} times")
    for place, count in after.items():
        print(f"  {place}: {count}")
    print(f"history: {len(kept)} rows of others before, {len(lost)} of them lost")
    return int(bool(after or files_after or lost or not before or not files_before))


def write_source(database: Path, folder: Path) -> tuple[str, set[str], list[str]]:
    """Write the staged input as files of the contract.

    Returns
    -------
    tuple
        The instant of the build, the customers' new ids, and the entities that have rows, or will have.
    """

    def rows_of(name: str, columns: dict[str, str]) -> str:
        taken = ", ".join(
            f"cast({NEW_ID if column == 'customer_id' else column} as {kind}) as {column}"
            for column, kind in columns.items()
        )
        return f"select {taken} from staging.stg_{name}"

    with duckdb.connect(str(database), read_only=True) as connection:
        as_of, entities = write_staged(connection, folder, rows_of)
        named = connection.execute(f"select distinct {NEW_ID} from staging.stg_order_lines").fetchall()
    return as_of, {name for (name,) in named}, [*entities, "erasure_requests"]


def ask(folder: Path, erased: list[str], as_of: str) -> None:
    """Write the requests."""
    values = ", ".join(f"('r{n}', '{name}', timestamp '{as_of}' - interval 1 day)" for n, name in enumerate(erased))
    duckdb.execute(
        f"copy (from (values {values}) as t (erasure_request_id, customer_id, requested_at)) "
        f"to '{folder / 'erasure_requests.parquet'}' (format parquet)"
    )


def build(folder: Path, variables: dict[str, Any]) -> int:
    """Build all but unit tests, and return the seconds."""
    places = {
        "VITRINE_WAREHOUSE": folder / "warehouse",
        "DBT_TARGET_PATH": folder / "target",
        "DBT_LOG_PATH": folder / "logs",
    }
    started = time.monotonic()
    command = [str(Path(sys.executable).with_name("dbt")), "--quiet", "build", "--exclude-resource-type", "unit_test"]
    subprocess.run(
        [*command, "--vars", json.dumps(variables)],
        cwd=ROOT,
        env=os.environ | {name: str(place) for name, place in places.items()},
        check=True,
    )
    return round(time.monotonic() - started)


def rows(folder: Path, query: str) -> list[tuple[object, ...]]:
    """Return the rows of a query on the build's own file."""
    with duckdb.connect(str(folder / "warehouse" / "vitrine.duckdb"), read_only=True) as connection:
        return connection.execute(query).fetchall()


def looked(folder: Path, erased: list[str]) -> tuple[dict[str, int], int]:
    """Return the columns that name them with their rows, and how often the bytes of the files do."""
    places: dict[str, int] = {}
    for name in DATABASES:
        with duckdb.connect(str(folder / "warehouse" / name), read_only=True) as connection:
            found = found_in_relations(connection, erased)
        places |= {f"{name}: {place}": count for place, count in found.items()}
    # The retailer's own files are the retailer's to erase, and so are dbt's logs, where a test looked at a customer.
    files = [path for name in ("warehouse", "target") for path in (folder / name).rglob("*")]
    return places, sum(found_in_files(files, erased).values())


if __name__ == "__main__":
    sys.exit(main())
