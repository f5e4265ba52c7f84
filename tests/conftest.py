"""Fixtures shared by all tests: a real database in memory, and the services that pages use."""

from collections.abc import Iterator

import pytest

from ftcore import demo, services
from ftcore.database import Database, GroupCommit, utc_now
from ftcore.drafting.offline import OfflineWriter
from ftcore.matching import reference
from ftcore.model import Person
from ftcore.settings import Settings


@pytest.fixture
def database() -> Iterator[Database]:
    """An empty database with the starter referential."""
    opened = Database.open(":memory:")
    reference.load_starter(opened)
    yield opened
    opened.close()


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
