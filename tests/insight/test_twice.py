"""Who is counted once although they were approached again: found beforehand, and told apart at the look alike."""

from dataclasses import replace
from datetime import date, timedelta
from uuid import UUID, uuid4

import pytest

from ftcore.database import Database, Transaction
from ftcore.database.base import SCHEMA
from ftcore.insight import figures, twice
from ftcore.insight.figures import Filters
from ftcore.model import Person
from ftcore.outreach import worklist
from tests.insight.conftest import NOON, Write

DAY = timedelta(days=1)
YES, NO = [("yes", timedelta(hours=1))], [("stop", timedelta(hours=1))]
THREE_DAYS = Filters(date(2026, 11, 10), date(2026, 11, 12))


def approach_again(database: Database, person: UUID, conversation_id: UUID) -> None:
    """Make the conversation one with this person, for an offer of its own: nobody is approached twice for one."""
    offer = {**database.rows("SELECT * FROM offer ORDER BY occupation_label LIMIT 1")[0], "offer_id": uuid4()}

    def write(tx: Transaction) -> None:
        tx.insert("offer", [offer])
        tx.execute(
            "UPDATE conversation SET candidate_id = $2, offer_id = $3 WHERE conversation_id = $1",
            conversation_id,
            person,
            offer["offer_id"],
        )

    database.transact(write)


@pytest.mark.parametrize(
    ("talks", "delivered", "replied", "opted_out"),
    [
        pytest.param([YES, YES, YES], 1, 1, 0, id="what is true three times is so once"),
        pytest.param([YES, [], YES], 1, 1, 0, id="a silence between two answers does not part them"),
        pytest.param([YES, [], NO], 1, 1, 1, id="each of what was true once"),
        pytest.param([[], [], YES], 1, 1, 0, id="only lately"),
        pytest.param([YES], 1, 1, 0, id="once only"),
    ],
)
def test_a_person_who_is_approached_again_counts_once(
    database: Database, person: Person, write: Write, talks: list, delivered: int, replied: int, opted_out: int
) -> None:
    awa = uuid4()
    for day, replies in enumerate([YES, *talks], start=-1):  # one of them the day before the period
        approach_again(database, awa, write(*replies, opened=NOON + day * DAY))
    write(*YES, opened=NOON)
    found = figures.view(database, person, THREE_DAYS)
    told_apart = figures.view(database, person, replace(THREE_DAYS, occupation="G1803"))
    for seen in (found, told_apart):
        assert (seen.now.contacted, seen.now.delivered, seen.now.replied, seen.now.opted_out) == (
            2, 1 + delivered, 1 + replied, opted_out,
        )  # fmt: skip
        for table in (seen.agencies, seen.occupations, seen.templates):
            assert table[["delivered", "replied"]].values.tolist() == [[1 + delivered, 1 + replied]]
        assert seen.before.contacted == 1


def test_what_a_migration_leaves_to_be_found_is_found_at_the_next_look(
    database: Database, person: Person, write: Write
) -> None:
    awa = uuid4()
    for day in range(3):
        approach_again(database, awa, write(*YES, opened=NOON + day * DAY))
    before = figures.view(database, person, THREE_DAYS).now
    rows = database.rows("SELECT * FROM outcome_twice ORDER BY kind, day")
    migration = (SCHEMA / "016_measures.sql").read_text(encoding="utf-8")
    mark = next(each for each in migration.split(";") if "INSERT INTO launch_turn" in each)

    def migrate(tx) -> None:
        tx.execute("DELETE FROM outcome_twice")
        tx.execute(mark)

    database.transact(migrate)
    assert database.value(f"SELECT {twice.WANTED}")
    assert figures.view(database, person, THREE_DAYS).now == before
    assert database.rows("SELECT * FROM outcome_twice ORDER BY kind, day") == rows
    assert not database.value(f"SELECT {twice.WANTED}")


def test_a_migration_finds_the_work_that_waits(database: Database, write: Write) -> None:
    change = "UPDATE conversation SET state = $2, answered_utc = $3 WHERE conversation_id = $1"
    for state in ("interested", "needs_human", "prerequisite", "closed", "stopped", "waiting"):
        for verdict in (None, "to_see", "introduced"):
            one = write(*YES, verdict=verdict)
            answered = NOON if verdict == "introduced" else None
            database.transact(lambda tx, values=(one, state, answered): tx.execute(change, *values))
    kept = "SELECT * FROM work_waiting ORDER BY conversation_id"
    database.transact(worklist.keep_all)
    right = database.rows(kept)
    migration = (SCHEMA / "016_measures.sql").read_text(encoding="utf-8")
    filling = next(each for each in migration.split(";") if "INSERT INTO work_waiting" in each)

    def migrate(tx) -> None:
        tx.execute("DELETE FROM work_waiting")
        tx.execute(filling)

    database.transact(migrate)
    assert len(right) == 3 * 2 + 5
    assert database.rows(kept) == right
