"""A rival: what a notebook does with pandas and scikit-learn. Reads the source files, writes ten products a customer.

    python notebook.py SOURCE OUT AS_OF

A purchase probability from recency, frequency and amounts (gradient-boosted trees, learned on the last four weeks),
cosine similarity of products over customers, ten products never bought, for all customers. No rules, no learned
ranker, no probabilities of a product, no reasons, no tests, no history.
"""

import sys
from pathlib import Path

import numpy as np
import pandas as pd
from scipy.sparse import csr_matrix, diags, vstack
from sklearn.ensemble import HistGradientBoostingClassifier

HORIZON = pd.Timedelta(days=28)
# A product that fewer have bought has no neighbours worth naming.
MIN_BUYERS = 5
SLOT_COUNT, NEIGHBOUR_COUNT, BATCH = 10, 200, 2000


def features(lines: pd.DataFrame, at: pd.Timestamp) -> pd.DataFrame:
    """Return recency, frequency and amounts of the customers who bought before an instant."""
    before = lines[lines["ordered_at"] < at]
    by_customer = before.groupby("customer_id").agg(
        last_at=("ordered_at", "max"), first_at=("ordered_at", "min"), order_count=("order_id", "nunique"),
        line_count=("order_id", "size"), amount=("net_amount", "sum"), product_count=("product_id", "nunique"),
    )  # fmt: skip
    recent = before[before["ordered_at"] >= at - HORIZON].groupby("customer_id")["net_amount"].agg(["sum", "size"])
    by_customer = by_customer.join(recent.add_prefix("recent_")).fillna(0)
    by_customer["recency_days"] = (at - by_customer.pop("last_at")).dt.total_seconds() / 86_400
    by_customer["tenure_days"] = (at - by_customer.pop("first_at")).dt.total_seconds() / 86_400
    return by_customer


def main() -> None:
    """Read, learn, rank, write."""
    source, out, as_of = Path(sys.argv[1]), Path(sys.argv[2]), pd.Timestamp(sys.argv[3])
    lines = pd.read_parquet(source / "order_lines.parquet")
    lines = lines[~lines["is_return"] & (lines["ordered_at"] < as_of)]
    learned, bought = features(lines, as_of - HORIZON), lines[lines["ordered_at"] >= as_of - HORIZON]
    model = HistGradientBoostingClassifier(random_state=0)
    model.fit(learned, learned.index.isin(bought["customer_id"]))
    now = features(lines, as_of)
    chance = pd.Series(model.predict_proba(now)[:, 1], now.index)

    lines = lines[lines.groupby("product_id")["customer_id"].transform("nunique") >= MIN_BUYERS]
    customer, customers = pd.factorize(lines["customer_id"], sort=True)
    product, products = pd.factorize(lines["product_id"], sort=True)
    weight = np.ones(len(lines), dtype=np.float32)
    counts = csr_matrix((weight, (customer, product)), shape=(len(customers), len(products)))
    counts.data = np.log1p(counts.data)
    length = np.sqrt(np.asarray(counts.power(2).sum(axis=0))).ravel()
    scaled = (counts @ diags(1 / np.maximum(length, 1e-9))).tocsc().astype(np.float32)
    near = min(NEIGHBOUR_COUNT, len(products) - 1)
    parts = []
    for start in range(0, len(products), BATCH):
        block = (scaled.T @ scaled[:, start : start + BATCH]).toarray()
        block[np.arange(start, min(start + BATCH, len(products))), np.arange(block.shape[1])] = 0
        kept = np.argpartition(-block, near, axis=0)[:near]
        columns = np.broadcast_to(np.arange(block.shape[1]), kept.shape)
        values = block[kept, columns]
        parts.append(csr_matrix((values.ravel(), (columns.ravel(), kept.ravel())), (block.shape[1], len(products))))
    similarity = vstack(parts).tocsr()
    found = []
    for start in range(0, len(customers), BATCH):
        mine = counts[start : start + BATCH]
        scores = (mine @ similarity.T).toarray()
        scores[mine.nonzero()] = -np.inf
        best = np.argpartition(-scores, SLOT_COUNT, axis=1)[:, :SLOT_COUNT]
        best = np.take_along_axis(best, np.argsort(-np.take_along_axis(scores, best, 1), axis=1), 1)
        found.append(best)
    best = np.vstack(found)
    slates = pd.DataFrame(
        {
            "customer_id": np.repeat(customers, SLOT_COUNT),
            "slot": np.tile(np.arange(1, SLOT_COUNT + 1), len(customers)),
            "product_id": products[best.ravel()],
        }
    )
    slates["purchase_probability"] = slates["customer_id"].map(chance)
    slates.to_parquet(out)


if __name__ == "__main__":
    main()
