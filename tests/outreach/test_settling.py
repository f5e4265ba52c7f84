"""What becomes of an SMS that did not leave, or of which nobody knows: tried again, or settled by a person."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any

import pytest

from ftcore.errors import NotAllowed, NotFound, SmsError, SmsUnknown
from ftcore.model import Role
from ftcore.outreach import campaigns, settling
from ftcore.outreach.settling import Verdict
from tests.outreach.gateways import Gateway, failing

# What surely did not leave is tried again, less and less often


def test_each_attempt_waits_longer_and_the_last_one_fails_with_a_sentence(town: Any) -> None:
    town.launch(town.people(1))
    gateway = failing(SmsError("injoignable", retryable=True))
    now, waits = town.now, []
    while town.states() == ["queued"]:
        assert town.dispatch(gateway, now) == 1
        row = town.messages()[0]
        assert row["attempts"] in (None, len(gateway.sent)) or row["state"] == "failed"
        waits.append((row["not_before_utc"] - now).total_seconds())
        assert town.dispatch(gateway, now) == 0
        now = row["not_before_utc"]
    assert len(gateway.sent) == settling.MOST_ATTEMPTS
    assert waits[:-1] == sorted(waits[:-1])
    assert 10 <= waits[0] <= 15
    assert waits[-2] == settling.LONGEST_WAIT
    (row,) = town.messages()
    assert row["state"] == "failed"
    assert row["failure"] == "SMS non envoyé après 8 essais. La passerelle SMS est restée injoignable."
    assert town.conversations() == ["unreached"]


@pytest.mark.parametrize(
    ("asked", "least", "most"),
    [
        pytest.param(None, 10, 15, id="nothing asked"),
        pytest.param(2.0, 10, 15, id="less than we wait anyway"),
        pytest.param(90.0, 90, 90, id="a minute and a half"),
        pytest.param(86_400.0, 600, 600, id="a day, of which ten minutes are obeyed"),
    ],
)
def test_the_gateway_may_ask_to_be_left_alone_up_to_a_cap(
    town: Any, asked: float | None, least: float, most: float
) -> None:
    town.launch(town.people(1))
    town.dispatch(failing(SmsError("ralentir", retryable=True, retry_after=asked)))
    waited = (town.messages()[0]["not_before_utc"] - town.now).total_seconds()
    assert least <= waited <= most


def test_a_counselors_own_sms_that_is_refused_for_lack_of_credit_is_not_tried_in_a_circle(town: Any) -> None:
    launched = town.launch(town.people(1))
    town.accepted()
    conversation = town.messages()[0]
    own = campaigns.Outgoing(launched.agency_id, conversation["conversation_id"], launched.campaign_id,
                             conversation["phone"], "07", "Bonjour", town.now, author="c1")  # fmt: skip
    town.database.transact(lambda tx: campaigns.queue(tx, [own], town.now))
    gateway = failing(SmsError("crédit épuisé", pauses=True))
    assert [town.dispatch(gateway), town.dispatch(gateway)] == [1, 0]
    assert town.database.value("SELECT state FROM campaign") == "paused"


# What nobody knows is settled by a person


def uncertain(town: Any) -> Any:
    town.launch(town.people(1))
    town.dispatch(failing(SmsUnknown("pas de réponse")))
    return town.messages()[0]["message_id"]


@pytest.mark.parametrize(
    ("verdict", "state", "conversation"),
    [(Verdict.ARRIVED, "delivered", "waiting"), (Verdict.LOST, "failed", "unreached")],
)
def test_a_person_says_what_became_of_an_sms(town: Any, verdict: Verdict, state: str, conversation: str) -> None:
    message_id = uncertain(town)
    settling.settle_unknown(town.database, town.counselor, message_id, verdict, town.now)
    assert (town.states(), town.conversations()) == ([state], [conversation])
    assert town.journal() == ["campaign launched", f"unknown message {verdict}"]
    with pytest.raises(NotFound, match="plus incertain"):
        settling.settle_unknown(town.database, town.counselor, message_id, verdict, town.now)


def test_a_person_may_have_it_sent_again_once_and_the_first_stays_unknown(town: Any) -> None:
    message_id = uncertain(town)

    def again(_: int) -> bool:
        try:
            settling.settle_unknown(town.database, town.counselor, message_id, Verdict.SEND_AGAIN, town.now)
        except NotFound:
            return False
        return True

    with ThreadPoolExecutor(4) as pool:
        assert sum(pool.map(again, range(4))) == 1
    gateway = Gateway()
    town.dispatch(gateway)
    assert len(gateway.sent) == 1
    assert town.states() == ["accepted", "unknown"]
    first = town.database.one("SELECT body, phone FROM message WHERE state = 'unknown'")
    assert gateway.sent == [(first["phone"], first["body"])]
    assert town.messages("state = 'accepted'")[0]["author"] == "c1"


def test_nobody_settles_what_is_of_another_agency_or_already_known(town: Any) -> None:
    message_id = uncertain(town)
    with pytest.raises(NotFound):
        settling.settle_unknown(town.database, town.colleague, message_id, Verdict.SEND_AGAIN, town.now)
    evaluator = replace(town.counselor, role=Role.EVALUATOR)
    with pytest.raises(NotAllowed):
        settling.settle_unknown(town.database, evaluator, message_id, Verdict.SEND_AGAIN, town.now)
    assert town.states() == ["unknown"]
