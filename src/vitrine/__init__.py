"""Vitrine: the algorithms behind a cross-sell recommender that lives in the warehouse."""

__version__ = "0.1.0"
