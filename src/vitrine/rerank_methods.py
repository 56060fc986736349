"""A customer's candidates on the desk, and what each would be worth in the next slot, by the method of the channel.

Greedy MMR: Carbonell and Goldstein 1998. Greedy MAP inference of a determinantal point process: Chen, Zhang and Zhou,
"Fast Greedy MAP Inference for Determinantal Point Process to Improve Recommendation Diversity", NeurIPS 2018.
Calibration: Steck, "Calibrated Recommendations", RecSys 2018.
"""

import numpy as np

from vitrine.compiled import inner, tiny
from vitrine.rerank_desk import (
    CALIBRATION,
    CLASSES,
    DPP,
    FIXED_ATTRIBUTES,
    LOWEST_PRICE,
    MMR,
    OWN_SHARE,
    QUOTA,
    SMOOTHING,
    Codes,
    Desk,
    Pool,
    Rules,
    Tastes,
)


@inner
def load_customer(pool: Pool, rules: Rules, customer: int, desk: Desk) -> int:
    """Bring one customer's candidates to the desk and return their number."""
    begin = pool.starts[customer]
    count = pool.starts[customer + 1] - begin
    for i in range(count):
        row = pool.rows[begin + i]
        product = pool.product[row]
        desk.codes[i, 0] = product
        desk.codes[i, 1] = pool.category[row]
        desk.codes[i, 2] = pool.brand[row]
        for a in range(pool.product_codes.shape[1]):
            desk.codes[i, FIXED_ATTRIBUTES + a] = pool.product_codes[product, a]
        price = pool.price[row]
        desk.items[i].price = 0.0 if np.isnan(price) else max(price, LOWEST_PRICE)
        desk.items[i].is_required = len(pool.is_required) > 0 and pool.is_required[row]
        reserve = len(pool.is_reserve) > 0 and pool.is_reserve[row]
        beyond = len(pool.taste) > 0 and pool.taste[row] > rules.max_taste_distance
        desk.items[i].tier = 2 * beyond + reserve
        desk.items[i].is_candidate = not (len(pool.is_lost) > 0 and pool.is_lost[row])
        desk.items[i].is_shut = False
        desk.items[i].kind = 0
    for slot in range(rules.slot_count):
        desk.slots[slot].kind_at = -1
    set_relevance(pool, rules, customer, desk)
    return count


@inner
def set_relevance(pool: Pool, rules: Rules, customer: int, desk: Desk) -> None:
    """Bring a customer's scores to 0 to 1, so that one strength means the same for all; reserves lie below, -2 to -1.

    What the customer lost to others still counts, so that nobody's scale moves with the others' slates.
    """
    begin = pool.starts[customer]
    count = pool.starts[customer + 1] - begin
    for reserve in range(2):
        low, high = np.inf, -np.inf
        for i in range(count):
            row = pool.rows[begin + i]
            if (len(pool.is_reserve) > 0 and pool.is_reserve[row]) == (reserve == 1):
                low, high = min(low, pool.score[row]), max(high, pool.score[row])
        spread = high - low if high > low else 1.0
        for i in range(count):
            row = pool.rows[begin + i]
            if (len(pool.is_reserve) > 0 and pool.is_reserve[row]) == (reserve == 1):
                desk.items[i].relevance = (pool.score[row] - low) / spread - 2.0 * reserve
    if len(pool.taste) > 0 and rules.coherence_strength != 0:
        for i in range(count):
            desk.items[i].relevance -= rules.coherence_strength * pool.taste[pool.rows[begin + i]]


@tiny
def belongs(codes: Codes, i: int, attribute: int, value: int) -> bool:
    """Return whether a candidate has the value; a value that no product has is below 0."""
    return value >= 0 and codes[i, attribute] == value


@inner
def drop_impossible(rules: Rules, desk: Desk, count: int) -> None:
    """Leave out what no slate can hold: capped at nothing, or without anybody to follow it."""
    for cap in range(len(rules.caps)):
        if rules.caps[cap, 2] <= 0:
            for i in range(count):
                code = desk.codes[i, rules.caps[cap, 0]]
                if code >= 0 and (rules.caps[cap, 1] == -1 or code == rules.caps[cap, 1]):
                    desk.items[i].is_candidate = False
    for pair in range(len(rules.always)):
        followers, last = 0, -1
        for i in range(count):
            if desk.items[i].is_candidate and belongs(desk.codes, i, rules.always[pair, 2], rules.always[pair, 3]):
                followers, last = followers + 1, i
        for i in range(count):
            alone = followers == 0 or (followers == 1 and last == i)
            if alone and belongs(desk.codes, i, rules.always[pair, 0], rules.always[pair, 1]):
                desk.items[i].is_candidate = False


# -- What a candidate would be worth in the next slot ----------------------------------------------------------


@tiny
def likeness(rules: Rules, desk: Desk, one: int, other: int) -> float:
    """Return how alike two candidates are; what is unknown is like nothing.

    The share of price is exp(-|log price gap|), which is the ratio of the lower to the higher price.
    """
    total = 0.0
    if desk.codes[one, 1] >= 0 and desk.codes[one, 1] == desk.codes[other, 1]:
        total += rules.weights[0]
    if desk.codes[one, 2] >= 0 and desk.codes[one, 2] == desk.codes[other, 2]:
        total += rules.weights[1]
    low, high = min(desk.items[one].price, desk.items[other].price), max(desk.items[one].price, desk.items[other].price)
    return total + rules.weights[2] * (low / max(high, LOWEST_PRICE))


@inner
def start_method(rules: Rules, tastes: Tastes, customer: int, desk: Desk, count: int) -> int:
    """Set the method's state for an empty slate and return the method; no tastes: the order of relevance."""
    for i in range(count):
        desk.items[i].closest = 0.0
        desk.items[i].gain = 1.0
        desk.items[i].class_of = -1
    if rules.method == CALIBRATION or rules.method == QUOTA:
        total = 0.0
        for t in range(tastes.starts[customer], tastes.starts[customer + 1]):
            total += tastes.share[t]
        if total <= 0:
            return -1
        start_classes(tastes, customer, total, desk, count)
        if rules.method == QUOTA:
            set_quotas(rules, tastes, customer, total, desk)
    return rules.method


@inner
def start_classes(tastes: Tastes, customer: int, total: float, desk: Desk, count: int) -> None:
    """Number the categories among the candidates, with the customer's share of each.."""
    classes = 0
    for i in range(count):
        code = desk.codes[i, 1]
        found = -1
        for k in range(classes):
            if desk.classes[k].code == code:
                found = k
                break
        if found < 0 and code >= 0:
            found = classes
            desk.classes[found].code = code
            desk.classes[found].share = 0.0
            desk.classes[found].count = 0
            desk.classes[found].quota = 0
            classes += 1
        desk.items[i].class_of = found
    for t in range(tastes.starts[customer], tastes.starts[customer + 1]):
        for k in range(classes):
            if desk.classes[k].code == tastes.category[t]:
                desk.classes[k].share += tastes.share[t] / total
    desk.tally[CLASSES] = classes


@inner
def set_quotas(rules: Rules, tastes: Tastes, customer: int, total: float, desk: Desk) -> None:
    """Share the slots out over the customer's categories by largest remainder; ties: the larger share, then by id."""
    begin = tastes.starts[customer]
    width = tastes.starts[customer + 1] - begin
    left = rules.slot_count
    for t in range(width):
        exact = rules.slot_count * tastes.share[begin + t] / total
        whole = int(np.floor(exact + 1e-9))
        desk.parts[t].slots = whole
        desk.parts[t].rest = np.round(exact - whole, 9)
        left -= whole
    for _ in range(min(left, width)):
        best = 0
        for t in range(1, width):
            more = desk.parts[t].rest - desk.parts[best].rest
            if more > 0 or (more == 0 and tastes.share[begin + t] > tastes.share[begin + best]):
                best = t
        desk.parts[best].slots += 1
        desk.parts[best].rest = -1.0
    for t in range(width):
        for k in range(desk.tally[CLASSES]):
            if desk.classes[k].code == tastes.category[begin + t]:
                desk.classes[k].quota = desk.parts[t].slots


@tiny
def divergence_part(share: float, filled: int, size: int) -> float:
    """Return one category's part of the divergence of the slate from the customer's distribution."""
    if share <= 0:
        return 0.0
    return share * np.log(share / ((1 - SMOOTHING) * filled / size + SMOOTHING * share))


@inner
def set_values(rules: Rules, method: int, desk: Desk, count: int, size: int, pinned: int) -> None:
    """Set what each candidate that may be placed would be worth in the next slot."""
    strength = rules.diversity_strength
    without, before = 0.0, 0.0
    if method == CALIBRATION:
        for k in range(desk.tally[CLASSES]):
            without += divergence_part(desk.classes[k].share, desk.classes[k].count, size + 1)
            before += divergence_part(desk.classes[k].share, desk.classes[k].count, max(size, 1))
        for k in range(desk.tally[CLASSES]):
            share, filled = desk.classes[k].share, desk.classes[k].count
            with_one = divergence_part(share, filled + 1, size + 1) - divergence_part(share, filled, size + 1)
            desk.classes[k].change = without + with_one - before
    for i in range(count):
        if not (desk.items[i].is_open or i == pinned):
            continue
        if method == MMR:
            desk.items[i].value = (1 - strength) * desk.items[i].relevance - strength * desk.items[i].closest
        elif method == DPP:
            desk.items[i].value = (1 - strength) * desk.items[i].relevance + strength * np.log(
                max(desk.items[i].gain, 1e-12)
            )
        elif method == CALIBRATION:
            k = desk.items[i].class_of
            change = desk.classes[k].change if k >= 0 else without - before
            desk.items[i].value = (1 - strength) * desk.items[i].relevance - strength * change
        else:
            desk.items[i].value = desk.items[i].relevance


@inner
def note_pick(rules: Rules, method: int, desk: Desk, count: int, pick: int, size: int) -> None:
    """Bring the method's state up to date once a candidate holds slot number `size` (from 0)."""
    if method == MMR:
        for i in range(count):
            desk.items[i].closest = max(desk.items[i].closest, likeness(rules, desk, i, pick))
    elif method == DPP:
        whole = rules.weights[0] + rules.weights[1] + rules.weights[2]
        scale = (1 - OWN_SHARE) / whole if whole > 0 else 0.0
        root = np.sqrt(max(desk.items[pick].gain, 1e-12))
        for i in range(count):
            inside = 0.0
            for s in range(size):
                inside += desk.factors[i, s] * desk.factors[pick, s]
            desk.factors[i, size] = (scale * likeness(rules, desk, i, pick) - inside) / root
        desk.factors[pick, size] = root
        for i in range(count):
            desk.items[i].gain -= desk.factors[i, size] ** 2
    elif method >= 0 and desk.items[pick].class_of >= 0:
        desk.classes[desk.items[pick].class_of].count += 1
        desk.classes[desk.items[pick].class_of].quota -= 1
