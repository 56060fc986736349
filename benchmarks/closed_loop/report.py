"""What the rounds came to: a table of figures a round, a page with the means over houses, and a picture."""

import gzip
import json
from pathlib import Path

import matplotlib as mpl
import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from figures import FIGURES, LESS_IS_BETTER, WATCHED_DAYS, by_round, compared, launch_days, mean_and_error
from policies import POLICIES

OURS = "vitrine"
COLOURS = {
    "popularity": "#6b6b6b",
    "greedy": "#c2571a",
    "greedy_guarded": "#8352a3",
    "vitrine_unexplored": "#3f8f4f",
    "vitrine": "#1b6e9c",
}
TITLES = {
    "popularity": "popularity",
    "greedy": "greedy",
    "greedy_guarded": "greedy within guardrails",
    "vitrine_unexplored": "Vitrine without exploration",
    "vitrine": "Vitrine",
}
SHARES = (
    "regret_share", "shown_share", "ever_shown_share", "exposure_gini", "sold_share", "click_share"
)  # fmt: skip
PANELS = (
    ("cumulative_expected_amount", "EUR to expect of the mails, cumulated"),
    ("regret_share", "regret as a share of the best slates, cumulated"),
    ("ever_shown_share", "share of the catalogue ever shown"),
    ("exposure_gini", "Gini of exposure, cumulated"),
    ("sold_share", "share of launches sold, by days since launch"),
    ("categories_bought", "categories bought a buyer, cumulated"),
)


def read(
    folder: Path, round_count: int, kept: Path | None = None
) -> tuple[pd.DataFrame, dict[tuple[int, str], list[dict]]]:
    """Return the figures a seed, policy and round of the runs that are whole, kept ones too, and their rows."""
    texts = {}
    for path in kept.glob("*-*.jsonl.gz") if kept else ():
        seed, policy = path.name.removesuffix(".jsonl.gz").split("-")
        texts[int(seed), policy] = gzip.decompress(path.read_bytes()).decode()
    for path in folder.glob("*/*/rounds.jsonl"):
        texts[int(path.parts[-3]), path.parts[-2]] = path.read_text()
    rows, frames = {}, []
    for (seed, policy), text in sorted(texts.items()):
        found = [json.loads(line) for line in text.splitlines()]
        if len(found) < round_count:
            print(f"Left out: seed {seed}, {policy}, which has {len(found)} of {round_count} rounds.")
            continue
        rows[seed, policy] = found[:round_count]
        frames.append(by_round(rows[seed, policy]).assign(seed=seed, policy=policy))
    if not frames:
        raise SystemExit(f"{folder} has no run of {round_count} rounds yet.")
    every = pd.concat(frames, ignore_index=True)
    order = [name for name in POLICIES if name in set(every["policy"])]
    every["policy"] = pd.Categorical(every["policy"], order)
    columns = ["seed", "policy", "round"]
    every = every.sort_values(columns, ignore_index=True)
    return every[[*columns, *every.columns.difference(columns, sort=False)]], rows


def write(folder: Path, out: Path, round_count: int, kept: Path | None = None) -> None:
    """Write rounds.csv, results.md and rounds.svg."""
    every, rows = read(folder, round_count, kept)
    out.mkdir(parents=True, exist_ok=True)
    every.to_csv(out / "rounds.csv", index=False, float_format="%.6g", lineterminator="\n")
    last = every[every["round"] == round_count]
    (out / "results.md").write_text(page(last))
    draw(every, rows, out / "rounds.svg")
    print(f"Written: rounds.csv, results.md and rounds.svg in {out}")


def page(last: pd.DataFrame) -> str:
    """Return the means over houses, and how far our policy lies from each other one in the same houses."""
    names = list(last["policy"].cat.categories)
    seeds = {name: sorted(last.loc[last["policy"] == name, "seed"]) for name in names}
    lines = [
        f"# Closed loop on Maison, a simulated house: after {last['round'].iloc[0]} rounds",
        "",
        "Written by `make closed-loop`; what it means stands in [closed_loop.md](../closed_loop.md). Houses: "
        + "; ".join(f"{TITLES[name]} {', '.join(map(str, seeds[name]))}" for name in names)
        + ". Means ± standard errors over houses.",
        "",
        "| | " + " | ".join(TITLES[name] for name in names) + " |",
        "|---" * (len(names) + 1) + "|",
    ]
    for figure, label in FIGURES.items():
        cells = [told(figure, *mean_and_error(last.loc[last["policy"] == name, figure])) for name in names]
        lines.append(f"| {label} | " + " | ".join(cells) + " |")
    others = [name for name in names if name != OURS]
    if OURS in names and others:
        lines += [
            "",
            "Vitrine less the other, in the same houses, and in how many of them Vitrine is better:",
            "",
            "| | " + " | ".join(TITLES[name] for name in others) + " |",
            "|---" * (len(others) + 1) + "|",
        ]
        for figure, label in FIGURES.items():
            cells = []
            for name in others:
                mean, error, ahead, count = compared(last, figure, OURS, name)
                cells.append(f"{told(figure, mean, error)} ({ahead} of {count})")
            note = ", less is better" if figure in LESS_IS_BETTER else ""
            lines.append(f"| {label}{note} | " + " | ".join(cells) + " |")
    return "\n".join(lines) + "\n"


def told(figure: str, mean: float, error: float) -> str:
    """Return a figure as text, with its standard error where several houses tell one."""
    if np.isnan(mean):
        return "-"
    if np.isnan(error):
        return told(figure, mean, 0.0).split(" ±")[0]
    if figure in SHARES:
        return f"{mean:.3f} ± {error:.3f}"
    return f"{mean:,.0f} ± {error:,.0f}" if figure.endswith("amount") else f"{mean:.2f} ± {error:.2f}"


def draw(every: pd.DataFrame, rows: dict[tuple[int, str], list[dict]], path: Path) -> None:
    """Write one SVG: six figures by round, lines of means over houses, bands of a standard error."""
    # Fixed ids and no date, so that the same table draws the same file.
    mpl.rcParams.update(
        {"svg.hashsalt": "vitrine", "font.size": 9, "axes.spines.top": False, "axes.spines.right": False}
    )
    figure, axes = plt.subplots(2, 3, figsize=(12, 6.5), layout="constrained")
    for axis, (name, label) in zip(axes.flat, PANELS, strict=True):
        for policy, group in every.groupby("policy", observed=True):
            if name == "sold_share":
                x, values = sold_by_day(rows, str(policy))
            else:
                wide = group.set_index(["round", "seed"])[name].unstack()  # noqa: PD010
                x, values = wide.index.to_numpy(), wide.to_numpy()
            mean = values.mean(axis=1)
            axis.plot(x, mean, color=COLOURS[policy], linewidth=1.4, label=TITLES[policy])
            if values.shape[1] > 1:
                error = values.std(axis=1, ddof=1) / np.sqrt(values.shape[1])
                axis.fill_between(x, mean - error, mean + error, color=COLOURS[policy], alpha=0.15, linewidth=0)
        axis.set_title(label, fontsize=9, loc="left")
        axis.set_xlabel("days since launch" if name == "sold_share" else "round")
        axis.xaxis.set_major_locator(mpl.ticker.MaxNLocator(integer=True))
        axis.set_ylim(bottom=0)
    axes[0, 0].legend(frameon=False, fontsize=8)
    axes[0, 0].yaxis.set_major_formatter(mpl.ticker.StrMethodFormatter("{x:,.0f}"))
    counts = every.groupby("policy", observed=True)["seed"].nunique()
    houses = f"{counts.max()}" if counts.min() == counts.max() else f"{counts.min()} to {counts.max()}"
    figure.suptitle(
        f"Closed loop on Maison, a simulated house: {every['round'].max()} rounds of two weeks, means of {houses} "
        "houses, bands of one standard error",
        fontsize=10,
    )
    figure.savefig(path, metadata={"Date": None})
    plt.close(figure)


def sold_by_day(rows: dict[tuple[int, str], list[dict]], policy: str) -> tuple[np.ndarray, np.ndarray]:
    """Return days since launch, and for each house of a policy the share of its launches sold by then."""
    grid = np.arange(0, WATCHED_DAYS + 1, 2)
    shares = []
    for (_, name), found in rows.items():
        if name == policy:
            end = 104 + 2 * len(found)
            days = launch_days(found[-1]["launches"], found[-1]["days_to_first_sale"], end)
            # Who was not sold within the watch stands at its end and never counts as sold.
            sold = np.sort(days[days < WATCHED_DAYS])
            shares.append(np.searchsorted(sold, grid, side="right") / max(len(days), 1))
    return grid, np.array(shares).T
