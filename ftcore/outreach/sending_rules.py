"""What an agency has decided about its sending: caps, hours, and the switch that halts everything.

The hours and the switch are looked at again when an SMS is claimed, so that changing them needs nothing
rescheduled: what is queued waits for its next allowed moment.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from ftcore.database import Database, Row, Transaction
from ftcore.errors import FtError, NotAllowed
from ftcore.insight.wording import euros, number
from ftcore.model import Person
from ftcore.outreach import hours as sending_hours
from ftcore.outreach.caps import USUAL, Caps
from ftcore.trust import access, journal

# What a mistyped cap must not allow.
MOST_MESSAGES, MOST_COST = 100_000, Decimal(20_000)
_NO_CAP = 10**9


@dataclass(frozen=True, slots=True)
class Halt:
    """All sending of an agency is stopped: since when, by whom, why."""

    since_utc: datetime
    by: str
    reason: str


@dataclass(frozen=True, slots=True)
class Rules:
    """The rules of an agency. `hours` None means those of the program."""

    caps: Caps = USUAL
    hours: tuple[int, int] | None = None
    halt: Halt | None = None
    # Whether people are asked, once, how the exchange was.
    satisfaction: bool = False


def of_agency(tx: Transaction, agency_id: UUID) -> Rules:
    """The rules in force, the program's where the agency has set none."""
    row = tx.one("SELECT * FROM sending_rule WHERE agency_id = $1", agency_id)
    return Rules() if row is None else _rules(row)


def _rules(row: Row) -> Rules:
    def cap(name: str) -> Any:
        return getattr(USUAL, name) if row[name] is None else type(getattr(USUAL, name))(str(row[name]))

    own = row["first_hour"] is not None and row["last_hour"] is not None
    return Rules(
        Caps(*(cap(name) for name in ("daily_messages", "daily_cost", "campaign_messages", "campaign_cost"))),
        (row["first_hour"], row["last_hour"]) if own else None,
        None
        if row["stopped_utc"] is None
        else Halt(row["stopped_utc"], row["stopped_by"] or "", row["stopped_reason"] or ""),
        bool(row["satisfaction"]),
    )


def daily_only(caps: Caps) -> Caps:
    """The caps for what is no new campaign: only the day counts."""
    return replace(caps, campaign_messages=_NO_CAP, campaign_cost=Decimal(_NO_CAP))


def rules(database: Database, person: Person) -> Rules:
    """The rules of the person's agency."""
    access.require(person, "see sending rules")
    with database.read() as reader:
        return of_agency(reader, person.agency_id)


def open_hours(database: Database, person: Person, hours: tuple[int, int] | None) -> tuple[int, int] | None:
    """The hours in which SMS of the person's agency leave; `hours` are the program's, None means at any hour."""
    access.require(person, "see sending rules")
    with database.read() as reader:
        return sending_hours.of_agency(reader, person.agency_id, hours)


def change_caps(database: Database, person: Person, caps: Caps, now: datetime) -> None:
    """Set the caps of the agency, from the next launch on. Raises FtError when one is out of reason."""
    access.require(person, "change sending rules")
    for label, count in (("par jour", caps.daily_messages), ("par campagne", caps.campaign_messages)):
        if not 1 <= count <= MOST_MESSAGES:
            raise FtError(
                f"Le nombre de SMS {label} doit être compris entre 1 et {number(MOST_MESSAGES)}. Pour tout arrêter, "
                "utilisez « Arrêter tous les envois »."
            )
    for label, cost in (("par jour", caps.daily_cost), ("par campagne", caps.campaign_cost)):
        if not Decimal("0.01") <= cost <= MOST_COST:
            raise FtError(f"Le coût {label} doit être compris entre {euros(0.01)} et {euros(MOST_COST)}.")
    if caps.campaign_messages > caps.daily_messages or caps.campaign_cost > caps.daily_cost:
        raise FtError("Le plafond d'une campagne ne peut pas dépasser celui d'une journée : augmentez celui du jour.")
    _change(
        database,
        person,
        {
            "daily_messages": caps.daily_messages,
            "daily_cost": float(caps.daily_cost),
            "campaign_messages": caps.campaign_messages,
            "campaign_cost": float(caps.campaign_cost),
        },
        "caps changed",
        f"{caps.daily_messages} SMS and {caps.daily_cost} euros a day, "
        f"{caps.campaign_messages} SMS and {caps.campaign_cost} euros a campaign",
        now,
    )


def change_hours(database: Database, person: Person, first: int, last: int, now: datetime) -> None:
    """Set the agency's sending hours, (9, 19) meaning 9:00 to 18:59 where the recipient lives.

    Nothing is rescheduled: what is queued is looked at again when it is claimed, and waits if it must.
    Raises FtError with a sentence for a range outside 8 to 20.
    """
    access.require(person, "change sending rules")
    if not sending_hours.EARLIEST <= first < last <= sending_hours.LATEST:
        raise FtError(
            f"« {first} h – {last} h » n'est pas permis : choisissez une plage entre {sending_hours.EARLIEST} h et "
            f"{sending_hours.LATEST} h, le début avant la fin, par exemple 9 h – 19 h."
        )
    _change(
        database, person, {"first_hour": first, "last_hour": last}, "sending hours changed", f"{first} to {last}", now
    )


def change_satisfaction(database: Database, person: Person, asked: bool, now: datetime) -> None:
    """Ask people, once each and after the exchange, how it was; or ask nobody any more."""
    access.require(person, "change sending rules")
    _change(database, person, {"satisfaction": asked}, "satisfaction question", "on" if asked else "off", now)


def stop_sending(database: Database, person: Person, reason: str, now: datetime) -> None:
    """Halt every SMS of the agency at once: nothing is claimed or launched from the commit on.

    What is queued stays queued. Whoever halts first is remembered; halting again changes nothing.
    """
    access.require(person, "stop sending")
    why = " ".join(reason.split())[:200] or "sans motif"

    def write(tx: Transaction) -> None:
        _ensure(tx, person.agency_id)
        halted = tx.rows(
            "UPDATE sending_rule SET stopped_utc = $2, stopped_by = $3, stopped_reason = $4 "
            "WHERE agency_id = $1 AND stopped_utc IS NULL RETURNING agency_id",
            person.agency_id,
            now,
            person.person_id,
            why,
        )
        if halted:
            journal.record(tx, person.agency_id, person.person_id, "sending stopped", person.agency_id, now,
                           wrote=why)  # fmt: skip

    database.transact(write)


def may_resume(person: Person, halt: Halt) -> bool:
    """A team lead or an administrator, and whoever threw the switch: a slip must not cost the agency its day."""
    return access.may(person, "resume sending") or (access.may(person, "stop sending") and halt.by == person.person_id)


def resume_sending(database: Database, person: Person, now: datetime) -> None:
    """Let the agency send again; what was queued leaves at its next allowed moment."""
    access.require(person, "stop sending")

    def write(tx: Transaction) -> None:
        halt = of_agency(tx, person.agency_id).halt
        if halt is None:
            return
        if not may_resume(person, halt):
            raise NotAllowed(
                "Les envois ont été arrêtés par une autre personne : un responsable d'équipe peut les reprendre."
            )
        tx.execute(
            "UPDATE sending_rule SET stopped_utc = NULL, stopped_by = NULL, stopped_reason = NULL WHERE agency_id = $1",
            person.agency_id,
        )
        journal.record(tx, person.agency_id, person.person_id, "sending resumed", person.agency_id, now)

    database.transact(write)


def _change(database: Database, person: Person, values: Row, act: str, detail: str, now: datetime) -> None:
    def write(tx: Transaction) -> None:
        _ensure(tx, person.agency_id)
        # Names of columns of ours, never of anybody's typing.
        columns = ", ".join(f"{name} = ${place}" for place, name in enumerate(values, 2))
        tx.execute(f"UPDATE sending_rule SET {columns} WHERE agency_id = $1", person.agency_id, *values.values())
        journal.record(tx, person.agency_id, person.person_id, act, person.agency_id, now, detail)

    database.transact(write)


def _ensure(tx: Transaction, agency_id: UUID) -> None:
    tx.insert("sending_rule", [{"agency_id": agency_id}], if_absent=True)
