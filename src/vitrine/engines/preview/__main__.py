"""`make preview`: build the working tree's rules and seeds beside the live release, and say what would change.

It works in target/preview/<connector>, on what it took over from the last build. The warehouse is only read, with
builds kept out while it is, and readers keep their file. What is learned from the past is not learned again.
"""

import argparse
import fcntl
import json
import os
import re
import subprocess
import sys
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

import yaml

from vitrine.engines.connections import in_words
from vitrine.engines.duckdb_plugin import code_files
from vitrine.engines.preview.plan import Graph, PreviewError, not_shown, planned, scores_stay
from vitrine.engines.preview.report import preview_text
from vitrine.engines.preview.warehouse import LastBuild, Live, compared, required_as_before

TRACE = re.compile(
    r"^\s*(> in macro|> called by|the above exception|Traceback|File \").*$", re.MULTILINE | re.IGNORECASE
)


def main(arguments: list[str] | None = None) -> None:
    """Print the preview and write it to target/preview/<connector>/preview.md."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("connector", nargs="?", default="", help="connector of the last build; default the project's")
    parser.add_argument(
        "--as-of", default="", help="day of the last build; default the connector's, or whatever it was"
    )
    parser.add_argument("--project", type=Path, default=Path(), help="folder of dbt_project.yml")
    options = parser.parse_args(arguments)
    try:
        preview(options.project.resolve(), options.connector, options.as_of)
    except PreviewError as problem:
        sys.exit(str(problem))
    except OSError as problem:
        places = "to target/preview and to the lock beside the warehouse"
        sys.exit(
            f"No preview: {in_words(problem)}. It runs in the project's folder and must be able to write {places}."
        )


def preview(project: Path, connector: str, as_of: str) -> None:
    """Make the preview of the project's working tree."""
    started = time.monotonic()
    settings = yaml.safe_load((project / "dbt_project.yml").read_text())["vars"]
    connector = connector or settings["connector"]
    if connector not in settings["connectors"]:
        raise PreviewError(f"Unknown connector '{connector}'. Known connectors: {', '.join(settings['connectors'])}.")
    wanted_at = as_of or settings["as_of"] or settings["connectors"][connector].get("as_of") or ""
    warehouse = project / os.environ.get("VITRINE_WAREHOUSE", "warehouse") / "vitrine.duckdb"
    folder = project / "target" / "preview" / connector
    folder.mkdir(parents=True, exist_ok=True)
    with _alone(folder):
        with Live(warehouse, folder) as live:
            last = live.last_build()
            _refuse_another(last, connector, wanted_at, warehouse)
            variables = {
                **json.loads(last.parameters).get("given", {}),
                "connector": connector,
                "as_of": f"{last.as_of_at:%Y-%m-%d %H:%M:%S}",
            }
            _dbt(project, folder, ["parse"], variables)
            graph = Graph(json.loads((folder / "target" / "manifest.json").read_text()), project)
            plan = planned(graph, last.built)
            print("Taking over what the last build knows of today…", flush=True)
            live.copy(folder / "vitrine.duckdb", last, plan.inputs)
        database, changed = folder / "vitrine.duckdb", _changed_files(project, last)
        print("Building the seeds and rules of the working tree beside it…", flush=True)
        _dbt(project, folder, _build(plan.rules), variables)
        kept = set(plan.scored if scores_stay(graph, plan, changed) and required_as_before(database) else ())
        print("Building the slates…", flush=True)
        _dbt(project, folder, _build(name for name in plan.rankings if name not in kept), variables)
        unseen = not_shown(graph, changed or [], plan.rebuilt)
        text = preview_text(_heading(last), _notes(last, changed), compared(database), unseen)
        (folder / "preview.md").write_text(text, encoding="utf-8")
    print(f"\n{text}")
    print(
        f"Took {time.monotonic() - started:.0f} s. The warehouse and the readers' file are as they were. This text: "
        f"{_shown(folder / 'preview.md')}. Slot by slot: table preview.changes in {_shown(folder / 'vitrine.duckdb')}."
    )


def _refuse_another(last: LastBuild, connector: str, wanted_at: str, warehouse: Path) -> None:
    if last.connector != connector:
        raise PreviewError(
            f"{_shown(warehouse)} was built last with the connector {last.connector}, not {connector}: "
            f"`make preview CONNECTOR={last.connector}`, or `make build CONNECTOR={connector}` first."
        )
    if not wanted_at:
        return
    try:
        wanted = datetime.fromisoformat(str(wanted_at))
    except ValueError:
        raise PreviewError(f"AS_OF is '{wanted_at}': write it as YYYY-MM-DD or YYYY-MM-DD HH:MM:SS (UTC).") from None
    if wanted != last.as_of_at:
        day = f"{last.as_of_at:%Y-%m-%d}" if last.as_of_at.time() == datetime.min.time() else f"{last.as_of_at}"
        raise PreviewError(
            f"{_shown(warehouse)} was built last as of {day}, not {wanted_at}: `make preview AS_OF='{day}'`, or "
            f"`make build AS_OF={wanted_at}` first."
        )


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    with (folder / "preview.lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise PreviewError(f"Another preview is working in {_shown(folder)}. Wait for it to end.") from None
        yield


def _dbt(project: Path, folder: Path, arguments: list[str], variables: dict[str, Any]) -> None:
    """Run dbt in the preview's folder; what stops it comes without a stack trace."""
    command = [str(Path(sys.executable).with_name("dbt")), "--quiet", "--no-use-colors", *arguments]
    places = {"VITRINE_WAREHOUSE": folder, "DBT_TARGET_PATH": folder / "target", "DBT_LOG_PATH": folder / "logs"}
    results = folder / "target" / "run_results.json"
    results.unlink(missing_ok=True)
    done = subprocess.run(
        [*command, "--vars", json.dumps(variables)],
        cwd=project,
        env=os.environ | {name: str(place) for name, place in places.items()},
        capture_output=True,
        text=True,
        check=False,
    )
    if not done.returncode:
        return
    messages = [done.stdout + done.stderr]
    if results.exists():
        nodes = json.loads(results.read_text())["results"]
        messages = [one["message"] for one in nodes if one["status"] in ("error", "fail", "runtime error")] or messages
    said = "\n".join(line for one in messages for line in TRACE.sub("", one or "").splitlines() if line.strip())
    raise PreviewError(f"No preview: the working tree does not build.\n{said}")


def _build(names: Iterable[str]) -> list[str]:
    return ["build", "--select", *names, "--exclude-resource-type", "test", "unit_test"]


def _changed_files(project: Path, last: LastBuild) -> list[str] | None:
    """Return the files and vars that are not as in the last build; None when it did not say."""
    if last.code_files is None:
        return None
    then, now = json.loads(last.code_files), code_files(project)
    return sorted(name for name in then.keys() | now.keys() if then.get(name) != now.get(name))


def _heading(last: LastBuild) -> str:
    live = ", ".join(
        f"{channel}: `{release}`, published {published:%Y-%m-%d %H:%M} UTC"
        for channel, release, _, published in last.live
    )
    what = f"## Preview: {last.connector} as of {last.as_of_at:%Y-%m-%d}"
    return f"{what}\n\nThe working tree against the live release ({live})."


def _notes(last: LastBuild, changed: list[str] | None) -> Iterator[str]:
    yield "Candidates, probabilities and data are those of the last build; nothing is learned or evaluated again."
    for channel, release, pin_reason, _ in last.live:
        if release != last.release_id:
            why = f"is held by a rollback ({pin_reason})" if pin_reason else "is older"
            yield (
                f"The live release of {channel} {why} and not of the last build, `{last.release_id}`: "
                "not every difference is your edit's."
            )
    if changed is None:
        yield "An earlier version made the last build and did not note its files: what else has changed is not known."


def _shown(path: Path) -> str:
    return os.path.relpath(path)


if __name__ == "__main__":
    main()
