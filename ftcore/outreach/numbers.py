"""A person's number: covered wherever it is shown, until a counselor asks for it. Each asking is in the journal."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

from ftcore.database import Database, Transaction
from ftcore.errors import NotFound
from ftcore.model import Person
from ftcore.outreach.threads import MISSING
from ftcore.phones import display
from ftcore.trust import access, journal

# A call is made at once; a screen that is left alone shows no number for long.
SHOWN_FOR = timedelta(minutes=5)


def reveal(database: Database, person: Person, conversation_id: UUID, now: datetime) -> str:
    """The number of a thread of the person's agency, as it is dialled. Raises NotAllowed, NotFound."""
    access.require(person, "reveal numbers")

    def read(tx: Transaction) -> str:
        row = tx.one(
            "SELECT candidate_id, phone FROM conversation WHERE agency_id = $1 AND conversation_id = $2",
            person.agency_id,
            conversation_id,
        )
        if row is None:
            raise NotFound(MISSING)
        journal.record(tx, person.agency_id, person.person_id, "number revealed", row["candidate_id"], now)
        return display(row["phone"])

    return database.transact(read)
