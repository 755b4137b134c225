"""A few kill -9; tests/kill has many."""
import pytest
from argus_server import Argus, Change
from kill_story import kill_many


@pytest.mark.parametrize("engine", ["SQLITE", "POSTGRES"])
def test_a_killed_change_is_applied_once_or_not_at_all(engine, target_of):
    with Argus("--demo") as server:
        assert set(kill_many(server, target_of(server, engine), engine, kills=4, seed=7)) <= {"DONE", "FAILED"}


def test_nothing_is_lost_by_a_kill():
    with Argus("--demo") as server:
        change = Change(server.login("alice"), "projects/play", "CREATE TABLE kept (id INTEGER PRIMARY KEY)",
                        "instances/dev/databases/shop")
        change.open_issue()
        server.kill()
        server.start()
        change.author = server.login("alice")
        assert change.approve(server.login("bob"))["approval"]["status"] == "APPROVED"
        change.start(server.login("carol"))
        assert change.wait()["state"] == "DONE"
