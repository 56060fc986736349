#!/usr/bin/env python3
"""Run the closed loop in simulated houses: build, mail, two weeks of life, build again, under several policies.

    python benchmarks/closed_loop/run.py                          # what docs/closed_loop.md reports; hours
    python benchmarks/closed_loop/run.py --seeds 21 --rounds 3    # a look
    python benchmarks/closed_loop/run.py --report-only            # docs/closed_loop/ from what is there

Each round of each house and policy is kept in target/closed_loop/, so a stopped run goes on where it was, and two may
run at once: a house under one policy is one process's at a time. A run of the reported size that is whole is kept in
benchmarks/closed_loop/results/ and is not made again while it lies there.
"""

import argparse
import fcntl
import gzip
import shutil
from pathlib import Path

from policies import POLICIES, ROOT
from report import write
from rounds import Loop

REPORTED = ["popularity", "greedy", "vitrine_unexplored", "vitrine"]
# Customers, products and rounds.
REPORTED_SIZE = (1600, 500, 20)
# Runs of that size that are whole: all of them together are a matter of hours.
KEPT = Path(__file__).resolve().parent / "results"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seeds", type=int, nargs="+", default=[1, 2, 3, 4, 5])
    parser.add_argument("--policies", nargs="+", choices=sorted(POLICIES), default=REPORTED)
    parser.add_argument("--rounds", type=int, default=REPORTED_SIZE[2])
    parser.add_argument("--customers", type=int, default=REPORTED_SIZE[0])
    parser.add_argument("--products", type=int, default=REPORTED_SIZE[1])
    parser.add_argument("--folder", type=Path, default=ROOT / "target" / "closed_loop")
    parser.add_argument("--out", type=Path, default=ROOT / "docs" / "closed_loop", help="where the report goes")
    parser.add_argument("--keep", action="store_true", help="keep the warehouses")
    parser.add_argument("--report-only", action="store_true", help="run nothing")
    options = parser.parse_args()
    if not options.report_only:
        for seed in options.seeds:
            for name in options.policies:
                run_one(seed, name, options)
    write(options.folder, options.out, options.rounds, KEPT if is_reported(options) else None)


def is_reported(options: argparse.Namespace) -> bool:
    """Say whether the runs are of the size that is reported."""
    return (options.customers, options.products, options.rounds) == REPORTED_SIZE


def run_one(seed: int, name: str, options: argparse.Namespace) -> None:
    """Run a house under a policy, unless another process does or it is kept."""
    kept = KEPT / f"{seed}-{name}.jsonl.gz" if is_reported(options) else None
    if kept and kept.exists():
        print(f"seed {seed}, {name}: kept in {kept.relative_to(ROOT)}")
        return
    folder = options.folder.resolve() / str(seed) / name
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            print(f"seed {seed}, {name}: another process is at it")
            return
        Loop(seed, POLICIES[name], folder, options.customers, options.products, options.rounds).run()
        if kept:
            KEPT.mkdir(exist_ok=True)
            # Without the time of day, so that the same rounds are the same file.
            part = kept.with_suffix(".part")
            part.write_bytes(gzip.compress((folder / "rounds.jsonl").read_bytes(), mtime=0))
            part.replace(kept)
        if not options.keep:
            for part in ("warehouse", "target", "logs", "parsed", "project", "source"):
                shutil.rmtree(folder / part, ignore_errors=True)


if __name__ == "__main__":
    main()
