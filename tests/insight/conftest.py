"""What the tests of the figures write down: conversations of one agency, as they would be stored."""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from uuid import UUID, uuid4

import pytest

from ftcore.database import Database
from ftcore.insight import outcomes
from ftcore.model import Person

NOON = datetime(2026, 11, 10, 11, 0)
Write = Callable[..., UUID]


@pytest.fixture
def write(database: Database, person: Person) -> Write:
    """Write one conversation of the agency with its opening SMS and its replies."""
    agency = person.agency_id
    offer, campaign = uuid4(), uuid4()

    def offer_row(offer_id: UUID, code: str) -> dict[str, object]:
        return {
            "agency_id": agency,
            "offer_id": offer_id,
            "source": "form",
            "title": "Serveur",
            "description": "",
            "occupation_code": code,
            "occupation_label": f"Métier {code}",
            "skills_required": [],
            "skills_desired": [],
            "licences": [],
            "languages": [],
            "openings": 1,
            "created_utc": NOON,
            "created_by": "x",
        }

    campaign_row = {
        "agency_id": agency,
        "campaign_id": campaign,
        "offer_id": offer,
        "state": "running",
        "launched_utc": NOON,
        "launched_by": "x",
        "considered": 40,
        "demo": False,
    }

    second_offer, second_campaign = uuid4(), uuid4()

    def start(tx) -> None:
        tx.insert("offer", [offer_row(offer, "G1803")])
        # The same occupation, as another file spells it.
        tx.insert("offer", [offer_row(second_offer, "G1803") | {"occupation_label": "Métier G1803, restauration"}])
        tx.insert("campaign", [campaign_row])
        second = {"campaign_id": second_campaign, "offer_id": second_offer, "demo": True, "considered": 5}
        tx.insert("campaign", [campaign_row | second])

    database.transact(start)

    def conversation(
        *replies: tuple[str, timedelta],
        state: str = "delivered",
        opened: datetime = NOON,
        corrected: str | None = None,
        verdict: str | None = None,
        sent: bool = True,
        candidate: UUID | None = None,
        second: bool = False,
        settled_after: timedelta = timedelta(0),
        decided_after: timedelta = timedelta(hours=30),
        finished_after: timedelta | None = None,
        checks: Sequence[tuple[str, str, str]] = (),
        template: str | None = None,
        cost: str | None = None,
    ) -> UUID:
        one = uuid4()
        offer_id, campaign_id = (second_offer, second_campaign) if second else (offer, campaign)
        rows = {
            "conversation": {
                "agency_id": agency,
                "conversation_id": one,
                "campaign_id": campaign_id,
                "offer_id": offer_id,
                "candidate_id": candidate or uuid4(),
                "phone": "+33639980001",
                "state": "waiting",
                "opened_utc": opened,
                "changed_utc": opened,
                "verdict": verdict,
                "verdict_utc": opened + decided_after if verdict else None,
                "started_utc": opened if finished_after else None,
                "finished_utc": opened + finished_after if finished_after else None,
            },
            "message": {
                "agency_id": agency,
                "message_id": uuid4(),
                "conversation_id": one,
                "campaign_id": campaign_id,
                "phone": "+33639980001",
                "body": "Bonjour",
                "parts": 1,
                "automatic": True,
                "opening": True,
                "state": state,
                "queued_utc": opened,
                "not_before_utc": opened,
                "settled_utc": opened + settled_after if state in ("delivered", "failed") else None,
                "gateway_id": str(one) if sent else None,
                "contradicted": False,
                "template": template,
                "cost": cost,
            },
        }
        answers = [
            {
                "agency_id": agency,
                "reply_id": uuid4(),
                "conversation_id": one,
                "received_utc": opened + after,
                "body": reading,
                "reading": reading,
                "rule": "test",
                "corrected": corrected,
            }
            for reading, after in replies
        ]

        def insert(tx) -> None:
            for table, row in rows.items():
                tx.insert(table, [row])
            tx.insert("reply", answers)
            asked = [
                {"position": n, "text": text, "demand": demand, "met": met}
                for n, (text, demand, met) in enumerate(checks)
            ]
            whose = {"agency_id": agency, "conversation_id": one}
            tx.insert("prerequisite_check", [whose | check for check in asked])
            heard = answers[0] if answers else {}
            tx.insert(
                "reply",
                [
                    heard | {"reply_id": uuid4(), "expecting": "prerequisite", "position": check["position"]}
                    for check in asked
                ],
            )
            outcomes.due(tx, [(agency, one)])

        database.transact(insert)
        return one

    return conversation
