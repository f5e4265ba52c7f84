"""Random histories of two agencies, written into the tables, for figures that are counted twice."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pandas as pd
import pytest
from hypothesis import strategies as st

from ftcore.database import Database
from ftcore.insight.scope import Scope
from ftcore.model import Answer, Person, Role

# Two days before the clocks go back in Paris: hours, days and weeks must still be those of Paris.
START = datetime(2026, 10, 23, 22, 30)
NOW = START + timedelta(days=40)
AGENCIES = (UUID(int=1), UUID(int=2))
SCOPES = (
    Scope(date(2026, 10, 1), date(2026, 12, 31)),
    Scope(date(2026, 10, 24), date(2026, 10, 26)),
    Scope(date(2026, 10, 1), date(2026, 12, 31), AGENCIES[1]),
)
STATES = ("delivered", "delivered", "delivered", "failed", "unknown", "queued", "cancelled", "sent")


@dataclass(frozen=True)
class Reply:
    after: int  # minutes after the opening
    reading: Answer
    corrected: Answer | None
    confidence: float | None
    expecting: str | None
    body: str


@dataclass(frozen=True)
class Thread:
    agency: int
    person: int
    opened: int  # hours after START
    state: str  # of the opening SMS
    has_gateway: bool
    cost: str | None
    parts: int
    failure: str | None
    automatic: int
    by_hand: int
    taken_over: bool
    talk: str
    interest: str | None
    verdict: str | None
    decided: int  # minutes after the opening
    seen: int | None  # minutes after the opening
    complaint: bool
    replies: list[Reply] = field(default_factory=list)


replies = st.builds(
    Reply,
    after=st.integers(0, 6_000),
    reading=st.sampled_from(Answer),
    corrected=st.none() | st.sampled_from(Answer),
    confidence=st.none() | st.sampled_from((0.5, 0.9, 1.0)),
    expecting=st.sampled_from((None, "interest", "prerequisite", "satisfaction")),
    body=st.sampled_from(("oui", "Arrêtez, c'est du HARCELEMENT", "non merci", "j'en ai marre")),
)
threads = st.builds(
    Thread,
    agency=st.integers(0, 1),
    person=st.integers(0, 6),
    opened=st.integers(0, 800),
    state=st.sampled_from(STATES),
    has_gateway=st.booleans(),
    cost=st.sampled_from((None, "EUR 0.0500", "EUR 0.1200", "XOF 12", "EUR many")),
    parts=st.integers(1, 3),
    failure=st.sampled_from((None, "AbsentSubscriber", "Expired", "whatever")),
    automatic=st.integers(0, 3),
    by_hand=st.integers(0, 2),
    taken_over=st.booleans(),
    talk=st.sampled_from(("waiting", "interested", "interested", "declined", "wrong_person", "closed")),
    interest=st.sampled_from((None, "yes", "yes", "no", "unsure")),
    verdict=st.sampled_from((None, "introduced", "not_retained", "to_see")),
    decided=st.integers(0, 5_000),
    seen=st.none() | st.integers(0, 5_000),
    complaint=st.booleans(),
    replies=st.lists(replies, max_size=3),
)
histories = st.lists(threads, max_size=25)
EMPTIED = ("conversation", "message", "reply", "thread_event", "campaign", "offer", "agency", "journal", "proposal",
           "chat", "chat_turn", "chat_acceptance", "decision_time", "satisfaction", "prerequisite_check",
           "baseline", "pilot_plan", "pilot_outcome", "labelled_run")  # fmt: skip


@dataclass
class Town:
    database: Database
    evaluator: Person

    def write(self, history: list[Thread]) -> None:
        """Everything before is gone; then this history is all there is."""
        tables: dict[str, list[dict[str, Any]]] = {name: [] for name in EMPTIED}
        offers = [uuid4() for _ in AGENCIES]
        campaigns = [uuid4() for _ in AGENCIES]
        for place, agency_id in enumerate(AGENCIES):
            tables["agency"].append(
                {"agency_id": agency_id, "name": f"Agence {place}", "department": "07", "demo": False}
            )
            tables["offer"].append(_offer(agency_id, offers[place], f"G180{place}"))
            tables["campaign"].append(_campaign(agency_id, campaigns[place], offers[place]))
        for number, thread in enumerate(history):
            _add(tables, thread, number, offers[thread.agency], campaigns[thread.agency])

        def replace(tx) -> None:
            tx.execute("SELECT allow_forgetting()")
            for name in EMPTIED:
                tx.execute(f"DELETE FROM {name}")
                tx.insert(name, tables[name])

        self.database.transact(replace)

    def frame(self, table: str) -> pd.DataFrame:
        """A whole table, for counting in another way."""
        rows = self.database.rows(f"SELECT * FROM {table}")
        names = self.database.rows(
            "SELECT column_name FROM information_schema.columns WHERE table_name = $1 "
            "AND table_schema IN ('main', 'public')",
            table,
        )
        return pd.DataFrame(rows, columns=[row["column_name"] for row in names], dtype=object)


def _offer(agency_id: UUID, offer_id: UUID, code: str) -> dict[str, Any]:
    return {"agency_id": agency_id, "offer_id": offer_id, "source": "form", "title": "Serveur", "description": "",
            "occupation_code": code, "occupation_label": code, "skills_required": [], "skills_desired": [],
            "licences": [], "languages": [], "openings": 1, "created_utc": START, "created_by": "x"}  # fmt: skip


def _campaign(agency_id: UUID, campaign_id: UUID, offer_id: UUID) -> dict[str, Any]:
    return {"agency_id": agency_id, "campaign_id": campaign_id, "offer_id": offer_id, "state": "running",
            "launched_utc": START, "launched_by": "x", "considered": 40, "demo": False}  # fmt: skip


def _add(tables: dict[str, list[dict[str, Any]]], thread: Thread, number: int, offer: UUID, campaign: UUID) -> None:
    agency_id, one = AGENCIES[thread.agency], uuid4()
    opened = START + timedelta(hours=thread.opened)
    tables["conversation"].append(
        {
            "agency_id": agency_id,
            "conversation_id": one,
            "campaign_id": campaign,
            "offer_id": uuid4() if number else offer,
            "candidate_id": UUID(int=100 + thread.person),
            "phone": f"+3363998{thread.person:04d}",
            "state": thread.talk,
            "opened_utc": opened,
            "changed_utc": opened,
            "interest": thread.interest,
            "verdict": thread.verdict,
            "verdict_utc": opened + timedelta(minutes=thread.decided) if thread.verdict else None,
            "seen_utc": None if thread.seen is None else opened + timedelta(minutes=thread.seen),
            "taken_over_utc": opened if thread.taken_over else None,
        }
    )
    # Nobody is approached twice for one offer: each thread has an offer of its own.
    if number:
        tables["offer"].append(_offer(agency_id, tables["conversation"][-1]["offer_id"], f"G180{thread.person % 3}"))
    has = thread.has_gateway or thread.state in ("delivered", "sent")

    def sms(automatic: bool, opening: bool, template: str | None, state: str) -> dict[str, Any]:
        return {"agency_id": agency_id, "message_id": uuid4(), "conversation_id": one, "campaign_id": campaign,
                "phone": "+33639980001", "body": "Bonjour", "parts": thread.parts, "automatic": automatic,
                "opening": opening, "state": state, "queued_utc": opened, "not_before_utc": opened,
                "settled_utc": opened if state in ("delivered", "failed") else None,
                "claimed_utc": opened + timedelta(minutes=60),
                "gateway_id": "id" if has else None, "cost": thread.cost, "contradicted": False,
                "failure": thread.failure if state == "failed" else None, "template": template}  # fmt: skip

    tables["message"].append(sms(True, True, "opening 0", thread.state))
    tables["message"] += [sms(True, False, "fact 0", "delivered") for _ in range(thread.automatic)]
    tables["message"] += [sms(False, False, None, "accepted") for _ in range(thread.by_hand)]
    if thread.complaint:
        tables["thread_event"].append(
            {
                "agency_id": agency_id,
                "conversation_id": one,
                "event_id": uuid4(),
                "kind": "complaint",
                "actor": "x",
                "happened_utc": opened,
            }
        )
    for reply in thread.replies:
        received = opened + timedelta(minutes=reply.after)
        tables["reply"].append(
            {
                "agency_id": agency_id,
                "reply_id": uuid4(),
                "conversation_id": one,
                "received_utc": received,
                "body": reply.body,
                "reading": reply.reading.value,
                "rule": "test",
                "confidence": reply.confidence,
                "expecting": reply.expecting,
                "corrected": reply.corrected.value if reply.corrected else None,
                "corrected_utc": received + timedelta(minutes=90) if reply.corrected else None,
            }
        )


@pytest.fixture
def town(fresh_database: Callable[..., Database]) -> Town:
    return Town(fresh_database("house"), Person("e", "Éva", Role.EVALUATOR, AGENCIES[0]))
