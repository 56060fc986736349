"""Whoever is on call finds every audit that can stop a release in the runbook."""

import re

import yaml
from manifest import ROOT


def audit_names(code: str) -> set[str]:
    """Return the audits of the model that makes them: those of its dictionary and those written out."""
    return set(re.findall(r"'(\w+)': \['", code) + re.findall(r"'(\w+)' as audit_name", code))


def limited_audits(seed: str) -> set[str]:
    """Return the audits that a seed's column audit_name may hold."""
    (described,) = yaml.safe_load((ROOT / "seeds" / f"{seed}.yml").read_text())["seeds"]
    (column,) = [column for column in described["columns"] if column["name"] == "audit_name"]
    return set(column["config"]["meta"]["values"])


def named_audits(text: str) -> set[str]:
    """Return the names that the first column of the runbook's table of audits holds."""
    section = text.partition("\n## An audit failed\n")[2].partition("\n## ")[0]
    cells = [line.split("|")[1] for line in section.splitlines() if line.startswith("| `")]
    return {name for cell in cells for name in re.findall(r"`(\w+)`", cell)} - {"no"}


def test_the_runbook_has_every_audit_and_no_other() -> None:
    code = (ROOT / "models/intermediate/release/int_release__audits.sql").read_text()
    assert named_audits((ROOT / "docs/runbook.md").read_text()) == audit_names(code) | limited_audits("audit_limits")


def test_the_seeds_name_the_audits_that_are_made() -> None:
    code = (ROOT / "models/intermediate/release/int_release__tolerances.sql").read_text()
    entities = re.findall(
        r"'(\w+)': \[ref\(", (ROOT / "models/intermediate/integrity/int_integrity__source_checks.sql").read_text()
    )
    of_sources = {f"{entity}_{name}" for entity in entities for name in re.findall(r"\('(\w+)', '\w+', 'at_", code)}
    assert len(of_sources) == 8
    made = audit_names(code) | of_sources
    assert limited_audits("audit_limits") == made
    assert limited_audits("audit_waivers") == made


def test_audits_are_found() -> None:
    code = "{% set zero = {'blocked': ['n', 'x']} %} {% do zero.update({'owned': ['m', 'y']}) %} select 'full' as audit_name"
    assert audit_names(code) == {"blocked", "owned", "full"}
    text = "\n## An audit failed\n\n| audit | do |\n|---|---|\n| `blocked`, `full`, `no figure` | `x` |\n\n## Next\n\n| `y` | z |\n"
    assert named_audits(text) == {"blocked", "full"}
