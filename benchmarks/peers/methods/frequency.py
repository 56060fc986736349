"""What the customer buys most often; where that says nothing, as of products never bought, what is popular."""

from collections.abc import Sequence

import numpy as np
import pyarrow as pa
from inputs import Inputs, IntArray
from ranking import rank_scores


def fit_and_rank(inputs: Inputs, params: dict, customers: IntArray, tasks: Sequence[str]) -> pa.Table:
    """Rank by the customer's orders of a product, each halved every `half_life_days`, ties by recent buyers."""
    own = inputs.matrix(np.exp2(-inputs.age_days / params["half_life_days"]))[:, inputs.catalogue]
    buyers = inputs.buyers_within(params["window_days"])[inputs.catalogue]
    # Below any order within the data, so that popularity only breaks ties.
    tie_break = 1e-9 * buyers / max(buyers.max(initial=0), 1)
    return rank_scores(inputs, customers, tasks, lambda some: own[some].toarray() + tie_break)
