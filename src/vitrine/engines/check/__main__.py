"""`make check`: say what is wrong with seeds and rules, with file and line, before anything runs.

It works in target/make_check/<connector>; the warehouse is only read. Errors and warnings end with exit code 1.
"""

import argparse
import fcntl
import os
import sys
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

from vitrine.engines.build_lock import WarehouseBusyError
from vitrine.engines.check.dbt_calls import Dbt, Outcome, let_go
from vitrine.engines.check.files import checked_rules, checked_seeds, settings_of
from vitrine.engines.check.problems import CheckError, Problem, counted, meant, sorted_problems
from vitrine.engines.check.rules import LastBuild, Trial, compile_problems, last_build, trial
from vitrine.engines.check.seeds import given_before, planned, seed_problems, stage
from vitrine.engines.connections import in_words


def main(arguments: list[str] | None = None) -> None:
    """Print every problem and end with what was found."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("connector", nargs="?", default="", help="whose products and rules; default the project's")
    parser.add_argument("--as-of", default="", help="day on which rows of seeds have ended; default the connector's")
    parser.add_argument("--project", type=Path, default=Path(), help="folder of dbt_project.yml")
    options = parser.parse_args(arguments)
    try:
        code = check(options.project.resolve(), options.connector, options.as_of)
    except CheckError as problem:
        print(problem)
        print("Not checked.")
        code = 1
    except OSError as problem:
        places = "to target/make_check and to the lock beside the warehouse"
        print(f"Not checked: {in_words(problem)}. It must be able to write {places}.")
        code = 1
    let_go()
    sys.exit(code)


def check(project: Path, connector: str, as_of: str) -> int:
    """Check seeds and rules of a project, print what is wrong, and return the exit code."""
    settings = settings_of(project)
    connector, known = connector or settings.get("connector", ""), settings.get("connectors") or {}
    if connector not in known:
        like = meant(connector, known, 1)
        raise CheckError(f"Unknown connector '{connector}'. Known connectors: {', '.join(sorted(known))}{like}.")
    seeds, problems = checked_seeds(project)
    requiring = settings.get("requiring_rules", [])
    rules, rule_problems = checked_rules(project, settings.get("rules"), requiring)
    checked = f"{counted(len(seeds), 'seed')}, {counted(len(rules), 'rule')}"
    problems += rule_problems
    # With these dbt would stop too, and say less; a rule's SQL is another matter.
    if any(not one.path.endswith(".sql") for one in problems):
        _print(problems)
        print("Files first: mend these, then run it again for the rest.")
        return _summed_up(problems, checked)
    folder = project / "target" / "make_check" / connector
    folder.mkdir(parents=True, exist_ok=True)
    warehouse = project / os.environ.get("VITRINE_WAREHOUSE", "warehouse") / "vitrine.duckdb"
    with _alone(folder):
        last = last_build(warehouse, connector)
        variables = {**(given_before(folder) if last.why_not else last.given), "connector": connector, "as_of": as_of}
        dbt = Dbt(project, folder, variables)
        try:
            graph, sources = dbt.parse()
        except CheckError:
            _print(problems)
            raise
        plan = planned(graph)
        own, failed = set[str](), set[str]()
        try:
            print(stage(dbt, graph, sources, plan, variables), flush=True)
        except CheckError as problem:
            problems.append(Problem("seeds/", None, f"not checked, since names cannot be staged: {problem}"))
        else:
            found, failed = seed_problems(dbt, graph, plan, seeds)
            problems += found
            own = {*plan.checks, *plan.read_by_rules}
        found, lines = _rules(dbt, rules, last, trial(dbt, graph, warehouse, requiring, own, failed))
        problems += found
    print("\n".join(lines))
    _print(problems)
    return _summed_up(problems, checked)


def _rules(
    dbt: Dbt, rules: list[str], last: LastBuild, on_last: AbstractContextManager[Trial]
) -> tuple[list[Problem], list[str]]:
    """Compile the rules and try them on the last build; return what is wrong, and a line per rule."""
    outcomes = {one.name: one for one in dbt.compile(f"int_rules__{rule}" for rule in rules)}
    problems = compile_problems(list(outcomes.values()))
    sound = [rule for rule in rules if (outcome := outcomes.get(f"int_rules__{rule}")) and outcome.problem is None]
    if last.why_not:
        return problems, [f"Rules were only compiled, not tried on data: {last.why_not}."]
    lines = [f"What each rule touches now, on data and features of the last build (as of {last.as_of_at:%Y-%m-%d}):"]
    compiled = {rule: outcomes[f"int_rules__{rule}"] for rule in sound}
    try:
        with on_last as tried:
            found, touched = _tried(tried, compiled)
    except WarehouseBusyError as busy:
        return problems, [f"Rules were only compiled, not tried on data: {busy}"]
    width = max(map(len, sound), default=0)
    lines += [f"  {rule:<{width}}  {text}" for rule, text in touched.items()]
    return problems + found, lines


def _tried(tried: Trial, outcomes: dict[str, Outcome]) -> tuple[list[Problem], dict[str, str]]:
    problems: list[Problem] = []
    touched: dict[str, str] = {}
    tried.show(list(outcomes))
    for rule, outcome in outcomes.items():
        sql, source = outcome.compiled or "", Path(outcome.path)
        if lacking := tried.lacking(rule):
            touched[rule] = f"not tried: {lacking}"
            continue
        found, text = tried.bound(rule, sql, source), ""
        if not found:
            found, text = tried.tried(rule, sql, source)
        touched[rule] = text or ("cannot run, see below" if found else "nothing now")
        problems += found
    return problems, touched


def _print(problems: list[Problem]) -> None:
    for one in sorted_problems(problems):
        print(one)


def _summed_up(problems: list[Problem], checked: str) -> int:
    """Print the last line and return the exit code: notes alone are no failure."""
    severities = [one.severity for one in sorted_problems(problems)]
    counts = {one: severities.count(one) for one in ("error", "warning", "note")}
    if not severities:
        print(f"{checked}: nothing wrong.")
    else:
        print(", ".join(counted(count, one) for one, count in counts.items() if count) + ".")
    return int(bool(counts["error"] or counts["warning"]))


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    with (folder / "check.lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            where = os.path.relpath(folder)
            raise CheckError(f"Another check is working in {where}. Wait for it to end.") from None
        yield


if __name__ == "__main__":
    main()
