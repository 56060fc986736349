"""A Transformer that reads a customer's purchases in order and says what comes next; needs torch.

Kang and McAuley, "Self-Attentive Sequential Recommendation", ICDM 2018: causal self-attention over the products of a
customer, whose embeddings are both what is read and what is predicted. Unlike there, a next product is told from the
rest of the catalogue by softmax cross-entropy and not from one drawn negative (Klenitskiy and Vasilev, "Turning Dross
Into Gold Loss", RecSys 2023). Rows are sorted by id and time first, one thread computes and the seed fixes all that
is drawn, so the order of the input changes nothing.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pyarrow as pa
from threadpoolctl import threadpool_limits

from vitrine.encoding import Ids, IntArray
from vitrine.sequence_network import (
    Network,
    SequenceParams,
    Sequences,
    StateArray,
    Weights,
    batched,
    drawn_network,
    import_torch,
    padded,
    products_with_buyers,
    read_sequences,
    reproducible,
    windows,
)


@dataclass(frozen=True)
class SequenceModel:
    """A fit, and what it expects of each customer: an affinity is state times embedding, plus the product's bias."""

    weights: Weights
    params: SequenceParams
    epoch: int
    """The epoch that was kept."""
    validate_ndcg: float
    """NDCG@10 on the held-out purchases at that epoch, NaN without any."""
    products: Ids
    customers: Ids
    states: StateArray
    """Shape (customers, width)."""
    last_products: IntArray
    """Code of the latest product of each customer. Shape (customers,)."""

    @property
    def product_embeddings(self) -> StateArray:
        """Shape (products, width)."""
        return np.asarray(self.weights["product"].numpy())

    @property
    def product_biases(self) -> StateArray:
        """Shape (products,)."""
        return np.asarray(self.weights["product_bias"].numpy())

    def score(self, customers: pa.Array, products: pa.Array) -> StateArray:
        """Return the affinity of each given pair, NaN where either is unknown. Shape (n,)."""
        rows, columns = self.customers.encode(customers), self.products.encode(products)
        scores = np.full(len(rows), np.nan, dtype=np.float32)
        known = np.flatnonzero((rows >= 0) & (columns >= 0))
        for start in range(0, len(known), 1 << 16):
            some = known[start : start + (1 << 16)]
            dots = np.einsum("nf,nf->n", self.states[rows[some]], self.product_embeddings[columns[some]])
            scores[some] = dots + self.product_biases[columns[some]]
        return scores


def fit_sequence(histories: pa.Table, params: SequenceParams) -> SequenceModel:
    """Fit the model to the purchases before one cutoff.

    Parameters
    ----------
    histories
        Columns customer_id, product_id (string) and ordered_at (anything that sorts), one row a purchase.
    params
        The parameters.

    Returns
    -------
    SequenceModel
        Of the products with enough buyers and the customers who bought one; empty when nobody bought two.
    """
    torch = import_torch()
    random = np.random.default_rng(params.seed)
    products = products_with_buyers(histories, params.min_buyers)
    customers, sequences = read_sequences(histories, products)
    held = (sequences.lengths >= 2) & (random.random(len(customers)) < params.validate_share)
    is_target = np.zeros(len(sequences.codes), dtype=bool)
    is_target[sequences.starts[1:][held] - 1] = True
    training = sequences.where(~is_target)
    if not (training.lengths >= 2).any():
        products, held = Ids(products.values[:0]), held[:0]
    with reproducible(torch):
        network = drawn_network(torch, len(products), params, random)
        optimizer = torch.optim.Adam(list(network.weights.values()), lr=params.learning_rate)
        average = network.copy()
        best, best_epoch, best_ndcg = average, 0, float("nan")
        for epoch in range(1, params.epochs + 1 if len(products) else 1):
            _train(network, average, optimizer, training.shuffled(random), epoch, random)
            ndcg = _ndcg(average, training, np.flatnonzero(held), sequences.codes[is_target])
            if not ndcg <= best_ndcg:
                best, best_epoch, best_ndcg = average.copy(), epoch, ndcg
            elif epoch >= best_epoch + params.patience:
                break
    nobody = np.empty((0, params.width), dtype=np.float32)
    model = SequenceModel(
        best.weights, params, best_epoch, best_ndcg, products, Ids(customers.values[:0]), nobody, np.empty(0, np.int64)
    )
    return with_histories(model, histories)


def with_histories(model: SequenceModel, histories: pa.Table) -> SequenceModel:
    """Return the fit with the customers and purchases of other histories, which may be later than those it learned."""
    torch = import_torch()
    customers, sequences = read_sequences(histories, model.products)
    with reproducible(torch):
        states = Network(torch, model.weights, model.params).states(sequences, np.arange(len(customers)))
    return replace(model, customers=customers, states=states, last_products=sequences.codes[sequences.starts[1:] - 1])


def propose(
    model: SequenceModel,
    histories: pa.Table,
    owned: pa.Table,
    sellable: pa.Array,
    max_candidates: int,
    allow_owned: bool = False,
    batch_size: int = 512,
) -> Iterator[pa.Table]:
    """Yield the likeliest next products of each customer, a batch of customers at a time.

    Parameters
    ----------
    model
        A fit.
    histories
        Columns customer_id, product_id, ordered_at: what each customer bought before now.
    owned
        Columns customer_id, product_id: what each customer has.
    sellable
        Ids of the products that may be proposed.
    max_candidates
        Products per customer.
    allow_owned
        Whether products that the customer has may be proposed.
    batch_size
        Customers scored at once; memory grows with it and with the catalogue only.

    Yields
    ------
    pa.Table
        Columns customer_id, product_id, candidate_score, anchor_product_id: the latest product of the customer,
        NULL where it is the candidate itself.
    """
    model = with_histories(model, histories)
    offered = np.unique(model.products.encode(sellable))
    offered = offered[offered >= 0]
    if not len(offered):
        return
    rows, columns = model.customers.encode(owned["customer_id"]), model.products.encode(owned["product_id"])
    position = np.full(len(model.products), -1)
    position[offered] = np.arange(len(offered))
    is_hidden = (rows >= 0) & (columns >= 0) & (position[columns] >= 0) & (not allow_owned)
    order = np.argsort(rows[is_hidden], kind="stable")
    rows, columns = rows[is_hidden][order], position[columns[is_hidden]][order]
    starts = np.searchsorted(rows, np.arange(len(model.customers) + 1))
    embeddings, biases = model.product_embeddings[offered].T, model.product_biases[offered]
    top = min(max_candidates, len(offered))
    for begin in range(0, len(model.customers), batch_size):
        end = min(begin + batch_size, len(model.customers))
        mine = slice(starts[begin], starts[end])
        with threadpool_limits(1, "blas"):
            scores = model.states[begin:end] @ embeddings + biases
        scores[rows[mine] - begin, columns[mine]] = -np.inf
        best = np.argpartition(-scores, top - 1, axis=1)[:, :top]
        best_scores = np.take_along_axis(scores, best, axis=1).ravel()
        keep = np.isfinite(best_scores)
        customers = np.repeat(np.arange(begin, end), top)[keep]
        products = offered[best].ravel()[keep]
        anchors = model.last_products[customers]
        yield pa.table(
            {
                "customer_id": model.customers.decode(customers),
                "product_id": model.products.decode(products),
                "candidate_score": best_scores[keep].astype(np.float64),
                "anchor_product_id": model.products.decode(np.where(anchors == products, -1, anchors)),
            }
        )


def _train(
    network: Network,
    average: Network,
    optimizer: Any,
    training: Sequences,
    epoch: int,
    random: np.random.Generator,
) -> None:
    """Do one epoch: every purchase that follows another is a target once."""
    begins, ends = windows(training, network.params.max_length)
    batches = batched(ends - begins - 1, network.params.batch_positions, random)
    for step, batch in enumerate(batches, start=(epoch - 1) * len(batches)):
        codes, is_real = padded(training.codes, begins[batch], ends[batch])
        is_target = is_real[:, 1:]
        states = network.forward(codes[:, :-1], random)[network.torch.from_numpy(is_target)]
        loss = network.loss(states, codes[:, 1:][is_target], random)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        # The first steps were wild and are soon forgotten.
        average.approach(network, max(1 - network.params.averaging, 9 / (10 + step)))


def _ndcg(network: Network, seen: Sequences, customers: IntArray, targets: IntArray) -> float:
    """Return NDCG@10 of one held-out purchase a customer among all products not seen, NaN without customers."""
    torch, weights = network.torch, network.weights
    states = network.states(seen, customers)
    gains = np.zeros(len(customers))
    for begin in range(0, len(customers), 1024):
        some = slice(begin, begin + 1024)
        codes, _ = padded(seen.codes, seen.starts[customers[some]], seen.starts[customers[some] + 1])
        places = torch.from_numpy(targets[some])[:, None]
        with torch.no_grad():
            scores = torch.from_numpy(states[some]) @ weights["product"].T + weights["product_bias"]
            target_scores = scores.gather(1, places)
            scores.scatter_(1, torch.from_numpy(codes), -np.inf).scatter_(1, places, target_scores)
            # What is not surely below is above, so that neither ties nor NaN look good.
            ranks = scores.shape[1] - (scores < target_scores).sum(dim=1).numpy()
        gains[some] = np.where(ranks <= 10, 1 / np.log2(ranks + 1), 0)
    return float(gains.mean()) if len(gains) else float("nan")
