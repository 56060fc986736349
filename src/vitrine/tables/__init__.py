"""Rows in and rows out of the Python models: everything between a table and an algorithm."""

from vitrine.tables.affinity import affinity_rows
from vitrine.tables.als import als_factor_rows, als_factors_of
from vitrine.tables.cutoffs import judged_cutoffs, scored_cutoffs, training_cutoffs
from vitrine.tables.drift import drift_rows
from vitrine.tables.evaluation import probability_reliability_rows, propensity_metric_rows, reliability_rows
from vitrine.tables.experiments import readout_rows
from vitrine.tables.frames import concat, join_on_keys
from vitrine.tables.frontier import frontier_rows
from vitrine.tables.guardrails import attribute_names, guardrails_of
from vitrine.tables.journey import lag_rows
from vitrine.tables.propensity import load_fits, propensity_fit_row, propensity_score_rows
from vitrine.tables.ranking import SlateRules, ranker_fit_row, ranker_score_rows, slate_rows, slates_in_order
from vitrine.tables.response import (
    click_promise_rows,
    load_response_fits,
    response_fit_row,
    response_score_rows,
)
from vitrine.tables.sequence import sequence_candidate_rows
from vitrine.tables.shared import all_shared_slates, shared_slate_rows

__all__ = [
    "SlateRules",
    "affinity_rows",
    "all_shared_slates",
    "als_factor_rows",
    "als_factors_of",
    "attribute_names",
    "click_promise_rows",
    "concat",
    "drift_rows",
    "frontier_rows",
    "guardrails_of",
    "join_on_keys",
    "judged_cutoffs",
    "lag_rows",
    "load_fits",
    "load_response_fits",
    "probability_reliability_rows",
    "propensity_fit_row",
    "propensity_metric_rows",
    "propensity_score_rows",
    "ranker_fit_row",
    "ranker_score_rows",
    "readout_rows",
    "reliability_rows",
    "response_fit_row",
    "response_score_rows",
    "scored_cutoffs",
    "sequence_candidate_rows",
    "shared_slate_rows",
    "slate_rows",
    "slates_in_order",
    "training_cutoffs",
]
