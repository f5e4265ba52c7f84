"""From a selection of people to queued SMS: who is kept, who is excluded and why, what each will read."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol
from uuid import UUID, uuid4

from ftcore.database import Database, Row, Transaction
from ftcore.errors import LaunchRefused
from ftcore.matching import choices
from ftcore.matching.choices import Choice
from ftcore.model import Campaign, CampaignState, ConversationState, MessageState, Offer, Person
from ftcore.outreach import ledger
from ftcore.outreach.hours import next_slot
from ftcore.outreach.sms import Length, gsm_safe, measure
from ftcore.phones import normalise
from ftcore.trust import access, journal

# One person: at most one message that nobody asked for in this time, across all campaigns.
REST = timedelta(hours=24)


@dataclass(frozen=True, slots=True)
class Receipt:
    """The gateway took the SMS over: its id there, and what it says the SMS costs."""

    gateway_id: str
    cost: str | None


class SmsGateway(Protocol):
    """What outreach needs of a gateway: hand one SMS over, once."""

    def send(self, phone: str, body: str) -> Receipt:
        """Give the receipt, or raise SmsError (sure that it was refused or not sent) or SmsUnknown."""
        ...


@dataclass(frozen=True, slots=True)
class Planned:
    """One SMS as it would leave."""

    candidate_id: UUID
    name: str
    phone: str
    department: str | None
    body: str
    length: Length
    leaves_utc: datetime


@dataclass(frozen=True, slots=True)
class Excluded:
    """A person who will not be written to, with the reason in French."""

    candidate_id: UUID
    name: str
    reason: str


@dataclass(frozen=True, slots=True)
class Preflight:
    """What a launch would do at this moment; nothing is written."""

    kept: tuple[Planned, ...]
    excluded: tuple[Excluded, ...]

    @property
    def parts(self) -> int:
        """What is paid for: the SMS parts of all messages."""
        return sum(planned.length.parts for planned in self.kept)


def opening_message(agency_name: str, offer: Offer, first_name: str) -> str:
    """The first SMS: who writes, for which offer, that it is automatic, how to answer, how to stop."""
    place = f" à {offer.place.name}" if offer.place and offer.place.insee else ""
    contract = f" ({offer.contract})" if offer.contract else ""
    return gsm_safe(
        f"France Travail, {agency_name} : bonjour {first_name}, un poste de {_short(offer.title)}{place}{contract} "
        "pourrait vous convenir. Êtes-vous intéressé(e) et disponible ? Répondez OUI, NON ou posez votre "
        "question. Message automatique. STOP pour ne plus en recevoir."
    )


def _short(title: str, limit: int = 60) -> str:
    """The title without its "(H/F)" and not longer than an SMS can bear."""
    bare = " ".join(re.sub(r"\(?\b[HF]\s?/\s?[HF]\b\)?", "", title, flags=re.IGNORECASE).split())
    return bare if len(bare) <= limit else bare[: limit - 3].rstrip() + "..."


def preflight(
    database: Database,
    person: Person,
    offer: Offer,
    candidate_ids: Sequence[UUID],
    hours: tuple[int, int] | None,
    now: datetime,
) -> Preflight:
    """Say who would be written to, with every message, and who would not, with the reason."""
    access.require(person, "send messages", offer.agency_id)
    with database.read() as reader:
        return _plan(reader, offer, candidate_ids, hours, now)


def launch(
    database: Database,
    person: Person,
    offer: Offer,
    campaign_id: UUID,
    candidate_ids: Sequence[UUID],
    considered: int,
    hours: tuple[int, int] | None,
    now: datetime,
    choice: Choice | None = None,
) -> Campaign:
    """Open the conversations and queue one SMS a person, in one transaction.

    `campaign_id` is chosen before the click: a second click, tab or replica finds the campaign there
    and gets it back, nothing is sent twice. The exclusions are computed again inside the transaction.
    `choice` says how the people were found, and is kept with the campaign.
    Raises LaunchRefused when nobody is left to write to.
    """
    access.require(person, "send messages", offer.agency_id)

    def write(tx: Transaction) -> Campaign:
        # Launches take turns, so that two of them cannot both miss the other's messages of today.
        tx.execute("UPDATE launch_turn SET turns = turns + 1 WHERE name = 'launch'")
        there = tx.one("SELECT * FROM campaign WHERE agency_id = $1 AND campaign_id = $2", offer.agency_id, campaign_id)
        if there is not None:
            return _campaign(there, _people(tx, offer.agency_id, campaign_id))
        plan = _plan(tx, offer, candidate_ids, hours, now)
        if not plan.kept:
            raise LaunchRefused(
                "Aucune personne ne peut recevoir de message : voyez les motifs d'exclusion, puis "
                "complétez votre sélection."
            )
        campaign = {
            "agency_id": offer.agency_id,
            "campaign_id": campaign_id,
            "offer_id": offer.offer_id,
            "state": CampaignState.RUNNING.value,
            "pause_reason": None,
            "launched_utc": now,
            "launched_by": person.person_id,
            "considered": considered,
            "demo": False,
            "criteria": choice.criteria if choice else None,
        }
        tx.insert("campaign", [campaign])
        if choice is not None:
            chosen = [planned.candidate_id for planned in plan.kept]
            choices.record(tx, offer.agency_id, campaign_id, choice, chosen, now)
        _open_conversations(tx, offer, campaign_id, plan, now)
        journal.record(
            tx,
            offer.agency_id,
            person.person_id,
            "campaign launched",
            campaign_id,
            now,
            f"{len(plan.kept)} people, {len(plan.excluded)} excluded, {plan.parts} SMS parts",
        )
        return _campaign(campaign, len(plan.kept))

    return database.transact(write)


def _open_conversations(tx: Transaction, offer: Offer, campaign_id: UUID, plan: Preflight, now: datetime) -> None:
    conversations: list[Row] = [
        {
            "agency_id": offer.agency_id,
            "conversation_id": uuid4(),
            "campaign_id": campaign_id,
            "offer_id": offer.offer_id,
            "candidate_id": planned.candidate_id,
            "phone": planned.phone,
            "state": ConversationState.WAITING.value,
            "opened_utc": now,
            "changed_utc": now,
        }
        for planned in plan.kept
    ]
    tx.insert("conversation", conversations)
    queue(
        tx,
        [
            Outgoing(
                offer.agency_id,
                conversation["conversation_id"],
                campaign_id,
                planned.phone,
                planned.department,
                planned.body,
                planned.leaves_utc,
                opening=True,
            )
            for conversation, planned in zip(conversations, plan.kept, strict=True)
        ],
        now,
    )


@dataclass(frozen=True, slots=True)
class Outgoing:
    """An SMS to queue. `author` None means the automaton; `template` names the wording it was written from."""

    agency_id: UUID
    conversation_id: UUID
    campaign_id: UUID
    phone: str
    department: str | None
    body: str
    not_before_utc: datetime
    opening: bool = False
    author: str | None = None
    template: str | None = None


def queue(tx: Transaction, outgoing: Sequence[Outgoing], now: datetime) -> None:
    """Queue SMS in the transaction of what causes them; the dispatcher sends them once committed."""
    rows: list[Row] = [
        {
            "agency_id": sms.agency_id,
            "message_id": uuid4(),
            "conversation_id": sms.conversation_id,
            "campaign_id": sms.campaign_id,
            "phone": sms.phone,
            "department": sms.department,
            "body": sms.body,
            "parts": measure(sms.body).parts,
            "automatic": sms.author is None,
            "opening": sms.opening,
            "author": sms.author,
            "state": MessageState.QUEUED.value,
            "queued_utc": now,
            "not_before_utc": sms.not_before_utc,
            "contradicted": False,
            "template": sms.template,
        }
        for sms in outgoing
    ]
    tx.insert("message", rows)
    ledger.record(
        tx,
        [
            ledger.Change(row["agency_id"], row["message_id"], MessageState.QUEUED, now, row["author"] or "automate")
            for row in rows
        ],
    )


def _plan(
    tx: Transaction,
    offer: Offer,
    candidate_ids: Sequence[UUID],
    hours: tuple[int, int] | None,
    now: datetime,
) -> Preflight:
    agency_name = tx.value("SELECT name FROM agency WHERE agency_id = $1", offer.agency_id)
    rows = {
        row["candidate_id"]: row
        for row in tx.rows(
            """
            SELECT c.candidate_id, c.agency_id, c.first_name, c.last_name, c.phone, c.department,
                   EXISTS (SELECT 1 FROM opt_out o WHERE o.phone = c.phone) AS opted_out,
                   EXISTS (SELECT 1 FROM conversation v WHERE v.agency_id = c.agency_id
                           AND v.offer_id = $3 AND v.candidate_id = c.candidate_id) AS already
            FROM candidate c
            WHERE c.agency_id = $1 AND c.candidate_id = ANY($2::UUID[]) AND c.left_utc IS NULL
            """,
            offer.agency_id,
            list(candidate_ids),
            offer.offer_id,
        )
    }
    recent = _recently_approached(tx, [row["phone"] for row in rows.values()], now)
    kept: list[Planned] = []
    excluded: list[Excluded] = []
    taken: set[str] = set()
    for candidate_id in dict.fromkeys(candidate_ids):
        row = rows.get(candidate_id)
        reason = _reason_against(row, recent, taken)
        name = f"{row['first_name']} {row['last_name']}" if row else "Personne inconnue"
        if row is None or reason is not None:
            excluded.append(Excluded(candidate_id, name, reason or ""))
            continue
        taken.add(row["phone"])
        body = opening_message(agency_name, offer, row["first_name"])
        kept.append(
            Planned(
                candidate_id,
                name,
                row["phone"],
                row["department"],
                body,
                measure(body),
                next_slot(now, row["department"], hours),
            )
        )
    return Preflight(tuple(kept), tuple(excluded))


def _recently_approached(tx: Transaction, phones: list[str], now: datetime) -> set[str]:
    """The numbers that any agency has written to, unasked, within the time of rest, or is about to.

    By when the SMS left or will leave: launched on a Friday evening, it leaves on Monday. Asked apart
    from the agency's own rows, as these rows may stand on any shard.
    """
    since = now - REST
    opened = tx.rows(
        "SELECT DISTINCT phone FROM conversation WHERE phone = ANY($1::TEXT[]) AND opened_utc > $2", phones, since
    )
    leaving = tx.rows(
        "SELECT DISTINCT phone FROM message WHERE phone = ANY($1::TEXT[]) AND opening "
        "AND (state = 'queued' OR claimed_utc > $2)",
        phones,
        since,
    )
    return {row["phone"] for row in (*opened, *leaving)}


def _reason_against(row: Row | None, recent: set[str], taken: set[str]) -> str | None:
    if row is None:
        return "N'est pas (ou plus) dans le fichier de votre agence"
    if row["opted_out"]:
        return "A répondu STOP : ne souhaite plus recevoir de SMS"
    if row["already"]:
        return "Déjà contactée pour cette offre"
    if row["phone"] in recent:
        return "Déjà contactée il y a moins de 24 heures"
    if normalise(row["phone"]) != row["phone"]:
        return "Numéro de mobile invalide"
    if row["phone"] in taken:
        return "Même numéro qu'une autre personne de la sélection"
    return None


def _people(tx: Transaction, agency_id: UUID, campaign_id: UUID) -> int:
    return int(
        tx.value(
            "SELECT count(*) FROM conversation WHERE agency_id = $1 AND campaign_id = $2",
            agency_id,
            campaign_id,
        )
    )


def _campaign(row: Row, people: int) -> Campaign:
    return Campaign(
        agency_id=row["agency_id"],
        campaign_id=row["campaign_id"],
        offer_id=row["offer_id"],
        state=CampaignState(row["state"]),
        launched_utc=row["launched_utc"],
        launched_by=row["launched_by"],
        people=people,
    )


@dataclass(frozen=True, slots=True)
class Progress:
    """How far the opening messages of a campaign are, as the ledger has it."""

    campaign: Campaign
    by_state: dict[MessageState, int]
    by_answer: dict[ConversationState, int]
    next_leaves_utc: datetime | None
    pause_reason: str | None

    def count(self, *states: MessageState) -> int:
        return sum(self.by_state.get(state, 0) for state in states)


def progress(database: Database, person: Person, campaign_id: UUID) -> Progress | None:
    """The live progress of one campaign of the person's agency, or None if there is no such campaign."""
    access.require(person, "read conversations")
    with database.read() as reader:
        row = reader.one(
            "SELECT * FROM campaign WHERE agency_id = $1 AND campaign_id = $2", person.agency_id, campaign_id
        )
        if row is None:
            return None
        states = reader.rows(
            """
            SELECT state, count(*) AS n, min(not_before_utc) FILTER (WHERE state = 'queued') AS leaves
            FROM message WHERE agency_id = $1 AND campaign_id = $2 AND opening GROUP BY state
            """,
            person.agency_id,
            campaign_id,
        )
        answers = reader.rows(
            "SELECT state, count(*) AS n FROM conversation WHERE agency_id = $1 AND campaign_id = $2 GROUP BY state",
            person.agency_id,
            campaign_id,
        )
        people = _people(reader, person.agency_id, campaign_id)
    leaves = [s["leaves"] for s in states if s["leaves"] is not None]
    return Progress(
        _campaign(row, people),
        {MessageState(s["state"]): s["n"] for s in states},
        {ConversationState(a["state"]): a["n"] for a in answers},
        min(leaves) if leaves else None,
        row["pause_reason"],
    )


def set_state(database: Database, person: Person, campaign_id: UUID, state: CampaignState, now: datetime) -> None:
    """Pause, resume or stop a campaign at once. Stopping cancels what has not left yet, for good."""
    access.require(person, "send messages")

    def write(tx: Transaction) -> None:
        changed = tx.rows(
            "UPDATE campaign SET state = $3, pause_reason = NULL "
            "WHERE agency_id = $1 AND campaign_id = $2 AND state <> 'stopped' RETURNING campaign_id",
            person.agency_id,
            campaign_id,
            state.value,
        )
        if not changed:
            return  # not of this agency, or stopped: for good
        if state is CampaignState.STOPPED:
            waiting = tx.rows(
                """
                SELECT agency_id, message_id FROM message
                WHERE agency_id = $1 AND campaign_id = $2 AND state = 'queued' AND automatic
                """,
                person.agency_id,
                campaign_id,
            )
            cancel(tx, waiting, now, person.person_id, "campagne arrêtée")
        journal.record(tx, person.agency_id, person.person_id, f"campaign {state.value}", campaign_id, now)

    database.transact(write)


def cancel(tx: Transaction, messages: Sequence[Row], now: datetime, source: str, why: str) -> None:
    """Take queued messages back. Rows hold `agency_id` and `message_id`."""
    ledger.record(
        tx,
        [ledger.Change(m["agency_id"], m["message_id"], MessageState.CANCELLED, now, source, why) for m in messages],
    )
