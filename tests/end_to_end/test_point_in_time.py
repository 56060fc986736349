"""Nothing at or before a cutoff may change when everything after it does: the future is poisoned and both builds compared.

Compared are all tables with a cutoff, Python models included: features, candidates, rules, scores, slates. What looks
at the outcome window on purpose, labels and what is learned from, is compared where that window ended before the poison.
"""

from datetime import timedelta

import duckdb
import numpy as np
import pandas as pd
import pytest
from harness import Warehouse
from shop import AS_OF, make_shop, poisoned, write_shop

HORIZON = timedelta(days=28)
CUTOFFS = {"evaluate": AS_OF - HORIZON, "validate": AS_OF - 2 * HORIZON}
LOOK_AHEAD = {"has_bought"}
OUTCOMES = {
    "int_calendar__cutoffs",
    "int_feedback__carts",
    "int_feedback__impressions",
    "int_propensity__outcomes",
    "int_ranking__learned_candidates",
    "int_ranking__outcomes",
    "int_ranking__response_candidates",
    "int_ranking__training_candidates",
}
SELECT = [
    "+int_ranking__slates",
    "+int_propensity__audience",
    "+int_exploration__posteriors",
    "+int_exploration__customer_segments",
]


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    """Build the clean shop once and each poisoned one once."""
    shop = make_shop()
    warehouses = {}
    for name, tables in {
        "clean": shop,
        **{role: poisoned(shop, cutoff) for role, cutoff in CUTOFFS.items()},
    }.items():
        folder = tmp_path_factory.mktemp(name)
        source = write_shop(tables, folder / "source")
        warehouse = Warehouse(folder)
        warehouse.run(
            ["run", "--select", *SELECT],
            {
                "connector": "contract_files",
                "source_dir": str(source),
                "as_of": f"{AS_OF:%Y-%m-%d}",
                "max_rejected_share": 1.0,
                # So few that the small shop has a model of carts; it has none of clicks.
                "response_min_positives": 10,
            },
            seeds=True,
        )
        warehouses[name] = warehouse
    return warehouses


def tables_with_cutoff(warehouse):
    rows = warehouse.query(
        "select distinct table_name from information_schema.columns "
        "where table_schema = 'intermediate' and column_name = 'cutoff_at' order by 1"
    )
    return [name for (name,) in rows]


def until(name, cutoff):
    """The condition of the rows of a table that may not know what comes after the cutoff."""
    return f"cutoff_at <= timestamp '{cutoff - HORIZON if name in OUTCOMES else cutoff}'"


def after(name, cutoff):
    """The condition of the rows that must change when everything after the cutoff does."""
    return f"cutoff_at > timestamp '{cutoff}'"


def rows_until(warehouse, name, cutoff):
    frame = warehouse.frame(f"select * from intermediate.{name} where {until(name, cutoff)}")
    frame = frame.drop(columns=[c for c in frame.columns if c in LOOK_AHEAD])
    for column in frame.columns:
        if len(frame) and isinstance(frame[column].iloc[0], np.ndarray):
            frame[column] = frame[column].map(str)
    # Keys decide the order of the rows, so that a rounding in a score cannot shuffle them.
    order = sorted(frame.columns, key=lambda column: (frame[column].dtype.kind == "f", column))
    return frame[order].sort_values(order, na_position="first").reset_index(drop=True)


def digests(warehouse, condition, cutoff):
    """By table, the number of its rows under its condition and a sum of their hashes."""
    found = {}
    tables = tables_with_cutoff(warehouse)
    with duckdb.connect(str(warehouse.path / "vitrine.duckdb"), read_only=True) as connection:
        for table in tables:
            described = connection.execute(f"describe intermediate.{table}").fetchall()
            names = ", ".join(f'"{column[0]}"' for column in described if column[0] not in LOOK_AHEAD)
            rows = f"select {names} from intermediate.{table} where {condition(table, cutoff)}"
            found[table] = connection.execute(f"select count(*), sum(hash(found)) from ({rows}) as found").fetchone()
    return found


def tables_that_differ(clean, other, condition, cutoff):
    """Names of the tables whose rows under their condition are not the very same, and of those that have any."""
    these, those = digests(clean, condition, cutoff), digests(other, condition, cutoff)
    return [name for name in these if these[name] != those[name]], [name for name in these if these[name][0]]


@pytest.mark.parametrize("role", CUTOFFS)
def test_a_poisoned_future_changes_nothing_before_it(built, role):
    cutoff = CUTOFFS[role]
    differing, compared = tables_that_differ(built["clean"], built[role], until, cutoff)
    for name in differing:  # by a rounding at most
        clean, other = (rows_until(built[which], name, cutoff) for which in ("clean", role))
        pd.testing.assert_frame_equal(clean, other, rtol=1e-9, obj=f"{name} until the {role} cutoff")
    assert {
        "int_features__customers", "int_features__products", "int_features__product_states", "int_features__product_pairs",
        "int_features__customer_responses", "int_features__customer_habits", "int_features__customer_interests",
        "int_features__customer_product_interests", "int_features__product_interests", "int_features__recorded_events",
        "int_candidates__viewed", "int_ranking__candidate_signals", "int_exploration__posteriors",
        "int_exploration__customer_segments",
        "int_candidates__als_factors", "int_candidates__affinities",
        "int_ranking__learned_candidates", "int_ranking__training_candidates", "int_ranking__outcomes",
        "int_candidates__customers", "int_candidates__all", "int_ranking__candidate_features", "int_rules__verdicts",
    } <= set(compared)  # fmt: skip
    if role == "evaluate":
        scores = {"int_propensity__scores", "int_ranking__scores", "int_ranking__response_scores"}
        assert scores | {"int_ranking__slates"} <= set(compared)


@pytest.mark.parametrize("role", CUTOFFS)
def test_the_poison_is_strong_enough_to_be_seen_after_the_cutoff(built, role):
    """A test that compares equal things proves something only if the unequal ones would be caught."""
    changed, _ = tables_that_differ(built["clean"], built[role], after, CUTOFFS[role])
    for stage in ("features__customers", "features__products", "features__product_states", "features__customer_responses", "features__customer_habits", "features__customer_product_interests", "candidates__viewed", "rules__not_contactable", "exploration__posteriors", "ranking__slates"):  # fmt: skip
        assert f"int_{stage}" in changed
