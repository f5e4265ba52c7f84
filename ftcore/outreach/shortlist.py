"""The shortlist of an offer: who is interested, from when, what is met, each with the SMS that says it."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, replace
from datetime import date, datetime
from uuid import UUID

from ftcore.database import Database, Row, Transaction
from ftcore.drafting import offers
from ftcore.model import Answer, ConversationState, Met, Offer, Person, Verdict
from ftcore.outreach.threads import Prerequisite, prerequisite, unasked
from ftcore.phones import covered
from ftcore.trust import access, journal

# Those whom a counselor has decided to put forward; nobody gets here without a person's verdict.
PUT_FORWARD = (Verdict.RETAINED, Verdict.INTRODUCED)


@dataclass(frozen=True, slots=True)
class Listed:
    """One person of a shortlist. A quote is the SMS as it was written, None where nothing was said.

    `phone` is covered but on the sheet that is handed over.
    """

    conversation_id: UUID
    name: str
    phone: str
    state: ConversationState
    interest: Answer | None
    interest_quote: str | None
    available_from: date | None
    available_quote: str | None
    prerequisites: tuple[Prerequisite, ...]
    verdict: Verdict | None
    verdict_reason: str | None
    answered_utc: datetime | None

    def having(self, met: Met) -> int:
        """How many prerequisites are met, not met or unknown."""
        return sum(each.met is met for each in self.prerequisites)


@dataclass(frozen=True, slots=True)
class Shortlist:
    """An offer and the people who said yes or on whom somebody decided, those that a verdict retains first."""

    offer: Offer
    people: tuple[Listed, ...]

    @property
    def put_forward(self) -> tuple[Listed, ...]:
        """Those who go on the sheet for the employer."""
        return tuple(person for person in self.people if person.verdict in PUT_FORWARD)


def shortlist(database: Database, person: Person, offer_id: UUID) -> Shortlist:
    """The shortlist of an offer of the person's agency. Raises NotFound for another's. Who said STOP is not on it."""
    access.require(person, "read conversations")
    offer = offers.offer(database, person, offer_id)
    with database.read() as reader:
        found = _read(reader, offer)
    return Shortlist(offer, tuple(replace(each, phone=covered(each.phone)) for each in found.people))


def hand_over(database: Database, person: Person, offer_id: UUID, form: str, now: datetime) -> Shortlist:
    """The shortlist for the employer's sheet, with the numbers; the journal has it, with the form of the sheet."""
    access.require(person, "read conversations")
    access.require(person, "reveal numbers")
    offer = offers.offer(database, person, offer_id)

    def read(tx: Transaction) -> Shortlist:
        found = _read(tx, offer)
        detail = f"{len(found.put_forward)} people, {form}"
        journal.record(tx, person.agency_id, person.person_id, "employer sheet", offer_id, now, detail)
        return found

    return database.transact(read)


def _read(reader: Transaction, offer: Offer) -> Shortlist:
    rows = reader.rows(_LISTED, offer.agency_id, offer.offer_id)
    checks: defaultdict[UUID, list[Prerequisite]] = defaultdict(list)
    for row in reader.rows(_CHECKS, offer.agency_id, [row["conversation_id"] for row in rows]):
        checks[row["conversation_id"]].append(prerequisite(row))
    asked = unasked(offer)
    people = [_listed(row, tuple(checks[row["conversation_id"]]) or asked) for row in rows]
    people.sort(key=_order)
    return Shortlist(offer, tuple(people))


_LISTED = """
    SELECT v.*, c.first_name, c.last_name, i.body AS interest_quote, d.body AS available_quote
    FROM conversation v
    JOIN candidate c ON c.agency_id = v.agency_id AND c.candidate_id = v.candidate_id
    LEFT JOIN reply i ON i.agency_id = v.agency_id AND i.reply_id = v.interest_reply
    LEFT JOIN reply d ON d.agency_id = v.agency_id AND d.reply_id = v.available_reply
    WHERE v.agency_id = $1 AND v.offer_id = $2 AND v.state NOT IN ('stopped', 'wrong_person')
      AND (v.interest = 'yes' OR v.state = 'interested' OR v.verdict IS NOT NULL)
"""
_CHECKS = """
    SELECT p.*, r.body AS quote FROM prerequisite_check p
    LEFT JOIN reply r ON r.agency_id = p.agency_id AND r.reply_id = p.reply_id
    WHERE p.agency_id = $1 AND p.conversation_id = ANY($2::UUID[]) ORDER BY p.conversation_id, p.position
"""


def _listed(row: Row, prerequisites: tuple[Prerequisite, ...]) -> Listed:
    return Listed(
        row["conversation_id"],
        f"{row['first_name']} {row['last_name']}",
        row["phone"],
        ConversationState(row["state"]),
        Answer(row["interest"]) if row["interest"] else None,
        row["interest_quote"],
        row["available_from"],
        row["available_quote"],
        prerequisites,
        Verdict(row["verdict"]) if row["verdict"] else None,
        row["verdict_reason"],
        row["answered_utc"],
    )


_VERDICT_ORDER = {Verdict.RETAINED: 0, Verdict.INTRODUCED: 0, Verdict.TO_SEE: 1, None: 2, Verdict.CALLED_BACK: 2}


def _order(one: Listed) -> tuple[int, datetime, str]:
    """By verdict, then who answered first. Not by what is met: unknown is not no, and a person weighs it."""
    return _VERDICT_ORDER.get(one.verdict, 3), one.answered_utc or datetime.max, one.name
