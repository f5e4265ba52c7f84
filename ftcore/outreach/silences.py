"""What follows when nobody writes: one reminder after a day, then the conversation is closed; an unfinished
questionnaire goes to a counselor. Silence is never a refusal, and is never told as one."""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal
from uuid import UUID

from ftcore.database import Database, Row, Transaction
from ftcore.drafting import offers
from ftcore.model import ConversationState
from ftcore.outreach import arms, campaigns, satisfaction, sending_rules, templates, worklist
from ftcore.outreach.caps import Allowance
from ftcore.outreach.hours import next_slot, of_agency
from ftcore.outreach.outgoing import written_to_unasked
from ftcore.outreach.sms import measure
from ftcore.outreach.templates import Kind
from ftcore.outreach.threads import Happening, happen
from ftcore.settings import PART_PRICE
from ftcore.trust import journal

# To those who did not answer the first message, once, at D+1.
REMINDER_AFTER = timedelta(hours=24)
# An answer to the reminder has as long as an answer to the first message; then nothing more is awaited.
CLOSED_AFTER = timedelta(hours=72)
# Who said yes and left a question open is called rather than asked again.
LEFT_OPEN_AFTER = timedelta(hours=24)
MOST_AT_ONCE = 200

_NOT_CLOSED = "NOT EXISTS (SELECT 1 FROM offer_closing o WHERE o.agency_id = v.agency_id AND o.offer_id = v.offer_id)"
_UNREMINDED_FOR_LONG = f"""
    EXISTS (SELECT 1 FROM message m WHERE m.agency_id = v.agency_id AND m.conversation_id = v.conversation_id
            AND m.opening AND m.claimed_utc < $3::TIMESTAMP - INTERVAL '{REMINDER_AFTER // timedelta(hours=1)} hours')
    AND {arms.NOT_REMINDED}
"""


def attend(database: Database, hours: tuple[int, int] | None, now: datetime, part_price: Decimal = PART_PRICE) -> int:
    """Remind, close and hand over what has been silent for long enough; gives how many conversations moved."""
    return sum(
        database.transact(turn)
        for turn in (
            lambda tx: _remind(tx, hours, part_price, now),
            lambda tx: _close(tx, now),
            lambda tx: _hand_over(tx, now),
            lambda tx: satisfaction.ask(tx, hours, now, part_price),
        )
    )


def _remind(tx: Transaction, hours: tuple[int, int] | None, part_price: Decimal, now: datetime) -> int:
    """Queue the reminder of those who were reached a day ago and wrote nothing.

    Not in a campaign that rests or ended, not where a person speaks, and not within a day of any other
    message that the person did not ask for. Outside hours nobody is reminded: it is for the next turn.
    """
    due = tx.rows(
        f"""
        SELECT v.agency_id, v.conversation_id, v.campaign_id, v.offer_id, v.phone, c.first_name, c.department,
               a.name AS agency_name
        FROM conversation v
        JOIN campaign p ON p.agency_id = v.agency_id AND p.campaign_id = v.campaign_id AND p.state = 'running'
        JOIN candidate c ON c.agency_id = v.agency_id AND c.candidate_id = v.candidate_id
        JOIN agency a ON a.agency_id = v.agency_id
        WHERE v.state = 'waiting' AND v.reminded_utc IS NULL AND v.taken_over_utc IS NULL AND v.verdict IS NULL
          AND v.opened_utc < $1 AND {_NOT_CLOSED}
          AND EXISTS (SELECT 1 FROM message m WHERE m.agency_id = v.agency_id
                      AND m.conversation_id = v.conversation_id AND m.opening AND m.claimed_utc < $1
                      AND m.state IN ('accepted', 'sent', 'submitted', 'buffered', 'delivered'))
          AND NOT EXISTS (SELECT 1 FROM message m WHERE m.agency_id = v.agency_id
                          AND m.conversation_id = v.conversation_id AND NOT m.opening)
          AND NOT EXISTS (SELECT 1 FROM opt_out s WHERE s.phone = v.phone)
          AND NOT {arms.NOT_REMINDED}
        ORDER BY v.opened_utc, v.conversation_id LIMIT {MOST_AT_ONCE}
        """,
        now - REMINDER_AFTER,
    )
    asked = written_to_unasked(tx, [row["phone"] for row in due], now - campaigns.REST)
    open_now = {agency_id: of_agency(tx, agency_id, hours) for agency_id in {row["agency_id"] for row in due}}
    ready = [
        row
        for row in due
        if row["phone"] not in asked
        and next_slot(now, row["department"] or row["phone"], open_now[row["agency_id"]]) <= now
    ]
    if not ready:
        return 0
    # Caps count what others plan: launches and reminders take turns.
    tx.take_turn()
    return sum(
        _remind_agency(tx, agency_id, [row for row in ready if row["agency_id"] == agency_id], part_price, now)
        for agency_id in dict.fromkeys(row["agency_id"] for row in ready)
    )


def _remind_agency(tx: Transaction, agency_id: UUID, rows: list[Row], part_price: Decimal, now: datetime) -> int:
    """Queue the reminders that the agency's caps of the day allow; the others wait for another day."""
    rules = sending_rules.of_agency(tx, agency_id)
    if rules.halt is not None:
        return 0
    written = _written(tx, agency_id, rows, now)
    # A reminder is no new campaign: only the day is capped.
    allowance = Allowance(tx, agency_id, sending_rules.daily_only(rules.caps), part_price, now)
    allowed = [sms for sms in written if allowance.refusal(now, measure(sms.body).parts) is None]
    ours = tx.rows(
        "UPDATE conversation SET reminded_utc = $3 "
        "WHERE agency_id = $1 AND conversation_id = ANY($2::UUID[]) AND reminded_utc IS NULL RETURNING conversation_id",
        agency_id,
        [sms.conversation_id for sms in allowed],
        now,
    )
    reminded = {row["conversation_id"] for row in ours}  # another replica may have been here first
    campaigns.queue(tx, [sms for sms in allowed if sms.conversation_id in reminded], now)
    happen(tx, agency_id, list(reminded), Happening.REMINDED, "automate", now)
    return len(reminded)


def _written(tx: Transaction, agency_id: UUID, rows: list[Row], now: datetime) -> list[campaigns.Outgoing]:
    usual = templates.current(tx, agency_id)[Kind.REMINDER]
    wordings = arms.reminders(tx, agency_id, [row["conversation_id"] for row in rows], usual)
    known = {
        row["offer_id"]: offers.from_row(row)
        for row in tx.rows(
            "SELECT * FROM offer WHERE agency_id = $1 AND offer_id = ANY($2::UUID[])",
            agency_id,
            list({row["offer_id"] for row in rows}),
        )
    }
    return [
        campaigns.Outgoing(
            agency_id,
            row["conversation_id"],
            row["campaign_id"],
            row["phone"],
            row["department"],
            templates.fill(wording, templates.values_of(row["agency_name"], known[row["offer_id"]], row["first_name"])),
            now,
            template=name,
        )
        for row in rows
        for wording, name in (wordings[row["conversation_id"]],)
    ]


def _close(tx: Transaction, now: datetime) -> int:
    """Those who did not answer the reminder either: nothing more is awaited, and nothing is said of it.

    Who was drawn to get none is closed when they would have been with one.
    """
    return _moved(
        tx,
        ConversationState.CLOSED,
        Happening.SILENT,
        now,
        f"v.state = 'waiting' AND (v.reminded_utc < $3 OR (v.reminded_utc IS NULL AND {_UNREMINDED_FOR_LONG})) "
        "AND NOT EXISTS (SELECT 1 FROM message m "
        "WHERE m.agency_id = v.agency_id AND m.conversation_id = v.conversation_id "
        "AND m.state IN ('queued', 'claimed'))",
        now - CLOSED_AFTER,
    )


def _hand_over(tx: Transaction, now: datetime) -> int:
    """Those who said yes and left a question open: a counselor calls, with what is unknown."""
    return _moved(
        tx,
        ConversationState.INTERESTED,
        Happening.LEFT_OPEN,
        now,
        "v.state IN ('availability', 'prerequisite') AND v.changed_utc < $3 AND v.taken_over_utc IS NULL",
        now - LEFT_OPEN_AFTER,
    )


def _moved(
    tx: Transaction, to: ConversationState, why: Happening, now: datetime, condition: str, before: datetime
) -> int:
    rows = tx.rows(
        f"""
        UPDATE conversation SET state = $1, changed_utc = $2
        WHERE (agency_id, conversation_id) IN (
            SELECT v.agency_id, v.conversation_id FROM conversation v WHERE {condition} LIMIT {MOST_AT_ONCE})
          AND state IN ('waiting', 'availability', 'prerequisite') -- another replica may have been here first
        RETURNING agency_id, conversation_id
        """,
        to.value,
        now,
        before,
    )
    for agency_id in dict.fromkeys(row["agency_id"] for row in rows):
        ours = [row["conversation_id"] for row in rows if row["agency_id"] == agency_id]
        worklist.changed(tx, agency_id, ours)
        happen(tx, agency_id, ours, why, "automate", now)
        journal.record(tx, agency_id, "automate", f"silence: {to.value}", agency_id, now, f"{len(ours)} conversations",
                       automaton="silences")  # fmt: skip
    return len(rows)
