"""dbt in this process, in the check's own folder and on its own database: it is loaded and parses once."""

import contextlib
import gc
import io
import json
import os
import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing.pool import Pool
from pathlib import Path
from typing import Any

import duckdb
from dbt.adapters.duckdb.connections import DuckDBConnectionManager
from dbt.cli.main import dbtRunner, dbtRunnerResult

from vitrine.engines.check.problems import CheckError
from vitrine.engines.connections import connected
from vitrine.engines.preview.plan import Graph

NOISE = re.compile(r"^\s*(> in macro|> called by|the above exception|Traceback|File \"|compiled code at).*$", re.I)
FAILED = ("error", "fail", "runtime error", "partial success")


@dataclass(frozen=True)
class Outcome:
    """What became of one model or seed: `problem` is None where it worked, and "" where it was left out."""

    name: str
    path: str
    problem: str | None
    compiled: str | None


class Dbt:
    """dbt on a project, with all that it writes in one folder."""

    def __init__(self, project: Path, folder: Path, variables: dict[str, Any]) -> None:
        self.folder = folder
        self._variables = json.dumps(variables)
        self._runner = dbtRunner()
        places = {"VITRINE_WAREHOUSE": folder, "DBT_TARGET_PATH": folder / "target", "DBT_LOG_PATH": folder / "logs"}
        os.environ.update({name: str(place) for name, place in places.items()})
        os.environ["DBT_SEND_ANONYMOUS_USAGE_STATS"] = "false"
        os.chdir(project)

    @property
    def database(self) -> Path:
        """Return the check's own database file."""
        return self.folder / "vitrine.duckdb"

    def parse(self) -> tuple[Graph, dict[str, Any]]:
        """Return the graph of the project's models and seeds, and its sources.

        Raises
        ------
        CheckError
            If the project does not parse, with dbt's words for it.
        """
        done = self._call(["parse"])
        if done.exception is not None or not done.success:
            raise CheckError(placed(plain(str(done.exception))))
        self._runner = dbtRunner(manifest=done.result)  # type: ignore[arg-type]
        manifest = json.loads((self.folder / "target" / "manifest.json").read_text(encoding="utf-8"))
        return Graph(manifest), manifest["sources"]

    def build(self, names: Iterable[str]) -> list[Outcome]:
        """Build models and seeds, without their tests."""
        return self._outcomes(["build", "--select", *sorted(names), "--exclude-resource-type", "test", "unit_test"])

    def compile(self, names: Iterable[str]) -> list[Outcome]:
        """Compile models without running them."""
        left = set(names)
        outcomes: list[Outcome] = []
        while left:
            done = self._call(["compile", "--select", *sorted(left)])
            if done.exception is None:
                return outcomes + self._results(done)
            # Where one does not compile, dbt raises and says nothing of the others.
            message = plain(str(done.exception))
            named = re.search(r"\bmodel (\w+) \((.+?)\)", message)
            if named is None or named[1] not in left:
                raise CheckError(message)
            left.remove(named[1])
            outcomes.append(Outcome(named[1], named[2], message, None))
        return outcomes

    @contextmanager
    def connection(self) -> Iterator[duckdb.DuckDBPyConnection]:
        """Open a database in memory; dbt has let go of its own meanwhile, so that it may be attached."""
        let_go()
        with connected(self.folder) as opened:
            yield opened

    def _outcomes(self, arguments: list[str]) -> list[Outcome]:
        done = self._call(arguments)
        if done.exception is not None:
            raise CheckError(placed(plain(str(done.exception))))
        return self._results(done)

    def _results(self, done: dbtRunnerResult) -> list[Outcome]:
        return [
            Outcome(
                one.node.name,
                one.node.original_file_path,
                plain(one.message or "") if one.status in FAILED else "" if one.status == "skipped" else None,
                getattr(one.node, "compiled_code", None),
            )
            for one in done.result.results  # type: ignore[union-attr]
        ]

    def _call(self, arguments: list[str]) -> dbtRunnerResult:
        with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
            done = self._runner.invoke(["--quiet", "--no-use-colors", *arguments, "--vars", self._variables])
        if done.exception is not None:
            _end_threads()
        return done


def let_go() -> None:
    """Close dbt's database: dbt keeps it open between calls, and DuckDB opens a file once in a process."""
    with contextlib.suppress(Exception):  # never opened
        DuckDBConnectionManager.env().close()  # type: ignore[no-untyped-call]
    DuckDBConnectionManager.close_all_connections()  # type: ignore[no-untyped-call]


def _end_threads() -> None:
    """End the threads that dbt leaves behind where it raises: they would end in a trace of their own."""
    for one in gc.get_objects():
        if isinstance(one, Pool):
            one.terminate()


def plain(message: str) -> str:
    """Return a message of dbt without the places in macros, all vars and blank lines that only its developers read."""
    message = message.split("Vars supplied to", maxsplit=1)[0]
    return "\n".join(line.rstrip() for line in message.splitlines() if line.strip() and not NOISE.match(line))


def words(message: str) -> str:
    """Return a plain message on one line, without the heads that say which model it is about."""
    said = [part.strip() for part in message.splitlines()]
    kept = [part for part in said if not re.match(r"(Runtime|Compilation|Database) Error( in .*)?$", part)]
    return " ".join(kept or said)


def placed(message: str) -> str:
    """Return a message on one line behind the file that it names, with the line if it names one."""
    file = re.search(r"\(?((?:models|python_models|macros|seeds|tests)/[^\s()]+\.\w+)\)?", message)
    line = re.search(r"\bline (\d+)\b", message)
    if file is None:
        return message
    said = "; ".join(part.strip() for part in message.splitlines())
    return f"{file[1]}{':' + line[1] if line else ''}  {said}"


def quoted(text: object) -> str:
    """Return a text as a literal of SQL."""
    return "'" + str(text).replace("'", "''") + "'"
