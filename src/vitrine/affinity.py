"""How close a customer is to a product, seen by all models of `vitrine.affinity_models` at once.

The best products of each model's scores become candidates, and every candidate, also one that another source proposed,
carries the scores of all models, so that the ranker compares candidates of all sources by the same measures.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray
from scipy.sparse import csr_matrix
from sklearn.preprocessing import normalize
from threadpoolctl import threadpool_limits

from vitrine.affinity_models import (
    AffinityParams,
    Block,
    FactorBlock,
    Interactions,
    als_block,
    content_block,
    linear_blocks,
    neighbours_block,
    rows_at,
)
from vitrine.als import AlsFactors
from vitrine.encoding import IntArray, as_doubles, distinct_ids
from vitrine.top import best_of_products, best_of_rows

MODELS = ("als", "linear", "intent", "neighbours", "content")
MAX_BLOCK_CELLS = 1 << 25
"""Scores held at once by a block: 128 MiB."""
BLAS_THREADS = 2
"""More do not pay for blocks of this size."""
NO_RANK = np.iinfo(np.int32).max


def propose_by_affinity(
    interactions: Interactions,
    customers: pa.ChunkedArray,
    products: pa.Table,
    pairs: pa.Table,
    known_categories: pa.Table,
    factors: AlsFactors,
    params: AffinityParams,
    allow_owned: bool = False,
) -> Iterator[pa.Table]:
    """Yield the candidates of each model and the given pairs with the scores of all models, by batches of customers.

    Parameters
    ----------
    interactions
        Who bought what before the cutoff.
    customers
        Ids of the customers who get candidates.
    products
        Columns product_id, category, description (string) and is_offered (boolean) of the known products.
    pairs
        Columns customer_id, product_id: candidates of other sources, to be scored as well.
    known_categories
        Columns customer_id, category: the categories that are not new to the customer.
    factors
        A fit of ALS on the same interactions.
    params
        The parameters.
    allow_owned
        Whether products that the customer has may be proposed.

    Yields
    ------
    pa.Table
        Columns customer_id, product_id, anchor_product_id (NULL without one), new_category_rank (the best rank that a
        model gives the product among those of categories new to the customer; NULL below the kept ones), and for
        each model <model>_score, <model>_ratio (the score over the customer's best) and <model>_rank (NULL below the
        kept ones).
    """
    places = interactions.products.encode(products["product_id"])
    descriptions = np.full(len(interactions.products), "", dtype=object)
    descriptions[places[places >= 0]] = np.asarray(products["description"].to_pylist(), dtype=object)[places >= 0]
    offered = _offered(interactions, products, places, params.max_products)
    if not len(offered) or not len(interactions.customers):
        return
    category_ids = distinct_ids(products["category"])
    category_of = np.full(len(interactions.products), -1)
    category_of[places[places >= 0]] = category_ids.encode(products["category"])[places >= 0]
    with threadpool_limits(BLAS_THREADS, "blas"):
        linear, intent = linear_blocks(interactions, offered, params)
    blocks: dict[str, Block] = {
        "als": als_block(interactions, factors, offered),
        "linear": linear,
        "intent": intent,
        "neighbours": neighbours_block(interactions, offered, params.neighbour_count),
        "content": content_block(interactions, offered, [str(text) for text in descriptions]),
    }
    shape = (len(interactions.customers), len(category_ids))
    rows, columns = (
        ids.encode(known_categories[name])
        for ids, name in ((interactions.customers, "customer_id"), (category_ids, "category"))
    )
    known = (rows >= 0) & (columns >= 0)
    seen = csr_matrix((np.ones(known.sum(), dtype=np.int8), (rows[known], columns[known])), shape=shape)
    slates = _Proposals(
        interactions,
        offered,
        blocks,
        _encoded_pairs(interactions, pairs, offered),
        interactions.owned[:, offered],
        seen,
        category_of[offered],
        _Anchors(interactions, factors, params.max_anchors),
        params,
        allow_owned,
    )
    wanted = np.unique(interactions.customers.encode(customers))
    wanted = wanted[wanted >= 0]
    # A block is as wide as the catalogue or the customers: the more there are, the fewer rows it has.
    room = MAX_BLOCK_CELLS // max(len(offered), len(interactions.customers))
    size = max(1, min(params.batch_size, room))
    for begin in range(0, len(wanted), size):
        yield slates.of(wanted[begin : begin + size])


def _offered(interactions: Interactions, products: pa.Table, places: IntArray, limit: int) -> IntArray:
    """Return the codes of the products that may be proposed, ascending: the most bought lately where too many."""
    is_offered = (as_doubles(products["is_offered"].cast(pa.int8())) > 0) & (places >= 0)
    offered = np.sort(places[is_offered])
    if len(offered) > limit:
        buyers = np.asarray(interactions.recent.sum(axis=0)).ravel()[offered]
        weight = np.asarray(interactions.weights.sum(axis=0)).ravel()[offered]
        offered = np.sort(offered[np.lexsort((offered, -np.round(weight, 3), -buyers))[:limit]])
    return offered


@dataclass(frozen=True)
class _Proposals:
    """Everything that the candidates of a batch of customers are drawn from."""

    interactions: Interactions
    offered: IntArray
    blocks: dict[str, Block]
    given: csr_matrix
    owned: csr_matrix
    seen_categories: csr_matrix
    category_of: IntArray
    anchors: "_Anchors"
    params: AffinityParams
    allow_owned: bool

    def of(self, batch: IntArray) -> pa.Table:
        """Return the candidates of a batch of customers."""
        width = len(self.offered)
        depth = self.params.max_candidates + self.params.new_category_depth
        hidden = csr_matrix((len(batch), width)) if self.allow_owned else self.owned[batch]
        seen = np.asarray(self.seen_categories[batch].todense()) > 0
        scores, tops = {}, {}
        fresh: list[tuple[NDArray[np.signedinteger], NDArray[np.signedinteger]]] = []
        chosen = [np.ravel_multi_index(self.given[batch].nonzero(), (len(batch), width))]
        for name, block in self.blocks.items():
            if isinstance(block, FactorBlock):
                places, value = best_of_products(block.customers[batch], block.products, hidden, depth)
            else:
                with threadpool_limits(BLAS_THREADS, "blas"):
                    scores[name] = block(batch)
                scores[name][hidden.nonzero()] = -np.inf
                places, value = best_of_rows(scores[name], depth)
            cells = np.arange(len(batch))[:, None] * width + places
            is_shown = value > 0
            is_top = is_shown & (np.arange(places.shape[1]) < self.params.max_candidates)
            is_new = is_shown & ~seen[np.arange(len(batch))[:, None], self.category_of[places]]
            is_new &= np.cumsum(is_new, axis=1) <= self.params.max_new_category_candidates
            tops[name] = (cells[is_top], np.nonzero(is_top)[1] + 1)
            chosen += [cells[is_top], cells[is_new]]
            fresh.append((cells[is_new], np.cumsum(is_new, axis=1, dtype=np.int64)[is_new]))
        cells = np.unique(np.concatenate(chosen))
        cells = cells[~np.isin(cells, np.ravel_multi_index(hidden.nonzero(), hidden.shape))]
        row, column = np.divmod(cells, width)
        anchors = self.anchors.of(batch[row], self.offered[column])
        columns: dict[str, pa.Array] = {
            "customer_id": self.interactions.customers.decode(batch[row]),
            "product_id": self.interactions.products.decode(self.offered[column]),
            "anchor_product_id": self.interactions.products.decode(anchors),
        }
        best_fresh = np.full(len(cells), NO_RANK, dtype=np.int32)
        for at, place in fresh:
            np.minimum.at(best_fresh, np.searchsorted(cells, at), place)
        columns["new_category_rank"] = pa.array(best_fresh, mask=best_fresh == NO_RANK)
        for name, block in self.blocks.items():
            value = block.at(batch[row], column) if isinstance(block, FactorBlock) else scores[name][row, column]
            best = np.zeros(len(batch), dtype=np.float32)
            np.maximum.at(best, row, value)
            rank = np.zeros(len(cells), dtype=np.int32)
            rank[np.searchsorted(cells, tops[name][0])] = tops[name][1]
            columns[f"{name}_score"] = pa.array(value)
            columns[f"{name}_ratio"] = pa.array(value / np.where(best > 0, best, 1)[row])
            columns[f"{name}_rank"] = pa.array(rank, mask=rank == 0)
        return pa.table(columns)


def _encoded_pairs(interactions: Interactions, pairs: pa.Table, offered: IntArray) -> csr_matrix:
    """Return one where a pair was proposed elsewhere. Shape (customers, offered)."""
    row = interactions.customers.encode(pairs["customer_id"])
    code = interactions.products.encode(pairs["product_id"])
    place = np.minimum(np.searchsorted(offered, code), len(offered) - 1)
    known = (row >= 0) & (code >= 0) & (offered[place] == code)
    shape = (len(interactions.customers), len(offered))
    return csr_matrix((np.ones(known.sum(), dtype=np.int8), (row[known], place[known])), shape=shape)


class _Anchors:
    """For a pair, the product among the customer's most bought with the highest cosine of factors."""

    def __init__(self, interactions: Interactions, factors: AlsFactors, count: int) -> None:
        width = factors.product_factors.shape[1] if len(factors.products) else 1
        self._unit = normalize(
            rows_at(factors.product_factors, factors.products.encode(interactions.products.values), width)
        )
        weights = interactions.weights
        row = np.repeat(np.arange(weights.shape[0]), np.diff(weights.indptr))
        order = np.lexsort((weights.indices, -weights.data, row))
        self._owned = np.full((weights.shape[0], count), -1)
        slot = np.arange(len(row)) - np.repeat(weights.indptr[:-1], np.diff(weights.indptr))
        kept = slot < count
        self._owned[row[kept], slot[kept]] = weights.indices[order][kept]

    def of(self, customers: IntArray, products: IntArray, size: int = 1 << 15) -> IntArray:
        """Return the anchor of each pair, -1 without one. Shape (n,)."""
        found = np.full(len(customers), -1)
        for begin in range(0, len(customers), size):
            some = slice(begin, begin + size)
            owned = self._owned[customers[some]]
            cosines = np.einsum("nf,nkf->nk", self._unit[products[some]], self._unit[owned])
            cosines = np.where((owned >= 0) & (owned != products[some][:, None]), cosines, -2)
            best = np.argmax(cosines, axis=1)
            is_close = np.take_along_axis(cosines, best[:, None], axis=1)[:, 0] > 0
            found[some] = np.where(is_close, np.take_along_axis(owned, best[:, None], axis=1)[:, 0], -1)
        return found
