"""What the SQL checks of the project say about its seeds, in a database of the check's own."""

import json
import re
import time
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb

from vitrine.engines.check.dbt_calls import Dbt, Outcome, quoted, words
from vitrine.engines.check.files import Seed
from vitrine.engines.check.problems import CheckError, Problem, closest, counted
from vitrine.engines.duckdb_plugin import complete_journey_dir
from vitrine.engines.preview.plan import Graph

SEEDS, INTEGRITY, RULES = "seeds", "intermediate/integrity", "intermediate/rules"
# What staging is made with besides the files of the models themselves.
STAGING_MACROS = "macros/staging"
# When names were staged, and with which vars.
STAMP = "names.json"
NAMES = "int_integrity__known_names"
# Ids differ in one letter from many others: of products only the nearest are worth a guess, and only for a few rows.
PRODUCT_LIKENESS, MOST_PRODUCT_GUESSES = 0.85, 20


@dataclass(frozen=True)
class Plan:
    """Models and seeds by name: what is staged, all checks, those that list problems, what rules read of them."""

    staged: list[str]
    checks: list[str]
    finders: list[str]
    read_by_rules: list[str]


def planned(graph: Graph) -> Plan:
    """Return what to build: all in intermediate/integrity that lists errors or conflicts, and what it is made from."""

    def names(some: Iterable[str]) -> list[str]:
        return sorted(graph.nodes[one]["name"] for one in some)

    finders = [
        node["name"]
        for one, node in graph.nodes.items()
        if graph.folder(one) == INTEGRITY and node["name"].endswith(("_errors", "_conflicts"))
    ]
    needed = graph.ancestors([*finders, NAMES])
    checks = {one for one in needed if graph.folder(one) in (SEEDS, INTEGRITY)}
    rules = [node["name"] for one, node in graph.nodes.items() if graph.folder(one) == RULES]
    read = {one for one in graph.ancestors(rules) if graph.folder(one) in (SEEDS, INTEGRITY)}
    # Of those only what is made from seeds, and from what is staged here anyway.
    read = {one for one in read if graph.ancestors([graph.nodes[one]["name"]]) <= needed | read}
    return Plan(names(needed - checks), names(checks), sorted(finders), names(read))


def given_before(folder: Path) -> dict[str, Any]:
    """Return the vars that names were staged with last, for when the last build cannot be asked."""
    stamp = folder / STAMP
    return dict(json.loads(stamp.read_text(encoding="utf-8"))["vars"]) if stamp.exists() else {}


def stage(dbt: Dbt, graph: Graph, sources: dict[str, Any], plan: Plan, variables: dict[str, Any]) -> str:
    """Stage what the names of products, categories and others come from, unless that is done, and say how old it is.

    Raises
    ------
    CheckError
        If it cannot be staged.
    """
    stamp = dbt.folder / STAMP
    files = _files_behind(graph, plan, sources)
    known = json.loads(stamp.read_text(encoding="utf-8")) if stamp.exists() and dbt.database.exists() else None
    newest = max((path.stat().st_mtime for path in files), default=0.0)
    if known and known["vars"] == variables and known["staged_at"] > newest:
        return f"Names of products, categories and others were staged {_age(time.time() - known['staged_at'])} ago."
    stamp.unlink(missing_ok=True)
    started = time.time()
    parents = [graph.nodes[one]["name"] for one in graph.ancestors(plan.staged) if graph.folder(one) == SEEDS]
    failed = [one for one in dbt.build([*plan.staged, *parents]) if one.problem]
    if failed:
        raise CheckError("".join(f"\n  {one.path}  {words(one.problem or '')}" for one in failed))
    # From the start: a file that changes meanwhile is newer.
    stamp.write_text(json.dumps({"staged_at": started, "vars": variables}), encoding="utf-8")
    return f"Names of products, categories and others are staged anew ({time.time() - started:.0f} s)."


def seed_problems(dbt: Dbt, graph: Graph, plan: Plan, seeds: dict[str, Seed]) -> tuple[list[Problem], set[str]]:
    """Build the seeds with their checks; return what these found, and the models that could not be built."""
    done = {one.name: one for one in dbt.build([*plan.checks, *plan.read_by_rules])}
    failed = {name for name, one in done.items() if one.problem is not None}
    problems = [
        Problem(one.path, None, f"cannot be built: {words(one.problem)}")
        for name, one in done.items()
        if one.problem and name in plan.checks
    ]
    with dbt.connection() as connection:
        connection.execute(f"attach {quoted(dbt.database)} as scratch (read_only)")
        rows: list[dict[str, Any]] = []
        for name in [one for one in plan.finders if one not in failed]:
            schema, table = graph.table(graph.by_name[name])
            query = (
                "select distinct seed_name, seed_row_number, row_key, column_name, problem, severity "
                f'from scratch."{schema}"."{table}" order by all'
            )
            rows += connection.execute(query).to_arrow_table().to_pylist()
        known = _known_names(connection, graph) if NAMES not in failed else {}
    found = list(_told(rows, seeds, known))
    if not found and not problems:
        problems = _unexplained(done.values())
    return problems + found, failed


def _unexplained(done: Iterable[Outcome]) -> list[Problem]:
    """Return failures of models that read the seeds: their own words, where no check explains them."""
    return [Problem(one.path, None, f"cannot be built: {words(one.problem)}") for one in done if one.problem]


def _told(rows: list[dict[str, Any]], seeds: dict[str, Seed], known: dict[str, set[str]]) -> Iterator[Problem]:
    guesses = 0
    for row in rows:
        seed = seeds.get(row["seed_name"]) or Seed(row["seed_name"])
        text = f"{row['row_key']}: {row['column_name']} {row['problem']}"
        value, names, is_product = _unknown(seed, row, known)
        guesses += is_product
        if value and (not is_product or guesses <= MOST_PRODUCT_GUESSES):
            like = closest(value, names, 1, PRODUCT_LIKENESS) if is_product else closest(value, names)
            text += f"; did you mean {' or '.join(repr(one) for one in like)}?" if like else ""
        yield Problem(seed.path, seed.line(row["seed_row_number"]), text, row["severity"])


def _unknown(seed: Seed, row: dict[str, Any], known: dict[str, set[str]]) -> tuple[str, set[str], bool]:
    """Return the value of a cell that nothing has, the names that it could have been, and whether it is a product."""
    nothing: tuple[str, set[str], bool] = ("", set(), False)
    checks, number = seed.columns.get(row["column_name"]) or {}, row["seed_row_number"]
    if number is None or not 0 < number <= len(seed.records):
        return nothing
    record = seed.records[number - 1][1]
    value = record.get(row["column_name"], "").strip()
    kind = checks.get("type")
    if kind == "attribute":
        names = set(known) - {"channel"}
    elif kind in ("value", "channel"):
        attribute = checks.get("is") or record.get(checks.get("of", ""), "").strip() or "channel"
        names, kind = known.get(attribute, set()), attribute
    elif kind == "choice":
        names = set(checks.get("values") or ())
    else:
        return nothing
    return nothing if not value or value in names else (value, names, kind == "product")


def _known_names(connection: duckdb.DuckDBPyConnection, graph: Graph) -> dict[str, set[str]]:
    schema, table = graph.table(graph.by_name[NAMES])
    known: dict[str, set[str]] = defaultdict(set)
    query = f'select attribute_name, attribute_value from scratch."{schema}"."{table}"'
    for attribute, value in connection.execute(query).fetchall():
        if value is not None:
            known[attribute].add(value)
    return known


def _files_behind(graph: Graph, plan: Plan, sources: dict[str, Any]) -> list[Path]:
    """Return the files that what is staged is made from: data, as far as it lies in files here, models and macros."""
    ancestors = graph.ancestors(plan.staged)
    files = {Path(graph.nodes[one]["original_file_path"]) for one in ancestors}
    files |= set(Path(STAGING_MACROS).glob("*.sql"))
    read = {parent for one in ancestors for parent in graph.nodes[one]["depends_on"].get("nodes", [])}
    places = [sources[one]["relation_name"] or "" for one in read if one in sources]
    with duckdb.connect() as connection:
        connection.execute("set variable complete_journey_dir = ?", [complete_journey_dir()])
        for place in places:
            inner = re.fullmatch(r"read_\w+\((.*)\)", place, re.DOTALL)
            try:
                found = connection.execute(f"select file from glob({inner[1]})").fetchall() if inner else []
            except duckdb.Error:  # not a place in files: its age is not known
                continue
            files |= {Path(file) for (file,) in found}
    return [path for path in files if path.exists()]


def _age(seconds: float) -> str:
    for length, unit in ((86_400, "day"), (3_600, "hour"), (60, "minute")):
        if seconds >= length:
            return counted(int(seconds // length), unit)
    return "less than a minute"
