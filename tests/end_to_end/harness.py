"""Running dbt in a warehouse of its own and looking at what it left there."""

import json
import os
import shutil
import sys
from pathlib import Path
from typing import Any

import duckdb
import pandas as pd
from warm_process import WarmProcess

PROJECT = Path(__file__).resolve().parents[2]
DBT = Path(sys.executable).with_name("dbt")
WARM = WarmProcess()
# Each worker of the tests has a core: more threads of one build would only wait for each other, and nobody reads its log.
os.environ.update({"VITRINE_THREADS": "1", "OMP_NUM_THREADS": "1", "DBT_LOG_LEVEL_FILE": "none"})


class Warehouse:
    """A folder with a warehouse, a target and logs of its own for one test or a few that share it."""

    def __init__(self, folder: Path, project: Path = PROJECT) -> None:
        self.folder, self.project = folder, project
        self.path = folder / "warehouse"
        self.environment = {
            **os.environ,
            "VITRINE_WAREHOUSE": str(self.path),
            "DBT_TARGET_PATH": str(folder / "target"),
            "DBT_LOG_PATH": str(folder / "logs"),
            "DBT_PRINTER_WIDTH": "160",
            "DBT_WRITE_JSON": "false",
            # The same for any data: the build of the shop in conftest.py runs them, once.
            "DBT_EXCLUDE_RESOURCE_TYPES": "unit_test",
            "NO_COLOR": "1",
        }

    def command(self, arguments: list[str], variables: dict[str, Any] | None = None) -> list[str]:
        """Return the command line of a dbt call."""
        given = ["--vars", json.dumps(variables)] if variables else []
        return [str(DBT), "--no-use-colors", *arguments, *given]

    def call(
        self, arguments: list[str], variables: dict[str, Any] | None = None, kill_at: tuple[str, float] | None = None
    ) -> tuple[int, str]:
        """Run dbt, or kill it so many seconds after it printed a text; return its exit code and all that it printed."""
        _, *rest = self.command(arguments, variables)
        return WARM.run(["dbt", *rest], self.project, self.environment, kill_at)

    def run(self, arguments: list[str], variables: dict[str, Any] | None = None, seeds: bool = False) -> str:
        """Run dbt, expect success, and return what it printed."""
        if seeds:
            self.run(["seed"], variables)
        code, output = self.call(arguments, variables)
        assert code == 0, output[-6000:]
        return output

    def query(self, sql: str, database: str = "vitrine.duckdb") -> list[tuple[Any, ...]]:
        """Return the rows of a query."""
        with duckdb.connect(str(self.path / database), read_only=True) as connection:
            return connection.execute(sql).fetchall()

    def frame(self, sql: str) -> pd.DataFrame:
        """Return the rows of a query as a frame."""
        with duckdb.connect(str(self.path / "vitrine.duckdb"), read_only=True) as connection:
            return connection.execute(sql).df()


def project_copy(folder: Path) -> Path:
    """Copy the dbt project, so that a test can edit its seeds or models."""
    target = folder / "project"
    for name in ("models", "python_models", "macros", "seeds", "tests/dbt", "docs/columns"):
        if (PROJECT / name).exists():
            shutil.copytree(PROJECT / name, target / name)
    for name in ("dbt_project.yml", "profiles.yml"):
        shutil.copy(PROJECT / name, target / name)
    return target


def add_rows(project, seed, *rows):
    """Add rows to a seed of a copied project."""
    path = project / "seeds" / f"{seed}.csv"
    path.write_text("\n".join([path.read_text().rstrip("\n"), *rows]) + "\n")


def set_limits(warehouse, variables, **limits):
    """Give audits other limits, in a copied project, and let its warehouse know them."""
    rows = [f"{variables['connector']},,{audit},{limit},a test,,,a note" for audit, limit in limits.items()]
    add_rows(warehouse.project, "audit_limits", *rows)
    load_limits(warehouse, variables)


def load_limits(warehouse, variables):
    """Let a warehouse know the limits that its project has now."""
    models = ["int_integrity__audit_conflicts", "int_integrity__seed_conflicts", "int_integrity__seed_errors"]
    warehouse.run(["seed", "--select", "audit_limits"], variables)
    warehouse.run(["run", "--select", *models, "int_integrity__audit_limits"], variables)


def stopped(warehouse, arguments, variables):
    """What dbt says when it stops, on one line; it has to stop, and not by a traceback."""
    code, output = warehouse.call(arguments, variables)
    assert code != 0, output
    assert "Traceback" not in output, output
    return " ".join(output.split())
