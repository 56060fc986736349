"""What is wrong with the rules' SQL, and what each rule touches now, on the last build, which is only read."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

import duckdb

from vitrine.engines.build_lock import WarehouseBusyError, kept_still
from vitrine.engines.check.dbt_calls import Dbt, Outcome, quoted, words
from vitrine.engines.check.files import PROJECT_FILE, RULES
from vitrine.engines.check.problems import Problem, counted, meant
from vitrine.engines.preview.plan import Graph

# Columns of a rule with their kind, and how a NULL of that kind is written.
COLUMNS = {
    "cutoff_at": ("timestamp", "cast(null as timestamp)"),
    "customer_id": ("text", "cast(null as {{ dbt.type_string() }})"),
    "product_id": ("text", "cast(null as {{ dbt.type_string() }})"),
    "rule_name": ("text", "'<name>'"),
    "verdict": ("text", "'block'"),
    "weight": ("number", "cast(null as double)"),
    "reason": ("text", "'<why>'"),
}
VERDICTS = ("block", "boost", "require")
KINDS = {
    "timestamp": ("TIMESTAMP", "DATE"),
    "text": ("VARCHAR",),
    "number": ("DOUBLE", "FLOAT", "DECIMAL", "TINYINT", "SMALLINT", "INTEGER", "BIGINT", "HUGEINT", "UINT", "UBIGINT"),
}


@dataclass
class LastBuild:
    """What the warehouse says of its last build; `why_not` says why rules cannot be tried on it."""

    connector: str = ""
    as_of_at: datetime | None = None
    given: dict[str, Any] = field(default_factory=dict)
    why_not: str = ""


def last_build(warehouse: Path, connector: str) -> LastBuild:
    """Return what was built last, or why that is of no use for this connector."""
    if not warehouse.exists():
        return LastBuild(why_not="there is no build yet")
    try:
        with kept_still(warehouse), duckdb.connect() as connection:
            connection.execute(f"attach {quoted(warehouse)} as live (read_only)")
            row = connection.execute(
                "select connector, as_of_at, parameters from live.intermediate.int_release__fingerprints"
            ).fetchone()
    except WarehouseBusyError as busy:
        return LastBuild(why_not=str(busy))
    except duckdb.CatalogException:
        row = None
    except (duckdb.Error, OSError) as problem:
        return LastBuild(why_not=f"the last build cannot be read: {problem}")
    if row is None:
        return LastBuild(why_not="no build has finished")
    if row[0] != connector:
        return LastBuild(why_not=f"the last build was of the connector {row[0]}")
    return LastBuild(row[0], row[1], json.loads(row[2]).get("given") or {})


def compile_problems(outcomes: list[Outcome]) -> list[Problem]:
    """Return the rules that do not compile, with dbt's words but for those that say where."""
    return [Problem(one.path, None, f"does not compile: {words(one.problem)}") for one in outcomes if one.problem]


class Trial:
    """Rules tried on the last build: its tables, under the seeds and their checks that the check has built itself."""

    def __init__(
        self,
        connection: duckdb.DuckDBPyConnection,
        graph: Graph,
        requiring: list[str],
        own: set[str],
        failed: set[str],
    ) -> None:
        self._run, self._graph, self._requiring = connection.execute, graph, requiring
        self._own, self._failed = own, failed
        (self._serve,) = self._run(
            "select cutoff_at from live.intermediate.int_calendar__cutoffs where cutoff_role = 'serve'"
        ).fetchall()[0]

    def show(self, rules: list[str]) -> None:
        """Make what rules read visible under the names that compiled SQL has for it."""
        self._run("attach ':memory:' as vitrine")
        there = {
            (database, schema, name)
            for database, schema, name in self._run(
                "select database_name, schema_name, table_name from duckdb_tables() union all "
                "select database_name, schema_name, view_name from duckdb_views() where not internal"
            ).fetchall()
        }
        seen: set[str] = set()
        for rule in rules:
            self._show(self._graph.by_name[f"int_rules__{rule}"], there, seen)

    def _show(self, one: str, there: set[tuple[str, str, str]], seen: set[str]) -> None:
        for parent in self._graph.parents(one):
            if parent in seen:
                continue
            seen.add(parent)
            self._show(parent, there, seen)
            schema, name = self._graph.table(parent)
            database = "scratch" if self._graph.nodes[parent]["name"] in self._own else "live"
            if (database, schema, name) not in there or self._graph.nodes[parent]["name"] in self._failed:
                continue
            self._run(f'create schema if not exists vitrine."{schema}"')
            try:
                self._run(f'create view vitrine."{schema}"."{name}" as select * from {database}."{schema}"."{name}"')
            except duckdb.Error:  # a view on files that are gone, say: only a rule that reads it has to know
                continue

    def lacking(self, rule: str) -> str:
        """Say what a rule reads and nobody has built, or nothing."""
        names = {
            (schema, name)
            for schema, name in self._run(
                "select schema_name, view_name from duckdb_views() where database_name = 'vitrine'"
            ).fetchall()
        }
        parents = self._graph.parents(self._graph.by_name[f"int_rules__{rule}"])
        lacking = sorted(self._graph.nodes[one]["name"] for one in parents if self._graph.table(one) not in names)
        if wrong := [one for one in lacking if one in self._failed]:
            return f"it reads {', '.join(wrong)}, whose seed has errors"
        return f"the last build has no {', '.join(lacking)}; `dbt build` makes it" if lacking else ""

    def bound(self, rule: str, sql: str, source: Path) -> list[Problem]:
        """Return what the engine says against a rule's SQL, or what is wrong with its columns."""
        path = f"{RULES}/int_rules__{rule}.sql"
        try:
            described = self._run(f"describe select * from (\n{sql}\n) as rule").fetchall()
        except duckdb.Error as problem:
            return [_in_words(problem, path, sql, source)]
        types = {name: str(kind) for name, kind, *_ in described}
        return [Problem(path, None, text) for text in _column_problems(types)]

    def tried(self, rule: str, sql: str, source: Path) -> tuple[list[Problem], str]:
        """Run a rule for the serve cutoff; return what is wrong with its rows, and what it touches."""
        path = f"{RULES}/int_rules__{rule}.sql"
        columns = ", ".join(COLUMNS)
        try:
            self._run(
                f"create or replace temp table verdicts as select {columns} from (\n{sql}\n) as rule "
                f"where cutoff_at = timestamp '{self._serve}'"
            )
        except duckdb.Error as problem:
            return [_in_words(problem, path, sql, source)], ""
        return [Problem(path, None, text) for text in self._row_problems(rule)], self._touched()

    def _row_problems(self, rule: str) -> Iterator[str]:
        name, verdicts = quoted(rule), ", ".join(quoted(one) for one in VERDICTS)
        wrong = [
            (f"verdict is null or verdict not in ({verdicts})", "verdict", "must be block, boost or require"),
            ("verdict = 'boost' and weight is null", None, "boost without a weight: say what is added to the score"),
            (
                "verdict = 'require' and (customer_id is null or product_id is null)"
                " and not (customer_id is null and product_id is null)",
                None,
                "require without a customer or without a product: both must be named",
            ),
            (
                "customer_id is null and product_id is null",
                None,
                "with NULL in both customer_id and product_id, which means every product for everybody: name one",
            ),
            (f"rule_name is distinct from {name}", "rule_name", f"must be {rule}, as in the file's name"),
            ("reason is null", None, "without a reason: say why, so that recommendation_audit can"),
        ]
        for condition, column, text in wrong:
            (count,) = self._run(f"select count(*) from verdicts where {condition}").fetchall()[0]
            if not count:
                continue
            if column is None:
                yield f"{counted(count, 'row')} {text}"
                continue
            query = f"select distinct coalesce({column}, 'NULL') from verdicts where {condition} order by 1 limit 3"
            found = ", ".join(value for (value,) in self._run(query).fetchall())
            yield f"{column} is {found} in {counted(count, 'row')}, {text}"
        (count,) = self._run("select count(*) from verdicts where verdict = 'require'").fetchall()[0]
        if count and rule not in self._requiring:
            yield (
                f"verdict is require in {counted(count, 'row')}, but these become no candidates: write "
                f"`requiring_rules: [{', '.join([*self._requiring, rule])}]` among the vars of {PROJECT_FILE}"
            )

    def _touched(self) -> str:
        rows = self._run("""
            select coalesce(verdict, 'NULL'), count(*), count(distinct customer_id), count(distinct product_id),
                count(*) filter (customer_id is null), count(*) filter (product_id is null)
            from verdicts group by 1 order by 1
        """).fetchall()
        said = []
        for verdict, count, customers, products, all_customers, all_products in rows:
            who = f"{_who(customers, all_customers, 'customer')}, {_who(products, all_products, 'product')}"
            said.append(f"{verdict} {count:,}: {who}")
        return "; ".join(said)


@contextmanager
def trial(
    dbt: Dbt, graph: Graph, warehouse: Path, requiring: list[str], own: set[str], failed: set[str]
) -> Iterator[Trial]:
    """Open the last build, read only and with builds kept out, to try rules; `requiring` of them may require products.

    Raises
    ------
    WarehouseBusyError
        If a build has begun meanwhile.
    """
    with kept_still(warehouse), dbt.connection() as connection:
        connection.execute(f"attach {quoted(warehouse)} as live (read_only)")
        connection.execute(f"attach {quoted(dbt.database)} as scratch (read_only)")
        yield Trial(connection, graph, requiring, own, failed)


def _who(count: int, is_all: int, what: str) -> str:
    everybody = f"all {what}s" if is_all else ""
    some = f"{count:,} {what}{'' if count == 1 else 's'}" if count or not is_all else ""
    return " and ".join(part for part in (everybody, some) if part)


def _column_problems(types: dict[str, str]) -> Iterator[str]:
    unknown = [name for name in types if name not in COLUMNS]
    for name, (kind, empty) in COLUMNS.items():
        if name not in types:
            yield f"has no column {name}{meant(name, unknown, 1)}"
        elif not types[name].upper().strip('"').startswith(KINDS[kind]):
            yield f"{name} is {types[name]}, must be a {kind}; where it is NULL write {empty}"


def _in_words(problem: duckdb.Error, path: str, sql: str, source: Path) -> Problem:
    """Return what the engine says with the line of the rule's file, where the same line stands there once."""
    said, line = [], None
    for part in str(problem).splitlines():
        if part.startswith("LINE ") and part[5:].split(":")[0].isdigit():
            number = int(part[5:].split(":")[0]) - 2  # from 0, and the first line is not the rule's
            texts = sql.splitlines()
            text = texts[number].strip() if 0 <= number < len(texts) else ""
            here = [place + 1 for place, one in enumerate(source.read_text().splitlines()) if one.strip() == text]
            line = here[0] if len(here) == 1 else None
            said.append(f"near: {text}")
            break
        if part.strip():
            said.append(part.strip())
    return Problem(path, line, "; ".join(said))
