"""Fifty kill -9 during a twenty-statement change on each engine."""
import os
import time

import pytest
from argus_server import Argus
from kill_story import kill_many

KILLS = int(os.environ.get("ARGUS_KILLS", "50"))


@pytest.mark.parametrize("engine", ["SQLITE", "POSTGRES"])
def test_killed_changes_are_applied_once_or_not_at_all(engine, target_of):
    seed = int(os.environ.get("ARGUS_SEED", time.time_ns() % 1_000_000))
    with Argus("--demo") as server:
        outcomes = kill_many(server, target_of(server, engine), engine, KILLS, seed)
    print(f"{engine}: {KILLS} kills, seed {seed}: {outcomes}")
    assert set(outcomes) <= {"DONE", "FAILED"}, f"a marker proves every outcome on {engine}: {outcomes}"
