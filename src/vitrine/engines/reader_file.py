"""The file that BI and e-mail tools read: written whole beside the old one, then put in its place by a rename.

A reader that has the old file open keeps reading the old release; the next connection gets the new one. A build
that dies on the way leaves the old file as it was.
"""

import re
from collections.abc import Sequence
from pathlib import Path

import duckdb

from vitrine.engines.fresh_file import beside, put_in_place, quoted

READER_FILE = "recommendations.duckdb"
Name = tuple[str, str, str]
"""Database, schema and name of a table or view."""


def write_reader_file(
    connection: duckdb.DuckDBPyConnection, folder: Path, tables: Sequence[Name], views: Sequence[Name] = ()
) -> Path:
    """Copy tables of the build into a fresh reader file and swap it in.

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
    views
        What is written as a view, for it has too many rows to be copied. All that it reads must be among the tables.
    """
    target = folder / READER_FILE
    fresh = beside(target)
    connection.execute(f"attach {quoted(fresh)} as reader_file")
    try:
        # One transaction reads one state of the build's database: never half of one release.
        connection.execute("begin")
        for database, schema, name in tables:
            place = _place(schema)
            connection.execute(f'create schema if not exists reader_file."{place}"')
            connection.execute(
                f'create table reader_file."{place}"."{name}" as select * from "{database}"."{schema}"."{name}"'
            )
        for view in views:
            query, (_, schema, name) = _query(connection, view, tables), view
            connection.execute(f'create schema if not exists reader_file."{_place(schema)}"')
            connection.execute(f'create view reader_file."{_place(schema)}"."{name}" as {query}')
        connection.execute("commit")
    except duckdb.Error:
        connection.execute("rollback")
        raise
    finally:
        connection.execute("detach reader_file")
    put_in_place(fresh, target)
    return target


def _place(schema: str) -> str:
    """Return the schema of the reader file that stands for one of the build's database."""
    return "main" if schema == Path(READER_FILE).stem else schema


def _query(connection: duckdb.DuckDBPyConnection, view: Name, tables: Sequence[Name]) -> str:
    """Return the query of a view with the copies in the place of what it reads, without a database's name.

    Without that name a table is looked for where the view lies, whatever name the file is attached under.
    """
    found = connection.execute(
        "select sql from duckdb_views() where database_name = ? and schema_name = ? and view_name = ?", view
    ).fetchone()
    if found is None:
        raise duckdb.CatalogException(f"View {'.'.join(view)} does not exist.")
    query = re.sub(r"^create view .*? as ", "", found[0].strip().rstrip(";"), count=1, flags=re.IGNORECASE | re.DOTALL)
    for database, schema, name in tables:
        parts = r"\.".join(f'"?{re.escape(part)}"?' for part in (database, schema, name))
        query = re.sub(rf"(?<![\w\".]){parts}(?![\w\"])", f'"{_place(schema)}"."{name}"', query)
    return query
