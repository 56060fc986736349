"""Build the SQL models on a Spark-compatible engine and compare every table with DuckDB's.

The engine is Sail: no Java, a minute instead of ten, the dialect of Spark. Python models are not run there; their
tables come from the DuckDB build. Run by `make test-portable`; its environment is .venv-portable.
"""

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

import duckdb

HERE = Path(__file__).resolve().parent
PROJECT = HERE.parents[1]
VENV = PROJECT / ".venv-portable"
LOCK = PROJECT / "requirements" / "portable.lock"
sys.path[:0] = [str(PROJECT / "tests" / "end_to_end"), str(HERE)]

from compare import compare_folders  # noqa: E402
from harness import Warehouse  # noqa: E402
from shop import AS_OF, make_shop, write_shop  # noqa: E402

SCHEMAS = ("seeds", "staging", "intermediate", "feedback", "recommendations", "releases", "evaluation")


def environment() -> Path:
    """Make the environment from its lock when it is missing or older; return its Python."""
    python, stamp = VENV / "bin" / "python", VENV / ".installed"
    if not stamp.exists() or stamp.stat().st_mtime < LOCK.stat().st_mtime:
        subprocess.run([sys.executable, "-m", "venv", str(VENV)], check=True)
        subprocess.run([python, "-m", "pip", "install", "--quiet", "--require-hashes", "-r", str(LOCK)], check=True)
        stamp.touch()
    return python


def build_on_duckdb(folder: Path, variables: dict[str, Any]) -> Path:
    """Build the shop on DuckDB and write every table as parquet."""
    warehouse = Warehouse(folder)
    warehouse.run(["seed"], variables)
    warehouse.run(["run"], variables)
    tables = folder / "duckdb"
    tables.mkdir()
    with duckdb.connect(str(warehouse.path / "vitrine.duckdb"), read_only=True) as connection:
        found = connection.execute(
            "select table_schema, table_name from information_schema.tables "
            f"where table_schema in {SCHEMAS} and table_name not like 'contract_files%'"
        ).fetchall()
        for schema, name in found:
            connection.execute(
                f"copy (select * from {schema}.{name}) to '{tables}/{schema}.{name}.parquet' (format parquet)"
            )
    return tables


def main() -> int:
    """Return 0 when every compared table agrees."""
    python = environment()
    with tempfile.TemporaryDirectory(prefix="vitrine-portable-") as name:
        folder = Path(name)
        source = write_shop(make_shop(), folder / "source")
        variables: dict[str, Any] = {
            "connector": "contract_files",
            "source_dir": str(source),
            "as_of": f"{AS_OF:%Y-%m-%d}",
            "channels": ["email"],
        }
        expected = build_on_duckdb(folder, variables)
        found = folder / "sail"
        found.mkdir()
        order = {"vars": variables, "source": str(source), "tables": str(expected), "found": str(found)}
        (folder / "order.json").write_text(json.dumps(order))
        subprocess.run(
            [str(python), str(HERE / "build_on_sail.py"), str(folder / "order.json")],
            cwd=folder,  # the engine keeps its tables where it is started
            env={
                **os.environ,
                "DBT_PROFILES_DIR": str(HERE),
                "DBT_PROJECT_DIR": str(PROJECT),
                "DBT_TARGET_PATH": str(folder / "target-sail"),
                "DBT_LOG_PATH": str(folder / "logs-sail"),
                "TZ": "UTC",
            },
            check=True,
        )
        names = json.loads((folder / "compared.json").read_text())
        return compare_folders(expected, found, names)


if __name__ == "__main__":
    sys.exit(main())
