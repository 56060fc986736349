"""The sequence model: it learns what follows what, gives the same answer in any order, and keeps calm on odd input."""

from dataclasses import replace

import numpy as np
import pyarrow as pa
import pytest

from vitrine import sequence_network
from vitrine.sequence import fit_sequence, propose, with_histories
from vitrine.sequence_network import SequenceParams

torch = pytest.importorskip("torch")

PARAMS = SequenceParams(
    width=16,
    layers=1,
    max_length=8,
    dropout=0.1,
    learning_rate=0.01,
    batch_positions=64,
    epochs=25,
    validate_share=0.2,
    min_buyers=1,
)
CYCLE = [f"p{step}" for step in range(6)]


def histories(bought):
    """Return the purchases of customers, given in order as {customer: [product, ...]}."""
    rows = [(customer, product, at) for customer, products in bought.items() for at, product in enumerate(products)]
    customers, products, instants = zip(*rows, strict=True) if rows else ((), (), ())
    return pa.table(
        {
            "customer_id": pa.array(customers, pa.string()),
            "product_id": pa.array(products, pa.string()),
            "ordered_at": pa.array(instants, pa.timestamp("us")),
        }
    )


def cycle(names=CYCLE, customers=60):
    """Everybody goes round the same way: after the first product comes the second, after the last the first."""
    return histories(
        {f"c{row:02}": [names[(row + step) % len(names)] for step in range(2 + row % 3)] for row in range(customers)}
    )


def candidates(model, table, **options):
    options = {"owned": table, "sellable": model.products.values, "max_candidates": 1, **options}
    return pa.concat_tables(propose(model, table, **options))


def weights_of(model):
    return {name: weight.numpy() for name, weight in model.weights.items()}


def assert_same_fit(one, other):
    assert (one.epoch, one.validate_ndcg) == (other.epoch, other.validate_ndcg)
    for name, weight in weights_of(one).items():
        np.testing.assert_array_equal(weight, weights_of(other)[name])
    np.testing.assert_array_equal(one.states, other.states)


@pytest.fixture(scope="module")
def model():
    return fit_sequence(cycle(), PARAMS)


@pytest.mark.parametrize("sampled_products", [0, 3], ids=["whole catalogue", "sampled"])
@pytest.mark.parametrize("names", [CYCLE, ["tea", "cup", "jam", "bun", "pot", "fig"]], ids=["sorted ids", "other ids"])
def test_a_cycle_is_learned_whatever_its_products_are_called(names, sampled_products):
    table = cycle(names)
    found = candidates(fit_sequence(table, replace(PARAMS, sampled_products=sampled_products)), table).to_pylist()
    assert len(found) == 60
    for row in found:
        assert row["product_id"] == names[(names.index(row["anchor_product_id"]) + 1) % len(names)]


def test_the_order_counts_and_not_only_the_last_product_or_the_set():
    ways = {f"c{row:02}": [CYCLE[(row + (-1) ** (row // 6) * step) % 6] for step in range(4)] for row in range(72)}
    model = fit_sequence(histories(ways), replace(PARAMS, validate_share=0.0, epochs=60))
    turns = histories({"forth": ["p1", "p2"], "back": ["p2", "p1"], "back too": ["p3", "p2"]})
    found = candidates(model, turns, allow_owned=True).to_pylist()
    assert {row["customer_id"]: row["product_id"] for row in found} == {"forth": "p3", "back": "p0", "back too": "p1"}


def test_the_order_of_the_rows_changes_nothing(model):
    table = cycle()
    shuffled = table.take(np.random.default_rng(3).permutation(table.num_rows))
    other = fit_sequence(shuffled, PARAMS)
    assert_same_fit(model, other)
    assert candidates(model, table, max_candidates=4).equals(candidates(other, shuffled, max_candidates=4))


def test_the_order_of_purchases_of_one_instant_changes_nothing():
    table = cycle().set_column(2, "ordered_at", pa.array(np.arange(cycle().num_rows) // 2, pa.int64()))
    shuffled = table.take(np.random.default_rng(3).permutation(table.num_rows))
    assert_same_fit(fit_sequence(table, PARAMS), fit_sequence(shuffled, PARAMS))


def test_new_names_in_the_same_order_change_nothing(model):
    assert_same_fit(model, fit_sequence(cycle([f"product {name}" for name in CYCLE]), PARAMS))


def test_a_seed_gives_one_fit_and_another_seed_another(model):
    again, other = fit_sequence(cycle(), PARAMS), fit_sequence(cycle(), replace(PARAMS, seed=7))
    assert_same_fit(model, again)
    assert np.abs(model.product_embeddings - other.product_embeddings).max() > 0.01


def test_where_nothing_is_known_a_target_among_n_costs_log_n_however_many_are_drawn():
    random = np.random.default_rng(0)
    for drawn in (0, 10, 50, 99):
        network = sequence_network.drawn_network(torch, 100, replace(PARAMS, sampled_products=drawn), random)
        loss = network.loss(torch.zeros((4, PARAMS.width)), np.array([3, 5, 5, 8]), random)
        assert loss.item() == pytest.approx(np.log(100), rel=1e-5)


def test_the_judged_average_finds_every_held_out_step_of_a_cycle(model):
    assert model.validate_ndcg == 1.0
    assert 1 <= model.epoch <= PARAMS.epochs


def test_held_out_purchases_teach_nothing():
    params = replace(PARAMS, validate_share=1.0, epochs=1)
    one = {f"c{row:02}": [CYCLE[(row + step) % 6] for step in range(4)] for row in range(30)}
    other = {customer: [*products[:-1], CYCLE[row % 6]] for row, (customer, products) in enumerate(one.items())}
    fits = fit_sequence(histories(one), params), fit_sequence(histories(other), params)
    for name, weight in weights_of(fits[0]).items():
        np.testing.assert_array_equal(weight, weights_of(fits[1])[name])


def test_a_state_depends_on_nobody_else_and_on_nothing_too_long_ago(model):
    alone = with_histories(model, histories({"a": ["p1", "p2"]}))
    in_company = with_histories(model, histories({"a": ["p1", "p2"], "b": CYCLE}))
    np.testing.assert_allclose(alone.states[0], in_company.states[0], rtol=1e-4, atol=1e-5)
    lately = with_histories(model, histories({"a": CYCLE + CYCLE[:2]}))
    long_ago_too = with_histories(model, histories({"a": ["p4", "p1", *CYCLE, *CYCLE[:2]]}))
    otherwise = with_histories(model, histories({"a": ["p4", *CYCLE[1:], *CYCLE[:2]]}))
    np.testing.assert_allclose(lately.states, long_ago_too.states, rtol=1e-4, atol=1e-5)
    assert np.abs(lately.states - otherwise.states).max() > 1e-3


def test_nothing_owned_and_nothing_unsellable_is_proposed(model):
    table = cycle()
    found = candidates(model, table, sellable=pa.array(["p0", "p1", "unknown"]), max_candidates=5)
    pairs = set(zip(found["customer_id"].to_pylist(), found["product_id"].to_pylist(), strict=True))
    owned = set(zip(table["customer_id"].to_pylist(), table["product_id"].to_pylist(), strict=True))
    assert pairs and not pairs & owned
    assert {product for _, product in pairs} == {"p0", "p1"}


def test_a_product_is_no_reason_for_itself(model):
    found = candidates(model, histories({"c": ["p0"]}), max_candidates=6, allow_owned=True).to_pylist()
    assert {row["product_id"]: row["anchor_product_id"] for row in found} == dict.fromkeys(CYCLE[1:], "p0") | {
        "p0": None
    }


def test_batches_change_nothing(model):
    whole, pieces = (candidates(model, cycle(), max_candidates=6, batch_size=size) for size in (512, 7))
    by_pair = [found.sort_by([("customer_id", "ascending"), ("product_id", "ascending")]) for found in (whole, pieces)]
    assert by_pair[0].drop(["candidate_score"]).equals(by_pair[1].drop(["candidate_score"]))
    np.testing.assert_allclose(*(found["candidate_score"] for found in by_pair), rtol=1e-4, atol=1e-5)


def test_the_score_of_a_pair_is_that_of_its_candidate_and_unknown_ids_have_none(model):
    found = candidates(model, cycle(), max_candidates=6)
    scores = model.score(found["customer_id"], found["product_id"])
    np.testing.assert_allclose(scores, found["candidate_score"], rtol=1e-4, atol=1e-5)
    unknown = model.score(pa.array(["c01", "c99", None]), pa.array(["p9", "p1", "p1"]))
    assert np.isnan(unknown).all()


def test_later_histories_may_hold_new_customers_and_products(model):
    later = histories({"new": ["p9", "p2"], "lost": ["p9"]})
    found = candidates(model, later).to_pylist()
    assert [(row["customer_id"], row["product_id"], row["anchor_product_id"]) for row in found] == [("new", "p3", "p2")]


def test_products_need_enough_buyers_however_often_each_bought():
    table = pa.concat_tables([cycle(), histories({"x": ["rare", "rare"], "y": ["rare", "known"], "z": ["known"]})])
    model = fit_sequence(table, replace(PARAMS, min_buyers=2, epochs=1))
    assert model.products.values.to_pylist() == ["known", *CYCLE, "rare"]
    model = fit_sequence(table, replace(PARAMS, min_buyers=3, epochs=1))
    assert model.products.values.to_pylist() == CYCLE
    assert not {"x", "y", "z"} & set(model.customers.values.to_pylist())


@pytest.mark.parametrize("size", [1, 2, 3, 50])
def test_each_purchase_after_another_is_a_target_of_one_window(size):
    lengths = np.array([0, 1, 2, 4, 5, 0, 9])
    starts = np.append(0, np.cumsum(lengths))
    nothing = np.zeros(lengths.sum(), dtype=np.int64)
    begins, ends = sequence_network.windows(sequence_network.Sequences(starts, nothing, nothing), size)
    targets = np.concatenate([np.arange(begin + 1, end) for begin, end in zip(begins, ends, strict=True)])
    firsts = starts[:-1][lengths > 0]
    assert sorted(targets) == sorted(set(range(lengths.sum())) - set(firsts))
    assert (ends - begins - 1 <= size).all()


@pytest.mark.parametrize(
    "bought",
    [{}, {"c": ["p"]}, {f"c{row}": ["p"] for row in range(9)}, {"c": ["p"], "d": ["q"]}],
    ids=["nothing", "one purchase", "one product", "one purchase each"],
)
def test_without_a_next_purchase_there_is_an_empty_model(bought):
    table = histories(bought)
    model = fit_sequence(table, PARAMS)
    assert not len(model.products) and not len(model.customers)
    assert np.isnan(model.score(pa.array(["c"]), pa.array(["p"]))).all()
    assert list(propose(model, table, table, pa.array(["p", "q"]), 5)) == []


@pytest.mark.parametrize(
    "bought",
    [
        {"c": ["p", "q"]},
        {"c": ["p"] * 40},
        {"c": [f"p{step:02}" for step in range(40)], "d": ["p01"]},
        {f"c{row}": ["p", "q", "r"] for row in range(9)},
    ],
    ids=["two purchases", "one product again and again", "longer than is read", "all the same"],
)
@pytest.mark.parametrize("validate_share", [0.0, 1.0])
def test_odd_input_stays_finite(bought, validate_share):
    model = fit_sequence(histories(bought), replace(PARAMS, validate_share=validate_share, epochs=3))
    assert np.isfinite(model.states).all()
    assert np.isfinite(model.product_embeddings).all()


def test_torch_is_left_as_it_was_found():
    before = torch.get_num_threads(), torch.are_deterministic_algorithms_enabled(), torch.get_rng_state().tolist()
    fit_sequence(cycle(customers=9), replace(PARAMS, epochs=1))
    assert before == (
        torch.get_num_threads(),
        torch.are_deterministic_algorithms_enabled(),
        torch.get_rng_state().tolist(),
    )


def test_without_torch_the_error_says_what_to_install(monkeypatch):
    def missing(name):
        raise ModuleNotFoundError(name)

    monkeypatch.setattr(sequence_network, "import_module", missing)
    with pytest.raises(ModuleNotFoundError, match=r"pip install '\.\[sequence\]'"):
        fit_sequence(cycle(), PARAMS)
