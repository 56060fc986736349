"""Says what Open Bandit Pipeline estimates. Runs in its own environment, started by open_bandit.py.

Usage: obp_worker.py prior <campaign>        the Beta priors of Bernoulli Thompson sampling, as JSON
       obp_worker.py estimate <inputs.npz>   IPS, SNIPS and DR of the given inputs, as JSON

obp is installed without its dependencies. Its estimators name torch.Tensor in annotations only, but its packages import
torch, matplotlib and seaborn; so only the file of the estimators is loaded, and torch is an empty stand-in.
"""

import importlib
import json
import sys
from pathlib import Path
from types import ModuleType

import numpy as np
import yaml


def estimators() -> ModuleType:
    """Return obp.ope.estimators, loaded without what stands around it."""
    torch = ModuleType("torch")
    torch.Tensor = type("Tensor", (), {})
    package = importlib.import_module("obp")
    around = ModuleType("obp.ope")
    around.__path__ = [str(Path(package.__file__).parent / "ope")]
    sys.modules.update({"torch": torch, "obp.ope": around})
    return importlib.import_module("obp.ope.estimators")


def estimate(inputs: Path) -> dict[str, float]:
    """Return obp's estimate by our name of the estimator."""
    ope, given = estimators(), dict(np.load(inputs))
    model = given.pop("estimated_rewards_by_reg_model")
    return {
        "ips": float(ope.InverseProbabilityWeighting().estimate_policy_value(**given)),
        "snips": float(ope.SelfNormalizedInverseProbabilityWeighting().estimate_policy_value(**given)),
        "dr": float(ope.DoublyRobust().estimate_policy_value(**given, estimated_rewards_by_reg_model=model)),
    }


def prior(campaign: str) -> dict[str, list[float]]:
    """Return alpha and beta of each item at the start of the data collection, as obp carries them."""
    folder = Path(importlib.import_module("obp").__file__).parent
    return yaml.safe_load((folder / "policy" / "conf" / "prior_bts.yaml").read_text())[campaign]


if __name__ == "__main__":
    task, what = sys.argv[1:]
    print(json.dumps(prior(what) if task == "prior" else estimate(Path(what))))
