"""The rival: the very statements that the slates need, in order, on one connection, with no dbt around them.

    python plain.py plan  PROJECT FOLDER VARS     # reads the project, loads the seeds, writes FOLDER/plan.json
    python plain.py run   FOLDER                  # what is timed: source files in, slates out

It is what is left of a build if nothing is tested, judged, documented, logged or published, and no script that makes
the same rows can do less without finding better SQL. Planning is not timed, and the seeds are there before it begins.
"""

import importlib
import json
import os
import subprocess
import sys
import time
from graphlib import TopologicalSorter
from pathlib import Path
from typing import Any

import duckdb

WANTED = "int_release__slates"


def plan(project: Path, folder: Path, variables: str) -> None:
    """Compile the models that the slates need and load the seeds into a warehouse that the run begins with."""
    environment = {
        **os.environ,
        "VITRINE_WAREHOUSE": str(folder / "warehouse"),
        "DBT_TARGET_PATH": str(folder / "target"),
        "DBT_LOG_PATH": str(folder / "logs"),
    }
    dbt = str(Path(sys.executable).with_name("dbt"))
    for command in (["seed"], ["compile", "--select", f"+{WANTED}"]):
        subprocess.run([dbt, "--quiet", *command, "--vars", variables], cwd=project, env=environment, check=True,
                       stdout=subprocess.DEVNULL)  # fmt: skip
    manifest = json.loads((folder / "target" / "manifest.json").read_text())
    models = {name: node for name, node in manifest["nodes"].items() if node["resource_type"] == "model"}
    models = {name: node for name, node in models.items() if node.get("compiled_code")}
    order = TopologicalSorter({name: set(node["depends_on"]["nodes"]) & set(models) for name, node in models.items()})
    steps = [
        {
            "name": models[name]["name"],
            "relation": models[name]["relation_name"],
            "schema": models[name]["schema"],
            "kind": "view" if models[name]["config"]["materialized"] == "view" else "table",
            "language": models[name]["language"],
            "code": models[name]["compiled_code"],
        }
        for name in order.static_order()
    ]
    profile = {"memory_limit": os.environ.get("VITRINE_MEMORY_LIMIT", "1500MB"), "project": str(project)}
    (folder / "plan.json").write_text(json.dumps({**profile, "steps": steps}))


def run(folder: Path) -> None:
    """Run the planned statements; print their names and seconds as JSON."""
    planned = json.loads((folder / "plan.json").read_text())
    plugin = importlib.import_module("vitrine.engines.duckdb_plugin")
    connection = duckdb.connect(
        str(folder / "warehouse" / "vitrine.duckdb"),
        config={"memory_limit": planned["memory_limit"], "temp_directory": str(folder / "warehouse" / "spill")},
    )
    connection.execute("set global preserve_insertion_order = false; set global TimeZone = 'UTC'")
    os.chdir(planned["project"])
    for name, value in plugin.cursor_variables(Path.cwd()).items():
        connection.execute(f"set variable {name} = ?", [value])
    connection.execute("set variable vitrine_erasure_salt = ?", [plugin.erasure_salt()])
    for schema in sorted({step["schema"] for step in planned["steps"]}):
        connection.execute(f"create schema if not exists {schema}")
    seconds = []
    for step in planned["steps"]:
        started = time.monotonic()
        if step["language"] == "python":
            rows = modelled(step["code"], connection)
            # Of its own, as rows may be read from the other one while they are written.
            connection.cursor().execute(f"create table {step['relation']} as select * from rows")
            del rows
        else:
            connection.execute(f"create {step['kind']} {step['relation']} as ({step['code']})")
        seconds.append([step["name"], time.monotonic() - started])
    connection.close()
    print(json.dumps(seconds))


def modelled(code: str, connection: duckdb.DuckDBPyConnection) -> Any:
    """Return what a compiled Python model makes."""
    names: dict[str, Any] = {"__name__": "model"}
    exec(compile(code, "<model>", "exec"), names)
    return names["model"](names["dbtObj"](lambda relation: connection.query(f"select * from {relation}")), connection)


if __name__ == "__main__":
    if sys.argv[1] == "plan":
        plan(Path(sys.argv[2]), Path(sys.argv[3]), sys.argv[4])
    else:
        run(Path(sys.argv[2]))
