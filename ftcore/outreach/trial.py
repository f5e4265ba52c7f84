"""One SMS of a campaign's text to the counselor's own phone, on the way that all SMS take."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from ftcore.database import Database, Transaction
from ftcore.errors import FtError
from ftcore.model import Offer, Person
from ftcore.outreach import hours as sending_hours
from ftcore.outreach import sending_rules, templates
from ftcore.outreach.outgoing import Outgoing, queue
from ftcore.outreach.sms import gsm_safe
from ftcore.outreach.templates import Kind
from ftcore.phones import normalise
from ftcore.trust import access, journal, kept_stops

# A trial belongs to no candidate: no figure counts it, and nobody's day of rest begins with it.
NOBODY = UUID(int=0)
A_DAY = 5


def send_trial(
    database: Database, person: Person, offer: Offer, phone: str, hours: tuple[int, int] | None, now: datetime
) -> datetime:
    """Queue the first message of this offer, marked "[Test]", to a number that the person types; gives when it leaves.

    It is a message of the person's own, so that no campaign is needed; STOP, hours and the halt of the
    agency hold for it too. The number stands on the SMS and nowhere else. Raises FtError with a sentence.
    """
    access.require(person, "send messages", offer.agency_id)
    number = normalise(phone)
    if number is None:
        raise FtError("Ce numéro n'est pas un numéro de mobile : écrivez-le comme 06 39 98 00 01.")

    def write(tx: Transaction) -> datetime:
        # Trials are counted under the turn of the launches: two clicks at once are two.
        tx.take_turn()
        agency = tx.one("SELECT name, department FROM agency WHERE agency_id = $1", offer.agency_id)
        assert agency is not None
        if sending_rules.of_agency(tx, offer.agency_id).halt is not None:
            raise FtError("Les envois de l'agence sont arrêtés : le test n'est pas parti.")
        if tx.value("SELECT count(*) FROM opt_out WHERE phone = $1", number) or kept_stops.barred(
            tx, database.number_key, [number]
        ):
            raise FtError("Ce numéro a répondu STOP : il ne peut plus recevoir de SMS, même de test.")
        since, _ = sending_hours.local_day(now, agency["department"])
        sent = tx.value(
            "SELECT count(*) FROM message WHERE agency_id = $1 AND campaign_id = $2 AND author = $3 "
            "AND queued_utc >= $4",
            offer.agency_id,
            NOBODY,
            person.person_id,
            since,
        )
        if sent >= A_DAY:
            raise FtError(f"Vous avez déjà envoyé {A_DAY} tests aujourd'hui : c'est le plus possible en un jour.")
        template = templates.current(tx, offer.agency_id)[Kind.OPENING]
        first_name = person.name.split()[0] if person.name.split() else ""
        body = gsm_safe(f"[Test] {templates.raw(template, templates.values_of(agency['name'], offer, first_name))}")
        department = sending_hours.department_of(number)
        leaves = sending_hours.next_slot(now, department, sending_hours.of_agency(tx, offer.agency_id, hours))
        queue(
            tx,
            [
                Outgoing(
                    offer.agency_id,
                    NOBODY,
                    NOBODY,
                    number,
                    department,
                    body,
                    leaves,
                    author=person.person_id,
                    template=template.name,
                )
            ],
            now,
        )
        journal.record(tx, offer.agency_id, person.person_id, "test message", offer.offer_id, now, template.name)
        return leaves

    return database.transact(write)
