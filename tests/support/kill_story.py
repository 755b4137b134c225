"""kill -9 at a random moment of a change, start again, and ask Argus and the target what happened."""
import random
import time

from argus_server import Change, wait_for

STATEMENTS = 20
FINAL = ("DONE", "FAILED", "CANCELED", "UNKNOWN")


def slow_script(engine, table, statements=STATEMENTS):
    """One transaction of about 200 ms that leaves one row a statement."""
    if engine == "POSTGRES":
        work = "INSERT INTO {t} SELECT {i} FROM pg_sleep(0.01);"
    else:
        work = ("INSERT INTO {t} SELECT {i} FROM (WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n "
                "WHERE x < 30000) SELECT max(x) FROM n);")
    create = f"CREATE TABLE {table} (id INTEGER PRIMARY KEY);"
    return "\n".join([create] + [work.format(t=table, i=i) for i in range(1, statements)])


def count_rows(target, engine, table):
    """Rows of the table; None when it does not exist."""
    known = (target.rows(f"SELECT 1 FROM sqlite_master WHERE name = '{table}'") if engine == "SQLITE" else
             target.rows(f"SELECT 1 FROM pg_tables WHERE tablename = '{table}'"))
    return int(target.rows(f"SELECT count(*) FROM {table}")[0][0]) if known else None


def kill_once(server, target, engine, number, chance):
    """One change, one kill; returns the state that the run ended in."""
    table = f"killed_{number}"
    change = Change(server.login("alice"), "projects/play", slow_script(engine, table), target.name)
    change.approve(server.login("bob"))
    change.start(server.login("carol"))
    time.sleep(chance.uniform(0, 0.3))
    server.kill()
    server.start()

    change.runner = server.login("carol")
    wait_for(lambda: (t := change.tasks()[0])["state"] in FINAL and t, timeout=60)
    run = change.latest_run()
    rows = count_rows(target, engine, table)
    applied = rows == STATEMENTS - 1
    assert applied or rows is None, f"half a change: {rows} rows, the run says {run}"
    if run["state"] == "DONE":
        assert applied, f"DONE, but nothing is there: {run}"
    elif run["state"] == "FAILED":
        assert not applied, f"FAILED, but applied: {run}"
        assert run["error"]["reason"] == "INTERRUPTED", run
    else:
        assert run["state"] == "UNKNOWN" and run["evidence"], run
    return run["state"]


def kill_many(server, target, engine, kills, seed):
    chance = random.Random(seed)
    outcomes = [kill_once(server, target, engine, number, chance) for number in range(kills)]
    return {state: outcomes.count(state) for state in set(outcomes)}
