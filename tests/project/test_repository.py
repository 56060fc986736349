"""What a fresh clone gets: small seeds, a lock without hosts, no machine's paths, a quiet dbt."""

import os
import re
from collections.abc import Iterator
from pathlib import Path

from manifest import ROOT, Project

MAX_SEED_BYTES = 65_536
# Written in halves, so that this file does not hold what it looks for.
FORBIDDEN = {
    half + rest
    for half, rest in [
        ("/ro", "ot/"),
        ("/ho", "me/"),
        ("/Us", "ers/"),
        ("/wo", "rk/"),
        ("pypi.", "org"),
        ("python", "hosted.org"),
        (" --index", "-url"),
        ("--extra-index", "-url"),
        ("--trusted", "-host"),
    ]
}


def ignored_folders() -> set[str]:
    """Return the folder names that .gitignore keeps out of the repository."""
    lines = (ROOT / ".gitignore").read_text().split()
    return {line.strip("/") for line in lines if line.endswith("/")} | {".git"}


def text_files() -> Iterator[Path]:
    ignored = ignored_folders()
    for folder, folders, names in os.walk(ROOT):
        folders[:] = [one for one in folders if not any(Path(one).match(name) for name in ignored)]
        yield from (Path(folder, name) for name in names if not name.startswith(".user"))


def machine_traces(text: str) -> set[str]:
    return {needle for needle in FORBIDDEN if needle in text}


def test_no_file_names_a_machine_or_a_registry() -> None:
    found = {path: machine_traces(path.read_text(errors="ignore")) for path in text_files()}
    assert len(found) > 100
    assert not {path: traces for path, traces in found.items() if traces}


def test_a_machine_path_is_found() -> None:
    assert machine_traces("see /ho" + "me/ada/vitrine")


def test_the_lock_pins_every_package_with_hashes() -> None:
    lock = (ROOT / "requirements/dev.lock").read_text()
    assert "://" not in lock
    packages = re.findall(r"^[a-z0-9].*?(?=^[a-z0-9]|\Z)", lock, re.DOTALL | re.MULTILINE)
    assert len(packages) > 50
    loose = [package for package in packages if "==" not in package or "--hash=sha256" not in package]
    assert not loose


def test_seeds_are_small(project: Project) -> None:
    seeds = project.files(".csv", under=("seeds",))
    assert seeds
    assert not [path for path in seeds if path.stat().st_size > MAX_SEED_BYTES]


def complaints(output: str) -> list[str]:
    # That a version of a table is past its day is said to whoever builds, and is no fault of the project's.
    lines = [line for line in output.splitlines() if "has passed its deprecation date" not in line]
    return [line for line in lines if re.search(r"deprecat|warning", line, re.IGNORECASE)]


def test_dbt_parses_without_a_warning(project: Project) -> None:
    assert not complaints(project.output)


def test_a_deprecation_is_found() -> None:
    assert complaints("10:00:00 [WARNING][SomethingDeprecation]: do not")
    assert not complaints("[WARNING][DeprecatedModel]: Model mails.v1 has passed its deprecation date of 2020-01-01.")
