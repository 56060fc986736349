"""The loop without its builds: stopped runs go on, slates become mailings, and none are worth more than the best."""

import csv
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import rounds
from policies import AUDIENCE, POLICIES, project
from rounds import Loop, coded, expected_of, mailing_of

from vitrine.simulation.house import HouseParams, draw_house
from vitrine.simulation.timeline import Timeline


@pytest.fixture(scope="module")
def timeline() -> Timeline:
    return Timeline(draw_house(HouseParams(300, 150, 60, seed=4))).run(50)


class StoppedError(Exception):
    """What a test stops a run with."""


def a_loop(folder: Path, monkeypatch: pytest.MonkeyPatch, stops_at: int = 99) -> Loop:
    """A loop of four rounds that builds nothing and stops before a given round."""
    monkeypatch.setattr(rounds, "project", lambda *_: folder)
    monkeypatch.setattr(rounds, "WARM_UP_WEEKS", 20)

    def a_round(self: Loop, timeline: Timeline, number: int) -> dict:
        if number == stops_at:
            raise StoppedError
        timeline.go_on().go_on()
        return {"round": number, "mails": 0, "expected_amount": 0.0, "sold": len(timeline.log.rows("lines")["order"])}

    monkeypatch.setattr(Loop, "_round", a_round)
    return Loop(4, POLICIES["popularity"], folder, 200, 130, 4)


def test_a_stopped_run_goes_on_as_if_it_had_never_stopped(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(StoppedError):
        a_loop(tmp_path / "stopped", monkeypatch, stops_at=3).run()
    a_loop(tmp_path / "stopped", monkeypatch).run()
    a_loop(tmp_path / "whole", monkeypatch).run()
    whole = (tmp_path / "whole" / "rounds.jsonl").read_text()
    assert (tmp_path / "stopped" / "rounds.jsonl").read_text() == whole
    assert len(whole.splitlines()) == 4


def test_a_row_that_was_not_written_is_taken_from_the_state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A run that was killed between its two files."""
    a_loop(tmp_path, monkeypatch).run()
    whole = (tmp_path / "rounds.jsonl").read_text()
    (tmp_path / "rounds.jsonl").write_text("".join(whole.splitlines(keepends=True)[:3]))
    _, done = a_loop(tmp_path, monkeypatch)._timeline()
    assert [row["round"] for row in done] == [1, 2, 3, 4]


def test_a_folder_of_another_house_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    a_loop(tmp_path, monkeypatch).run()
    other = a_loop(tmp_path, monkeypatch)
    other.params = HouseParams(201, 130, 60, seed=4)
    with pytest.raises(ValueError, match="holds another house"):
        other.run()


def test_slates_become_a_mailing() -> None:
    rows = pd.DataFrame(
        {"customer_id": ["c000002", "c000002"], "product_id": ["p00007", "p00001"], "slot": [1, 2],
         "release_id": ["r9", "r9"], "selection_probability": [1.0, 0.25]}
    )  # fmt: skip
    mailing = mailing_of(coded(rows))
    assert mailing.customer.tolist() == [2, 2] and mailing.product.tolist() == [7, 1]
    assert mailing.chance.tolist() == [1, 0.25] and mailing.release_id == "r9"
    certain = mailing_of(coded(rows.drop(columns=["selection_probability", "release_id"])))
    assert certain.chance.tolist() == [1, 1] and certain.release_id == "email"


def test_no_slates_are_worth_more_than_the_best(timeline: Timeline) -> None:
    loop = Loop.__new__(Loop)
    who = np.flatnonzero(timeline._is_opted_in)[:20]
    eligible = pd.DataFrame({"customer": np.repeat(who, 60), "product": np.tile(np.arange(60), 20)})
    random = np.random.default_rng(0)
    worths = []
    for _ in range(20):
        slates = eligible.sample(frac=1, random_state=int(random.integers(1 << 30))).sort_values(
            "customer", kind="stable"
        )
        slates["slot"] = slates.groupby("customer").cumcount() + 1
        _, worth, best = loop._expectations(timeline, slates[slates["slot"] <= 10], eligible)
        worths.append(worth)
    assert 0 < max(worths) < best
    # The best in the worst order are worth less, and in their own order as much.
    first = eligible.assign(slot=1)
    first["amount"] = expected_of(timeline, first)[1]
    mine = first.sort_values(["customer", "amount"], ascending=[True, False])
    mine["slot"] = mine.groupby("customer").cumcount() + 1
    mine = mine[mine["slot"] <= 10]
    assert expected_of(timeline, mine)[1].sum() == pytest.approx(best)
    assert expected_of(timeline, mine.assign(slot=11 - mine["slot"]))[1].sum() < best


def test_what_is_sold_out_brings_nothing(timeline: Timeline) -> None:
    gone = np.flatnonzero(~timeline.state.is_offered(timeline.house))
    clicks, amounts = expected_of(timeline, pd.DataFrame({"customer": 0, "product": gone, "slot": 1}))
    assert len(gone) and not amounts.any() and (clicks > 0).all()


def test_a_policy_is_the_project_with_other_seeds(tmp_path: Path) -> None:
    copy = project(POLICIES["greedy_guarded"], tmp_path / "greedy")
    with (copy / "seeds" / "channel_policies.csv").open() as file:
        rows = {(row["connector"], row["channel"]): row for row in csv.DictReader(file)}
    mail = rows["maison", "email"]
    assert mail["diversity_strength"] == "0" and mail["max_exposure_share"] == "1"
    assert {name: mail[name] for name in AUDIENCE} == AUDIENCE
    assert rows["", "email"]["diversity_strength"] != "0"
    with (copy / "seeds" / "objective_weights.csv").open() as file:
        weights = [row for row in csv.DictReader(file) if (row["connector"], row["channel"]) == ("maison", "email")]
    assert [(row["objective"], row["weight"]) for row in weights] == [("novelty", "0")]
