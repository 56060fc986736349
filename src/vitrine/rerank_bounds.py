"""What the best slate of a customer could keep: bounds that show whether a better one need be looked for."""

from vitrine.compiled import inner, tiny
from vitrine.rerank_desk import (
    BOUND,
    COMMITTED,
    DISTINCT,
    DISTINCT_SLOTS,
    LENGTH,
    LIMIT_SLOTS,
    LIMITS,
    MEASURES,
    PINS,
    REQUIRED,
    WITHIN_TASTE,
    Desk,
    Rules,
)
from vitrine.rerank_fits import commit, may_stand, serves, start_needs
from vitrine.rerank_measures import are_apart, distinct_of, most_of, most_together
from vitrine.rerank_methods import belongs


@inner
def set_bound(rules: Rules, desk: Desk, count: int, size: int) -> None:
    """Set what no slate can exceed that reaches the bounds of all stronger measures.

    A slate that reaches all of them is the best there is.
    """
    bound = desk.measures[BOUND]
    for m in range(MEASURES):
        bound[m] = 0
    for i in range(count):
        desk.items[i].is_marked = desk.items[i].is_candidate
    bound[LENGTH] = size if size == rules.slot_count else most_together(rules, desk, count, rules.slot_count)
    length = bound[LENGTH]
    for i in range(count):
        desk.items[i].is_marked = False
        for p in range(len(rules.pins)):
            if desk.items[i].is_candidate and desk.codes[i, 0] == rules.pins[p, 0] and rules.pins[p, 1] < length:
                desk.items[i].is_marked = True
    bound[PINS] = most_together(rules, desk, count, length)
    for i in range(count):
        desk.items[i].is_marked = desk.items[i].is_candidate and desk.items[i].is_required
    bound[REQUIRED] = most_together(rules, desk, count, length)
    for f in range(len(rules.floors)):
        for i in range(count):
            desk.items[i].is_marked = desk.items[i].is_candidate and belongs(
                desk.codes, i, rules.floors[f, 0], rules.floors[f, 1]
            )
        missing = rules.floors[f, 2] - most_of(rules, desk, count, min(length, rules.floors[f, 2]))
        bound[LIMITS] -= missing > 0
        bound[LIMIT_SLOTS] -= missing
    for s in range(len(rules.spreads)):
        attribute, have = rules.spreads[s, 0], 0
        for i in range(count):
            is_new = desk.items[i].is_candidate and desk.codes[i, attribute] >= 0
            for before in range(i):
                is_new = is_new and not (
                    desk.items[before].is_candidate and desk.codes[before, attribute] == desk.codes[i, attribute]
                )
                if not is_new:
                    break
            have += is_new
            if have >= rules.spreads[s, 1]:
                break
        missing = max(rules.spreads[s, 1] - min(have, length), 0)
        bound[DISTINCT] -= missing > 0
        bound[DISTINCT_SLOTS] -= missing
    for i in range(count):
        desk.items[i].is_marked = desk.items[i].is_candidate and desk.items[i].tier < 2
    bound[WITHIN_TASTE] = min(most_of(rules, desk, count, length) - length, 0)


@inner
def tighten_bound(rules: Rules, desk: Desk, count: int) -> None:
    """Lower the bound by what the rules ask for together: for slates that the first bound leaves open."""
    free = desk.measures[BOUND, LENGTH] - commit_certain(rules, desk, count)
    tighten_floors(rules, desk, count, free)
    close_by_floors(rules, desk, count)
    tighten_spreads(rules, desk, count, free)
    tighten_taste(rules, desk, count)


@inner
def commit_certain(rules: Rules, desk: Desk, count: int) -> int:
    """Commit the pinned and required candidates if a slate that reaches the bound has them all. Return their number.

    What they rule out is open no more. The bound on the required ones is lowered to what the pinned ones leave.
    """
    bound = desk.measures[BOUND]
    for i in range(count):
        desk.items[i].is_open = desk.items[i].is_candidate
        desk.items[i].is_committed = False
    desk.tally[COMMITTED] = 0
    start_needs(rules, desk, count)
    free = bound[LENGTH]
    for is_pin in (True, False):
        wanted = 0
        for i in range(count):
            desk.items[i].is_marked = False
            if not desk.items[i].is_candidate:
                continue
            if is_pin:
                for p in range(len(rules.pins)):
                    if desk.codes[i, 0] == rules.pins[p, 0] and rules.pins[p, 1] < bound[LENGTH]:
                        desk.items[i].is_marked = True
            elif desk.items[i].is_required:
                desk.items[i].is_marked = desk.items[i].is_open or desk.items[i].is_committed
                free += desk.items[i].is_committed
            wanted += desk.items[i].is_marked
        m = PINS if is_pin else REQUIRED
        bound[m] = min(bound[m], wanted, free)
        if bound[m] == wanted:
            for i in range(count):
                if desk.items[i].is_marked and not desk.items[i].is_committed:
                    commit(rules, desk, count, i)
        free = bound[LENGTH] - desk.tally[COMMITTED]
    return int(desk.tally[COMMITTED])


@inner
def tighten_floors(rules: Rules, desk: Desk, count: int, free: int) -> None:
    """Lower the bound on the at_least limits; `floor_left`: what each gets at most, -1 where that is one of two ways.

    Of two limits whose products never stand in one slate one gets nothing: the one that breaks less so.
    """
    for f in range(len(rules.floors)):
        have = 0
        for i in range(count):
            desk.items[i].is_marked = serves(rules, desk, i, f)
            have += desk.items[i].is_marked and desk.items[i].is_committed
        desk.floor_left[f] = most_together(rules, desk, count, min(rules.floors[f, 2], have + free))
    bound = desk.measures[BOUND]
    bound[LIMITS] = bound[LIMIT_SLOTS] = 0
    for f in range(len(rules.floors)):
        served, short = desk.floor_left[f], rules.floors[f, 2] - desk.floor_left[f]
        if served < 0:
            continue
        for g in range(f + 1, len(rules.floors)):
            if served > 0 and desk.floor_left[g] > 0 and never_meet(rules, desk, count, f, g):
                other, other_short = desk.floor_left[g], rules.floors[g, 2] - desk.floor_left[g]
                is_worse = (short > 0, -served) > (other_short > 0, -other)
                if is_worse:
                    served, short, other, other_short = other, other_short, served, short
                bound[LIMITS] -= 1
                bound[LIMIT_SLOTS] -= other + other_short
                desk.floor_left[f] = desk.floor_left[g] = -1
                break
        bound[LIMITS] -= short > 0
        bound[LIMIT_SLOTS] -= short


@inner
def never_meet(rules: Rules, desk: Desk, count: int, one: int, other: int) -> bool:
    """Return whether no slate serves two at_least limits; one product for both that stands alone serves neither."""
    is_too_few = rules.floors[one, 2] > 1 and rules.floors[other, 2] > 1
    is_too_few = is_too_few and desk.floor_left[one] > 1 and desk.floor_left[other] > 1
    for i in range(count):
        if not serves(rules, desk, i, one):
            continue
        is_in_both = serves(rules, desk, i, other)
        if is_in_both and not is_too_few:
            return False
        for j in range(count):
            is_other = serves(rules, desk, j, other) or (is_in_both and serves(rules, desk, j, one))
            if is_other and i != j and not are_apart(rules, desk, i, j):
                return False
    return True


@inner
def close_by_floors(rules: Rules, desk: Desk, count: int) -> None:
    """Close what stands in no slate with any product of an at_least limit that gets some."""
    if len(rules.never) == 0:
        return
    for f in range(len(rules.floors)):
        attribute, value = rules.floors[f, 0], rules.floors[f, 1]
        for j in range(count):
            if desk.floor_left[f] <= belongs(desk.codes, j, attribute, value) or not desk.items[j].is_open:
                continue
            meets = desk.items[j].is_committed
            for i in range(count):
                if i != j and serves(rules, desk, i, f):
                    meets = meets or not are_apart(rules, desk, i, j)
                    if meets:
                        break
            if not meets:
                desk.items[j].is_open = False


@inner
def tighten_spreads(rules: Rules, desk: Desk, count: int, free: int) -> None:
    """Lower the bound on the at_least_distinct limits; `spread_left`: what each gets at most."""
    bound = desk.measures[BOUND]
    bound[DISTINCT] = bound[DISTINCT_SLOTS] = 0
    for s in range(len(rules.spreads)):
        attribute = rules.spreads[s, 0]
        for i in range(count):
            desk.items[i].is_marked = desk.items[i].is_committed
        most = min(distinct_of(desk, count, attribute) + free, rules.spreads[s, 1])
        for i in range(count):
            desk.items[i].is_marked = may_stand(desk, i)
        most = min(most, distinct_of(desk, count, attribute))
        for f in range(len(rules.floors)):
            # Products of limits on one attribute are different ones: what each shows twice adds up.
            most_by_floors = bound[LENGTH]
            for g in range(len(rules.floors)):
                if rules.floors[g, 0] != rules.floors[f, 0] or desk.floor_left[g] <= 0 or is_repeated(rules, g):
                    continue
                mark_floor(rules, desk, count, g)
                most_by_floors -= max(desk.floor_left[g] - distinct_of(desk, count, attribute), 0)
            most = min(most, most_by_floors)
        desk.spread_left[s] = most
        bound[DISTINCT] -= most < rules.spreads[s, 1]
        bound[DISTINCT_SLOTS] -= rules.spreads[s, 1] - most


@inner
def tighten_taste(rules: Rules, desk: Desk, count: int) -> None:
    """Lower the bound on what lies within the taste distance by what the stronger rules need from beyond it."""
    beyond, more = 0, 0
    for i in range(count):
        beyond += desk.items[i].is_committed and desk.items[i].tier >= 2
    for f in range(len(rules.floors)):
        by_floors = 0
        for g in range(len(rules.floors)):
            if rules.floors[g, 0] != rules.floors[f, 0] or desk.floor_left[g] <= 0 or is_repeated(rules, g):
                continue
            mark_floor(rules, desk, count, g)
            there = 0
            for i in range(count):
                if desk.items[i].is_marked and desk.items[i].tier >= 2:
                    desk.items[i].is_marked = False
                    there += desk.items[i].is_committed
            by_floors += max(desk.floor_left[g] - there - most_together(rules, desk, count, desk.floor_left[g]), 0)
        more = max(more, by_floors)
    for s in range(len(rules.spreads)):
        for i in range(count):
            is_near = desk.items[i].tier < 2 or desk.items[i].is_committed
            desk.items[i].is_marked = is_near and may_stand(desk, i)
        more = max(more, desk.spread_left[s] - distinct_of(desk, count, rules.spreads[s, 0]))
    for i in range(count):
        desk.items[i].is_marked = may_stand(desk, i) and desk.items[i].tier < 2
    length = desk.measures[BOUND, LENGTH]
    most = min(length - beyond - more, most_together(rules, desk, count, length))
    desk.measures[BOUND, WITHIN_TASTE] = min(most - length, desk.measures[BOUND, WITHIN_TASTE])


@inner
def mark_floor(rules: Rules, desk: Desk, count: int, f: int) -> None:
    """Mark who may serve an at_least limit."""
    for i in range(count):
        desk.items[i].is_marked = serves(rules, desk, i, f)


@tiny
def is_repeated(rules: Rules, f: int) -> bool:
    """Return whether a limit before this one is on the same products."""
    for g in range(f):
        if rules.floors[g, 0] == rules.floors[f, 0] and rules.floors[g, 1] == rules.floors[f, 1]:
            return True
    return False
