"""`make check`: what is wrong with seeds and rules, said before anything runs."""
