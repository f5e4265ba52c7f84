"""Incoming SMS that are fetched: what no callback brought, once, and nothing of long ago."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from ftcore.errors import SmsError
from ftcore.outreach import callbacks, fetching


class Mailbox:
    """A gateway's list of incoming SMS, two a page."""

    account = "agence"

    def __init__(self, *forms: dict[str, str]) -> None:
        self.forms = list(forms)
        self.asked: list[str] = []
        self.down = False

    def fetch(self, last_id: str) -> list[dict[str, str]]:
        if self.down:
            raise SmsError("La passerelle SMS ne répond pas.", retryable=True)
        self.asked.append(last_id)
        return [form for form in self.forms if int(form["id"]) > int(last_id)][:2]


def sms(number: int, phone: str, text: str, date: str = "") -> dict[str, str]:
    return {"id": str(number), "from": phone, "to": "36000", "text": text} | ({"date": date} if date else {})


def started(town: Any) -> Mailbox:
    """A mailbox that was looked into before, when it was empty."""
    mailbox = Mailbox()
    fetching.fetch(town.database, mailbox, town.now)
    return mailbox


def test_a_lost_callback_is_recovered_and_one_that_came_counts_once(town: Any) -> None:
    people = town.people(2)
    phones = [town.phone(person) for person in people]
    town.launch(people)
    town.accepted()
    mailbox = started(town)
    mailbox.forms = [sms(7, phones[0], "Oui"), sms(8, phones[1], "Non"), sms(9, phones[1], "Non merci")]
    posted = sms(7, phones[0].replace("+33", "0"), "Oui", "2026-11-24 09:00:00") | {"networkCode": "99999"}
    town.database.transact(lambda tx: tx.insert("callback", [callbacks.stored("incoming", posted, town.now)]))
    assert fetching.fetch(town.database, mailbox, town.now) == 3
    assert mailbox.asked[-3:] == ["0", "8", "9"]
    town.database.transact(
        lambda tx: tx.insert("callback", [callbacks.stored("incoming", posted, town.now)], if_absent=True)
    )
    town.writes("+33639989999", "somebody else")
    assert town.conversations() == ["availability", "declined"]
    assert town.database.value("SELECT count(*) FROM reply") == 3
    assert fetching.fetch(town.database, mailbox, town.now) == 0
    assert town.database.value("SELECT last_id FROM fetch_mark") == "9"


@pytest.mark.parametrize(
    ("date", "stored"),
    [
        pytest.param("2026-11-24T08:34:18.445Z", 1, id="this morning"),
        pytest.param("2026-11-21T09:59:59+01:00", 0, id="more than three days ago"),
        pytest.param("2026-11-30T09:00:00Z", 1, id="in the future: now"),
        pytest.param("yesterday", 1, id="no date that can be read: now"),
        pytest.param("", 1, id="no date: now"),
    ],
)
def test_what_was_written_long_ago_is_passed_over(town: Any, date: str, stored: int) -> None:
    mailbox = started(town)
    mailbox.forms = [sms(1, "+33639980001", "Oui", date)]
    fetching.fetch(town.database, mailbox, town.now)
    rows = town.database.rows("SELECT received_utc FROM callback")
    assert len(rows) == stored
    assert all(row["received_utc"] <= town.now for row in rows)


def test_the_first_look_ever_passes_over_what_was_there(town: Any) -> None:
    mailbox = Mailbox(*(sms(n, "+33639980001", "Oui", "2026-11-24T08:00:00Z") for n in range(1, 6)))
    assert fetching.fetch(town.database, mailbox, town.now) == 5
    assert town.database.value("SELECT count(*) FROM callback") == 0
    mailbox.forms.append(sms(6, "+33639980001", "Non", "2026-11-24T08:59:00Z"))
    fetching.fetch(town.database, mailbox, town.now + timedelta(minutes=1))
    assert town.database.value("SELECT count(*) FROM callback") == 1


def test_a_gateway_that_does_not_answer_is_said_in_one_line(town: Any, caplog: pytest.LogCaptureFixture) -> None:
    mailbox = started(town)
    mailbox.down = True
    assert fetching.try_to_fetch(town.database, mailbox, town.now) == 0
    assert "could not be fetched: La passerelle SMS ne répond pas." in caplog.text
