"""`make tune`: search parameters on the validate cutoff of a built warehouse, and write them into the seeds.

The outcome of the evaluate cutoff is never read. The seeds are the result: review them, build, commit. A search that
changes a model leaves the weights alone, for the frontier that they are chosen on is that of the model before.
"""

import argparse
import os
import sys
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pyarrow as pa
import yaml

from vitrine.affinity_models import AffinityParams, encode_interactions, linear_blocks
from vitrine.als import AlsParams, fit_als
from vitrine.encoding import FloatArray, Ids, IntArray, distinct_ids
from vitrine.engines.frames import is_at
from vitrine.parameters import whole_numbers, with_parameters
from vitrine.ranker import RankerParams, fit_ranker, score_candidates
from vitrine.tuning import SPACES, Trial, best_trial, choose_point, drawn, ndcg, parameters_csv, weights_csv

SEEDS = ("model_parameters", "objective_weights")
DEFAULTS = {
    "als": ("python_models/intermediate/candidates/int_candidates__als_factors.yml", AlsParams),
    "affinity": ("python_models/intermediate/candidates/int_candidates__affinities.yml", AffinityParams),
    "ranker": ("python_models/intermediate/ranking/int_ranking__fits.yml", RankerParams),
}
KEYS = ("cutoff_at", "customer_id", "product_id", "has_bought")


class Validation:
    """What the validate cutoff of a warehouse knows, and what was bought after it."""

    def __init__(self, database: Path, connector: str) -> None:
        if not database.exists():
            raise SystemExit(f"{database} is not there. Run `make build` first; the search reads what it built.")
        try:
            self._connection = duckdb.connect(str(database), read_only=True)
        except duckdb.IOException as problem:
            raise SystemExit(f"{database} cannot be read; does a build have it open? Wait for it. {problem}") from None
        self._connection.execute("set timezone = 'UTC'")
        try:
            cutoffs = self.read("select cutoff_at, cutoff_role from intermediate.int_calendar__cutoffs").to_pylist()
            self.frontier = self.read("select * from evaluation.evaluation_frontier").to_pylist()
            built = self.read("select connector from intermediate.int_release__fingerprints")["connector"].to_pylist()
        except duckdb.CatalogException as missing:
            raise SystemExit(f"{database} holds no finished build: {missing}. Run `make build`.") from None
        if built != [connector]:
            raise SystemExit(
                f"{database} was built with the connector {', '.join(built)}, not {connector}. "
                f"Run `make build CONNECTOR={connector}` first, or `make tune CONNECTOR={built[0]}`."
            )
        self.cutoff: datetime = next(row["cutoff_at"] for row in cutoffs if row["cutoff_role"] == "validate")
        self.training = [row["cutoff_at"] for row in cutoffs if row["cutoff_role"] == "train"]
        self.here = is_at("cutoff_at", [self.cutoff])
        self.targets = self.read(f"""
            select outcomes.customer_id, outcomes.product_id
            from intermediate.int_ranking__outcomes as outcomes
            inner join intermediate.int_features__customer_orders as known using (cutoff_at, customer_id)
            where {self.here} and outcomes.is_new_product
        """)
        if not self.targets.num_rows:
            raise SystemExit("Nobody bought a new product after the validate cutoff: there is nothing to choose by.")

    def read(self, query: str) -> pa.Table:
        """Return the rows of a query."""
        return self._connection.execute(query).to_arrow_table()

    def trial_of(self, values: dict[str, float], lists: pa.Table) -> Trial:
        """Return what lists (customer_id, product_id, score) reach."""
        return Trial(values, ndcg(lists, self.targets))


@dataclass(frozen=True)
class _Shop:
    """What a model of who buys what is judged by: interactions, what may be shown, and to whom."""

    interactions: pa.Table
    sellable: pa.ChunkedArray
    judged: Ids

    @classmethod
    def of(cls, known: Validation) -> "_Shop":
        source = "intermediate.int_interactions__customer_products"
        columns = "customer_id, product_id, weight, intent_weight, days_since_order"
        interactions = known.read(f"select {columns} from {source} where {known.here}")
        sellable = known.read(
            f"select product_id from intermediate.int_features__products where {known.here} and is_sellable"
        )
        return cls(interactions, sellable["product_id"], distinct_ids(known.targets["customer_id"]))

    def offered(self, products: Ids) -> IntArray:
        """Return the codes of the sellable products among those of a model, ascending."""
        codes = products.encode(self.sellable)
        return np.sort(codes[codes >= 0])

    def lists(self, score: FloatArray, products: Ids, offered: IntArray) -> pa.Table:
        """Return the ten best of each judged customer that are not owned. Scores have shape (judged, offered)."""
        row = self.judged.encode(self.interactions["customer_id"])
        owned = products.encode(self.interactions["product_id"])
        place = np.minimum(np.searchsorted(offered, owned), max(len(offered) - 1, 0))
        is_owned = (row >= 0) & (owned >= 0) & (offered[place] == owned)
        score[row[is_owned], place[is_owned]] = -np.inf
        best = np.argpartition(-score, min(10, score.shape[1] - 1), axis=1)[:, :10]
        row = np.repeat(np.arange(len(self.judged)), best.shape[1])
        value = score[row, best.ravel()]
        shown = np.isfinite(value)
        return pa.table(
            {
                "customer_id": self.judged.decode(row[shown]),
                "product_id": products.decode(offered[best.ravel()[shown]]),
                "score": value[shown],
            }
        )


def als_trials(known: Validation, params: AlsParams, configurations: list[dict[str, float]]) -> list[Trial]:
    """Judge ALS alone: its best products that are sellable and not owned."""
    shop = _Shop.of(known)
    trials = []
    for values in configurations:
        factors = fit_als(shop.interactions, _replaced(params, values))
        mine, offered = factors.customers.encode(shop.judged.values), shop.offered(factors.products)
        score = np.zeros((len(shop.judged), len(offered)))
        score[mine >= 0] = factors.customer_factors[mine[mine >= 0]] @ factors.product_factors[offered].T
        trials.append(known.trial_of(values, shop.lists(score, factors.products, offered)))
        _say("als", trials[-1])
    return trials


def affinity_trials(known: Validation, params: AffinityParams, configurations: list[dict[str, float]]) -> list[Trial]:
    """Judge the linear model alone, as ALS."""
    shop = _Shop.of(known)
    interactions = encode_interactions(shop.interactions, params)
    mine, offered = interactions.customers.encode(shop.judged.values), shop.offered(interactions.products)
    trials = []
    for values in configurations:
        taste, _ = linear_blocks(interactions, offered, _replaced(params, values))
        score = np.zeros((len(shop.judged), len(offered)))
        score[mine >= 0] = taste(mine[mine >= 0])
        trials.append(known.trial_of(values, shop.lists(score, interactions.products, offered)))
        _say("affinity", trials[-1])
    return trials


def ranker_trials(
    known: Validation, params: RankerParams, configurations: list[dict[str, float]], negative_share: float
) -> list[Trial]:
    """Judge the ranker: learned at the train cutoffs, on the candidates of the validate cutoff that no rule blocks."""
    source = "intermediate.int_ranking__training_candidates"
    rows = known.read(f"select * from {source} where {is_at('cutoff_at', known.training)}")
    names = [name for name in rows.column_names if name not in KEYS]
    candidates = known.read(f"""
        select candidates.*
        from intermediate.int_ranking__candidate_features as candidates
        inner join intermediate.int_ranking__eligibility as eligibility using (cutoff_at, customer_id, product_id)
        inner join intermediate.int_propensity__outcomes as outcomes using (cutoff_at, customer_id)
        where {known.here} and not eligibility.is_blocked and outcomes.has_ordered
    """)
    trials = []
    for values in configurations:
        fit = fit_ranker(rows, names, negative_share, _replaced(params, values))
        _, relevance = score_candidates(fit, candidates)
        lists = candidates.select(["customer_id", "product_id"]).append_column("score", pa.array(relevance))
        trials.append(known.trial_of(values, lists))
        _say("ranker", trials[-1])
    return trials


def main(arguments: list[str] | None = None) -> None:
    """Search, print every trial, and write the seeds."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("connector", help="whose rows of the seeds are written")
    parser.add_argument("--draws", type=int, default=8, help="configurations per model, the current one among them")
    parser.add_argument(
        "--max-loss-share",
        type=float,
        default=0.03,
        help="share of the NDCG without novelty and value that discovery may cost",
    )
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--project", type=Path, default=Path(), help="folder of dbt_project.yml")
    options = parser.parse_args(arguments)
    project: Path = options.project
    variables = yaml.safe_load((project / "dbt_project.yml").read_text())["vars"]
    connectors, negative_share = variables["connectors"], float(variables["negative_sample_share"])
    if options.connector not in connectors:
        raise SystemExit(f"There is no connector {options.connector}. dbt_project.yml has: {', '.join(connectors)}.")
    warehouse = project / os.environ.get("VITRINE_WAREHOUSE", "warehouse") / "vitrine.duckdb"
    known = Validation(warehouse, options.connector)
    day = f"{known.cutoff:%Y-%m-%d}"
    print(f"{options.connector}: choosing on what was bought in the horizon after {day}", flush=True)
    tuned = known.read("select * from intermediate.int_integrity__model_parameters")
    parameters_path, weights_path = (project / "seeds" / f"{seed}.csv" for seed in SEEDS)
    text = before = parameters_path.read_text()
    trials_of: dict[str, Any] = {
        "als": als_trials,
        "affinity": affinity_trials,
        "ranker": partial(ranker_trials, negative_share=negative_share),
    }
    for model, (file, kind) in DEFAULTS.items():
        meta = yaml.safe_load((project / file).read_text())["models"][0]["config"]["meta"][model]
        # A text is Jinja, such as a var: none of those is searched.
        defaults = kind(**{name: value for name, value in meta.items() if not isinstance(value, str)})
        current = with_parameters(defaults, tuned, model)
        configurations = drawn(SPACES[model], asdict(current), options.draws, options.seed)
        trials = trials_of[model](known, current, configurations)
        best = best_trial(trials)
        if best is trials[0]:
            print(f"{model}: kept as it was", flush=True)
            continue
        note = f"NDCG@10 {best.ndcg:.4f} +- {best.standard_error:.4f} on {day}; best of {len(trials)} tried"
        text = parameters_csv(text, options.connector, model, best.values, note)
        chosen = ", ".join(f"{name} {value:g}" for name, value in best.values.items())
        print(f"{model}: chosen: {chosen}", flush=True)
    if text != before:
        parameters_path.write_text(text)
        print(
            "Written: seeds/model_parameters.csv. Review it (git diff seeds) and build; then tune again for the "
            "objectives' weights, whose frontier changes with the models."
        )
        return
    text = weights_path.read_text()
    for channel in sorted({row["channel"] for row in known.frontier}):
        points = [row for row in known.frontier if row["channel"] == channel]
        point = choose_point(points, options.max_loss_share)
        weights = {"novelty": point["popularity_penalty"], "value": point["value_weight"]}
        figures = (
            f"NDCG@10 {point['ndcg']:.4f}, popularity percentile {point['mean_popularity_percentile']:.3f}, "
            f"coverage {point['catalogue_coverage']:.3f}"
        )
        note = (
            f"The most discovery that costs at most {options.max_loss_share:.0%} of the NDCG without novelty and "
            f"value; customers who ordered after {day}: {figures}"
        )
        text = weights_csv(text, options.connector, channel, weights, note)
        chosen = ", ".join(f"{objective} {weight:g}" for objective, weight in weights.items())
        print(f"{channel}: {chosen} ({figures})", flush=True)
    weights_path.write_text(text)
    print("Written: seeds/objective_weights.csv. Review it (git diff seeds), then build.")


def _replaced(params: Any, values: dict[str, float]) -> Any:
    whole = whole_numbers(params)
    return replace(params, **{name: int(value) if name in whole else value for name, value in values.items()})


def _say(model: str, trial: Trial) -> None:
    values = ", ".join(f"{name} {value:g}" for name, value in trial.values.items())
    print(f"{model}: NDCG@10 {trial.ndcg:.4f} +- {trial.standard_error:.4f}  {values}", flush=True)


if __name__ == "__main__":
    try:
        main()
    except ValueError as problem:
        sys.exit(str(problem))
