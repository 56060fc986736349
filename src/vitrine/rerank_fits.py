"""Which candidates may stand in the next slot, and which of them is chosen."""

from vitrine.compiled import inner, tiny
from vitrine.rerank_desk import COMMITTED, HELD, IS_URGENT, MAX_TRIES, QUOTA, Desk, Rules
from vitrine.rerank_measures import are_apart
from vitrine.rerank_methods import belongs


@inner
def commit(rules: Rules, desk: Desk, count: int, pick: int) -> None:
    """Count a candidate towards the limits and close whatever may no longer stand in the slate."""
    note_served(rules, desk, count, pick)
    desk.items[pick].is_committed = True
    desk.committed[desk.tally[COMMITTED]] = pick
    desk.tally[COMMITTED] += 1
    for cap in range(len(rules.caps)):
        attribute = rules.caps[cap, 0]
        code = desk.codes[pick, attribute]
        if code < 0 or (rules.caps[cap, 1] != -1 and code != rules.caps[cap, 1]):
            continue
        filled = 0
        for c in range(desk.tally[COMMITTED]):
            filled += desk.codes[desk.committed[c], attribute] == code
        if filled >= rules.caps[cap, 2]:
            for i in range(count):
                if desk.codes[i, attribute] == code and not desk.items[i].is_committed:
                    desk.items[i].is_open = False
    for pair in range(len(rules.never)):
        for side in range(2):
            if belongs(desk.codes, pick, rules.never[pair, 2 * side], rules.never[pair, 2 * side + 1]):
                attribute, value = rules.never[pair, 2 - 2 * side], rules.never[pair, 3 - 2 * side]
                for i in range(count):
                    if not desk.items[i].is_committed and belongs(desk.codes, i, attribute, value):
                        desk.items[i].is_open = False


@tiny
def owes(rules: Rules, desk: Desk, i: int) -> bool:
    """Return whether somebody must follow this candidate."""
    for pair in range(len(rules.always)):
        if belongs(desk.codes, i, rules.always[pair, 0], rules.always[pair, 1]):
            return True
    return False


@tiny
def follows(rules: Rules, desk: Desk, one: int, other: int) -> bool:
    """Return whether `other` may stand directly after `one`."""
    for pair in range(len(rules.always)):
        if belongs(desk.codes, one, rules.always[pair, 0], rules.always[pair, 1]) and not belongs(
            desk.codes, other, rules.always[pair, 2], rules.always[pair, 3]
        ):
            return False
    return True


@inner
def fits(rules: Rules, desk: Desk, i: int, depth: int) -> bool:
    """Return whether a candidate could stand in the slate together with the first `depth` of the chain."""
    for c in range(depth):
        if desk.slots[c].chain == i:
            return False
    if desk.items[i].is_committed:
        return True
    for cap in range(len(rules.caps)):
        attribute = rules.caps[cap, 0]
        code = desk.codes[i, attribute]
        if code < 0 or (rules.caps[cap, 1] != -1 and code != rules.caps[cap, 1]):
            continue
        filled = 1
        for c in range(desk.tally[COMMITTED]):
            filled += desk.codes[desk.committed[c], attribute] == code
        for c in range(depth):
            filled += (
                desk.codes[desk.slots[c].chain, attribute] == code and not desk.items[desk.slots[c].chain].is_committed
            )
        if filled > rules.caps[cap, 2]:
            return False
    for c in range(depth):
        if are_apart(rules, desk, i, desk.slots[c].chain):
            return False
    return True


@inner
def can_be_followed(rules: Rules, desk: Desk, count: int, pick: int, slot: int, length: int) -> bool:
    """Return whether the slots after `slot` can hold all that must follow a candidate there, one after the other."""
    if len(rules.always) == 0 or not owes(rules, desk, pick):
        return True
    desk.slots[0].chain = pick
    desk.slots[0].cursor = 0
    depth, tries = 0, 0
    while depth >= 0:
        place = slot + depth + 1
        found = -1
        if place < length:
            pinned = desk.slots[place].pinned_at
            i = desk.slots[depth].cursor
            while i < count and found < 0:
                free = i == pinned if pinned >= 0 else desk.items[i].is_open
                if free and follows(rules, desk, desk.slots[depth].chain, i) and fits(rules, desk, i, depth + 1):
                    found = i
                i += 1
                tries += 1
            desk.slots[depth].cursor = i
        if found < 0:
            depth -= 1
        elif not owes(rules, desk, found):
            # A pinned product further on must be able to come after it; who owes nothing may be followed by any.
            return True
        else:
            depth += 1
            desk.slots[depth].chain = found
            desk.slots[depth].cursor = 0
        if tries > MAX_TRIES:
            return False
    return False


@inner
def start_needs(rules: Rules, desk: Desk, count: int) -> None:
    """Set what is wanted, lowered where there are not that many candidates, and how many needs each would serve."""
    desk.tally[HELD] = 0
    desk.tally[IS_URGENT] = 0
    for s in range(len(rules.spreads)):
        desk.spread_left[s] = rules.spreads[s, 1]
    for i in range(count):
        desk.items[i].urgency = 0  # whatever the slate before left
        desk.items[i].floors_served = 0
        desk.items[i].spreads_served = 0
    for f in range(len(rules.floors)):
        servers = 0
        for i in range(count):
            serves = desk.items[i].is_open and belongs(desk.codes, i, rules.floors[f, 0], rules.floors[f, 1])
            servers += serves
            desk.items[i].floors_served += serves and rules.floors[f, 2] > 0
        desk.floor_left[f] = min(servers, rules.floors[f, 2])
    for s in range(len(rules.spreads)):
        if rules.spreads[s, 1] > 0:
            for i in range(count):
                desk.items[i].spreads_served += desk.codes[i, rules.spreads[s, 0]] >= 0


@inner
def note_served(rules: Rules, desk: Desk, count: int, pick: int) -> None:
    """Take what a committed candidate serves from the needs, and from the others who would have served it."""
    for f in range(len(rules.floors)):
        attribute, value = rules.floors[f, 0], rules.floors[f, 1]
        if desk.floor_left[f] > 0 and belongs(desk.codes, pick, attribute, value):
            desk.floor_left[f] -= 1
            if desk.floor_left[f] == 0:
                for i in range(count):
                    desk.items[i].floors_served -= belongs(desk.codes, i, attribute, value)
    for s in range(len(rules.spreads)):
        attribute = rules.spreads[s, 0]
        code = desk.codes[pick, attribute]
        if desk.spread_left[s] <= 0 or code < 0 or has_value(desk, attribute, code):
            continue
        desk.spread_left[s] -= 1
        for i in range(count):
            if desk.codes[i, attribute] == code:
                desk.items[i].spreads_served -= 1
            elif desk.spread_left[s] == 0 and desk.codes[i, attribute] >= 0:
                desk.items[i].spreads_served -= not has_value(desk, attribute, desk.codes[i, attribute])


@tiny
def has_value(desk: Desk, attribute: int, code: int) -> bool:
    """Return whether a committed candidate has the value."""
    for c in range(desk.tally[COMMITTED]):
        if desk.codes[desk.committed[c], attribute] == code:
            return True
    return False


@inner
def set_urgencies(rules: Rules, desk: Desk, count: int, remaining: int, eager: bool) -> None:
    """Say which candidates the remaining slots are needed for; all 0: the slots suffice for every need left.

    Needs are added up as if no product served two of them, so slots may be kept for them earlier than they must be.
    Where there are more needs than slots, a candidate is urgent as far as it serves its share of them.
    """
    held, floors, spreads = desk.tally[HELD], desk.floor_left.sum(), desk.spread_left.sum()
    level = 0
    if held > 0 and held >= remaining:
        level = 1
    elif held + floors > 0 and held + floors >= remaining:
        level = 2
    elif held + floors + spreads > 0 and (held + floors + spreads >= remaining or eager):
        level = 3
    needed = held + (floors if level > 1 else 0) + (spreads if level > 2 else 0)
    pace = -(-needed // remaining)
    if level == 0 and desk.tally[IS_URGENT] == 0:
        return
    desk.tally[IS_URGENT] = level > 0
    for i in range(count):
        desk.items[i].urgency = 0
        if level == 0 or not desk.items[i].is_open:
            continue
        is_held = desk.items[i].is_committed
        by_floor = desk.items[i].floors_served if level > 1 and not is_held else 0
        by_spread = desk.items[i].spreads_served if level > 2 and not is_held else 0
        if eager:
            desk.items[i].urgency = 10000 * is_held + 100 * by_floor + by_spread
        else:
            desk.items[i].urgency = pace if is_held else min(by_floor + by_spread, pace)


@inner
def choose(rules: Rules, method: int, desk: Desk, count: int, slot: int, length: int) -> int:
    """Return the best candidate that may hold the slot, -1 where none may."""
    previous = desk.slots[slot - 1].slate if slot > 0 else -1
    best = -1
    searching = True
    while searching:
        best, best_tier = -1, 0
        for i in range(count):
            if not desk.items[i].is_open or desk.items[i].is_shut:
                continue
            if desk.slots[slot].kind_at >= 0:
                if desk.items[i].kind != desk.slots[slot].kind_at:
                    continue
            elif previous >= 0 and len(rules.always) > 0 and not follows(rules, desk, previous, i):
                continue
            tier = 2 * desk.items[i].tier
            if method == QUOTA and (desk.items[i].class_of < 0 or desk.classes[desk.items[i].class_of].quota <= 0):
                tier += 1
            if best >= 0:
                if desk.items[i].urgency != desk.items[best].urgency:
                    if desk.items[i].urgency < desk.items[best].urgency:
                        continue
                elif tier > best_tier or (tier == best_tier and not desk.items[i].value > desk.items[best].value):
                    continue
            best, best_tier = i, tier
        searching = (
            best >= 0 and desk.slots[slot].kind_at < 0 and not can_be_followed(rules, desk, count, best, slot, length)
        )
        if searching:
            desk.items[best].is_shut = True
    if len(rules.always) > 0:
        for i in range(count):
            desk.items[i].is_shut = False
    return best


@tiny
def may_stand(desk: Desk, i: int) -> bool:
    """Return whether a slate that reaches the bound may have the candidate."""
    return bool(desk.items[i].is_open or desk.items[i].is_committed)


@tiny
def serves(rules: Rules, desk: Desk, i: int, floor: int) -> bool:
    """Return whether a candidate that may stand belongs to the group of an at_least limit."""
    return may_stand(desk, i) and belongs(desk.codes, i, rules.floors[floor, 0], rules.floors[floor, 1])
