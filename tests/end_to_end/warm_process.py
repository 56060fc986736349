"""A process that has dbt imported and forks for each command, so that no test waits for the imports again.

A forked child runs the same entry points as a shell would, with a working folder, an environment and output of its own.
"""

import atexit
import importlib
import json
import os
import runpy
import subprocess
import sys
import tempfile
import traceback
from pathlib import Path
from typing import Any

PROJECT = Path(__file__).resolve().parents[2]
# What the commands import before they do anything of their own.
IMPORTED = ["dbt.cli.main", "dbt.adapters.duckdb", "dbt.task.build", "duckdb", "pandas", "pyarrow.parquet", "sklearn.ensemble"]  # fmt: skip


WARM_PROJECT = {
    "dbt_project.yml": "{name: warm, version: 1.0.0, profile: warm}",
    "profiles.yml": "{warm: {target: warm, outputs: {warm: {type: duckdb, path: ':memory:'}}}}",
    "seeds/numbers.csv": "number\n1\n",
    "models/twice.sql": "select 2 * number as number from {{ ref('numbers') }}",
    "models/twice.yml": """
{models: [{name: twice, columns: [{name: number, data_tests: [not_null]}]}],
unit_tests: [{name: it_doubles, model: twice,
    given: [{input: ref('numbers'), rows: [{number: 2}]}], expect: {rows: [{number: 4}]}}]}
""",
}


class WarmProcess:
    """The forking process, started at the first command."""

    def __init__(self) -> None:
        self.process: subprocess.Popen[str] | None = None

    def run(self, command: list[str], folder: Path, environment: dict[str, str]) -> tuple[int, str]:
        """Run a command like ["dbt", "build"] or ["vitrine.engines.check"]; return its exit code and what it printed."""
        if self.process is None:
            # A child ends at once and leaves its semaphores to the tracker, which would warn of them.
            quiet = os.environ | {"PYTHONWARNINGS": "ignore:resource_tracker:UserWarning"}
            self.process = subprocess.Popen(
                [sys.executable, __file__], env=quiet, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
            )
            atexit.register(self.process.terminate)
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        with tempfile.NamedTemporaryFile("r", suffix=".log") as printed:
            order = {"command": command, "folder": str(folder), "environment": environment, "output": printed.name}
            self.process.stdin.write(json.dumps(order) + "\n")
            self.process.stdin.flush()
            answer = self.process.stdout.readline()
            assert answer, "the forking process has ended"
            return int(answer), printed.read()


def obey(order: dict[str, Any]) -> None:
    """Become the command: its folder, its environment, its output."""
    os.chdir(order["folder"])
    os.environ.clear()
    os.environ.update(order["environment"])
    output = os.open(order["output"], os.O_WRONLY | os.O_APPEND)
    os.dup2(output, 1)
    os.dup2(output, 2)
    name, *arguments = order["command"]
    sys.argv = [name, *arguments]
    if name == "dbt":
        importlib.import_module("dbt.cli.main").cli(arguments)
    else:
        runpy.run_module(name, run_name="__main__", alter_sys=True)


def end_with(order: dict[str, Any]) -> None:
    """Run the command and end the child as the command ended, without undoing what only the parent has."""
    code: Any = 0
    try:
        obey(order)
    except SystemExit as stop:
        code = stop.code
    except BaseException:
        traceback.print_exc()
        code = 1
    if isinstance(code, str):
        print(code, file=sys.stderr)
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code if isinstance(code, int) else int(code is not None))


def warm_up() -> None:
    """Import what the commands import, and parse a project of one model: dbt compiles its own classes at first use."""
    for name in IMPORTED:
        importlib.import_module(name)
    with tempfile.TemporaryDirectory() as folder:
        for name, text in WARM_PROJECT.items():
            path = Path(folder, name)
            path.parent.mkdir(exist_ok=True)
            path.write_text(text)
        # The static parser has threads, which a fork would lose.
        arguments = ["--quiet", "--no-static-parser", "parse", "--project-dir", folder]
        result = importlib.import_module("dbt.cli.main").dbtRunner().invoke([*arguments, "--profiles-dir", folder])
        assert result.success, result.exception


def serve() -> None:
    """Fork for each line on the standard input and answer with the exit code of the child."""
    warm_up()
    for line in sys.stdin:
        child = os.fork()
        if child == 0:
            end_with(json.loads(line))
        _, status = os.waitpid(child, 0)
        print(os.waitstatus_to_exitcode(status), flush=True)


if __name__ == "__main__":
    serve()
