"""The starter referential goes into an empty database, once."""

from collections.abc import Callable

from ftcore.database import Database
from ftcore.matching import reference


def test_the_starter_fills_an_empty_database_and_repeating_changes_nothing(
    fresh_database: Callable[..., Database],
) -> None:
    database = fresh_database()
    tables = ("occupation", "occupation_title", "occupation_skill", "occupation_near", "commune", "department")
    loaded = reference.load_starter(database)
    counts = {table: database.value(f"SELECT count(*) FROM {table}") for table in tables}
    assert loaded >= sum(counts.values())
    assert all(counts.values())
    assert reference.load_starter(database) == 0
    assert counts == {table: database.value(f"SELECT count(*) FROM {table}") for table in tables}


def test_the_starter_is_whole(fresh_database: Callable[..., Database]) -> None:
    database = fresh_database()
    reference.load_starter(database)
    orphans = database.value(
        """
        SELECT (SELECT count(*) FROM occupation_title WHERE code NOT IN (SELECT code FROM occupation))
             + (SELECT count(*) FROM occupation_skill WHERE code NOT IN (SELECT code FROM occupation))
             + (SELECT count(*) FROM occupation_near WHERE code NOT IN (SELECT code FROM occupation)
                OR neighbour NOT IN (SELECT code FROM occupation) OR NOT degree BETWEEN 0 AND 1)
             + (SELECT count(*) FROM commune WHERE department NOT IN (SELECT code FROM department))
        """
    )
    assert orphans == 0


def test_what_an_agency_loaded_is_never_mixed_with_the_starter(database: Database) -> None:
    before = database.rows("SELECT * FROM commune ORDER BY insee")
    assert reference.load_starter(database) == 0
    assert database.rows("SELECT * FROM commune ORDER BY insee") == before
