"""Python models stay thin, dbt sees all they read, and only the engines know a warehouse."""

import ast
import sys
from pathlib import Path

import pytest
from manifest import ROOT, Project

from vitrine.engines.preview.plan import IDLE_CODE

MAX_LINES = 40
# Values that Python models put between quotes themselves. The package fixes their names; a channel of the first may not
# hold a quote.
QUOTED = {
    "int_evaluation__probability_reliability": ["name"],
    "int_ranking__response_fits": ["response"],
}
WAREHOUSE_PACKAGES = {"duckdb", "dbt", "dbt_common", "pyspark"}


def imported_packages(tree: ast.AST) -> set[str]:
    """Return the top-level packages that the code imports."""
    names = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and not node.level:
            names.add(node.module or "")
    return {name.split(".")[0] for name in names}


def references(tree: ast.AST) -> tuple[set[str], int]:
    """Return the literal names given to dbt.ref, and how many calls give anything else."""
    literal, other = set(), 0
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call) or ast.unparse(node.func) not in (
            "dbt.ref",
            "dbt.source",
        ):
            continue
        match node.args:
            case [ast.Constant(value=str(name))]:
                literal.add(name)
            case _:
                other += 1
    return literal, other


def thickness(code: str) -> list[str]:
    """Return what a Python model does beyond read, check, call, return."""
    tree = ast.parse(code)
    problems = []
    functions = [node for node in tree.body if isinstance(node, ast.FunctionDef | ast.ClassDef)]
    if [function.name for function in functions] != ["model"]:
        problems.append("defines more or less than model()")
    problems += [
        f"{function.name} is longer than {MAX_LINES} lines"
        for function in functions
        if (function.end_lineno or 0) - function.lineno >= MAX_LINES
    ]
    foreign = imported_packages(tree) - {"vitrine"} - sys.stdlib_module_names
    problems += [f"imports {name}" for name in sorted(foreign)]
    if references(tree)[1]:
        problems.append("calls dbt.ref with something other than one literal")
    return problems


def quoted_by_hand(code: str) -> list[str]:
    """Return the parts of f-strings that put a value between quotes: one with a quote in it breaks the SQL."""
    return [
        ast.unparse(value.value)
        for node in ast.walk(ast.parse(code))
        if isinstance(node, ast.JoinedStr)
        for before, value in zip(node.values, node.values[1:], strict=False)
        if isinstance(before, ast.Constant) and isinstance(value, ast.FormattedValue)
        if str(before.value).endswith("'")
    ]


def package_files(codes: list[str]) -> set[str]:
    """Return the files of the package that code is made with, through all that these import."""
    found: set[str] = set()
    while codes:
        for node in ast.walk(ast.parse(codes.pop())):
            modules = []
            if isinstance(node, ast.Import):
                modules = [alias.name for alias in node.names]
            elif isinstance(node, ast.ImportFrom) and node.module:
                modules = [node.module, *(f"{node.module}.{alias.name}" for alias in node.names)]
            for module in modules:
                stem = f"src/{module.replace('.', '/')}"
                for name in (f"{stem}.py", f"{stem}/__init__.py"):
                    if module.split(".")[0] == "vitrine" and name not in found and (ROOT / name).exists():
                        found.add(name)
                        codes.append((ROOT / name).read_text())
    return found


def warehouse_imports(path: Path, code: str) -> set[str]:
    return set() if "engines" in path.parts else imported_packages(ast.parse(code)) & WAREHOUSE_PACKAGES


def test_python_models_are_thin(project: Project) -> None:
    thick = {m.name: thickness(m.code) for m in project.models if m.is_python}
    assert thick
    assert not {name: problems for name, problems in thick.items() if problems}


@pytest.mark.parametrize(
    ("code", "problem"),
    [
        ("def model(dbt, session):\n" + "    x = 1\n" * 40, "longer"),
        ("import numpy\ndef model(dbt, session): ...", "imports numpy"),
        ("def helper(): ...\ndef model(dbt, session): ...", "defines more"),
        ("def model(dbt, session):\n    return dbt.ref(name)", "literal"),
    ],
)
def test_a_thick_python_model_is_found(code: str, problem: str) -> None:
    assert any(problem in found for found in thickness(code))


def test_values_are_put_into_sql_by_the_engines(project: Project) -> None:
    quoted = {model.name: quoted_by_hand(model.code) for model in project.models if model.is_python}
    assert not {name: found for name, found in quoted.items() if found and found != QUOTED.get(name)}


def test_a_value_between_quotes_is_found() -> None:
    assert quoted_by_hand("""f"channel = '{channel}' and {own}" """) == ["channel"]
    assert not quoted_by_hand("""f"{is_one_of('channel', [channel])} and {own}" """)


def test_code_that_a_preview_takes_for_idle_is_read_by_no_model(project: Project) -> None:
    read = package_files([model.code for model in project.models if model.is_python])
    assert {"src/vitrine/engines/frames.py", "src/vitrine/als.py", "src/vitrine/tables/ranking.py"} <= read
    assert not {name for name in read if name.startswith(IDLE_CODE)}
    assert not [name for name in IDLE_CODE if not (ROOT / name).exists()]


def test_dbt_sees_every_ref_of_a_python_model(project: Project) -> None:
    """dbt overlooks a ref in some places, before a subscript for one, and then builds too early."""
    unseen = {
        model.name: references(ast.parse(model.code))[0] - {ref["name"] for ref in model.node["refs"]}
        for model in project.models
        if model.is_python
    }
    assert not {name: refs for name, refs in unseen.items() if refs}


def test_only_engines_know_a_warehouse(project: Project) -> None:
    modules = project.files(".py", under=("src",))
    assert any("engines" in path.parts for path in modules)
    found = {str(path): warehouse_imports(path, path.read_text()) for path in modules}
    assert not {path: names for path, names in found.items() if names}


def test_a_warehouse_import_elsewhere_is_found() -> None:
    code = "def f():\n    from dbt.adapters import x\n    import duckdb\n"
    assert warehouse_imports(Path("src/vitrine/als.py"), code) == {"dbt", "duckdb"}
    assert not warehouse_imports(Path("src/vitrine/engines/spark.py"), code)
