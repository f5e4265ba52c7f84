"""When an offer closes: everyone still in conversation for it gets a message that a counselor approved."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from ftcore.database import Database, Row, Transaction
from ftcore.drafting import offers
from ftcore.errors import NotFound
from ftcore.model import CampaignState, Person
from ftcore.outreach import campaigns, templates, worklist
from ftcore.outreach.hours import next_slot, of_agency
from ftcore.outreach.sms import Length, gsm_safe, measure
from ftcore.outreach.takeover import one_line
from ftcore.outreach.templates import Kind
from ftcore.outreach.threads import Happening, happen
from ftcore.trust import access, journal

# Those who wrote or may still write. Who refused, stopped, was not reached or has a verdict expects nothing more.
_STILL_OPEN = (
    "v.state IN ('waiting', 'availability', 'prerequisite', 'interested', 'needs_human', 'unclear') "
    "AND (v.verdict IS NULL OR v.verdict = 'to_see')"
)


@dataclass(frozen=True, slots=True)
class Closing:
    """What closing an offer would do: who is told, in which words, at what length; who only is not written to any more.

    `unsent` counts first messages that have not left and will not.
    """

    people: int
    body: str
    length: Length
    unsent: int
    closed_utc: datetime | None


def preview(database: Database, person: Person, offer_id: UUID) -> Closing:
    """What would be sent if the offer closed now. Raises NotFound for an offer of another agency."""
    access.require(person, "send messages")
    with database.read() as reader:
        row = _offer(reader, person, offer_id)
        body = _proposal(reader, person, row)
        told, unsent = _people(reader, person, offer_id)
        closed = reader.value(
            "SELECT closed_utc FROM offer_closing WHERE agency_id = $1 AND offer_id = $2", person.agency_id, offer_id
        )
    return Closing(len(told), body, measure(body), len(unsent), closed)


def close_offer(
    database: Database, person: Person, offer_id: UUID, body: str, hours: tuple[int, int] | None, now: datetime
) -> int:
    """Close the offer and queue the message, in the words that the counselor approved; gives how many are told.

    First messages that have not left are taken back and the campaigns end. A second time changes nothing.
    """
    access.require(person, "send messages")
    text = one_line(gsm_safe(body), "Écrivez le message de clôture avant de l'envoyer.")

    def write(tx: Transaction) -> int:
        _offer(tx, person, offer_id)
        if tx.one("SELECT 1 FROM offer_closing WHERE agency_id = $1 AND offer_id = $2", person.agency_id, offer_id):
            return 0
        told, unsent = _people(tx, person, offer_id)
        tx.insert(
            "offer_closing",
            [
                {
                    "agency_id": person.agency_id,
                    "offer_id": offer_id,
                    "closed_utc": now,
                    "closed_by": person.person_id,
                    "body": text,
                }
            ],
        )
        _end_campaigns(tx, person, offer_id, now)
        _tell(tx, person, told, text, of_agency(tx, person.agency_id, hours), now)
        closed = [row["conversation_id"] for row in (*told, *unsent)]
        tx.execute(
            "UPDATE conversation SET state = 'closed', changed_utc = $3 "
            "WHERE agency_id = $1 AND conversation_id = ANY($2::UUID[])",
            person.agency_id,
            closed,
            now,
        )
        worklist.changed(tx, person.agency_id, closed)
        happen(tx, person.agency_id, closed, Happening.OFFER_CLOSED, person.person_id, now)
        journal.record(
            tx, person.agency_id, person.person_id, "offer closed", offer_id, now, f"{len(told)} people told"
        )
        return len(told)

    return database.transact(write)


def _offer(tx: Transaction, person: Person, offer_id: UUID) -> Row:
    row = tx.one("SELECT * FROM offer WHERE agency_id = $1 AND offer_id = $2", person.agency_id, offer_id)
    if row is None:
        raise NotFound("Cette offre n'existe pas, ou plus, dans votre agence.")
    return row


def _proposal(tx: Transaction, person: Person, offer: Row) -> str:
    wording = templates.current(tx, person.agency_id)[Kind.CLOSING]
    name = tx.value("SELECT name FROM agency WHERE agency_id = $1", person.agency_id)
    # The same words for everyone, as one person reads and approves them once.
    values = templates.values_of(str(name), offers.from_row(offer), "")
    return " ".join(templates.fill(wording, values).split())


def _people(tx: Transaction, person: Person, offer_id: UUID) -> tuple[list[Row], list[Row]]:
    """Those to tell, and those whose first message has not left: they were never told that there is an offer."""
    rows = tx.rows(
        f"""
        SELECT v.conversation_id, v.campaign_id, v.phone, c.department,
               EXISTS (SELECT 1 FROM message m WHERE m.agency_id = v.agency_id
                       AND m.conversation_id = v.conversation_id AND m.state NOT IN ('queued', 'cancelled')) AS written
        FROM conversation v
        JOIN candidate c ON c.agency_id = v.agency_id AND c.candidate_id = v.candidate_id
        WHERE v.agency_id = $1 AND v.offer_id = $2 AND {_STILL_OPEN}
          AND NOT EXISTS (SELECT 1 FROM opt_out s WHERE s.phone = v.phone)
        ORDER BY v.conversation_id
        """,
        person.agency_id,
        offer_id,
    )
    return [row for row in rows if row["written"]], [row for row in rows if not row["written"]]


def _end_campaigns(tx: Transaction, person: Person, offer_id: UUID, now: datetime) -> None:
    tx.execute(
        "UPDATE campaign SET state = $3, pause_reason = NULL WHERE agency_id = $1 AND offer_id = $2",
        person.agency_id,
        offer_id,
        CampaignState.STOPPED.value,
    )
    waiting = tx.rows(
        """
        SELECT m.agency_id, m.message_id FROM message m
        JOIN conversation v ON v.agency_id = m.agency_id AND v.conversation_id = m.conversation_id
        WHERE m.agency_id = $1 AND v.offer_id = $2 AND m.state = 'queued' AND m.automatic
        """,
        person.agency_id,
        offer_id,
    )
    campaigns.cancel(tx, waiting, now, person.person_id, "offre close")


def _tell(
    tx: Transaction, person: Person, told: list[Row], text: str, hours: tuple[int, int] | None, now: datetime
) -> None:
    campaigns.queue(
        tx,
        [
            campaigns.Outgoing(
                person.agency_id,
                row["conversation_id"],
                row["campaign_id"],
                row["phone"],
                row["department"],
                text,
                next_slot(now, row["department"] or row["phone"], hours),
                # Approved by a person, and in their name: it leaves also where the automaton must be silent.
                author=person.person_id,
                template=Kind.CLOSING.value,
            )
            for row in told
        ],
        now,
    )
