"""What the tests of Mesures share: conversations as they would be stored, and a view made by hand."""

from collections.abc import Callable, Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID, uuid4

import pandas as pd
import pytest

from ftcore.database import Database
from ftcore.insight import outcomes
from ftcore.insight.counts import CHECK_COLUMNS
from ftcore.insight.figures import Figures, Filters, Summary
from ftcore.insight.metrics import Texts, rate
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


Make = Callable[..., Figures]


def summary(**counts: Any) -> Summary:
    """100 people contacted, 90 reached, 45 replied, 20 interested; rates follow the counts given."""
    base = {"considered": 4000, "contacted": 100, "sent": 98, "delivered": 90, "failed": 5, "unknown": 3, "waiting": 2,
            "replied": 45, "interested": 20, "opted_out": 4, "started": 22, "finished": 15, "finished_in_5h": 12,
            "qualified": 14, "introduced": 12, "introduced_in_24h": 6}  # fmt: skip
    people = base | {name: counts.pop(name) for name in base if name in counts}
    rest: dict[str, Any] = {
        "texts": Texts(99, 91, 46), "automatic_messages": 150, "human_messages": 10, "parts": 320,
        "cost": Decimal("16.00"), "priced": 160, "replies": 70, "needs_human": 7, "median_minutes": 14.0, "timed": 46,
        "has_demo": False,
    }  # fmt: skip
    return Summary(
        **people,
        **(rest | counts),
        delivery=rate(people["delivered"], people["sent"]),
        reply=rate(people["replied"], people["delivered"]),
        reply_of_sent=rate(people["replied"], people["sent"]),
        interest=rate(people["interested"], people["replied"]),
        opt_out=rate(people["opted_out"], people["delivered"]),
    )


def groups(*rows: tuple[str, int, int]) -> pd.DataFrame:
    """Groups by (label, delivered, replied); half of who replied is interested."""
    return pd.DataFrame(
        [
            {"key": label, "label": label, "sent": delivered, "delivered": delivered, "replied": replied,
             "interested": replied // 2, "opted_out": 0, "introduced": replied // 4}
            for label, delivered, replied in rows
        ],
        columns=["key", "label", "sent", "delivered", "replied", "interested", "opted_out", "introduced"],
    )  # fmt: skip


@pytest.fixture
def make() -> Make:
    """Makes a view of four weeks; any of its tables, or `now` and `before` as counts, may be given."""

    def made(now: dict[str, Any] | None = None, before: dict[str, Any] | None = None, **tables: Any) -> Figures:
        since = date(2026, 10, 5)
        days = pd.DataFrame(
            {
                "day": [since + timedelta(days=n) for n in range(28)],
                **{name: [count] * 28 for name, count in
                   (("sent", 10), ("delivered", 9), ("replied", 4), ("interested", 2), ("opted_out", 0))},
            }
        )  # fmt: skip
        base: dict[str, Any] = {
            "days": days,
            "hours": pd.DataFrame({"weekday": [0, 0, 3], "hour": [10, 15, 10], "delivered": [40, 40, 5],
                                   "replied": [20, 18, 1]}),
            "agencies": groups(("Agence d'Annonay", 60, 30), ("Agence de Valence", 30, 15)),
            "occupations": groups(("Serveur", 80, 60), ("Maçon", 60, 12), ("Soudeur", 4, 4)),
            "offers": groups(("Serveur à Annonay", 60, 30)),
            "templates": groups(("Texte d'origine", 90, 45)),
            "waits": pd.DataFrame({"minutes": [5, 30, 400, 4320], "answered": [20, 15, 10, 0],
                                   "silent": [0, 0, 0, 45]}),
            "checks": pd.DataFrame([("Permis B", "blocking", 50, 25, 20, 5, 3, 0, 0, 0, 0)], columns=CHECK_COLUMNS),
            "work": {"call": 3, "human": 2, "read": 1, "unread": 4, "late": 2, "ongoing": 5},
            "has_demo": False,
        }  # fmt: skip
        return Figures(
            Filters(since, since + timedelta(days=27)), summary(**(now or {})), summary(**(before or {})),
            **(base | tables),
        )  # fmt: skip

    return made
