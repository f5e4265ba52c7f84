"""How well answers are read: against counselors' corrections, week by week, and on the shipped labelled set.

What nobody corrected is no proof of a right reading: the rates are over answers that a person has opened, and
even of those some were only looked at.
"""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from hashlib import sha256
from uuid import uuid4

import pandas as pd

from ftcore.database import Database, Row, Transaction
from ftcore.insight.metrics import Rate, rate
from ftcore.insight.scope import Scope, allowed, within
from ftcore.insight.wording import paris
from ftcore.model import Answer, Person
from ftcore.outreach.replies import model, read, settled, training
from ftcore.trust import access, journal

# One answer, with whether a person has opened its thread since it came. An answer to the question on
# satisfaction is a number, and read by nobody.
_ANSWERS = f"""
    WITH answer AS (
        SELECT r.agency_id, r.received_utc, r.reading, r.corrected, r.confidence,
               (v.seen_utc IS NOT NULL AND v.seen_utc >= r.received_utc) OR r.corrected IS NOT NULL AS opened
        FROM reply r
        JOIN conversation v ON v.agency_id = r.agency_id AND v.conversation_id = r.conversation_id
        WHERE {within("r.received_utc", "r.agency_id")} AND r.expecting IS DISTINCT FROM 'satisfaction'
    )
"""


@dataclass(frozen=True, slots=True)
class Reviewed:
    """What people made of the machine's readings. `confusion` is by (read by the machine, read by a person).

    `corrected` is over answers that a person opened; `unclear`, left to a person, over all answers.
    """

    answers: int
    opened: int
    confusion: Counter[tuple[Answer, Answer]]
    corrected: Rate
    unclear: Rate


def reviewed(database: Database, person: Person, scope: Scope) -> Reviewed:
    """The answers received in the period. A correction to the same reading confirms it."""
    scope = allowed(person, scope)
    rows = database.rows(
        f"{_ANSWERS} SELECT reading, corrected, opened, count(*) AS answers FROM answer "
        "GROUP BY reading, corrected, opened",
        *scope.values,
    )
    answers = sum(row["answers"] for row in rows)
    opened = sum(row["answers"] for row in rows if row["opened"])
    confusion: Counter[tuple[Answer, Answer]] = Counter()
    for row in rows:
        if row["corrected"] is not None:
            confusion[Answer(row["reading"]), Answer(row["corrected"])] += row["answers"]
    wrong = sum(count for (machine, meant), count in confusion.items() if machine is not meant)
    unclear = sum(row["answers"] for row in rows if row["reading"] == Answer.UNCLEAR.value)
    return Reviewed(answers, opened, confusion, rate(wrong, opened), rate(unclear, answers))


def matrix(confusion: Counter[tuple[Answer, Answer]]) -> pd.DataFrame:
    """The confusion as a square table of counts: one row a reading, one column what it should have been."""
    return pd.DataFrame(
        [[confusion[machine, meant] for meant in Answer] for machine in Answer],
        index=list(Answer),
        columns=list(Answer),
    )


def drift(database: Database, person: Person, scope: Scope) -> pd.DataFrame:
    """By week (its Monday in Paris), no gaps: `week`, `answers`, `opened`, `corrected`, `unclear`, `confidence`.

    `corrected` counts readings changed by a person; `confidence` is the mean of what the machine said, 0..1.
    """
    scope = allowed(person, scope)
    rows = database.rows(
        f"""
        {_ANSWERS}
        SELECT date_trunc('hour', received_utc) AS hour, count(*) AS answers,
               count(*) FILTER (WHERE opened) AS opened,
               count(*) FILTER (WHERE corrected <> reading) AS corrected,
               count(*) FILTER (WHERE reading = 'unclear') AS unclear,
               coalesce(sum(confidence), 0) AS sure, count(confidence) AS told
        FROM answer GROUP BY date_trunc('hour', received_utc)
        """,
        *scope.values,
    )
    # Hours are the same everywhere, weeks begin at midnight in Paris.
    names = ["answers", "opened", "corrected", "unclear", "sure", "told"]
    weeks: defaultdict[date, Counter[str]] = defaultdict(Counter)
    for row in rows:
        weeks[monday(paris(row["hour"]).date())].update({name: row[name] for name in names})
    first, last = monday(scope.since), monday(scope.until)
    every = [first + timedelta(weeks=n) for n in range((last - first).days // 7 + 1)]
    table = pd.DataFrame(
        [{"week": week} | {name: weeks[week][name] for name in names} for week in every], columns=["week", *names]
    )
    table["confidence"] = table["sure"] / table["told"].where(table["told"] > 0)
    return table.drop(columns=["sure", "told"]).astype(dict.fromkeys(names[:4], int))


def monday(day: date) -> date:
    """The Monday of the week of a day."""
    return day - timedelta(days=day.weekday())


PARTS = {"unseen": "Messages jamais vus", "held_out": "Tournures mises de côté"}


@dataclass(frozen=True, slots=True)
class Run:
    """The labelled set read once: `confusion` is by (wanted, read); what the machine would have acted on, wrongly."""

    part: str
    weights: str
    confusion: Counter[tuple[Answer, Answer]]
    acted_wrong: Rate
    left_to_person: Rate
    ended_utc: datetime

    @property
    def accuracy(self) -> Rate:
        right = sum(count for (wanted, found), count in self.confusion.items() if wanted is found)
        return rate(right, self.confusion.total())

    @property
    def by_class(self) -> dict[Answer, Rate]:
        """For each answer, of the messages that mean it the share that is read so."""
        wanted = Counter[Answer]()
        for (meant, _), count in self.confusion.items():
            wanted[meant] += count
        return {each: rate(self.confusion[each, each], wanted[each]) for each in Answer if wanted[each]}


def labelled(part: str) -> list[training.Example]:
    """The messages of one part: those of many people never trained on, or the families that were held out."""
    if part == "unseen":
        return training.frozen()
    return [example for example in training.examples() if example.unseen]


def run_labelled(
    database: Database,
    person: Person,
    clock: Callable[[], datetime],
    progress: Callable[[float], None] = lambda _: None,
    parts: Iterable[tuple[str, list[training.Example]]] | None = None,
) -> None:
    """Read the labelled set again and keep what came of it, with the mark of the weights that read it."""
    access.require(person, "see evaluation")
    taken = list(parts) if parts is not None else [(part, labelled(part)) for part in PARTS]
    total, done, rows = sum(len(examples) for _, examples in taken), 0, []
    for part, examples in taken:
        began = clock()
        confusion: Counter[tuple[Answer, Answer]] = Counter()
        acted_wrong = left = 0
        for example in examples:
            found = read(example.text, now=_ANY_DAY, expecting=example.expecting)
            confusion[example.answer, found.answer] += 1
            decided = settled(found)
            left += decided is Answer.UNCLEAR
            acted_wrong += decided is not Answer.UNCLEAR and decided is not example.answer
            done += 1
            if done % 25 == 0:
                progress(done / total)
        rows.append(
            {
                "run_id": uuid4(),
                "part": part,
                "weights": weights_mark(),
                "messages": len(examples),
                "confusion": json.dumps({f"{wanted} {found}": n for (wanted, found), n in sorted(confusion.items())}),
                "acted_wrong": acted_wrong,
                "left_to_person": left,
                "started_utc": began,
                "ended_utc": clock(),
            }
        )

    def write(tx: Transaction) -> None:
        tx.insert("labelled_run", rows)
        journal.record(
            tx,
            person.agency_id,
            person.person_id,
            "labelled set read",
            weights_mark(),
            clock(),
            f"{total} messages",
            model=weights_mark(),
        )

    database.transact(write)
    progress(1.0)


# What is judged is the answer, not the day.
_ANY_DAY = datetime(2026, 11, 27, 9, 0)


def weights_mark() -> str:
    """The first letters of the hash of the model's weights: a run tells which reader it judged."""
    return sha256(model.WEIGHTS.read_bytes()).hexdigest()[:12]


def runs(database: Database, person: Person, part: str) -> list[Run]:
    """The kept runs of a part, the latest first."""
    access.require(person, "see evaluation")
    return [
        _run(row)
        for row in database.rows(
            "SELECT * FROM labelled_run WHERE part = $1 ORDER BY ended_utc DESC, run_id LIMIT 50", part
        )
    ]


def _run(row: Row) -> Run:
    confusion: Counter[tuple[Answer, Answer]] = Counter()
    for pair, count in json.loads(row["confusion"]).items():
        wanted, found = pair.split(" ")
        confusion[Answer(wanted), Answer(found)] = count
    return Run(
        row["part"],
        row["weights"],
        confusion,
        rate(row["acted_wrong"], row["messages"]),
        rate(row["left_to_person"], row["messages"]),
        row["ended_utc"],
    )
