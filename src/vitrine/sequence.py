"""A Transformer that reads a customer's purchases in order and says what comes next; needs torch.

Kang and McAuley, "Self-Attentive Sequential Recommendation", ICDM 2018: causal self-attention over the products of a
customer, whose embeddings are both what is read and what is predicted. Unlike there, a next product is told from the
rest of the catalogue by softmax cross-entropy and not from one drawn negative (Klenitskiy and Vasilev, "Turning Dross
Into Gold Loss", RecSys 2023). Rows are sorted by id and time first, one thread computes and the seed fixes all that
is drawn, so the order of the input changes nothing.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from importlib import import_module
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray
from threadpoolctl import threadpool_limits

from vitrine.encoding import Ids, IntArray, distinct_ids

BoolArray = NDArray[np.bool_]
StateArray = NDArray[np.float32]
Weights = dict[str, Any]
"""Tensors by name."""


@dataclass(frozen=True)
class SequenceParams:
    """Parameters of one fit."""

    width: int = 64
    """Length of an embedding."""
    layers: int = 1
    """Blocks of attention and feed-forward."""
    heads: int = 2
    """Attention heads of a block; they share the width."""
    max_length: int = 50
    """Latest purchases that are read."""
    dropout: float = 0.3
    """Share of activations left out in training."""
    learning_rate: float = 0.004
    averaging: float = 0.998
    """Share of the average over the steps so far that a step keeps: it is the average that is judged and kept."""
    batch_positions: int = 1024
    """Purchases in a batch, whatever the lengths of their sequences."""
    sampled_products: int = 2048
    """Products drawn for each batch to tell its targets from, beside those in it; 0 for the whole catalogue."""
    epochs: int = 100
    """Most passes over the purchases."""
    patience: int = 5
    """Epochs without a better NDCG@10 on the held-out purchases before the fit stops."""
    validate_share: float = 0.1
    """Share of the customers whose last purchase is held out to choose the epoch."""
    min_buyers: int = 3
    """Products with fewer buyers are neither read nor predicted."""
    seed: int = 20180101


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
    products = _products_with_buyers(histories, params.min_buyers)
    customers, sequences = _read(histories, products)
    held = (sequences.lengths >= 2) & (random.random(len(customers)) < params.validate_share)
    is_target = np.zeros(len(sequences.codes), dtype=bool)
    is_target[sequences.starts[1:][held] - 1] = True
    training = sequences.where(~is_target)
    if not (training.lengths >= 2).any():
        products, held = Ids(products.values[:0]), held[:0]
    with _reproducible(torch):
        network = _drawn_network(torch, len(products), params, random)
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
    customers, sequences = _read(histories, model.products)
    with _reproducible(torch):
        states = _Network(torch, model.weights, model.params).states(sequences, np.arange(len(customers)))
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


def import_torch() -> Any:
    """Return torch, which only this module needs.

    Raises
    ------
    ModuleNotFoundError
        If it is not installed, saying how to.
    """
    try:
        return import_module("torch")
    except ModuleNotFoundError as error:
        raise ModuleNotFoundError("The sequence model needs torch: pip install '.[sequence]'.") from error


# -- Sequences ------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Sequences:
    """Product codes by customer and time; those of a customer lie between two starts."""

    starts: IntArray
    codes: IntArray
    instants: IntArray
    """Purchases of one instant have no order among them."""

    @property
    def lengths(self) -> IntArray:
        return np.diff(self.starts)

    @property
    def rows(self) -> IntArray:
        return np.repeat(np.arange(len(self.lengths)), self.lengths)

    def where(self, kept: BoolArray) -> "_Sequences":
        """Return the sequences without some purchases, for the same customers."""
        counts = np.bincount(self.rows[kept], minlength=len(self.lengths))
        return _Sequences(np.append(0, np.cumsum(counts)), self.codes[kept], self.instants[kept])

    def shuffled(self, random: np.random.Generator) -> "_Sequences":
        """Return the sequences with the purchases of one instant in a new order: that of their ids says nothing."""
        order = np.lexsort((random.random(len(self.codes)), self.instants, self.rows))
        return replace(self, codes=self.codes[order])


def _products_with_buyers(histories: pa.Table, min_buyers: int) -> Ids:
    """Return the products that enough customers bought."""
    customers, products = distinct_ids(histories["customer_id"]), distinct_ids(histories["product_id"])
    rows, columns = customers.encode(histories["customer_id"]), products.encode(histories["product_id"])
    known = (rows >= 0) & (columns >= 0)
    pairs = np.unique(rows[known] * len(products) + columns[known])
    buyers = np.bincount(pairs % max(len(products), 1), minlength=len(products))
    return Ids(products.values.filter(pa.array(buyers >= min_buyers)))


def _read(histories: pa.Table, products: Ids) -> tuple[Ids, _Sequences]:
    """Return the customers who bought one of the products, and what they bought in the order of time."""
    histories = histories.filter(pc.is_in(histories["product_id"], value_set=products.values))
    customers = distinct_ids(histories["customer_id"])
    rows, codes = customers.encode(histories["customer_id"]), products.encode(histories["product_id"])
    instants = pc.rank(histories["ordered_at"], tiebreaker="dense").to_numpy().astype(np.int64)
    order = np.lexsort((codes, instants, rows))
    order = order[rows[order] >= 0]
    starts = np.searchsorted(rows[order], np.arange(len(customers) + 1))
    return customers, _Sequences(starts, codes[order], instants[order])


def _windows(sequences: _Sequences, size: int) -> tuple[IntArray, IntArray]:
    """Cut sequences, from their end, into windows of so many targets; a window begins with its first target's input."""
    counts = np.maximum(sequences.lengths - 2 + size, 0) // size
    rows = np.repeat(np.arange(len(counts)), counts)
    nth = np.arange(len(rows)) - np.repeat(np.cumsum(counts) - counts, counts)
    ends = sequences.starts[1:][rows] - nth * size
    return np.maximum(sequences.starts[rows], ends - size - 1), ends


def _batches(lengths: IntArray, positions: int, random: np.random.Generator | None = None) -> list[IntArray]:
    """Split sequences into groups of similar length, each of about so many purchases; shuffled if `random`."""
    draws = random.random(len(lengths)) if random else np.zeros(len(lengths))
    order = np.lexsort((draws, lengths))
    groups = np.cumsum(lengths[order]) // positions
    batches = [part for part in np.split(order, np.flatnonzero(np.diff(groups)) + 1) if len(part)]
    return [batches[i] for i in random.permutation(len(batches))] if random else batches


def _padded(codes: IntArray, begins: IntArray, ends: IntArray) -> tuple[IntArray, BoolArray]:
    """Return sequences side by side, filled up at the end, and which places are real. Each (sequences, longest)."""
    places = begins[:, None] + np.arange((ends - begins).max())
    is_real = places < ends[:, None]
    return codes[np.where(is_real, places, begins[:, None])], is_real


# -- Network --------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Network:
    """Tensors by name, and what is computed with them."""

    torch: Any
    weights: Weights
    params: SequenceParams

    def copy(self) -> "_Network":
        return replace(self, weights={name: weight.detach().clone() for name, weight in self.weights.items()})

    def approach(self, other: "_Network", share: float) -> None:
        """Go a share of the way to the tensors of another network."""
        with self.torch.no_grad():
            for name, weight in self.weights.items():
                weight.lerp_(other.weights[name], share)

    def forward(self, codes: IntArray, random: np.random.Generator | None = None) -> Any:
        """Return what comes after each product of each sequence. Shape (sequences, length, width).

        A state looks at its own and earlier products only, so what sequences are filled up with at the end is not
        seen. With `random` some activations are dropped.
        """
        functional, weights, params = self.torch.nn.functional, self.weights, self.params
        count, length = codes.shape
        by_head = (count, length, params.heads, params.width // params.heads)

        def norm(x: Any, name: str) -> Any:
            return functional.layer_norm(x, (params.width,), weights[f"{name}_scale"], weights[f"{name}_shift"])

        def linear(x: Any, name: str) -> Any:
            return functional.linear(x, weights[name], weights[f"{name}_bias"])

        def drop(x: Any) -> Any:
            if random is None or not params.dropout:
                return x
            # A byte a coin: torch's own dropout took a quarter of the time.
            coins = np.frombuffer(random.bytes(x.numel()), dtype=np.uint8).reshape(x.shape)
            kept = 256 - round(256 * params.dropout)
            return x * self.torch.from_numpy((coins < kept) * np.float32(256 / kept))

        embedded = params.width**0.5 * functional.embedding(self.torch.from_numpy(codes), weights["product"])
        x = drop(embedded + weights["position"][:length])
        for layer in range(params.layers):
            parts = linear(norm(x, f"{layer}_before"), f"{layer}_attend").chunk(3, dim=2)
            query, key, value = (part.reshape(by_head).transpose(1, 2) for part in parts)
            attended = functional.scaled_dot_product_attention(query, key, value, is_causal=True)
            x = x + drop(linear(attended.transpose(1, 2).reshape(x.shape), f"{layer}_attended"))
            hidden = functional.gelu(linear(norm(x, f"{layer}_between"), f"{layer}_first"))
            x = x + drop(linear(hidden, f"{layer}_second"))
        return norm(x, "after")

    def states(self, sequences: _Sequences, customers: IntArray) -> StateArray:
        """Return what comes after the latest product of each customer. Shape (customers, width)."""
        states = np.empty((len(customers), self.params.width), dtype=np.float32)
        ends = sequences.starts[customers + 1]
        begins = np.maximum(sequences.starts[customers], ends - self.params.max_length)
        for batch in _batches(ends - begins, 1 << 14):
            codes, _ = _padded(sequences.codes, begins[batch], ends[batch])
            with self.torch.no_grad():
                found = self.forward(codes).numpy()
            states[batch] = found[np.arange(len(batch)), ends[batch] - begins[batch] - 1]
        return states

    def loss(self, states: Any, targets: IntArray, random: np.random.Generator) -> Any:
        """Return the cross-entropy of the targets among all products, or among those of the batch and drawn ones."""
        torch, functional = self.torch, self.torch.nn.functional
        embeddings, biases = self.weights["product"], self.weights["product_bias"]
        product_count = len(biases)
        if not 0 < self.params.sampled_products < product_count:
            return functional.cross_entropy(states @ embeddings.T + biases, torch.from_numpy(targets))
        found, places = np.unique(targets, return_inverse=True)
        drawn = np.setdiff1d(random.choice(product_count, self.params.sampled_products, replace=False), found)
        columns = torch.from_numpy(np.concatenate([found, drawn]))
        # Each drawn product stands for its share of those that are not in the batch.
        share = np.zeros(len(columns), dtype=np.float32)
        share[len(found) :] = np.log(max(product_count - len(found), 1) / max(len(drawn), 1))
        some_biases = functional.embedding(columns, biases[:, None])[:, 0] + torch.from_numpy(share)
        logits = states @ functional.embedding(columns, embeddings).T + some_biases
        return functional.cross_entropy(logits, torch.from_numpy(places))


def _drawn_network(torch: Any, product_count: int, params: SequenceParams, random: np.random.Generator) -> _Network:
    """Return a network that has learned nothing: Gaussian matrices, biases of zero, norms of one."""
    width = params.width
    shapes = {"product": (product_count, width), "position": (params.max_length, width)}
    ones = ["after"]
    for layer in range(params.layers):
        shapes |= {
            f"{layer}_attend": (3 * width, width),
            f"{layer}_attended": (width, width),
            f"{layer}_first": (width, width),
            f"{layer}_second": (width, width),
        }
        ones += [f"{layer}_before", f"{layer}_between"]
    arrays = {name: 0.02 * random.standard_normal(shape, dtype=np.float32) for name, shape in shapes.items()}
    arrays |= {f"{name}_bias": np.zeros(shape[0], np.float32) for name, shape in shapes.items() if name != "position"}
    arrays |= {f"{name}_scale": np.ones(width, np.float32) for name in ones}
    arrays |= {f"{name}_shift": np.zeros(width, np.float32) for name in ones}
    return _Network(torch, {name: torch.from_numpy(array).requires_grad_() for name, array in arrays.items()}, params)


def _train(
    network: _Network,
    average: _Network,
    optimizer: Any,
    training: _Sequences,
    epoch: int,
    random: np.random.Generator,
) -> None:
    """Do one epoch: every purchase that follows another is a target once."""
    begins, ends = _windows(training, network.params.max_length)
    batches = _batches(ends - begins - 1, network.params.batch_positions, random)
    for step, batch in enumerate(batches, start=(epoch - 1) * len(batches)):
        codes, is_real = _padded(training.codes, begins[batch], ends[batch])
        is_target = is_real[:, 1:]
        states = network.forward(codes[:, :-1], random)[network.torch.from_numpy(is_target)]
        loss = network.loss(states, codes[:, 1:][is_target], random)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        # The first steps were wild and are soon forgotten.
        average.approach(network, max(1 - network.params.averaging, 9 / (10 + step)))


def _ndcg(network: _Network, seen: _Sequences, customers: IntArray, targets: IntArray) -> float:
    """Return NDCG@10 of one held-out purchase a customer among all products not seen, NaN without customers."""
    torch, weights = network.torch, network.weights
    states = network.states(seen, customers)
    gains = np.zeros(len(customers))
    for begin in range(0, len(customers), 1024):
        some = slice(begin, begin + 1024)
        codes, _ = _padded(seen.codes, seen.starts[customers[some]], seen.starts[customers[some] + 1])
        places = torch.from_numpy(targets[some])[:, None]
        with torch.no_grad():
            scores = torch.from_numpy(states[some]) @ weights["product"].T + weights["product_bias"]
            target_scores = scores.gather(1, places)
            scores.scatter_(1, torch.from_numpy(codes), -np.inf).scatter_(1, places, target_scores)
            # What is not surely below is above, so that neither ties nor NaN look good.
            ranks = scores.shape[1] - (scores < target_scores).sum(dim=1).numpy()
        gains[some] = np.where(ranks <= 10, 1 / np.log2(ranks + 1), 0)
    return float(gains.mean()) if len(gains) else float("nan")


@contextmanager
def _reproducible(torch: Any) -> Iterator[None]:
    """Compute on one thread with deterministic algorithms, and leave torch as it was found."""
    threads, is_deterministic = torch.get_num_threads(), torch.are_deterministic_algorithms_enabled()
    torch.set_num_threads(1)
    torch.use_deterministic_algorithms(True)
    try:
        yield
    finally:
        torch.set_num_threads(threads)
        torch.use_deterministic_algorithms(is_deterministic)
