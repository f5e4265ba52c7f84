"""A small town for the SMS tests: two agencies, an offer each, job seekers with fictional numbers."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from ftcore.database import Database, Row
from ftcore.drafting import offers
from ftcore.model import Campaign, MessageState, Occupation, Offer, OfferSource, Person, Place, Role
from ftcore.outreach import campaigns, dispatcher, inbox, ledger

# A Tuesday, 10:00 in Paris.
NOW = datetime(2026, 11, 24, 9, 0)


@dataclass
class Town:
    """What the tests say in one line: people, offers, launches, what came back, what is stored."""

    database: Database
    counselor: Person
    colleague: Person  # of another agency
    now: datetime = NOW
    _numbers: Iterator[int] = field(default_factory=lambda: itertools.count(1))
    _callbacks: Iterator[int] = field(default_factory=lambda: itertools.count(1))

    def offer(self, person: Person | None = None, title: str = "Serveur H/F", **more: Any) -> Offer:
        offer = Offer(
            agency_id=(person or self.counselor).agency_id,
            offer_id=uuid4(),
            title=title,
            description="Service en salle.",
            occupation=Occupation("G1803", "Service en restauration"),
            source=OfferSource.FORM,
            created_utc=self.now,
            **({"place": Place("Privas", "07", "07186", 44.7, 4.6)} | more),
        )
        row = offers.to_row(offer) | {"created_by": "test"}
        self.database.transact(lambda tx: tx.insert("offer", [row]))
        return offer

    def people(self, count: int = 1, person: Person | None = None, **more: Any) -> list[UUID]:
        """Job seekers of the person's agency; `more` replaces columns of each."""
        rows = []
        for _ in range(count):
            number = next(self._numbers)
            rows.append(
                {
                    "agency_id": (person or self.counselor).agency_id,
                    "candidate_id": uuid4(),
                    "external_id": f"D{number}",
                    "first_name": "Awa",
                    "last_name": f"Essai {number}",
                    "phone": f"+3363998{number:04d}",
                    "skills": [],
                    "department": "07",
                    "demo": False,
                    **more,
                }
            )
        self.database.transact(lambda tx: tx.insert("candidate", rows))
        return [row["candidate_id"] for row in rows]

    def phone(self, candidate_id: UUID) -> str:
        return self.database.value("SELECT phone FROM candidate WHERE candidate_id = $1", candidate_id)

    def launch(
        self,
        people: list[UUID],
        offer: Offer | None = None,
        *,
        person: Person | None = None,
        campaign_id: UUID | None = None,
        hours: tuple[int, int] | None = None,
        now: datetime | None = None,
    ) -> Campaign:
        person = person or self.counselor
        return campaigns.launch(
            self.database,
            person,
            offer or self.offer(person),
            campaign_id or uuid4(),
            people,
            len(people),
            hours,
            now or self.now,
        )

    def dispatch(self, gateway: campaigns.SmsGateway, now: datetime | None = None, limit: int = 20) -> int:
        """One turn of the sender without its thread."""
        now = now or self.now
        batch = dispatcher.claim(self.database, "test", None, now, limit)
        outcomes = [dispatcher.send(gateway, sms, lambda: now) for sms in batch]
        dispatcher.settle(self.database, outcomes, now)
        return len(batch)

    def accepted(self, gateway_id: str | None = None) -> None:
        """Every queued SMS is taken over by a gateway that gives each an id."""
        for row in dispatcher.claim(self.database, "test", None, self.now, 500):
            change = ledger.Change(
                row["agency_id"],
                row["message_id"],
                MessageState.ACCEPTED,
                self.now,
                "dispatcher",
                gateway_id=gateway_id or f"AT-{row['message_id']}",
            )
            self.database.transact(lambda tx, change=change: ledger.record(tx, [change]))

    def callback(self, kind: str, form: dict[str, str] | str, received: datetime | None = None) -> str:
        callback_id = f"c{next(self._callbacks):05d}"
        row = {
            "callback_id": callback_id,
            "kind": kind,
            "form": form if isinstance(form, str) else inbox.form_text(form),
            "received_utc": received or self.now,
        }
        self.database.transact(lambda tx: tx.insert("callback", [row]))
        return callback_id

    def writes(self, phone: str, text: str, *, hours: tuple[int, int] | None = None) -> str:
        """The person answers, and the answer is read; gives the outcome of the callback."""
        self.now += timedelta(seconds=1)
        callback_id = self.callback("incoming", {"from": phone, "text": text, "id": str(uuid4())})
        inbox.take_in(self.database, hours, self.now)
        return self.outcome(callback_id)

    def reports(self, gateway_id: str, status: str, phone: str = "", received: datetime | None = None) -> str:
        form = {"id": gateway_id, "status": status, "phoneNumber": phone}
        return self.callback("delivery", form, received)

    def outcome(self, callback_id: str) -> str | None:
        return self.database.value("SELECT outcome FROM callback WHERE callback_id = $1", callback_id)

    def messages(self, where: str = "true") -> list[Row]:
        return self.database.rows(f"SELECT * FROM message WHERE {where} ORDER BY queued_utc, message_id")

    def states(self) -> list[str]:
        return sorted(row["state"] for row in self.messages())

    def conversations(self) -> list[str]:
        return sorted(row["state"] for row in self.database.rows("SELECT state FROM conversation"))

    def journal(self) -> list[str]:
        """The acts in their order, but for what is told of each person and each answer."""
        acts = self.database.rows("SELECT act FROM journal ORDER BY happened_utc, act")
        return [row["act"] for row in acts if not row["act"].startswith(("person ", "reply "))]


@pytest.fixture
def database(fresh_database: Callable[..., Database]) -> Database:
    return fresh_database()


@pytest.fixture
def town(database: Database) -> Town:
    counselor = Person("c1", "Claire", Role.COUNSELOR, uuid4())
    colleague = Person("c2", "Karim", Role.COUNSELOR, uuid4())
    agencies = [
        {"agency_id": counselor.agency_id, "name": "Agence de Privas", "department": "07", "demo": False},
        {"agency_id": colleague.agency_id, "name": "Agence d'Aubenas", "department": "07", "demo": False},
    ]
    database.transact(lambda tx: tx.insert("agency", agencies))
    return Town(database, counselor, colleague)
