"""Everything that Mesures shows, in one look: `view` makes every query of the page, `choices` fills its filters.

Counts and rates only, never a name or a number. Periods are days in Paris, of the opening SMS: a person
belongs to the day on which they were first written to. The unit is the person, so that whoever was
approached for two offers counts once; what is counted in SMS says so.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

import numpy as np
import pandas as pd

from ftcore.database import Database, Row, utc_now
from ftcore.insight import counts, outcomes
from ftcore.insight.counts import GROUP_FLAGS, WINDOW
from ftcore.insight.flags import FLAGS
from ftcore.insight.metrics import Filters, Rate, Texts, rates
from ftcore.insight.outcomes import SUMS
from ftcore.insight.scope import agencies_for
from ftcore.insight.wording import paris
from ftcore.model import Person
from ftcore.trust import access

__all__ = ["Choices", "Figures", "Filters", "Summary", "choices", "compared", "template_label", "view"]


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


def view(database: Database, person: Person, filters: Filters) -> Figures:
    """Every figure of the page, at this moment. Raises NotAllowed for a role that sees no figures.

    Who may not look at other agencies sees their own; to ask for another is not allowed either.
    """
    access.require(person, "see figures")
    filters = replace(filters, agency_ids=agencies_for(person, filters.agency_ids))
    # Another replica may be counting for long: what it has not committed yet is shown the next time.
    with suppress(*database.conflicts):
        outcomes.refresh(database)
    instant, past = utc_now(), compared(filters)
    now, before = counts.where(filters), counts.where(past)
    both = counts.where(filters, past)
    with database.snapshot() as reader:
        # Where they are few, and there is no index, they are looked for as seldom as can be.
        few = database.exclusive and filters.agency_ids is not None
        known = counts.is_known_twice(filters)
        source = counts.set_aside(reader, both) if few and not known else "outcome"
        days = {row["day"]: row for row in counts.by_day(reader, both)}
        groups = counts.by_group(reader, now)
        offers = counts.by_offer(reader, now)
        if known:
            twice = counts.known_twice(reader, now, before, few=few)
        else:
            twice = counts.counted_twice(reader, now, before, source)
        minutes = counts.waits(reader, both, filters, past, instant, source)
        checks = counts.checks(reader, now)
        work = counts.work(reader, filters.agency_ids, instant)
        names = counts.agency_names(reader, filters.agency_ids)
        counts.put_back(reader, source)
    answered = {row["minutes"]: row["now"] for row in minutes if row["answered"] and row["now"]}
    answered_before = {row["minutes"]: row["past"] for row in minutes if row["answered"] and row["past"]}
    silent = {row["minutes"]: row["now"] for row in minutes if not row["answered"]}
    summary = _summary(_within(days, filters), list(twice["agency_id"].values()), answered)
    return Figures(
        filters=filters,
        now=summary,
        before=_summary(_within(days, past), list(twice["before"].values()), answered_before),
        days=_days(days, filters),
        hours=_hours(groups),
        agencies=_groups(groups, "agency", "agency_id", twice["agency_id"], names),
        occupations=_groups(groups, "occupation", "occupation", twice["occupation"]),
        offers=_groups([row | {"kind": "offer"} for row in offers], "offer", "offer_id", {}),
        templates=_groups(groups, "template", "template", twice["template"]),
        waits=_waits(answered, silent, summary.texts.delivered - summary.texts.answered),
        checks=pd.DataFrame(checks, columns=list(counts.CHECK_COLUMNS)),
        work=work,
        has_demo=summary.has_demo,
    )


def choices(database: Database, person: Person, agency_id: UUID | None = None) -> Choices:
    """What can be filtered by. Offers are the latest of one agency: the person's own, or the one given."""
    access.require(person, "see figures")
    agencies_for(person, None if agency_id is None else (agency_id,))
    ours = agencies_for(person, None)
    mine = [ours is None, list(ours or ())]
    with database.read() as reader:
        agencies = reader.rows(
            "SELECT agency_id, name FROM agency WHERE agency_id IN (SELECT agency_id FROM campaign) "
            "AND ($1 OR agency_id = ANY($2::UUID[])) ORDER BY name",
            *mine,
        )
        occupations = reader.rows(
            """
            SELECT coalesce(o.occupation_code, o.occupation_label) AS code, min(o.occupation_label) AS label
            FROM offer o JOIN campaign c ON c.agency_id = o.agency_id AND c.offer_id = o.offer_id
            WHERE o.occupation_label IS NOT NULL AND ($1 OR o.agency_id = ANY($2::UUID[])) GROUP BY 1 ORDER BY label
            """,
            *mine,
        )
        offers = reader.rows(
            """
            SELECT o.offer_id, o.title, max(c.launched_utc) AS launched_utc
            FROM offer o JOIN campaign c ON c.agency_id = o.agency_id AND c.offer_id = o.offer_id
            WHERE o.agency_id = $1 GROUP BY o.offer_id, o.title ORDER BY launched_utc DESC, o.offer_id LIMIT 200
            """,
            agency_id or person.agency_id,
        )
        versions = reader.rows(
            "SELECT DISTINCT version FROM sms_template WHERE kind = 'opening' "
            "AND ($1 OR agency_id = ANY($2::UUID[])) ORDER BY version",
            *mine,
        )
    return Choices(
        {str(row["agency_id"]): row["name"] for row in agencies},
        {row["code"]: row["label"] for row in occupations},
        {str(row["offer_id"]): f"{row['title']} ({paris(row['launched_utc']):%d/%m/%Y})" for row in offers},
        {f"opening {n}": template_label(f"opening {n}") for n in [0, *(row["version"] for row in versions)]},
    )


def template_label(template: str) -> str:
    """How a version of the opening SMS is named on screen."""
    version = template.rpartition(" ")[2]
    if " comparison " in template:
        return f"Comparaison {version}, les deux textes ensemble"
    return "Texte d'origine" if version == "0" else f"Version {version}"


def _within(days: dict[date, Row], period: Filters) -> list[Row]:
    return [row for day, row in days.items() if period.since <= day <= period.until]


def _summary(days: list[Row], twice: list[Row], answered: dict[int, int]) -> Summary:
    """The sums of the days, in people less those counted twice, with the rates."""
    sums = {name: sum(row[name] for row in days) for name in ("contacted", "considered", *FLAGS, *SUMS)}
    people = {name: sums[name] - sum(row[name] or 0 for row in twice) for name in ("contacted", *FLAGS)}
    cost = Decimal(sums.pop("cost")) / 10_000 if sums["priced"] else None
    sent, delivered, replied = people["sent"], people["delivered"], people["replied"]
    delivery, reply, reply_of_sent, interest, opt_out = rates(
        [
            (delivered, sent),
            (replied, delivered),
            (replied, sent),
            (people["interested"], replied),
            (people["opted_out"], delivered),
        ]
    )
    return Summary(
        **people,
        **{name: sums[name] for name in ("considered", *SUMS) if name != "cost"},
        cost=cost,
        texts=Texts(sums["sent"], sums["delivered"], sums["replied"]),
        median_minutes=_median(answered),
        timed=sum(answered.values()),
        has_demo=any(row["demo"] for row in days),
        delivery=delivery,
        reply=reply,
        reply_of_sent=reply_of_sent,
        interest=interest,
        opt_out=opt_out,
    )


def _median(answered: dict[int, int]) -> float | None:
    """The median of whole minutes, each with how often it was."""
    if not answered:
        return None
    minutes = np.array(sorted(answered))
    reached = np.cumsum([answered[minute] for minute in minutes.tolist()])
    total = int(reached[-1])
    middle = [minutes[np.searchsorted(reached, place, side="right")] for place in ((total - 1) // 2, total // 2)]
    return float(sum(middle)) / 2


def _days(days: dict[date, Row], filters: Filters) -> pd.DataFrame:
    names = ["sent", "delivered", "replied", "interested", "opted_out"]
    index = [filters.since + timedelta(days=n) for n in range((filters.until - filters.since).days + 1)]
    none = dict.fromkeys(names, 0)
    return _table({"day": index}, [days.get(day, none) for day in index], names)


def _hours(groups: list[Row]) -> pd.DataFrame:
    rows = [row for row in groups if row["kind"] == "hour" and row["delivered"]]
    rows.sort(key=lambda row: (row["weekday"], row["hour"]))
    return _table({}, rows, ["weekday", "hour", "delivered", "replied"])


def _table(first: dict[str, list[Any]], rows: list[Row], counts: Sequence[str]) -> pd.DataFrame:
    """The `first` columns, then those of whole numbers, of the rows in their order. Built by column, as it is quick."""
    return pd.DataFrame(first | {name: np.array([row[name] for row in rows], dtype=np.int64) for name in counts})


def _groups(
    rows: list[Row], kind: str, key: str, twice: dict[Any, Row], names: dict[str, str] | None = None
) -> pd.DataFrame:
    """Distinct people by group, the largest first. A group without a key has an empty one."""
    found = []
    for row in rows:
        if row["kind"] == kind:
            less = twice.get(row[key], {})
            people = {flag: row[flag] - (less.get(flag) or 0) for flag in GROUP_FLAGS}
            label = _label(kind, row, names or {})
            found.append({"key": "" if row[key] is None else str(row[key]), "label": label} | people)
    found.sort(key=lambda row: (-row["delivered"], row["label"], row["key"]))
    return _table({name: [row[name] for row in found] for name in ("key", "label")}, found, GROUP_FLAGS)


def _label(kind: str, row: Row, names: dict[str, str]) -> str:
    if kind == "agency":
        return names.get(row["agency_id"], "Agence inconnue")
    if kind == "template":
        return template_label(row["template"])
    return row["label"] or {"occupation": "Métier non précisé", "offer": "Offre effacée"}[kind]


def _waits(answered: dict[int, int], silent: dict[int, int], quiet: int) -> pd.DataFrame:
    """Who was not silent only lately was so for the whole window."""
    silent = dict(silent)
    if (whole := quiet - sum(silent.values())) > 0:
        silent[WINDOW] = silent.get(WINDOW, 0) + whole
    rows = [
        {"minutes": n, "answered": answered.get(n, 0), "silent": silent.get(n, 0)} for n in sorted({*answered, *silent})
    ]
    return _table({}, rows, ["minutes", "answered", "silent"])
