"""Conversations cut from their person: the texts and the number go, what is counted of them stays where it is.

The rows themselves stay for a while, under a random key that is the same as in `outcome`: whatever is counted anew,
in Mesures or in Évaluation, gives what it gave before. Nothing leads from the key to the person.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime
from uuid import UUID, uuid4

from ftcore.database import Row, Transaction
from ftcore.insight import outcomes
from ftcore.insight.negatives import is_furious
from ftcore.outreach import campaigns, worklist
from ftcore.trust import kept_stops
from ftcore.trust.retention import FORGOTTEN

# Of a doubtful reading, what the machine proposed: figures need it. The words that it read are the person's.
_PROPOSED = re.compile(r"^(lu par le modèle de langue : )?peut-être « [^»]{1,30} »|^lu par le modèle de langue")


def forget_conversations(
    tx: Transaction, agency_id: UUID, conversation_ids: Sequence[UUID], now: datetime, why: str = "personne oubliée"
) -> dict[UUID, UUID]:
    """Cut these conversations from their people; gives the random key of each person, by candidate id.

    All of a person's conversations together, or the person would count as two. What was queued is cancelled first.
    """
    ids = list(conversation_ids)
    if not ids:
        return {}
    waiting = tx.rows(
        "SELECT agency_id, message_id FROM message WHERE agency_id = $1 AND conversation_id = ANY($2::UUID[]) "
        "AND state = 'queued'",
        agency_id,
        ids,
    )
    campaigns.cancel(tx, waiting, now, "automate", why)
    outcomes.unlink(tx, ids)
    keys = _keys(tx, agency_id, ids)
    people, random_keys = list(keys), list(keys.values())
    _forget_arms(tx, agency_id, ids)
    tx.execute(
        f"""
        UPDATE message SET phone = '{FORGOTTEN}' || CAST(k.new_key AS TEXT), body = '', failure = NULL,
               claimed_by = NULL,
               gateway_id = CASE WHEN gateway_id IS NOT NULL THEN '{FORGOTTEN}' || CAST(message_id AS TEXT) END
        FROM (SELECT v.conversation_id, n.new_key FROM conversation v
              JOIN (SELECT unnest($3::UUID[]) AS old_key, unnest($4::UUID[]) AS new_key) n ON n.old_key = v.candidate_id
              WHERE v.agency_id = $1 AND v.conversation_id = ANY($2::UUID[])) AS k
        WHERE message.agency_id = $1 AND message.conversation_id = k.conversation_id
        """,
        agency_id,
        ids,
        people,
        random_keys,
    )
    tx.execute(
        "UPDATE message_event SET detail = NULL WHERE agency_id = $1 AND message_id IN "
        "(SELECT message_id FROM message WHERE agency_id = $1 AND conversation_id = ANY($2::UUID[]))",
        agency_id,
        ids,
    )
    replies = tx.rows(
        "SELECT agency_id, reply_id FROM reply WHERE agency_id = $1 AND conversation_id = ANY($2::UUID[])",
        agency_id,
        ids,
    )
    empty_replies(tx, replies)
    tx.execute(
        "DELETE FROM reply_example WHERE agency_id = $1 AND reply_id = ANY($2::UUID[])",
        agency_id,
        [row["reply_id"] for row in replies],
    )
    tx.execute(
        "UPDATE reply SET callback_id = NULL WHERE agency_id = $1 AND conversation_id = ANY($2::UUID[])", agency_id, ids
    )
    tx.execute(
        "UPDATE thread_event SET body = NULL WHERE agency_id = $1 AND conversation_id = ANY($2::UUID[])", agency_id, ids
    )
    tx.execute(
        f"""
        UPDATE conversation SET candidate_id = n.new_key, phone = '{FORGOTTEN}' || CAST(n.new_key AS TEXT),
               verdict_reason = NULL, forgotten_utc = $5
        FROM (SELECT unnest($3::UUID[]) AS old_key, unnest($4::UUID[]) AS new_key) n
        WHERE conversation.agency_id = $1 AND conversation.conversation_id = ANY($2::UUID[])
          AND n.old_key = conversation.candidate_id
        """,
        agency_id,
        ids,
        people,
        random_keys,
        now,
    )
    worklist.changed(tx, agency_id, ids)
    return keys


def _keys(tx: Transaction, agency_id: UUID, ids: list[UUID]) -> dict[UUID, UUID]:
    """The key that `outcomes.unlink` drew for each person; a new one where nothing was counted of them."""
    rows = tx.rows(
        "SELECT DISTINCT v.candidate_id, o.person FROM conversation v "
        "LEFT JOIN outcome o ON o.agency_id = v.agency_id AND o.conversation_id = v.conversation_id "
        "WHERE v.agency_id = $1 AND v.conversation_id = ANY($2::UUID[])",
        agency_id,
        ids,
    )
    drawn = {row["candidate_id"]: row["person"] for row in rows if row["person"] is not None}
    return {row["candidate_id"]: drawn.get(row["candidate_id"]) or uuid4() for row in rows}


def _forget_arms(tx: Transaction, agency_id: UUID, ids: list[UUID]) -> None:
    """The lot that a person drew is a hash of their id, which somebody who knows the identifier could compute again."""
    drawn = tx.rows(
        "SELECT DISTINCT x.comparison_id, x.unit FROM comparison_assignment x "
        "JOIN comparison c ON c.agency_id = x.agency_id AND c.comparison_id = x.comparison_id AND c.unit = 'person' "
        f"WHERE x.agency_id = $1 AND x.conversation_id = ANY($2::UUID[]) AND x.unit NOT LIKE '{FORGOTTEN}%'",
        agency_id,
        ids,
    )
    for row in drawn:
        tx.execute(
            "UPDATE comparison_assignment SET unit = $4 WHERE agency_id = $1 AND comparison_id = $2 AND unit = $3",
            agency_id,
            row["comparison_id"],
            row["unit"],
            f"{FORGOTTEN}{uuid4().hex}",
        )


def empty_replies(tx: Transaction, keys: Sequence[Row]) -> None:
    """Take the words out of these replies (`agency_id`, `reply_id`); what was read in them stays."""
    ids = [row["reply_id"] for row in keys]
    rows = tx.rows(
        f"SELECT agency_id, reply_id, rule, ({is_furious('body')}) AS furious FROM reply "
        "WHERE reply_id = ANY($1::UUID[]) AND body <> ''",
        ids,
    )
    tx.execute(
        """
        UPDATE reply SET body = '', rule = k.short_rule, furious = coalesce(reply.furious, k.angry)
        FROM (SELECT unnest($1::UUID[]) AS reply_id, unnest($2::UUID[]) AS agency_id, unnest($3::TEXT[]) AS short_rule,
                     unnest($4::BOOLEAN[]) AS angry) k
        WHERE reply.agency_id = k.agency_id AND reply.reply_id = k.reply_id
        """,
        [row["reply_id"] for row in rows],
        [row["agency_id"] for row in rows],
        [_without_words(row["rule"]) for row in rows],
        [row["furious"] for row in rows],
    )


def _without_words(rule: str) -> str:
    found = _PROPOSED.match(rule)
    return found.group() if found else ""


# Numbers that some agency still has somebody or an exchange under.
BORNE = """(EXISTS (SELECT 1 FROM candidate c WHERE c.phone = {phone})
            OR EXISTS (SELECT 1 FROM conversation v WHERE v.phone = {phone})
            OR EXISTS (SELECT 1 FROM message m WHERE m.phone = {phone} AND m.state IN ('queued', 'claimed')))"""


def keep_objection(tx: Transaction, key: bytes, phone: str) -> bool:
    """Keep the number's objection, if there is one and nobody bears the number any more, as its keyed hash."""
    row = tx.one(
        f"SELECT since_utc, source FROM opt_out o WHERE o.phone = $1 AND NOT {BORNE.format(phone='o.phone')}", phone
    )
    if row is None:
        return False
    kept_stops.keep(tx, key, phone, row["since_utc"], row["source"])
    return True
