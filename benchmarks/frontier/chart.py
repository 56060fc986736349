#!/usr/bin/env python3
"""Draw evaluation_frontier of a built warehouse: what lower popularity and higher slate value cost in relevance."""

import argparse
import os
import sys
from pathlib import Path

import duckdb
import matplotlib as mpl
import matplotlib.pyplot as plt

ROOT = Path(__file__).resolve().parents[2]
COLOURS = ("#1b6e9c", "#c2571a", "#3f8f4f", "#8352a3", "#6b6b6b")


def points(database: Path, connector: str, channel: str) -> list[dict]:
    """Return a channel's rows at its diversity, by value weight and penalty; the database has to be the connector's."""
    if not database.exists():
        sys.exit(f"{database} is not there. Run `make build` first.")
    with duckdb.connect(str(database), read_only=True) as connection:
        built = connection.execute("select connector from intermediate.int_release__fingerprints").fetchone()
        if built != (connector,):
            sys.exit(f"{database} was built with the connector {built and built[0]}, not {connector}.")
        found = connection.execute(
            "select * from evaluation.evaluation_frontier where channel = ? and diversity_strength = "
            "(select min(diversity_strength) from evaluation.evaluation_frontier where channel = ? and is_policy) "
            "order by value_weight, popularity_penalty",
            [channel, channel],
        )
        names = [column[0] for column in found.description]
        return [dict(zip(names, row, strict=True)) for row in found.fetchall()]


def draw(rows: list[dict], title: str, path: Path) -> None:
    """Write one SVG: NDCG against popularity percentile, and against coverage; a line a value weight."""
    # Fixed ids and no date, so that the same table draws the same file.
    mpl.rcParams.update(
        {"svg.hashsalt": "vitrine", "font.size": 9, "axes.spines.top": False, "axes.spines.right": False}
    )
    figure, axes = plt.subplots(1, 2, figsize=(10, 4), sharey=True, layout="constrained")
    sides = [("mean_popularity_percentile", "mean popularity percentile (less popular to the right)"),
             ("catalogue_coverage", "catalogue coverage")]  # fmt: skip
    for axis, (column, label) in zip(axes, sides, strict=True):
        weights = sorted({row["value_weight"] for row in rows})
        for colour, weight in zip(COLOURS * len(weights), weights, strict=False):
            line = [row for row in rows if row["value_weight"] == weight]
            axis.errorbar(
                [row[column] for row in line],
                [row["ndcg"] for row in line],
                yerr=[row["ndcg_standard_error"] for row in line],
                marker="o", markersize=4, linewidth=1.2, elinewidth=0.6, color=colour, label=f"value weight {weight:g}",
            )  # fmt: skip
            if weight == weights[0]:
                for row in line:
                    axis.annotate(
                        f"{row['popularity_penalty']:g}", (row[column], row["ndcg"]),
                        xytext=(5, 6), textcoords="offset points", fontsize=7, color=colour,
                    )  # fmt: skip
        for row in rows:
            if row["is_policy"]:
                axis.plot(
                    row[column], row["ndcg"], marker="*", markersize=14, color="black", label="the policy", linestyle=""
                )
        axis.set_xlabel(label)
    axes[0].invert_xaxis()
    axes[0].set_ylabel("NDCG@10, products never bought")
    axes[0].set_ylim(bottom=0)
    axes[0].legend(frameon=False, fontsize=8)
    figure.suptitle(title, fontsize=10)
    path.parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(path, metadata={"Date": None})
    plt.close(figure)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("connector", help="names the file and the title")
    parser.add_argument("--channel", default="email")
    parser.add_argument("--out", type=Path, default=ROOT / "docs" / "frontier")
    options = parser.parse_args()
    rows = points(
        ROOT / os.environ.get("VITRINE_WAREHOUSE", "warehouse") / "vitrine.duckdb", options.connector, options.channel
    )
    if not rows:
        sys.exit(f"evaluation_frontier has no channel {options.channel}.")
    day = f"{rows[0]['cutoff_at']:%Y-%m-%d}"
    title = (
        f"{options.connector}, {options.channel}: slates of {day}, of {rows[0]['customer_count']} customers who then "
        "bought something new; numbers are popularity penalties"
    )
    path = options.out / f"{options.connector}.svg"
    draw(rows, title, path)
    print(f"Written: {path.relative_to(ROOT) if path.is_relative_to(ROOT) else path}")


if __name__ == "__main__":
    main()
