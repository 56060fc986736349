"""Names, files and documentation of models: one model, one file, one yml, one grain."""

import re
from pathlib import Path

import pytest
import yaml
from manifest import Model, Project

# Models without a grain test of their own, by a pattern of their path, each with the reason.
NO_GRAIN = {
    r"models/connectors/": "raw rows may repeat; the input contract rejects the repeats",
    r"models/staging/checks/": "every raw row with its verdict, repeats too",
    r"models/staging/stg_rejected_rows\.sql": "rows are there because they broke their key",
    r"python_models/intermediate/evaluation/int_evaluation__click_promises\.py": "a product may be shown more than once",
    r"models/intermediate/ranking/int_ranking__response_candidates\.sql": "a product may be shown more than once",
    r"models/intermediate/(integrity|ranking)/int_\w+_(errors|conflicts)\.sql": "a list of mistakes in words",
    r"models/intermediate/ranking/int_ranking__candidate_signals\.sql": "a view whose one reader tests the same grain",
}
PREFIXES = {
    "staging": r"stg_",
    "staging/checks": r"stg_checked_",
    "staging/erasures": r"stg_erased_",
    "marts/recommendations": r"(?!stg_|int_|fct_|dim_)",
    "marts/releases": r"(?!stg_|int_|fct_|dim_)",
    "marts/evaluation": r"(evaluation|experiment)_",
    "marts/feedback": r"(?!stg_|int_|fct_|dim_)",
}


def expected_name(path: str, folder: str) -> str:
    """Return the pattern that the name of a model at this path follows."""
    if folder == "connectors":
        return Path(path).parts[2] + "__"
    stage = folder.rpartition("/")[2]
    return PREFIXES.get(folder, rf"int_{stage}__[a-z]")


def unversioned(stem: str) -> str:
    return re.sub(r"_v[0-9]+$", "", stem)


def yml_problems(model_path: Path, text: str | None) -> list[str]:
    """Return what is wrong with the yml beside a model; None means that there is none."""
    if text is None:
        return [f"{model_path}: no yml with the same stem"]
    content = yaml.safe_load(text)
    problems = []
    if not set(content) <= {"models", "unit_tests"}:
        problems.append(f"{model_path}: its yml describes more than the model and its unit tests")
    described = [model["name"] for model in content.get("models", [])]
    # A versioned model is described by its name; its file carries the version.
    if described != [unversioned(model_path.stem)] and described != [model_path.stem]:
        problems.append(f"{model_path}: its yml describes {described}")
    elif not content["models"][0].get("description", "").strip():
        problems.append(f"{model_path}: no description")
    return problems


def starts_with_comment(code: str, *, is_python: bool) -> bool:
    return bool(re.match(r'""".+' if is_python else r"-- .+", code))


def lacks_grain(model: Model) -> bool:
    return not model.has_grain_test and not any(re.match(path, model.path) for path in NO_GRAIN)


def test_names_follow_the_folder(project: Project) -> None:
    wrong = [m.path for m in project.models if not re.match(expected_name(m.path, m.folder), m.name)]
    assert not wrong


def test_a_misplaced_name_is_found() -> None:
    pattern = expected_name("models/intermediate/rules/int_ranking__x.sql", "intermediate/rules")
    assert not re.match(pattern, "int_ranking__x")


def test_every_model_file_is_a_model(project: Project) -> None:
    files = {path.relative_to(project.root).as_posix() for path in project.files(".sql", ".py")}
    assert files == {model.path for model in project.models}


def test_first_line_says_what_a_row_is(project: Project) -> None:
    bare = [m.path for m in project.models if not starts_with_comment(m.code, is_python=m.is_python)]
    assert not bare


def test_a_model_without_a_comment_is_found() -> None:
    assert not starts_with_comment("select 1", is_python=False)
    assert not starts_with_comment("import numpy", is_python=True)


def test_one_yml_beside_each_model(project: Project) -> None:
    problems = []
    for path in project.files(".sql", ".py"):
        # Several versions of a model share a yml, which is called like the model.
        beside = [path.with_suffix(".yml"), path.with_name(unversioned(path.stem) + ".yml")]
        problems += yml_problems(path, next((one.read_text() for one in beside if one.exists()), None))
    assert not problems


def test_no_yml_without_its_model(project: Project) -> None:
    lone = [
        path
        for path in project.files(".yml")
        if not path.name.startswith("_")
        if not any(path.with_suffix(suffix).exists() for suffix in (".sql", ".py"))
        if len(list(path.parent.glob(f"{path.stem}_v[0-9]*.sql"))) < 2
    ]
    assert not lone


@pytest.mark.parametrize(
    "text",
    [
        None,
        "models: [{name: other, description: x}]",
        "models: [{name: m, description: ' '}]",
        "models: [{name: m, description: x}, {name: n, description: x}]",
        "{models: [{name: m, description: x}], sources: []}",
    ],
)
def test_a_wrong_yml_is_found(text: str | None) -> None:
    assert yml_problems(Path("m.sql"), text)


def test_every_model_tests_its_grain(project: Project) -> None:
    assert not [model.path for model in project.models if lacks_grain(model)]


def test_exceptions_from_the_grain_test_are_needed(project: Project) -> None:
    for pattern in NO_GRAIN:
        excepted = [model for model in project.models if re.match(pattern, model.path)]
        assert any(not model.has_grain_test for model in excepted), pattern


def test_a_model_without_a_grain_test_is_found() -> None:
    node = {"original_file_path": "models/marts/x.sql", "columns": {}, "constraints": []}
    assert lacks_grain(Model(node, tests=["not_null"]))
    assert not lacks_grain(Model(node, tests=["unique_combination"]))


def test_described_columns_have_a_description(project: Project) -> None:
    bare = [
        f"{model.name}.{column['name']}"
        for model in project.models
        for column in model.node["columns"].values()
        if not column["description"].strip()
    ]
    assert not bare
