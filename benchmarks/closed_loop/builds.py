"""A process that has read the project once and forks for each build, so that a round of the loop pays for its SQL only.

What a build computes is what `dbt run` computes: the forked child runs dbt's own command with the vars of its round.
Only the reading of the project is shared, which holds as long as no model's name, config or ref depends on what
changes between rounds: the day and the folder of the files.
"""

import importlib
import json
import os
import subprocess
import sys
import tempfile
import traceback
from pathlib import Path
from typing import Any

# What a build imports before it does anything of its own.
IMPORTED = ["dbt.adapters.duckdb", "dbt.task.build", "duckdb", "numba", "pandas", "pyarrow.parquet", "sklearn.ensemble"]


class Builds:
    """The builds of one project, started at the first one."""

    def __init__(self, project: Path, environment: dict[str, str]) -> None:
        self.project, self.environment = project, environment
        self.process: subprocess.Popen[str] | None = None

    def run(self, arguments: list[str], variables: dict[str, Any]) -> None:
        """Run a dbt command like ["run", "--select", "a"] with vars.

        Raises
        ------
        RuntimeError
            If it fails: the end of what it printed.
        """
        if self.process is None:
            self.process = subprocess.Popen(
                [sys.executable, __file__, json.dumps(variables)],
                cwd=self.project,
                env={**os.environ, **self.environment},
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                text=True,
            )
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        with tempfile.NamedTemporaryFile("r", suffix=".log") as printed:
            command = [*arguments, "--vars", json.dumps(variables)]
            self.process.stdin.write(json.dumps({"command": command, "output": printed.name}) + "\n")
            self.process.stdin.flush()
            answer = self.process.stdout.readline()
            if answer.strip() != "0":
                raise RuntimeError(f"dbt {' '.join(command)} failed:\n{printed.read()[-8000:]}")

    def close(self) -> None:
        """End the process."""
        if self.process is not None:
            self.process.terminate()
            self.process.wait()
            self.process = None


def dbt_runner(manifest: Any = None) -> Any:
    """Return dbt's programmatic entry, which only the forking process needs."""
    return importlib.import_module("dbt.cli.main").dbtRunner(manifest=manifest)


def obey(manifest: Any, order: dict[str, Any]) -> None:
    """Run a command in this process, which a fork has made for it, and end the process as the command ended."""
    code = 1
    try:
        output = os.open(order["output"], os.O_WRONLY | os.O_APPEND)
        os.dup2(output, 1)
        os.dup2(output, 2)
        result = dbt_runner(manifest=manifest).invoke(order["command"])
        code = 0 if result.success else 1
        if result.exception is not None:
            print(result.exception)
    except BaseException:
        traceback.print_exc()
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code)


def serve(variables: str) -> None:
    """Read the project, then fork for each line on the standard input and answer with the exit code of the child."""
    for name in IMPORTED:
        importlib.import_module(name)
    # The static parser has threads, which a fork would lose. What dbt prints is no answer.
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)
    result = dbt_runner().invoke(["--quiet", "--no-static-parser", "parse", "--vars", variables])
    if not result.success:
        sys.exit(f"The project cannot be read: {result.exception}")
    for line in sys.stdin:
        child = os.fork()
        if child == 0:
            obey(result.result, json.loads(line))
        _, status = os.waitpid(child, 0)
        print(os.waitstatus_to_exitcode(status), file=answers, flush=True)


if __name__ == "__main__":
    serve(sys.argv[1])
