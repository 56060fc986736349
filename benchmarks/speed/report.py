"""The page of what was measured: medians, spreads and ratios of runs that took turns."""

import json
import os
import platform
from collections.abc import Iterable
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from statistics import median
from typing import Any

MARKS = "<!-- measured: begin -->", "<!-- measured: end -->"
LIBRARIES = ("dbt-core", "dbt-duckdb", "duckdb", "implicit", "numpy", "scikit-learn")
NAMES = {
    "vitrine": "Vitrine, `dbt build` from nothing",
    "again": "the same day once more",
    "night": "the next day, with `refit_every_days: 28`",
    "plain": "the statements of its slates, without dbt",
    "notebook": "pandas and scikit-learn",
    "rectools": "RecTools, implicit ALS",
}


def write(runs: Path, page: Path) -> None:
    """Put the tables between the marks of the page."""
    rows = [json.loads(line) for line in runs.read_text().splitlines()]
    begin, end = MARKS
    text = page.read_text()
    before, rest = text.split(begin)
    _, after = rest.split(end)
    page.write_text(f"{before}{begin}\n{tables(rows)}\n{end}{after}")


def tables(rows: list[dict[str, Any]]) -> str:
    """Return the tables of all sizes, as Markdown."""
    shops = list(dict.fromkeys(row["shop"] for row in rows))
    return "\n\n".join(of_a_shop(shop, [row for row in rows if row["shop"] == shop]) for shop in shops)


def machine() -> str:
    """Return the date, the machine and the versions of what is measured now."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    libraries = ", ".join(f"{name} {version(name)}" for name in LIBRARIES)
    return (
        f"{datetime.now(UTC):%Y-%m-%d}, {os.cpu_count()} processors ({platform.machine()}), "
        f"{memory:.0f} GiB, Python {platform.python_version()}, {libraries}"
    )


def of_a_shop(shop: str, rows: list[dict[str, Any]]) -> str:
    """Return the tables of one size."""
    lines, customers, products = rows[0]["size"]
    parts = [f"### Complete Journey {shop}: {lines:,} order lines, {customers:,} customers, {products:,} products"]
    runs = {name: [row for row in rows if row["contestant"] == name and "seconds" in row] for name in NAMES}
    runs = {name: found for name, found in runs.items() if found}
    if runs:
        parts.append(contestants(runs))
    parts.append("Measured " + "; ".join(sorted({row["measured_on"] for row in rows})) + ".")
    differing = [row["differing_slots"] for row in rows if "differing_slots" in row]
    if differing:
        parts.append(f"Slots that differ between the first two: {differing[-1]:,}.")
    plain = [row["dearest"] for row in rows if row["contestant"] == "plain" and "dearest" in row]
    if plain:
        parts.append(f"The longest of the plain statements, in seconds: {dear(plain[-1])}.")
    staged = [row for row in rows if row["contestant"] == "stages"]
    if staged:
        parts.append(stages(staged[-1]))
    return "\n\n".join(parts)


def contestants(runs: dict[str, list[dict[str, Any]]]) -> str:
    """Return what each took, and Vitrine's ratio to it: the median of the ratios of runs of one turn."""
    found = ["| | runs | seconds: median (range) | processor seconds | memory at most | Vitrine's time to it |",
             "|---|---|---|---|---|---|"]  # fmt: skip
    own = {row["turn"]: row["seconds"] for row in runs.get("vitrine", [])}
    for name, rows in runs.items():
        seconds = [row["seconds"] for row in rows]
        ratios = [own[row["turn"]] / row["seconds"] for row in rows if row["turn"] in own]
        found.append(
            f"| {NAMES[name]} | {len(rows)} | {spread(seconds)} | {median(row['cpu_seconds'] for row in rows):.0f} "
            f"| {max(row['peak_bytes'] for row in rows) / 2**30:.1f} GiB "
            f"| {'' if name == 'vitrine' or not ratios else f'{median(ratios):.2f}'} |"
        )
    return "\n".join(found)


def spread(values: Iterable[float]) -> str:
    """Return a median with its range."""
    values = list(values)
    return f"{median(values):.0f} ({min(values):.0f} to {max(values):.0f})"


def stages(row: dict[str, Any]) -> str:
    """Return the seconds of the stages with their shares, and the nodes that took longest."""
    found = [
        f"Stages of a build with one thread, {row['seconds']:.0f} seconds:",
        "",
        "| stage | seconds | share |",
        "|---|---|---|",
    ]
    for stage, seconds in sorted(row["stages"].items(), key=lambda one: -one[1]):
        found.append(f"| {stage} | {seconds:.1f} | {seconds / row['seconds']:.0%} |")
    return "\n".join([*found, "", f"The longest nodes, in seconds: {dear(row['dearest'])}."])


def dear(steps: Iterable[tuple[str, float]]) -> str:
    """Return steps with their seconds."""
    return ", ".join(f"`{name}` {seconds:.1f}" for name, seconds in steps)
