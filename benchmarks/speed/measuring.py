"""Running a command and saying what it took."""

import os
import subprocess
import time
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path


@dataclass(frozen=True)
class Taken:
    """Wall and processor seconds, the greatest resident memory in bytes, and what was printed."""

    seconds: float
    cpu_seconds: float
    peak_bytes: int
    printed: str

    def row(self) -> dict[str, float]:
        """Return the figures."""
        return {name: value for name, value in asdict(self).items() if name != "printed"}


def take(command: Sequence[str], folder: Path, environment: Mapping[str, str]) -> Taken:
    """Run a command to its end and return what it took.

    Memory is that of the command's process at its largest, not of what it starts; none of the contestants starts any
    that works.

    Raises
    ------
    RuntimeError
        If it fails: the end of what it printed.
    """
    started = time.monotonic()
    process = subprocess.Popen(
        list(command), cwd=folder, env={**os.environ, **environment}, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        text=True,
    )  # fmt: skip
    assert process.stdout is not None
    printed = process.stdout.read()
    _, status, usage = os.wait4(process.pid, 0)
    seconds = time.monotonic() - started
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode != 0:
        raise RuntimeError(f"{' '.join(command)[:300]} ended with {process.returncode}:\n{printed[-6000:]}")
    return Taken(seconds, usage.ru_utime + usage.ru_stime, usage.ru_maxrss * 1024, printed)
