"""The preview's own database: what it takes over from the last build, and the tables of the comparison."""

from dataclasses import dataclass
from datetime import datetime
from importlib.resources import files
from pathlib import Path
from typing import Any

import duckdb

from vitrine.engines.build_lock import WarehouseBusyError, kept_still
from vitrine.engines.connections import connected
from vitrine.engines.fresh_file import cleared, quoted
from vitrine.engines.preview.plan import REQUIRED, PreviewError

Rows = list[dict[str, Any]]
# Each is a file <name>.sql here and becomes the table preview.<name>; later ones read earlier ones.
TABLES = ("changes", "causes", "customers", "figures", "rules", "categories", "products", "short_slates")
# Read by name where the working tree is compared with what readers see; the audits ask them too.
HISTORY = ("recommendation_releases", "release_pins", "live_releases")
BEFORE = {
    # What readers see: the live releases without what was killed since.
    "slots": """
        select slates.* from vitrine.releases.release_slates as slates
        inner join vitrine.releases.live_releases as live using (channel, release_id)
        where slates.product_id not in (select product_id from {killed})
    """,
    "slate_checks": """
        select channel, customer_id, wanted_slot_count from vitrine.intermediate.int_release__slate_checks
    """,
    "eligibility": "select * from vitrine.intermediate.int_ranking__eligibility where cutoff_at = {serve}",
    "pulls": """
        select customer_id, product_id, verdict, rule_name from vitrine.intermediate.int_rules__verdicts
        where cutoff_at = {serve} and verdict != 'block'
    """,
    "verdict_counts": """
        select rule_name, count(*) as verdict_count from vitrine.intermediate.int_rules__verdicts
        where cutoff_at = {serve} group by 1
    """,
}


@dataclass(frozen=True)
class LastBuild:
    """What the warehouse says of its last build."""

    connector: str
    as_of_at: datetime
    release_id: str
    code_files: str | None
    parameters: str
    built: set[tuple[str, str]]
    live: list[tuple[str, str, str, datetime]]


class Live:
    """The warehouse, read only, and with builds kept out of it meanwhile. Use it as a context.

    What does not fit into memory goes into the folder of the preview.
    """

    def __init__(self, database: Path, folder: Path) -> None:
        if not database.exists():
            raise PreviewError(
                f"{database} is not there: a preview compares with the last build. Run `make build` first."
            )
        self._database, self._folder = database, folder
        self._lock = kept_still(database)

    def __enter__(self) -> "Live":
        try:
            self._lock.__enter__()
        except WarehouseBusyError as busy:
            raise PreviewError(str(busy)) from None
        self._connection = connected(self._folder)
        try:
            # Under the name that its views say.
            self._connection.execute(f"attach {quoted(self._database)} as vitrine (read_only)")
        except duckdb.IOException as problem:
            self.__exit__()
            raise PreviewError(f"{self._database} cannot be read: {problem}") from None
        return self

    def __exit__(self, *_: object) -> None:
        self._connection.close()
        self._lock.__exit__(None, None, None)

    def last_build(self) -> LastBuild:
        """Return what was built last.

        Raises
        ------
        PreviewError
            If no build has finished, or nothing is live.
        """
        try:
            names = self._connection.execute(
                "select * from vitrine.intermediate.int_release__fingerprints"
            ).to_arrow_table()
            live = self._connection.execute("""
                select live.channel, live.release_id, live.pin_reason, releases.published_at
                from vitrine.releases.live_releases as live
                inner join vitrine.releases.recommendation_releases as releases using (channel, release_id) order by 1
            """).fetchall()
        except duckdb.CatalogException:
            names, live = None, []
        if names is None or not names.num_rows or not live:
            raise PreviewError(
                f"{self._database} holds no published release to compare with. Run `make build` until one is live."
            )
        (row,) = names.to_pylist()
        built = self._connection.execute("""
            select schema_name, table_name from duckdb_tables() where database_name = 'vitrine'
            union all select schema_name, view_name from duckdb_views() where database_name = 'vitrine'
        """).fetchall()
        facts = (row["connector"], row["as_of_at"], row["release_id"], row.get("code_files"), row["parameters"])
        return LastBuild(*facts, set(built), live)

    def copy(self, target: Path, last: LastBuild, inputs: list[tuple[str, str]]) -> None:
        """Write a fresh database with the inputs, as of the serve cutoff only, and with what readers see now."""
        run = self._connection.execute
        run(f"attach {quoted(cleared(target))} as fresh")
        (serve,) = run(
            "select cutoff_at from vitrine.intermediate.int_calendar__cutoffs where cutoff_role = 'serve'"
        ).fetchall()[0]
        for schema, name in [*inputs, *(("releases", one) for one in HISTORY)]:
            columns = {one for (one, *_) in run(f'describe vitrine."{schema}"."{name}"').fetchall()}
            # What was judged, which the audits read, lies at other cutoffs.
            is_cut = "cutoff_at" in columns and schema != "evaluation"
            here = f"where cutoff_at = timestamp '{serve}'" if is_cut else ""
            run(f'create schema if not exists fresh."{schema}"')
            run(
                f'create or replace table fresh."{schema}"."{name}" as select * from vitrine."{schema}"."{name}" {here}'
            )
        run("create schema fresh.before")
        killed = "vitrine.releases.killed_products"
        if ("releases", "killed_products") not in last.built:
            killed = "(select '' as product_id where false)"
        for name, query in BEFORE.items():
            filled = query.format(serve=f"timestamp '{serve}'", killed=killed)
            run(f"create table fresh.before.{name} as {filled}")
        if ("intermediate", REQUIRED) in last.built:  # not made by an earlier version
            run(f"""
                create table fresh.before.required as select customer_id, product_id
                from vitrine.intermediate.{REQUIRED} where cutoff_at = timestamp '{serve}'
            """)
        run("create table fresh.releases.release_slates as select * from fresh.before.slots")
        run("detach fresh")


def required_as_before(database: Path) -> bool:
    """Return whether rules bring the very candidates into the preview that they brought into the last build."""
    now, then = f"select customer_id, product_id from intermediate.{REQUIRED}", "select * from before.required"
    with connected(database.parent, database, read_only=True) as connection:
        return not connection.execute(f"(({now}) except ({then})) union all (({then}) except ({now}))").fetchall()


def compared(database: Path) -> dict[str, Rows]:
    """Make the tables of the comparison in the preview's database and return their rows, but for each slot's."""
    with connected(database.parent, database) as connection:
        connection.execute("create schema if not exists preview")
        for name in TABLES:
            query = files(__package__).joinpath(f"{name}.sql").read_text()
            connection.execute(f"create or replace table preview.{name} as {query}")
        queries = {name: f"select * from preview.{name} order by all" for name in TABLES if name != "changes"}
        queries["slots"] = (
            "select channel, change, count(*) as slot_count from preview.changes group by 1, 2 order by 1, 2"
        )
        queries["audits"] = (
            "select channel, audit_name, figure, threshold, detail from intermediate.int_release__audits "
            "where not is_passed order by 1, 2"
        )
        queries["currency"] = "select distinct currency_code from before.slots order by 1"
        return {name: connection.execute(query).to_arrow_table().to_pylist() for name, query in queries.items()}
