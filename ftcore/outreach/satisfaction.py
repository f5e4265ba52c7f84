"""One optional question after an exchange: was it of use, from 1 to 5? Off unless an agency asks for it.

Asked once a person in a lifetime, of who answered and was handed over or has a verdict; in hours, under the caps,
not within a day of anything else that they did not ask for, and as one of the six automatic messages. Whatever
comes back changes nothing in the conversation; a STOP still stops.
"""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from decimal import Decimal
from uuid import UUID

from ftcore.database import Row, Transaction
from ftcore.drafting import offers
from ftcore.model import Answer
from ftcore.outreach import campaigns, sending_rules, templates
from ftcore.outreach.caps import Allowance
from ftcore.outreach.conversation import AUTOMATIC_LIMIT
from ftcore.outreach.hours import next_slot, of_agency
from ftcore.outreach.outgoing import written_to_unasked
from ftcore.outreach.sms import measure
from ftcore.outreach.templates import Kind
from ftcore.settings import PART_PRICE

# The exchange has rested for a day; after a week nobody remembers it.
ASK_AFTER = timedelta(hours=24)
ASK_BEFORE = timedelta(days=7)
# So long a word of the person is an answer to this question; later it is news.
AWAITED = timedelta(hours=72)
MOST_AT_ONCE = 200
EXPECTING = "satisfaction"

_SCORE = re.compile(r"\s*(?:note\s*:?\s*)?([1-5])\s*(?:/\s*5|sur\s*5)?\s*[.!]*\s*", re.IGNORECASE | re.ASCII)


def ask(tx: Transaction, hours: tuple[int, int] | None, now: datetime, part_price: Decimal = PART_PRICE) -> int:
    """Queue the question to those who are due, in the agencies that ask it; gives how many."""
    agencies = [row["agency_id"] for row in tx.rows("SELECT agency_id FROM sending_rule WHERE satisfaction")]
    asked = 0
    for agency_id in agencies:
        due = _due(tx, agency_id, now)
        if due:
            # Caps and "once a person" count what others plan: all take turns.
            tx.take_turn()
            asked += _ask_agency(tx, agency_id, _due(tx, agency_id, now), hours, part_price, now)
    return asked


def _due(tx: Transaction, agency_id: UUID, now: datetime) -> list[Row]:
    rows = tx.rows(
        f"""
        SELECT v.agency_id, v.conversation_id, v.campaign_id, v.offer_id, v.phone, c.first_name, c.department,
               a.name AS agency_name
        FROM conversation v
        JOIN campaign p ON p.agency_id = v.agency_id AND p.campaign_id = v.campaign_id AND p.state = 'running'
        JOIN candidate c ON c.agency_id = v.agency_id AND c.candidate_id = v.candidate_id
        JOIN agency a ON a.agency_id = v.agency_id
        WHERE v.agency_id = $1 AND v.answered_utc IS NOT NULL AND v.taken_over_utc IS NULL
          AND (v.state = 'interested' OR (v.state IN ('declined', 'closed') AND v.verdict IS NOT NULL))
          AND greatest(v.changed_utc, coalesce(v.verdict_utc, v.changed_utc)) BETWEEN $2 AND $3
          AND NOT EXISTS (SELECT 1 FROM offer_closing o WHERE o.agency_id = v.agency_id AND o.offer_id = v.offer_id)
          AND NOT EXISTS (SELECT 1 FROM opt_out s WHERE s.phone = v.phone)
          AND NOT EXISTS (SELECT 1 FROM message m WHERE m.phone = v.phone AND m.template LIKE 'satisfaction %'
                          AND m.state <> 'cancelled')
          AND (SELECT count(*) FROM message m WHERE m.agency_id = v.agency_id
               AND m.conversation_id = v.conversation_id AND m.automatic AND m.state <> 'cancelled') < {AUTOMATIC_LIMIT}
        ORDER BY v.changed_utc, v.conversation_id LIMIT {MOST_AT_ONCE}
        """,
        agency_id,
        now - ASK_BEFORE,
        now - ASK_AFTER,
    )
    return list({row["phone"]: row for row in reversed(rows)}.values())[::-1]


def _ask_agency(
    tx: Transaction, agency_id: UUID, rows: list[Row], hours: tuple[int, int] | None, part_price: Decimal, now: datetime
) -> int:
    rules = sending_rules.of_agency(tx, agency_id)
    if rules.halt is not None:
        return 0
    unasked = written_to_unasked(tx, [row["phone"] for row in rows], now - campaigns.REST)
    ours = of_agency(tx, agency_id, hours)
    wording = templates.current(tx, agency_id)[Kind.SATISFACTION]
    allowance = Allowance(tx, agency_id, sending_rules.daily_only(rules.caps), part_price, now)
    outgoing = []
    for row in rows:
        if row["phone"] in unasked or next_slot(now, row["department"] or row["phone"], ours) > now:
            continue
        offer = tx.one("SELECT * FROM offer WHERE agency_id = $1 AND offer_id = $2", agency_id, row["offer_id"])
        assert offer is not None
        values = templates.values_of(row["agency_name"], offers.from_row(offer), row["first_name"])
        sms = campaigns.Outgoing(
            agency_id,
            row["conversation_id"],
            row["campaign_id"],
            row["phone"],
            row["department"],
            templates.fill(wording, values),
            now,
            template=wording.name,
        )
        if allowance.refusal(now, measure(sms.body).parts) is None:
            outgoing.append(sms)
    campaigns.queue(tx, outgoing, now)
    tx.insert(
        "satisfaction",
        [{"agency_id": agency_id, "conversation_id": sms.conversation_id, "asked_utc": now} for sms in outgoing],
    )
    return len(outgoing)


def asked_lately(tx: Transaction, phones: list[str], now: datetime) -> dict[UUID, bool]:
    """The conversations of these numbers in which the question has left lately, and whether it has its mark."""
    rows = tx.rows(
        """
        SELECT s.conversation_id, s.score IS NOT NULL AS rated FROM satisfaction s
        JOIN message m ON m.agency_id = s.agency_id AND m.conversation_id = s.conversation_id
        WHERE m.phone = ANY($1::TEXT[]) AND m.template LIKE 'satisfaction %' AND m.claimed_utc > $2
          AND m.state <> 'cancelled'
        """,
        phones,
        now - AWAITED,
    )
    return {row["conversation_id"]: row["rated"] for row in rows}


def answers_it(is_rated: bool | None, body: str) -> bool:
    """Whether a message answers the question: any word until there is a mark, after that only another mark."""
    return is_rated is False or (is_rated is True and score_of(body) is not None)


def score_of(body: str) -> int | None:
    """The mark that a message is, from 1 to 5, or None: "4", "4/5", "note : 4 sur 5"."""
    found = _SCORE.fullmatch(body)
    return int(found[1]) if found else None


def rated(tx: Transaction, agency_id: UUID, conversation_id: UUID, score: int, now: datetime) -> None:
    """Keep the mark; the first one counts."""
    tx.execute(
        "UPDATE satisfaction SET score = $3, answered_utc = $4 "
        "WHERE agency_id = $1 AND conversation_id = $2 AND score IS NULL",
        agency_id,
        conversation_id,
        score,
        now,
    )


def kept(score: int | None) -> Row:
    """The columns of `reply` for an answer to the question: it is no reading, and nothing follows from it."""
    words = f"note de satisfaction : {score} sur 5" if score else "réponse à la question de satisfaction"
    return {
        "expecting": EXPECTING,
        "position": None,
        "reading": Answer.UNCLEAR.value,
        "rule": words,
        "has_question": False,
        "available_from": None,
        "confidence": 1.0,
    }
