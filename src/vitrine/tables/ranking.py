"""Rows of the ranker and of the slates."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from vitrine.encoding import as_doubles
from vitrine.explore import Exploration, choose
from vitrine.fits import parameters_json
from vitrine.ranker import RankerFit, RankerParams, fit_ranker, score_candidates
from vitrine.rerank import Guardrails, RerankParams
from vitrine.tables.frames import TIMESTAMP, repeated, with_first
from vitrine.tables.propensity import fit_row


def ranker_fit_row(
    scope: str, cutoffs: pa.Table, rows: pa.Table, names: list[str], negative_share: float, params: RankerParams
) -> pa.Table:
    """Fit on candidates with known outcomes and return the fit's row."""
    fit = fit_ranker(rows, names, negative_share, params)
    return fit_row("ranker", scope, cutoffs, fit, parameters_json(params, negative_share=negative_share), names)


SCORE_SCHEMA = pa.schema(
    [
        ("cutoff_at", TIMESTAMP),
        ("customer_id", pa.string()),
        ("product_id", pa.string()),
        ("purchase_probability", pa.float64()),
        ("relevance_score", pa.float64()),
        ("fit_id", pa.string()),
    ]
)


def ranker_score_rows(cutoff: datetime, name: str, fit: RankerFit, rows: pa.Table) -> pa.Table:
    """Return the scores of candidates of one cutoff, with the schema SCORE_SCHEMA.

    The ranker learned from customers who ordered, so its probability holds given an order; the column
    purchase_probability of `rows` says how likely an order of the customer is (NULL: not at all), and the product of
    both is the probability of the purchase.
    """
    given_order, relevance = score_candidates(fit, rows)
    probability = given_order * np.nan_to_num(as_doubles(rows["purchase_probability"]))
    return pa.table(
        {
            "cutoff_at": repeated(cutoff, rows.num_rows, TIMESTAMP),
            "customer_id": rows["customer_id"],
            "product_id": rows["product_id"],
            "purchase_probability": np.round(probability, 9),
            "relevance_score": np.round(relevance, 9),
            "fit_id": repeated(name, rows.num_rows, pa.string()),
        }
    )


@dataclass(frozen=True)
class SlateRules:
    """What the slates of one cutoff and channel have to keep to, as tables."""

    guardrails: Guardrails
    attributes: pa.Table
    """Columns product_id, attribute_name, attribute_value."""
    tastes: pa.Table
    """Columns customer_id, category, weight_share."""
    capacities: pa.Table
    """Columns product_id, slot_count: most slates of the audience that may show the product."""
    audience: pa.Table
    """Column customer_id: who is sent a slate. The others' are for evaluation and take nothing from the stock."""
    exploration: Exploration
    """What exploration goes by; its occasion and scale are set here."""


def slates_in_order(
    slates_of: Callable[..., pa.Table], cutoffs: Sequence[datetime], policies: Sequence[dict[str, Any]], order: pa.Table
) -> pa.Table:
    """Return the slates of every cutoff and channel, those of earlier channels first.

    Parameters
    ----------
    slates_of
        Called with cutoff, what earlier channels show there (None: nothing comes earlier) and a policy's columns.
    order
        Columns channel, earlier_channel: whose slates a channel does not repeat.

    Raises
    ------
    ValueError
        If a channel comes after itself.
    """
    earlier: dict[str, set[str]] = {policy["channel"]: set() for policy in policies}
    for row in order.to_pylist():
        earlier[row["channel"]].add(row["earlier_channel"])
    if circle := sorted(channel for channel, others in earlier.items() if channel in others):
        raise ValueError(f"Channels come after each other in a circle, by after_channel: {', '.join(circle)}.")
    found: dict[tuple[datetime, str], pa.Table] = {}
    for cutoff in cutoffs:
        for policy in sorted(policies, key=lambda policy: (len(earlier[policy["channel"]]), policy["channel"])):
            shown = [found[cutoff, other] for other in sorted(earlier[policy["channel"]])]
            slates = slates_of(cutoff, pa.concat_tables(shown) if shown else None, **policy)
            found[cutoff, policy["channel"]] = slates
    return pa.concat_tables(found.values())


def slate_rows(
    cutoff: datetime,
    channel: str,
    candidates: pa.Table,
    params: RerankParams,
    rules: SlateRules,
    shown: pa.Table | None = None,
) -> pa.Table:
    """Return the slates of one cutoff and channel, and what else could have stood in the slots that explore.

    Draws are new for each channel, cutoff and seed. Customers outside the audience explore as the audience does, so
    that what is judged is the policy that is served; they take nothing from what is left of a product.

    Parameters
    ----------
    candidates
        As `vitrine.rerank.rerank` takes them, and the column purchase_weight: the objective's weight of a unit of
        log-odds, the same in all rows.
    shown
        Such rows of channels that come first: what they show a customer is not repeated.
    """
    exploration = replace(
        rules.exploration,
        # An instant in UTC, which some engines give a zone and some do not.
        occasion=f"{channel}, {cutoff.replace(tzinfo=None).isoformat()}",
        scale=candidates["purchase_weight"][0].as_py() if candidates.num_rows else 1.0,
    )
    if shown is not None:
        pair = ["customer_id", "product_id"]
        candidates = candidates.join(shown.filter(shown["is_chosen"]).select(pair), pair, join_type="left anti")
    tastes = rules.tastes.rename_columns(["customer_id", "category", "share"])
    is_sent = pc.is_in(candidates["customer_id"], value_set=rules.audience["customer_id"].combine_chunks())
    given = (rules.guardrails, rules.attributes, tastes)
    sent = choose(candidates.filter(is_sent), params, *given, rules.capacities, exploration)
    others = choose(candidates.filter(pc.invert(is_sent)), params, *given, None, exploration)
    slates = pa.concat_tables([sent, others])
    return with_first(
        slates,
        {
            "cutoff_at": repeated(cutoff, slates.num_rows, TIMESTAMP),
            "channel": repeated(channel, slates.num_rows, pa.string()),
        },
    )
