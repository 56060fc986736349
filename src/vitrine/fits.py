"""Naming a fit by what made it, so that the same data and parameters always carry the same id."""

import hashlib
import json
from dataclasses import asdict
from typing import Any

import numpy as np

from vitrine import __version__


def fingerprint(*arrays: Any) -> str:
    """Return a hash of arrays in the given order; sort rows by their keys first."""
    digest = hashlib.sha256()
    for array in arrays:
        values = np.ascontiguousarray(array)
        digest.update(f"{values.shape}{values.dtype}".encode())
        digest.update("\0".join(values.astype(str)).encode() if values.dtype == object else values.tobytes())
    return digest.hexdigest()


def parameters_json(params: Any, **extra: Any) -> str:
    """Return a params object and further facts as JSON with sorted keys."""
    return json.dumps({**asdict(params), **extra}, sort_keys=True)


def fit_id(name: str, parameters: str, training_fingerprint: str) -> str:
    """Return ``<name>_<12 hex digits>`` of parameters, training data and the version of this package."""
    text = "\n".join([__version__, name, parameters, training_fingerprint])
    return f"{name}_{hashlib.sha256(text.encode()).hexdigest()[:12]}"
