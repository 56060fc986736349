"""A process that has dbt imported and forks for each command, so that no test waits for the imports again.

A forked child runs the same entry points as a shell would, with a working folder, an environment and output of its own.
A project that was read with the same vars before is not read again, as long as none of its files has changed; a copy of
it with a few changes is read where it differs.
"""

import atexit
import fcntl
import gc
import hashlib
import importlib
import json
import os
import runpy
import signal
import subprocess
import sys
import tempfile
import time
import traceback
from pathlib import Path
from typing import Any

from quick_dbt import make_dbt_quick

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
    """The forking process, started at the first command.

    ``parsed`` is a folder for what dbt read and compiled; several processes may share it. ``before`` is a script that
    the process runs first.
    """

    def __init__(self, parsed: Path | None = None, before: Path | None = None) -> None:
        self.process: subprocess.Popen[str] | None = None
        self.parsed = parsed
        self.before = before

    def run(
        self, command: list[str], folder: Path, environment: dict[str, str], kill_at: tuple[str, float] | None = None
    ) -> tuple[int, str]:
        """Run a command like ["dbt", "build"] or ["vitrine.engines.check"]; return its exit code and what it printed.

        With ``kill_at`` it is killed, as by kill -9, so many seconds after it printed a text: its exit code is -9 then.
        """
        if self.process is None:
            self.parsed = self.parsed or Path(tempfile.mkdtemp(prefix="parsed-"))
            # A child ends at once and leaves its semaphores to the tracker, which would warn of them.
            quiet = os.environ | {"PYTHONWARNINGS": "ignore:resource_tracker:UserWarning"}
            command_line = [sys.executable, __file__, str(self.parsed), *([str(self.before)] if self.before else [])]
            self.process = subprocess.Popen(
                command_line, env=quiet, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
            )
            atexit.register(self.process.terminate)
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        with tempfile.NamedTemporaryFile("r", suffix=".log") as printed:
            order = {
                "command": command,
                "folder": str(folder),
                "environment": environment,
                "output": printed.name,
                "kill_at": kill_at,
                "parsed": str(self.parsed),
            }
            self.process.stdin.write(json.dumps(order) + "\n")
            self.process.stdin.flush()
            answer = self.process.stdout.readline()
            assert answer, "the forking process has ended"
            return int(answer), printed.read()

    def close(self) -> None:
        """End the process; the next command starts another."""
        if self.process is not None:
            self.process.terminate()
            self.process.wait()
            self.process = None


class Manifests:
    """The last projects that were read, by all that reading them depends on."""

    KEPT = 6
    # Vars that stand in the SQL of models only: no name, config or ref depends on them, so reading the project does not.
    OF_THE_RUN = ("as_of", "recently_bought_days", "release_retention_days", "retention_days")
    COMMANDS = ("build", "run", "seed", "test", "run-operation")

    def __init__(self) -> None:
        self.known: dict[str, Any] = {}

    def of(self, order: dict[str, Any]) -> Any:
        """Return the manifest for an order; None where the command reads the project itself or cannot read it."""
        name, *arguments = order["command"]
        command = next((argument for argument in arguments if argument in self.COMMANDS), None)
        if name != "dbt" or command is None or "--project-dir" in arguments:
            return None
        given = arguments[arguments.index("--vars") + 1] if "--vars" in arguments else "{}"
        folder, environment = Path(order["folder"]), order["environment"]
        settings = {name: value for name, value in environment.items() if name.startswith(("VITRINE_", "DBT_"))}
        own = (
            "VITRINE_WAREHOUSE",
            "VITRINE_ERASURE_SALT",
            "VITRINE_THREADS",
            "DBT_TARGET_PATH",
            "DBT_LOG_PATH",
            "DBT_EXCLUDE_RESOURCE_TYPES",
            "DBT_WRITE_JSON",
        )
        settings = {name: value for name, value in settings.items() if name not in own}
        variables = {name: value for name, value in json.loads(given).items() if name not in self.OF_THE_RUN}
        source = variables.get("source_dir")
        # Another folder of sources is put in afterwards.
        way = json.dumps([variables | ({"source_dir": "any"} if source else {}), settings], sort_keys=True)
        key = json.dumps([str(folder), way, source, files_of(folder)], sort_keys=True)
        if key not in self.known:
            self.known = dict(list(self.known.items())[-(self.KEPT - 1) :])
            last = Path(order["parsed"], hashlib.md5(way.encode()).hexdigest())
            self.known[key] = read(folder, environment, last, given)
            # What is known is in every child's memory; collecting there would only copy it.
            gc.collect()
            gc.freeze()
        return self.known[key]


def files_of(folder: Path) -> list[tuple[str, int, int]]:
    """Return the files of a project with their sizes and when they changed."""
    parts = ("models", "python_models", "macros", "seeds", "tests/dbt", "docs/columns")
    paths = [path for part in parts for path in (folder / part).rglob("*.*")]
    paths += [folder / "dbt_project.yml", folder / "profiles.yml"]
    return sorted((str(path), path.stat().st_mtime_ns, path.stat().st_size) for path in paths if path.is_file())


def read(folder: Path, environment: dict[str, str], last: Path, given: str) -> Any:
    """Read a project in this process, from where it differs from the last one, and return its manifest; None if it fails."""
    kept, place = dict(os.environ), Path.cwd()
    last.mkdir(parents=True, exist_ok=True)
    # The vars as they were given first: in others dbt would read everything again, though none of OF_THE_RUN matters to it.
    first = last / "vars.json"
    os.environ.clear()
    os.environ.update(environment)
    # Nothing is left for later commands to find; nor do the place of the warehouse and the threads matter.
    os.environ.update({"DBT_WRITE_JSON": "false", "DBT_TARGET_PATH": str(last)})
    os.environ.update({"VITRINE_WAREHOUSE": str(last / "warehouse"), "VITRINE_THREADS": "1"})
    os.chdir(folder)
    try:
        with (last / "lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            if not first.exists():
                first.write_text(given)
            # The static parser has threads, which a fork would lose.
            arguments = ["--quiet", "--no-static-parser", "parse", "--vars", first.read_text()]
            found = importlib.import_module("dbt.cli.main").dbtRunner().invoke(arguments)
            if not found.success:
                return None
            put_in_place(
                found.result, folder, *(json.loads(one).get("source_dir") for one in (first.read_text(), given))
            )
            return found.result
    finally:
        os.chdir(place)
        os.environ.clear()
        os.environ.update(kept)


def put_in_place(manifest: Any, folder: Path, read_from: str | None, source_dir: str | None) -> None:
    """Let a manifest that was read from another copy of the project, or with other sources, name this one's."""
    for node in manifest.nodes.values():
        if node.resource_type == "seed" and node.package_name == manifest.metadata.project_name:
            node.root_path = str(folder)
    for source in manifest.sources.values():
        for meta in (source.meta, source.source_meta, source.config.meta):
            for end in ("'", "/{name}"):
                if read_from and source_dir and "external_location" in meta:
                    before, after = (f"'{place}{end}" for place in (read_from, source_dir))
                    meta["external_location"] = meta["external_location"].replace(before, after)


def obey(order: dict[str, Any], manifest: Any) -> None:
    """Become the command: its folder, its environment, its output."""
    os.chdir(order["folder"])
    os.environ.clear()
    os.environ.update(order["environment"])
    output = os.open(order["output"], os.O_WRONLY | os.O_APPEND)
    os.dup2(output, 1)
    os.dup2(output, 2)
    name, *arguments = order["command"]
    sys.argv = [name, *arguments]
    if name != "dbt":
        runpy.run_module(name, run_name="__main__", alter_sys=True)
    elif manifest is None:
        importlib.import_module("dbt.cli.main").cli(arguments)
    else:
        result = importlib.import_module("dbt.cli.main").dbtRunner(manifest=manifest).invoke(arguments)
        if result.exception is not None:
            print(result.exception)
        sys.exit(0 if result.success else 2 if result.exception is not None else 1)


def end_with(order: dict[str, Any], manifest: Any) -> None:
    """Run the command and end the child as the command ended, without undoing what only the parent has."""
    code: Any = 0
    try:
        obey(order, manifest)
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


def ended(child: int, output: str, kill_at: tuple[str, float] | None) -> int:
    """Wait for a child, kill it when its time is over, and return its exit code."""
    if kill_at is not None:
        text, seconds = kill_at
        printed = Path(output)
        deadline = None
        while os.waitid(os.P_PID, child, os.WEXITED | os.WNOHANG | os.WNOWAIT) is None:
            if deadline is None and text in printed.read_text():
                deadline = time.monotonic() + seconds
            if deadline is not None and time.monotonic() >= deadline:
                os.kill(child, signal.SIGKILL)
                break
            time.sleep(0.002)
    _, status = os.waitpid(child, 0)
    return os.waitstatus_to_exitcode(status)


def serve(parsed: Path, *before: str) -> None:
    """Fork for each line on the standard input and answer with the exit code of the child."""
    # What is printed while a project is read is no answer.
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)
    make_dbt_quick(parsed / "templates")
    for script in before:
        runpy.run_path(script)
    warm_up()
    manifests = Manifests()
    for line in sys.stdin:
        order = json.loads(line)
        manifest = manifests.of(order)
        child = os.fork()
        if child == 0:
            end_with(order, manifest)
        print(ended(child, order["output"], order["kill_at"]), file=answers, flush=True)


if __name__ == "__main__":
    serve(Path(sys.argv[1]), *sys.argv[2:])
