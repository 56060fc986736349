"""A rival: a pipeline of the library RecTools, in its own environment. Reads the files, writes ten products a customer.

    python rectools_pipeline.py SOURCE OUT AS_OF

One model, implicit ALS of as many factors and iterations as Vitrine's default: no purchase probability, no rules, no
learned ranker, no reasons, no tests, no history.
"""

import sys
from pathlib import Path

import pandas as pd
from implicit.als import AlternatingLeastSquares
from rectools import Columns
from rectools.dataset import Dataset
from rectools.models import ImplicitALSWrapperModel

FACTORS, ITERATIONS, REGULARIZATION, SLOT_COUNT = 64, 8, 10.0, 10


def main() -> None:
    """Read, learn, recommend, write."""
    source, out, as_of = Path(sys.argv[1]), Path(sys.argv[2]), pd.Timestamp(sys.argv[3])
    wanted = ["customer_id", "product_id", "ordered_at", "is_return"]
    lines = pd.read_parquet(source / "order_lines.parquet", columns=wanted)
    lines = lines[~lines.pop("is_return") & (lines["ordered_at"] < as_of)]
    lines.columns = [Columns.User, Columns.Item, Columns.Datetime]
    bought = lines.groupby([Columns.User, Columns.Item], as_index=False)[Columns.Datetime].max()
    bought[Columns.Weight] = lines.groupby([Columns.User, Columns.Item]).size().to_numpy(dtype=float)
    dataset = Dataset.construct(bought)
    als = AlternatingLeastSquares(FACTORS, regularization=REGULARIZATION, iterations=ITERATIONS, random_state=0)
    model = ImplicitALSWrapperModel(als).fit(dataset)
    model.recommend(bought[Columns.User].unique(), dataset, k=SLOT_COUNT, filter_viewed=True).to_parquet(out)


if __name__ == "__main__":
    main()
