"""Which folder may read which: the table is the design, everything outside it is a mistake."""

from collections.abc import Iterable

import pytest
from manifest import Project

# What each folder may read. Intermediate folders may read themselves too.
ALLOWED = {
    "connectors": {"sources", "seeds", "connectors"},
    # Erased customers are let in no more.
    "staging/checks": {"connectors", "staging/erasures"},
    "staging/erasures": {"staging/checks"},
    "staging": {"staging", "staging/checks"},
    # Products killed by hand are part of what tonight's rows are made from.
    "intermediate/calendar": {"staging", "marts/releases"},
    "intermediate/integrity": {
        "staging",
        "seeds",
        # Which row of a seed holds at which cutoff.
        "intermediate/calendar",
    },
    "intermediate/interactions": {"staging", "intermediate/calendar", "intermediate/integrity"},
    "intermediate/features": {
        "staging",
        "intermediate/calendar",
        "intermediate/integrity",
        "intermediate/interactions",
    },
    "intermediate/propensity": {
        "intermediate/calendar",
        "intermediate/integrity",
        "intermediate/interactions",
        "intermediate/features",
        # Whom a channel may not contact is a rule; the audience is drawn from the others.
        "intermediate/rules",
        # Who is held out.
        "intermediate/experiments",
    },
    "intermediate/candidates": {
        "intermediate/calendar",
        # Who clicked is among those whom models learn from.
        "intermediate/feedback",
        # Model parameters that a person has set.
        "intermediate/integrity",
        "intermediate/interactions",
        "intermediate/features",
    },
    "intermediate/rules": {
        "staging",
        "seeds",
        "intermediate/calendar",
        "intermediate/integrity",
        "intermediate/interactions",
        "intermediate/features",
        # Products that a person killed.
        "marts/releases",
        # A rule about single pairs looks at the candidates only, not at every possible pair, and at what a step of a
        # journey falls back on.
        "intermediate/candidates",
        "intermediate/journeys",
    },
    "intermediate/ranking": {
        "intermediate/calendar",
        "intermediate/integrity",
        "intermediate/interactions",
        "intermediate/features",
        "intermediate/propensity",
        "intermediate/candidates",
        "intermediate/rules",
        "intermediate/feedback",
        "intermediate/exploration",
    },
    "intermediate/shared": {
        "staging",
        "intermediate/calendar",
        "intermediate/integrity",
        "intermediate/interactions",
        "intermediate/features",
        "intermediate/rules",
    },
    "intermediate/journeys": {
        "staging",
        "intermediate/calendar",
        "intermediate/integrity",
        "intermediate/interactions",
        "intermediate/features",
        # Who is scored, and who is held out.
        "intermediate/propensity",
        "intermediate/experiments",
        # Whom and what a step may not show, and the candidates that it chooses from.
        "intermediate/rules",
        "intermediate/ranking",
    },
    "intermediate/feedback": {"staging", "intermediate/calendar", "marts/releases"},
    "intermediate/exploration": {
        "staging",
        "intermediate/calendar",
        "intermediate/integrity",
        "intermediate/interactions",
        "intermediate/features",
        "intermediate/feedback",
    },
    "intermediate/experiments": {
        "staging",
        "intermediate/calendar",
        "intermediate/integrity",
        "intermediate/interactions",
        "intermediate/feedback",
        # Whom past releases addressed, or would have.
        "marts/releases",
    },
    "intermediate/evaluation": {
        "intermediate/calendar",
        "intermediate/integrity",
        "intermediate/interactions",
        "intermediate/features",
        "intermediate/propensity",
        "intermediate/candidates",
        "intermediate/rules",
        "intermediate/ranking",
        # What was promised is set beside what was then clicked.
        "intermediate/feedback",
    },
    "intermediate/off_policy": {
        # With which probability a product was shown.
        "staging",
        "intermediate/calendar",
        "intermediate/integrity",
        "intermediate/feedback",
        "intermediate/ranking",
        # The slates that are judged.
        "intermediate/evaluation",
    },
    "intermediate/release": {
        "staging",
        "intermediate/calendar",
        "intermediate/integrity",
        # An audit asks what the customer owns.
        "intermediate/interactions",
        "intermediate/features",
        "intermediate/propensity",
        "intermediate/rules",
        "intermediate/ranking",
        "intermediate/shared",
        "intermediate/journeys",
        # An audit asks who is held out.
        "intermediate/experiments",
        "intermediate/evaluation",
        "marts/evaluation",
        # The last releases: what changed since, and which run numbers are taken.
        "marts/releases",
    },
    "marts/releases": {"intermediate/release", "marts/releases"},
    "marts/recommendations": {
        # An older version is taken from the newest, and the mail's newest shows what its ledger says.
        "marts/recommendations",
        "intermediate/calendar",
        "intermediate/features",
        "intermediate/propensity",
        "intermediate/rules",
        "intermediate/ranking",
        "intermediate/release",
        "marts/releases",
    },
    "marts/evaluation": {"intermediate/evaluation", "intermediate/experiments", "intermediate/off_policy"},
    "marts/feedback": {"intermediate/feedback", "intermediate/exploration"},
}
OWN_FOLDER_IS_LISTED = ("connectors", "staging", "marts")


def forbidden_reads(edges: Iterable[tuple[str, str]]) -> set[str]:
    """Return the (reader folder, read folder) pairs that the table does not allow."""
    return {f"{reader} reads {read}" for reader, read in edges if not is_allowed(reader, read)}


def is_allowed(reader: str, read: str) -> bool:
    if reader == read and not reader.startswith(OWN_FOLDER_IS_LISTED):
        return True
    return read in ALLOWED[reader]


def test_every_folder_is_in_the_table(project: Project) -> None:
    assert {model.folder for model in project.models} <= ALLOWED.keys()


def test_folders_read_only_what_the_table_allows(project: Project) -> None:
    assert not forbidden_reads((reader.folder, read.folder) for reader, read in project.edges)


def test_a_connector_reads_only_itself(project: Project) -> None:
    def connector(path: str) -> str:
        return path.split("/")[2]

    crossings = [
        f"{reader.path} reads {read.path}"
        for reader, read in project.edges
        if reader.folder == "connectors" and read.kind in ("model", "source")
        if connector(reader.path) != connector(read.path)
    ]
    assert not crossings


@pytest.mark.parametrize(
    ("reader", "read"),
    [
        ("staging", "sources"),
        ("intermediate/features", "connectors"),
        ("intermediate/features", "intermediate/candidates"),
        ("intermediate/candidates", "intermediate/ranking"),
        ("intermediate/ranking", "marts/evaluation"),
        ("intermediate/ranking", "intermediate/evaluation"),
        ("marts/recommendations", "marts/evaluation"),
        ("marts/evaluation", "marts/evaluation"),
    ],
)
def test_a_read_outside_the_table_is_found(reader: str, read: str) -> None:
    assert forbidden_reads([(reader, read)]) == {f"{reader} reads {read}"}
