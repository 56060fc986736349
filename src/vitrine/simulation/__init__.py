"""Maison, a simulated luxury house: made-up customers and products, and the truth that they behave by.

Everything here is simulated. `house` draws who and what there is, `behaviour` is the truth (taste, price sensitivity,
what goes with what, and with it every probability), `timeline` lets weeks pass and `tables` writes what a shop would
have recorded. A pipeline may read the tables and nothing else; tests and experiments may ask the truth.
"""
