#!/usr/bin/env python3
"""Compare Vitrine's slates with single models from other libraries: see benchmarks/README.md."""

import argparse
import json
import sys
from datetime import datetime

import warehouse
from protocol import ComparisonError, Protocol, day
from report import report
from space import read_peers
from tuning import read_tuned, recommend, tune

STAGES = ("prepare", "tune", "test", "report")


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("connector", help="whose data, such as complete_journey or online_retail")
    parser.add_argument("stage", nargs="?", choices=(*STAGES, "all"), default="all")
    parser.add_argument("--vars", default="{}", help="further dbt vars as JSON, such as source_dir")
    parser.add_argument("--as-of", help="end of the data, YYYY-MM-DD; default: the connector's pinned as_of")
    parser.add_argument("--horizon-days", type=int, default=28)
    parser.add_argument("--windows", type=int, default=3, help="test windows of one horizon each")
    parser.add_argument("--cutoff", choices=("validate", "test", "all"), default="all", help="which windows")
    parser.add_argument("--peers", nargs="+", help="only these, by their names in peers.toml")
    parser.add_argument("--rebuild", action="store_true", help="prepare: build anew, as when the source has changed")
    return parser.parse_args()


def protocol_of(options: argparse.Namespace) -> Protocol:
    pinned = warehouse.pinned_as_of(options.connector)
    as_of = datetime.fromisoformat(options.as_of) if options.as_of else pinned
    if as_of is None:
        raise ComparisonError(f"{options.connector} has no pinned as_of. Say where its data ends: --as-of YYYY-MM-DD")
    variables = tuple(sorted(json.loads(options.vars).items()))
    return Protocol(options.connector, as_of, options.horizon_days, options.windows, variables, as_of == pinned)


def prepare(protocol: Protocol, which: str, rebuild: bool) -> None:
    """Build, and export what peers may know. Of what was bought, only the validate window is looked at."""
    cutoffs = protocol.cutoffs(which)
    warehouse.build_all(protocol, cutoffs, rebuild)
    for cutoff in cutoffs:
        warehouse.export_inputs(protocol, cutoff)
        warehouse.export_vitrine(protocol, cutoff)
        if cutoff == protocol.validate_cutoff:
            warehouse.export_truth(protocol, cutoff)
        print(f"{protocol.connector} {day(cutoff)}: exported", flush=True)


def main() -> None:
    options = arguments()
    protocol = protocol_of(options)
    peers = read_peers(options.peers)
    if options.stage in ("prepare", "all"):
        prepare(protocol, options.cutoff, options.rebuild)
    if options.stage in ("tune", "all"):
        tune(protocol, peers)
    if options.stage in ("test", "all"):
        tuned = read_tuned(protocol)
        # The validate cutoff too: the report judges from its lists what can be seen at all.
        for cutoff in protocol.cutoffs(options.cutoff):
            recommend(protocol, cutoff, peers, tuned)
    if options.stage in ("report", "all"):
        report(protocol, "test" if options.cutoff == "all" else options.cutoff, read_tuned(protocol))


if __name__ == "__main__":
    try:
        main()
    except ComparisonError as stop:
        sys.exit(str(stop))
