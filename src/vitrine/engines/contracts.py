"""Compare the contracts of the public tables with those that readers were promised, and stop what would break them.

    python -m vitrine.engines.contracts target/check/manifest.json           # what `make lint` asks
    python -m vitrine.engines.contracts target/check/manifest.json --write   # record new tables and columns

What was promised is in models/marts/public_contracts.json: each public table and version with its columns and types.
"""

import argparse
import json
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

PROMISED = Path("models/marts/public_contracts.json")
TO_DO = """Leave that version as it was and add a new one beside it: a file <table>_v<N>.sql, an entry under versions in
its yml, and a deprecation_date for the old one. docs/releases.md, Versions, says how."""
Contracts = dict[str, dict[str, Any]]


def public_contracts(manifest: dict[str, Any]) -> Contracts:
    """Return the columns and types of each public model of a dbt manifest, by "name" or "name v1".

    A version that is to end carries its day as ``ends_on``.
    """
    found: Contracts = {}
    for node in manifest["nodes"].values():
        if node["resource_type"] != "model" or node["config"].get("access") != "public":
            continue
        version = node.get("version")
        name = node["name"] if version is None else f"{node['name']} v{version}"
        columns = {column["name"]: column["data_type"] for column in node["columns"].values()}
        found[name] = {"columns": columns}
        if node.get("deprecation_date"):
            found[name]["ends_on"] = str(node["deprecation_date"])[:10]
    return dict(sorted(found.items()))


def broken_promises(promised: Contracts, found: Contracts, today: str) -> list[str]:
    """Return a sentence for each change that a reader of the tables would stumble over.

    A version may go when its promised last day has passed; `today` is an ISO date.
    """
    broken = []
    for name, contract in promised.items():
        ends_on = contract.get("ends_on")
        if name not in found:
            if not (ends_on and ends_on < today):
                until = f" until {ends_on}" if ends_on else ""
                broken.append(f"{name} is gone, and readers were promised it{until}")
            continue
        columns = found[name]["columns"]
        for column, data_type in contract["columns"].items():
            if column not in columns:
                broken.append(f"{name}: the column {column} is gone")
            elif columns[column] != data_type:
                broken.append(f"{name}: the column {column} is {columns[column]}, and was promised as {data_type}")
        if ends_on and found[name].get("ends_on", "9999") < ends_on:
            broken.append(f"{name} ends on {found[name]['ends_on']}, and was promised until {ends_on}")
    return broken


def unrecorded(promised: Contracts, found: Contracts, today: str) -> list[str]:
    """Return a sentence for each change that breaks nothing and is not recorded yet: what is new, and what may go."""
    news = [f"{name} is new" for name in found if name not in promised]
    for name, contract in promised.items():
        if name not in found:
            if contract.get("ends_on", "9999") < today:
                news.append(f"{name} has ended")
            continue
        news += [
            f"{name}: the column {column} is new"
            for column in found[name]["columns"]
            if column not in contract["columns"]
        ]
        if found[name].get("ends_on") != contract.get("ends_on"):
            news.append(f"{name} ends on {found[name].get('ends_on') or 'no day'}")
    return news


def listed(sentences: list[str]) -> str:
    """Return sentences as a list, each on a line of its own."""
    return "".join(f"\n  - {sentence}" for sentence in sentences)


def main(arguments: list[str] | None = None) -> int:
    """Return 0 when nothing that was promised is broken and everything is recorded, else 1 and say what to do."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("manifest", type=Path)
    parser.add_argument("--write", action="store_true", help="record what is new; refused where a promise is broken")
    parser.add_argument("--promised", type=Path, default=PROMISED, help="where the promises are")
    options = parser.parse_args(arguments)
    today = f"{datetime.now(UTC):%Y-%m-%d}"
    found = public_contracts(json.loads(options.manifest.read_text()))
    promised = json.loads(options.promised.read_text()) if options.promised.exists() else {}
    broken, news = broken_promises(promised, found, today), unrecorded(promised, found, today)
    if broken:
        print(f"A public table would break its readers:{listed(broken)}\n{TO_DO}", file=sys.stderr)
        return 1
    if options.write:
        options.promised.write_text(json.dumps(found, indent=1) + "\n")
        print("\n".join(news) or "Nothing is new.")
        return 0
    if news:
        print(
            f"Public tables have changed in ways that break nobody, and are not recorded:{listed(news)}\n"
            "Look whether readers should be promised this, then: make contracts",
            file=sys.stderr,
        )
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
