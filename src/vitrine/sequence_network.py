"""The network of `vitrine.sequence`: causal self-attention over the products of a customer; needs torch."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from importlib import import_module
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

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
class Sequences:
    """Product codes by customer and time; those of a customer lie between two starts."""

    starts: IntArray
    codes: IntArray
    instants: IntArray
    """Purchases of one instant have no order among them."""

    @property
    def lengths(self) -> IntArray:
        """Purchases of each customer. Shape (customers,)."""
        return np.diff(self.starts)

    @property
    def rows(self) -> IntArray:
        """The customer of each purchase. Shape (purchases,)."""
        return np.repeat(np.arange(len(self.lengths)), self.lengths)

    def where(self, kept: BoolArray) -> "Sequences":
        """Return the sequences without some purchases, for the same customers."""
        counts = np.bincount(self.rows[kept], minlength=len(self.lengths))
        return Sequences(np.append(0, np.cumsum(counts)), self.codes[kept], self.instants[kept])

    def shuffled(self, random: np.random.Generator) -> "Sequences":
        """Return the sequences with the purchases of one instant in a new order: that of their ids says nothing."""
        order = np.lexsort((random.random(len(self.codes)), self.instants, self.rows))
        return replace(self, codes=self.codes[order])


def products_with_buyers(histories: pa.Table, min_buyers: int) -> Ids:
    """Return the products that enough customers bought."""
    customers, products = distinct_ids(histories["customer_id"]), distinct_ids(histories["product_id"])
    rows, columns = customers.encode(histories["customer_id"]), products.encode(histories["product_id"])
    known = (rows >= 0) & (columns >= 0)
    pairs = np.unique(rows[known] * len(products) + columns[known])
    buyers = np.bincount(pairs % max(len(products), 1), minlength=len(products))
    return Ids(products.values.filter(pa.array(buyers >= min_buyers)))


def read_sequences(histories: pa.Table, products: Ids) -> tuple[Ids, Sequences]:
    """Return the customers who bought one of the products, and what they bought in the order of time."""
    histories = histories.filter(pc.is_in(histories["product_id"], value_set=products.values))
    customers = distinct_ids(histories["customer_id"])
    rows, codes = customers.encode(histories["customer_id"]), products.encode(histories["product_id"])
    instants = pc.rank(histories["ordered_at"], tiebreaker="dense").to_numpy().astype(np.int64)
    order = np.lexsort((codes, instants, rows))
    order = order[rows[order] >= 0]
    starts = np.searchsorted(rows[order], np.arange(len(customers) + 1))
    return customers, Sequences(starts, codes[order], instants[order])


def windows(sequences: Sequences, size: int) -> tuple[IntArray, IntArray]:
    """Cut sequences, from their end, into windows of so many targets; a window begins with its first target's input."""
    counts = np.maximum(sequences.lengths - 2 + size, 0) // size
    rows = np.repeat(np.arange(len(counts)), counts)
    nth = np.arange(len(rows)) - np.repeat(np.cumsum(counts) - counts, counts)
    ends = sequences.starts[1:][rows] - nth * size
    return np.maximum(sequences.starts[rows], ends - size - 1), ends


def batched(lengths: IntArray, positions: int, random: np.random.Generator | None = None) -> list[IntArray]:
    """Split sequences into groups of similar length, each of about so many purchases; shuffled if `random`."""
    draws = random.random(len(lengths)) if random else np.zeros(len(lengths))
    order = np.lexsort((draws, lengths))
    groups = np.cumsum(lengths[order]) // positions
    batches = [part for part in np.split(order, np.flatnonzero(np.diff(groups)) + 1) if len(part)]
    return [batches[i] for i in random.permutation(len(batches))] if random else batches


def padded(codes: IntArray, begins: IntArray, ends: IntArray) -> tuple[IntArray, BoolArray]:
    """Return sequences side by side, filled up at the end, and which places are real. Each (sequences, longest)."""
    places = begins[:, None] + np.arange((ends - begins).max())
    is_real = places < ends[:, None]
    return codes[np.where(is_real, places, begins[:, None])], is_real


@dataclass(frozen=True)
class Network:
    """Tensors by name, and what is computed with them."""

    torch: Any
    weights: Weights
    params: SequenceParams

    def copy(self) -> "Network":
        """Return a network that does not change with this one."""
        return replace(self, weights={name: weight.detach().clone() for name, weight in self.weights.items()})

    def approach(self, other: "Network", share: float) -> None:
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

    def states(self, sequences: Sequences, customers: IntArray) -> StateArray:
        """Return what comes after the latest product of each customer. Shape (customers, width)."""
        states = np.empty((len(customers), self.params.width), dtype=np.float32)
        ends = sequences.starts[customers + 1]
        begins = np.maximum(sequences.starts[customers], ends - self.params.max_length)
        for batch in batched(ends - begins, 1 << 14):
            codes, _ = padded(sequences.codes, begins[batch], ends[batch])
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


def drawn_network(torch: Any, product_count: int, params: SequenceParams, random: np.random.Generator) -> Network:
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
    return Network(torch, {name: torch.from_numpy(array).requires_grad_() for name, array in arrays.items()}, params)


@contextmanager
def reproducible(torch: Any) -> Iterator[None]:
    """Compute on one thread with deterministic algorithms, and leave torch as it was found."""
    threads, is_deterministic = torch.get_num_threads(), torch.are_deterministic_algorithms_enabled()
    torch.set_num_threads(1)
    torch.use_deterministic_algorithms(True)
    try:
        yield
    finally:
        torch.set_num_threads(threads)
        torch.use_deterministic_algorithms(is_deterministic)


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
