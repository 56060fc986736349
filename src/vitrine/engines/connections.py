"""DuckDB for what works beside the builds: it takes no more memory than a build may, and spills into its own folder."""

import os
from pathlib import Path
from typing import Any

import duckdb


def connected(folder: Path, database: Path | None = None, *, read_only: bool = False) -> duckdb.DuckDBPyConnection:
    """Open a database, or one in memory, with the memory and the time zone of the builds.

    Parameters
    ----------
    folder
        Where it may write what does not fit into memory.
    database
        File to open; without it, a database in memory.
    read_only
        Whether the file is only read.
    """
    settings: dict[str, Any] = {
        "memory_limit": os.environ.get("VITRINE_MEMORY_LIMIT", "1500MB"),
        "temp_directory": str(folder / "spill"),
    }
    connection = duckdb.connect(str(database or ":memory:"), read_only=read_only, config=settings)
    connection.execute("set timezone = 'UTC'")
    return connection


def in_words(problem: OSError) -> str:
    """Return what kept a file from being read or written, and which, on one line."""
    return f"{problem.filename}: {problem.strerror}" if problem.filename else str(problem)
