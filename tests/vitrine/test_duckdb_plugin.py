"""What a release records of the code: every file that decides what a build computes, and the commit."""

import subprocess

import pytest

from vitrine.engines import duckdb_plugin


@pytest.fixture
def project(tmp_path):
    """A project with a rule of its own and a package."""
    for name, text in {
        "dbt_project.yml": "{name: house, vars: {a: 1}}",
        "models/int_rules__own.sql": "select 1",
        "dbt_packages/vitrine/models/int_rules__theirs.sql": "select 2",
    }.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    return tmp_path


@pytest.mark.parametrize("name", ["models/int_rules__own.sql", "dbt_packages/vitrine/models/int_rules__theirs.sql"])
def test_a_change_in_the_project_or_in_its_package_is_another_version(project, name):
    before, files = duckdb_plugin.code_version(project), duckdb_plugin.code_files(project)
    (project / name).write_text("select 3")
    assert duckdb_plugin.code_version(project) != before
    after = duckdb_plugin.code_files(project)
    assert {path for path in files if files[path] != after[path]} == {name}


def test_the_commit_is_told_and_whether_files_differ_from_it(project):
    assert duckdb_plugin.code_revision(project) is None
    for words in (
        ["init", "--quiet"],
        ["add", "."],
        ["-c", "user.name=a", "-c", "user.email=a@b", "commit", "-qm", "a"],
    ):
        subprocess.run(["git", *words], cwd=project, check=True)
    commit = duckdb_plugin.code_revision(project)
    assert commit is not None and len(commit) == 40
    (project / "models/int_rules__own.sql").write_text("select 4")
    assert duckdb_plugin.code_revision(project) == f"{commit}+changed"


def test_another_version_of_a_library_that_computes_is_other_code(project, monkeypatch):
    files = duckdb_plugin.code_files(project)
    before = duckdb_plugin.code_fingerprint(files)
    known = duckdb_plugin.version
    monkeypatch.setattr(duckdb_plugin, "version", lambda name: "0.1" if name == "numpy" else known(name))
    assert duckdb_plugin.code_fingerprint(files) != before


@pytest.mark.parametrize(
    ("name", "text", "is_other"),
    [
        ("dbt_project.yml", "{name: house, vars: {a: 2, as_of: '2024-01-01', audit_days: 7}}", True),
        ("dbt_project.yml", "{name: house, vars: {a: 1, as_of: '2024-01-02', audit_days: 8}}", False),
        ("seeds/pins.csv", "product_id\np2\n", True),
        ("models/int_rules__own.sql", "select 3", True),
        ("models/int_rules__own.yml", "models: [{name: int_rules__own, description: other words}]", False),
    ],
)
def test_rows_depend_on_code_vars_and_seeds(project, name, text, is_other):
    (project / "seeds").mkdir()
    (project / "seeds" / "pins.csv").write_text("product_id\np1\n")
    (project / "models" / "int_rules__own.yml").write_text("models: [{name: int_rules__own}]")
    (project / "dbt_project.yml").write_text("{name: house, vars: {a: 1, as_of: '2024-01-01', audit_days: 7}}")

    def fingerprint():
        return duckdb_plugin.project_fingerprint(duckdb_plugin.code_files(project))

    before = fingerprint()
    (project / name).write_text(text)
    assert (fingerprint() != before) == is_other
