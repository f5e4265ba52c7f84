"""A small agency in which every text that people, files, the gateway or a model may write is an attack."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from itertools import cycle, islice
from typing import Any
from uuid import UUID, uuid4

from ftcore.database import Database, Row, Transaction, utc_now
from ftcore.drafting import offers, prompts
from ftcore.insight import outcomes
from ftcore.insight.comparison_terms import Definition, Metric, row_of, size_of
from ftcore.matching import criteria, pool, reference
from ftcore.matching.criteria import Conditions, Weights
from ftcore.model import Demand, Occupation, Offer, OfferSource, Place, Prerequisite, Role
from ftcore.outreach.arms import Arm, Compared, Unit
from ftcore.outreach.templates import DEFAULTS, Kind

from .payloads import PAYLOADS, SHAPES

OFFERS = 12
# How many texts of ten payloads hold them all.
LONG = 30
CRITERIA = criteria.written(Weights(), Conditions())


@dataclass(frozen=True)
class Poisoned:
    """What to open: the thread and the chat that hold all payloads, and an offer of which a campaign is paused."""

    agency_id: UUID
    conversation_id: UUID
    chat_id: UUID
    offer_id: UUID
    campaign_id: UUID


def poison(database: Database) -> Poisoned:
    """Fill an empty database: a long text holds them all, ten to a text; a short field has one of each shape."""
    reference.load_starter(database)
    texts: Iterator[str] = cycle(payload.text for payload in PAYLOADS)
    # For what may not be longer.
    short = cycle(payload.text for payload in SHAPES if len(payload.text) <= 60)
    now = utc_now()
    agency_id = uuid4()
    tables: dict[str, list[Row]] = {}

    def add(table: str, **row: Any) -> None:
        tables.setdefault(table, []).append({"agency_id": agency_id} | row)

    def some(count: int) -> tuple[str, ...]:
        return tuple(islice(texts, count))

    add("agency", name=next(texts), department="07", demo=False)
    own = [_offer(agency_id, texts) for _ in range(OFFERS)]
    for offer in own:
        add("offer", **offers.to_row(offer), created_by="local")
        add("campaign", campaign_id=offer.offer_id, offer_id=offer.offer_id, state="paused", pause_reason=next(texts),
            launched_utc=now - timedelta(days=2), launched_by="local", considered=9, demo=False)  # fmt: skip
    opened = uuid4()
    for place, payload in enumerate(SHAPES):
        offer, then = own[place % OFFERS], now - timedelta(days=1, minutes=place)
        candidate_id = uuid4()
        conversation_id = opened if place == 0 else uuid4()
        phone = f"+3363998{place:04d}"
        add("candidate", candidate_id=candidate_id, external_id=next(texts), first_name=payload.text,
            last_name=next(texts), phone=phone, occupation_code="G1803", skills=list(some(2)), commune=next(texts),
            department="07", lat=45.24, lon=4.67, mobility_km=20.0, licences=list(some(1)), demo=False)  # fmt: skip
        thread = {"campaign_id": offer.offer_id, "conversation_id": conversation_id, "phone": phone}
        add("conversation", **thread, offer_id=offer.offer_id, candidate_id=candidate_id, opened_utc=then,
            state=("interested", "unclear", "needs_human")[place % 3], changed_utc=then, answered_utc=then,
            verdict=None if place % 4 else "retained", verdict_reason=None if place % 4 else payload.text,
            verdict_by=None if place % 4 else "local", verdict_utc=None if place % 4 else then)  # fmt: skip
        add("reply", reply_id=uuid4(), conversation_id=opened if place < LONG else conversation_id,
            received_utc=then, body=long(place),
            reading="yes", rule=payload.text, expecting="interest", confidence=0.9)  # fmt: skip
        sms = thread | {"conversation_id": opened, "department": "07", "parts": 1, "automatic": True, "opening": False,
                        "queued_utc": then, "not_before_utc": then, "claimed_utc": then, "settled_utc": then,
                        "contradicted": False, "template": "reminder 0"}  # fmt: skip
        if place < LONG:
            add("message", **sms, message_id=uuid4(), body=long(place), state="failed", failure=payload.text)
            add("thread_event", conversation_id=opened, event_id=uuid4(), kind="note", body=long(place), actor="local",
                happened_utc=then)  # fmt: skip
        add("prerequisite_check", conversation_id=opened, position=place, text=payload.text, demand="blocking",
            met="unknown")  # fmt: skip
        add("weight_profile", name=payload.text, criteria=CRITERIA, saved_by="local", saved_utc=now)
        tables.setdefault("account", []).append(
            {"account_id": uuid4(), "subject": f"s{place}", "name": payload.text, "agency_id": agency_id,
             "roles": Role.COUNSELOR.value, "withheld": "", "created_utc": now, "signed_in_utc": now})  # fmt: skip
        tables.setdefault("sandbox_sms", []).append(
            {"sms_id": f"s{place}", "phone": "+33639980000", "outgoing": bool(place % 2), "body": long(place),
             "happened_utc": then})  # fmt: skip
        add("pilot_outcome", agency=payload.text, month=now.date().replace(day=1), numerator=1.0, denominator=9.0)
    _chats(add, texts)
    for place in range(LONG):
        body = f"{DEFAULTS[Kind.OPENING]} {long(place)}"
        add("sms_template", kind="opening", version=place + 1, body=body, written_by=next(texts), written_utc=now)
        name = f"tache_{chr(97 + place // 26)}{chr(97 + place % 26)}"
        content = prompts.compose(name, next(short), next(short), next(texts))
        if place == 0:
            label, choice = json.dumps(next(short)), json.dumps(list(some(4)))
            content = content.replace('label = "Votre texte"\nlines = 8\ndocument = true',
                                      f"label = {label}\nchoices = {choice}")  # fmt: skip
        add("prompt", name=name, version=1, content=content, published_by="local", published_utc=now, withdrawn=False)
    for payload in SHAPES[::4]:
        arms = Arm(next(texts), DEFAULTS[Kind.OPENING]), Arm(next(texts), payload.text)
        said = Definition(payload.text, next(texts), Compared.WORDING, *arms, Unit.PERSON, Metric.REPLY,
                          baseline=0.2, effect=0.7)  # fmt: skip
        add(
            "comparison",
            **row_of(said, size_of(said)),
            comparison_id=uuid4(),
            seed="0",
            defined_by="local",
            defined_utc=now,
        )
    add("sending_rule", stopped_utc=now, stopped_by="somebody", stopped_reason=next(texts))

    def write(tx: Transaction) -> None:
        for table, rows in tables.items():
            if table in ("account", "sandbox_sms", "pilot_outcome"):
                rows = [{name: value for name, value in row.items() if name != "agency_id" or table == "account"}
                        for row in rows]  # fmt: skip
            tx.insert(table, rows)
        pool.lay_out(tx, agency_id)
        outcomes.due(tx, ((agency_id, row["conversation_id"]) for row in tables["conversation"]))

    database.transact(write)
    outcomes.refresh(database)
    chat_id = tables["chat"][0]["chat_id"]
    return Poisoned(agency_id, opened, chat_id, own[0].offer_id, own[0].offer_id)


def long(number: int) -> str:
    """The ten payloads of that number, a paragraph each."""
    return "\n\n".join(payload.text for payload in PAYLOADS[number % LONG :: LONG])


def _offer(agency_id: UUID, texts: Iterator[str]) -> Offer:
    return Offer(
        agency_id=agency_id,
        offer_id=uuid4(),
        title=next(texts),
        description="\n\n".join(payload.text for payload in PAYLOADS),
        occupation=Occupation("G1803", next(texts)),
        place=Place(next(texts), "07", "07010", 45.24, 4.67),
        source=OfferSource.FORM,
        created_utc=utc_now(),
        contract=next(texts),
        employer=next(texts),
        skills_required=(next(texts), next(texts)),
        languages=(next(texts),),
        prerequisites=(Prerequisite(next(texts), Demand.BLOCKING),),
    )


def _chats(add: Any, texts: Iterator[str]) -> None:
    """One chat with a turn for each payload, and one for each payload as its title."""
    for number, payload in enumerate(SHAPES):
        chat_id = uuid4()
        add("chat", chat_id=chat_id, person_id="local", title=payload.text, task="free", created_utc=utc_now(),
            changed_utc=utc_now() - timedelta(minutes=number))  # fmt: skip
        if number:
            continue
        for place in range(3 * LONG):
            role = ("material", "user", "assistant")[place % 3]
            add("chat_turn", chat_id=chat_id, turn_id=uuid4(), position=place, role=role, label=next(texts),
                body=long(place // 3), outcome="complete", prompt="free/1", model="essai", superseded=False,
                created_utc=utc_now())  # fmt: skip
