"""The ledger of the live slates adds up and says which product stands back for which, asked again in plain Python."""

from collections import defaultdict

ADDENDS = ("purchase", "click", "cart", "value", "margin", "novelty", "boost")


def test_every_slot_of_the_readers_adds_up(shop):
    warehouse, _ = shop
    columns = ", ".join(f"{name}_addend" for name in ADDENDS)
    rows = warehouse.query(f"select objective_score, {columns} from recommendation_ledger", "recommendations.duckdb")
    assert rows
    assert max(abs(total - sum(addends)) for total, *addends in rows) < 1e-9
    assert any(any(addends[5:6]) for _, *addends in rows), "novelty never takes anything away"
    slots = "select release_id, customer_id, slot, product_id from"
    ledger = warehouse.query(f"{slots} recommendation_ledger where channel = 'email'", "recommendations.duckdb")
    emails = warehouse.query(f"{slots} recommendations_email_v1", "recommendations.duckdb")
    assert sorted(ledger) == sorted(emails)


def test_what_a_slot_displaces_is_the_best_that_is_left_out(shop):
    warehouse, _ = shop
    scored = warehouse.query("""
        select channel, customer_id, product_id, objective_score from intermediate.int_ranking__channel_scores
        inner join intermediate.int_calendar__cutoffs using (cutoff_at) where cutoff_role = 'serve'
    """)
    slots = warehouse.query("""
        select channel, customer_id, slot, product_id, objective_score, displaced_product_id, displaced_score,
            score_given_up
        from recommendations.recommendation_ledger
    """)
    candidates, slates = defaultdict(list), defaultdict(dict)
    for channel, customer, product, score in scored:
        candidates[channel, customer].append((-score, product))
    for channel, customer, _, product, score, displaced, displaced_score, given_up in slots:
        slates[channel, customer][-score, product] = (displaced, displaced_score, given_up)
    moved = 0
    for who, slate in slates.items():
        best = sorted(candidates[who])[: len(slate)]
        missing, extra = [one for one in best if one not in slate], sorted(one for one in slate if one not in best)
        assert len(missing) == len(extra)
        expected = {one: (other[1], -other[0], one[0] - other[0]) for one, other in zip(extra, missing, strict=True)}
        assert slate == {one: expected.get(one, (None, None, 0)) for one in slate}
        moved += len(extra)
    assert moved
