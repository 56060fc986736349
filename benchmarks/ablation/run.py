"""What each candidate source and each group of features earns: the ranker is refitted without it.

Reads a finished build (`VITRINE_WAREHOUSE`, default `warehouse/`) at its `validate` cutoff only, and prints a table:
NDCG@10 on products never bought, its difference to the whole ranker with a paired bootstrap interval over customers.

    VITRINE_WAREHOUSE=warehouse .venv/bin/python benchmarks/ablation/run.py
"""

import os
from dataclasses import dataclass, replace
from pathlib import Path

import duckdb
import numpy as np
import pyarrow as pa
import yaml

from vitrine.parameters import with_parameters
from vitrine.ranker import RankerParams, fit_ranker, score_candidates
from vitrine.tuning import ndcg

ROOT = Path(__file__).resolve().parents[2]
FITS = "python_models/intermediate/ranking/int_ranking__fits.yml"
SUFFIXES = {"_rank", "_score", "_ratio"}
SEEDS = (1, 2, 3)
"""A fit draws features at each split; figures are means over fits, since one draw may be lucky."""
DRAWS = 2000
SOURCES = [
    "basket_pairs",
    "als",
    "linear",
    "intent",
    "neighbours",
    "content",
    "new_categories",
    "trending",
    "new_arrivals",
    "viewed",
    "popular",
]
GROUPS = {
    "recent buyers and first-time buyers": ["buyer_count_", "new_buyer_", "buyer_trend_ratio", "weight_trend_ratio"],
    "season a year ago": ["season_"],
    "popularity": [
        "buyer_count",
        "all_time_buyer_count",
        "popularity_percentile",
        "product_weight",
        "category_popularity",
    ],
    "age of the product": ["age_days", "days_since_sale", "trend_ratio"],
    "price": ["price_amount", "price_percentile", "log_price_ratio"],
    "late prices and discounts": ["price_ratio_", "discount_share", "mean_line_quantity"],
    "subcategory": ["subcategory_"],
    "category taste": ["category_weight", "category_product", "category_intent", "category_recent", "category_recency"],
    "brand taste": ["brand_"],
    "the customer": ["customer_"],
}


def main() -> None:
    """Print the table."""
    path = Path(os.environ.get("VITRINE_WAREHOUSE", "warehouse")) / "vitrine.duckdb"
    warehouse = duckdb.connect(str(path), read_only=True)
    train = warehouse.sql(
        "select candidates.* from intermediate.int_ranking__training_candidates as candidates "
        "inner join intermediate.int_calendar__cutoffs as cutoffs using (cutoff_at) where cutoff_role = 'train'"
    ).to_arrow_table()
    judged = warehouse.sql(
        "select features.* from intermediate.int_ranking__candidate_features as features "
        "inner join intermediate.int_calendar__cutoffs as cutoffs using (cutoff_at) "
        "inner join intermediate.int_ranking__eligibility as eligibility using (cutoff_at, customer_id, product_id) "
        "inner join intermediate.int_propensity__outcomes as outcomes using (cutoff_at, customer_id) "
        "where cutoff_role = 'validate' and not eligibility.is_blocked and outcomes.has_ordered "
        "order by customer_id, product_id"
    ).to_arrow_table()
    targets = warehouse.sql(
        "select outcomes.customer_id, outcomes.product_id from intermediate.int_ranking__outcomes as outcomes "
        "inner join intermediate.int_calendar__cutoffs as cutoffs using (cutoff_at) "
        "inner join intermediate.int_features__customer_orders as customers using (cutoff_at, customer_id) "
        "where cutoff_role = 'validate' and is_new_product"
    ).to_arrow_table()
    tuned = warehouse.sql("select * from intermediate.int_integrity__model_parameters").to_arrow_table()
    project = yaml.safe_load((ROOT / "dbt_project.yml").read_text())
    meta = yaml.safe_load((ROOT / FITS).read_text())["models"][0]["config"]["meta"]["ranker"]
    judge = Judge(
        with_parameters(RankerParams(**meta), tuned, "ranker"),
        float(project["vars"]["negative_sample_share"]),
        train,
        judged,
        targets,
    )
    keys = {"cutoff_at", "customer_id", "product_id", "has_bought"}
    names = [name for name in train.column_names if name not in keys]
    whole = judge.ndcg(names)
    print(f"| left out | NDCG@10 | difference [95%] |\n|---|---|---|\n| nothing | {whole.mean():.4f} | |")
    for source in SOURCES:
        gone = [name for name in names if name.startswith(f"{source}_") and name.split(source)[1] in SUFFIXES]
        _print(source, whole, judge.ndcg([name for name in names if name not in gone], source))
    for group, prefixes in GROUPS.items():
        gone = [name for name in names if name.startswith(tuple(prefixes))]
        left = [name for name in names if name not in gone]
        _print(f"{group} ({len(gone)} features)", whole, judge.ndcg(left))


@dataclass(frozen=True)
class Judge:
    """The ranker of a build and what it is judged on."""

    params: RankerParams
    negative_share: float
    train: pa.Table
    judged: pa.Table
    targets: pa.Table

    def ndcg(self, names: list[str], source: str | None = None) -> np.ndarray:
        """Return NDCG@10 of each customer over the seeds, without the candidates that only `source` proposed."""
        train, judged = self.train, self.judged
        if source is not None:
            train, judged = _without(train, source), _without(judged, source)
        found = []
        for seed in SEEDS:
            fit = fit_ranker(train, names, self.negative_share, replace(self.params, seed=seed))
            _, relevance = score_candidates(fit, judged)
            lists = judged.select(["customer_id", "product_id"]).append_column("score", pa.array(relevance))
            found.append(ndcg(lists, self.targets))
        return np.asarray(np.mean(found, axis=0))


def _without(table: pa.Table, source: str) -> pa.Table:
    """Return the candidates that another source proposed too; a required one has no rank and stays."""
    others = np.zeros(table.num_rows, dtype=bool)
    for other in SOURCES:
        if other != source:
            others |= np.asarray(table[f"{other}_rank"].is_valid())
    return table.filter(pa.array(others))


def _print(name: str, whole: np.ndarray, part: np.ndarray) -> None:
    difference = part - whole
    draws = np.random.default_rng(0).integers(0, len(whole), (DRAWS, len(whole)))
    low, high = np.percentile(difference[draws].mean(axis=1), [2.5, 97.5])
    print(f"| {name} | {part.mean():.4f} | {difference.mean():+.4f} [{low:+.4f}, {high:+.4f}] |", flush=True)


if __name__ == "__main__":
    main()
