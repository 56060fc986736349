"""Which models a preview builds again, what they read from the last build, and which edits it therefore cannot show.

Everything is asked of dbt's manifest and chosen by folder, so that a new rule or seed needs no line here.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any

Node = dict[str, Any]

# What the comparison reads of the working tree's slates.
TARGETS = ("int_release__slates", "int_release__candidate_audit", "int_release__audits")
# Folders that are built again, as far as the targets need them; all else is as the last build left it.
EDITED = (
    "seeds",
    "intermediate/integrity",
    "intermediate/experiments",
    "intermediate/rules",
    "intermediate/journeys",
)
RANKED = ("intermediate/propensity", "intermediate/ranking", "intermediate/shared", "intermediate/release")
# In those folders, what is learned from the past or names the build: kept as it is.
KEPT = (
    "int_propensity__outcomes",
    "int_propensity__fits",
    "int_propensity__scores",
    "int_ranking__outcomes",
    "int_ranking__learned_candidates",
    "int_ranking__training_candidates",
    "int_ranking__fits",
    "int_ranking__response_candidates",
    "int_ranking__response_fits",
    "int_release__fingerprints",
)
# What takes longest, and changes with a rule only where REQUIRED does.
SCORED = (
    "int_ranking__candidates",
    "int_ranking__candidate_signals",
    "int_ranking__candidate_features",
    "int_ranking__scores",
    "int_ranking__response_scores",
)
REQUIRED = "int_rules__required"
# Files of the package that only slates depend on.
SLATE_CODE = (
    "src/vitrine/rerank",
    "src/vitrine/explore",
    "src/vitrine/exposure.py",
    "src/vitrine/tables/guardrails.py",
)
# Files of the package that no table is made with.
IDLE_CODE = (
    "src/vitrine/off_policy.py",
    "src/vitrine/tuning.py",
    "src/vitrine/engines/build_lock.py",
    "src/vitrine/engines/check/",
    "src/vitrine/engines/connections.py",
    "src/vitrine/engines/email_preview/",
    "src/vitrine/engines/preview/",
    "src/vitrine/engines/reader_file.py",
    "src/vitrine/engines/tuning.py",
)
# Files that every model is made with. Of the first, vars are looked at one by one.
COMMON = ("dbt_project.yml", "src/vitrine/engines/duckdb_plugin.py")


class PreviewError(Exception):
    """Why there is no preview, in words for the person who asked for one."""


@dataclass(frozen=True)
class Plan:
    """Models and seeds to build, by name, and tables to take over from the last build, as (schema, table).

    First come seeds, their checks and the rules, then what ranks and judges. `scored` of the latter are taken over too,
    and may stay as they are while the rules require the same products and nothing else of them has changed.
    """

    rules: list[str]
    rankings: list[str]
    scored: list[str]
    inputs: list[tuple[str, str]]

    @property
    def rebuilt(self) -> list[str]:
        """All that may be built."""
        return self.rules + self.rankings


class Graph:
    """The models and seeds of a dbt manifest, and the yml files of the project that it was made from."""

    def __init__(self, manifest: dict[str, Any], project: Path = Path()) -> None:
        self._project = project
        self.nodes: dict[str, Node] = {
            one: node for one, node in manifest["nodes"].items() if node["resource_type"] in ("model", "seed")
        }
        self.macros: dict[str, Node] = manifest["macros"]
        self.sources: dict[str, Node] = manifest.get("sources", {})
        self.by_name = {node["name"]: one for one, node in self.nodes.items()}

    def folder(self, one: str) -> str:
        """Return ``seeds``, or the stage of a model such as ``intermediate/rules``."""
        if self.nodes[one]["resource_type"] == "seed":
            return "seeds"
        return "/".join(PurePosixPath(self.nodes[one]["original_file_path"]).parts[1:3])

    def table(self, one: str) -> tuple[str, str]:
        """Return the (schema, table) of a node."""
        return self.nodes[one]["schema"], self.nodes[one]["alias"]

    def parents(self, one: str) -> list[str]:
        """Return the models and seeds that a model reads."""
        return [parent for parent in self.nodes[one]["depends_on"].get("nodes", []) if parent in self.nodes]

    def ancestors(self, names: Iterable[str]) -> set[str]:
        """Return the named nodes with everything they are made from."""
        found: set[str] = set()
        open_ones = [self.by_name[name] for name in names]
        while open_ones:
            one = open_ones.pop()
            if one not in found:
                found.add(one)
                open_ones += self.parents(one)
        return found

    def ymls(self, one: str) -> set[str]:
        """Return the yml files that decide what a model gets: of a Python model its own, and those of its sources."""
        node = self.nodes[one]
        parents = node["depends_on"].get("nodes", [])
        files = {self.sources[parent]["original_file_path"] for parent in parents if parent in self.sources}
        # The yml of a SQL model holds descriptions and tests.
        if node.get("language") == "python" and node.get("patch_path"):
            files.add(node["patch_path"].partition("://")[2])
        return files

    def text(self, one: str) -> str:
        """Return a model's code with that of the macros it uses, of those that these use, and of its yml files."""
        texts, seen = [self.nodes[one].get("raw_code", "")], set()
        open_ones = list(self.nodes[one]["depends_on"].get("macros", []))
        while open_ones:
            macro = open_ones.pop()
            if macro not in seen and macro.startswith("macro.vitrine."):
                seen.add(macro)
                texts.append(self.macros[macro]["macro_sql"])
                open_ones += self.macros[macro]["depends_on"]["macros"]
        # As they are written: in the manifest a var has become its value.
        files = [self._project / name for name in sorted(self.ymls(one))]
        return "\n".join([*texts, *(file.read_text(encoding="utf-8") for file in files if file.exists())])

    def uses(self, one: str, path: str) -> bool:
        """Return whether a file is one of a model's yml files, or holds its own code or that of a macro it uses."""
        if path == self.nodes[one]["original_file_path"] or path in self.ymls(one):
            return True
        macros = {macro["macro_sql"] for macro in self.macros.values() if macro["original_file_path"] == path}
        return any(macro in self.text(one) for macro in macros)

    def is_touched(self, one: str, name: str) -> bool:
        """Return whether a changed file or var (``var <name>``) is part of a model."""
        if name in COMMON:
            return True
        if name.startswith("var "):
            return bool(re.search(rf"var\(\s*['\"]{re.escape(name[4:])}['\"]", self.text(one)))
        if name.startswith("src/vitrine/"):
            return self.nodes[one].get("language") == "python" and not name.startswith(SLATE_CODE + IDLE_CODE)
        return self.uses(one, name)


def planned(graph: Graph, built: set[tuple[str, str]]) -> Plan:
    """Return what to build and what to take over.

    Parameters
    ----------
    graph
        The working tree's.
    built
        (schema, table) of everything that the last build left. A model that is not among them is built too.

    Raises
    ------
    PreviewError
        If something that a preview does not learn again has never been built.
    """
    rebuilt = {one for one in graph.ancestors(TARGETS) if _is_rebuilt(graph, one)}
    open_ones = sorted(rebuilt)
    inputs: set[str] = set()
    while open_ones:
        for parent in graph.parents(open_ones.pop()):
            node = graph.nodes[parent]
            if parent in rebuilt:
                continue
            if graph.table(parent) in built:
                inputs.add(parent)
            elif node["name"] in KEPT:
                raise PreviewError(f"The last build has no {node['name']}: build once with this version first.")
            else:
                rebuilt.add(parent)
                open_ones.append(parent)
    ranked = {one for one in rebuilt if graph.folder(one) in RANKED}
    # The steps of journeys choose among what is ranked: they come after it, for audits to judge them.
    while later := {one for one in rebuilt - ranked if ranked.intersection(graph.parents(one))}:
        ranked |= later
    scored = {graph.by_name[name] for name in SCORED if name in graph.by_name}
    # A view among them is not taken over: only the others read it.
    tables = {one for one in scored if graph.nodes[one]["config"].get("materialized") != "view"}
    read = {parent for one in scored for parent in graph.parents(one)} & rebuilt - scored
    if read != {graph.by_name.get(REQUIRED)} or not {graph.table(one) for one in tables} <= built:
        scored, tables = set(), set()

    def names(some: set[str]) -> list[str]:
        return sorted(graph.nodes[one]["name"] for one in some)

    inputs_of_all = sorted(graph.table(one) for one in inputs | tables)
    return Plan(names(rebuilt - ranked), names(ranked), names(scored), inputs_of_all)


def not_shown(graph: Graph, changed: Iterable[str], rebuilt: Iterable[str]) -> dict[str, list[str]]:
    """Return, for each changed file or var, the models between it and the slates that the preview leaves as they were.

    Parameters
    ----------
    graph
        The working tree's.
    changed
        Names as in ``code_files``: paths from the root, and ``var <name>``.
    rebuilt
        Names of the models that the preview builds.
    """
    needed, again = graph.ancestors(TARGETS), set(rebuilt)
    left = {one for one in needed if graph.nodes[one]["name"] not in again} - {graph.by_name[KEPT[-1]]}
    result = {}
    for name in changed:
        reached = touched_by(graph, name)
        for one in reached:  # grows meanwhile: the nearest models come first
            # What rules and seeds do to rankings is shown; what rankings then teach the models is not looked at.
            if one in left or graph.folder(one) not in RANKED or graph.is_touched(one, name):
                reached += sorted({child for child in needed if one in graph.parents(child)} - set(reached))
        if models := [graph.nodes[one]["name"] for one in reached if one in left]:
            result[name] = models
    return result


def touched_by(graph: Graph, name: str) -> list[str]:
    """Return the nodes between sources and slates that a changed file or var is part of, sorted."""
    return sorted(one for one in graph.ancestors(TARGETS) if graph.is_touched(one, name))


def scores_stay(graph: Graph, plan: Plan, changed: Iterable[str] | None) -> bool:
    """Return whether no changed file or var is part of the scored models; None means that changes are not known."""
    if changed is None or not plan.scored:
        return False
    return not any(graph.nodes[one]["name"] in plan.scored for name in changed for one in touched_by(graph, name))


def _is_rebuilt(graph: Graph, one: str) -> bool:
    if graph.nodes[one]["name"] in KEPT:
        return False
    # A feature of a seed's rows that nothing but rules reads is as a rule.
    return graph.folder(one) in EDITED + RANKED or (_is_of_seeds(graph, one) and _is_for_rules(graph, one))


def _is_of_seeds(graph: Graph, one: str) -> bool:
    """Return whether a model is a feature made of seeds, or of other such features."""
    return graph.folder(one) == "intermediate/features" and any(
        graph.folder(parent) == "intermediate/integrity" or _is_of_seeds(graph, parent) for parent in graph.parents(one)
    )


def _is_for_rules(graph: Graph, one: str) -> bool:
    """Return whether a feature is read by rules only, or by other such features."""
    return graph.folder(one) == "intermediate/rules" or (
        graph.folder(one) == "intermediate/features"
        and all(_is_for_rules(graph, child) for child in graph.nodes if one in graph.parents(child))
    )
