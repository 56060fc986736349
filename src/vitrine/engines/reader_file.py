"""The file that BI and e-mail tools read: written whole beside the old one, then put in its place by a rename.

A reader that has the old file open keeps reading the old release; the next connection gets the new one. A build
that dies on the way leaves the old file as it was.
"""

import os
from pathlib import Path

import duckdb

READER_FILE = "recommendations.duckdb"


def write_reader_file(connection: duckdb.DuckDBPyConnection, folder: Path, tables: list[tuple[str, str, str]]) -> Path:
    """Copy tables (database, schema, name) of the build into a fresh reader file and swap it in.

    Parameters
    ----------
    connection
        A connection to the build's database, outside any transaction.
    folder
        The warehouse folder.
    tables
        What readers may see; names stay as they are, and so do schemas, but for the one that is called like the
        file: its tables lie in `main`, since DuckDB calls an opened file by its name too and could not tell
        ``recommendations.<table>`` of the schema from that of the file.
    """
    target, fresh = folder / READER_FILE, folder / f"{READER_FILE}.new"
    for leftover in (fresh, fresh.with_name(fresh.name + ".wal")):
        leftover.unlink(missing_ok=True)
    connection.execute(f"attach '{str(fresh).replace(chr(39), chr(39) * 2)}' as reader_file")
    try:
        # One transaction reads one state of the build's database: never half of one release.
        connection.execute("begin")
        for database, schema, name in tables:
            place = "main" if schema == target.stem else schema
            connection.execute(f'create schema if not exists reader_file."{place}"')
            connection.execute(
                f'create table reader_file."{place}"."{name}" as select * from "{database}"."{schema}"."{name}"'
            )
        connection.execute("commit")
    except duckdb.Error:
        connection.execute("rollback")
        raise
    finally:
        connection.execute("detach reader_file")
    with fresh.open("rb") as written:
        os.fsync(written.fileno())
    fresh.replace(target)
    return target
