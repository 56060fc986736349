"""Random cases for the re-ranker, and the best slate found by trying all of them."""

from itertools import combinations, permutations

import numpy as np
import pyarrow as pa

from vitrine.rerank import Guardrails, PairRule, Pin, RerankParams, SlotLimit

TYPES = {
    "customer_id": pa.string(),
    "product_id": pa.string(),
    "category": pa.string(),
    "brand": pa.string(),
    "price_amount": pa.float64(),
    "objective_score": pa.float64(),
    "is_required": pa.bool_(),
    "is_reserve": pa.bool_(),
    "taste_distance": pa.float64(),
}


def candidate_table(rows):
    """Return rows (dicts) as a table."""
    return pa.table({name: pa.array([row.get(name) for row in rows], kind) for name, kind in TYPES.items()})


def random_case(seed):
    """Return one customer's rows, the policy, guardrails and attributes (product -> name -> value)."""
    random = np.random.default_rng(seed)
    rows, attributes = [], {}
    for product in range(random.integers(1, 9)):
        rows.append(
            {
                "customer_id": "ada",
                "product_id": f"p{product}",
                "category": None if random.random() < 0.1 else f"k{random.integers(3)}",
                "brand": None if random.random() < 0.2 else f"b{random.integers(3)}",
                "price_amount": float(np.round(np.exp(random.normal()), 2)),
                "objective_score": float(np.round(random.normal(), 1)),
                "is_required": bool(random.random() < 0.12),
                "is_reserve": bool(random.random() < 0.3),
                "taste_distance": None if random.random() < 0.2 else float(np.round(random.random(), 2)),
            }
        )
        attributes[f"p{product}"] = {
            "line": None if random.random() < 0.1 else f"l{random.integers(2)}",
            "gender": f"g{random.integers(3)}",
        }
    params = RerankParams(
        slot_count=int(random.integers(1, 5)),
        method=str(random.choice(["mmr", "dpp", "calibration", "quota"])),
        diversity_strength=float(random.choice([0, 0.3, 1])),
        max_per_category=int(random.integers(1, 4)),
        max_per_brand=int(random.integers(1, 4)),
        coherence_strength=float(random.choice([0, 0.5])),
        max_taste_distance=float(random.choice([1, 0.6, 0.3])),
    )
    return rows, params, _random_guardrails(random, params), attributes


def _random_guardrails(random, params):
    def group():
        name = str(random.choice(["line", "gender", "category", "brand", "product"]))
        letter = {"product": "p", "category": "k"}.get(name, name[0])
        return name, f"{letter}{random.integers(3)}"

    limits = []
    for position in range(random.integers(0, 4)):
        name, value = group()
        kind = str(random.choice(["at_most", "at_least", "at_least_distinct"]))
        kept_value = None if kind == "at_least_distinct" or (kind == "at_most" and random.random() < 0.5) else value
        slots = int(random.integers(0 if kind == "at_most" and kept_value else 1, params.slot_count + 1))
        limits.append(SlotLimit(f"limit{position}", kind, name, kept_value, slots))
    pairs = [
        PairRule(f"pair{position}", str(random.choice(["never", "always"])), *group(), *group())
        for position in range(random.integers(0, 3))
    ]
    pins = [
        Pin(f"pin{position}", int(random.integers(1, params.slot_count + 1)), f"p{random.integers(9)}")
        for position in range(random.integers(0, 3))
    ]
    return Guardrails(tuple(limits), tuple(pairs), tuple(pins))


def attribute_table(attributes):
    """Return attributes as the table that the re-ranker takes."""
    rows = [(product, name, value) for product, named in attributes.items() for name, value in named.items() if value]
    # Of a product without candidates, so that no attribute is unknown.
    rows += [("elsewhere", "line", "l9"), ("elsewhere", "gender", "g9")]
    return pa.table(
        {
            column: pa.array([row[position] for row in rows], pa.string())
            for position, column in enumerate(("product_id", "attribute_name", "attribute_value"))
        }
    )


def value_of(row, name, attributes):
    """Return a product's value of an attribute."""
    if name == "product":
        return row["product_id"]
    return row[name] if name in {"category", "brand"} else attributes[row["product_id"]][name]


def is_allowed(slate, params, guardrails, attributes):
    """Return whether an ordered slate breaks no hard rule."""
    caps = [("category", None, params.max_per_category), ("brand", None, params.max_per_brand)]
    caps += [
        (one.attribute_name, one.attribute_value, one.slot_count) for one in guardrails.limits if one.kind == "at_most"
    ]
    for name, value, most in caps:
        values = [value_of(row, name, attributes) for row in slate]
        for found in set(values) - {None}:
            if value in {None, found} and values.count(found) > most:
                return False
    for pair in guardrails.pairs:
        first = [value_of(row, pair.attribute_name, attributes) == pair.attribute_value for row in slate]
        second = [value_of(row, pair.other_attribute_name, attributes) == pair.other_attribute_value for row in slate]
        if pair.kind == "never" and any(
            first[i] and second[j] for i in range(len(slate)) for j in range(len(slate)) if i != j
        ):
            return False
        if pair.kind == "always" and any(
            is_first and not (i + 1 < len(slate) and second[i + 1]) for i, is_first in enumerate(first)
        ):
            return False
    return True


def kept(slate, rows, params, guardrails, attributes):
    """Return how much an ordered slate keeps, strongest first, more is better; and the names of what gave way."""
    pins = [pin for pin in guardrails.pins if pin.slot <= len(slate)]
    pins = [pin for pin in pins if slate[pin.slot - 1]["product_id"] == pin.product_id]
    required = sum(row["is_required"] for row in slate)
    missing = {"at_least": {}, "at_least_distinct": {}}
    for limit in guardrails.limits:
        values = [value_of(row, limit.attribute_name, attributes) for row in slate]
        if limit.kind == "at_least":
            missing["at_least"][limit.name] = max(limit.slot_count - values.count(limit.attribute_value), 0)
        elif limit.kind == "at_least_distinct":
            missing["at_least_distinct"][limit.name] = max(limit.slot_count - len(set(values) - {None}), 0)
    beyond = sum((row["taste_distance"] or 0) > params.max_taste_distance for row in slate)
    score = [len(slate), len(pins), required]
    for kind in ("at_least", "at_least_distinct"):
        score += [-sum(short > 0 for short in missing[kind].values()), -sum(missing[kind].values())]
    names = ["max_taste_distance"] if beyond else []
    for kind in ("at_least_distinct", "at_least"):
        names += [name for name, short in missing[kind].items() if short]
    names += ["required"] if required < sum(row["is_required"] for row in rows) else []
    present = {row["product_id"] for row in rows}
    asked = [pin for pin in sorted(guardrails.pins, key=lambda pin: pin.slot) if pin.product_id in present]
    names += [pin.name for pin in asked if pin not in pins]
    return (*score, -beyond, -sum(row["is_reserve"] for row in slate)), names


def best_kept(rows, params, guardrails, attributes):
    """Return the most that any slate keeps, by trying every order of every subset."""
    is_ordered = guardrails.pins or any(pair.kind == "always" for pair in guardrails.pairs)
    best = None
    for size in range(min(params.slot_count, len(rows)), -1, -1):
        for slate in permutations(rows, size) if is_ordered else combinations(rows, size):
            if is_allowed(slate, params, guardrails, attributes):
                score, _ = kept(slate, rows, params, guardrails, attributes)
                best = score if best is None else max(best, score)
        if best is not None:
            return best
    return best
