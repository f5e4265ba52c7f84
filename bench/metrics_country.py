"""A year of a whole country's SMS, made by SQL inside the embedded engine: 900 agencies, nobody who exists.

As plausible as needs be for measuring: how often and when people answer follows the published figures. The tables
of messages, replies and conversations have no keys here, as no figure looks a row up by its key; with them, a
country takes an hour to make.
"""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from uuid import UUID

from ftcore.database import Database, Transaction
from ftcore.insight import outcomes
from ftcore.outreach import worklist

AGENCIES = 900
# Job seekers of an agency whom it writes to: a prime, so that no campaign takes the same person twice.
PEOPLE = 6_701
CAMPAIGN = 25
LAST = date(2026, 11, 26)
FIRST = LAST - timedelta(days=364)
NOW = datetime.combine(LAST, time(22))
# Of 1,000 conversations, about so many SMS.
_MESSAGES = 2.2
ONE_AGENCY = UUID("a0000000-0000-0000-0000-000000000005")


def make(database: Database, messages: int) -> None:
    """Fill an empty embedded database with about so many SMS of one year, and all that Mesures counts of them."""
    campaigns = max(AGENCIES, round(messages / _MESSAGES / CAMPAIGN))
    for table in ("conversation", "message", "reply", "prerequisite_check"):
        database.transact(lambda tx, table=table: _without_keys(tx, table))  # type: ignore[misc]
    for statement in (_AGENCY, _OFFER, _CAMPAIGN, _SEED, _CONVERSATION, *_MESSAGE, *_REPLY, _CHECK):
        sql = statement.replace("CAMPAIGNS", str(campaigns))
        database.transact(lambda tx, sql=sql: tx.execute(sql))  # type: ignore[misc]
    database.transact(lambda tx: tx.execute("DROP TABLE seed"))
    database.transact(outcomes.compute_all)
    database.transact(worklist.keep_all)


def _without_keys(tx: Transaction, table: str) -> None:
    tx.execute(f"CREATE TABLE bare AS SELECT * FROM {table} LIMIT 0")
    tx.execute(f"DROP TABLE {table}")
    tx.execute(f"ALTER TABLE bare RENAME TO {table}")


def _key(letter: str, number: str) -> str:
    return f"CAST('{letter}0000000-0000-0000-0000-' || lpad(CAST({number} AS TEXT), 12, '0') AS UUID)"


def _share(seed: str) -> str:
    """An even share from 0 to 1, always the same for a conversation."""
    return f"(hash(i * 1000003 + {seed}) % 1000000) / 1000000.0"


_AGENCY = f"""
    INSERT INTO agency (agency_id, name, department, demo)
    SELECT {_key("a", "n")}, 'Agence ' || n, lpad(CAST(1 + n % 95 AS TEXT), 2, '0'), true
    FROM range({AGENCIES}) AS t(n)
"""
_OFFER = f"""
    INSERT INTO offer (agency_id, offer_id, source, title, description, occupation_code, occupation_label,
                       skills_required, skills_desired, licences, languages, openings, created_utc, created_by)
    SELECT {_key("a", f"hash(c) % {AGENCIES}")}, {_key("b", "c")}, 'demo', 'Offre ' || c, '',
           'G' || hash(c * 7) % 530, 'Métier ' || hash(c * 7) % 530, [], [], [], [], 1, TIMESTAMP '{FIRST}', 'x'
    FROM range(CAMPAIGNS) AS t(c)
"""
_LAUNCHED = (
    f"TIMESTAMP '{FIRST} 07:30:00' + to_days(CAST(c * 365 // CAMPAIGNS AS INTEGER)) "
    "+ to_hours(CAST(hash(c) % 10 AS INTEGER))"
)
_CAMPAIGN = f"""
    INSERT INTO campaign (agency_id, campaign_id, offer_id, state, launched_utc, launched_by, considered, demo)
    SELECT {_key("a", f"hash(c) % {AGENCIES}")}, {_key("c", "c")}, {_key("b", "c")}, 'running', {_LAUNCHED}, 'x', 400,
           false
    FROM range(CAMPAIGNS) AS t(c)
"""
# One row a conversation, with all that happens in it.
_SEED = f"""
    CREATE TABLE seed AS
    SELECT *, least(left_utc + to_seconds(20), TIMESTAMP '{LAST} 22:00:00') AS delivered_utc,
           left_utc + to_seconds(20) + to_seconds(CAST(60 * least(19 * exp(1.1 * ln(u / (1 - u))), 9000) AS INTEGER))
               AS answered_utc,
           CASE WHEN reached >= 0.935 OR answers >= 0.45 THEN NULL WHEN means < 0.5 THEN 'yes' WHEN means < 0.75
               THEN 'no' WHEN means < 0.87 THEN 'question' WHEN means < 0.94 THEN 'unclear' ELSE 'stop' END AS reading
    FROM (SELECT i, c, {_key("a", f"hash(c) % {AGENCIES}")} AS agency_id, gen_random_uuid() AS conversation_id,
                 {_key("c", "c")} AS campaign_id, {_key("b", "c")} AS offer_id,
                 CAST('d' || lpad(CAST(hash(c) % {AGENCIES} AS TEXT), 7, '0') || '-0000-0000-0000-'
                     || lpad(CAST((CAST(hash(c * 3) % 1000000 AS BIGINT) + 131 * (i % {CAMPAIGN})) % {PEOPLE} AS TEXT),
                             12, '0') AS UUID) AS candidate_id,
                 {_LAUNCHED} AS opened_utc, {_LAUNCHED} + to_seconds(2 * (i % {CAMPAIGN})) AS left_utc,
                 {_share("1")} AS reached, {_share("2")} AS answers, {_share("3")} AS means,
                 0.001 + 0.998 * {_share("4")} AS u, {_share("5")} AS goes_on, {_share("6")} AS decided,
                 'opening ' || CASE WHEN hash(c * 11) % 10 < 7 THEN 0 ELSE 1 + hash(c * 13) % 3 END AS template
          FROM (SELECT i, i // {CAMPAIGN} AS c FROM range(CAMPAIGNS * {CAMPAIGN}) AS t(i)))
"""
_CONVERSATION = """
    INSERT INTO conversation (agency_id, conversation_id, campaign_id, offer_id, candidate_id, phone, state,
                              opened_utc, changed_utc, verdict, verdict_utc, answered_utc, seen_utc, started_utc,
                              finished_utc)
    SELECT agency_id, conversation_id, campaign_id, offer_id, candidate_id, '+33639980000',
           CASE WHEN reading IS NULL THEN 'closed' WHEN reading = 'yes' THEN 'interested' WHEN reading = 'no'
               THEN 'declined' WHEN reading = 'stop' THEN 'stopped' ELSE 'needs_human' END,
           opened_utc, coalesce(answered_utc, opened_utc),
           CASE WHEN reading IN ('yes', 'question', 'unclear') AND decided < 0.98
               THEN CASE WHEN reading = 'yes' AND decided < 0.4 THEN 'introduced' ELSE 'called_back' END END,
           answered_utc + to_hours(1 + CAST(60 * decided AS INTEGER)),
           CASE WHEN reading IS NOT NULL THEN answered_utc END,
           CASE WHEN reading IS NOT NULL AND decided < 0.99 THEN answered_utc + to_hours(2) END,
           CASE WHEN reading = 'yes' THEN answered_utc END,
           CASE WHEN reading = 'yes' AND goes_on < 0.8
               THEN answered_utc + to_minutes(CAST(400 * goes_on AS INTEGER)) END
    FROM seed
"""


def _message(opening: bool, queued: str, state: str, template: str, which: str) -> str:
    return f"""
    INSERT INTO message (agency_id, message_id, conversation_id, campaign_id, phone, body, parts, automatic, opening,
                         state, queued_utc, not_before_utc, claimed_utc, settled_utc, gateway_id, cost, contradicted,
                         template)
    SELECT agency_id, gen_random_uuid(), conversation_id, campaign_id, '+33639980000', 'Bonjour',
           CAST(1 + hash(i) % 2 AS INTEGER), true, {opening}, {state}, {queued}, {queued}, {queued},
           {queued} + to_seconds(20), CASE WHEN {state} <> 'unknown' THEN 'AT-' || i END, 'EUR 0.0500', false,
           {template}
    FROM seed WHERE {which}
    """


_STATE = """CASE WHEN reached < 0.935 THEN 'delivered' WHEN reached < 0.96 THEN 'failed' WHEN reached < 0.97
    THEN 'unknown' ELSE 'sent' END"""
_MESSAGE = (
    _message(True, "left_utc", _STATE, "template", "true"),
    _message(False, "left_utc + to_days(1)", "'delivered'", "'reminder 0'", "reading IS NULL AND reached < 0.9"),
    _message(False, "answered_utc", "'delivered'", "'ask_availability 0'", "reading IS NOT NULL AND reading <> 'stop'"),
    _message(False, "answered_utc + to_minutes(5)", "'delivered'", "'ask_prerequisite 0'", "reading = 'yes'"),
    _message(False, "answered_utc + to_minutes(9)", "'delivered'", "'handover 0'", "reading = 'yes'"),
)


def _reply(received: str, reading: str, expecting: str, position: str, which: str) -> str:
    return f"""
    INSERT INTO reply (agency_id, reply_id, conversation_id, received_utc, body, reading, rule, expecting, position)
    SELECT agency_id, gen_random_uuid(), conversation_id, {received}, 'Oui', {reading}, 'x', {expecting}, {position}
    FROM seed WHERE {which}
    """


_REPLY = (
    _reply("answered_utc", "reading", "'interest'", "NULL", "reading IS NOT NULL"),
    _reply("answered_utc + to_minutes(4)", "'yes'", "'availability'", "NULL", "reading = 'yes'"),
    _reply("answered_utc + to_minutes(8)", "CASE WHEN goes_on < 0.3 THEN 'no' ELSE 'yes' END", "'prerequisite'", "0",
           "reading = 'yes' AND goes_on < 0.8"),
)  # fmt: skip
_CHECK = """
    INSERT INTO prerequisite_check (agency_id, conversation_id, position, text, demand, met)
    SELECT agency_id, conversation_id, p, CASE WHEN hash(c + p) % 5 = 0 THEN 'Critère propre à ' || c
               ELSE 'Critère ' || hash(c * 17 + p) % 300 END,
           CASE WHEN hash(c) % 2 = 0 THEN 'blocking' ELSE 'flexible' END,
           CASE WHEN p = 1 OR goes_on >= 0.8 THEN 'unknown' WHEN goes_on < 0.3 THEN 'not_met' ELSE 'met' END
    FROM seed, (SELECT unnest([0, 1]) AS p) WHERE reading = 'yes'
"""
