"""A run that is kept is reported beside the folder's own and is not made again."""

import argparse
import gzip
import json
from pathlib import Path

import pytest
import run
from report import read
from test_figures import a_round

ROWS = "".join(json.dumps(a_round(number, {"1": 2, "2": 2})) + "\n" for number in (1, 2))


def test_kept_runs_are_read_beside_those_of_the_folder(tmp_path: Path) -> None:
    own = tmp_path / "folder" / "2" / "greedy"
    own.mkdir(parents=True)
    (own / "rounds.jsonl").write_text(ROWS)
    kept = tmp_path / "kept"
    kept.mkdir()
    (kept / "1-vitrine_unexplored.jsonl.gz").write_bytes(gzip.compress(ROWS.encode()))
    assert set(read(tmp_path / "folder", 2, kept)[1]) == {(1, "vitrine_unexplored"), (2, "greedy")}
    assert set(read(tmp_path / "folder", 2)[1]) == {(2, "greedy")}


class FinishedLoop:
    """Stands for a loop that leaves its rounds."""

    def __init__(self, seed: int, policy: object, folder: Path, *_: int) -> None:
        self.folder = folder

    def run(self) -> None:
        (self.folder / "rounds.jsonl").write_text(ROWS)


def options(folder: Path, customers: int) -> argparse.Namespace:
    _, products, rounds = run.REPORTED_SIZE
    return argparse.Namespace(folder=folder, customers=customers, products=products, rounds=rounds, keep=False)


def test_a_run_of_the_reported_size_is_kept_and_not_made_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(run, "Loop", FinishedLoop)
    monkeypatch.setattr(run, "KEPT", run.ROOT / "target" / f"kept_{tmp_path.name}")
    try:
        run.run_one(1, "greedy", options(tmp_path, 100))
        assert not run.KEPT.exists()
        run.run_one(1, "greedy", options(tmp_path, run.REPORTED_SIZE[0]))
        first = (run.KEPT / "1-greedy.jsonl.gz").read_bytes()
        assert gzip.decompress(first).decode() == ROWS
        monkeypatch.setattr(run, "Loop", None)  # whoever made one would fail
        run.run_one(1, "greedy", options(tmp_path, run.REPORTED_SIZE[0]))
    finally:
        run.shutil.rmtree(run.KEPT, ignore_errors=True)
