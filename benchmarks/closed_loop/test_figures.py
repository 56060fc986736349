"""Figures of rounds against values worked out by hand."""

import numpy as np
import pandas as pd
import pytest
from figures import WATCHED_DAYS, by_round, compared, gini, launch_days


def a_round(number: int, exposures: dict[str, int], **changes: object) -> dict:
    row = {
        "round": number, "mails": 2, "catalogue": [1, 2, 3, 4], "exposures": exposures, "expected_amount": 30.0,
        "oracle_amount": 40.0, "mail_amount": 5.0, "total_amount": 50.0, "categories_per_slate": 2.0,
        "categories_bought": 1.5, "open": 2, "click": 1, "unsubscribe": 1, "launches": {}, "days_to_first_sale": {},
    }  # fmt: skip
    return row | changes


def test_gini() -> None:
    assert gini([3, 3, 3]) == pytest.approx(0)
    assert gini([0, 0, 0, 8]) == pytest.approx(3 / 4)
    assert gini([1, 3]) == pytest.approx(1 / 4)
    assert np.isnan(gini([0, 0]))


def test_rounds_add_up() -> None:
    rows = [a_round(1, {"1": 2, "2": 2}), a_round(2, {"1": 4}, expected_amount=10.0, catalogue=[1, 2, 3, 4, 5])]
    found = by_round(rows)
    assert found["cumulative_expected_amount"].tolist() == [30, 40]
    assert found["cumulative_regret_amount"].tolist() == [10, 40]
    assert found["cumulative_best_scores_amount"].isna().all()
    assert found["regret_share"].tolist() == [0.25, 40 / 80]
    assert found["shown_share"].tolist() == pytest.approx([2 / 4, (2 / 4 + 1 / 5) / 2])
    assert found["ever_shown_share"].tolist() == [2 / 4, 2 / 5]
    assert found["exposure_gini"].tolist() == pytest.approx([0.5, gini([6, 2, 0, 0, 0])])
    assert found["click_share"].tolist() == [0.5, 0.5]
    assert found["unsubscribes"].tolist() == [1, 2]


def test_the_ten_best_scores_add_up() -> None:
    rows = [a_round(number, {"1": 1}, alternative_amounts={"best_scores": 35.0}) for number in (1, 2)]
    assert by_round(rows)["cumulative_best_scores_amount"].tolist() == [35, 70]


def test_what_was_shown_belongs_to_the_catalogue() -> None:
    """A product that sold out between build and mail."""
    found = by_round([a_round(1, {"1": 1, "9": 1})])
    assert found["ever_shown_share"].tolist() == [2 / 5]


def test_launches_count_once_their_watch_is_over() -> None:
    launches, days = {"1": 104, "2": 106, "3": 110}, {"1": 20.0, "2": None, "3": 1.0}
    assert launch_days(launches, days, 115).tolist() == []
    assert launch_days(launches, days, 116).tolist() == [20]
    assert launch_days(launches, days, 118).tolist() == [20, WATCHED_DAYS]
    late = launch_days({"1": 104}, {"1": 100.0}, 124)
    assert late.tolist() == [WATCHED_DAYS]


def test_a_policy_is_compared_in_the_same_houses() -> None:
    last = pd.DataFrame(
        {
            "seed": [1, 1, 2, 2],
            "policy": ["a", "b", "a", "b"],
            "cumulative_expected_amount": [5.0, 3.0, 8.0, 2.0],
            "exposure_gini": [0.2, 0.3, 0.5, 0.4],
        }
    )
    assert compared(last, "cumulative_expected_amount", "a", "b") == pytest.approx((4, 2, 2, 2))
    assert compared(last, "exposure_gini", "a", "b")[2:] == (1, 2)
