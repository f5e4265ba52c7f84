"""From a selection of people to queued SMS: look at what would happen, launch it, pause it, stop it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from uuid import UUID, uuid4

from ftcore.database import Database, Row, Transaction
from ftcore.errors import LaunchRefused
from ftcore.insight import traits
from ftcore.matching import choices
from ftcore.matching.choices import Choice
from ftcore.model import Campaign, CampaignState, ConversationState, Offer, Person
from ftcore.outreach import arms
from ftcore.outreach.outgoing import Outgoing, Receipt, SmsGateway, cancel, queue
from ftcore.outreach.preflight import NO_CAMPAIGN, REST, Excluded, Planned, Preflight, left_out, plan
from ftcore.outreach.progress import Progress, campaign_of, people_of, progress
from ftcore.settings import PART_PRICE
from ftcore.trust import access, journal

__all__ = ["NO_CAMPAIGN", "REST", "Excluded", "Outgoing", "Planned", "Preflight", "Progress", "Receipt", "SmsGateway",
           "cancel", "launch", "preflight", "progress", "queue", "set_state"]  # fmt: skip


def preflight(
    database: Database,
    person: Person,
    offer: Offer,
    candidate_ids: Sequence[UUID],
    hours: tuple[int, int] | None,
    now: datetime,
    part_price: Decimal = PART_PRICE,
    campaign_id: UUID = NO_CAMPAIGN,
) -> Preflight:
    """Say who would be written to, with every message, and who would not, with the reason.

    `campaign_id` is that of the launch to come: a comparison may draw whole campaigns.
    """
    access.require(person, "send messages", offer.agency_id)
    with database.read() as reader:
        return plan(reader, offer, candidate_ids, hours, now, part_price, campaign_id, database.number_key)


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
    *,
    part_price: Decimal = PART_PRICE,
    confirmed: str | None = None,
) -> Campaign:
    """Open the conversations and queue one SMS a person, in one transaction.

    `campaign_id` is chosen before the click: a second click, tab or replica finds the campaign there
    and gets it back, nothing is sent twice. The exclusions and the caps are computed again inside the
    transaction. `choice` says how the people were found, and is kept with the campaign. `confirmed` names
    what was read and confirmed (`Preflight.seen`): another wording would not be sent in its place. What a
    running comparison leaves to the lot is drawn and recorded here.
    Raises LaunchRefused when nobody is left to write to, the agency has halted its sending, or the wording
    has changed.
    """
    access.require(person, "send messages", offer.agency_id)

    def write(tx: Transaction) -> Campaign:
        # Launches take turns, so that two of them cannot both miss the other's messages of today, nor both
        # use what is left under a cap.
        tx.take_turn()
        there = tx.one("SELECT * FROM campaign WHERE agency_id = $1 AND campaign_id = $2", offer.agency_id, campaign_id)
        if there is not None:
            return campaign_of(there, people_of(tx, offer.agency_id, campaign_id))
        planned = plan(tx, offer, candidate_ids, hours, now, part_price, campaign_id, database.number_key)
        _refuse(planned, confirmed)
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
            "basis": choices.basis(choice, offer, considered) if choice else None,
        }
        tx.insert("campaign", [campaign])
        if choice is not None:
            chosen = [each.candidate_id for each in planned.kept]
            choices.record(tx, offer.agency_id, campaign_id, choice, chosen, now)
        picked = [one for one in choice.selected if one not in set(candidate_ids)] if choice else []
        left = left_out(tx, offer, picked, {each.phone for each in planned.kept}, now)
        left |= {each.candidate_id: each.reason for each in planned.excluded}
        _open_conversations(tx, offer, campaign_id, planned, now)
        occupation = offer.occupation.code if offer.occupation else None
        traits.record_launch(tx, offer.agency_id, campaign_id, occupation, choice, candidate_ids, now)
        journal.record(
            tx,
            offer.agency_id,
            person.person_id,
            "campaign launched",
            campaign_id,
            now,
            f"{len(planned.kept)} people, {len(planned.excluded)} excluded, {planned.parts} SMS parts, "
            f"wording {planned.wordings}",
            automaton="ranking" if choice else "",
        )
        _journal_people(tx, offer.agency_id, person, campaign_id, planned, left, choice, now)
        return campaign_of(campaign, len(planned.kept))

    return database.transact(write)


def _journal_people(
    tx: Transaction,
    agency_id: UUID,
    person: Person,
    campaign_id: UUID,
    planned: Preflight,
    left: dict[UUID, str],
    choice: Choice | None,
    now: datetime,
) -> None:
    """Who is written to, who is not and why, one entry each: what somebody may ask about later."""
    places = {candidate_id: place for place, candidate_id in enumerate(choice.shown, 1)} if choice else {}
    removed = choice.removed if choice else {}
    told = [
        (each.candidate_id, "person contacted",
         f"proposed, place {places[each.candidate_id]}" if each.candidate_id in places else "chosen by hand", "chosen")
        for each in planned.kept
    ]  # fmt: skip
    told += [(candidate_id, "person left out", reason, "") for candidate_id, reason in left.items()]
    told += [(candidate_id, "person set aside", reason, "removed") for candidate_id, reason in removed.items()]
    for candidate_id, act, reason, verdict in told:
        journal.record(
            tx, agency_id, person.person_id, act, campaign_id, now,
            person=candidate_id, reason=reason, verdict=verdict,
            automaton="preflight" if act == "person left out" else "",
        )  # fmt: skip


def _refuse(planned: Preflight, confirmed: str | None) -> None:
    if planned.halt is not None:
        raise LaunchRefused(
            "Les envois de l'agence sont arrêtés : rien n'a été envoyé. Un responsable d'équipe peut les reprendre "
            "dans Administration, « Plafonds et horaires »."
        )
    if confirmed is not None and confirmed != planned.seen:
        raise LaunchRefused(
            "Le modèle du premier message a changé depuis votre vérification, ou une comparaison a commencé ou fini : "
            "rien n'a été envoyé. Relisez les messages, puis confirmez de nouveau."
        )
    if planned.kept:
        return
    capped = [each.reason for each in planned.excluded if each.reason.startswith("Au-delà")]
    if capped:
        raise LaunchRefused(
            f"{capped[0]} : rien n'a été envoyé. Attendez demain, ou demandez à un responsable d'équipe de relever le "
            "plafond dans Administration."
        )
    raise LaunchRefused(
        "Aucune personne ne peut recevoir de message : voyez les motifs d'exclusion, puis complétez votre sélection."
    )


def _open_conversations(tx: Transaction, offer: Offer, campaign_id: UUID, planned: Preflight, now: datetime) -> None:
    conversations: list[Row] = [
        {
            "agency_id": offer.agency_id,
            "conversation_id": uuid4(),
            "campaign_id": campaign_id,
            "offer_id": offer.offer_id,
            "candidate_id": each.candidate_id,
            "phone": each.phone,
            "state": ConversationState.WAITING.value,
            "opened_utc": now,
            "changed_utc": now,
        }
        for each in planned.kept
    ]
    tx.insert("conversation", conversations)
    queue(
        tx,
        [
            Outgoing(
                offer.agency_id,
                conversation["conversation_id"],
                campaign_id,
                each.phone,
                each.department,
                each.body,
                each.leaves_utc,
                opening=True,
                template=each.template,
            )
            for conversation, each in zip(conversations, planned.kept, strict=True)
        ],
        now,
    )
    opened = {row["candidate_id"]: row["conversation_id"] for row in conversations}
    arms.record(tx, offer.agency_id, planned.draws, opened, now)


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
