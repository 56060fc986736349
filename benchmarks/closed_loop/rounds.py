"""One house under one policy: rounds of build, mail, two weeks of life, and what came of them."""

import json
import os
import pickle
import sys
from datetime import timedelta
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pandas as pd
from policies import CHANNEL, ELIGIBLE, ELIGIBLE_MODELS, ROOT, SLOT_COUNT, VARIABLES, Policy, project

from vitrine.simulation.behaviour import respond
from vitrine.simulation.campaigns import Mailing
from vitrine.simulation.house import CATEGORIES, HouseParams, draw_house
from vitrine.simulation.tables import contract_tables, write_tables
from vitrine.simulation.timeline import WEEK_SECONDS, Timeline

sys.path.insert(0, str(ROOT / "tests" / "end_to_end"))
from warm_process import WarmProcess

WARM_UP_WEEKS = 104
WEEKS_PER_ROUND = 2
Row = dict[str, Any]


class Loop:
    """A house, its warehouse, and the rounds so far, kept in a folder so that a stopped run goes on."""

    def __init__(self, seed: int, policy: Policy, folder: Path, customers: int, products: int, rounds: int) -> None:
        self.policy, self.folder, self.rounds = policy, folder, rounds
        # Of at least twenty rounds, so that a look at a few is one at the same house.
        weeks = WARM_UP_WEEKS + WEEKS_PER_ROUND * max(rounds, 20)
        self.params = HouseParams(customers, products, weeks, seed=seed)
        self.results = folder / "rounds.jsonl"
        self.saved = folder / "timeline.pickle"
        self.builds = WarmProcess(folder / "parsed", Path(__file__).with_name("leave_files.py"))

    def run(self) -> None:
        """Go through the rounds that are still to come."""
        timeline, done = self._timeline()
        if len(done) >= self.rounds:
            return
        project(self.policy, self.folder / "project")
        try:
            self._go_through(timeline, done)
        finally:
            self.builds.close()

    def _go_through(self, timeline: Timeline, done: list[Row]) -> None:
        """Make the rounds that are still to come, and keep each."""
        for number in range(len(done) + 1, self.rounds + 1):
            row = self._round(timeline, number)
            # The state first: a row without its state would be lost, a state without its row is seen.
            _replace(self.saved, pickle.dumps((self.params, number, timeline, row)))
            done.append(row)
            _replace(self.results, "".join(json.dumps(one) + "\n" for one in done).encode())
            print(
                f"seed {self.params.seed}, {self.policy.name}, round {number}: "
                f"{row['expected_amount']:,.0f} EUR expected of {row['mails']} mails",
                flush=True,
            )

    def _build(self, arguments: list[str], variables: dict[str, Any]) -> None:
        """Run dbt.

        Raises
        ------
        RuntimeError
            If it fails: the end of what it printed.
        """
        command = ["dbt", *arguments, "--quiet", "--vars", json.dumps(variables)]
        code, printed = self.builds.run(command, self.folder / "project", self._environment())
        if code != 0:
            raise RuntimeError(f"{' '.join(command)} failed:\n{printed[-8000:]}")

    def _timeline(self) -> tuple[Timeline, list[Row]]:
        """Return where the last run stopped, or the house after its warm-up."""
        self.folder.mkdir(parents=True, exist_ok=True)
        if not self.saved.exists():
            return Timeline(draw_house(self.params)).run(WARM_UP_WEEKS), []
        params, number, timeline, row = pickle.loads(self.saved.read_bytes())
        if params != self.params:
            raise ValueError(f"{self.folder} holds another house: {params}, not {self.params}. Remove it.")
        done = [json.loads(line) for line in self.results.read_text().splitlines()] if self.results.exists() else []
        return timeline, [*done[: number - 1], row]

    def _environment(self) -> dict[str, str]:
        return {
            **os.environ,
            "VITRINE_WAREHOUSE": str(self.folder / "warehouse"),
            "DBT_TARGET_PATH": str(self.folder / "target"),
            "DBT_LOG_PATH": str(self.folder / "logs"),
            "DBT_LOG_LEVEL_FILE": "none",
            "DBT_WRITE_JSON": "false",
            "DBT_SEND_ANONYMOUS_USAGE_STATS": "false",
            "NO_COLOR": "1",
            # One thread a process: two of them run at once.
            **dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"), "1"),
        }

    def _round(self, timeline: Timeline, number: int) -> Row:
        """Build as of now, mail what the build says, let the weeks pass and return what came of it."""
        params, start = self.params, timeline.state.week
        as_of = params.begins_at + timedelta(weeks=start)
        write_tables(contract_tables(timeline), self.folder / "source")
        variables = {
            **VARIABLES,
            **self.policy.variables,
            "source_dir": str(self.folder / "source"),
            "as_of": f"{as_of:%Y-%m-%d}",
        }
        if number == 1 or not (self.folder / "warehouse").exists():
            self._build(["seed"], variables)
        self._build(["run", "--select", *self.policy.models, *ELIGIBLE_MODELS], variables)
        with duckdb.connect(str(self.folder / "warehouse" / "vitrine.duckdb"), read_only=True) as connection:
            slates = connection.execute(self.policy.slates).df()
            eligible = connection.execute(ELIGIBLE).df()
            others = {name: connection.execute(sql).df() for name, sql in self.policy.alternatives.items()}
        slates = coded(slates).sort_values(["customer", "slot"], ignore_index=True)
        eligible = coded(eligible)
        promised, expected, oracle = self._expectations(timeline, slates, eligible)
        alternatives = {
            name: float(expected_of(timeline, coded(rows))[1].sum()) for name, rows in sorted(others.items())
        }
        explored = slates.iloc[:0]
        if "selection_probability" in slates:
            explored = slates[slates["selection_probability"] < 1]
        explored_amount = float(expected_of(timeline, explored)[1].sum())
        catalogue = np.flatnonzero(timeline.state.is_offered(timeline.house)).tolist()
        first_send = len(timeline.log.rows("sends")["send"])
        timeline.go_on(mailing_of(slates))
        for _ in range(WEEKS_PER_ROUND - 1):
            timeline.go_on()
        return {
            "round": number,
            "as_of": f"{as_of:%Y-%m-%d}",
            "mails": int(slates["customer"].nunique()),
            "slots": len(slates),
            "catalogue": catalogue,
            "exposures": {str(product): int(count) for product, count in slates["product"].value_counts().items()},
            "expected_clicks": promised,
            "expected_amount": expected,
            "oracle_amount": oracle,
            "alternative_amounts": alternatives,
            "explored_slots": len(explored),
            "explored_amount": explored_amount,
            "eligible_share": float(len(slates.merge(eligible, on=["customer", "product"])) / max(len(slates), 1)),
            "categories_per_slate": self._categories_per_slate(timeline, slates),
            **self._realised(timeline, start, first_send),
            **self._since_launch(timeline),
        }

    def _expectations(self, timeline: Timeline, slates: pd.DataFrame, eligible: pd.DataFrame) -> tuple[float, ...]:
        """Return the clicks and EUR to expect of the slates by the truth, and the EUR of the best slates there are."""
        clicks, amounts = expected_of(timeline, slates)
        first = expected_of(timeline, eligible.assign(slot=1))[1]
        best = eligible.assign(amount=first).sort_values(
            ["customer", "amount", "product"], ascending=[True, False, True], kind="stable"
        )
        # Slots differ by one factor, whoever stands there: the dearest first is the best order.
        best["slot"] = best.groupby("customer").cumcount() + 1
        best = best[best["slot"] <= SLOT_COUNT]
        return float(clicks.sum()), float(amounts.sum()), float(expected_of(timeline, best)[1].sum())

    def _categories_per_slate(self, timeline: Timeline, slates: pd.DataFrame) -> float:
        category = timeline.house.products.category[slates["product"].to_numpy()]
        return float(slates.assign(category=category).groupby("customer")["category"].nunique().mean())

    def _realised(self, timeline: Timeline, start: int, first_send: int) -> Row:
        """Return what was sold in the round, in all and in visits that its mails brought; returns are not taken off."""
        lines = timeline.log.rows("lines")
        is_now = lines["second"] >= start * WEEK_SECONDS
        campaigns = timeline.log.rows("sends")["campaign"]
        is_mail = is_now & (lines["send"] >= first_send) & (campaigns[np.maximum(lines["send"], 0)] >= 0)
        events = timeline.log.rows("events")
        is_event = events["second"] >= start * WEEK_SECONDS
        kinds = {kind: int((is_event & (events["kind"] == kind)).sum()) for kind in ("open", "click", "unsubscribe")}
        return {
            "mail_amount": float(lines["net_amount"][is_mail].sum()),
            "mail_purchases": int(is_mail.sum()),
            "total_amount": float(lines["net_amount"][is_now].sum()),
            "total_purchases": int(is_now.sum()),
            **kinds,
        }

    def _since_launch(self, timeline: Timeline) -> Row:
        """Return first sales of products launched in the loop, and how many categories customers bought from in it."""
        products, lines = timeline.house.products, timeline.log.rows("lines")
        launched = np.flatnonzero(
            (products.launch_week >= WARM_UP_WEEKS)
            & (products.launch_week < timeline.state.week)
            & ~products.is_limited
        )
        first = np.full(len(products), np.iinfo(np.int64).max)
        np.minimum.at(first, lines["product"], lines["second"])
        days = {
            str(code): None
            if first[code] == np.iinfo(np.int64).max
            else (int(first[code]) - int(products.launch_week[code]) * WEEK_SECONDS) / 86_400
            for code in launched
        }
        here = lines["second"] >= WARM_UP_WEEKS * WEEK_SECONDS
        pairs = np.unique(lines["customer"][here] * len(CATEGORIES) + products.category[lines["product"][here]])
        buyers = max(len(np.unique(lines["customer"][here])), 1)
        return {
            "launches": {code: int(products.launch_week[int(code)]) for code in days},
            "days_to_first_sale": days,
            "categories_bought": len(pairs) / buyers,
            "buyers": buyers,
        }


def coded(rows: pd.DataFrame) -> pd.DataFrame:
    """Return rows with the codes that the house's ids stand for."""
    codes = {name: rows[f"{name}_id"].str[1:].astype("int64") for name in ("customer", "product")}
    return rows.assign(**codes)


def mailing_of(slates: pd.DataFrame) -> Mailing:
    """Return slates as a mailing; who chose without drawing chose with certainty."""
    chance = slates["selection_probability"] if "selection_probability" in slates else pd.Series(1.0, slates.index)
    release = str(slates["release_id"].iloc[0]) if "release_id" in slates and len(slates) else CHANNEL
    return Mailing(
        slates["customer"].to_numpy(),
        slates["product"].to_numpy(),
        slates["slot"].to_numpy(dtype=np.int64),
        chance.to_numpy(dtype=np.float32),
        release,
    )


def expected_of(timeline: Timeline, slots: pd.DataFrame) -> tuple[np.ndarray, np.ndarray]:
    """Return the clicks and the EUR to expect of each slot, were it mailed now.

    What is sold out by then, or reserved for others, brings nothing.
    """
    house, state = timeline.house, timeline.state
    customer, product = slots["customer"].to_numpy(), slots["product"].to_numpy()
    response = respond(house, state, customer, product, slots["slot"].to_numpy(dtype=np.int64))
    can_buy = state.is_offered(house)[product] & (~house.products.is_limited[product] | state.is_gold[customer])
    price = state.price[product] * (1 - state.cut[product])
    return response.click.astype(np.float64), (response.purchase * price * can_buy).astype(np.float64)


def _replace(path: Path, content: bytes) -> None:
    """Write a file so that nobody ever sees half of it."""
    part = path.with_name(f"{path.name}.{os.getpid()}")
    part.write_bytes(content)
    part.replace(path)
