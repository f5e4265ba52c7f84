"""The queries behind `figures.view`, few and wide, over the rows that `outcomes` keeps.

SMS are summed over `outcome_sum`. Distinct people are that sum less what it counts twice: for
periods and agencies this was found beforehand (`outcome_twice`); for other filters, only who has another conversation
near enough (`earlier`, `later`) is looked up in `outcome` and told apart.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from ftcore.database import Row, Transaction
from ftcore.insight.flags import CONTACTED, FLAGS
from ftcore.insight.metrics import Filters
from ftcore.insight.outcomes import SUMS, WINDOW_HOURS
from ftcore.outreach import worklist
from ftcore.outreach.worklist import WorkList

WINDOW = 60 * WINDOW_HOURS
_IS_REPLIED = f"flags & {1 << FLAGS.index('replied')} <> 0"
# What a comparison of groups shows, in distinct people.
GROUP_FLAGS = ("sent", "delivered", "replied", "interested", "opted_out", "introduced")
CHECKS = {
    "asked": "true",
    "met": "met = 'met'",
    "not_met": "met = 'not_met'",
    "unsettled": "met = 'unknown'",
    "left": "unanswered",
    "verdicts_met": "met = 'met' AND decided",
    "retained_met": "met = 'met' AND retained",
    "verdicts_not_met": "met = 'not_met' AND decided",
    "retained_not_met": "met = 'not_met' AND retained",
}
# By what is counted (agency, occupation, template, or the period before), and by its value: a number by flag.
Twice = dict[str, dict[str | None, Row]]
CHECK_COLUMNS = ("text", "demand", *CHECKS)
# A page shows no more of a list than this.
MOST = 200
# The lists of Échanges in which somebody waits.
_WORK = (WorkList.CALL, WorkList.HUMAN, WorkList.READ, WorkList.UNREAD, WorkList.LATE, WorkList.ONGOING)


@dataclass(frozen=True, slots=True)
class Where:
    """A condition on the rows of one or two periods, and its values: the first ones are first and last days."""

    sql: str
    values: tuple[object, ...]


def where(*periods: Filters) -> Where:
    """The rows of these periods; what else is filtered by is that of the first."""
    values: list[object] = []

    def place(value: object) -> str:
        values.append(value)
        return f"${len(values)}"

    days = " OR ".join(f"day BETWEEN {place(each.since)} AND {place(each.until)}" for each in periods)
    conditions = [f"({days})"]
    if len(periods) > 1:  # follows from that, and under an OR the embedded engine skips nothing
        first_day, last_day = min(each.since for each in periods), max(each.until for each in periods)
        conditions.append(f"day BETWEEN {place(first_day)} AND {place(last_day)}")
    first = periods[0]
    if first.agency_ids is not None:
        conditions.append(_in("agency_id", [place(each) for each in first.agency_ids]))
    wanted = {name: getattr(first, name) for name in ("occupation", "offer_id", "template")}
    conditions += [f"{column} = {place(value)}" for column, value in wanted.items() if value is not None]
    return Where(" AND ".join(conditions), tuple(values))


def _in(column: str, places: Sequence[str]) -> str:
    """One value is compared, not looked up in a list: the engines then skip what cannot hold it."""
    if len(places) == 1:
        return f"{column} = {places[0]}"
    return f"{column} IN ({', '.join(places)})" if places else "false"


def _sums(names: Sequence[str]) -> str:
    return ", ".join(f"CAST(sum({name}) AS BIGINT) AS {name}" for name in names)


def by_day(reader: Transaction, both: Where) -> list[Row]:
    """Everything that is summed in SMS, by `day`, with `considered` files and whether there is `demo` data."""
    return reader.rows(
        f"""
        SELECT day, bool_or(demo) AS demo, {_sums(("considered", "contacted", *FLAGS, *SUMS))}
        FROM outcome_sum WHERE {both.sql} GROUP BY day
        """,
        *both.values,
    )


def by_group(reader: Transaction, now: Where) -> list[Row]:
    """SMS by agency, occupation, template, and weekday with hour: `kind` tells which of the keys counts."""
    return reader.rows(
        f"""
        SELECT CASE WHEN grouping(agency_id) = 0 THEN 'agency' WHEN grouping(occupation) = 0 THEN 'occupation'
                    WHEN grouping(template) = 0 THEN 'template' ELSE 'hour' END AS kind,
               CAST(agency_id AS TEXT) AS agency_id, occupation, template, weekday, hour,
               min(occupation_label) AS label, {_sums(GROUP_FLAGS)}
        FROM outcome_sum WHERE {now.sql}
        GROUP BY GROUPING SETS ((agency_id), (occupation), (template), (weekday, hour))
        """,
        *now.values,
    )


def by_offer(reader: Transaction, now: Where) -> list[Row]:
    """The largest offers. A person is approached once for an offer, so that these are people."""
    return reader.rows(
        f"""
        SELECT CAST(s.offer_id AS TEXT) AS offer_id, o.title AS label, {", ".join(GROUP_FLAGS)}
        FROM (SELECT agency_id, offer_id, {_sums(GROUP_FLAGS)} FROM outcome_sum WHERE {now.sql}
              GROUP BY agency_id, offer_id ORDER BY sum(delivered) DESC, offer_id LIMIT {MOST}) AS s
        LEFT JOIN offer o ON o.agency_id = s.agency_id AND o.offer_id = s.offer_id
        """,
        *now.values,
    )


def set_aside(reader: Transaction, both: Where) -> str:
    """Copy what is counted of the rows looked at into a table of this transaction, and give its name.

    Where they are few, and the engine has no index, each query would read a whole country to find them again.
    `put_back` drops it.
    """
    reader.execute(
        "CREATE TEMP TABLE outcome_aside AS SELECT agency_id, person, offer_id, occupation, template, day, earlier, "
        f"later, flags, delivered_utc, reply_minutes FROM outcome WHERE {both.sql}",
        *both.values,
    )
    return "outcome_aside"


def put_back(reader: Transaction, source: str) -> None:
    """Drop what was set aside."""
    if source != "outcome":
        reader.execute(f"DROP TABLE {source}")


def is_known_twice(filters: Filters) -> bool:
    """Whether `known_twice` answers for these filters: it counts people within agencies, and all that they did."""
    return (filters.occupation, filters.offer_id, filters.template) == (None, None, None)


def known_twice(reader: Transaction, now: Where, before: Where, *, few: bool) -> Twice:
    """What `counted_twice` counts, from what was found beforehand: for periods and agencies, and no other filter.

    `few` rows of a period are looked for once and kept; many are better read three times.
    """
    offset = len(now.values)
    kept = "MATERIALIZED" if few else "NOT MATERIALIZED"
    return _summed_twice(
        reader,
        f"""
        WITH recent AS {kept} (SELECT agency_id, kind, key, flags FROM outcome_twice
            WHERE {now.sql} AND earlier >= $1),
        counted AS (
            SELECT 'agency_id' AS kind, CAST(agency_id AS TEXT) AS key, flags, rows
            FROM (SELECT agency_id, flags, count(*) AS rows FROM recent
                  WHERE kind = 'agency' GROUP BY agency_id, flags) AS agencies
            UNION ALL
            SELECT kind, key, flags, count(*) FROM recent WHERE kind <> 'agency' GROUP BY kind, key, flags
            UNION ALL
            SELECT 'before', NULL, flags, count(*) FROM outcome_twice
            WHERE {_shifted(before, offset)} AND earlier >= ${offset + 1} AND kind = 'agency' GROUP BY flags)
        """,
        now,
        before,
    )


def counted_twice(reader: Transaction, now: Where, before: Where, source: str) -> Twice:
    """How much more often than once the same people are `contacted`, `sent` and so on.

    Of the period by `agency_id`, `occupation` and `template`, each by its value as text; `before`: of the period
    before, all as one.
    """
    offset = len(now.values)
    parts = [_less_people(key, key, "recent") for key in ("agency_id", "occupation", "template")]
    return _summed_twice(
        reader,
        f"""
        WITH recent AS MATERIALIZED (SELECT agency_id, occupation, template, person, flags
            FROM {source} WHERE {now.sql} AND (earlier >= $1 OR later <= $2)),
        past AS MATERIALIZED (SELECT person, flags
            FROM {source} WHERE {_shifted(before, offset)}
            AND (earlier >= ${offset + 1} OR later <= ${offset + 2})),
        counted AS ({" UNION ALL ".join([*parts, _less_people("before", "CAST(NULL AS TEXT)", "past")])})
        """,
        now,
        before,
    )


def _summed_twice(reader: Transaction, counted: str, now: Where, before: Where) -> Twice:
    """By kind and key, of how many rows in `counted` each flag is true."""
    each_flag = [
        f"CAST(sum(CASE WHEN flags & {1 << place} <> 0 THEN rows ELSE 0 END) AS BIGINT) AS {flag}"
        for place, flag in enumerate((*FLAGS, "contacted"))
    ]
    found: Twice = {"agency_id": {}, "occupation": {}, "template": {}, "before": {}}
    for row in reader.rows(
        f"{counted} SELECT kind, key, {', '.join(each_flag)} FROM counted GROUP BY kind, key",
        *now.values,
        *before.values,
    ):
        found[row.pop("kind")][row.pop("key")] = row
    return found


def _less_people(kind: str, key: str, rows: str) -> str:
    """How many `rows` have which flags, and less one each for the people in them with what is true in any of theirs.

    A person is of one agency.
    """
    first = "any_value(agency_id)" if key == "agency_id" else key
    grouped = "person" if key == "agency_id" or kind == "before" else f"{key}, person"
    return f"""
        SELECT '{kind}' AS kind, CAST(key AS TEXT) AS key, flags + {CONTACTED} AS flags, count(*) AS rows
        FROM (SELECT {key} AS key, flags FROM {rows}) AS each_row GROUP BY key, flags
        UNION ALL
        SELECT '{kind}', CAST(key AS TEXT), flags + {CONTACTED}, -count(*)
        FROM (SELECT {first} AS key, bit_or(flags) AS flags FROM {rows} GROUP BY {grouped}) AS people
        GROUP BY key, flags
    """


def waits(reader: Transaction, both: Where, now: Filters, past: Filters, instant: datetime, source: str) -> list[Row]:
    """How many SMS of each of the two periods (`now`, `past`) had their first reply after so many whole `minutes`.

    And, with `answered` false, those of the period that were delivered less than the window ago and have none yet.
    """
    place = len(both.values) + 1
    moment = f"${place}::TIMESTAMP"
    in_now, in_past = (f"day BETWEEN ${place + n}::DATE AND ${place + n + 1}::DATE" for n in (1, 3))
    return reader.rows(
        f"""
        SELECT true AS answered, reply_minutes AS minutes, count(*) FILTER (WHERE {in_now}) AS now,
               count(*) FILTER (WHERE {in_past}) AS past
        FROM {source} WHERE {both.sql} AND reply_minutes IS NOT NULL GROUP BY reply_minutes
        UNION ALL
        SELECT false, minutes, count(*), 0
        FROM (SELECT greatest(CAST(floor(extract(epoch FROM ({moment} - delivered_utc)) / 60) AS INTEGER), 0) AS minutes
              FROM {source} WHERE {both.sql} AND {in_now} AND NOT {_IS_REPLIED}
                AND delivered_utc > {moment} - INTERVAL '{WINDOW_HOURS} hours') AS quiet
        GROUP BY minutes
        """,
        *both.values,
        instant,
        now.since,
        now.until,
        past.since,
        past.until,
    )


def _shifted(condition: Where, offset: int) -> str:
    """The condition with its values counted from `offset` on."""
    sql = condition.sql
    for number in range(len(condition.values), 0, -1):
        sql = sql.replace(f"${number}", f"${{{number + offset}}}")
    return sql.replace("${", "$").replace("}", "")


def agency_names(reader: Transaction, agency_ids: tuple[UUID, ...] | None) -> dict[str, str]:
    """The names of these agencies or all, by their id as text."""
    places = [f"${number}" for number in range(1, 1 + len(agency_ids or ()))]
    ours = "true" if agency_ids is None else _in("agency_id", places)
    rows = reader.rows(f"SELECT CAST(agency_id AS TEXT) AS key, name FROM agency WHERE {ours}", *(agency_ids or ()))
    return {row["key"]: row["name"] for row in rows}


def checks(reader: Transaction, now: Where) -> list[Row]:
    """What was asked by SMS, the questions that were asked most first."""
    counts = ", ".join(f'count(*) FILTER (WHERE {condition}) AS "{name}"' for name, condition in CHECKS.items())
    return reader.rows(
        f"SELECT text, demand, {counts} FROM outcome_check WHERE {now.sql} "
        f"GROUP BY text, demand ORDER BY asked DESC, text, demand LIMIT {MOST}",
        *now.values,
    )


def work(reader: Transaction, agency_ids: tuple[UUID, ...] | None, instant: datetime) -> dict[str, int]:
    """How many conversations wait at this moment, by list of Échanges, in these agencies or all."""
    agencies = agency_ids or ()
    places = [f"${number}" for number in range(2, 2 + len(agencies))]
    ours = "" if agency_ids is None else f" AND {_in('v.agency_id', places)}"
    counts = [f"{worklist.count_of(one, '$1')} AS {one.value}_count" for one in _WORK]
    row = reader.one(
        f"SELECT {', '.join(counts)} FROM work_waiting v WHERE $1::TIMESTAMP IS NOT NULL{ours}",
        instant - worklist.PATIENCE,
        *agencies,
    )
    assert row is not None
    return {one.value: int(row[f"{one.value}_count"]) for one in _WORK}
