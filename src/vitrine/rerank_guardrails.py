"""What a slate has to keep to: the policy of a channel and the guardrails that people set on it."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from vitrine.rerank_desk import METHODS

AT_MOST, AT_LEAST, AT_LEAST_DISTINCT = "at_most", "at_least", "at_least_distinct"
LIMIT_KINDS = (AT_MOST, AT_LEAST, AT_LEAST_DISTINCT)
NEVER, ALWAYS = "never", "always"
PAIR_KINDS = (NEVER, ALWAYS)

MAX_TASTE_DISTANCE = "max_taste_distance"
"""The name that `relaxed_limits` gives to the bound of the policy."""
REQUIRED = "required"
"""The name that `relaxed_limits` gives to required products."""


@dataclass(frozen=True)
class RerankParams:
    """How one channel's slates are made."""

    slot_count: int = 10
    method: str = "mmr"
    """`mmr`, `dpp`, `calibration` or `quota`, see `vitrine.rerank.rerank`."""
    diversity_strength: float = 0.2
    """0 keeps the order of relevance, 1 looks at variety (`calibration`: at the customer's tastes) only. `quota`
    has no use for it."""
    max_per_category: int = 3
    max_per_brand: int = 4
    category_weight: float = 0.5
    """Similarity of two products of one category; the three weights add up to 1."""
    brand_weight: float = 0.25
    price_weight: float = 0.25
    """Similarity of two products of one price; it falls by a factor e per factor e in price."""
    coherence_strength: float = 0.0
    """What a taste distance of 1 takes from a relevance of 0 to 1."""
    max_taste_distance: float = 1.0
    """Candidates beyond it stand only where the slate would be shorter, or keep less, without them."""


@dataclass(frozen=True)
class SlotLimit:
    """How many slots of a slate products with a value of an attribute may or should have."""

    name: str
    """What people are shown where the limit gives way."""
    kind: str
    """`at_most`, `at_least` or `at_least_distinct` (so many different values)."""
    attribute_name: str
    attribute_value: str | None
    """None: each value by itself (`at_most`); always None for `at_least_distinct`, never for `at_least`."""
    slot_count: int


@dataclass(frozen=True)
class PairRule:
    """Two groups of products that never share a slate, or of which one is always followed by the other.

    Never: two different products, one of each group, do not stand in one slate. Always: a product of the first group
    stands only where a product of the other has the slot directly after it.
    """

    name: str
    kind: str
    """`never` or `always`."""
    attribute_name: str
    attribute_value: str
    other_attribute_name: str
    other_attribute_value: str

    def is_of_one_group(self) -> bool:
        """Return whether both groups are the same one."""
        return _group(self) == _other_group(self)


@dataclass(frozen=True)
class Pin:
    """A product that has a slot of its own in the slate of everybody who has it among the candidates."""

    name: str
    slot: int
    """1 is first."""
    product_id: str


@dataclass(frozen=True)
class Guardrails:
    """All that people ask of a channel's slates beside the policy."""

    limits: tuple[SlotLimit, ...] = ()
    pairs: tuple[PairRule, ...] = ()
    pins: tuple[Pin, ...] = ()


def all_limits(guardrails: Guardrails, params: RerankParams) -> tuple[SlotLimit, ...]:
    """Return the caps of the policy and the limits of the guardrails as one list."""
    return (
        SlotLimit("max_per_category", AT_MOST, "category", None, params.max_per_category),
        SlotLimit("max_per_brand", AT_MOST, "brand", None, params.max_per_brand),
        *guardrails.limits,
    )


def contradictions(guardrails: Guardrails, params: RerankParams) -> list[str]:
    """Say what no slate at all could keep, one sentence each for whoever wrote the guardrails; empty: nothing."""
    malformed = [*_malformed_params(params), *_malformed_limits(guardrails), *_malformed_pairs(guardrails)]
    return [
        *malformed,
        *_floors_above_caps(guardrails, params),
        *_floors_above_slots(guardrails, params),
        *_pin_conflicts(guardrails, params),
        *_pair_conflicts(guardrails),
    ]


def _malformed_params(params: RerankParams) -> Iterator[str]:
    if params.method not in METHODS:
        yield f"The method '{params.method}' is not known; write one of {', '.join(METHODS)}."
    if params.slot_count < 1:
        yield f"A slate of {params.slot_count} slots cannot be filled; slot_count must be 1 or more."
    if not 0 <= params.diversity_strength <= 1:
        yield f"diversity_strength is {params.diversity_strength}; it must lie between 0 and 1."


def _malformed_limits(guardrails: Guardrails) -> Iterator[str]:
    for limit in guardrails.limits:
        if limit.kind not in LIMIT_KINDS:
            yield f"Limit '{limit.name}' has the kind '{limit.kind}'; write one of {', '.join(LIMIT_KINDS)}."
        if limit.slot_count < 0:
            yield f"Limit '{limit.name}' has {limit.slot_count} slots; write 0 or more."
        if limit.kind == AT_LEAST and limit.attribute_value is None:
            yield f"Limit '{limit.name}' is of kind at_least and names no value of {limit.attribute_name}; name one."
        if limit.kind == AT_LEAST_DISTINCT and limit.attribute_value is not None:
            yield (
                f"Limit '{limit.name}' counts distinct values of {limit.attribute_name} and names the value "
                f"'{limit.attribute_value}'; leave the value empty."
            )


def _malformed_pairs(guardrails: Guardrails) -> Iterator[str]:
    for pair in guardrails.pairs:
        if pair.kind not in PAIR_KINDS:
            yield f"Pair '{pair.name}' has the kind '{pair.kind}'; write one of {', '.join(PAIR_KINDS)}."


def _floors_above_caps(guardrails: Guardrails, params: RerankParams) -> Iterator[str]:
    caps = [limit for limit in all_limits(guardrails, params) if limit.kind == AT_MOST]
    for floor in guardrails.limits:
        for cap in caps:
            same = cap.attribute_name == floor.attribute_name
            holds_it = same and cap.attribute_value in {None, floor.attribute_value}
            if floor.kind == AT_LEAST and holds_it and floor.slot_count > cap.slot_count:
                yield (
                    f"'{floor.name}' asks for at least {floor.slot_count} slots of {floor.attribute_name} "
                    f"'{floor.attribute_value}', and '{cap.name}' allows at most {cap.slot_count}."
                )


def _floors_above_slots(guardrails: Guardrails, params: RerankParams) -> Iterator[str]:
    floors: dict[str, dict[str, SlotLimit]] = {}
    for limit in guardrails.limits:
        if limit.kind == AT_LEAST and limit.attribute_value is not None:
            values = floors.setdefault(limit.attribute_name, {})
            present = values.get(limit.attribute_value)
            if present is None or present.slot_count < limit.slot_count:
                values[limit.attribute_value] = limit
        if limit.kind == AT_LEAST_DISTINCT and limit.slot_count > params.slot_count:
            yield (
                f"'{limit.name}' asks for {limit.slot_count} different values of {limit.attribute_name} in a slate of "
                f"{params.slot_count} slots."
            )
    for attribute_name, values in floors.items():
        wanted = sum(limit.slot_count for limit in values.values())
        if wanted > params.slot_count:
            names = ", ".join(f"'{limit.name}'" for limit in values.values())
            yield (
                f"{names} ask for {wanted} slots by {attribute_name} together; a product has one {attribute_name}, and "
                f"the slate has {params.slot_count} slots."
            )


def _pin_conflicts(guardrails: Guardrails, params: RerankParams) -> Iterator[str]:
    for pin in guardrails.pins:
        if not 1 <= pin.slot <= params.slot_count:
            yield f"Pin '{pin.name}' wants slot {pin.slot} of a slate of {params.slot_count} slots."
    for slot, count in sorted(Counter(pin.slot for pin in guardrails.pins).items()):
        if count > 1:
            names = ", ".join(f"'{pin.name}'" for pin in guardrails.pins if pin.slot == slot)
            yield f"Pins {names} want the same slot {slot}."
    for product_id, count in sorted(Counter(pin.product_id for pin in guardrails.pins).items()):
        if count > 1:
            names = ", ".join(f"'{pin.name}'" for pin in guardrails.pins if pin.product_id == product_id)
            yield f"Pins {names} want two slots for the one product '{product_id}'."


def _pair_conflicts(guardrails: Guardrails) -> Iterator[str]:
    for never in guardrails.pairs:
        if never.kind != NEVER:
            continue
        groups = {_group(never), _other_group(never)}
        for always in guardrails.pairs:
            if always.kind == ALWAYS and {_group(always), _other_group(always)} == groups:
                yield f"'{never.name}' forbids to show together what '{always.name}' asks to show together."


def _group(pair: PairRule) -> tuple[str, str]:
    return pair.attribute_name, pair.attribute_value


def _other_group(pair: PairRule) -> tuple[str, str]:
    return pair.other_attribute_name, pair.other_attribute_value
