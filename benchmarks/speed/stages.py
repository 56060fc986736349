"""Where a build's time goes: the seconds of its nodes by stage."""

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

# The first that a path begins with.
STAGES = (
    ("load", ("models/connectors", "models/staging", "seeds", "models/intermediate/integrity")),
    ("ALS", ("python_models/intermediate/candidates/int_candidates__als_factors",)),
    ("candidates", ("models/intermediate/candidates", "python_models/intermediate/candidates")),
    ("fits", ("python_models/intermediate/propensity/int_propensity__fits",
              "python_models/intermediate/ranking/int_ranking__fits",
              "python_models/intermediate/ranking/int_ranking__response_fits")),
    ("re-ranking", ("python_models/intermediate/ranking/int_ranking__slate", "python_models/intermediate/shared",
                    "models/intermediate/shared", "models/intermediate/ranking/int_ranking__slate")),
    ("scoring", ("models/intermediate/ranking", "python_models/intermediate/ranking",
                 "models/intermediate/propensity", "python_models/intermediate/propensity")),
    ("rules", ("models/intermediate/rules",)),
    ("publishing", ("models/intermediate/release", "models/marts/recommendations", "models/marts/releases")),
    ("evaluation", ("models/intermediate/evaluation", "python_models/intermediate/evaluation",
                    "models/intermediate/off_policy", "models/marts/evaluation", "models/intermediate/experiments",
                    "python_models/intermediate/experiments")),
    ("features", ("models/intermediate", "python_models/intermediate", "models/marts")),
)  # fmt: skip
TESTS, HOOKS, AROUND = "data tests", "hooks", "dbt around them"


def stage_of(path: str, kind: str) -> str:
    """Return the stage of a node by its file and what it is."""
    if kind in ("test", "unit_test"):
        return TESTS
    if kind == "operation":
        return HOOKS
    return next(stage for stage, starts in STAGES if path.startswith(starts))


def stage_seconds(target: Path, seconds: float) -> dict[str, float]:
    """Return the seconds of each stage of a build with one thread, dbt's own before, between and after nodes included.

    A node's seconds are from its start to its end: compiling its SQL and logging count for it.
    """
    results = json.loads((target / "run_results.json").read_text())["results"]
    manifest = json.loads((target / "manifest.json").read_text())
    nodes: dict[str, Any] = manifest["nodes"] | manifest["unit_tests"]
    found: dict[str, float] = {}
    for result in results:
        node = nodes.get(result["unique_id"], {"original_file_path": "", "resource_type": "operation"})
        stage = stage_of(node["original_file_path"], node["resource_type"])
        found[stage] = found.get(stage, 0.0) + result["execution_time"]
    return {**found, AROUND: seconds - sum(found.values())}


def node_seconds(target: Path) -> list[tuple[str, float]]:
    """Return the names of a build's nodes with their seconds."""
    results = json.loads((target / "run_results.json").read_text())["results"]
    return [(one["unique_id"].split(".")[2], one["execution_time"]) for one in results]


def dearest(taken: Iterable[tuple[str, float]], count: int = 15) -> list[tuple[str, float]]:
    """Return those that took longest, with their seconds."""
    return sorted(taken, key=lambda one: -one[1])[:count]
