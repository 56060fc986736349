"""Measure the sequence model on Amazon Beauty, beside the published table for the very same file.

    python benchmarks/amazon_beauty/sequence.py           # the validate item only: tune on this
    python benchmarks/amazon_beauty/sequence.py --test    # the test item too

Leave the last item out: of each customer the last item is the test, the one before it chooses the epoch (and chose the
parameters), the others are learned. All items are ranked but those that the customer had before.
"""

import argparse
import json
import sys
import time
from dataclasses import asdict, replace
from pathlib import Path

import numpy as np
import pyarrow as pa

from vitrine.sequence import SequenceModel, fit_sequence, with_histories
from vitrine.sequence_network import SequenceParams

DATA = Path(__file__).parents[3] / "shared/data/amazon_beauty/Beauty.txt"
PARAMS = SequenceParams(validate_share=1.0, min_buyers=1)
PUBLISHED = {  # Zhou et al., S3-Rec, CIKM 2020, table of the repository, ranking all items.
    "PopRec": (0.0152, 0.0068),
    "GRU4Rec": (0.0283, 0.0137),
    "Caser": (0.0347, 0.0176),
    "BERT4Rec": (0.0347, 0.0170),
    "FDSA": (0.0407, 0.0208),
    "HGN": (0.0512, 0.0266),
    "SASRec": (0.0605, 0.0318),
    "S3-Rec": (0.0647, 0.0327),
}


def read_sequences(path: Path) -> dict[str, list[str]]:
    """Return the items of each customer in the order of time."""
    lines = (line.split() for line in path.read_text().splitlines())
    return {customer: items for customer, *items in lines}


def histories(sequences: dict[str, list[str]], left_out: int) -> pa.Table:
    """Return the purchases but the last `left_out` of each customer; a place in the sequence stands for the time."""
    kept = {customer: items[:-left_out] for customer, items in sequences.items()}
    return pa.table(
        {
            "customer_id": [customer for customer, items in kept.items() for _ in items],
            "product_id": [item for items in kept.values() for item in items],
            "ordered_at": [at for items in kept.values() for at in range(len(items))],
        }
    )


def ranks(model: SequenceModel, sequences: dict[str, list[str]], left_out: int, batch_size: int = 1024) -> np.ndarray:
    """Return the rank of the first item left out of each customer, infinite if it is unknown. Ties count against it."""
    model = with_histories(model, histories(sequences, left_out))
    customers = model.customers.values.to_pylist()
    targets = model.products.encode(pa.array([sequences[customer][-left_out] for customer in customers]))
    found = np.full(len(customers), np.inf)
    for begin in range(0, len(customers), batch_size):
        mine = range(begin, min(begin + batch_size, len(customers)))
        scores = model.states[mine] @ model.product_embeddings.T + model.product_biases
        for row, place in enumerate(mine):
            if targets[place] >= 0:
                target_score = scores[row, targets[place]]
                had = model.products.encode(pa.array(sequences[customers[place]][:-left_out]))
                scores[row, had[had >= 0]] = -np.inf
                found[place] = (~(scores[row] < target_score)).sum()
    return found


def figures(found: np.ndarray) -> dict[str, str]:
    """Return HR@10 and NDCG@10 with their standard errors."""
    values = {"HR@10": found <= 10, "NDCG@10": np.where(found <= 10, 1 / np.log2(found + 1), 0.0)}
    return {name: f"{v.mean():.4f} ± {v.std(ddof=1) / len(v) ** 0.5:.4f}" for name, v in values.items()}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--test", action="store_true", help="read the test item; do not choose anything by it")
    parser.add_argument("--params", type=json.loads, default={}, help="parameters to change, as '{\"layers\": 1}'")
    options = parser.parse_args()
    if not DATA.exists():
        sys.exit(f"Skipped: {DATA} is not there.")
    sequences = read_sequences(DATA)
    params = replace(PARAMS, **options.params)
    print("parameters", json.dumps(asdict(params)))
    start, cpu_start = time.perf_counter(), time.process_time()
    model = fit_sequence(histories(sequences, 1), params)
    seconds, cpu_seconds = time.perf_counter() - start, time.process_time() - cpu_start
    print(f"fitted in {seconds:.0f} s ({cpu_seconds:.0f} s of one core), epoch {model.epoch} kept")
    print("validate item", figures(ranks(model, sequences, 2)))
    if options.test:
        print("test item    ", figures(ranks(model, sequences, 1)))
        for name, (hit_rate, ndcg) in PUBLISHED.items():
            print(f"{name:<13}", {"HR@10": f"{hit_rate:.4f}", "NDCG@10": f"{ndcg:.4f}"})


if __name__ == "__main__":
    main()
