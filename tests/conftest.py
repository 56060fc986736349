"""The order in which modules of tests are handed out: the long ones first, so that no worker is left alone at the end."""

from pathlib import Path

import pytest

# Longest first, as `pytest --durations=0` tells; what is not named follows, the folders in this order. The second does
# without the build that others wait for.
LONG_MODULES = (
    "test_publishing",
    "test_point_in_time",
    "test_check",
    "test_bad_input",
    "test_preview",
    "test_releases",
    "test_changes",
    "test_kills",
    "test_killed_builds",
    "test_reproduction",
    "test_example",
    "test_erasure",
    "test_experiments",
    "test_journeys",
    "test_feedback",
    "test_guardrail_seeds",
    "test_channels",
    "test_metrics",
    "test_explore",
)
FOLDERS = ("end_to_end", "project", "portable", "vitrine")


def turn(path: Path) -> tuple[int, int]:
    """Return the place of a module: of a long one by its list, of another after them by its folder."""
    long = LONG_MODULES.index(path.stem) if path.stem in LONG_MODULES else len(LONG_MODULES)
    folder = next((place for place, name in enumerate(FOLDERS) if name in path.parts), len(FOLDERS))
    return long, folder


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    items.sort(key=lambda item: turn(item.path))
