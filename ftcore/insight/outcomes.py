"""What became of each conversation, as one row that Mesures counts: computed from what is stored, never incremented.

Whoever changes a message, a reply, a prerequisite or a verdict says so with `due` in the same transaction;
`refresh` computes these conversations anew by `RAW`, the one definition of every figure. What was erased since
keeps its row: counters survive erasure. `outcome_sum` holds the sums of `outcome` by campaign.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, time, timedelta
from uuid import UUID

from ftcore.database import Database, Row, Transaction
from ftcore.insight import twice
from ftcore.insight.flags import FLAGS, PACKED

# A reply counts when it comes within this time of the delivery of the opening SMS.
WINDOW_HOURS = 72
# The published reference lines: a prequalification in under 5 h, an introduction within 24 h.
FINISHED_WITHIN = 5 * 60
INTRODUCED_WITHIN = 24 * 60
# How many conversations one transaction computes anew.
AT_ONCE = 5_000
# And one statement, where everything is.
SLICE = 400_000

# What is summed, in SMS.
SUMS = ("automatic_messages", "human_messages", "parts", "priced", "cost", "replies", "needs_human")
# What a campaign's conversations are told apart by in `outcome_sum`.
KEYS = ("agency_id", "campaign_id", "offer_id", "occupation", "occupation_label", "template", "demo", "day",
        "weekday", "hour")  # fmt: skip
COLUMNS = (
    "agency_id", "conversation_id", "person", "campaign_id", "offer_id", "occupation", "occupation_label", "template",
    "demo", "considered", "day", "weekday", "hour", *FLAGS, "retained",
    "delivered_utc", "reply_minutes", "finished_minutes", "introduced_minutes", *SUMS, "flags",
)  # fmt: skip
CHECK_COLUMNS = ("agency_id", "conversation_id", "position", "offer_id", "occupation", "template", "day", "text",
                 "demand", "met", "unanswered", "decided", "retained")  # fmt: skip

# An SMS was sent once the gateway had it: `unknown` is not sent, and of those that failed only the ones that had
# got the gateway's id.
_SENT = ("(m.state IN ('accepted', 'sent', 'submitted', 'buffered', 'delivered') "
         "OR (m.state = 'failed' AND m.gateway_id IS NOT NULL))")  # fmt: skip
# Other currencies, and what no SMS can cost, are no known price.
_PRICED = "m.cost ~ '^EUR [0-9][0-9]?[0-9]?[0-9]?([.][0-9]+)?$'"


def _minutes(since: str, until: str) -> str:
    """Whole minutes between two instants; none where the second is not known, or comes first."""
    return f"CASE WHEN {until} >= {since} THEN CAST(floor(extract(epoch FROM ({until} - {since})) / 60) AS INTEGER) END"


# The meaning of a reply is the counselor's correction before the rule's reading; a STOP is no reply, and a no to one
# prerequisite is no refusal of the offer; a mark for the exchange ('satisfaction') answers no offer. `{condition}` is
# on the conversation `v`, `{since}` an instant before which nothing of these conversations was written.
_OPENED = f"""
    opened AS (
        SELECT v.agency_id, v.conversation_id, v.candidate_id AS person, v.campaign_id, v.offer_id,
               coalesce(o.occupation_code, o.occupation_label) AS occupation, o.occupation_label,
               coalesce(m.template, 'opening 0') AS template, c.demo, c.considered, v.opened_utc, v.position,
               coalesce(m.claimed_utc, v.opened_utc) AS left_utc, v.started_utc, v.finished_utc, v.verdict,
               v.verdict_utc, {_SENT} AS sent, m.state = 'delivered' AS delivered, m.state = 'failed' AS failed,
               m.state = 'unknown' AS unknown, m.state IN ('queued', 'claimed') AS waiting,
               CASE WHEN m.state = 'delivered' THEN m.settled_utc END AS delivered_utc
        FROM conversation v
        JOIN campaign c ON c.agency_id = v.agency_id AND c.campaign_id = v.campaign_id
        JOIN offer o ON o.agency_id = v.agency_id AND o.offer_id = v.offer_id
        JOIN message m ON m.agency_id = v.agency_id AND m.conversation_id = v.conversation_id AND m.opening
        WHERE {{condition}} AND m.queued_utc >= {{since}}
    )
"""
RAW = f"""
    WITH {_OPENED}, answer AS (
        SELECT w.agency_id, w.conversation_id,
               min(r.received_utc) FILTER (
                   WHERE coalesce(r.corrected, r.reading) <> 'stop'
                     AND r.received_utc < w.delivered_utc + INTERVAL '{WINDOW_HOURS} hours') AS replied_utc,
               bool_or(coalesce(r.corrected, r.reading) = 'stop') AS stopped,
               max(r.received_utc) FILTER (
                   WHERE coalesce(r.corrected, r.reading) IN ('yes', 'callback')
                     AND r.expecting IS DISTINCT FROM 'prerequisite') AS latest_yes_utc,
               max(r.received_utc) FILTER (
                   WHERE coalesce(r.corrected, r.reading) = 'no'
                     AND r.expecting IS DISTINCT FROM 'prerequisite') AS latest_no_utc,
               count(*) FILTER (WHERE coalesce(r.corrected, r.reading) <> 'stop') AS replies,
               count(*) FILTER (
                   WHERE coalesce(r.corrected, r.reading) <> 'stop' AND (r.reading IN ('unclear', 'wrong_person')
                     OR (r.reading = 'unsure' AND coalesce(r.expecting, 'interest') = 'interest'))) AS doubts
        FROM opened w
        JOIN reply r ON r.agency_id = w.agency_id AND r.conversation_id = w.conversation_id
        WHERE r.received_utc >= {{since}}
          AND (r.expecting IS DISTINCT FROM 'satisfaction' OR coalesce(r.corrected, r.reading) = 'stop')
        GROUP BY w.agency_id, w.conversation_id
    ), written AS (
        SELECT w.agency_id, w.conversation_id, count(*) FILTER (WHERE m.automatic) AS automatic_messages,
               count(*) FILTER (WHERE NOT m.automatic) AS human_messages, sum(m.parts) AS parts,
               count(*) FILTER (WHERE {_PRICED}) AS priced,
               sum(CASE WHEN {_PRICED}
                   THEN round(10000 * CAST(substr(m.cost, 5) AS DECIMAL(12, 4))) END) AS cost,
               count(*) FILTER (WHERE m.template LIKE 'question %') AS open_questions
        FROM opened w
        JOIN message m ON m.agency_id = w.agency_id AND m.conversation_id = w.conversation_id
        WHERE {_SENT} AND m.queued_utc >= {{since}}
        GROUP BY w.agency_id, w.conversation_id
    ), blocked AS (
        SELECT w.agency_id, w.conversation_id
        FROM opened w
        JOIN prerequisite_check p ON p.agency_id = w.agency_id AND p.conversation_id = w.conversation_id
        WHERE p.demand = 'blocking' AND p.met = 'not_met'
        GROUP BY w.agency_id, w.conversation_id
    ), one AS (
        SELECT w.*, paris_time(w.left_utc) AS local_time,
               coalesce(w.delivered AND r.replied_utc IS NOT NULL, false) AS replied,
               coalesce(w.delivered AND r.replied_utc IS NOT NULL AND NOT r.stopped AND r.latest_yes_utc IS NOT NULL
                   AND (r.latest_no_utc IS NULL OR r.latest_yes_utc >= r.latest_no_utc), false) AS interested,
               coalesce(w.delivered AND r.stopped, false) AS opted_out,
               w.delivered AND w.started_utc IS NOT NULL AS started,
               w.delivered AND w.finished_utc IS NOT NULL AS finished,
               coalesce(w.verdict = 'introduced', false) AS introduced,
               CASE WHEN w.delivered THEN {_minutes("w.delivered_utc", "r.replied_utc")} END AS reply_minutes,
               CASE WHEN w.delivered THEN {_minutes("w.delivered_utc", "w.finished_utc")} END AS finished_minutes,
               CASE WHEN w.verdict = 'introduced' THEN {_minutes("w.left_utc", "w.verdict_utc")} END
                   AS introduced_minutes,
               coalesce(s.automatic_messages, 0) AS automatic_messages, coalesce(s.human_messages, 0) AS human_messages,
               coalesce(s.parts, 0) AS parts, coalesce(s.priced, 0) AS priced,
               CAST(coalesce(s.cost, 0) AS BIGINT) AS cost, coalesce(r.replies, 0) AS replies,
               least(coalesce(r.replies, 0), coalesce(r.doubts, 0) + coalesce(s.open_questions, 0)) AS needs_human,
               b.conversation_id IS NOT NULL AS blocked
        FROM opened w
        LEFT JOIN answer r ON r.agency_id = w.agency_id AND r.conversation_id = w.conversation_id
        LEFT JOIN written s ON s.agency_id = w.agency_id AND s.conversation_id = w.conversation_id
        LEFT JOIN blocked b ON b.agency_id = w.agency_id AND b.conversation_id = w.conversation_id
    )
    SELECT *, {PACKED} AS flags FROM (
    SELECT agency_id, conversation_id, person, campaign_id, offer_id, occupation, occupation_label, template, demo,
           considered, CAST(paris_time(opened_utc) AS DATE) AS day,
           CAST(extract(isodow FROM local_time) - 1 AS SMALLINT) AS weekday,
           CAST(extract(hour FROM local_time) AS SMALLINT) AS hour,
           sent, delivered, failed, unknown, waiting, replied, interested, opted_out, started, finished,
           finished AND coalesce(finished_minutes < {FINISHED_WITHIN}, false) AS finished_in_5h,
           finished AND interested AND NOT blocked AS qualified,
           introduced, introduced AND coalesce(introduced_minutes < {INTRODUCED_WITHIN}, false) AS introduced_in_24h,
           coalesce(verdict IN ('retained', 'introduced'), false) AS retained,
           delivered_utc, reply_minutes, finished_minutes, introduced_minutes,
           {", ".join(SUMS)}
    FROM one) AS told
"""
# A prerequisite was asked when somebody answered its question, or when it is the one that waits for an answer.
RAW_CHECKS = f"""
    WITH {_OPENED}, answered AS (
        SELECT DISTINCT w.agency_id, w.conversation_id, r.position
        FROM opened w
        JOIN reply r ON r.agency_id = w.agency_id AND r.conversation_id = w.conversation_id
        WHERE r.expecting = 'prerequisite' AND r.position IS NOT NULL AND r.received_utc >= {{since}}
    )
    SELECT w.agency_id, w.conversation_id, p.position, w.offer_id, w.occupation, w.template,
           CAST(paris_time(w.opened_utc) AS DATE) AS day, p.text, p.demand, p.met, a.position IS NULL AS unanswered,
           coalesce(w.verdict <> 'to_see', false) AS decided,
           coalesce(w.verdict IN ('retained', 'introduced'), false) AS retained
    FROM opened w
    JOIN prerequisite_check p ON p.agency_id = w.agency_id AND p.conversation_id = w.conversation_id
    LEFT JOIN answered a ON a.agency_id = p.agency_id AND a.conversation_id = p.conversation_id
        AND a.position = p.position
    WHERE a.position IS NOT NULL OR w.position = p.position
"""
_GROUPED = ", ".join(KEYS)
# The files looked at for a campaign stand in one of its rows, so that they can be summed like everything else.
_CONSIDERED = """
    CASE WHEN row_number() OVER (PARTITION BY agency_id, campaign_id, day ORDER BY template, weekday, hour) = 1
         THEN max(considered) ELSE 0 END AS considered
"""
RAW_SUMS = f"""
    SELECT {_GROUPED}, {_CONSIDERED}, count(*) AS contacted,
           {", ".join(f"count(*) FILTER (WHERE {flag}) AS {flag}" for flag in FLAGS)},
           {", ".join(f"CAST(sum({name}) AS BIGINT) AS {name}" for name in SUMS)}
    FROM outcome WHERE {{condition}} GROUP BY {_GROUPED}
"""
SUM_COLUMNS = (*KEYS, "considered", "contacted", *FLAGS, *SUMS)


def due(tx: Transaction, conversations: Iterable[tuple[UUID, UUID]]) -> None:
    """Say that something of these conversations (agency and conversation id) has changed in this transaction."""
    rows = [
        {"agency_id": agency_id, "conversation_id": conversation_id}
        for agency_id, conversation_id in dict.fromkeys(conversations)
    ]
    tx.insert("outcome_due", rows)


def due_for(tx: Transaction, agency_id: UUID, conversation_ids: Iterable[UUID]) -> None:
    """The same, for conversations of one agency."""
    due(tx, ((agency_id, each) for each in conversation_ids))


def due_for_offer(tx: Transaction, agency_id: UUID, offer_id: UUID) -> None:
    """The same, for all conversations of an offer, whose occupation may have changed."""
    tx.execute(
        "INSERT INTO outcome_due SELECT agency_id, conversation_id FROM conversation "
        "WHERE agency_id = $1 AND offer_id = $2",
        agency_id,
        offer_id,
    )


def refresh(database: Database, most: int = AT_ONCE) -> int:
    """Compute anew what is due, at most so many conversations; gives how many. Replicas take turns.

    Where nothing was computed yet, everything is at once.
    """
    if not database.value(f"SELECT EXISTS (SELECT 1 FROM outcome_due) OR {twice.WANTED}"):
        return 0
    return database.transact(lambda tx: _refresh(tx, most))


def _refresh(tx: Transaction, most: int) -> int:
    # Two at once would each sum up a campaign without the other's rows.
    tx.take_turn("outcome")
    if not tx.value("SELECT EXISTS (SELECT 1 FROM outcome)"):
        return compute_all(tx)
    if tx.value(f"SELECT {twice.WANTED}"):
        twice.find_all(tx)
    rows = tx.rows("SELECT DISTINCT agency_id, conversation_id FROM outcome_due LIMIT $1", most)
    _compute(tx, rows)
    return len(rows)


def unlink(tx: Transaction, conversation_ids: Sequence[UUID]) -> None:
    """Cut these conversations' counters from the person: call it before their rows are erased.

    The rows of one person stay together under a random key, so that they still count once.
    """
    ids = list(conversation_ids)
    tx.take_turn("outcome")
    _compute(
        tx,
        tx.rows(
            "SELECT DISTINCT agency_id, conversation_id FROM outcome_due WHERE conversation_id = ANY($1::UUID[])", ids
        ),
    )
    whose = "SELECT DISTINCT agency_id, person FROM outcome WHERE conversation_id = ANY($1::UUID[])"
    people = tx.rows(whose, ids)
    # Kept once read: a planner may otherwise draw another key for each row of the same person.
    tx.execute(
        f"""
        WITH k AS MATERIALIZED (SELECT agency_id, person, gen_random_uuid() AS new_key FROM ({whose}) AS p)
        UPDATE outcome SET person = k.new_key
        FROM k
        WHERE outcome.agency_id = k.agency_id AND outcome.person = k.person
          AND outcome.conversation_id = ANY($1::UUID[])
        """,
        ids,
    )
    people += tx.rows(whose, ids)
    twice.find(tx, list({row["agency_id"] for row in people}), [row["person"] for row in people])


def compute_all(tx: Transaction) -> int:
    """Fill the empty tables from everything that is stored; gives how many conversations there are.

    A slice at a time: a country's year is more than memory holds.
    """
    tx.expect_many()
    _all_near(tx)
    names = ", ".join(COLUMNS)
    for first, last in _slices(tx):
        which = {"condition": "v.opened_utc >= $1 AND v.opened_utc < $2", "since": "$3"}
        values = first, last, first - timedelta(days=1)
        tx.execute(
            f"INSERT INTO outcome ({names}, earlier, later) SELECT r.*, n.earlier, n.later "
            f"FROM ({RAW.format(**which)}) AS r JOIN near_days n ON n.agency_id = r.agency_id "
            "AND n.conversation_id = r.conversation_id ORDER BY r.day",
            *values,
        )
        tx.execute(
            f"INSERT INTO outcome_check ({', '.join(CHECK_COLUMNS)}) {RAW_CHECKS.format(**which)} ORDER BY day", *values
        )
    tx.execute("DROP TABLE near_days")
    tx.execute(f"INSERT INTO outcome_sum ({', '.join(SUM_COLUMNS)}) {RAW_SUMS.format(condition='true')} ORDER BY day")
    twice.find_all(tx)
    tx.execute("DELETE FROM outcome_due")
    return int(tx.value("SELECT count(*) FROM outcome"))


def _slices(tx: Transaction) -> list[tuple[datetime, datetime]]:
    """Periods of whole days, from one instant to before the next, each with about as many conversations as fit."""
    slices: list[tuple[datetime, datetime]] = []
    held = SLICE
    for row in tx.rows(
        "SELECT CAST(opened_utc AS DATE) AS day, count(*) AS conversations FROM conversation GROUP BY 1 ORDER BY 1"
    ):
        begin = datetime.combine(row["day"], time(0))
        end = begin + timedelta(days=1)
        if held + row["conversations"] > SLICE:
            slices.append((begin, end))
            held = 0
        slices[-1] = slices[-1][0], end
        held += row["conversations"]
    return slices


def _all_near(tx: Transaction) -> None:
    """The days of everybody's nearest other conversations, some agencies at a time, in the table `near_days`."""
    tx.execute("CREATE TEMP TABLE near_days (agency_id UUID, conversation_id UUID, earlier DATE, later DATE)")
    agencies = [row["agency_id"] for row in tx.rows("SELECT agency_id FROM agency ORDER BY agency_id")]
    for place in range(0, len(agencies), 100):
        tx.execute(
            f"""
            INSERT INTO near_days
            SELECT agency_id, conversation_id, lag(day) OVER near, lead(day) OVER near
            FROM (SELECT agency_id, conversation_id, candidate_id AS person, CAST(paris_time(opened_utc) AS DATE) AS day
                  FROM conversation WHERE agency_id = ANY($1::UUID[])) AS v {_NEAR}
            """,
            agencies[place : place + 100],
        )


# By what is told who counts twice.
_TOLD = ("person", "occupation", "template", "day", "flags")
_TOLD_BY = ", ".join(_TOLD)
_NEAR = "WINDOW near AS (PARTITION BY agency_id, person ORDER BY day, conversation_id)"


def _compute(tx: Transaction, conversations: Sequence[Row]) -> None:
    """Replace the rows of these conversations by what is stored of them now, and the sums of their campaigns."""
    if not conversations:
        return
    agencies = list({row["agency_id"] for row in conversations})
    ids = [row["conversation_id"] for row in conversations]
    tx.execute(
        "DELETE FROM outcome_due WHERE agency_id = ANY($1::UUID[]) AND conversation_id = ANY($2::UUID[])", agencies, ids
    )
    which = "v.agency_id = ANY($1::UUID[]) AND v.conversation_id = ANY($2::UUID[])"
    first = tx.value(f"SELECT min(v.opened_utc) FROM conversation v WHERE {which}", agencies, ids)
    if first is None:
        return  # all of them erased meanwhile: what they counted for stays
    # An early bound spares the embedded engine most of its tables. Replicas' clocks differ by moments; nothing
    # is written a day before its conversation begins.
    since = first - timedelta(days=1)
    which += " AND v.opened_utc >= $3"
    fresh = tx.rows(RAW.format(condition=which, since="$3"), agencies, ids, since)
    checks = tx.rows(RAW_CHECKS.format(condition=which, since="$3"), agencies, ids, since)
    # What was partly erased is not computed any more, and keeps its row.
    values = agencies, [row["conversation_id"] for row in fresh], since.date()
    ours = "agency_id = ANY($1::UUID[]) AND conversation_id = ANY($2::UUID[]) AND day >= $3::DATE"
    known = {
        row["conversation_id"]: row
        for row in tx.rows(f"SELECT {_TOLD_BY}, conversation_id, earlier, later FROM outcome WHERE {ours}", *values)
    }
    for row in fresh:
        before = known.get(row["conversation_id"])
        stays = before is not None and before["person"] == row["person"]
        row["earlier"], row["later"] = (before["earlier"], before["later"]) if before and stays else (None, None)
    tx.execute(f"DELETE FROM outcome WHERE {ours}", *values)
    tx.insert("outcome", fresh)
    tx.execute(f"DELETE FROM outcome_check WHERE {ours}", *values)
    tx.insert("outcome_check", checks)
    _find_near(tx, agencies, [
        row["person"] for row in fresh
        if row["conversation_id"] not in known or known[row["conversation_id"]]["person"] != row["person"]
    ])  # fmt: skip
    moved = [(row, known.get(row["conversation_id"])) for row in fresh]
    twice.find(tx, agencies, [
        one["person"] for row, before in moved if before is None or any(row[name] != before[name] for name in _TOLD)
        for one in (row, before) if one is not None
    ])  # fmt: skip
    campaigns = list({row["campaign_id"] for row in fresh})
    tx.execute(
        "DELETE FROM outcome_sum WHERE agency_id = ANY($1::UUID[]) AND campaign_id = ANY($2::UUID[])",
        agencies,
        campaigns,
    )
    of_campaigns = "agency_id = ANY($1::UUID[]) AND campaign_id = ANY($2::UUID[]) AND day >= $3::DATE"
    tx.execute(
        f"INSERT INTO outcome_sum ({', '.join(SUM_COLUMNS)}) {RAW_SUMS.format(condition=of_campaigns)}",
        agencies,
        campaigns,
        since.date(),
    )


def _find_near(tx: Transaction, agencies: list[UUID], people: list[UUID]) -> None:
    """The days of the nearest other conversations, for everybody who has a new one."""
    if people:
        tx.execute(
            f"""
            UPDATE outcome SET earlier = n.earlier, later = n.later
            FROM (SELECT agency_id, conversation_id, lag(day) OVER near AS earlier, lead(day) OVER near AS later
                  FROM outcome WHERE agency_id = ANY($1::UUID[]) AND person = ANY($2::UUID[]) {_NEAR}) AS n
            WHERE outcome.agency_id = n.agency_id AND outcome.conversation_id = n.conversation_id
              AND (outcome.earlier IS DISTINCT FROM n.earlier OR outcome.later IS DISTINCT FROM n.later)
            """,
            agencies,
            list(dict.fromkeys(people)),
        )
