"""One SMS of a campaign's text to the counselor's own phone."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from ftcore.errors import FtError, NotAllowed
from ftcore.model import Role
from ftcore.outreach import campaigns, dispatcher, sending_rules
from ftcore.outreach.trial import NOBODY, send_trial

MINE = "+33639989999"


def send(town: Any, phone: str = "06 39 98 99 99", hours: Any = None, now: datetime | None = None) -> datetime:
    return send_trial(town.database, town.counselor, town.offer(), phone, hours, now or town.now)


def test_a_trial_leaves_by_the_way_of_all_messages_and_belongs_to_nobody(town: Any) -> None:
    assert send(town) == town.now
    (message,) = town.messages()
    assert message["body"].startswith("[Test] France Travail, Agence de Privas : bonjour Claire, ce poste")
    assert (message["conversation_id"], message["campaign_id"], message["author"]) == (NOBODY, NOBODY, "c1")
    assert not message["opening"]
    assert message["template"] == "opening 0"
    (claimed,) = dispatcher.claim(town.database, "test", None, town.now)
    assert claimed["phone"] == MINE
    assert town.database.value("SELECT count(*) FROM conversation") == 0
    journal = town.database.rows("SELECT act, actor, detail FROM journal")
    assert journal == [{"act": "test message", "actor": "c1", "detail": "opening 0"}]


def test_a_trial_is_no_contact(town: Any) -> None:
    (person,) = town.people(1, phone=MINE)
    send(town)
    found = campaigns.preflight(town.database, town.counselor, town.offer(), [person], None, town.now)
    assert [planned.candidate_id for planned in found.kept] == [person]
    # It is paid for, and so it counts in the day.
    assert found.left[0] == 499


@pytest.mark.parametrize(
    ("phone", "sentence"),
    [
        pytest.param("", "n'est pas un numéro de mobile", id="nothing"),
        pytest.param("04 75 00 00 00", "n'est pas un numéro de mobile", id="a landline"),
        pytest.param("bonjour", "n'est pas un numéro de mobile", id="words"),
    ],
)
def test_what_is_no_mobile_number_is_refused(town: Any, phone: str, sentence: str) -> None:
    with pytest.raises(FtError, match=sentence):
        send(town, phone)
    assert town.messages() == []


def test_stop_the_halt_and_the_hours_hold_for_a_trial_too(town: Any) -> None:
    evening = datetime(2026, 11, 27, 19, 0)
    assert send(town, hours=(9, 19), now=evening) == datetime(2026, 11, 30, 8, 0)
    assert send(town, "+262692000001", hours=(9, 19), now=evening) == datetime(2026, 11, 30, 5, 0)
    assert [m["department"] for m in town.messages("phone LIKE '+262%'")] == ["974"]
    row = {"phone": MINE, "since_utc": town.now, "source": "sms", "reason": "STOP"}
    town.database.transact(lambda tx: tx.insert("opt_out", [row]))
    with pytest.raises(FtError, match="a répondu STOP"):
        send(town)
    sending_rules.stop_sending(town.database, town.counselor, "x", town.now)
    with pytest.raises(FtError, match="arrêtés"):
        send(town, "06 39 98 99 98")
    assert len(town.messages()) == 2


def test_five_trials_a_person_and_day_also_when_clicked_at_once(town: Any) -> None:
    for _ in range(3):
        send(town)
    offers = [town.offer() for _ in range(4)]
    barrier = threading.Barrier(4)

    def click(which: int) -> str:
        barrier.wait(60)
        try:
            send_trial(town.database, town.counselor, offers[which], MINE, None, town.now)
        except FtError as error:
            return str(error)
        return ""

    with ThreadPoolExecutor(4) as pool:
        refused = [sentence for sentence in pool.map(click, range(4)) if sentence]
    assert len(refused) == 2
    assert all("5 tests aujourd'hui" in sentence for sentence in refused)
    assert len(town.messages()) == 5
    send_trial(town.database, replace(town.counselor, person_id="c9"), offers[0], MINE, None, town.now)
    send(town, now=town.now + timedelta(days=1))


def test_only_who_may_send_tries_and_only_an_offer_of_the_agency(town: Any) -> None:
    with pytest.raises(NotAllowed):
        send_trial(town.database, replace(town.counselor, role=Role.ADMINISTRATOR), town.offer(), MINE, None, town.now)
    with pytest.raises(NotAllowed):
        send_trial(town.database, town.counselor, town.offer(town.colleague), MINE, None, town.now)
