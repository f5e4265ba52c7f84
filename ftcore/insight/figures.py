"""Everything that Mesures shows, in one look: `view` makes every query of the page, `choices` fills its filters.

Counts and rates only, never a name or a number. Periods are days in Paris, of the opening SMS: a person
belongs to the day on which they were first written to. The unit is the person, so that whoever was
approached for two offers counts once; what is counted in SMS says so.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from uuid import UUID

import pandas as pd

from ftcore.database import Database, Row, Transaction, utc_now
from ftcore.insight.metrics import WINDOW_HOURS, Filters, Rate, Texts, rate
from ftcore.insight.wording import PARIS, paris
from ftcore.model import Person
from ftcore.outreach import worklist
from ftcore.outreach.worklist import WorkList
from ftcore.trust import access

__all__ = ["Choices", "Figures", "Filters", "Summary", "choices", "compared", "template_label", "view"]

# Reference lines: a prequalification within 5 h, an introduction within 24 h.
QUALIFIED_WITHIN = 5 * 60
INTRODUCED_WITHIN = 24 * 60
MOST_OFFERS = 200
WINDOW = 60 * WINDOW_HOURS


@dataclass(frozen=True, slots=True)
class Summary:
    """The figures of a period in distinct people, but for what says SMS, and `considered`: files looked at.

    `started` and `finished` the prequalification, that is the questions after a first yes; `qualified`: finished,
    still interested, and no blocking prerequisite found not to be met. `finished_in_5h` is counted from the
    delivery of the opening SMS, `introduced_in_24h` from when it left. `cost` (euros, None where no price is
    known) is that of the `priced` SMS among all that left. `replies` are SMS other than STOP, `needs_human` those
    of them that the automaton could not follow up.

    `median_minutes` is from the delivery of an opening SMS to the first reply that is not a STOP, over the
    `timed` SMS so answered. A reply that overtook the delivery report has no known time and is not in it.
    """

    considered: int
    contacted: int
    sent: int
    delivered: int
    failed: int
    unknown: int
    waiting: int
    replied: int
    interested: int
    opted_out: int
    started: int
    finished: int
    finished_in_5h: int
    qualified: int
    introduced: int
    introduced_in_24h: int
    texts: Texts
    automatic_messages: int
    human_messages: int
    parts: int
    cost: Decimal | None
    priced: int
    replies: int
    needs_human: int
    median_minutes: float | None
    timed: int
    has_demo: bool
    delivery: Rate
    reply: Rate
    reply_of_sent: Rate
    interest: Rate
    opt_out: Rate


@dataclass(frozen=True, slots=True)
class Figures:
    """A view of a period, and the summary of the one before.

    - `days`: `day` (date), `sent`, `delivered`, `replied`, `interested`, `opted_out`, in SMS; no gaps.
    - `hours`: `weekday` (0 is Monday), `hour` (0..23), `delivered`, `replied`: SMS by when they left, in Paris.
    - `agencies`, `occupations`, `offers`, `templates`: `key`, `label`, `sent`, `delivered`, `replied`, `interested`,
      `opted_out`, `introduced`, in distinct people, the largest first; at most 200 offers.
    - `waits`: `minutes`, `answered`, `silent`: delivered opening SMS that were first answered, or were still
      without an answer when last looked at (censored), so many whole minutes after their delivery; to 72 h.
    - `checks`: the prerequisites that were asked: `text`, `demand`, `asked`, `met`, `not_met`, `unsettled`, `left`
      (silent since that question), and of those with a verdict how many were retained, by what they had answered:
      `verdicts_met`, `retained_met`, `verdicts_not_met`, `retained_not_met`.
    - `work`: conversations that wait, by list of Échanges, in the agencies looked at, whatever the period.
    """

    filters: Filters
    now: Summary
    before: Summary
    days: pd.DataFrame
    hours: pd.DataFrame
    agencies: pd.DataFrame
    occupations: pd.DataFrame
    offers: pd.DataFrame
    templates: pd.DataFrame
    waits: pd.DataFrame
    checks: pd.DataFrame
    work: dict[str, int]
    has_demo: bool


@dataclass(frozen=True, slots=True)
class Choices:
    """What can be filtered by, each as its key and its label, in the order in which it is shown."""

    agencies: dict[str, str]
    occupations: dict[str, str]
    offers: dict[str, str]
    templates: dict[str, str]


def compared(filters: Filters) -> Filters:
    """The period compared with: the one chosen, or the equal one just before."""
    if filters.compared is not None:
        since, until = filters.compared
    else:
        days = filters.until - filters.since + timedelta(days=1)
        since, until = filters.since - days, filters.since - timedelta(days=1)
    return replace(filters, since=since, until=until, compared=None)


GROUP_COLUMNS = ["sent", "delivered", "replied", "interested", "opted_out", "introduced"]
CHECK_COLUMNS = ["text", "demand", "asked", "met", "not_met", "unsettled", "left",
                 "verdicts_met", "retained_met", "verdicts_not_met", "retained_not_met"]  # fmt: skip

_LEFT = ("(m.state IN ('accepted', 'sent', 'submitted', 'buffered', 'delivered') "
         "OR (m.state = 'failed' AND m.gateway_id IS NOT NULL))")  # fmt: skip

_ONE = f"""
    WITH opened AS (
        SELECT v.agency_id, v.conversation_id, v.campaign_id, v.candidate_id AS person, v.offer_id,
               v.opened_utc, v.verdict, v.verdict_utc, v.state AS state, a.name AS agency, o.title,
               coalesce(o.occupation_code, o.occupation_label) AS occupation,
               coalesce(o.occupation_label, 'Métier non précisé') AS occupation_label,
               coalesce(m.template, 'opening 0') AS template, coalesce(m.claimed_utc, m.not_before_utc) AS left_utc,
               {_LEFT} AS sent, m.state = 'delivered' AS delivered, m.state = 'failed' AS failed,
               m.state = 'unknown' AS unknown, m.state IN ('queued', 'claimed') AS waiting,
               m.settled_utc AS delivered_utc, c.demo, c.considered
        FROM conversation v
        JOIN campaign c ON c.agency_id = v.agency_id AND c.campaign_id = v.campaign_id
        JOIN offer o ON o.agency_id = v.agency_id AND o.offer_id = v.offer_id
        JOIN agency a ON a.agency_id = v.agency_id
        JOIN message m ON m.agency_id = v.agency_id AND m.conversation_id = v.conversation_id AND m.opening
        WHERE v.opened_utc >= $1 AND v.opened_utc < $2 AND ($3 OR v.agency_id = ANY($4::UUID[]))
          AND ($5::TEXT IS NULL OR coalesce(o.occupation_code, o.occupation_label) = $5::TEXT)
          AND ($6::UUID IS NULL OR v.offer_id = $6::UUID)
          AND ($7::TEXT IS NULL OR coalesce(m.template, 'opening 0') = $7::TEXT)
    ), answer AS (
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
               min(r.received_utc) FILTER (WHERE r.reading = 'yes') AS started_utc,
               max(r.received_utc) FILTER (WHERE r.expecting IN ('availability', 'prerequisite')) AS finished_utc,
               count(*) FILTER (WHERE coalesce(r.corrected, r.reading) <> 'stop') AS replies,
               count(*) FILTER (WHERE r.reading IN ('unclear', 'unsure', 'wrong_person')) AS needs_human
        FROM opened w
        JOIN reply r ON r.agency_id = w.agency_id AND r.conversation_id = w.conversation_id
        GROUP BY w.agency_id, w.conversation_id
    ), written AS (
        SELECT w.agency_id, w.conversation_id, count(*) FILTER (WHERE m.automatic) AS automatic_messages,
               count(*) FILTER (WHERE NOT m.automatic) AS human_messages, sum(m.parts) AS parts,
               sum(CASE WHEN m.cost LIKE 'EUR %' THEN CAST(substr(m.cost, 5) AS DECIMAL(12, 4)) END) AS cost,
               count(*) FILTER (WHERE m.cost LIKE 'EUR %') AS priced
        FROM opened w JOIN message m ON m.agency_id = w.agency_id AND m.conversation_id = w.conversation_id
        WHERE {_LEFT}
        GROUP BY w.agency_id, w.conversation_id
    )
    SELECT w.*, r.replied_utc, r.started_utc, r.finished_utc, coalesce(r.stopped, false) AND w.delivered AS opted_out,
           coalesce(w.delivered AND r.replied_utc IS NOT NULL, false) AS replied,
           coalesce(w.delivered AND r.replied_utc IS NOT NULL AND NOT r.stopped AND r.latest_yes_utc IS NOT NULL
               AND (r.latest_no_utc IS NULL OR r.latest_yes_utc >= r.latest_no_utc), false) AS interested,
           coalesce(w.verdict = 'introduced', false) AS introduced,
           coalesce(r.replies, 0) AS replies, coalesce(r.needs_human, 0) AS needs_human,
           coalesce(s.automatic_messages, 0) AS automatic_messages, coalesce(s.human_messages, 0) AS human_messages,
           coalesce(s.parts, 0) AS parts, s.cost, coalesce(s.priced, 0) AS priced
    FROM opened w
    LEFT JOIN answer r ON r.agency_id = w.agency_id AND r.conversation_id = w.conversation_id
    LEFT JOIN written s ON s.agency_id = w.agency_id AND s.conversation_id = w.conversation_id
"""

_CHECKS = """
    SELECT p.agency_id, p.conversation_id, p.text, p.demand, p.met, p.position, v.verdict, v.state,
           v.position AS asking
    FROM prerequisite_check p
    JOIN conversation v ON v.agency_id = p.agency_id AND v.conversation_id = p.conversation_id
    WHERE v.opened_utc >= $1 AND v.opened_utc < $2 AND (p.reply_id IS NOT NULL OR v.position = p.position)
"""


def view(database: Database, person: Person, filters: Filters) -> Figures:
    """Every figure of the page, at this moment. Raises NotAllowed for a role that sees no figures."""
    access.require(person, "see figures")
    now = utc_now()
    with database.read() as reader:
        rows = _rows(reader, filters)
        before = _rows(reader, compared(filters))
        checks = pd.DataFrame(reader.rows(_CHECKS, *_period(filters)))
        work = _work(reader, filters, now)
    return Figures(
        filters=filters,
        now=_summary(rows),
        before=_summary(before),
        days=_days(rows, filters),
        hours=_hours(rows),
        agencies=_groups(rows, "agency_id", "agency"),
        occupations=_groups(rows, "occupation", "occupation_label"),
        offers=_groups(rows, "offer_id", "title").head(MOST_OFFERS),
        templates=_groups(rows, "template", "template"),
        waits=_waits(rows, now),
        checks=_checks(checks, rows),
        work=work,
        has_demo=bool(rows["demo"].any()) if len(rows) else False,
    )


def choices(database: Database, person: Person, agency_id: UUID | None = None) -> Choices:
    """What can be filtered by. Offers are the latest of one agency: the person's own, or the one given."""
    access.require(person, "see figures")
    with database.read() as reader:
        agencies = reader.rows(
            "SELECT agency_id, name FROM agency WHERE agency_id IN (SELECT agency_id FROM campaign) ORDER BY name"
        )
        occupations = reader.rows(
            """
            SELECT coalesce(o.occupation_code, o.occupation_label) AS code, min(o.occupation_label) AS label
            FROM offer o JOIN campaign c ON c.agency_id = o.agency_id AND c.offer_id = o.offer_id
            WHERE o.occupation_label IS NOT NULL GROUP BY 1 ORDER BY label
            """
        )
        offers = reader.rows(
            """
            SELECT o.offer_id, o.title, max(c.launched_utc) AS launched_utc
            FROM offer o JOIN campaign c ON c.agency_id = o.agency_id AND c.offer_id = o.offer_id
            WHERE o.agency_id = $1 GROUP BY o.offer_id, o.title ORDER BY launched_utc DESC, o.offer_id LIMIT 200
            """,
            agency_id or person.agency_id,
        )
        versions = reader.rows("SELECT DISTINCT version FROM sms_template WHERE kind = 'opening' ORDER BY version")
    return Choices(
        {str(row["agency_id"]): row["name"] for row in agencies},
        {row["code"]: row["label"] for row in occupations},
        {str(row["offer_id"]): f"{row['title']} ({paris(row['launched_utc']):%d/%m/%Y})" for row in offers},
        {f"opening {n}": template_label(f"opening {n}") for n in [0, *(row["version"] for row in versions)]},
    )


def template_label(template: str) -> str:
    """How a version of the opening SMS is named on screen."""
    version = template.rpartition(" ")[2]
    return "Texte d'origine" if version == "0" else f"Version {version}"


def _period(filters: Filters) -> tuple[datetime, datetime]:
    return _midnight(filters.since), _midnight(filters.until + timedelta(days=1))


def _midnight(day: date) -> datetime:
    """The instant (naive UTC) at which a day begins in Paris."""
    return datetime.combine(day, time(0), PARIS).astimezone(UTC).replace(tzinfo=None)


def _rows(reader: Transaction, filters: Filters) -> pd.DataFrame:
    rows = reader.rows(
        _ONE,
        *_period(filters),
        filters.agency_ids is None,
        list(filters.agency_ids or ()),
        filters.occupation,
        filters.offer_id,
        filters.template,
    )
    columns = rows[0].keys() if rows else ["demo"]
    found = pd.DataFrame(rows, columns=list(columns))
    if not rows:
        return found
    for name in ("left_utc", "opened_utc", "delivered_utc", "replied_utc", "verdict_utc", "finished_utc"):
        found[name] = pd.to_datetime(found[name])
    return found


def _summary(rows: pd.DataFrame) -> Summary:
    people = dict.fromkeys(("contacted", "failed", "unknown", "waiting", "started", "finished", "qualified", "finished_in_5h", "introduced_in_24h", *GROUP_COLUMNS), 0)  # fmt: skip
    if rows.empty:
        return _rated(people, 0, Texts(0, 0, 0), dict.fromkeys(_SUMS, 0), None, 0, None, False)
    started = rows["interested"] | rows["started_utc"].notna()
    finished = (rows["state"] == "interested") & rows["finished_utc"].notna()
    since = (rows["finished_utc"] - rows["delivered_utc"]).dt.total_seconds() / 60
    handed = (rows["verdict_utc"] - rows["left_utc"]).dt.total_seconds() / 60
    flags = {name: rows[name] for name in ("sent", "delivered", "failed", "unknown", "waiting", "replied",
                                           "interested", "opted_out", "introduced")}  # fmt: skip
    flags |= {
        "contacted": pd.Series(True, rows.index),
        "started": started,
        "finished": finished,
        "qualified": finished & rows["interested"],
        "finished_in_5h": finished & (since < QUALIFIED_WITHIN),
        "introduced_in_24h": rows["introduced"] & (handed < INTRODUCED_WITHIN),
    }
    people |= {name: int(rows.loc[flag, "person"].nunique()) for name, flag in flags.items()}
    considered = int(rows.drop_duplicates("campaign_id")["considered"].sum())
    texts = Texts(int(rows["sent"].sum()), int(rows["delivered"].sum()), int(rows["replied"].sum()))
    sums = {name: int(rows[name].sum()) for name in _SUMS}
    minutes = _minutes(rows).dropna()
    cost = Decimal(str(round(rows["cost"].astype(float).sum(), 4))) if sums["priced"] else None
    median = float(minutes.median()) if len(minutes) else None
    return _rated(people, considered, texts, sums, cost, len(minutes), median, bool(rows["demo"].any()))


_SUMS = ("automatic_messages", "human_messages", "parts", "priced", "replies", "needs_human")


def _rated(
    people: dict[str, int],
    considered: int,
    texts: Texts,
    sums: dict[str, int],
    cost: Decimal | None,
    timed: int,
    median: float | None,
    has_demo: bool,
) -> Summary:
    sent, delivered, replied = people["sent"], people["delivered"], people["replied"]
    return Summary(
        **people,
        **sums,
        considered=considered,
        texts=texts,
        cost=cost,
        timed=timed,
        median_minutes=median,
        has_demo=has_demo,
        delivery=rate(delivered, sent),
        reply=rate(replied, delivered),
        reply_of_sent=rate(replied, sent),
        interest=rate(people["interested"], replied),
        opt_out=rate(people["opted_out"], delivered),
    )


def _minutes(rows: pd.DataFrame) -> pd.Series:
    """Whole minutes from the delivery to the first reply; none where it is not known."""
    if rows.empty:
        return pd.Series(dtype="float64")
    known = rows["replied"] & (rows["replied_utc"] >= rows["delivered_utc"])
    return ((rows["replied_utc"] - rows["delivered_utc"]).dt.total_seconds() // 60).where(known)


def _days(rows: pd.DataFrame, filters: Filters) -> pd.DataFrame:
    names = ["sent", "delivered", "replied", "interested", "opted_out"]
    days = [filters.since + timedelta(days=n) for n in range((filters.until - filters.since).days + 1)]
    index = pd.Index(days, name="day")
    if rows.empty:
        return pd.DataFrame(0, index, names).reset_index()
    of = pd.Index([paris(opened).date() for opened in rows["opened_utc"]], name="day")
    counted = rows[names].astype(int).set_index(of).groupby(level=0).sum()
    return counted.reindex(index, fill_value=0).rename_axis("day").reset_index()


def _hours(rows: pd.DataFrame) -> pd.DataFrame:
    if rows.empty:
        return pd.DataFrame(columns=["weekday", "hour", "delivered", "replied"]).astype(int)
    left = [paris(instant) for instant in rows["left_utc"]]
    counted = rows[["delivered", "replied"]].astype(int)
    counted["weekday"] = [instant.weekday() for instant in left]
    counted["hour"] = [instant.hour for instant in left]
    found = counted.groupby(["weekday", "hour"]).sum().reset_index()
    return found[found["delivered"] > 0].reset_index(drop=True)


def _groups(rows: pd.DataFrame, key: str, label: str) -> pd.DataFrame:
    columns = ["key", "label", *GROUP_COLUMNS]
    if rows.empty:
        return pd.DataFrame(columns=columns).astype(dict.fromkeys(GROUP_COLUMNS, int))
    found = []
    for value, group in rows.groupby(key, dropna=False):
        name = template_label(str(value)) if key == "template" else group[label].min()
        counts = {flag: group.loc[group[flag], "person"].nunique() for flag in GROUP_COLUMNS}
        found.append({"key": "" if pd.isna(value) else str(value), "label": name, **counts})
    table = pd.DataFrame(found, columns=columns)
    return table.sort_values(["delivered", "label", "key"], ascending=[False, True, True], ignore_index=True)


def _waits(rows: pd.DataFrame, now: datetime) -> pd.DataFrame:
    if rows.empty:
        return pd.DataFrame(columns=["minutes", "answered", "silent"]).astype(int)
    minutes = _minutes(rows).dropna().astype(int)
    quiet = rows[rows["delivered"] & ~rows["replied"]]
    waited = ((pd.Timestamp(now) - quiet["delivered_utc"]).dt.total_seconds() // 60).clip(0, WINDOW).astype(int)
    table = pd.DataFrame({"answered": minutes.value_counts(), "silent": waited.value_counts()})
    return table.fillna(0).astype(int).rename_axis("minutes").sort_index().reset_index()


def _checks(checks: pd.DataFrame, rows: pd.DataFrame) -> pd.DataFrame:
    if checks.empty or rows.empty:
        return pd.DataFrame(columns=CHECK_COLUMNS).astype(dict.fromkeys(CHECK_COLUMNS[2:], int))
    checks = checks[checks["conversation_id"].isin(set(rows["conversation_id"]))].copy()
    if checks.empty:
        return pd.DataFrame(columns=CHECK_COLUMNS).astype(dict.fromkeys(CHECK_COLUMNS[2:], int))
    decided, kept = checks["verdict"].notna(), checks["verdict"].isin(["retained", "introduced"])
    met, not_met = checks["met"] == "met", checks["met"] == "not_met"
    counted = checks.assign(
        asked=1,
        met=met,
        not_met=not_met,
        unsettled=~met & ~not_met,
        left=(checks["asking"] == checks["position"]) & (checks["met"] == "unknown"),
        verdicts_met=met & decided,
        retained_met=met & kept,
        verdicts_not_met=not_met & decided,
        retained_not_met=not_met & kept,
    )
    table = counted.groupby(["text", "demand"])[CHECK_COLUMNS[2:]].sum().astype(int).reset_index()
    return table.sort_values(["asked", "text"], ascending=[False, True], ignore_index=True)


def _work(reader: Transaction, filters: Filters, now: datetime) -> dict[str, int]:
    """How many conversations each list of Échanges holds now, in the agencies looked at."""
    agencies: Sequence[UUID] = filters.agency_ids or ()
    row: Row | None = reader.one(
        f"SELECT {worklist.COUNTS} FROM conversation v WHERE ($1 OR v.agency_id = ANY($2::UUID[])) "
        "AND $3::TIMESTAMP IS NOT NULL",
        filters.agency_ids is None,
        list(agencies),
        now - worklist.PATIENCE,
    )
    assert row is not None
    return {one.value: int(row[f"{one.value}_count"]) for one in WorkList}
