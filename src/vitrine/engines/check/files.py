"""What is wrong with the files of seeds and rules themselves, found without dbt and without a database."""

import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

import yaml

from vitrine.engines.check.problems import CheckError, Problem, meant

PROJECT_FILE = "dbt_project.yml"
RULES = "models/intermediate/rules"
# Models in that folder that are no rule; one that another file there refers to is none either.
RULE_HELPERS = ("contact_counts", "pairs", "required", "verdicts")
# Types that config.meta may give a column, with what each needs beside it; see macros/seeds/column_problem.sql.
CHECK_TYPES = {
    "text": (),
    "integer": ("min", "max"),
    "number": ("min", "max"),
    "date": (),
    "choice": ("values",),
    "connector": (),
    "channel": (),
    "attribute": (),
    "value": (),
}
# What a cell of a typed column must be, by the type that the yml gives; text needs no check.
CELL_TYPES: dict[str, tuple[Any, str]] = {
    "integer": (int, "a whole number"),
    "bigint": (int, "a whole number"),
    "double": (float, "a number"),
    "date": (date.fromisoformat, "a date like 2017-01-31"),
}


@dataclass
class Seed:
    """A seed's file and yml. `records` are (line, column -> cell) in order; blank cells are kept as they stand."""

    name: str
    columns: dict[str, dict[str, Any]] = field(default_factory=dict)
    records: list[tuple[int, dict[str, str]]] = field(default_factory=list)

    @property
    def path(self) -> str:
        """Return the path of the file from the project's root."""
        return f"seeds/{self.name}.csv"

    def line(self, row_number: int | None) -> int | None:
        """Return the line on which a record begins, from its place in the file."""
        if row_number is None or not 0 < row_number <= len(self.records):
            return None
        return self.records[row_number - 1][0]


def settings_of(project: Path) -> dict[str, Any]:
    """Return the vars of dbt_project.yml.

    Raises
    ------
    CheckError
        If the file is not there or is not yml.
    """
    path = project / PROJECT_FILE
    if not path.exists():
        raise CheckError(f"{path} is not there: run this in the project's folder, or name it with --project.")
    found, problems = _yml(path, PROJECT_FILE)
    if problems:
        raise CheckError(str(problems[0]))
    return dict((found or {}).get("vars") or {})


def checked_seeds(project: Path) -> tuple[dict[str, Seed], list[Problem]]:
    """Return the seeds of a project by name, and all that is wrong with their files."""
    seeds, problems = {}, []
    files = {path.stem for path in (project / "seeds").glob("*.csv")}
    for name in sorted(files | {path.stem for path in (project / "seeds").glob("*.yml")}):
        seed = Seed(name)
        path, yml = f"seeds/{name}.csv", f"seeds/{name}.yml"
        if name not in files:
            others = meant(name, files)
            problems.append(Problem(yml, None, f"describes a seed whose file {path} is not there{others}"))
            continue
        if not (project / yml).exists():
            problems.append(Problem(path, None, f"has no {yml}: add one with a description and type of each column"))
            continue
        seed.columns, types, found = _described(project / yml, yml, name)
        problems += found
        if seed.columns:
            problems += _read(project / path, seed, types)
        seeds[name] = seed
    return seeds, problems


def checked_rules(project: Path, listed: Any, requiring: Any = ()) -> tuple[list[str], list[Problem]]:
    """Return the names of all rules, listed or not, and where the files and the vars that list rules disagree."""
    paths = {path.stem.removeprefix("int_rules__"): path for path in (project / RULES).glob("int_rules__*.sql")}
    texts = {name: path.read_text(encoding="utf-8", errors="replace") for name, path in paths.items()}
    lines = _lines_of_rules(project / PROJECT_FILE)
    if not _are_texts(listed):
        text = "the var rules must be a list with one line a rule: `- <name>` for the file int_rules__<name>.sql"
        return sorted(paths), [Problem(PROJECT_FILE, None, text)]
    unlisted = [name for name in sorted(paths) if name not in listed and not _is_helper(name, texts)]
    problems = []
    if not _are_texts(requiring):
        text = (
            "the var requiring_rules must be a list of rules: `[<name>, <name>]`, or `[]` where none requires anything"
        )
        problems.append(Problem(PROJECT_FILE, None, text))
    for place, name in enumerate(listed):
        line = lines[place] if place < len(lines) else None
        if name not in paths:
            file = f"{RULES}/int_rules__{name}.sql"
            text = f"the var rules lists {name}, but {file} is not there{meant(name, unlisted)}"
            problems.append(Problem(PROJECT_FILE, line, text))
        elif name in listed[:place]:
            problems.append(Problem(PROJECT_FILE, line, f"the var rules lists {name} twice: take one line out"))
    for name in unlisted:
        text = f"is not listed, so it does nothing: add the line `- {name}` to the var rules in {PROJECT_FILE}"
        problems.append(Problem(f"{RULES}/int_rules__{name}.sql", None, text))
    rules = [name for name in sorted(paths) if name in listed or name in unlisted]
    for name in rules:
        yml = f"{RULES}/int_rules__{name}.yml"
        if not (project / yml).exists():
            text = f"has no {yml}: add one with a description, a grain test and a unit test"
            problems.append(Problem(f"{RULES}/int_rules__{name}.sql", None, text))
        else:
            problems += _yml(project / yml, yml)[1]
    return rules, problems


def _yml(path: Path, name: str) -> tuple[Any, list[Problem]]:
    """Return what a yml file holds, or why it cannot be read."""
    try:
        return yaml.safe_load(path.read_text(encoding="utf-8")), []
    except UnicodeDecodeError as problem:
        return None, [_not_utf8(name, path.read_bytes(), problem)]
    except yaml.MarkedYAMLError as problem:
        line = problem.problem_mark.line + 1 if problem.problem_mark else None
        said = " ".join(part for part in (problem.context, problem.problem) if part)
        return None, [Problem(name, line, f"is not yml: {said}")]
    except yaml.YAMLError as problem:
        return None, [Problem(name, None, f"is not yml: {problem}")]


def _not_utf8(name: str, content: bytes, problem: UnicodeDecodeError) -> Problem:
    line = content.count(b"\n", 0, problem.start) + 1
    letter = content[problem.start : problem.start + 1].hex()
    return Problem(name, line, f"is not UTF-8 (byte 0x{letter}): save the file as UTF-8")


def _described(path: Path, yml: str, name: str) -> tuple[dict[str, dict[str, Any]], dict[str, str], list[Problem]]:
    """Return the columns of a seed's yml with their checks, the types that it gives, and what is wrong with it."""
    found, problems = _yml(path, yml)
    if problems:
        return {}, {}, problems
    entries = found.get("seeds") if isinstance(found, dict) else None
    entries = [one for one in entries or [] if isinstance(one, dict) and one.get("name") == name]
    listed = entries[0].get("columns") if entries else None
    if not listed or not all(isinstance(one, dict) and one.get("name") for one in listed):
        text = f"must hold `seeds:` with an entry `- name: {name}` and its columns, each with a name"
        return {}, {}, [Problem(yml, None, text)]
    config = entries[0].get("config") or {}
    columns = {one["name"]: (one.get("config") or {}).get("meta") or {} for one in listed}
    types = {str(column): str(kind).lower() for column, kind in (config.get("column_types") or {}).items()}
    for column in [one for one in columns if one not in types]:
        problems.append(Problem(yml, None, f"column_types lacks {column}: add the line `{column}: varchar`"))
    for column in [one for one in types if one not in columns]:
        problems.append(Problem(yml, None, f"column_types names {column}, which columns does not describe"))
    for column in [one for one in (config.get("meta") or {}).get("key") or [] if one not in columns]:
        problems.append(Problem(yml, None, f"the key names {column}, which columns does not describe"))
    for column, checks in columns.items():
        problems += [Problem(yml, None, f"{column}: {text}") for text in _unfit_checks(checks, columns)]
    return columns, types, problems


def _unfit_checks(checks: dict[str, Any], columns: dict[str, Any]) -> Iterator[str]:
    """Say what keeps a column's checks from being made: a misspelled type would check nothing."""
    if not checks:
        return
    kind = checks.get("type")
    if kind not in CHECK_TYPES:
        known = meant(str(kind), CHECK_TYPES, 1) or f"; known are {', '.join(CHECK_TYPES)}"
        yield f"config.meta has the unknown type {kind}{known}"
        return
    if lacking := [one for one in CHECK_TYPES[kind] if one not in checks]:
        yield f"config.meta has the type {kind} and lacks {' and '.join(lacking)}"
    if kind == "value" and not checks.get("is") and checks.get("of") not in columns:
        yield "config.meta has the type value: name its attribute with `is`, or the column that does with `of`"


def _read(path: Path, seed: Seed, types: dict[str, str]) -> list[Problem]:
    """Read the records of a seed and return what is wrong with them."""
    content = path.read_bytes()
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as problem:
        return [_not_utf8(seed.path, content, problem)]
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    header: list[str] = []
    problems: list[Problem] = []
    while True:
        line = reader.line_num + 1
        try:
            cells = next(reader)
        except StopIteration:
            break
        except csv.Error as problem:
            return [*problems, Problem(seed.path, line, _quotes(str(problem), reader.line_num, line))]
        if not cells:
            continue
        if not header:
            header = cells
            problems += [Problem(seed.path, line, said) for said in _header_problems(header, seed)]
        elif len(cells) != len(header):
            said = f"has {len(cells)} cells, the header has {len(header)}: put a text that holds a comma into quotes"
            problems.append(Problem(seed.path, line, said))
        else:
            record = dict(zip(header, cells, strict=True))
            seed.records.append((line, record))
            problems += [Problem(seed.path, line, said) for said in _cell_problems(record, types)]
    if not header:
        problems.append(Problem(seed.path, None, f"is empty: its header must be {','.join(seed.columns)}"))
    return problems


def _quotes(problem: str, last: int, line: int) -> str:
    if "unexpected end" in problem:
        return "a quote that opens here is never closed"
    until = f", up to line {last}" if last > line else ""
    return f"a quote does not close where its cell ends{until}: double the quotes inside a quoted text ({problem})"


def _header_problems(header: list[str], seed: Seed) -> Iterator[str]:
    missing = [name for name in seed.columns if name not in header]
    for name in dict.fromkeys(header):
        if header.count(name) > 1:
            yield f"the header names the column {name} {header.count(name)} times"
        if name not in seed.columns:
            known = meant(name, missing or seed.columns, 1)
            yield f"the header names the column '{name}', which seeds/{seed.name}.yml does not know{known}"
    if missing:
        yield f"the header lacks {', '.join(missing)}"


def _cell_problems(record: dict[str, str], types: dict[str, str]) -> Iterator[str]:
    for name, cell in record.items():
        kind = CELL_TYPES.get(types.get(name, ""))
        if kind is None or not cell.strip():
            continue
        try:
            kind[0](cell.strip())
        except ValueError:
            yield f"{name} is {cell}, must be {kind[1]}"


def _are_texts(listed: Any) -> bool:
    return isinstance(listed, (list, tuple)) and all(isinstance(one, str) for one in listed)


def _is_helper(name: str, texts: dict[str, str]) -> bool:
    read = (f"ref('int_rules__{name}')", f'ref("int_rules__{name}")')
    return name in RULE_HELPERS or any(one in text for other, text in texts.items() if other != name for one in read)


def _lines_of_rules(path: Path) -> list[int]:
    """Return the line of each entry of the var rules."""
    node: Any = yaml.compose(path.read_text(encoding="utf-8"))
    for key in ("vars", "rules"):
        pairs = node.value if isinstance(node, yaml.MappingNode) else []
        node = next((value for one, value in pairs if one.value == key), None)
    return [one.start_mark.line + 1 for one in node.value] if isinstance(node, yaml.SequenceNode) else []
