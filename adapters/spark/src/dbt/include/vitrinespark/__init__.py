"""The macros that go with the adapter."""

from pathlib import Path

PACKAGE_PATH = str(Path(__file__).parent)
