"""Choosing each peer's parameters, and naming the best peer of each task, on the validate window alone."""

import json
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
from evaluation import Window, read_window, scores_of
from fitting import Fitted, fit
from protocol import RESULTS, TASKS, TUNED_ON, ComparisonError, Protocol, day
from space import Params, Peer


def tuned_file(protocol: Protocol) -> Path:
    return RESULTS / f"{protocol.stem}_tuned.json"


def tune(protocol: Protocol, peers: Sequence[Peer]) -> None:
    """Try every configuration of every peer, and write what was chosen and why; then fit the chosen for everybody."""
    cutoff = protocol.validate_cutoff
    window = read_window(protocol, cutoff)
    judged = sorted({int(customer) for task in TASKS for customer in window.judged(task)})
    file = tuned_file(protocol)
    found = {}
    if file.exists():
        old = json.loads(file.read_text())
        # A run for a few peers keeps what was found for the others.
        found = old["peers"] if old["protocol"] == protocol.facts() else {}
    for peer in peers:
        wanted = [(params, peer.tasks) for params in peer.configurations]
        try:
            fitted = fit(protocol, cutoff, peer, wanted, judged, peer.limit_seconds)
        except ComparisonError as error:  # one peer that cannot run must not stop the others
            print(error)
            continue
        found[peer.name] = _summary(peer, fitted, window)
        _say(peer.name, found[peer.name])
        file.parent.mkdir(parents=True, exist_ok=True)
        facts = {"protocol": protocol.facts(), "best_peer": _best_peers(found), "peers": found}
        file.write_text(json.dumps(facts, indent=1) + "\n")
    recommend(protocol, cutoff, peers, read_tuned(protocol))


def _summary(peer: Peer, fitted: Sequence[Fitted], window: Window) -> dict:
    configurations = []
    for one in fitted:
        scores = {} if one.error else scores_of(window, one.file, peer.tasks)
        entry = {"params": one.params, "seconds": one.seconds, "validate": scores}
        configurations.append({**entry, "error": one.error} if one.error else entry)
    chosen = {}
    for task in dict.fromkeys(TUNED_ON[task] for task in peer.tasks):
        scored = [one for one in configurations if task in one["validate"]]
        if scored:
            chosen[task] = max(scored, key=lambda one: one["validate"][task]["ndcg"])
    return {
        "title": peer.title,
        "environment": peer.environment,
        "chosen": {task: {"params": one["params"], "validate": one["validate"]} for task, one in chosen.items()},
        "configurations": configurations,
    }


def _best_peers(found: dict[str, dict]) -> dict[str, str]:
    """Return for each task the peer with the highest validate NDCG with the parameters chosen for that task."""
    best = {}
    for task in TASKS:
        scores = {
            name: peer["chosen"][TUNED_ON[task]]["validate"][task]["ndcg"]
            for name, peer in found.items()
            if task in peer["chosen"].get(TUNED_ON[task], {}).get("validate", {})
        }
        if scores:
            best[task] = max(scores, key=lambda name: scores[name])
    return best


def _say(name: str, summary: dict) -> None:
    failed = [one for one in summary["configurations"] if "error" in one]
    for one in failed:
        print(f"  {name} {one['params']}: {one['error']}")
    for task, one in summary["chosen"].items():
        scores = ", ".join(f"{other} {value['ndcg']:.4f}" for other, value in one["validate"].items())
        print(f"{name} for {task}: {scores}; {one['params']}", flush=True)


def read_tuned(protocol: Protocol) -> dict:
    """Return what was chosen, provided that it was chosen for this very protocol."""
    file = tuned_file(protocol)
    if not file.exists():
        raise ComparisonError(
            f"{file.name} is not there: nothing was chosen yet. Run: run.py {protocol.connector} tune"
        )
    tuned = json.loads(file.read_text())
    if tuned["protocol"] != protocol.facts():
        raise ComparisonError(
            f"{file.name} was chosen for {tuned['protocol']}, not for {protocol.facts()}. Run tune again."
        )
    return tuned


def recommend(protocol: Protocol, cutoff: datetime, peers: Sequence[Peer], tuned: dict) -> None:
    """Fit each peer with its chosen parameters at a cutoff, and write its lists for all known customers."""
    for peer in peers:
        groups: dict[str, tuple[Params, list[str]]] = {}
        chosen = tuned["peers"].get(peer.name, {}).get("chosen", {})
        for task in peer.tasks:
            if TUNED_ON[task] in chosen:
                params = chosen[TUNED_ON[task]]["params"]
                groups.setdefault(json.dumps(params, sort_keys=True), (params, []))[1].append(task)
        try:
            fitted = fit(protocol, cutoff, peer, list(groups.values()), None, None)
        except ComparisonError as error:
            print(error)
            continue
        file = protocol.lists_folder(cutoff) / f"{peer.name}.parquet"
        file.unlink(missing_ok=True)
        for one in fitted:
            if one.error:
                print(f"  {peer.name} at {day(cutoff)}: {one.error}")
        tables = [pq.read_table(one.file) for one in fitted if not one.error]
        if tables:
            pq.write_table(pa.concat_tables(tables), file)
            print(f"{peer.name} at {day(cutoff)}: {sum(one.seconds or 0 for one in fitted):.0f} s", flush=True)
