"""Fits one peer's configurations and writes their lists. Runs in the peer's own environment, started by fitting.py.

Reads a job (JSON) named on the command line and prints one line of JSON a configuration. A configuration that
uses up its processor time ends the process; the one who started it names it and goes on with the next.
"""

import importlib
import json
import resource
import sys
import time
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
from inputs import read_inputs

MEMORY_BYTES = 6 << 30


def main(job_file: str) -> None:
    job = json.loads(Path(job_file).read_text())
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_DATA, (MEMORY_BYTES, MEMORY_BYTES))
    inputs = read_inputs(Path(job["inputs"]), job["horizon_days"])
    customers = np.array(job["customers"] or range(inputs.customer_count), dtype=np.int64)
    module = importlib.import_module(f"methods.{job['module']}")
    if hasattr(module, "warm_up"):
        module.warm_up(inputs, customers, [one["params"] for one in job["configurations"]])
    for one in job["configurations"]:
        if job["limit_seconds"]:
            limit_processor_time(job["limit_seconds"])
        print(json.dumps({"started": one["key"]}), flush=True)
        began = time.process_time()
        try:
            lists = module.fit_and_rank(inputs, one["params"], customers, one["tasks"])
            pq.write_table(lists, one["file"])
            error = None
        except Exception as failure:  # one bad configuration must not lose the others
            error = f"{type(failure).__name__}: {failure}"
        seconds = round(time.process_time() - began, 1)
        print(json.dumps({"finished": one["key"], "seconds": seconds, "error": error}), flush=True)


def limit_processor_time(seconds: int) -> None:
    """Let the process live for that many processor seconds from now."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    soft = int(used.ru_utime + used.ru_stime) + seconds + 1
    resource.setrlimit(resource.RLIMIT_CPU, (soft, resource.RLIM_INFINITY))


if __name__ == "__main__":
    main(sys.argv[1])
