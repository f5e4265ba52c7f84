"""The small table of the work that waits: equal to what is stored, whoever changes a conversation at once."""

from __future__ import annotations

from datetime import datetime
from uuid import uuid4

import pytest

from ftcore.database import Database, Transaction
from ftcore.model import Person
from ftcore.outreach import worklist

NOW = datetime(2026, 11, 24, 9, 0)
CHANGES = {
    "the automaton goes on": "state = 'interested'",
    "an answer comes": "answered_utc = changed_utc",
    "a counselor decides": "verdict = 'to_see'",
    "a counselor reads": "seen_utc = changed_utc",
}


@pytest.mark.parametrize("second", CHANGES)
@pytest.mark.parametrize("first", CHANGES)
def test_two_changes_of_one_conversation_leave_one_row_that_knows_both(
    database: Database, person: Person, first: str, second: str
) -> None:
    conversation = uuid4()
    row = {"agency_id": person.agency_id, "conversation_id": conversation, "campaign_id": uuid4(), "offer_id": uuid4(),
           "candidate_id": uuid4(), "phone": "+33639980001", "state": "waiting", "opened_utc": NOW,
           "changed_utc": NOW}  # fmt: skip
    database.transact(lambda tx: tx.insert("conversation", [row]))

    def change(tx: Transaction, what: str) -> None:
        tx.execute(f"UPDATE conversation SET {CHANGES[what]} WHERE conversation_id = $1", conversation)
        worklist.changed(tx, person.agency_id, [conversation])

    meanwhile = [first]

    def work(tx: Transaction) -> None:
        tx.value("SELECT count(*) FROM conversation")  # from here on it sees no other's change
        while meanwhile:
            database.transact(lambda other: change(other, meanwhile.pop()))
        change(tx, second)

    database.transact(work)
    columns = ", ".join(worklist.COLUMNS)
    stored = database.rows(f"SELECT {columns} FROM conversation v WHERE {worklist.WAITS}")
    assert database.rows(f"SELECT {columns} FROM work_waiting") == stored
