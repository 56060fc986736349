"""Rules and candidate sources: the files and the list in dbt_project.yml are the same."""

from collections.abc import Iterable

from manifest import OPTIONAL_SOURCES, Project

from vitrine.affinity import MODELS

# Models in those folders that are no rule and no source themselves.
RULE_HELPERS = {"contact_counts", "pairs", "required", "verdicts"}
CANDIDATE_HELPERS = {"all", "als_factors", "category_scores", "affinities", "proposals", "customers"}


def differences(files: Iterable[str], listed: list[str], helpers: set[str]) -> set[str]:
    """Return the names that are only a file, only listed, or listed twice."""
    found = set(files)
    repeated = {name for name in listed if listed.count(name) > 1}
    return ((found - helpers) ^ set(listed)) | (helpers - found) | repeated


def stems(project: Project, stage: str) -> list[str]:
    folder = f"intermediate/{stage}"
    return [m.name.removeprefix(f"int_{stage}__") for m in project.models if m.folder == folder]


def test_rule_files_are_the_listed_rules(project: Project) -> None:
    assert not differences(stems(project, "rules"), project.vars["rules"], RULE_HELPERS)


def test_candidate_files_are_the_listed_sources(project: Project) -> None:
    sources = project.vars["candidate_sources"]
    assert not differences(stems(project, "candidates"), sources + OPTIONAL_SOURCES, CANDIDATE_HELPERS)


def unfit_models(listed: list[str], models: Iterable[str], sources: list[str]) -> set[str]:
    """Return the affinity models that are not computed, not listed, no source, or listed twice."""
    repeated = {name for name in listed if listed.count(name) > 1}
    return (set(listed) ^ set(models)) | (set(listed) - set(sources)) | repeated


def test_affinity_models_are_those_of_the_package_and_candidate_sources(project: Project) -> None:
    assert not unfit_models(project.vars["affinity_models"], MODELS, project.vars["candidate_sources"])


def test_each_affinity_model_reads_the_affinities_and_no_other_source_does(project: Project) -> None:
    readers = {reader.name for reader, read in project.edges if read.name == "int_candidates__affinities"}
    sources = {f"int_candidates__{name}" for name in project.vars["candidate_sources"]}
    models = [*project.vars["affinity_models"], "new_categories"]
    assert readers & sources == {f"int_candidates__{name}" for name in models}


def test_an_affinity_model_that_is_not_listed_is_found() -> None:
    assert unfit_models(["als"], ["als", "linear"], ["als", "linear"]) == {"linear"}
    assert unfit_models(["als", "gone"], ["als"], ["als", "gone"]) == {"gone"}
    assert unfit_models(["als"], ["als"], ["popular"]) == {"als"}
    assert unfit_models(["als", "als"], ["als"], ["als"]) == {"als"}


def test_every_listed_name_is_read_by_its_union(project: Project) -> None:
    edges = {(reader.name, read.name) for reader, read in project.edges}
    rules = {("int_rules__verdicts", f"int_rules__{name}") for name in project.vars["rules"]}
    assert rules <= edges
    sources = {("int_candidates__all", f"int_candidates__{name}") for name in project.vars["candidate_sources"]}
    assert sources <= edges


def test_an_unlisted_rule_is_found() -> None:
    assert differences(["a", "b", "verdicts"], ["a"], {"verdicts"}) == {"b"}
    assert differences(["a", "verdicts"], ["a", "gone"], {"verdicts"}) == {"gone"}
    assert differences(["a", "verdicts"], ["a", "a"], {"verdicts"}) == {"a"}


def test_connectors_are_the_listed_ones(project: Project) -> None:
    folders = {path.name for path in (project.root / "models/connectors").iterdir() if path.is_dir()}
    assert folders == {entry.get("folder", name) for name, entry in project.vars["connectors"].items()}


def unused(names: Iterable[str], text: str) -> set[str]:
    """Return the vars that no code asks for."""
    return {name for name in names if f"var('{name}'" not in text and f'var("{name}"' not in text}


def test_every_var_is_used(project: Project) -> None:
    folders = ("models", "python_models", "macros", "seeds", "tests/dbt")
    files = project.files(".sql", ".yml", under=folders)
    assert not unused(project.vars, "\n".join(path.read_text() for path in files))


def test_an_unused_var_is_found() -> None:
    assert unused(["used", "forgotten"], "{{ var('used') }}") == {"forgotten"}
