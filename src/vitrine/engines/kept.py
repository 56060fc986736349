"""What a Python model need not compute, since its table has it from an earlier night."""

from typing import Any


def still_open(dbt: Any, relation: Any) -> Any:
    """Return the rows of a relation as of cutoffs that the model's table does not have yet.

    Parameters
    ----------
    dbt
        What a Python model is called with. The macro `create_table_as` leaves the open cutoffs on it, where there are
        others, and takes their rows over; on an engine without that macro all are open.
    relation
        With a column cutoff_at, such as the calendar.
    """
    cutoffs = getattr(dbt, "open_cutoffs", None)
    return relation if cutoffs is None else relation.filter(f"cutoff_at in ({', '.join(cutoffs)})")
