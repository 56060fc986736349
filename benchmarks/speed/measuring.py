"""Running a command and saying what it took."""

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

# Starts the command and writes down its usage. A process begins with the greatest memory of the one that started it, so
# it is started by one that has none to speak of.
LAUNCHER = """
import json, os, sys
child = os.posix_spawnp(sys.argv[2], sys.argv[2:], os.environ)
_, status, usage = os.wait4(child, 0)
code = os.waitstatus_to_exitcode(status)
with open(sys.argv[1], "w") as file:
    json.dump([code, usage.ru_utime + usage.ru_stime, usage.ru_maxrss * 1024], file)
"""


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

    Memory is that of the largest of its processes.

    Raises
    ------
    RuntimeError
        If it fails: the end of what it printed.
    """
    usage = Path(tempfile.gettempdir(), f"usage-{os.getpid()}.json")
    started = time.monotonic()
    done = subprocess.run(
        [sys.executable, "-S", "-c", LAUNCHER, str(usage), *command], cwd=folder, env={**os.environ, **environment},
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False,
    )  # fmt: skip
    seconds = time.monotonic() - started
    if done.returncode:
        raise RuntimeError(f"{command[0]} was not started:\n{done.stdout[-6000:]}")
    code, cpu_seconds, peak_bytes = json.loads(usage.read_text())
    usage.unlink()
    if code:
        raise RuntimeError(f"{' '.join(command)[:300]} ended with {code}:\n{done.stdout[-6000:]}")
    return Taken(seconds, cpu_seconds, peak_bytes, done.stdout)
