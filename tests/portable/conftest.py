"""Makes the modules beside the tests importable by their plain names."""
