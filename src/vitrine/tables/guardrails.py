"""Guardrails from the rows that people edit."""

import pyarrow as pa

from vitrine.rerank import Guardrails, PairRule, Pin, SlotLimit


def guardrails_of(limits: pa.Table, pairs: pa.Table, pins: pa.Table) -> Guardrails:
    """Return what the rows of one channel and cutoff say, in the order of their names.

    Parameters
    ----------
    limits
        Columns limit_name, limit_type, attribute_name, attribute_value (NULL: each or all) and slot_count.
    pairs
        Columns pair_name, pair_type, attribute_name, attribute_value, other_attribute_name, other_attribute_value.
    pins
        Columns pin_name, slot and product_id.
    """
    return Guardrails(
        tuple(
            SlotLimit(
                row["limit_name"],
                row["limit_type"],
                row["attribute_name"],
                row["attribute_value"],
                row["slot_count"],
            )
            for row in limits.sort_by("limit_name").to_pylist()
        ),
        tuple(
            PairRule(
                row["pair_name"],
                row["pair_type"],
                row["attribute_name"],
                row["attribute_value"],
                row["other_attribute_name"],
                row["other_attribute_value"],
            )
            for row in pairs.sort_by("pair_name").to_pylist()
        ),
        tuple(Pin(row["pin_name"], row["slot"], row["product_id"]) for row in pins.sort_by("pin_name").to_pylist()),
    )


def attribute_names(limits: pa.Table, pairs: pa.Table) -> list[str]:
    """Return the attributes that the rows name, each once."""
    columns = [limits["attribute_name"], pairs["attribute_name"], pairs["other_attribute_name"]]
    return sorted({name for column in columns for name in column.to_pylist()})
