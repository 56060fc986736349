"""The report says medians, ranges and ratios of the same turn; stages add up to the whole."""

import json
from pathlib import Path

import pytest
from measuring import take
from report import MARKS, contestants, write
from stages import AROUND, stage_of, stage_seconds


def test_ratios_are_of_the_same_turn() -> None:
    """A machine that was slow in one turn was slow for both."""
    figures = {"cpu_seconds": 1.0, "peak_bytes": 2**30}
    runs = {
        "vitrine": [{"turn": "a 0", "seconds": 10.0, **figures}, {"turn": "b 0", "seconds": 40.0, **figures}],
        "plain": [{"turn": "a 0", "seconds": 5.0, **figures}, {"turn": "b 0", "seconds": 20.0, **figures}],
    }
    first, second = contestants(runs).splitlines()[2:]
    assert "25 (10 to 40)" in first and first.endswith("|  |")
    assert "12 (5 to 20)" in second and second.endswith("| 2.00 |")


def test_stages_add_up_to_the_whole(tmp_path: Path) -> None:
    nodes = {
        "model.v.a": {"original_file_path": "models/staging/a.sql", "resource_type": "model"},
        "model.v.b": {
            "original_file_path": "python_models/intermediate/candidates/int_candidates__als_factors.py",
            "resource_type": "model",
        },
        "test.v.c": {"original_file_path": "models/staging/a.yml", "resource_type": "test"},
    }
    (tmp_path / "manifest.json").write_text(json.dumps({"nodes": nodes, "unit_tests": {}}))
    results = [{"unique_id": name, "execution_time": float(n + 1)} for n, name in enumerate(nodes)]
    results.append({"unique_id": "operation.v.hook", "execution_time": 4.0})
    (tmp_path / "run_results.json").write_text(json.dumps({"results": results}))
    assert stage_seconds(tmp_path, 15.0) == {"load": 1.0, "ALS": 2.0, "data tests": 3.0, "hooks": 4.0, AROUND: 5.0}


@pytest.mark.parametrize(
    ("path", "stage"),
    [
        ("models/intermediate/ranking/int_ranking__scores.sql", "scoring"),
        ("python_models/intermediate/ranking/int_ranking__slate_choices.py", "re-ranking"),
        ("models/marts/recommendations/recommendations_email_v1.sql", "publishing"),
        ("python_models/intermediate/propensity/int_propensity__scores.py", "scoring"),
        ("python_models/intermediate/ranking/int_ranking__response_fits.py", "fits"),
        ("models/intermediate/interactions/int_interactions__customer_products.sql", "features"),
    ],
)
def test_a_model_has_a_stage(path: str, stage: str) -> None:
    assert stage_of(path, "model") == stage


def test_what_a_command_took_is_its_own() -> None:
    code = "import time; block = bytearray(200_000_000); time.sleep(0.2); print('done')"
    taken = take(["python3", "-c", code], Path.cwd(), {})
    assert taken.printed == "done\n" and taken.seconds > 0.2 and 150e6 < taken.peak_bytes < 400e6
    block = bytearray(500_000_000)
    block[::4096] = b"1" * len(block[::4096])
    assert take(["python3", "-c", "print(1)"], Path.cwd(), {}).peak_bytes < 60e6, (
        "memory of who measures is not its own"
    )
    with pytest.raises(RuntimeError, match="ended with 3"):
        take(["python3", "-c", "raise SystemExit(3)"], Path.cwd(), {})


def test_the_page_keeps_what_stands_around_the_marks(tmp_path: Path) -> None:
    runs, page = tmp_path / "runs.jsonl", tmp_path / "page.md"
    row = {"shop": "x1", "size": [1000, 20, 30], "load": 1.0, "contestant": "plain", "turn": "a 0", "seconds": 2.0}
    row["measured_on"] = "2026-01-02, 2 processors"
    runs.write_text(json.dumps({**row, "cpu_seconds": 1.0, "peak_bytes": 2**30}) + "\n")
    page.write_text(f"before\n{MARKS[0]}\nold\n{MARKS[1]}\nafter\n")
    write(runs, page)
    text = page.read_text()
    assert text.startswith("before\n") and text.endswith("after\n") and "old" not in text
    assert "1,000 order lines, 20 customers, 30 products" in text and "Measured 2026-01-02, 2 processors." in text
