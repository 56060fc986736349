"""Off-policy estimates: by hand, unbiased over every log there could be, and with intervals that cover."""

from dataclasses import replace
from itertools import product

import numpy as np
import pytest

from vitrine.off_policy import (
    ESTIMATORS,
    LoggedRows,
    Support,
    SupportParams,
    cross_fitted_rates,
    effective_sample_size,
    evaluate_policy,
    score_interval,
)


def rows_of(reward, logging, target, slot=None, cluster=None, modelled=None, value=None):
    count = len(reward)
    return LoggedRows(
        np.array(reward, dtype=float),
        np.array(logging, dtype=float),
        np.array(target, dtype=float),
        np.ones(count, dtype=np.int64) if slot is None else np.array(slot),
        np.arange(count) if cluster is None else np.array(cluster),
        None if modelled is None else np.array(modelled, dtype=float),
        None if value is None else np.array(value, dtype=float),
    )


# Weights 2, 1/2, 0 and 1; what the model leaves: .8, .6, -.2 and -.3.
FOUR = rows_of([1, 1, 0, 0], [0.25, 0.5, 0.5, 0.2], [0.5, 0.25, 0, 0.2], modelled=[0.2, 0.4, 0.2, 0.3], value=[0.3] * 4)


def test_four_rows_by_hand():
    pooled, only_slot = evaluate_policy(FOUR)
    found = {name: estimate.value for name, estimate in pooled.estimates.items()}
    left = 2 * 0.8 + 0.5 * 0.6 - 1 * 0.3
    assert found == pytest.approx(
        {"ips": 2.5 / 4, "snips": 2.5 / 3.5, "clipped_ips": 2.5 / 4, "dr": 0.3 + left / 4, "sndr": 0.3 + left / 3.5}
    )
    assert pooled.support == Support(4, 0, 4, pytest.approx(3.5**2 / 5.25), 2.0, 3.5 / 4)
    assert pooled.support.unsupported_share == pytest.approx(0.125)
    assert pooled.logged.value == 0.5
    assert (pooled.slot, only_slot.slot) == (None, 1)
    assert only_slot.estimates == pooled.estimates


def test_standard_errors_by_hand():
    (pooled, _), gained = evaluate_policy(FOUR), np.array([2, 0.5, 0, 0])
    assert pooled.estimates["ips"].standard_error == pytest.approx(gained.std(ddof=1) / 2)
    # The delta method of a ratio: residuals of the numerator over the mean weight.
    rest = gained - 2.5 / 3.5 * np.array([2, 0.5, 0, 1])
    expected = np.sqrt((rest**2).sum() * 4 / 3) / 3.5
    assert pooled.estimates["snips"].standard_error == pytest.approx(expected)
    dr = 0.3 + np.array([1.6, 0.3, 0, -0.3])
    assert pooled.estimates["dr"].standard_error == pytest.approx(dr.std(ddof=1) / 2)


def test_rows_of_one_customer_count_as_one_observation():
    doubled = FOUR.taken(np.repeat(np.arange(4), 2))
    (pooled, _), (once, _) = evaluate_policy(doubled), evaluate_policy(FOUR)
    for name in ("ips", "snips", "dr", "sndr"):
        assert pooled.estimates[name].value == pytest.approx(once.estimates[name].value)
        assert pooled.estimates[name].standard_error == pytest.approx(once.estimates[name].standard_error)
    assert (pooled.support.row_count, pooled.support.cluster_count) == (8, 4)


def test_weights_are_cut_at_the_root_of_the_row_count():
    (pooled, _) = evaluate_policy(rows_of([1, 0, 0, 0], [0.01, 1, 1, 1], [1, 0, 0, 0]))
    assert pooled.estimates["ips"].value == pytest.approx(25)
    assert pooled.estimates["clipped_ips"].value == pytest.approx(2 / 4)


def test_each_slot_is_judged_by_its_own_rows():
    rows = replace(FOUR, slot=np.array([1, 2, 1, 2]))
    _, first, second = evaluate_policy(rows)
    assert (first.slot, first.estimates["ips"].value) == (1, pytest.approx(1))
    assert (second.slot, second.estimates["snips"].value) == (2, pytest.approx(0.5 / 1.5))


def test_the_order_of_rows_and_the_codes_of_customers_change_nothing():
    random = np.random.default_rng(3)
    count = 500
    rows = LoggedRows(
        (random.random(count) < 0.1).astype(float),
        random.uniform(0.05, 1, count),
        random.random(count),
        random.integers(1, 4, count),
        random.integers(0, 90, count),
        random.random(count) / 5,
        random.random(count) / 5,
    )
    shuffled = rows.taken(random.permutation(count))
    codes = random.permutation(1000)
    again = evaluate_policy(replace(shuffled, cluster=codes[shuffled.cluster]))
    for one, other in zip(evaluate_policy(rows), again, strict=True):
        assert one == other


def test_a_policy_judged_on_its_own_log_earns_what_it_earned():
    random = np.random.default_rng(0)
    chance, reward = random.uniform(0.1, 1, 200), (random.random(200) < 0.3).astype(float)
    (pooled, _) = evaluate_policy(LoggedRows(reward, chance, chance, np.ones(200, np.int64), np.arange(200)))
    assert [pooled.estimates[name].value for name in ESTIMATORS] == pytest.approx([reward.mean()] * 5)
    assert pooled.support.effective_sample_size == pytest.approx(200)
    assert pooled.warning is None


# -- Every log there could be ----------------------------------------------------------------------------

LOGGING, TARGET, RATE = np.array([0.6, 0.3, 0.1]), np.array([0.1, 0.2, 0.7]), np.array([0.2, 0.5, 0.4])


def expectation(of, count=3):
    """Return the mean of an estimate over all logs of some rows, each as likely as it is."""
    total, every = 0.0, [(action, reward) for action in range(3) for reward in (0, 1)]
    for log in product(every, repeat=count):
        action, reward = (np.array(column) for column in zip(*log, strict=True))
        chance = np.prod(LOGGING[action] * np.where(reward == 1, RATE[action], 1 - RATE[action]))
        total += chance * of(action, reward.astype(float))
    return total


@pytest.mark.parametrize("model", [np.zeros(3), np.array([0.9, 0.1, 0.3]), RATE])
@pytest.mark.parametrize("name", ["ips", "dr"])
def test_ips_and_dr_are_unbiased_whatever_the_reward_model(name, model):
    def value(action, reward):
        rows = rows_of(reward, LOGGING[action], TARGET[action], None, None, model[action], [TARGET @ model] * 3)
        return evaluate_policy(rows)[0].estimates[name].value

    assert expectation(value) == pytest.approx(TARGET @ RATE, abs=1e-12)


def test_a_true_reward_model_spares_variance_and_truncation_only_takes_away():
    def squares(name):
        def of(action, reward):
            rows = rows_of(reward, LOGGING[action], TARGET[action], None, None, RATE[action], [TARGET @ RATE] * 3)
            return (evaluate_policy(rows)[0].estimates[name].value - TARGET @ RATE) ** 2

        return expectation(of)

    assert squares("dr") < squares("ips")

    def clipped(action, reward):
        return evaluate_policy(rows_of(reward, LOGGING[action], TARGET[action]))[0].estimates["clipped_ips"].value

    assert expectation(clipped) < TARGET @ RATE - 0.01


# -- Intervals ---------------------------------------------------------------------------------------------


def test_the_interval_is_that_of_wilson_for_rare_rewards_and_of_the_normal_for_many():
    # 4 of 1000: the shares v with |.004 - v| = 1.96 sqrt(v / 1000).
    low, high = score_interval(0.004, 0.002, 1000)
    for end in (low, high):
        assert abs(0.004 - end) == pytest.approx(1.959964 * np.sqrt(end / 1000), rel=1e-5)
    assert score_interval(0, 0, 1000) == (0, pytest.approx(1.959964**2 / 1000, rel=1e-5))
    low, high = score_interval(0.3, 0.001, 1e7)
    assert (low, high) == (pytest.approx(0.3 - 0.00196, abs=1e-5), pytest.approx(0.3 + 0.00196, abs=1e-5))


def test_without_weight_the_interval_says_nothing():
    (pooled, _) = evaluate_policy(rows_of([1, 0], [0.5, 0.5], [0, 0]))
    assert np.isnan(pooled.estimates["snips"].value)
    assert (pooled.estimates["snips"].low, pooled.estimates["snips"].high) == (0, 1)
    assert (pooled.estimates["ips"].low, pooled.estimates["ips"].high) == (0, 1)
    assert pooled.support.unsupported_share == 1
    assert effective_sample_size(np.zeros(2)) == 0


def logs_like_open_bandit(seed, rows=4000, actions=40):
    """Return a log with about 20 clicks whose target likes what the log seldom shows, and the target's value."""
    random = np.random.default_rng(seed)
    logging = random.dirichlet(np.full(actions, 0.5)) * 0.9 + 0.1 / actions
    target, rate = np.full(actions, 1 / actions), random.gamma(1, 0.005, actions)
    action = random.choice(actions, rows, p=logging)
    reward = (random.random(rows) < rate[action]).astype(float)
    nobody, fold = np.zeros(rows, dtype=np.int64), np.arange(rows) % 4
    model = cross_fitted_rates(action, nobody, reward, fold, (actions, 1))
    expected = model.of_target(target[:, None], nobody)
    own = model.of_logged(action, nobody)
    return LoggedRows(reward, logging[action], target[action], nobody, np.arange(rows), own, expected), target @ rate


def test_intervals_cover_where_clicks_are_few_and_weights_uneven():
    covered = {name: [] for name in ESTIMATORS if name != "clipped_ips"}
    plain = []
    for seed in range(200):
        rows, truth = logs_like_open_bandit(seed)
        estimates = evaluate_policy(rows)[0].estimates
        for name, found in covered.items():
            found.append(estimates[name].low <= truth <= estimates[name].high)
        snips = estimates["snips"]
        plain.append(abs(snips.value - truth) <= 1.96 * snips.standard_error)
    # 200 runs at 95%: three standard errors are 4.6 points.
    assert all(0.904 <= np.mean(found) <= 0.996 for found in covered.values()), covered
    assert np.mean(plain) < 0.904


# -- Support -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("support", "words"),
    [
        (Support(0, 3, 0, 0, 0, 0), "no logged row has a selection probability"),
        (Support(900, 1, 9, 500, 3, 1), "without a selection probability are left out"),
        (Support(900, 0, 9, 99, 3, 1), "too few logged rows show what this policy would show"),
        (Support(900, 0, 9, 500, 3, 0.8), "the logs hardly show a part"),
        (Support(900, 0, 9, 500, 3, 1.5), "do not fit"),
    ],
)
def test_a_warning_says_what_is_missing(support, words):
    assert words in support.warning(SupportParams())


def test_enough_support_gives_no_warning():
    assert Support(900, 0, 9, 500, 3, 0.95).warning(SupportParams()) is None


@pytest.mark.parametrize("unknown", [0, np.nan])
def test_rows_without_a_logging_probability_are_left_out_and_told(unknown):
    rows = rows_of([1, 1, 0], [unknown, 0.5, 0.5], [0.5, 0.5, 0.5])
    pooled = evaluate_policy(rows)[0]
    assert (pooled.support.row_count, pooled.support.unusable_count) == (2, 1)
    assert pooled.estimates["ips"].value == 0.5
    assert "left out" in pooled.warning
    nothing = evaluate_policy(rows.taken(np.array([0])))[0]
    assert (nothing.estimates, nothing.logged) == ({}, None)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"reward": np.array([0, 2.0, 0, 0])}, "reward"),
        ({"target_probability": np.array([0.1, np.nan, 0, 0])}, "target_probability"),
        ({"logging_probability": np.array([0.1, 1.1, 0, 0])}, "logging_probability"),
        ({"slot": np.array([1])}, "one length"),
        ({"modelled_value": None}, "both"),
        ({"modelled_value": np.array([0.1, np.nan, 0, 0])}, "modelled_value"),
    ],
)
def test_bad_columns_are_refused(change, message):
    with pytest.raises(ValueError, match=message):
        replace(FOUR, **change)


# -- The reward model --------------------------------------------------------------------------------------


def test_rates_of_a_fold_come_from_the_others():
    action, slot = np.array([0, 0, 1, 1]), np.array([0, 0, 0, 0])
    reward, fold = np.array([1.0, 0, 0, 0]), np.array([0, 1, 0, 1])
    model = cross_fitted_rates(action, slot, reward, fold, (2, 1), strength=2)
    # Fold 0 is told by fold 1, which has no reward; fold 1 by fold 0, one reward in two rows.
    assert model.rate[0].ravel() == pytest.approx([0, 0])
    assert model.rate[1].ravel() == pytest.approx([2 / 3, 1 / 3])
    assert model.of_logged(action, slot) == pytest.approx([0, 2 / 3, 0, 1 / 3])
    assert model.of_target(np.array([[0.25], [0.75]]), slot)[1] == pytest.approx(0.25 * 2 / 3 + 0.75 / 3)


def test_a_slot_that_gets_more_lends_it_to_every_action():
    random = np.random.default_rng(1)
    action, slot = random.integers(0, 5, 80_000), random.integers(0, 2, 80_000)
    rate = np.array([0.1, 0.12, 0.08, 0.1, 0.2])
    reward = (random.random(80_000) < rate[action] * np.array([1.0, 0.5])[slot]).astype(float)
    model = cross_fitted_rates(action, slot, reward, np.arange(80_000) % 2, (5, 2))
    np.testing.assert_allclose(model.rate[0], rate[:, None] * [1.0, 0.5], rtol=0.15)
