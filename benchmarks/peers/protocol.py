"""What is compared and when: cutoffs, tasks, segments and where the files of a run lie."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
HERE = Path(__file__).resolve().parent
TARGET = ROOT / "target" / "peers"
RESULTS = HERE / "results"

LIST_LENGTH = 10
"""Products per list: the @10 of every metric."""
NEW_CATEGORY_DAYS = 182
"""A category not bought from for this many days is new to the customer."""
HIGH_PROPENSITY_SHARE = 0.2
LONG_TAIL_SHARE = 0.8
"""The fewest sellable products that make this share of the recent buyers are the head; the others are the long tail."""
BOOTSTRAP_DRAWS = 2000
SEED = 20180101

NEW_PRODUCTS, NEW_CATEGORIES, ALL_PRODUCTS = TASKS = ("new_products", "new_categories", "all_products")
TUNED_ON = {NEW_PRODUCTS: NEW_PRODUCTS, NEW_CATEGORIES: NEW_PRODUCTS, ALL_PRODUCTS: ALL_PRODUCTS}
"""By the NDCG@10 of which task, on the validate window, the parameters for a task are chosen."""
SEGMENTS = ("all", "high_propensity")
RELEVANCE, DISCOVERY = VITRINE = ("vitrine_relevance", "vitrine_discovery")


class ComparisonError(Exception):
    """The run cannot go on: says what is wrong, where, and what to do."""


@dataclass(frozen=True)
class Protocol:
    """One comparison on one data set."""

    connector: str
    as_of: datetime
    """End of the data, exclusive."""
    horizon_days: int
    window_count: int
    variables: tuple[tuple[str, object], ...] = ()
    """Further dbt vars, such as source_dir."""
    is_pinned: bool = True
    """Whether as_of is the connector's own; otherwise the results carry it in their names."""

    @property
    def horizon(self) -> timedelta:
        return timedelta(days=self.horizon_days)

    @property
    def test_cutoffs(self) -> list[datetime]:
        """Return the cutoffs of the test windows, the oldest first."""
        return [self.as_of - step * self.horizon for step in range(self.window_count, 0, -1)]

    @property
    def validate_cutoff(self) -> datetime:
        """Return the cutoff that everything is chosen on; its window ends where the first test window begins."""
        return self.test_cutoffs[0] - self.horizon

    @property
    def folder(self) -> Path:
        return TARGET / self.connector

    def cutoffs(self, which: str) -> list[datetime]:
        """Return the cutoffs of `which`: validate, test or all."""
        chosen = {"validate": [self.validate_cutoff], "test": self.test_cutoffs}
        return chosen.get(which, [self.validate_cutoff, *self.test_cutoffs])

    def build_folder(self, name: str) -> Path:
        """Return the folder of one dbt build: its warehouse, target and logs."""
        return self.folder / name

    def inputs_folder(self, cutoff: datetime) -> Path:
        """Return the folder of what was known at a cutoff, as parquet."""
        return self.folder / day(cutoff) / "inputs"

    def truth_file(self, cutoff: datetime) -> Path:
        """Return the file of what was bought in the window of a cutoff."""
        return self.folder / day(cutoff) / "truth.parquet"

    def lists_folder(self, cutoff: datetime) -> Path:
        """Return the folder of the recommendation lists at a cutoff."""
        return self.folder / day(cutoff) / "lists"

    @property
    def stem(self) -> str:
        """Return the first part of the names of this run's results."""
        return self.connector if self.is_pinned else f"{self.connector}_{day(self.as_of)}"

    @property
    def end(self) -> str:
        """Return the name of the build that knows what was bought in the windows."""
        return f"end-{day(self.as_of)}"

    def facts(self) -> dict[str, object]:
        """Return what has to be the same in `tune` and `test`."""
        return {
            "connector": self.connector,
            "as_of": day(self.as_of),
            "horizon_days": self.horizon_days,
            "window_count": self.window_count,
            "validate_cutoff": day(self.validate_cutoff),
            "test_cutoffs": [day(cutoff) for cutoff in self.test_cutoffs],
        }


def day(at: datetime) -> str:
    """Return a cutoff as YYYY-MM-DD."""
    return at.strftime("%Y-%m-%d")


def names(values: Sequence[object]) -> str:
    """Return values as a list in words."""
    return ", ".join(str(value) for value in values)
