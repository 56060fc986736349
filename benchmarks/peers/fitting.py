"""Starts the peers in their environments, one process at a time, and keeps the lists that they wrote."""

import hashlib
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from protocol import HERE, ROOT, TARGET, ComparisonError, Protocol
from space import Params, Peer

ONE_THREAD = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1")


@dataclass(frozen=True)
class Fitted:
    """What became of one configuration."""

    params: Params
    file: Path
    seconds: float | None
    error: str | None


def python_of(environment: str) -> Path:
    """Return the interpreter of an environment; makes it from its requirements when they are new or changed."""
    folder, requirements = TARGET / "venvs" / environment, HERE / "requirements" / f"{environment}.txt"
    python, stamp = folder / "bin" / "python", folder / "requirements.txt"
    if stamp.exists() and stamp.read_text() == requirements.read_text():
        return python
    print(f"setting up the environment {environment}", flush=True)
    shutil.rmtree(folder, ignore_errors=True)
    # Pinned for Python 3.11: another one may be named, should the default be newer.
    base = os.environ.get("PEERS_PYTHON", sys.executable)
    for command in (
        [base, "-m", "venv", str(folder)],
        [str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "-r", str(requirements)],
    ):
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if done.returncode:
            raise ComparisonError(
                f"The environment {environment} could not be made from {requirements.relative_to(ROOT)}; its versions "
                f"are pinned for Python 3.11 (PEERS_PYTHON names another interpreter).\n{done.stderr[-2000:]}"
            )
    shutil.copy(requirements, stamp)
    return python


def fit(
    protocol: Protocol,
    cutoff: datetime,
    peer: Peer,
    wanted: Sequence[tuple[Params, Sequence[str]]],
    customers: Sequence[int] | None,
    limit_seconds: int | None,
) -> list[Fitted]:
    """Return one result for each wanted configuration and its tasks; what the same code made before is not made again.

    `customers` None means all known ones, `limit_seconds` None no limit.
    """
    folder = protocol.lists_folder(cutoff) / "fits"
    folder.mkdir(parents=True, exist_ok=True)
    context = [source_fingerprint(peer), inputs_fingerprint(protocol, cutoff), list(customers or []), limit_seconds]
    jobs = []
    for params, tasks in wanted:
        key = hashlib.sha256(json.dumps([context, params, list(tasks)]).encode()).hexdigest()[:16]
        file = folder / f"{peer.name}-{key}.parquet"
        jobs.append({"key": key, "params": params, "tasks": list(tasks), "file": str(file)})
    notes = {job["key"]: Path(job["file"]).with_suffix(".json") for job in jobs}
    left = [job for job in jobs if not notes[job["key"]].exists()]
    while left:
        _run(protocol, cutoff, peer, left, customers, limit_seconds, notes)
        left = [job for job in left if not notes[job["key"]].exists()]
    results = []
    for job in jobs:
        note = json.loads(notes[job["key"]].read_text())
        results.append(Fitted(job["params"], Path(job["file"]), note["seconds"], note["error"]))
    return results


def _run(
    protocol: Protocol,
    cutoff: datetime,
    peer: Peer,
    jobs: list[dict],
    customers: Sequence[int] | None,
    limit_seconds: int | None,
    notes: dict[str, Path],
) -> None:
    """Run a worker until it ends, and note what it said of each configuration that it began."""
    job = {
        "inputs": str(protocol.inputs_folder(cutoff)),
        "horizon_days": protocol.horizon_days,
        "module": peer.module,
        "customers": [int(customer) for customer in customers or []],
        "limit_seconds": limit_seconds,
        "configurations": jobs,
    }
    with tempfile.NamedTemporaryFile("w", suffix=".json") as file, tempfile.TemporaryFile("w+") as errors:
        json.dump(job, file)
        file.flush()
        command = [str(python_of(peer.environment)), "-W", "ignore", str(HERE / "worker.py"), file.name]
        environment = {**os.environ, **ONE_THREAD, "PYTHONHASHSEED": "0", "PYTHONDONTWRITEBYTECODE": "1"}
        process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=errors, text=True, env=environment)
        assert process.stdout is not None
        running, done_count = None, 0
        for line in process.stdout:
            if not line.startswith("{"):
                continue
            note = json.loads(line)
            running = note.get("started", running)
            if "finished" in note:
                _note(notes[note["finished"]], note["seconds"], note["error"])
                running, done_count = None, done_count + 1
        code = process.wait()
        errors.seek(0)
        last = errors.read()[-800:]
    if running is None and not done_count:
        raise ComparisonError(f"{peer.name} could not start in the environment {peer.environment}:\n{last}")
    if running is not None:
        why = f"over {limit_seconds} processor seconds" if code == -signal.SIGXCPU else f"ended with {code}: {last}"
        _note(notes[running], None, why)


def _note(file: Path, seconds: float | None, error: str | None) -> None:
    file.write_text(json.dumps({"seconds": seconds, "error": error}) + "\n")


def source_fingerprint(peer: Peer) -> str:
    """Return a hash of the code and the requirements that a peer's lists depend on."""
    digest, seen = hashlib.sha256(), set()
    todo = [HERE / "methods" / f"{peer.module}.py"]
    while todo:
        file = todo.pop()
        if file in seen or not file.exists():
            continue
        seen.add(file)
        text = file.read_text()
        for package, name, several in re.findall(r"^from (?:(methods)\.)?(\w+) import (.*)$", text, re.MULTILINE):
            places = several.split(", ") if name == "methods" else [name]
            inside = HERE / "methods" if package or name == "methods" else HERE
            todo += [inside / f"{place}.py" for place in places]
    for file in sorted(seen | {HERE / "requirements" / f"{peer.environment}.txt"}):
        digest.update(file.name.encode() + file.read_bytes())
    return digest.hexdigest()


def inputs_fingerprint(protocol: Protocol, cutoff: datetime) -> str:
    """Return a hash of what peers know at a cutoff: a new build that knows the same changes nothing for them."""
    digest = hashlib.sha256()
    for name in ("customers", "products", "purchases"):
        digest.update((protocol.inputs_folder(cutoff) / f"{name}.parquet").read_bytes())
    return digest.hexdigest()
