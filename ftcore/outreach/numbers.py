"""A person's number: covered wherever it is shown, until a counselor asks for it. Each asking is in the journal.

So are the numbers that a person wrote in an SMS: mostly their own, or that of somebody of theirs.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from uuid import UUID

from ftcore.database import Database, Transaction
from ftcore.errors import NotFound
from ftcore.model import Person
from ftcore.outreach.threads import MISSING, Details
from ftcore.phones import covered_in, covered_quote, display
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


def covered(found: Details) -> Details:
    """The thread as it stands on a screen before anybody asks: numbers that the person wrote are covered.

    What the agency wrote is left as it was sent; what is stored, read and sent knows nothing of it.
    """
    return replace(
        found,
        lines=tuple(replace(line, body=covered_in(line.body)) if line.incoming else line for line in found.lines),
        prerequisites=tuple(replace(each, quote=covered_quote(each.quote)) for each in found.prerequisites),
        interest_quote=covered_quote(found.interest_quote),
        available_quote=covered_quote(found.available_quote),
    )
