"""What others do in the very moment in which a person is erased: nothing of the person comes back."""

from __future__ import annotations

import threading
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from uuid import UUID

import pytest

from ftcore.database import Database, Transaction
from ftcore.errors import FtError
from ftcore.model import Role
from ftcore.outreach import dispatcher, inbox, takeover
from ftcore.rights import erasure
from ftcore.rights.erasure import Reason, Subject
from tests.outreach.conftest import Town
from tests.trust.conftest import holding, of

PHONE, TEXT = "+33639985151", "planté-entretemps"


def report(town: Town, who: UUID) -> None:
    town.reports("AT-1", "Success", PHONE)
    inbox.take_in(town.database, None, town.now)


def report_unread(town: Town, who: UUID) -> None:
    town.reports("AT-1", "Success", PHONE)


def answer(town: Town, who: UUID) -> None:
    town.writes(PHONE, f"Oui, {TEXT}")


def stop(town: Town, who: UUID) -> None:
    town.writes(PHONE, "STOP")


def by_hand(town: Town, who: UUID) -> None:
    takeover.write_by_hand(town.database, town.counselor, of(town, who), f"Bonjour, {TEXT}", None, town.now)


def note(town: Town, who: UUID) -> None:
    takeover.note(town.database, town.counselor, of(town, who), TEXT, town.now)


def launch(town: Town, who: UUID) -> None:
    town.launch([who])


@pytest.mark.parametrize("act", [report, report_unread, answer, stop, by_hand, note, launch])
def test_nothing_comes_back(town: Town, act: Callable[[Town, UUID], None], monkeypatch: pytest.MonkeyPatch) -> None:
    (who,) = town.people(phone=PHONE)
    other = town.people()
    town.launch([*other, *([who] if act is not launch else [])])
    town.accepted("AT-1")
    if act is by_hand:  # whoever writes again changes nothing of the row that the erasure changes
        takeover.take_over(town.database, town.counselor, of(town, who), town.now)
    real, done = erasure.erase_subject, threading.Event()

    def meanwhile(tx: Transaction, subject: Subject, key: bytes, now: object) -> None:
        # The erasure has seen the database, and has changed nothing yet.
        if not done.is_set():
            done.set()
            acting = threading.Thread(target=lambda: act(town, who))
            acting.start()
            acting.join(60)
        real(tx, subject, key, now)  # type: ignore[arg-type]

    monkeypatch.setattr(erasure, "erase_subject", meanwhile)
    lead = replace(town.counselor, role=Role.TEAM_LEAD)
    external = town.database.value("SELECT external_id FROM candidate WHERE candidate_id = $1", who)
    erasure.erase(town.database, lead, who, external, Reason.ASKED, town.now)
    inbox.take_in(town.database, None, town.now)
    assert holding(town.database, PHONE[3:], TEXT) == []
    assert not town.database.value("SELECT EXISTS (SELECT 1 FROM conversation WHERE candidate_id = $1)", who)
    assert dispatcher.claim(town.database, "s", None, town.now) == []
    kept = town.database.value("SELECT count(*) FROM opt_out_kept")
    assert kept == (act is stop)


@pytest.mark.parametrize("act", [by_hand, note, launch])
def test_who_had_begun_before_and_ends_after_leaves_nothing(
    town: Town, act: Callable[[Town, UUID], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    (who,) = town.people(phone=PHONE)
    if act is not launch:
        town.launch([who])
        town.accepted("AT-1")
    if act is by_hand:
        takeover.take_over(town.database, town.counselor, of(town, who), town.now)
    seen, erased = threading.Event(), threading.Event()
    real = Transaction.finish

    def finish(tx: Transaction) -> None:
        if threading.current_thread() is acting and not seen.is_set():
            seen.set()
            erased.wait(60)
        real(tx)

    def settled(database: Database, patience: float = 10.0) -> bool:
        erased.set()
        return settle(database, 30.0)

    def late() -> None:
        with suppress(FtError):  # whoever met the erasure, in the journal at the latest, began again, and found nobody
            act(town, who)

    acting = threading.Thread(target=late)
    settle = type(town.database).settle
    monkeypatch.setattr(Transaction, "finish", finish)
    monkeypatch.setattr(type(town.database), "settle", settled)
    acting.start()
    seen.wait(60)
    lead = replace(town.counselor, role=Role.TEAM_LEAD)
    external = town.database.value("SELECT external_id FROM candidate WHERE candidate_id = $1", who)
    erasure.erase(town.database, lead, who, external, Reason.ASKED, town.now)
    acting.join(60)
    assert holding(town.database, PHONE[3:], TEXT) == []
    assert dispatcher.claim(town.database, "s", None, town.now) == []
