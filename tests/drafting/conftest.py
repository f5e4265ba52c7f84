"""The occupations that offers are read with: built once, since no test changes them."""

import pytest

from ftcore.database import Database
from ftcore.matching import reference
from ftcore.matching.occupations import OccupationIndex, build_index


@pytest.fixture(scope="session")
def index() -> OccupationIndex:
    """The index of the starter referential."""
    database = Database.open(":memory:")
    reference.load_starter(database)
    built = build_index(database)
    database.close()
    return built
