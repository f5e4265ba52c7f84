"""Agencies in which everything says whose it is: each row of each has a mark of its own, to be looked for elsewhere."""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from ftcore.database import Database, Row, Transaction
from ftcore.drafting import offers, prompts
from ftcore.drafting.chats import TurnRole
from ftcore.insight import comparisons, outcomes
from ftcore.insight.comparison_terms import Definition, Metric
from ftcore.matching import criteria, pool
from ftcore.matching.criteria import Conditions, Weights
from ftcore.model import Demand, Occupation, Offer, OfferSource, Person, Place, Prerequisite, Role
from ftcore.outreach import worklist
from ftcore.outreach.arms import Arm, Compared, Unit
from ftcore.outreach.templates import DEFAULTS, Kind

# A Tuesday, 10:00 in Paris.
NOW = datetime(2026, 11, 24, 9, 0)
HOURS = (9, 19)
# Of a person (a name, what they wrote, what was written of them), and of the agency's own work.
PERSONS, WORKS = "Zpers", "Zwork"
ANY = f"(?:{PERSONS}|{WORKS})"
FIRST = {"A": 5000, "B": 9000}


def marks(letter: str, kind: str = ANY) -> re.Pattern[str]:
    """Finds every mark of an agency, and its numbers in any way of writing them."""
    numbers = rf"(?:\+33|0) ?6[ .]?39[ .]?98[ .]?{FIRST[letter] // 1000}\d[ .]?\d\d"
    return re.compile(rf"{kind}{letter}\d+|{numbers}", re.IGNORECASE)


@dataclass(frozen=True)
class Agency:
    """Whose it is, and an id of everything in it that can be asked for."""

    agency_id: UUID
    name: str
    offer: Offer
    prompt: str
    profile: str
    ids: dict[str, UUID]
    rows: int = 0

    def member(self, role: Role) -> Person:
        """Who has this role. One id in every agency: somebody may have moved."""
        return Person("p", "Dominique", role, self.agency_id)


def settle(database: Database, letter: str, threads: int = 2, now: datetime = NOW) -> Agency:
    """Found an agency of that letter, "A" or "B", with this many threads."""
    number = itertools.count(1)

    def mark(kind: str = PERSONS) -> str:
        return f"{kind}{letter}{next(number):05d}"

    agency_id = uuid4()
    tables: dict[str, list[Row]] = {}

    def add(table: str, row: Row) -> Row:
        tables.setdefault(table, []).append({"agency_id": agency_id} | row)
        return row

    name = f"Agence {mark(WORKS)}"
    add("agency", {"name": name, "department": "07", "demo": False})
    own_offers = []
    for _ in range(max(1, threads // 5)):
        own_offers.append(_offer(agency_id, mark))
        add("offer", offers.to_row(own_offers[-1]) | {"created_by": "p"})
        add("campaign", {"campaign_id": own_offers[-1].offer_id, "offer_id": own_offers[-1].offer_id,
                         "state": "running", "launched_utc": now - timedelta(days=2), "launched_by": "p",
                         "considered": 9, "demo": False})  # fmt: skip
    ids: dict[str, UUID] = {"account_id": uuid4()}
    add("account", {"account_id": ids["account_id"], "subject": mark(WORKS), "name": mark(WORKS), "roles": "counselor",
                    "withheld": "", "created_utc": now, "signed_in_utc": now})  # fmt: skip
    first_phone = FIRST[letter]
    for place in range(threads):
        ids |= _thread(add, mark, own_offers[place % len(own_offers)], f"+3363998{first_phone + place:04d}", place, now)
        ids |= _chat(add, mark)
    profile = mark(WORKS)
    text = prompts.compose(f"tache_{letter.lower()}", mark(WORKS), mark(WORKS), f"Écris {mark(WORKS)}.")
    add("prompt", {"name": f"tache_{letter.lower()}", "version": 1, "content": text, "published_by": "p",
                   "published_utc": now, "withdrawn": False})  # fmt: skip
    add("sms_template", {"kind": "opening", "version": 1, "body": f"{DEFAULTS[Kind.OPENING]} {mark(WORKS)}",
                         "written_by": "p", "written_utc": now})  # fmt: skip

    def write(tx: Transaction) -> None:
        for table, rows in tables.items():
            tx.insert(table, rows)
        pool.lay_out(tx, agency_id)
        outcomes.due(tx, ((agency_id, row["conversation_id"]) for row in tables["conversation"]))
        worklist.changed(tx, agency_id, [row["conversation_id"] for row in tables["conversation"]])

    database.transact(write)
    outcomes.refresh(database)
    agency = Agency(
        agency_id, name, own_offers[-1], f"tache_{letter.lower()}", profile, ids, sum(map(len, tables.values()))
    )
    lead = agency.member(Role.TEAM_LEAD)
    ids["comparison_id"] = comparisons.define(database, lead, definition(mark(WORKS)), HOURS, now)
    criteria.save_profile(database, lead, profile, Weights(), Conditions(), now)
    ids["offer_id"] = ids["campaign_id"] = agency.offer.offer_id
    return agency


def nowhere() -> Agency:
    """An agency that does not exist, with ids of nothing."""
    names = ("conversation_id", "candidate_id", "message_id", "reply_id", "chat_id", "turn_id", "comparison_id",
             "offer_id", "campaign_id", "account_id")  # fmt: skip
    offer = _offer(uuid4(), lambda kind=PERSONS: "Nulle part")
    return Agency(offer.agency_id, "Nulle part", offer, "tache_c", "Nulle part", {name: uuid4() for name in names})


def definition(name: str) -> Definition:
    opening = DEFAULTS[Kind.OPENING]
    other = opening.replace("ce poste pourrait vous convenir :", "nous recrutons près de chez vous :")
    arms = Arm("Actuelle", opening), Arm("Proche", other)
    return Definition(name, "Et alors ?", Compared.WORDING, *arms, Unit.PERSON, Metric.REPLY, baseline=0.2, effect=0.7)


def _offer(agency_id: UUID, mark: Callable[[str], str]) -> Offer:
    return Offer(
        agency_id=agency_id,
        offer_id=uuid4(),
        title=f"Serveur H/F {mark(WORKS)}",
        description=f"Servir {mark(WORKS)}.",
        occupation=Occupation("G1803", "Serveur / Serveuse en restauration"),
        place=Place("Annonay", "07", "07010", 45.24, 4.67),
        source=OfferSource.FORM,
        created_utc=NOW,
        contract="CDI",
        employer=mark(WORKS),
        prerequisites=(Prerequisite("permis B", Demand.BLOCKING),),
    )


def _thread(
    add: Callable[[str, Row], Row], mark: Callable[[], str], offer: Offer, phone: str, place: int, now: datetime
) -> dict[str, UUID]:
    """A person who was written to and said yes; one SMS more of which nobody knows whether it arrived."""
    candidate_id, conversation_id, reply_id, message_id = (uuid4() for _ in range(4))
    then = now - timedelta(days=1)
    thread: dict[str, Any] = {"conversation_id": conversation_id}
    add("candidate", {"candidate_id": candidate_id, "external_id": mark(), "first_name": mark(), "last_name": mark(),
                      "phone": phone, "occupation_code": "G1803", "skills": ["Servir en salle"], "commune": "Annonay",
                      "department": "07", "lat": 45.24, "lon": 4.67, "mobility_km": 20.0, "demo": False})  # fmt: skip
    add("conversation", thread | {
        "campaign_id": offer.offer_id, "offer_id": offer.offer_id, "candidate_id": candidate_id, "phone": phone,
        "state": ("interested", "unclear", "needs_human")[place % 3], "opened_utc": then, "changed_utc": then,
        "answered_utc": then, "interest": "yes", "interest_reply": reply_id, "available_reply": reply_id,
        "verdict": None if place % 2 else "retained", "verdict_reason": None if place % 2 else mark(),
        "verdict_by": None if place % 2 else "p", "verdict_utc": None if place % 2 else then})  # fmt: skip
    sms = thread | {"campaign_id": offer.offer_id, "phone": phone, "department": "07", "parts": 1, "automatic": True,
                    "queued_utc": then, "not_before_utc": then, "claimed_utc": then, "contradicted": False}  # fmt: skip
    add("message", sms | {"message_id": uuid4(), "body": f"Bonjour {mark()}", "opening": True, "state": "delivered",
                          "settled_utc": then, "gateway_id": f"AT{phone}", "template": "opening 0"})  # fmt: skip
    add("message", sms | {"message_id": message_id, "body": f"Alors {mark()} ?", "opening": False, "state": "unknown",
                          "settled_utc": None, "gateway_id": None, "template": "reminder 0"})  # fmt: skip
    reply = {"reply_id": reply_id, "received_utc": then, "reading": "yes"}
    add("reply", thread | reply | {"body": f"Oui, {mark()}", "rule": "oui", "expecting": "interest", "confidence": 1.0})
    add("reply_example", {"reply_id": reply_id, "body": mark(), "reading": "yes", "answer": "no", "corrected_utc": NOW})
    add(
        "thread_event",
        thread | {"event_id": uuid4(), "kind": "note", "body": mark(), "actor": "p", "happened_utc": then},
    )
    add("prerequisite_check", thread | {"position": 0, "text": "permis B", "demand": "blocking", "met": "unknown"})
    return {
        "candidate_id": candidate_id,
        "conversation_id": conversation_id,
        "reply_id": reply_id,
        "message_id": message_id,
    }


def _chat(add: Callable[[str, Row], Row], mark: Callable[[], str]) -> dict[str, UUID]:
    chat_id, answer = uuid4(), uuid4()
    add("chat", {"chat_id": chat_id, "person_id": "p", "title": mark(), "task": "sms", "created_utc": NOW,
                 "changed_utc": NOW})  # fmt: skip
    for place, (turn_id, role) in enumerate(
        ((uuid4(), TurnRole.MATERIAL), (uuid4(), TurnRole.USER), (answer, TurnRole.ASSISTANT))
    ):
        add("chat_turn", {"chat_id": chat_id, "turn_id": turn_id, "position": place, "role": role.value,
                          "label": "Notes", "body": mark(), "outcome": "complete", "prompt": "sms/1", "model": "essai",
                          "superseded": False, "created_utc": NOW})  # fmt: skip
    return {"chat_id": chat_id, "turn_id": answer}


def rows_of(database: Database, agency: Agency, tables: tuple[str, ...]) -> list[Row]:
    """A sum over all that is stored of an agency, table by table, to be compared with later."""
    return database.rows(
        " UNION ALL ".join(
            f"SELECT '{table}' AS name, count(*) AS stored, sum(hash(t)) AS said FROM {table} t WHERE agency_id = $1"
            for table in tables
        ),
        agency.agency_id,
    )
