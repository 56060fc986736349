"""Guardrails: hard ones hold, soft ones give way only where every slate would break them."""

import pyarrow as pa
import pytest
from slate_cases import attribute_table, best_kept, candidate_table, is_allowed, kept, random_case

from vitrine.rerank import Guardrails, PairRule, Pin, RerankParams, SlotLimit, contradictions, rerank

TASTES = pa.table({"customer_id": ["ada", "ada"], "category": ["k0", "k1"], "share": [0.7, 0.3]})


@pytest.mark.parametrize("block", range(10))
def test_no_slate_keeps_more_than_the_one_found(block):
    judged = 0
    for seed in range(block * 100, block * 100 + 100):
        rows, params, guardrails, attributes = random_case(seed)
        if contradictions(guardrails, params):
            continue
        judged += 1
        found = rerank(candidate_table(rows), params, guardrails, attribute_table(attributes), TASTES)
        by_id = {row["product_id"]: row for row in rows}
        slate = [by_id[product] for product in found["product_id"].to_pylist()]
        assert found["slot"].to_pylist() == list(range(1, len(slate) + 1)), seed
        assert is_allowed(slate, params, guardrails, attributes), seed
        score, names = kept(slate, rows, params, guardrails, attributes)
        best = best_kept(rows, params, guardrails, attributes)
        # All but the number of reserves: that is exact only where the exact search decided.
        assert score[:-1] == best[:-1], (seed, score, best)
        if slate:
            assert found["relaxed_limits"][0].as_py() == (", ".join(names) or None), seed
    assert judged > 30
