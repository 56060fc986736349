"""What a preview of mails knows: the release, each slate in figures, and the slots of those that are shown."""

from dataclasses import dataclass
from datetime import datetime

ADDENDS = ("purchase", "click", "cart", "value", "margin", "novelty", "boost")


class EmailPreviewError(Exception):
    """Why there is nothing to show, in words for the person who asked."""


@dataclass(frozen=True)
class Release:
    """The live e-mail release. `requiring_rules` are the rules that may put a product into a slate."""

    release_id: str
    connector: str
    as_of_at: datetime
    valid_until_at: datetime
    customer_count: int
    slot_count: int
    requiring_rules: tuple[str, ...] = ()
    published_at: datetime | None = None


@dataclass(frozen=True)
class Slate:
    """One customer's slate in figures; what only the build's own warehouse knows is None without it."""

    customer_id: str
    slot_count: int
    category_count: int
    mean_price_amount: float | None
    mean_popularity_percentile: float | None
    mean_slot_probability: float | None
    currency_code: str | None = None
    relaxed_limits: str | None = None
    rule_names: tuple[str, ...] = ()
    propensity_rank: int | None = None
    propensity_decile: int | None = None
    purchase_probability: float | None = None
    order_count: int | None = None
    fallback_level: str | None = None
    taste_distance: float | None = None


@dataclass(frozen=True)
class Slot:
    """A slot as the mail shows it, with its ledger. `addends` are in the order of ADDENDS; None without a ledger."""

    slot: int
    product_id: str
    product_name: str
    reason: str
    campaign_name: str | None = None
    block_name: str | None = None
    category: str | None = None
    brand: str | None = None
    price_amount: float | None = None
    currency_code: str | None = None
    candidate_source: str | None = None
    anchor_product_id: str | None = None
    anchor_product_name: str | None = None
    purchase_probability: float | None = None
    expected_value_amount: float | None = None
    popularity_percentile: float | None = None
    addends: tuple[float, ...] | None = None
    objective_score: float | None = None
    objective_rank: int | None = None
    rule_names: str | None = None
    displaced_product_id: str | None = None
    displaced_product_name: str | None = None
    displaced_score: float | None = None
    score_given_up: float | None = None
    exploration_addend: float | None = None
    selection_probability: float | None = None


@dataclass(frozen=True)
class Mail:
    """A slate that is shown, its slots in order, and why it is shown."""

    slate: Slate
    slots: tuple[Slot, ...]
    reasons: tuple[str, ...] = ()
