"""Scenarios and fault suites share their fixtures: tests/support/fixtures.py."""
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent / "support"))

from fixtures import *  # noqa: E402,F401,F403
