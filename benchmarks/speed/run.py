#!/usr/bin/env python3
"""Time Vitrine's build and its rivals on the same files, in turn, and say what each stage of the build takes.

    python benchmarks/speed/run.py warehouse                        # Complete Journey as it is, five times each
    python benchmarks/speed/run.py warehouse --factors 1 3 10 30 --repeats 3
    python benchmarks/speed/run.py warehouse --factors 30 --split 7 # half a million customers
    python benchmarks/speed/run.py warehouse --report-only

WAREHOUSE is a folder with a built warehouse, whose staged input is written as files, times each factor (scaled.py).
Contestants take turns, so that what else the machine does meets all alike. Every run is a row of
target/speed/runs.jsonl at once; the report (docs/performance.md between its marks) is made of all rows there.
"""

import argparse
import json
import os
import shutil
import sys
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import duckdb
from measuring import Taken, take
from report import machine, write
from scaled import ROOT, write_scaled
from stages import dearest, node_seconds, stage_seconds

HERE = Path(__file__).resolve().parent
PYTHON = sys.executable
DBT = str(Path(sys.executable).with_name("dbt"))
COMPARED = (
    "select channel, customer_id, slot, product_id, round(objective_score, 9) from intermediate.int_release__slates"
)


class Shop:
    """One size of the shop: its files, the vars of a build on them, and a folder for each contestant."""

    def __init__(self, options: argparse.Namespace, factor: int) -> None:
        self.name = f"x{factor}" + (f" in {options.split}" if options.split > 1 else "")
        self.folder = options.folder.resolve() / self.name.replace(" ", "_")
        self.source = self.folder / "source"
        database = options.warehouse / "vitrine.duckdb"
        if not database.exists():
            raise SystemExit(f"{database} is missing: build a warehouse first, `make build`, or name its folder.")
        described, written_from = self.folder / "shop.json", [str(database.resolve()), database.stat().st_mtime_ns]
        told = json.loads(described.read_text()) if described.exists() else {}
        if told.get("written_from") != written_from:
            as_of, entities = write_scaled(database, self.source, factor, options.split)
            told = {"as_of": as_of, "entities": entities, "written_from": written_from}
            described.write_text(json.dumps(told))
        self.as_of = told["as_of"]
        self.variables = {
            "connector": "contract_files",
            "own_connectors": {"contract_files": {"entities": told["entities"], "currency_code": "USD"}},
            "source_dir": str(self.source),
            "as_of": self.as_of,
            "unrecorded_consent": "opted_in",
        }
        with duckdb.connect() as connection:
            (self.size,) = connection.execute(
                f"select count(*), count(distinct customer_id), count(distinct product_id) "
                f"from '{self.source}/order_lines.parquet'"
            ).fetchall()

    def place(self, contestant: str) -> Path:
        """Return the folder of a contestant, made."""
        place = self.folder / contestant
        place.mkdir(parents=True, exist_ok=True)
        return place


def build(
    shop: Shop,
    folder: str,
    threads: int | None = None,
    write_json: bool = False,
    variables: dict[str, Any] | None = None,
) -> Taken:
    """Build into a folder, data tests and publication included; unit tests are a matter of a change."""
    place = shop.place(folder)
    environment = {
        "VITRINE_WAREHOUSE": str(place / "warehouse"),
        "DBT_TARGET_PATH": str(place / "target"),
        "DBT_LOG_PATH": str(place / "logs"),
        "DBT_WRITE_JSON": str(write_json).lower(),
        **({"VITRINE_THREADS": str(threads)} if threads else {}),
    }
    told = json.dumps({**shop.variables, **(variables or {})})
    return take([DBT, "--quiet", "build", "--exclude-resource-type", "unit_test", "--vars", told], ROOT, environment)


def vitrine(shop: Shop, folder: str = "vitrine", threads: int | None = None, write_json: bool = False) -> Taken:
    """Build everything from nothing."""
    shutil.rmtree(shop.place(folder) / "warehouse", ignore_errors=True)
    return build(shop, folder, threads, write_json)


def again(shop: Shop) -> Taken:
    """Build the same day once more where `vitrine` has just built it."""
    return build(shop, "vitrine")


def night(shop: Shop) -> Taken:
    """Build as of the day after a day that was built, with cutoffs that stand still for four weeks."""
    place = shop.place("night")
    calm = {"refit_every_days": 28}
    # Anew in each session: the code may be other code, of which nothing would be taken over.
    if not (place / "before").exists():
        shutil.rmtree(place / "warehouse", ignore_errors=True)
        build(shop, "night", variables={**calm, "as_of": f"{date.fromisoformat(shop.as_of[:10]) - timedelta(1)}"})
        shutil.copytree(place / "warehouse", place / "before")
    shutil.rmtree(place / "warehouse", ignore_errors=True)
    shutil.copytree(place / "before", place / "warehouse")
    return build(shop, "night", variables=calm)


def plain(shop: Shop) -> Taken:
    """Run the statements that the slates need, and no more, without dbt."""
    place = shop.place("plain")
    if not (place / "plan.json").exists():
        shutil.rmtree(place)
        place = shop.place("plain")
        take([PYTHON, str(HERE / "plain.py"), "plan", str(ROOT), str(place), json.dumps(shop.variables)], ROOT, {})
        shutil.copytree(place / "warehouse", place / "planned")
    shutil.rmtree(place / "warehouse", ignore_errors=True)
    shutil.copytree(place / "planned", place / "warehouse")
    return take([PYTHON, str(HERE / "plain.py"), "run", str(place)], ROOT, {})


def notebook(shop: Shop) -> Taken:
    """Run what a notebook does with pandas and scikit-learn."""
    out = shop.place("notebook") / "slates.parquet"
    return take([PYTHON, str(HERE / "notebook.py"), str(shop.source), str(out), shop.as_of], ROOT, {})


def rectools(shop: Shop) -> Taken:
    """Run a pipeline of RecTools in the environment that benchmarks/peers makes for it."""
    sys.path.insert(0, str(ROOT / "benchmarks" / "peers"))
    from fitting import python_of  # noqa: PLC0415

    out = shop.place("rectools") / "slates.parquet"
    # As the library's authors of ALS advise: its threads and those of BLAS fight.
    command = [str(python_of("rectools")), str(HERE / "rectools_pipeline.py"), str(shop.source), str(out), shop.as_of]
    return take(command, ROOT, {"OPENBLAS_NUM_THREADS": "1"})


CONTESTANTS: dict[str, Callable[[Shop], Taken]] = {
    "vitrine": vitrine,
    "again": again,
    "night": night,
    "plain": plain,
    "notebook": notebook,
    "rectools": rectools,
}


def differing(shop: Shop) -> int:
    """Return how many slots of the build and of the plain statements differ."""
    found = []
    for contestant in ("vitrine", "plain"):
        database = shop.place(contestant) / "warehouse" / "vitrine.duckdb"
        with duckdb.connect(str(database), read_only=True) as connection:
            found.append(set(connection.execute(COMPARED).fetchall()))
    return len(found[0] ^ found[1])


def main() -> None:
    """Run the contestants in turn and write the report."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("warehouse", type=Path)
    parser.add_argument("--factors", type=int, nargs="+", default=[1])
    parser.add_argument("--split", type=int, default=1, help="customers that each copy of a household becomes")
    parser.add_argument("--repeats", type=int, default=5)
    parser.add_argument("--contestants", nargs="+", choices=list(CONTESTANTS), default=list(CONTESTANTS))
    parser.add_argument("--folder", type=Path, default=ROOT / "target" / "speed")
    parser.add_argument("--no-stages", action="store_true", help="leave out the build that times stages")
    parser.add_argument("--report-only", action="store_true", help="run nothing")
    options = parser.parse_args()
    options.folder.mkdir(parents=True, exist_ok=True)
    for factor in [] if options.report_only else options.factors:
        measure(Shop(options, factor), options)
    if not (options.folder / "runs.jsonl").exists():
        raise SystemExit(f"Nothing has been measured yet in {options.folder}.")
    write(options.folder / "runs.jsonl", ROOT / "docs" / "performance.md")


def measure(shop: Shop, options: argparse.Namespace) -> None:
    """Let the contestants take turns in one size of the shop."""
    begun = f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%S}"
    # Planned anew: the models may have changed.
    for planned in ("plain", "night"):
        shutil.rmtree(shop.folder / planned, ignore_errors=True)
    for repeat in range(options.repeats):
        for contestant in options.contestants:
            taken = CONTESTANTS[contestant](shop)
            steps = {"dearest": dearest(json.loads(taken.printed.splitlines()[-1]))} if contestant == "plain" else {}
            keep(options.folder, shop, {"contestant": contestant, "turn": f"{begun} {repeat}", **taken.row(), **steps})
    if {"vitrine", "plain"} <= set(options.contestants):
        keep(options.folder, shop, {"contestant": "plain", "differing_slots": differing(shop)})
    if not options.no_stages:
        taken = vitrine(shop, "stages", threads=1, write_json=True)
        target = shop.place("stages") / "target"
        found: dict[str, Any] = {"seconds": taken.seconds, "stages": stage_seconds(target, taken.seconds)}
        keep(options.folder, shop, {"contestant": "stages", **found, "dearest": dearest(node_seconds(target))})


def keep(folder: Path, shop: Shop, row: dict[str, Any]) -> None:
    """Add a row to what was measured, and show it."""
    load = os.getloadavg()[0]
    with (folder / "runs.jsonl").open("a") as file:
        place = {"shop": shop.name, "size": shop.size, "load": load, "measured_on": machine()}
        file.write(json.dumps({**place, **row}) + "\n")
    figures = {name: round(value, 1) if isinstance(value, float) else value for name, value in row.items()}
    print(f"{shop.name}: {figures}", flush=True)


if __name__ == "__main__":
    main()
