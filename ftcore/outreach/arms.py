"""The arms of randomised comparisons: who gets which is drawn by lot at the launch, and the arm then acts.

The draw can be done again by anybody who knows the seed. What is drawn (a person, a campaign, an offer) is ranked by a
hash of the seed and its id, and takes the next places of a sequence in which every four places hold two of each
arm. Whoever was drawn before keeps their arm. Messages name their comparison and never their arm: until the
result is due, no figure by wording can tell the arms apart.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from itertools import permutations
from uuid import UUID

from ftcore.database import Row, Transaction
from ftcore.outreach.hours import next_slot
from ftcore.outreach.templates import Kind, Template
from ftcore.trust import journal

# An answer counts within this time of the delivery; what is delivered later than a day after its slot came too late.
ANSWERED_WITHIN = timedelta(hours=72)
DELIVERED_WITHIN = timedelta(hours=24)

_ORDERS = sorted(set(permutations("aabb")))
BLOCK = len(_ORDERS[0])


class Compared(StrEnum):
    """In what the two arms differ."""

    WORDING = "wording"
    HOURS = "hours"
    REMINDER = "reminder"


class Unit(StrEnum):
    """What is drawn: all conversations of one unit have the same arm."""

    PERSON = "person"
    CAMPAIGN = "campaign"
    OFFER = "offer"


@dataclass(frozen=True, slots=True)
class Arm:
    """One of the two ways. `body` is a wording (None in a comparison of reminders: no reminder); `hours` a window."""

    label: str
    body: str | None = None
    hours: tuple[int, int] | None = None


@dataclass(frozen=True, slots=True)
class Running:
    """A comparison that takes people in."""

    comparison_id: UUID
    name: str
    compared: Compared
    unit: Unit
    seed: str
    arms: Mapping[str, Arm]

    @property
    def template(self) -> str:
        """What is kept with the messages of both arms."""
        return template_name(Kind.REMINDER if self.compared is Compared.REMINDER else Kind.OPENING, self.comparison_id)


@dataclass(frozen=True, slots=True)
class Drawn:
    """What the lot said of one unit: its key and place in the sequence, and its arm, "a" or "b"."""

    unit: str
    place: int
    arm: str


@dataclass(frozen=True, slots=True)
class Draws:
    """The lot of the people of one launch, for every comparison that runs in the agency."""

    running: tuple[Running, ...] = ()
    drawn: Mapping[UUID, Mapping[UUID, Drawn]] = field(default_factory=dict)

    def of(self, compared: Compared) -> Running | None:
        """The comparison of that kind; an agency runs one at most."""
        return next((each for each in self.running if each.compared is compared), None)

    def opening(self, candidate_id: UUID, usual: Template) -> tuple[Template, str]:
        """The first message of a person, and the name that is kept with it."""
        running = self.of(Compared.WORDING)
        if running is None:
            return usual, usual.name
        body = running.arms[self.drawn[running.comparison_id][candidate_id].arm].body
        return Template(Kind.OPENING, 0, body or usual.body), running.template

    def leaves(self, candidate_id: UUID, now: datetime, where: str | None, hours: tuple[int, int] | None) -> datetime:
        """When the first message of a person leaves; the windows hold in the sandbox too."""
        running = self.of(Compared.HOURS)
        if running is None:
            return next_slot(now, where, hours)
        return slots(running, now, where)[self.drawn[running.comparison_id][candidate_id].arm]


def template_name(kind: Kind, comparison_id: UUID) -> str:
    """The name that messages of a comparison bear in the place of "opening 3"."""
    return f"{kind.value} comparison {comparison_id.hex[:8]}"


def slots(running: Running, now: datetime, where: str | None) -> dict[str, datetime]:
    """The departure of each arm, both on one day: the next on which the earlier window is not over."""
    windows = {arm: running.arms[arm].hours or (0, 0) for arm in ("a", "b")}
    earlier, later = sorted(windows, key=lambda arm: windows[arm])
    begins = next_slot(now, where, windows[earlier])
    return {earlier: begins, later: next_slot(begins, where, windows[later])}


def unit_key(seed: str, unit_id: UUID) -> str:
    """The name of a unit in the draw; it does not lead back to the person."""
    return hashlib.blake2b(f"{seed} {unit_id}".encode(), digest_size=16).hexdigest()


def arm_at(seed: str, place: int) -> str:
    """The arm of a place in the sequence: of each four places two are "a", in an order that the seed gives."""
    digest = hashlib.blake2b(f"{seed} block {place // BLOCK}".encode(), digest_size=8).digest()
    return _ORDERS[int.from_bytes(digest, "big") % len(_ORDERS)][place % BLOCK]


def deal(seed: str, units: Sequence[str], known: Mapping[str, Drawn], first_place: int) -> dict[str, Drawn]:
    """The draw itself: keys of units in any order; those of `known` keep what they have."""
    new = sorted(set(units) - known.keys())
    dealt = {unit: Drawn(unit, place, arm_at(seed, place)) for place, unit in enumerate(new, first_place)}
    return {unit: known.get(unit) or dealt[unit] for unit in units}


def draw(tx: Transaction, agency_id: UUID, offer_id: UUID, campaign_id: UUID, candidate_ids: Sequence[UUID]) -> Draws:
    """Draw for the people of a launch; nothing is written. Two looks without a launch in between say the same."""
    running = running_in(tx, agency_id)
    drawn: dict[UUID, dict[UUID, Drawn]] = {}
    for each in running:
        ids = {
            Unit.PERSON: {person: person for person in candidate_ids},
            Unit.CAMPAIGN: dict.fromkeys(candidate_ids, campaign_id),
            Unit.OFFER: dict.fromkeys(candidate_ids, offer_id),
        }[each.unit]
        units = {person: unit_key(each.seed, unit_id) for person, unit_id in ids.items()}
        known = {
            row["unit"]: Drawn(row["unit"], row["place"], row["arm"])
            for row in tx.rows(
                "SELECT DISTINCT unit, place, arm FROM comparison_assignment "
                "WHERE agency_id = $1 AND comparison_id = $2 AND unit = ANY($3::TEXT[])",
                agency_id,
                each.comparison_id,
                list(set(units.values())),
            )
        }
        first = tx.value(
            "SELECT coalesce(max(place) + 1, 0) FROM comparison_assignment WHERE agency_id = $1 AND comparison_id = $2",
            agency_id,
            each.comparison_id,
        )
        dealt = deal(each.seed, list(units.values()), known, first)
        drawn[each.comparison_id] = {person: dealt[unit] for person, unit in units.items()}
    return Draws(running, drawn)


def running_in(tx: Transaction, agency_id: UUID) -> tuple[Running, ...]:
    """The comparisons of an agency that take people in now."""
    rows = tx.rows(
        "SELECT * FROM comparison WHERE agency_id = $1 AND started_utc IS NOT NULL AND full_utc IS NULL "
        "AND stopped_utc IS NULL ORDER BY started_utc, comparison_id",
        agency_id,
    )
    return tuple(
        Running(
            row["comparison_id"],
            row["name"],
            Compared(row["compared"]),
            Unit(row["unit"]),
            row["seed"],
            {"a": arm_of(row, "a"), "b": arm_of(row, "b")},
        )
        for row in rows
    )


def arm_of(row: Row, arm: str) -> Arm:
    """An arm, "a" or "b", from the row of its comparison."""
    first, last = row[f"first_hour_{arm}"], row[f"last_hour_{arm}"]
    return Arm(row[f"label_{arm}"], row[f"body_{arm}"], None if first is None else (first, last))


def record(tx: Transaction, agency_id: UUID, draws: Draws, opened: Mapping[UUID, UUID], now: datetime) -> None:
    """Keep the arms of a launch in its own transaction, once its messages are queued.

    `opened` maps people to their conversations. A comparison that has its planned number takes nobody else
    in, and the day of its result is fixed.
    """
    for each in draws.running:
        drawn = draws.drawn[each.comparison_id]
        tx.insert(
            "comparison_assignment",
            [
                {
                    "agency_id": agency_id,
                    "conversation_id": conversation_id,
                    "comparison_id": each.comparison_id,
                    "unit": drawn[person].unit,
                    "place": drawn[person].place,
                    "arm": drawn[person].arm,
                    "assigned_utc": now,
                }
                for person, conversation_id in opened.items()
            ],
        )
        _close_when_full(tx, agency_id, each.comparison_id, now)


def _close_when_full(tx: Transaction, agency_id: UUID, comparison_id: UUID, now: datetime) -> None:
    assigned = tx.one(ASSIGNED, agency_id, comparison_id)
    planned = tx.one(
        "SELECT planned_people, planned_units FROM comparison WHERE agency_id = $1 AND comparison_id = $2",
        agency_id,
        comparison_id,
    )
    assert assigned is not None
    assert planned is not None
    if assigned["people"] < planned["planned_people"] or assigned["units"] < planned["planned_units"]:
        return
    tx.execute(
        "UPDATE comparison SET full_utc = $3, result_utc = $4 WHERE agency_id = $1 AND comparison_id = $2",
        agency_id,
        comparison_id,
        now,
        assigned["latest"] + DELIVERED_WITHIN + ANSWERED_WITHIN,
    )
    detail = f"{assigned['people']} people in {assigned['units']} units"
    journal.record(tx, agency_id, "automate", "comparison full", comparison_id, now, detail)


# People and units drawn so far, and the last slot given to one of their first messages.
ASSIGNED = """
    SELECT count(DISTINCT v.candidate_id) AS people, count(DISTINCT x.unit) AS units, max(m.not_before_utc) AS latest
    FROM comparison_assignment x
    JOIN conversation v ON v.agency_id = x.agency_id AND v.conversation_id = x.conversation_id
    JOIN message m ON m.agency_id = x.agency_id AND m.conversation_id = x.conversation_id AND m.opening
    WHERE x.agency_id = $1 AND x.comparison_id = $2
"""

# True of a conversation `v` whose arm is to get no reminder: also once the comparison is over, as it was drawn so.
NOT_REMINDED = """
    EXISTS (SELECT 1 FROM comparison_assignment x
            JOIN comparison k ON k.agency_id = x.agency_id AND k.comparison_id = x.comparison_id
            WHERE x.agency_id = v.agency_id AND x.conversation_id = v.conversation_id AND k.compared = 'reminder'
              AND (CASE x.arm WHEN 'a' THEN k.body_a ELSE k.body_b END) IS NULL)
"""


def reminders(
    tx: Transaction, agency_id: UUID, conversation_ids: Sequence[UUID], usual: Template
) -> dict[UUID, tuple[Template, str]]:
    """The reminder of each conversation and the name kept with it: its arm's where one was drawn, else the usual."""
    rows = tx.rows(
        """
        SELECT x.conversation_id, x.comparison_id, CASE x.arm WHEN 'a' THEN k.body_a ELSE k.body_b END AS body
        FROM comparison_assignment x
        JOIN comparison k ON k.agency_id = x.agency_id AND k.comparison_id = x.comparison_id
        WHERE x.agency_id = $1 AND x.conversation_id = ANY($2::UUID[]) AND k.compared = 'reminder'
        """,
        agency_id,
        list(conversation_ids),
    )
    own = {
        row["conversation_id"]: (
            Template(Kind.REMINDER, 0, row["body"] or usual.body),
            template_name(Kind.REMINDER, row["comparison_id"]),
        )
        for row in rows
    }
    return {each: own.get(each, (usual, usual.name)) for each in conversation_ids}


def held(now: str) -> str:
    """The condition that a conversation `v` is of a comparison whose result is not to be seen yet at `now` (SQL).

    Rows of such a conversation that say both what was done and what came of it are not to be given out.
    """
    after = (DELIVERED_WITHIN + ANSWERED_WITHIN) // timedelta(hours=1)
    return f"""
    EXISTS (SELECT 1 FROM comparison_assignment x
            JOIN comparison k ON k.agency_id = x.agency_id AND k.comparison_id = x.comparison_id
            WHERE x.agency_id = v.agency_id AND x.conversation_id = v.conversation_id
              AND coalesce(k.stopped_utc + INTERVAL '{after} hours', k.result_utc, {now} + INTERVAL '1 day') > {now})
    """
