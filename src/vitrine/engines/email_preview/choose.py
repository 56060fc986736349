"""Which slates are shown: of each kind that a person should see before mails go out, a few."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from vitrine.engines.email_preview.slates import Slate
from vitrine.engines.email_preview.words import amount, counted, percent

Key = Callable[[Slate], float | None]


@dataclass(frozen=True)
class Segment:
    """A kind of slate: its title, the (customer, why) shown for it, and what to say where there is none."""

    title: str
    members: tuple[tuple[str, str], ...]
    otherwise: str = ""


def segments(slates: Sequence[Slate], per_segment: int, requiring_rules: Iterable[str] = ()) -> list[Segment]:
    """Return the kinds of slates with up to `per_segment` customers each, the extreme ones of their kind.

    A customer may be of several kinds. Ties go by customer_id, so that the same slates give the same sample.
    """
    known = any(one.propensity_rank is not None for one in slates)
    likely = _ranked(slates, _likelihood(known))
    first = max(0, (len(likely) - per_segment) // 2)
    basis = "" if known else ", by the mean probability of their slots"
    chance = _chance if known else _slot_chance
    return [
        _segment(f"Most likely to buy{basis}", likely[:per_segment], chance),
        _segment(f"In the middle of the audience{basis}", likely[first : first + per_segment], chance),
        _segment(f"Last of the audience{basis}", likely[::-1][:per_segment], chance),
        *_exceptions(slates, per_segment, set(requiring_rules)),
        *_extremes(slates, per_segment),
    ]


def sampled(found: Iterable[Segment]) -> dict[str, tuple[str, ...]]:
    """Return each customer of the segments once, in order of appearance, with why he is shown."""
    reasons: dict[str, tuple[str, ...]] = {}
    for segment in found:
        for customer, why in segment.members:
            reasons[customer] = (*reasons.get(customer, ()), f"{segment.title}: {why}")
    return reasons


def _exceptions(slates: Sequence[Slate], count: int, requiring: set[str]) -> list[Segment]:
    longest = max((one.slot_count for one in slates), default=0)
    thin = _ranked([one for one in slates if one.slot_count < longest], lambda one: -one.slot_count)
    gave_way = _ranked([one for one in slates if one.relaxed_limits], lambda one: _names(one.relaxed_limits))
    ruled = _ranked([one for one in slates if one.rule_names], lambda one: _rule_rank(one, requiring))
    shared = [one for one in slates if one.fallback_level not in (None, "personal")]
    found = [
        _segment("Thinnest slates", thin[:count], _slots, f"every slate has {counted(longest, 'slot')}"),
        _segment("A guardrail gave way", gave_way[:count], lambda one: one.relaxed_limits or "", "none gave way"),
        _segment(
            "A rule requires or boosts a product",
            ruled[:count],
            lambda one: ", ".join(one.rule_names),
            "no rule put a product into a slate",
        ),
    ]
    if any(one.fallback_level is not None for one in slates):
        shared = _ranked(shared, lambda one: -one.slot_count)
        found.append(
            _segment(
                "Not a slate of the customer's own",
                shared[:count],
                lambda one: f"of the {one.fallback_level}",
                "every slate is personal",
            )
        )
    return found


def _extremes(slates: Sequence[Slate], count: int) -> list[Segment]:
    if any(one.taste_distance is not None for one in slates):
        strange = _ranked(slates, lambda one: one.taste_distance)
        title = "Farthest from the customer's taste"
    else:
        # Categories first; of as many, the least popular.
        strange = _ranked(slates, lambda one: one.category_count - (one.mean_popularity_percentile or 0) / 2)
        title = "Most categories, least popular"
    dear = _ranked([one for one in slates if one.mean_price_amount is not None], lambda one: one.mean_price_amount)
    return [
        _segment(title, strange[:count], _strangeness),
        _segment("Dearest", dear[:count], _price, "no product has a price"),
        _segment("Cheapest", dear[::-1][:count], _price, "no product has a price"),
    ]


def _segment(title: str, slates: Sequence[Slate], why: Callable[[Slate], str], otherwise: str = "") -> Segment:
    return Segment(title, tuple((one.customer_id, why(one)) for one in slates), otherwise)


def _ranked(slates: Iterable[Slate], key: Key) -> list[Slate]:
    """Return slates by a figure, the largest first, and those without it last."""

    def order(one: Slate) -> tuple[bool, float, str]:
        value = key(one)
        return value is None, -(value or 0.0), one.customer_id

    return sorted(slates, key=order)


def _likelihood(known: bool) -> Key:
    if known:
        return lambda one: None if one.propensity_rank is None else -one.propensity_rank
    return lambda one: one.mean_slot_probability


def _rule_rank(slate: Slate, requiring: set[str]) -> float:
    """Pins before what other rules require, and that before boosts."""
    return 2 * ("pinned" in slate.rule_names) + bool(requiring.intersection(slate.rule_names))


def _names(names: str | None) -> int:
    return len((names or "").split(","))


def _chance(slate: Slate) -> str:
    if slate.propensity_decile is None:
        return "no purchase probability is known"
    return f"{percent(slate.purchase_probability)} likely to order, decile {slate.propensity_decile}"


def _slot_chance(slate: Slate) -> str:
    return f"{percent(slate.mean_slot_probability, 1)} a slot"


def _slots(slate: Slate) -> str:
    return counted(slate.slot_count, "slot")


def _price(slate: Slate) -> str:
    return f"{amount(slate.mean_price_amount, slate.currency_code)} a product"


def _strangeness(slate: Slate) -> str:
    distance = "" if slate.taste_distance is None else f"taste distance {slate.taste_distance:.2f}, "
    spread = "1 category" if slate.category_count == 1 else f"{slate.category_count} categories"
    popularity = slate.mean_popularity_percentile
    return f"{distance}{spread}" + ("" if popularity is None else f", popularity {percent(popularity)}")
