"""What became of claimed SMS, written down: accepted, refused, unknown, or back in the queue for a while."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

from tenacity import RetryCallState, Retrying, wait_exponential_jitter

from ftcore.database import Database, Row, Transaction
from ftcore.errors import NotFound
from ftcore.insight import outcomes
from ftcore.model import MessageState, Person
from ftcore.outreach import campaigns, ledger, reports, stops
from ftcore.outreach.sending import Outcome
from ftcore.trust import access, journal

# An SMS that surely did not leave is tried again after about 10 s, 30 s, 90 s, 5 and then 10 minutes: eight
# times in some forty minutes, which outlasts most outages.
MOST_ATTEMPTS = 8
LONGEST_WAIT = 600.0
_BACKOFF = wait_exponential_jitter(multiplier=10, exp_base=3, jitter=5, max=LONGEST_WAIT)

RISK = (
    "Ce SMS est peut-être déjà arrivé : la passerelle n'a pas répondu. Si vous le renvoyez, la personne peut "
    "le recevoir deux fois."
)


def settle(
    database: Database, outcomes: list[Outcome], now: datetime, at_point: Callable[[str], None] = lambda _: None
) -> None:
    """Write what became of claimed SMS, in one transaction."""

    def write(tx: Transaction) -> None:
        changes = [o.change for o in outcomes if o.change is not None]
        changes += [_given_up(o, now) for o in outcomes if _is_last(o)]
        ledger.record(tx, changes)
        for outcome in outcomes:
            if outcome.back_to_queue and not _is_last(outcome):
                _requeue(tx, outcome, now)
            if outcome.pause is not None:
                _pause(tx, outcome.sms, outcome.pause, now)
            if outcome.opted_out:
                stops.opt_out(tx, outcome.sms["phone"], now, "gateway", "STOP connu de la passerelle")
        reports.mark_unreached(tx, [c for c in changes if c.state is MessageState.FAILED], now)
        at_point("recording")

    if outcomes:
        database.transact(write)


def _is_last(outcome: Outcome) -> bool:
    return outcome.back_to_queue and outcome.tried and (outcome.sms["attempts"] or 0) + 1 >= MOST_ATTEMPTS


def _given_up(outcome: Outcome, now: datetime) -> ledger.Change:
    sms = outcome.sms
    why = outcome.pause or "La passerelle SMS est restée injoignable."
    reason = f"SMS non envoyé après {MOST_ATTEMPTS} essais. {why}"
    return ledger.Change(sms["agency_id"], sms["message_id"], MessageState.FAILED, now, "dispatcher", reason)


def wait_before(attempt: int, retry_after: float | None) -> float:
    """Seconds before the next attempt, `attempt` (from 1) having failed: longer and longer, never in step.

    What the gateway asks for is obeyed, up to ten minutes.
    """
    state = RetryCallState(Retrying(), None, (), {})
    state.attempt_number = attempt
    return min(max(_BACKOFF(state), retry_after or 0.0), LONGEST_WAIT)


def _requeue(tx: Transaction, outcome: Outcome, now: datetime) -> None:
    """Back to the queue, unless a STOP, a doubt, a counselor or the end of the campaign came meanwhile."""
    sms = outcome.sms
    attempts = (sms["attempts"] or 0) + outcome.tried
    wait = wait_before(attempts, outcome.retry_after) if outcome.tried else 0.0
    tx.execute(
        "UPDATE message SET state = 'queued', claimed_utc = NULL, claimed_by = NULL, attempts = $3, "
        "not_before_utc = greatest(not_before_utc, $4) WHERE agency_id = $1 AND message_id = $2 "
        "AND state = 'claimed' AND claimed_by = $5",
        sms["agency_id"],
        sms["message_id"],
        attempts,
        now + timedelta(seconds=wait),
        sms["claimed_by"],
    )
    outcomes.due_for(tx, sms["agency_id"], [sms["conversation_id"]])
    over = tx.value(
        "SELECT EXISTS (SELECT 1 FROM opt_out WHERE phone = $1) OR ($2 AND EXISTS ("
        "SELECT 1 FROM campaign WHERE agency_id = $3 AND campaign_id = $4 AND state = 'stopped')) OR ($2 AND EXISTS ("
        "SELECT 1 FROM conversation WHERE agency_id = $3 AND conversation_id = $5 "
        "AND (taken_over_utc IS NOT NULL OR state IN ('unclear', 'stopped'))))",
        sms["phone"],
        sms["automatic"],
        sms["agency_id"],
        sms["campaign_id"],
        sms["conversation_id"],
    )
    if over:
        campaigns.cancel(tx, [sms], now, "automate", "STOP, campagne arrêtée ou réponse à lire")


def _pause(tx: Transaction, sms: Row, reason: str, now: datetime) -> None:
    paused = tx.rows(
        "UPDATE campaign SET state = 'paused', pause_reason = $3 "
        "WHERE agency_id = $1 AND campaign_id = $2 AND state = 'running' RETURNING campaign_id",
        sms["agency_id"],
        sms["campaign_id"],
        reason,
    )
    if paused:
        journal.record(
            tx,
            sms["agency_id"],
            "automate",
            "campaign paused",
            sms["campaign_id"],
            now,
            reason,
            automaton="dispatcher",
        )


class Verdict(StrEnum):
    """What a person says of an SMS of which nobody knows whether it left."""

    ARRIVED = "arrived"
    LOST = "lost"
    SEND_AGAIN = "send_again"


def settle_unknown(database: Database, person: Person, message_id: UUID, verdict: Verdict, now: datetime) -> None:
    """A person settles an SMS that is `unknown`, having read RISK where they send it again.

    ARRIVED and LOST are final. SEND_AGAIN queues another SMS of the same words, signed by the person, once;
    the first stays unknown, and a late report may still settle it. Raises NotFound where it is not unknown
    any more, or was sent again already.
    """
    access.require(person, "send messages")

    def write(tx: Transaction) -> None:
        # Written and not only read: of two clicks at once, one must fail.
        found = tx.rows(
            "UPDATE message SET resent_utc = CASE WHEN $3 THEN $4::TIMESTAMP ELSE resent_utc END "
            "WHERE agency_id = $1 AND message_id = $2 AND state = 'unknown' AND (resent_utc IS NULL OR NOT $3) "
            "RETURNING agency_id, message_id, conversation_id, campaign_id, phone, department, body, template",
            person.agency_id,
            message_id,
            verdict is Verdict.SEND_AGAIN,
            now,
        )
        if not found:
            raise NotFound("Ce SMS n'est plus incertain, ou a déjà été renvoyé. Rechargez la page.")
        (sms,) = found
        state, said = _SAID[verdict]
        change = ledger.Change(sms["agency_id"], message_id, state, now, person.person_id, said)
        ledger.record(tx, [change])
        if verdict is Verdict.LOST:
            reports.mark_unreached(tx, [change], now)
        if verdict is Verdict.SEND_AGAIN:
            again = campaigns.Outgoing(
                sms["agency_id"],
                sms["conversation_id"],
                sms["campaign_id"],
                sms["phone"],
                sms["department"],
                sms["body"],
                now,
                author=person.person_id,
                template=sms["template"],
            )
            campaigns.queue(tx, [again], now)
        journal.record(
            tx,
            sms["agency_id"],
            person.person_id,
            f"unknown message {verdict}",
            message_id,
            now,
            person=journal.candidate_of(tx, sms["agency_id"], sms["conversation_id"]),
            verdict=verdict.value,
        )

    database.transact(write)


_SAID = {
    Verdict.ARRIVED: (MessageState.DELIVERED, "reçu, selon un conseiller"),
    Verdict.LOST: (MessageState.FAILED, "non reçu, selon un conseiller"),
    Verdict.SEND_AGAIN: (MessageState.UNKNOWN, "renvoyé par un conseiller, qui connaît le risque"),
}
