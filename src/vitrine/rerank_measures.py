"""What a slate keeps of what is asked of it, in numbers that are compared from the strongest on."""

from vitrine.compiled import inner, tiny
from vitrine.rerank_desk import (
    DISTINCT,
    DISTINCT_SLOTS,
    KEPT,
    LENGTH,
    LIMIT_SLOTS,
    LIMITS,
    MEASURES,
    PINS,
    PRESENT,
    REQUIRED,
    WITHIN_TASTE,
    Desk,
    Plan,
    Rules,
)
from vitrine.rerank_methods import belongs


@inner
def set_measure(rules: Rules, desk: Desk, count: int, size: int) -> None:
    """Set how much the slate on the desk keeps of each of the soft rules, strongest first; more is better."""
    measure = desk.measures[PRESENT]
    for m in range(MEASURES):
        measure[m] = 0
    measure[LENGTH] = size
    for p in range(len(rules.pins)):
        slot = rules.pins[p, 1]
        measure[PINS] += slot < size and desk.codes[desk.slots[slot].slate, 0] == rules.pins[p, 0]
    for slot in range(size):
        measure[REQUIRED] += desk.items[desk.slots[slot].slate].is_required
        measure[WITHIN_TASTE] -= desk.items[desk.slots[slot].slate].tier >= 2
    for f in range(len(rules.floors)):
        have = 0
        for slot in range(size):
            have += belongs(desk.codes, desk.slots[slot].slate, rules.floors[f, 0], rules.floors[f, 1])
        missing = max(rules.floors[f, 2] - have, 0)
        measure[LIMITS] -= missing > 0
        measure[LIMIT_SLOTS] -= missing
    for s in range(len(rules.spreads)):
        missing = max(rules.spreads[s, 1] - distinct_in_slate(desk, size, rules.spreads[s, 0]), 0)
        measure[DISTINCT] -= missing > 0
        measure[DISTINCT_SLOTS] -= missing


@inner
def distinct_in_slate(desk: Desk, size: int, attribute: int) -> int:
    """Return how many values of an attribute the slate shows."""
    have = 0
    for slot in range(size):
        code = desk.codes[desk.slots[slot].slate, attribute]
        is_new = code >= 0
        for before in range(slot):
            is_new = is_new and desk.codes[desk.slots[before].slate, attribute] != code
        have += is_new
    return have


@inner
def most_of(rules: Rules, desk: Desk, count: int, limit: int) -> int:
    """Return a bound on how many of the marked candidates one slate can hold, each cap taken by itself."""
    marked = 0
    for i in range(count):
        marked += desk.items[i].is_marked
    best = min(marked, limit)
    for cap in range(len(rules.caps)):
        attribute, value, slots = rules.caps[cap, 0], rules.caps[cap, 1], rules.caps[cap, 2]
        total = 0
        for i in range(count):
            if not desk.items[i].is_marked:
                continue
            code = desk.codes[i, attribute]
            if code < 0 or (value != -1 and code != value):
                total += 1
                continue
            before = 0
            for other in range(i):
                before += desk.items[other].is_marked and desk.codes[other, attribute] == code
                if before >= slots:
                    break
            total += before < slots
            if total >= best:
                break
        best = min(best, total)
    return best


@inner
def most_apart(rules: Rules, desk: Desk, count: int) -> int:
    """Return a bound on how many of the marked candidates `never` pairs leave: one of each couple goes. Unmarks."""
    most = 0
    for i in range(count):
        most += desk.items[i].is_marked
    if len(rules.never) == 0:
        return most
    for i in range(count):
        other = i + 1
        while other < count and desk.items[i].is_marked:
            if desk.items[other].is_marked and are_apart(rules, desk, i, other):
                desk.items[i].is_marked = desk.items[other].is_marked = False
                most -= 1
            other += 1
    return most


@tiny
def are_apart(rules: Rules, desk: Desk, one: int, other: int) -> bool:
    """Return whether a `never` pair keeps two candidates apart."""
    for pair in range(len(rules.never)):
        for side in range(2):
            if belongs(desk.codes, one, rules.never[pair, 2 * side], rules.never[pair, 2 * side + 1]) and belongs(
                desk.codes, other, rules.never[pair, 2 - 2 * side], rules.never[pair, 3 - 2 * side]
            ):
                return True
    return False


@inner
def most_together(rules: Rules, desk: Desk, count: int, limit: int) -> int:
    """Return a bound on how many of the marked candidates one slate can hold. Unmarks."""
    return min(most_of(rules, desk, count, limit), most_apart(rules, desk, count))


@inner
def distinct_of(desk: Desk, count: int, attribute: int) -> int:
    """Return how many values of an attribute the marked candidates have."""
    have = 0
    for i in range(count):
        is_new = desk.items[i].is_marked and desk.codes[i, attribute] >= 0
        before = 0
        while is_new and before < i:
            is_new = not (desk.items[before].is_marked and desk.codes[before, attribute] == desk.codes[i, attribute])
            before += 1
        have += is_new
    return have


@inner
def compared(desk: Desk, one: int, other: int) -> int:
    """Return 1 where the first of two measures is better, -1 where the second is, 0 where they are equal."""
    for m in range(MEASURES):
        if desk.measures[one, m] != desk.measures[other, m]:
            return 1 if desk.measures[one, m] > desk.measures[other, m] else -1
    return 0


@inner
def keep(desk: Desk, size: int) -> None:
    """Remember the slate on the desk as the best so far."""
    for slot in range(size):
        desk.slots[slot].kept_slate = desk.slots[slot].slate
        desk.slots[slot].kept_marginal = desk.slots[slot].marginal
    for m in range(MEASURES):
        desk.measures[KEPT, m] = desk.measures[PRESENT, m]


@inner
def restrict_to_kept(desk: Desk, count: int, size: int) -> None:
    """Make the products of the kept slate the only candidates."""
    for i in range(count):
        desk.items[i].is_candidate = False
    for slot in range(size):
        desk.items[desk.slots[slot].kept_slate].is_candidate = True


@inner
def restrict_to_plan(desk: Desk, count: int, plan: Plan) -> None:
    """Make the products of the plan the only candidates."""
    for i in range(count):
        desk.items[i].is_candidate = False
    for c in range(len(plan.chosen)):
        desk.items[plan.chosen[c]].is_candidate = True
        desk.items[plan.chosen[c]].kind = plan.kinds[c]
