"""Files without the customers who were erased: written anew, since a row that is deleted stays in a file's free space.

    python -m vitrine.engines.erasure c017 c018      # look for customers in every table and in the files' bytes

Exit code 1 where one is found.
"""

import argparse
import mmap
import os
import re
import sys
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

import duckdb

from vitrine.engines.build_lock import WarehouseBusyError, kept_still
from vitrine.engines.connections import connected
from vitrine.engines.fresh_file import beside, put_in_place, quoted
from vitrine.engines.reader_file import READER_FILE

MIN_BYTES = 8
"""Ids shorter than this stand in any file by chance, in a hash for example: their bytes are not looked for."""
NO_LETTER = "[^A-Za-z0-9_]"
BY_PRODUCTS = ("preview", "email_preview", "make_check", "compiled", "run")
"""Folders of the target folder that may name a customer: looks at slates, input as checked, SQL of earlier runs."""


def compact(connection: duckdb.DuckDBPyConnection, path: Path, database: str, erased: str) -> None:
    """Write the file of a build anew, with what is in its tables and nothing else, and put it in the old one's place.

    The connection keeps the old file, which is gone when it closes: what is written after this is lost.

    Parameters
    ----------
    connection
        A connection to the database, outside any transaction.
    path, database
        Its file, and the name that it is attached under.
    erased
        Table of the erased customers, with its schema: from now on they are purged.
    """
    fresh = beside(path)
    connection.execute(f"attach {quoted(fresh)} as compacted")
    try:
        connection.execute(f'copy from database "{database}" to compacted')
        connection.execute(
            f"update compacted.{erased} set purged_at = now() at time zone 'utc' where purged_at is null"
        )
        connection.execute("checkpoint compacted")
    finally:
        connection.execute("detach compacted")
    # What the old file still has in its log would be replayed into the new one.
    connection.execute(f'force checkpoint "{database}"')
    put_in_place(fresh, path)
    path.with_name(path.name + ".wal").unlink(missing_ok=True)


def forget_readers(folder: Path, columns: Mapping[str, str], salt: str, hashes: Sequence[str]) -> int:
    """Write the readers' file anew without erased customers; return how many rows are left out.

    Parameters
    ----------
    folder
        The warehouse folder; without a readers' file there is nothing to do.
    columns
        Names of columns that hold ids of customers, each with the condition on its row under which it does.
    salt, hashes
        The salt, and the salted hashes of the erased customers: SHA-256 of salt, colon and id.
    """
    path = folder / READER_FILE
    if not path.exists():
        return 0
    fresh = beside(path)
    left_out = 0
    with duckdb.connect() as connection:
        connection.execute(f"attach {quoted(path)} as readers (read_only)")
        connection.execute(f"attach {quoted(fresh)} as fresh")
        connection.execute("set variable salt = ?", [salt])
        connection.execute("create table erased as select unnest(?::varchar[]) as customer_hash", [list(hashes)])
        for schema, name, count, found in connection.execute(
            "select schema_name, table_name, any_value(estimated_size), list(column_name) "
            "from duckdb_columns() inner join duckdb_tables() using (database_name, schema_name, table_name) "
            "where database_name = 'readers' group by all order by all"
        ).fetchall():
            held = [
                f"({condition} and sha256(getvariable('salt') || ':' || {column}) in (from erased))"
                for column, condition in columns.items()
                if column in found
            ]
            where = f" where not coalesce({' or '.join(held)}, false)" if held else ""
            connection.execute(f'create schema if not exists fresh."{schema}"')
            ((kept,),) = connection.execute(
                f'create table fresh."{schema}"."{name}" as from readers."{schema}"."{name}"{where}'
            ).fetchall()
            left_out += count - kept
        views = connection.execute(
            "select schema_name, sql from duckdb_views() where database_name = 'readers' and not internal"
        ).fetchall()
        connection.execute("use fresh")
        for schema, sql in views:
            connection.execute(f'create schema if not exists "{schema}"')
            connection.execute(sql)
        connection.execute("use memory")
        connection.execute("detach fresh")
    put_in_place(fresh, path)
    return left_out


def remove_by_products(folders: Iterable[Path], written_before: float) -> int:
    """Remove the files in folders that were written before an instant; return how many.

    Parameters
    ----------
    folders
        Where rows of customers may lie beside the warehouse.
    written_before
        Seconds since the epoch: the start of the run that took the customers out. What it wrote itself names none.
    """
    files = [path for folder in folders for path in folder.rglob("*") if path.is_file()]
    old = [path for path in files if path.stat().st_mtime < written_before]
    for path in old:
        path.unlink()
    return len(old)


def found_in_relations(connection: duckdb.DuckDBPyConnection, customers: Sequence[str]) -> dict[str, int]:
    """Return in how many distinct values of which columns of a database customers are named.

    Every column of a table that holds text is looked at, nested ones too: a value counts that is an id, or names one
    between other signs than letters, digits and underscores. Views hold nothing of their own; those of a connector
    show the retailer's tables, which stay the retailer's to erase.
    """
    pattern = rf"(^|{NO_LETTER})({'|'.join(map(re.escape, customers))})($|{NO_LETTER})"
    found = {}
    for schema, table, column in connection.execute(
        "select schema_name, table_name, column_name from duckdb_columns() "
        "inner join duckdb_tables() using (database_name, schema_name, table_name) where database_name = "
        "current_database() and (data_type like '%VARCHAR%' or data_type = 'JSON') order by all"
    ).fetchall():
        count = connection.execute(
            f'select count(*) from (select distinct cast("{column}" as varchar) as value from "{schema}"."{table}") '
            "where regexp_matches(value, ?)",
            [pattern],
        ).fetchall()[0][0]
        if count:
            found[f"{schema}.{table}.{column}"] = count
    return found


def found_in_files(paths: Iterable[Path], customers: Sequence[str]) -> dict[str, int]:
    """Return how often the bytes of customers' ids stand in which files; ids below MIN_BYTES bytes are left out."""
    names = [customer.encode() for customer in customers if len(customer.encode()) >= MIN_BYTES]
    pattern = re.compile(b"|".join(map(re.escape, names)))
    found = {}
    for path in sorted(path for path in paths if path.is_file() and path.stat().st_size and names):
        with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as content:
            count = sum(1 for _ in pattern.finditer(content))
        if count:
            found[str(path)] = count
    return found


def main(arguments: list[str] | None = None) -> int:
    """Print where customers are found; return 1 where they are, 2 where it cannot be looked for."""
    parser = argparse.ArgumentParser(
        prog="make forgotten", description="Look for customers in every table and in the bytes of the files."
    )
    parser.add_argument("customers", nargs="+", metavar="CUSTOMER")
    options = parser.parse_args(arguments)
    project = Path.cwd()
    warehouse = Path(os.environ.get("VITRINE_WAREHOUSE", "warehouse"))
    target = Path(os.environ.get("DBT_TARGET_PATH", project / "target"))
    places: dict[str, int] = {}
    for name in ("vitrine.duckdb", READER_FILE):
        if not (warehouse / name).exists():
            print(f"There is no {warehouse / name}: run `make build` first.", file=sys.stderr)
            return 2
    # Copies that a check or a preview works on are looked through as well.
    copies = [path for name in BY_PRODUCTS for path in (target / name).rglob("*.duckdb")]
    for path in [warehouse / "vitrine.duckdb", warehouse / READER_FILE, *sorted(copies)]:
        try:
            with kept_still(warehouse / "vitrine.duckdb"), connected(path.parent, path, read_only=True) as connection:
                found = found_in_relations(connection, options.customers)
        except WarehouseBusyError as error:
            print(error, file=sys.stderr)
            return 2
        except duckdb.IOException as error:
            print(f"{path} cannot be read, close it elsewhere first: {error}", file=sys.stderr)
            return 2
        shown = path.name if path.parent == warehouse else path
        places |= {f"{shown}: {place}": count for place, count in found.items()}
    files = [path for folder in (warehouse, target) for path in folder.rglob("*") if folder.exists()]
    places |= found_in_files(files, options.customers)
    for place, count in places.items():
        print(f"{place}: {count}")
    short = [customer for customer in options.customers if len(customer.encode()) < MIN_BYTES]
    if short:
        print(f"Too short to be looked for in bytes, in tables only: {', '.join(short)}")
    print(f"{len(options.customers)} customers, {len(places)} places that name one of them.")
    return 1 if places else 0


if __name__ == "__main__":
    sys.exit(main())
