"""What a peer may know at a cutoff, as arrays. Needs numpy, scipy and pyarrow only, so it runs in every environment."""

from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
from numpy.typing import NDArray
from scipy.sparse import csr_matrix

IntArray = NDArray[np.int64]
FloatArray = NDArray[np.float64]

SOLD_LATELY_DAYS = 56
"""At an earlier cutoff than the exported one, a product counts as sellable when it sold within this many days."""


@dataclass(frozen=True, eq=False)
class Inputs:
    """Purchases before one cutoff and the products known then. Customers and products are numbered from 0 by id."""

    horizon_days: float
    """Length of the window that lists are made for."""
    customer_count: int
    customer: IntArray
    """Of each purchase, that is order and product; shape (purchases,), as the next five."""
    product: IntArray
    order: IntArray
    age_days: FloatArray
    """Days from the purchase to the cutoff, above 0."""
    quantity: FloatArray
    net_amount: FloatArray
    category: IntArray
    """Of each product, shape (products,), as all below; -1 where unknown."""
    brand: IntArray
    is_sellable: NDArray[np.bool_]
    price_amount: FloatArray
    buyer_count: IntArray
    """Customers who bought the product lately, as the warehouse counts them."""

    @property
    def product_count(self) -> int:
        return len(self.category)

    @cached_property
    def catalogue(self) -> IntArray:
        """Return the sellable products, the most bought first: columns of every score matrix; shape (sellable,)."""
        by_popularity = np.lexsort((np.arange(self.product_count), -self.buyer_count))
        return by_popularity[self.is_sellable[by_popularity]]

    @cached_property
    def bought(self) -> csr_matrix:
        """Return the number of orders of each customer with each product; shape (customers, products)."""
        return self.matrix(np.ones(len(self.customer)))

    def matrix(self, values: FloatArray) -> csr_matrix:
        """Return the sums of values of purchases by customer and product; shape (customers, products)."""
        shape = (self.customer_count, self.product_count)
        matrix = csr_matrix((values, (self.customer, self.product)), shape=shape)
        matrix.sum_duplicates()
        return matrix

    def interactions(self, weighting: str, half_life_days: float = 90.0) -> csr_matrix:
        """Return the strength of each customer's tie to each product.

        Parameters
        ----------
        weighting
            `binary`: 1; `counts`: orders; `log_counts`: log of 1 + orders; `decayed`: each order halves every
            `half_life_days`.
        half_life_days
            Of `decayed`.

        Returns
        -------
        csr_matrix
            float32, shape (customers, products).
        """
        if weighting == "decayed":
            return self.matrix(np.exp2(-self.age_days / half_life_days)).astype(np.float32)
        matrix = self.bought.astype(np.float32).copy()
        if weighting == "binary":
            matrix.data[:] = 1
        elif weighting == "log_counts":
            matrix.data = np.log1p(matrix.data)
        elif weighting != "counts":
            raise ValueError(f"Unknown weighting {weighting}.")
        return matrix

    def buyers_within(self, days: float) -> FloatArray:
        """Return the customers who bought each product within the last days; shape (products,)."""
        late = self.age_days <= days
        pairs = np.unique(self.customer[late] * self.product_count + self.product[late])
        return np.bincount(pairs % self.product_count, minlength=self.product_count).astype(float)

    def earlier(self, days: float) -> "Inputs":
        """Return what was known that many days before: purchases until then, products that had sold lately sellable."""
        kept = self.age_days > days
        past = replace(
            self,
            customer=self.customer[kept],
            product=self.product[kept],
            order=self.order[kept],
            age_days=self.age_days[kept] - days,
            quantity=self.quantity[kept],
            net_amount=self.net_amount[kept],
        )
        buyers = past.buyers_within(SOLD_LATELY_DAYS)
        return replace(past, is_sellable=buyers > 0, buyer_count=buyers.astype(np.int64))


def read_inputs(folder: Path, horizon_days: float) -> Inputs:
    """Read what `prepare` exported for a cutoff."""
    purchases = pq.read_table(folder / "purchases.parquet")
    products = pq.read_table(folder / "products.parquet")
    customers = pq.read_table(folder / "customers.parquet", columns=["customer"])

    def column(table, name, kind):  # type: ignore[no-untyped-def]
        return np.asarray(table[name].to_numpy()).astype(kind)

    return Inputs(
        horizon_days=horizon_days,
        customer_count=customers.num_rows,
        **{name: column(purchases, name, np.int64) for name in ("customer", "product", "order")},
        **{name: column(purchases, name, np.float64) for name in ("age_days", "quantity", "net_amount")},
        **{name: column(products, name, np.int64) for name in ("category", "brand", "buyer_count")},
        is_sellable=column(products, "is_sellable", bool),
        price_amount=np.nan_to_num(column(products, "price_amount", np.float64)),
    )
