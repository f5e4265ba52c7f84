"""Does a person really decide? How often the decision differs from the proposal, and how fast it comes.

By agency, never by counselor. Where everything is accepted within seconds, nobody has looked: an alarm says so.
"""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

import pandas as pd

from ftcore.database import Database, Row
from ftcore.insight.metrics import Rate, rate
from ftcore.insight.scope import Scope, allowed, within
from ftcore.model import Answer, Person
from ftcore.outreach.replies import ANSWER_WORDS
from ftcore.outreach.second_look import MARK

# Nobody reads a list, a draft or a thread and decides on it in less.
FAST_SECONDS = 10.0
# The alarm needs so many decisions of one kind, so few of them other than proposed, and so many of them fast.
ALARM_DECISIONS = 20
ALARM_CHANGED = 0.05
ALARM_FAST = 0.8

KINDS = {
    "reading": "Lectures des réponses",
    "doubt": "Propositions en cas de doute",
    "second_look": "Secondes lectures par le modèle de langue",
    "draft": "Textes proposés par l'assistant",
    "ranking": "Personnes proposées pour une offre",
    "handover": "Personnes transmises au conseiller",
}
EXPLAINED = {
    "reading": "réponses lues par une personne ; décision autre : la lecture a été corrigée",
    "doubt": "réponses douteuses tranchées ; décision autre : ce n'était pas « peut-être … »",
    "second_look": "réponses tranchées après une seconde lecture ; décision autre : proposition refusée",
    "draft": "textes repris ; décision autre : modifiés avant de partir",
    "ranking": "personnes proposées et choisies ou retirées ; décision autre : retirées avec un motif",
    "handover": "personnes transmises avec une décision ; décision autre : non retenues",
}


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of decision in the scope: those taken, and the share that differs from the proposal."""

    name: str
    changed: Rate


def by_kind(database: Database, person: Person, scope: Scope) -> list[Kind]:
    """The override rate of each kind of decision, in the order of `KINDS`."""
    scope = allowed(person, scope)
    rows = [row for rows in _per_agency(database, scope).values() for row in rows]
    return [
        Kind(name, rate(*(sum(row[each] for row in rows if row["kind"] == name) for each in ("changed", "decisions"))))
        for name in KINDS
    ]


def _per_agency(database: Database, scope: Scope) -> dict[UUID, list[Row]]:
    """For each agency its kinds of decisions: `kind`, `decisions`, `changed`."""
    with database.read() as reader:
        found = [row for query in _COUNTS for row in reader.rows(query, *scope.values)]
        doubts = reader.rows(_DOUBTS, *scope.values)
    for row in doubts:
        is_second = row["rule"].startswith(MARK)
        proposed = _proposed(row["rule"])
        if proposed is not None:
            changed = 0 if proposed.value == row["corrected"] else row["decisions"]
            kind = "second_look" if is_second else "doubt"
            found.append({**row, "kind": kind, "changed": changed})
    agencies: dict[UUID, list[Row]] = {}
    for row in found:
        agencies.setdefault(row["agency_id"], []).append(row)
    return agencies


def _proposed(rule: str) -> Answer | None:
    """The answer that a doubtful reading proposed in words, the language model's before the program's."""
    for answer, words in ANSWER_WORDS.items():
        if rule.startswith((f"{MARK} : peut-être « {words} »", f"peut-être « {words} »")):
            return answer
    return None


_COUNTS = (
    f"""
    SELECT r.agency_id, 'reading' AS kind, count(*) AS decisions,
           count(*) FILTER (WHERE r.corrected <> r.reading) AS changed
    FROM reply r
    JOIN conversation v ON v.agency_id = r.agency_id AND v.conversation_id = r.conversation_id
    WHERE {within("r.received_utc", "r.agency_id")} AND r.reading <> 'unclear'
      AND r.expecting IS DISTINCT FROM 'satisfaction'
      AND ((v.seen_utc IS NOT NULL AND v.seen_utc >= r.received_utc) OR r.corrected IS NOT NULL)
    GROUP BY r.agency_id
    """,
    f"""
    SELECT agency_id, 'draft' AS kind, count(*) AS decisions, count(*) FILTER (WHERE distance > 0) AS changed
    FROM chat_acceptance WHERE {within("accepted_utc")} GROUP BY agency_id
    """,
    f"""
    SELECT agency_id, 'ranking' AS kind, count(*) AS decisions,
           count(*) FILTER (WHERE removal IS NOT NULL) AS changed
    FROM proposal WHERE {within("shown_utc")} AND place > 0 AND (chosen OR removal IS NOT NULL) GROUP BY agency_id
    """,
    f"""
    SELECT agency_id, 'handover' AS kind, count(*) AS decisions,
           count(*) FILTER (WHERE verdict = 'not_retained') AS changed
    FROM conversation
    WHERE {within("verdict_utc")} AND verdict IS NOT NULL AND state = 'interested' GROUP BY agency_id
    """,
)
_DOUBTS = f"""
    SELECT agency_id, rule, corrected, count(*) AS decisions FROM reply
    WHERE {within("received_utc")} AND reading = 'unclear' AND corrected IS NOT NULL
      AND (rule LIKE 'peut-être «%' OR rule LIKE '{MARK}%')
    GROUP BY agency_id, rule, corrected
"""

# Seconds from a proposal to the decision on it. A verdict: since the thread was first opened after the last answer.
_SECONDS = f"""
    SELECT agency_id, kind, seconds, 0 + changed AS changed, proposed AS decisions
    FROM decision_time WHERE {within("decided_utc")}
    UNION ALL
    SELECT v.agency_id, 'handover', extract(epoch FROM (v.verdict_utc - v.seen_utc)),
           CASE WHEN v.verdict = 'not_retained' THEN 1 ELSE 0 END, 1
    FROM conversation v
    WHERE {within("v.verdict_utc", "v.agency_id")} AND v.verdict IS NOT NULL AND v.state = 'interested'
      AND v.verdict_utc >= v.seen_utc
    UNION ALL
    SELECT a.agency_id, 'draft', extract(epoch FROM (a.accepted_utc - t.created_utc)),
           CASE WHEN a.distance > 0 THEN 1 ELSE 0 END, 1
    FROM chat_acceptance a JOIN chat_turn t ON t.agency_id = a.agency_id AND t.chat_id = a.chat_id
        AND t.turn_id = a.turn_id
    WHERE {within("a.accepted_utc", "a.agency_id")} AND a.accepted_utc >= t.created_utc
"""

BANDS = (
    (10.0, "moins de 10 s"),
    (60.0, "10 s à 1 min"),
    (600.0, "1 à 10 min"),
    (3_600.0, "10 min à 1 h"),
    (86_400.0, "1 h à 1 jour"),
    (float("inf"), "plus d'un jour"),
)


@dataclass(frozen=True, slots=True)
class Alarm:
    """One agency accepts nearly everything of one kind within seconds."""

    agency: str
    kind: str
    decisions: int
    changed: Rate
    fast: Rate


@dataclass(frozen=True, slots=True)
class Pace:
    """How long decisions take: `bands` (`kind`, `band`, `decisions`), medians by kind in seconds, and alarms."""

    bands: pd.DataFrame
    medians: dict[str, float]
    alarms: tuple[Alarm, ...]


def pace(database: Database, person: Person, scope: Scope) -> Pace:
    """The times from proposal to decision, where the database holds both."""
    scope = allowed(person, scope)
    with database.read() as reader:
        rows = reader.rows(_SECONDS, *scope.values)
        names = {row["agency_id"]: row["name"] for row in reader.rows("SELECT agency_id, name FROM agency")}
    frame = pd.DataFrame(rows, columns=["agency_id", "kind", "seconds", "changed", "decisions"])
    frame["seconds"] = frame["seconds"].astype("float64")
    edges = [0.0, *(edge for edge, _ in BANDS)]
    frame["band"] = pd.cut(frame["seconds"], edges, labels=[word for _, word in BANDS], right=False)
    bands = frame.groupby(["kind", "band"], observed=False).size().rename("decisions").reset_index()
    medians = {str(kind): float(median) for kind, median in frame.groupby("kind")["seconds"].median().items()}
    alarms = []
    for (agency_id, kind), group in frame.groupby(["agency_id", "kind"], sort=True):
        decided = int(group["decisions"].sum())
        changed = rate(int(group["changed"].sum()), decided)
        fast = rate(int((group["seconds"] < FAST_SECONDS).sum()), len(group))
        if _is_alarming(decided, changed, fast):
            alarms.append(Alarm(names.get(agency_id, "—"), str(kind), decided, changed, fast))
    return Pace(bands, medians, tuple(alarms))


def _is_alarming(decided: int, changed: Rate, fast: Rate) -> bool:
    if decided < ALARM_DECISIONS or changed.value is None or fast.value is None:
        return False
    return changed.value <= ALARM_CHANGED and fast.value >= ALARM_FAST
