"""The project as dbt parsed it: its models, with what the checks in this folder ask about them."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path, PurePosixPath
from typing import Any

import yaml

ROOT = Path(__file__).resolve().parents[2]
MODEL_FOLDERS = ("models", "python_models")
GRAIN_TESTS = {"unique", "unique_combination"}
# Candidate sources that are there and off; the checks see the project with them on.
OPTIONAL_SOURCES = ["sequence"]
# Roles that the checks see given.
READERS = ["analysts", "site"]


@dataclass(frozen=True)
class Model:
    """One model, seed or source as the manifest describes it."""

    node: dict[str, Any]
    tests: list[str] = field(default_factory=list)
    unit_tests: list[str] = field(default_factory=list)

    @property
    def name(self) -> str:
        return self.node["name"]

    @property
    def path(self) -> str:
        return self.node["original_file_path"]

    @property
    def kind(self) -> str:
        return self.node["resource_type"]

    @property
    def code(self) -> str:
        return (ROOT / self.path).read_text()

    @property
    def is_python(self) -> bool:
        return self.path.endswith(".py")

    @property
    def is_public(self) -> bool:
        return self.node["config"].get("access") == "public"

    @property
    def folder(self) -> str:
        """Its stage: `connectors`, `staging/checks`, `intermediate/rules`…, or its kind."""
        if self.kind in ("seed", "source"):
            return self.kind + "s"
        return folder_of(self.path)

    @property
    def has_grain_test(self) -> bool:
        columns = self.node["columns"].values()
        declared = [
            *self.node["constraints"],
            *(one for column in columns for one in column["constraints"]),
        ]
        has_primary_key = any(one["type"] == "primary_key" for one in declared)
        return has_primary_key or not GRAIN_TESTS.isdisjoint(self.tests)


def folder_of(path: str) -> str:
    """Return the stage that a file belongs to; all connectors are one stage."""
    parts = PurePosixPath(path).parts[1:-1]
    return "connectors" if parts[0] == "connectors" else "/".join(parts[:2])


class Project:
    """Every connector's manifest, merged: a connector's models exist only while it is enabled."""

    def __init__(self, scratch: Path) -> None:
        self.root = ROOT
        self.settings: dict[str, Any] = yaml.safe_load((ROOT / "dbt_project.yml").read_text())
        self.vars: dict[str, Any] = self.settings["vars"]
        self.output = ""
        # A connector that uses another's folder has no models of its own.
        own = [name for name, entry in self.vars["connectors"].items() if "folder" not in entry]
        self.manifests = [self._parse(name, scratch / name) for name in own]

    def _parse(self, connector: str, scratch: Path) -> dict[str, Any]:
        if (scratch / "parsed.txt").exists():
            self.output += (scratch / "parsed.txt").read_text()
            return json.loads((scratch / "manifest.json").read_text())
        command = [str(Path(sys.executable).parent / "dbt"), "--no-use-colors", "parse"]
        variables = {
            "connector": connector,
            "candidate_sources": self.vars["candidate_sources"] + OPTIONAL_SOURCES,
            "readers": READERS,
        }
        command += ["--no-partial-parse", "--vars", json.dumps(variables)]
        places = {
            "VITRINE_WAREHOUSE": str(scratch / "warehouse"),
            "DBT_TARGET_PATH": str(scratch),
            "DBT_LOG_PATH": str(scratch / "logs"),
        }
        done = subprocess.run(
            command,
            cwd=ROOT,
            env=os.environ | places,
            capture_output=True,
            text=True,
            check=False,
        )
        self.output += done.stdout + done.stderr
        assert done.returncode == 0, self.output
        (scratch / "parsed.txt").write_text(done.stdout + done.stderr)
        return json.loads((scratch / "manifest.json").read_text())

    @cached_property
    def nodes(self) -> dict[str, Model]:
        """Models, seeds and sources by unique id."""
        return {one: node for manifest in self.manifests for one, node in _nodes(manifest)}

    @cached_property
    def models(self) -> list[Model]:
        return [node for node in self.nodes.values() if node.kind == "model"]

    @cached_property
    def macros(self) -> list[dict[str, Any]]:
        macros = self.manifests[0]["macros"].values()
        return [macro for macro in macros if macro["package_name"] == self.settings["name"]]

    @cached_property
    def edges(self) -> list[tuple[Model, Model]]:
        """Every (reader, read) pair."""
        return [(model, self.nodes[parent]) for model in self.models for parent in model.node["depends_on"]["nodes"]]

    def files(self, *suffixes: str, under: tuple[str, ...] = MODEL_FOLDERS) -> list[Path]:
        """Return the files with one of the suffixes below the given folders, sorted."""
        found = (path for folder in under for path in (ROOT / folder).rglob("*"))
        return sorted(path for path in found if path.suffix in suffixes)


def _nodes(manifest: dict[str, Any]) -> Iterator[tuple[str, Model]]:
    known = manifest["nodes"] | manifest["sources"]
    for unique_id, node in known.items():
        if node["resource_type"] not in ("model", "seed", "source"):
            continue
        children = manifest["child_map"][unique_id]
        tests = [known[child] for child in children if child.startswith("test.")]
        unit_tests = [name for name, test in manifest["unit_tests"].items() if test["model"] == node["name"]]
        generic = [test["test_metadata"]["name"] for test in tests if test.get("test_metadata")]
        yield unique_id, Model(node, generic, unit_tests)
