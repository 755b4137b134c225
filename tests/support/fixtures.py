"""What every scenario can ask for: PostgreSQL, a demo server on either metastore, databases to change."""
import sqlite3

import pytest


from argus_server import Argus
from postgres import Postgres


@pytest.fixture(scope="session")
def postgres():
    server = Postgres()
    yield server
    server.close()


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def demo(request, postgres):
    """A demo server, once on each metastore."""
    flags = ["--demo"]
    if request.param == "postgresql":
        name = "meta_" + request.module.__name__
        postgres.create_database(name)
        flags += ["--metastore-url", postgres.url(name)]
    with Argus(*flags) as server:
        yield server


@pytest.fixture(scope="module")
def demo_sqlite():
    with Argus("--demo") as server:
        yield server


class SqliteTarget:
    """The demo's dev database."""

    def __init__(self, server):
        self.name = "instances/dev/databases/shop"
        self.path = server.data_dir / "demo" / "dev" / "shop.db"

    def rows(self, sql):
        with sqlite3.connect(self.path) as connection:
            return connection.execute(sql).fetchall()


class PostgresTarget:
    """A PostgreSQL database registered as a dev instance and given to project play."""

    def __init__(self, server, postgres, database):
        self.postgres = postgres
        self.database = postgres.create_database(database)
        admin = server.login("dba")
        instance = database.replace("_", "-")
        admin.post("/v1/instances", {"title": database, "engine": "POSTGRES", "environment": "environments/dev",
                                     "host": "127.0.0.1", "port": postgres.port, "username": "postgres"}, instanceId=instance)
        admin.post(f"/v1/instances/{instance}:sync")
        self.name = f"instances/{instance}/databases/{database}"
        admin.post(f"/v1/{self.name}:transfer", {"project": "projects/play"})

    def rows(self, sql):
        text = self.postgres.sql(sql, self.database)
        return [tuple(line.split("|")) for line in text.splitlines()]


@pytest.fixture(scope="module")
def target_of(postgres):
    """target_of(server, engine): a database of the project that changes may be made to."""
    made = {}

    def make(server, engine):
        key = (server.port, engine)
        if key not in made:
            made[key] = (SqliteTarget(server) if engine == "SQLITE" else
                         PostgresTarget(server, postgres, f"shop_{server.port}_{len(made)}"))
        return made[key]

    return make
