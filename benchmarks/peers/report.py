"""Writes the comparison of one data set as a page and as a table."""

import csv
from collections.abc import Sequence

import numpy as np
from comparison import POOLED, Figure, Lists, figures
from evaluation import EXPLORE, REPEAT, Window, read_lists, read_window
from metrics import smallest_detectable
from protocol import (
    ALL_PRODUCTS,
    BOOTSTRAP_DRAWS,
    DISCOVERY,
    NEW_CATEGORIES,
    NEW_CATEGORY_DAYS,
    NEW_PRODUCTS,
    RELEVANCE,
    RESULTS,
    SEGMENTS,
    VITRINE,
    ComparisonError,
    Protocol,
    day,
)
from warehouse import export_truth

TITLES = {RELEVANCE: "**Vitrine, by relevance**", DISCOVERY: "**Vitrine, discovery slates**"}
SEGMENT_TITLES = {"all": "All customers", "high_propensity": "High-propensity customers"}


def report(protocol: Protocol, which: str, tuned: dict) -> None:
    """Write results/<connector>.md and .csv from the test windows, or the same from the validate window."""
    cutoffs = protocol.cutoffs(which)
    stem = protocol.stem if which == "test" else f"{protocol.stem}_{which}"
    for cutoff in cutoffs:
        export_truth(protocol, cutoff)
    windows = [read_window(protocol, cutoff) for cutoff in cutoffs]
    names = [*VITRINE, *tuned["peers"]]
    lists = [lists_at(protocol, window, names) for window in windows]
    methods = [name for name in names if all(name in one for one in lists)]
    if missing := [name for name in names if name not in methods]:
        print(f"No lists in every window, so left out: {', '.join(missing)}")
    found = figures(windows, lists, methods)
    titles = TITLES | {name: peer["title"] for name, peer in tuned["peers"].items()}
    RESULTS.mkdir(parents=True, exist_ok=True)
    with (RESULTS / f"{stem}.csv").open("w", newline="") as file:
        writer = csv.DictWriter(file, list(found[0].row()), lineterminator="\n")
        writer.writeheader()
        writer.writerows(figure.row() for figure in found)
    page = Page(found, methods, titles, tuned)
    text = "\n".join(
        [
            *heading(protocol, which, windows, missing),
            *detectable(protocol, tuned, titles),
            *page.tables(windows),
            *chosen(tuned),
        ]
    )
    (RESULTS / f"{stem}.md").write_text(text.rstrip() + "\n")
    print(f"wrote results/{stem}.md and results/{stem}.csv")


def lists_at(protocol: Protocol, window: Window, names: Sequence[str]) -> Lists:
    """Return the lists of the methods that have some at a window's cutoff."""
    files = {name: protocol.lists_folder(window.cutoff) / f"{name}.parquet" for name in names}
    found = {name: read_lists(file, len(window.customer_ids)) for name, file in files.items() if file.exists()}
    if not found:
        raise ComparisonError(f"There are no lists at {day(window.cutoff)}. Run: run.py {protocol.connector} test")
    return found


def heading(protocol: Protocol, which: str, windows: Sequence[Window], missing: Sequence[str]) -> list[str]:
    """Return the first lines: what was compared, on which windows."""
    known = ", ".join(f"{len(window.customer_ids):,}" for window in windows)
    sellable = ", ".join(f"{int(window.catalogue.is_sellable.sum()):,}" for window in windows)
    tail = ", ".join(
        f"{window.catalogue.is_long_tail.sum() / window.catalogue.is_sellable.sum():.0%}" for window in windows
    )
    role = "validate window: choices were made on it, so its figures flatter" if which == "validate" else "test windows"
    lines = [
        f"# {protocol.connector}: Vitrine and single models",
        "",
        f"The {role}, {protocol.horizon_days} days from {', '.join(day(window.cutoff) for window in windows)} on. "
        f"Known customers: {known}. Sellable products: {sellable}, of which the long tail is {tail}. All choices were "
        f"made on the {protocol.horizon_days} days from {day(protocol.validate_cutoff)} on. Protocol, peers and words: "
        "`benchmarks/README.md`. Every figure, each window and both segments: the CSV of the same name.",
        "",
    ]
    if missing:
        lines += [f"Without lists, so not in the tables: {', '.join(missing)}.", ""]
    return lines


def detectable(protocol: Protocol, tuned: dict, titles: dict[str, str]) -> list[str]:
    """Return how small a difference these windows can show, judged on the validate window alone."""
    window = read_window(protocol, protocol.validate_cutoff)
    lists = lists_at(protocol, window, list(tuned["peers"]))
    lines = ["## The smallest difference that can be seen", ""]
    for task in (NEW_PRODUCTS, NEW_CATEGORIES):
        values = {name: window.relevance(some[task], task)["ndcg"] for name, some in lists.items() if task in some}
        order = sorted(values, key=lambda name: -values[name].mean())
        best = tuned["best_peer"].get(task, order[0])
        if len(order) < 2 or best not in values:
            continue
        second = next(name for name in order if name != best)
        count, base = len(values[best]), values[best].mean()
        pooled = smallest_detectable(values[best] - values[second], count * protocol.window_count)
        single = smallest_detectable(values[best] - values[second], count)
        lines += [
            f"- `{task}`: the best peer on the validate window is {titles[best]} (NDCG@10 {base:.4f}), the next "
            f"{titles[second]} ({values[second].mean():.4f}). With {count:,} judged customers a window and the spread "
            f"of that paired difference, a true difference of {pooled:.4f} ({pooled / base:.0%} of the best peer's "
            f"NDCG@10) is found with 80% power at 5% in all {protocol.window_count} test windows, taken as "
            f"independent, {single:.4f} ({single / base:.0%}) in one.",
        ]
    return [*lines, ""]


class Page:
    """The tables of a page, read off the figures."""

    def __init__(self, found: Sequence[Figure], methods: Sequence[str], titles: dict[str, str], tuned: dict) -> None:
        self.methods, self.titles, self.best = methods, titles, tuned["best_peer"]
        self.of = {(one.window, one.segment, one.target, one.method, one.against, one.metric): one for one in found}

    def tables(self, windows: Sequence[Window]) -> list[str]:
        """Return all tables, the main ones first."""
        lines = []
        for target, title in (
            (NEW_PRODUCTS, "Products never bought"),
            (NEW_CATEGORIES, f"Products of categories not bought from in {NEW_CATEGORY_DAYS} days"),
        ):
            for segment in SEGMENTS:
                lines += [f"## {title}: {SEGMENT_TITLES[segment].lower()}", ""]
                lines += self.relevance(target, segment)
        for task, title in ((NEW_PRODUCTS, "never bought"), (NEW_CATEGORIES, "of new categories")):
            for segment in SEGMENTS:
                lines += [f"## What the slates of products {title} are like: {SEGMENT_TITLES[segment].lower()}", ""]
                lines += self.slates(task, segment)
        for segment in SEGMENTS:
            lines += [f"## All products, those bought before among them: {SEGMENT_TITLES[segment].lower()}", ""]
            lines += self.repeats(segment)
        if len(windows) > 1:
            for segment in SEGMENTS:
                lines += [f"## NDCG@10 by window: {SEGMENT_TITLES[segment].lower()}", ""]
                lines += self.by_window([day(window.cutoff) for window in windows], segment)
        return lines

    def title(self, method: str, target: str) -> str:
        return self.titles[method] + (" ← best peer" if method == self.best.get(target) else "")

    def ranked(self, target: str, segment: str, metric: str = "ndcg") -> list[str]:
        """Return the methods that have the figure, the highest first."""
        able = {
            name: self.of[POOLED, segment, target, name, "", metric].estimate
            for name in self.methods
            if (POOLED, segment, target, name, "", metric) in self.of
        }
        return sorted(able, key=lambda name: -able[name])

    def mean(self, segment: str, target: str, method: str, metric: str, digits: int = 4, window: str = POOLED) -> str:
        one = self.of.get((window, segment, target, method, "", metric))
        if one is None or np.isnan(one.estimate):
            return ""
        error = f" ± {one.standard_error:.{digits}f}" if one.standard_error is not None else ""
        return f"{one.estimate:.{digits}f}{error}"

    def ahead(self, segment: str, target: str, method: str, against: str, metric: str = "ndcg") -> list[str]:
        one = self.of.get((POOLED, segment, target, method, against, metric))
        if one is None:
            return ["", ""]
        return [
            f"{one.estimate:+.4f} [{one.low:+.4f}, {one.high:+.4f}]",
            f"{one.relative:+.0%} [{one.relative_low:+.0%}, {one.relative_high:+.0%}]",
        ]

    def relevance(self, target: str, segment: str) -> list[str]:
        shown = [name for name in VITRINE if (POOLED, segment, target, name, "", "ndcg") in self.of]
        header = ["method", "NDCG@10", "recall@10", "hit rate@10"]
        for name in shown:
            header += [f"{name} less method, NDCG@10 [95%]", "relative [95%]"]
        rows = [
            [
                self.title(name, target),
                *(self.mean(segment, target, name, metric) for metric in ("ndcg", "recall", "hit_rate")),
                *(cell for against in shown for cell in self.ahead(segment, target, name, against)),
            ]
            for name in self.ranked(target, segment)
        ]
        counted = next(iter(self.ranked(target, segment)), None)
        count = self.of[POOLED, segment, target, counted, "", "ndcg"].customer_count if counted else 0
        if not count:
            return ["Nobody bought such a product.", ""]
        return [
            f"{count:,} customers who bought such a product; ± standard error; intervals from {BOOTSTRAP_DRAWS:,} "
            "paired bootstrap draws of customers.",
            "",
            *table(header, rows),
        ]

    def slates(self, task: str, segment: str) -> list[str]:
        columns = [
            ("coverage", "catalogue_coverage", 3),
            ("Gini of exposure", "exposure_gini", 3),
            ("popularity percentile", "popularity_percentile", 3),
            ("APLT", "long_tail_share", 3),
            ("intra-list distance", "intra_list_distance", 3),
            ("categories", "category_count", 2),
            ("slate value", "slate_value_amount", 2),
            ("captured", "captured_amount", 3),
            ("customers with a list", "listed_share", 3),
        ]
        rows = [
            [self.title(name, task), *(self.mean(segment, task, name, metric, digits) for _, metric, digits in columns)]
            for name in self.ranked(task, segment)
        ]
        return table(["method", *(title for title, _, _ in columns)], rows)

    def repeats(self, segment: str) -> list[str]:
        header = ["method", "NDCG@10", "recall@10", "NDCG@10, repeat part", "NDCG@10, explore part"]
        rows = [
            [
                self.title(name, ALL_PRODUCTS),
                self.mean(segment, ALL_PRODUCTS, name, "ndcg"),
                self.mean(segment, ALL_PRODUCTS, name, "recall"),
                self.mean(segment, REPEAT, name, "ndcg"),
                self.mean(segment, EXPLORE, name, "ndcg"),
            ]
            for name in self.ranked(ALL_PRODUCTS, segment)
        ]
        return table(header, rows)

    def by_window(self, names: Sequence[str], segment: str) -> list[str]:
        lines = []
        for target in (NEW_PRODUCTS, NEW_CATEGORIES):
            rows = [
                [self.title(name, target), *(self.mean(segment, target, name, "ndcg", window=one) for one in names)]
                for name in self.ranked(target, segment)
            ]
            lines += table([f"`{target}`", *names], rows)
        return lines


def chosen(tuned: dict) -> list[str]:
    """Return what each peer was tuned to."""
    rows = []
    for peer in tuned["peers"].values():
        failed = sum("error" in one for one in peer["configurations"])
        tried = f"{len(peer['configurations'])}" + (f", {failed} failed" if failed else "")
        for task, one in peer["chosen"].items():
            params = ", ".join(f"{name} {value}" for name, value in one["params"].items())
            rows.append([peer["title"], tried, f"`{task}`", f"{one['validate'][task]['ndcg']:.4f}", params])
    return [
        "## What was chosen on the validate window",
        "",
        "For the tasks `new_products` and `new_categories` by the NDCG@10 of the first, for `all_products` by its own.",
        "",
        *table(["peer", "configurations", "chosen by", "validate NDCG@10", "parameters"], rows),
    ]


def table(header: Sequence[str], rows: Sequence[Sequence[str]]) -> list[str]:
    """Return a Markdown table and an empty line."""
    lines = [header, ["---"] * len(header), *rows]
    return [*(f"| {' | '.join(cells)} |" for cells in lines), ""]
