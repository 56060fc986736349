"""The records of a simulated house, as its weeks add to them."""

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

Chunks = dict[str, list[NDArray[np.generic]]]


@dataclass
class Log:
    """What was recorded, by table and column; products, customers and visits are codes, times are seconds."""

    tables: dict[str, Chunks] = field(default_factory=dict)

    def add(self, table: str, **columns: NDArray[np.generic]) -> None:
        """Add rows."""
        chunks = self.tables.setdefault(table, {})
        for name, values in columns.items():
            chunks.setdefault(name, []).append(values)

    def rows(self, table: str) -> dict[str, NDArray[np.generic]]:
        """Return the columns of a table, all weeks together; empty without a row."""
        return {name: np.concatenate(chunks) for name, chunks in self.tables.get(table, {}).items()}
