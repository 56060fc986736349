"""The comparison of two engines must see what differs, or its green means nothing."""

import pandas as pd
import pytest
from compare import compare_tables

TABLE = pd.DataFrame(
    {
        "product_id": ["a", "b", None],
        "sold_on": pd.to_datetime(["2024-01-01", None, "2024-01-03"]),
        "score": [0.5, 1e6, None],
    }
)


def test_the_same_rows_in_another_order_are_equal():
    assert compare_tables(TABLE, TABLE.iloc[::-1]) == ""


def test_a_last_bit_is_forgiven():
    assert compare_tables(TABLE, TABLE.assign(score=TABLE["score"] * (1 + 1e-12))) == ""


@pytest.mark.parametrize(
    "other",
    [
        TABLE.assign(score=TABLE["score"] * (1 + 1e-7)),
        TABLE.assign(product_id=["a", "c", None]),
        TABLE.assign(product_id=["a", None, None]),
        TABLE.assign(sold_on=pd.to_datetime(["2024-01-01", "2024-01-02", "2024-01-03"])),
        TABLE.iloc[:2],
        TABLE.rename(columns={"score": "points"}),
    ],
    ids=["double", "key", "null", "timestamp", "row", "column"],
)
def test_a_difference_is_seen(other):
    assert compare_tables(TABLE, other)
