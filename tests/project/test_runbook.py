"""Whoever is on call finds every audit that can stop a release in the runbook."""

import re

from manifest import ROOT


def audit_names(code: str) -> set[str]:
    """Return the audits of the model that makes them: those of its dictionary and those written out."""
    return set(re.findall(r"'(\w+)': \['", code) + re.findall(r"'(\w+)' as audit_name", code))


def named_audits(text: str) -> set[str]:
    """Return the names that the first column of the runbook's table of audits holds."""
    section = text.partition("\n## An audit failed\n")[2].partition("\n## ")[0]
    cells = [line.split("|")[1] for line in section.splitlines() if line.startswith("| `")]
    return {name for cell in cells for name in re.findall(r"`(\w+)`", cell)} - {"no"}


def test_the_runbook_has_every_audit_and_no_other() -> None:
    code = (ROOT / "models/intermediate/release/int_release__audits.sql").read_text()
    assert named_audits((ROOT / "docs/runbook.md").read_text()) == audit_names(code)


def test_audits_are_found() -> None:
    code = "{% set zero = {'blocked': ['n', 'x']} %} {% do zero.update({'owned': ['m', 'y']}) %} select 'full' as audit_name"
    assert audit_names(code) == {"blocked", "owned", "full"}
    text = "\n## An audit failed\n\n| audit | do |\n|---|---|\n| `blocked`, `full`, `no figure` | `x` |\n\n## Next\n\n| `y` | z |\n"
    assert named_audits(text) == {"blocked", "full"}
