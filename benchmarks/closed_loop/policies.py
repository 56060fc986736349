"""The policies that are compared: copies of the project with other seeds, and the SQL that reads their slates."""

import csv
import shutil
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
CHANNEL = "email"
SLOT_COUNT = 10
# Everybody who may be written to gets the mail: the loop compares what is shown, not whom it is shown to.
AUDIENCE = {"audience_type": "top_share", "audience_value": "1"}
VARIABLES: dict[str, Any] = {
    "connector": "maison",
    "channels": [CHANNEL],
    "judge_everybody": False,
    # A third less than usual: the catalogue has a sixth of the usual house's products.
    "max_candidates_per_source": 40,
}
ELIGIBLE = """
select audience.customer_id, products.product_id
from intermediate.int_propensity__audience as audience
inner join intermediate.int_calendar__cutoffs as cutoffs using (cutoff_at)
inner join intermediate.int_features__products as products using (cutoff_at)
left join intermediate.int_interactions__customer_products as owned using (cutoff_at, customer_id, product_id)
left join intermediate.int_rules__shown_lately as shown
    on
        products.cutoff_at = shown.cutoff_at
        and audience.customer_id = shown.customer_id
        and products.product_id = shown.product_id
        and coalesce(shown.channel, audience.channel) = audience.channel
left join intermediate.int_rules__recently_bought as resting
    on
        products.cutoff_at = resting.cutoff_at
        and audience.customer_id = resting.customer_id
        and products.product_id = resting.product_id
left join intermediate.int_rules__not_sellable as gone
    on products.cutoff_at = gone.cutoff_at and products.product_id = gone.product_id
left join intermediate.int_rules__min_margin as poor
    on products.cutoff_at = poor.cutoff_at and products.product_id = poor.product_id
left join intermediate.int_features__product_price_limits as limits
    on products.cutoff_at = limits.cutoff_at and products.product_id = limits.product_id
left join intermediate.int_features__customer_tastes as tastes
    on products.cutoff_at = tastes.cutoff_at and audience.customer_id = tastes.customer_id
left join intermediate.int_features__product_states as states
    on products.cutoff_at = states.cutoff_at and products.product_id = states.product_id
left join intermediate.int_features__customer_tiers as tiers
    on products.cutoff_at = tiers.cutoff_at and audience.customer_id = tiers.customer_id
where
    cutoffs.cutoff_role = 'serve' and audience.channel = 'email' and audience.is_in_audience
    and products.is_sellable and owned.product_id is null and shown.product_id is null
    and resting.product_id is null and gone.product_id is null and poor.product_id is null
    and coalesce(products.price_amount <= tastes.max_price_amount * limits.max_price_ratio, true)
    and coalesce(products.price_amount >= tastes.mean_price_amount * limits.min_price_ratio, true)
    and (states.tier is null or coalesce(tiers.tier_rank, 0) > 0)
"""
"""The products that each customer of the mail may be shown by the rules, of the whole catalogue and not of candidates
only."""
BEST_SELLERS = f"""
select eligible.customer_id, eligible.product_id,
    row_number() over (
        partition by eligible.customer_id
        order by products.buyer_count desc, products.weight desc, products.product_id
    ) as slot
from ({ELIGIBLE}) as eligible
inner join intermediate.int_features__products as products using (product_id)
inner join intermediate.int_calendar__cutoffs as cutoffs using (cutoff_at)
where cutoffs.cutoff_role = 'serve'
qualify slot <= {SLOT_COUNT}
"""
BEST_SCORES = f"""
select customer_id, product_id,
    row_number() over (partition by customer_id order by objective_score + popularity_penalty desc, product_id) as slot
from intermediate.int_ranking__channel_scores
inner join intermediate.int_calendar__cutoffs as cutoffs using (cutoff_at)
where cutoffs.cutoff_role = 'serve' and channel = 'email'
qualify slot <= {SLOT_COUNT}
"""
RELEASED = "select * from intermediate.int_release__slates where channel = 'email'"


@dataclass(frozen=True)
class Policy:
    """What makes one policy differ from what stands in the seeds."""

    name: str
    slates: str = RELEASED
    """Columns customer_id, product_id, slot, and where they are known release_id and selection_probability."""
    models: tuple[str, ...] = ("+int_release__slates",)
    """What a round builds, beside what the eligible products need."""
    policy: dict[str, str] = field(default_factory=dict)
    """Columns of the channel's row in seeds/channel_policies.csv."""
    weights: dict[str, str] = field(default_factory=dict)
    """Weights of the channel in seeds/objective_weights.csv."""
    variables: dict[str, Any] = field(default_factory=dict)
    alternatives: dict[str, str] = field(default_factory=lambda: {"best_scores": BEST_SCORES})
    """Other slates that the same build could have sent: what they would have brought is asked, too."""


NO_EXPLORATION = {"explore_slots": "0", "explore_method": ""}
POLICIES = {
    one.name: one
    for one in (
        # Best sellers need no candidates of their own; those of one source keep the rules' models small.
        Policy(
            "popularity",
            BEST_SELLERS,
            ("+int_propensity__audience",),
            NO_EXPLORATION,
            variables={"candidate_sources": ["popular"], "affinity_models": []},
            alternatives={},
        ),
        # The ranker's ten best: no penalty, no variety, no caps, no sharing out, no exploration.
        Policy(
            "greedy",
            BEST_SCORES,
            ("+int_ranking__channel_scores",),
            NO_EXPLORATION,
            {"novelty": "0"},
            alternatives={"best_scores": BEST_SCORES, "best_sellers": BEST_SELLERS},
        ),
        # The same within the guardrails and the stock's cap, which say what a letter may look like.
        Policy(
            "greedy_guarded",
            policy={**NO_EXPLORATION, "diversity_strength": "0", "max_exposure_share": "1"},
            weights={"novelty": "0"},
        ),
        Policy("vitrine_unexplored", policy=NO_EXPLORATION),
        # As the seeds have it.
        Policy("vitrine"),
    )
}
ELIGIBLE_MODELS = (
    "+int_rules__shown_lately", "+int_rules__recently_bought", "+int_rules__not_sellable", "+int_rules__min_margin",
    "+int_features__product_price_limits", "+int_features__customer_tastes", "+int_features__customer_tiers",
)  # fmt: skip


def project(policy: Policy, folder: Path) -> Path:
    """Copy the dbt project into a folder, with the policy's seeds, and return it."""
    shutil.rmtree(folder, ignore_errors=True)
    for name in ("models", "python_models", "macros", "seeds", "tests/dbt", "docs/columns"):
        shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("dbt_project.yml", "profiles.yml"):
        shutil.copy(ROOT / name, folder / name)
    _set_policy(folder / "seeds" / "channel_policies.csv", {**AUDIENCE, **policy.policy})
    _set_weights(folder / "seeds" / "objective_weights.csv", policy.weights)
    return folder


def _set_policy(path: Path, values: dict[str, str]) -> None:
    """Change the row of the house's mails."""
    rows = list(csv.DictReader(path.read_text().splitlines()))
    (row,) = (row for row in rows if (row["connector"], row["channel"]) == ("maison", CHANNEL))
    row.update(values)
    _write(path, rows)


def _set_weights(path: Path, weights: dict[str, str]) -> None:
    """Give the house's mails weights of their own."""
    rows = list(csv.DictReader(path.read_text().splitlines()))
    for objective, weight in weights.items():
        key = {"connector": "maison", "channel": CHANNEL, "objective": objective}
        rows = [row for row in rows if any(row[name] != value for name, value in key.items())]
        rows.append({**dict.fromkeys(rows[0], ""), **key, "weight": weight, "owner": "closed loop"})
    _write(path, rows)


def _write(path: Path, rows: list[dict[str, str]]) -> None:
    with path.open("w", newline="") as file:
        writer = csv.DictWriter(file, rows[0])
        writer.writeheader()
        writer.writerows(rows)
