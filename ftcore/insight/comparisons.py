"""Randomised comparisons: said beforehand, started once, never changed, stopped with a reason.

What is compared acts in `ftcore.outreach.arms`; what came out is in `comparison_results`, and only there. Nothing
here tells one arm from the other once people are drawn.
"""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from datetime import datetime
from uuid import UUID, uuid4

from ftcore.database import Database, Row, Transaction
from ftcore.errors import FtError, NotFound
from ftcore.insight.comparison_terms import (
    Comparison,
    Definition,
    State,
    definition_of,
    digest,
    row_of,
    size_of,
    tidy,
)
from ftcore.insight.power import Size
from ftcore.insight.wording import instant
from ftcore.model import Person
from ftcore.outreach import hours as sending_hours
from ftcore.outreach.arms import ASSIGNED, Arm, Compared
from ftcore.outreach.templates import Kind
from ftcore.outreach.wording_rules import faults
from ftcore.trust import access, journal


def define(
    database: Database, person: Person, definition: Definition, hours: tuple[int, int] | None, now: datetime
) -> UUID:
    """Write a comparison down; it starts later. `hours` are the program's. Raises FtError with every fault."""
    access.require(person, "define comparisons")
    comparison_id = uuid4()

    def write(tx: Transaction) -> None:
        wrong = definition_faults(tx, person.agency_id, definition, hours)
        if wrong:
            raise FtError(" ".join(wrong))
        row = row_of(definition, size_of(definition)) | {
            "agency_id": person.agency_id,
            "comparison_id": comparison_id,
            "seed": secrets.token_hex(16),
            "defined_by": person.person_id,
            "defined_utc": now,
        }
        tx.insert("comparison", [row])
        journal.record(tx, person.agency_id, person.person_id, "comparison defined", comparison_id, now, digest(row))

    database.transact(write)
    return comparison_id


def faults_of(database: Database, person: Person, definition: Definition, hours: tuple[int, int] | None) -> list[str]:
    """What keeps a definition from being used in the person's agency, before it is written down."""
    access.require(person, "define comparisons")
    with database.read() as reader:
        return definition_faults(reader, person.agency_id, definition, hours)


def definition_faults(
    tx: Transaction, agency_id: UUID, definition: Definition, hours: tuple[int, int] | None
) -> list[str]:
    """Everything that keeps a definition from being used, in French; empty when it may be."""
    wrong = []
    if not definition.name.strip() or not definition.question.strip():
        wrong.append("Donnez un nom et une question : ils restent avec le résultat.")
    if len(definition.name) > 80 or len(definition.question) > 300:
        wrong.append("Le nom tient en 80 signes et la question en 300.")
    if not definition.a.label.strip() or not definition.b.label.strip():
        wrong.append("Nommez les deux bras.")
    if definition.a.label.strip() == definition.b.label.strip():
        wrong.append("Les deux bras ont le même nom.")
    try:
        size_of(definition)
    except FtError as error:
        wrong.append(str(error))
    arms = (definition.a, definition.b)
    if definition.compared is Compared.HOURS:
        return wrong + _faults_of_hours(arms, sending_hours.of_agency(tx, agency_id, hours or sending_hours.USUAL))
    agency_name = tx.value("SELECT name FROM agency WHERE agency_id = $1", agency_id) or ""
    return wrong + _faults_of_bodies(arms, definition.compared, agency_name)


def _faults_of_bodies(arms: Sequence[Arm], compared: Compared, agency_name: str) -> list[str]:
    wrong = []
    kind = Kind.REMINDER if compared is Compared.REMINDER else Kind.OPENING
    for arm in arms:
        if arm.body is None and compared is Compared.WORDING:
            wrong.append(f"« {arm.label} » : écrivez le premier message.")
        elif arm.body is not None:
            wrong += [f"« {arm.label} » : {fault}" for fault in faults(kind, arm.body, agency_name)]
    bodies = [arm.body and tidy(arm.body) for arm in arms]
    if bodies[0] == bodies[1]:
        wrong.append("Les deux bras sont les mêmes : il n'y a rien à comparer.")
    return wrong


def _faults_of_hours(arms: Sequence[Arm], open_hours: tuple[int, int] | None) -> list[str]:
    wrong = []
    first, last = open_hours or sending_hours.USUAL
    windows = [arm.hours or (0, 0) for arm in arms]
    for arm, (begins, ends) in zip(arms, windows, strict=True):
        if not first <= begins < ends <= last:
            wrong.append(f"« {arm.label} » : choisissez une plage dans les horaires de l'agence, {first} h à {last} h.")
    (_, earlier_ends), (later_begins, _) = sorted(windows)
    if earlier_ends > later_begins:
        wrong.append("Les deux plages se recouvrent : un même départ serait dans les deux.")
    return wrong


def discard(database: Database, person: Person, comparison_id: UUID, now: datetime) -> None:
    """Take back a comparison that never started. Raises FtError once it has: what was started stays written."""
    access.require(person, "define comparisons")

    def write(tx: Transaction) -> None:
        row = _own(tx, person, comparison_id)
        if row["started_utc"] is not None:
            raise FtError("Cette comparaison a commencé : elle ne s'efface plus. Vous pouvez l'arrêter, avec un motif.")
        tx.execute(
            "DELETE FROM comparison WHERE agency_id = $1 AND comparison_id = $2 AND started_utc IS NULL",
            person.agency_id,
            comparison_id,
        )
        journal.record(tx, person.agency_id, person.person_id, "comparison discarded", comparison_id, now)

    database.transact(write)


def start(
    database: Database, person: Person, comparison_id: UUID, hours: tuple[int, int] | None, now: datetime
) -> None:
    """From the next launch on, lots are drawn. The definition is fixed; its fingerprint goes to the journal.

    Raises FtError when another of the same kind has not said its result yet, or a wording or window is not
    allowed any more. Again is the same.
    """
    access.require(person, "define comparisons")

    def write(tx: Transaction) -> None:
        # With the launches, so that each of them sees it or does not.
        tx.take_turn()
        row = _own(tx, person, comparison_id)
        if row["started_utc"] is not None:
            return
        wrong = definition_faults(tx, person.agency_id, definition_of(row), hours)
        if wrong:
            raise FtError(" ".join(wrong))
        other = tx.value(
            "SELECT name FROM comparison WHERE agency_id = $1 AND compared = $2 AND started_utc IS NOT NULL "
            "AND stopped_utc IS NULL AND (result_utc IS NULL OR result_utc > $3)",
            person.agency_id,
            row["compared"],
            now,
        )
        if other is not None:
            raise FtError(f"« {other} » compare déjà cela dans votre agence : attendez son résultat, ou arrêtez-la.")
        fingerprint = digest(row)
        tx.execute(
            "UPDATE comparison SET started_by = $3, started_utc = $4, fingerprint = $5 "
            "WHERE agency_id = $1 AND comparison_id = $2",
            person.agency_id,
            comparison_id,
            person.person_id,
            now,
            fingerprint,
        )
        journal.record(tx, person.agency_id, person.person_id, "comparison started", comparison_id, now, fingerprint)

    database.transact(write)


def stop(database: Database, person: Person, comparison_id: UUID, reason: str, now: datetime) -> None:
    """End a comparison before its planned number, for good: it stays marked, and is tested never.

    Raises FtError without a reason, or when everybody is drawn already and only the result is awaited.
    """
    access.require(person, "define comparisons")
    why = " ".join(reason.split())[:300]
    if len(why) < 5:
        raise FtError("Dites pourquoi vous l'arrêtez : le motif reste avec la comparaison.")

    def write(tx: Transaction) -> None:
        tx.take_turn()
        row = _own(tx, person, comparison_id)
        if row["started_utc"] is None:
            raise FtError("Cette comparaison n'a pas commencé : retirez-la plutôt.")
        if row["stopped_utc"] is not None:
            return
        if row["full_utc"] is not None:
            raise FtError(f"L'effectif prévu est atteint : le résultat paraît le {instant(row['result_utc'])}.")
        tx.execute(
            "UPDATE comparison SET stopped_by = $3, stopped_utc = $4, stop_reason = $5 "
            "WHERE agency_id = $1 AND comparison_id = $2",
            person.agency_id,
            comparison_id,
            person.person_id,
            now,
            why,
        )
        journal.record(tx, person.agency_id, person.person_id, "comparison stopped", comparison_id, now,
                       reason=f"with the comparison ({len(why)} characters)")  # fmt: skip

    database.transact(write)


def comparisons(database: Database, person: Person, now: datetime) -> list[Comparison]:
    """Those of the person's agency, or of all agencies for an evaluator; the latest first."""
    if not access.may(person, "define comparisons"):
        access.require(person, "see evaluation")
    with database.read() as reader:
        rows = reader.rows(
            "SELECT k.*, a.name AS agency_name FROM comparison k JOIN agency a ON a.agency_id = k.agency_id "
            "WHERE ($1 OR k.agency_id = $2) ORDER BY coalesce(k.started_utc, k.defined_utc) DESC, k.comparison_id",
            access.may(person, "see all agencies"),
            person.agency_id,
        )
        return [_comparison(reader, row, now) for row in rows]


def found(reader: Transaction, person: Person, comparison_id: UUID, now: datetime) -> tuple[Comparison, Row]:
    """One comparison that the person may read the result of, and its row. Raises NotAllowed, NotFound."""
    access.require(person, "see evaluation")
    row = reader.one(
        "SELECT k.*, a.name AS agency_name FROM comparison k JOIN agency a ON a.agency_id = k.agency_id "
        "WHERE k.comparison_id = $1 AND ($2 OR k.agency_id = $3)",
        comparison_id,
        access.may(person, "see all agencies"),
        person.agency_id,
    )
    if row is None:
        raise NotFound("Cette comparaison n'existe pas ou plus.")
    return _comparison(reader, row, now), row


def _comparison(reader: Transaction, row: Row, now: datetime) -> Comparison:
    drawn = reader.one(ASSIGNED, row["agency_id"], row["comparison_id"]) or {}
    state = _state(row, now)
    definition = definition_of(row)
    return Comparison(
        row["agency_id"],
        row["comparison_id"],
        row["agency_name"],
        definition,
        Size(row["planned_people"], row["planned_units"], size_of(definition).design_effect),
        state,
        drawn.get("people", 0),
        drawn.get("units", 0),
        row["defined_utc"],
        row["started_utc"],
        row["full_utc"],
        row["result_utc"],
        row["stopped_utc"],
        row["stop_reason"],
        row["seed"] if state in (State.DONE, State.STOPPED) else None,
    )


def _state(row: Row, now: datetime) -> State:
    if row["stopped_utc"] is not None:
        return State.STOPPED
    if row["started_utc"] is None:
        return State.DRAFT
    if row["full_utc"] is None:
        return State.RUNNING
    return State.DONE if row["result_utc"] <= now else State.AWAITED


def _own(tx: Transaction, person: Person, comparison_id: UUID) -> Row:
    row = tx.one(
        "SELECT * FROM comparison WHERE agency_id = $1 AND comparison_id = $2", person.agency_id, comparison_id
    )
    if row is None:
        raise NotFound("Cette comparaison n'existe pas ou plus dans votre agence.")
    return row
