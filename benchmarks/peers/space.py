"""The peers and the configurations that each is tuned over, from peers.toml."""

import itertools
import math
import tomllib
from dataclasses import dataclass

import numpy as np
from protocol import HERE, TASKS, ComparisonError

Params = dict[str, object]


@dataclass(frozen=True)
class Peer:
    """One method of one library."""

    name: str
    title: str
    environment: str
    """Its requirements file, and the name of its virtual environment."""
    module: str
    tasks: tuple[str, ...]
    configurations: tuple[Params, ...]
    limit_seconds: int


def read_peers(only: list[str] | None = None) -> list[Peer]:
    """Return the peers of peers.toml in its order, or the named ones."""
    settings = tomllib.loads((HERE / "peers.toml").read_text())
    budget, seed, limit = (settings.pop(name) for name in ("budget", "seed", "limit_seconds"))
    if unknown := set(only or []) - set(settings):
        raise ComparisonError(f"peers.toml has no {', '.join(sorted(unknown))}. It has: {', '.join(settings)}.")
    return [
        Peer(
            name=name,
            title=entry["title"],
            environment=entry["environment"],
            module=entry.get("module", name),
            tasks=tuple(entry.get("tasks", TASKS)),
            configurations=tuple(draw(entry["space"], budget, seed)),
            limit_seconds=limit,
        )
        for name, entry in settings.items()
        if not only or name in only
    ]


def draw(space: dict[str, object], budget: int, seed: int) -> list[Params]:
    """Return the whole space where it is small enough, else a Latin hypercube of it (McKay et al. 1979).

    Parameters
    ----------
    space
        Of each parameter a list of values, or a range {low, high} that is drawn from on a logarithmic scale.
    budget
        Configurations.
    seed
        Of the draw.
    """
    lists = [values for values in space.values() if isinstance(values, list)]
    if len(lists) == len(space) and math.prod(len(values) for values in lists) <= budget:
        return [dict(zip(space, values, strict=True)) for values in itertools.product(*lists)]
    random = np.random.default_rng(seed)
    columns = {name: _column(values, (random.permutation(budget) + 0.5) / budget) for name, values in space.items()}
    drawn = [dict(zip(columns, values, strict=True)) for values in zip(*columns.values(), strict=True)]
    return [_relevant(params) for params in drawn]


def _column(values: object, shares: np.ndarray) -> list[object]:
    if isinstance(values, list):
        return [values[int(share * len(values))] for share in shares]
    assert isinstance(values, dict)
    low, high = math.log(values["low"]), math.log(values["high"])
    return [float(f"{math.exp(low + share * (high - low)):.3g}") for share in shares]


def _relevant(params: Params) -> Params:
    """Drop the half-life where nothing is decayed, so that equal fits look equal."""
    decayed = "decayed" in (params.get("weighting"), params.get("neighbour_weighting"))
    return (
        params if decayed or "weighting" not in params else {k: v for k, v in params.items() if k != "half_life_days"}
    )
