"""A file that is written whole beside another and then put in its place by a rename, so that nobody sees half of it."""

import os
from pathlib import Path


def cleared(path: Path) -> Path:
    """Remove a database file and its log, as a run that died may have left them, and return the path."""
    for leftover in (path, path.with_name(path.name + ".wal")):
        leftover.unlink(missing_ok=True)
    return path


def beside(path: Path) -> Path:
    """Return the path of the file to write beside another; nothing is there."""
    return cleared(path.with_name(path.name + ".new"))


def put_in_place(fresh: Path, path: Path) -> None:
    """Make sure that a file is on the disk, then let it take the place of another."""
    with fresh.open("rb") as written:
        os.fsync(written.fileno())
    fresh.replace(path)


def quoted(path: Path) -> str:
    """Return a path as a text of SQL, with its quotes."""
    return "'" + str(path).replace("'", "''") + "'"
