"""One build at a time: DuckDB has one writer, and the second one should read who the first is."""

import fcntl
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import IO

import duckdb

_held: dict[Path, IO[str]] = {}


class WarehouseBusyError(RuntimeError):
    """Somebody else holds the warehouse file."""


def hold(database: Path) -> None:
    """Take the lock beside the database for the life of this process; the system frees it even after kill -9.

    Raises
    ------
    WarehouseBusyError
        If another build runs, naming it, or if another program has the database file open.
    """
    path = _lock_path(database)
    if path in _held:
        return
    handle = _locked(path, database)
    _refuse_if_open_elsewhere(database, handle)
    _held[path] = handle


@contextmanager
def kept_still(database: Path) -> Iterator[None]:
    """Keep builds out while the database is read. The file itself is not opened here, let alone written.

    Raises
    ------
    WarehouseBusyError
        If a build runs, naming it.
    """
    handle = _locked(_lock_path(database), database)
    try:
        yield
    finally:
        handle.close()


def _lock_path(database: Path) -> Path:
    return database.with_name(database.name + ".lock").resolve()


def _locked(path: Path, database: Path) -> IO[str]:
    """Return the lock file, open and locked, with the name of this process in it."""
    handle = path.open("a+", encoding="utf-8")
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        handle.seek(0)
        holder = handle.read().strip() or "an unnamed process"
        handle.close()
        raise WarehouseBusyError(
            f"Another build is using {database}: {holder}. Wait for it to end, or stop it, and start again."
        ) from None
    handle.truncate(0)
    handle.write(f"process {os.getpid()}, since {datetime.now(UTC):%Y-%m-%d %H:%M:%S} UTC, {_program()}")
    handle.flush()
    return handle


def _program() -> str:
    """Return the name of this program, of dbt with its command: other arguments may name customers, the file stays."""
    name = Path(sys.argv[0]).name
    command = next((argument for argument in sys.argv[1:] if not argument.startswith("-")), "")
    return f"{name} {command}".strip() if name == "dbt" else name


def _refuse_if_open_elsewhere(database: Path, handle: IO[str]) -> None:
    """Look whether the file opens for writing; a reader's lock keeps writers out."""
    if not database.exists():
        return
    try:
        duckdb.connect(str(database)).close()
    except duckdb.IOException as error:
        if "lock" not in str(error).lower():
            raise
        handle.close()
        raise WarehouseBusyError(
            f"Another program has {database} open: {error}. It belongs to the build alone. "
            f"Close it there and read {database.with_name('recommendations.duckdb')} instead, "
            "which is never locked."
        ) from error
