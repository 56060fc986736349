"""SQL runs unchanged on both engines; what differs lives in macros/adapters and nowhere else."""

import re

import pytest
from manifest import Project

COMMENTS = re.compile(r"{#.*?#}|--[^\n]*|/\*.*?\*/", re.DOTALL)
JINJA = re.compile(r"{{.*?}}|{%.*?%}", re.DOTALL)
TEXT = re.compile(r"'[^']*'")
MAX_LINE_LENGTH = 120
ENGINE_CHECK = re.compile(r"target\s*\.\s*(type|name)|adapter\.type\(")
ONE_ENGINE_ONLY = {
    "qualify": re.compile(r"\bqualify\b", re.IGNORECASE),
    "whole division": re.compile(r"//"),
    "a quoted identifier": re.compile(r'"'),
    "a cast with colons": re.compile(r"::"),
}


def dialect_problems(code: str) -> list[str]:
    """Return the constructs of one engine only in a model's SQL, outside of text and Jinja."""
    plain = TEXT.sub("''", JINJA.sub(" ", COMMENTS.sub(" ", code)))
    return [what for what, pattern in ONE_ENGINE_ONLY.items() if pattern.search(plain)]


def test_models_use_the_common_dialect(project: Project) -> None:
    found = {m.path: dialect_problems(m.code) for m in project.models if not m.is_python}
    assert not {path: problems for path, problems in found.items() if problems}


@pytest.mark.parametrize(
    "code",
    [
        "select 1 from t QUALIFY rank = 1",
        "select 7 // 2",
        'select "Customer ID" from t',
        "select 1::double",
    ],
)
def test_a_dialect_problem_is_found(code: str) -> None:
    assert len(dialect_problems(code)) == 1


def test_text_comments_and_jinja_are_no_problem() -> None:
    assert not dialect_problems('-- qualify // "x"\nselect \'//\' {{ var("a") }} {# "y" #}')


def test_only_adapters_ask_for_the_engine(project: Project) -> None:
    files = project.files(".sql", ".py", ".yml", under=("models", "python_models", "macros", "tests/dbt"))
    asking = [
        path
        for path in files
        if "adapters" not in path.parts
        if ENGINE_CHECK.search(COMMENTS.sub("", path.read_text()))
    ]
    assert not asking


def test_asking_for_the_engine_is_found() -> None:
    assert ENGINE_CHECK.search("{% if target.type == 'duckdb' %}")


def misnamed(macro: str, stem: str) -> bool:
    """Whether a macro is neither its file's public one, nor an engine's body of it, nor private."""
    own = {
        stem,
        *(f"{engine}__{stem}" for engine in ("default", "duckdb", "spark")),
        *(f"materialization_{stem}_{engine}" for engine in ("duckdb", "spark")),
        f"test_{stem}",
    }
    return macro not in own and not macro.startswith("_")


def test_one_public_macro_a_file(project: Project) -> None:
    paths = [(macro["name"], macro["original_file_path"]) for macro in project.macros]
    assert not [pair for pair in paths if misnamed(pair[0], pair[1].split("/")[-1].removesuffix(".sql"))]


def test_a_misnamed_macro_is_found() -> None:
    assert misnamed("other", "row_json")
    assert not misnamed("spark__row_json", "row_json")


# dbt's own, of which every adapter has a body already.
OF_DBT = {"create_table_as", "table"}


def test_adapters_have_a_body_for_each_engine(project: Project) -> None:
    names = {macro["name"] for macro in project.macros}
    stems = {path.stem for path in project.files(".sql", under=("macros/adapters",))} - OF_DBT
    assert stems
    assert not [stem for stem in stems if not {f"duckdb__{stem}", f"spark__{stem}"} <= names]


def test_macros_start_with_a_comment(project: Project) -> None:
    files = project.files(".sql", under=("macros", "tests/dbt"))
    assert not [path for path in files if not path.read_text().startswith(("{#", "-- "))]


def test_scoring_macros_read_no_model(project: Project) -> None:
    scoring = [macro for macro in project.macros if "macros/scoring/" in macro["original_file_path"]]
    assert scoring
    assert not [macro["name"] for macro in scoring if re.search(r"\b(ref|source)\(", macro["macro_sql"])]


def long_lines(code: str) -> list[int]:
    """Return the numbers of lines too long to read; sqlfluff only sees them compiled."""
    lines = enumerate(code.splitlines(), start=1)
    return [number for number, line in lines if len(line) > MAX_LINE_LENGTH]


def test_lines_are_not_too_long(project: Project) -> None:
    files = project.files(".sql", ".py", under=("models", "python_models", "macros", "tests/dbt"))
    found = {str(path): long_lines(path.read_text()) for path in files}
    assert not {path: numbers for path, numbers in found.items() if numbers}


def test_a_long_line_is_found() -> None:
    assert long_lines("select 1\n-- " + "x" * MAX_LINE_LENGTH) == [2]
