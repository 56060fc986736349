"""Vitrine: the algorithms behind a cross-sell recommender that lives in the warehouse."""

import os

# OpenMP threads that wait by spinning keep the cores from the warehouse's own threads. The setting is read once,
# when the first library that uses OpenMP is loaded, so it comes before all imports of those.
os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")

__version__ = "0.1.0"
