"""What comes back: reports, answers and STOPs, once and several times, in order and out of it."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from ftcore.model import MessageState, Offer
from ftcore.outreach import dispatcher, inbox, ledger
from ftcore.outreach.codes import short_code


def take(town: Any, later: timedelta = timedelta(0)) -> int:
    return inbox.take_in(town.database, None, town.now + later)


LATER = timedelta(seconds=61)


def unknown(town: Any) -> None:
    """Every queued SMS was claimed and never answered for."""
    for row in dispatcher.claim(town.database, "x", None, town.now, 500):
        change = ledger.Change(row["agency_id"], row["message_id"], MessageState.UNKNOWN, town.now, "dispatcher")
        town.database.transact(lambda tx, change=change: ledger.record(tx, [change]))


# Delivery reports


@pytest.mark.parametrize(
    ("status", "state", "conversation"),
    [
        ("Sent", "sent", "waiting"),
        ("Submitted", "submitted", "waiting"),
        ("Buffered", "buffered", "waiting"),
        ("Success", "delivered", "waiting"),
        ("Failed", "failed", "unreached"),
        ("Rejected", "failed", "unreached"),
        ("AbsentSubscriber", "failed", "unreached"),
        ("Expired", "failed", "unreached"),
    ],
)
def test_a_report_moves_its_message(town: Any, status: str, state: str, conversation: str) -> None:
    town.launch(town.people(1))
    town.accepted("AT-1")
    report = town.reports("AT-1", status)
    assert take(town) == 1
    assert town.outcome(report) == "news"
    assert town.states() == [state]
    assert town.conversations() == [conversation]
    assert inbox.pending(town.database) == 0


def test_a_report_says_why_it_failed(town: Any) -> None:
    town.launch(town.people(1))
    town.accepted("AT-1")
    town.callback("delivery", {"id": "AT-1", "status": "Failed", "failureReason": "UserIsInactive"})
    take(town)
    assert town.messages()[0]["failure"] == "UserIsInactive"


def test_reports_of_one_message_may_come_together_repeated_and_in_any_order(town: Any) -> None:
    town.launch(town.people(1))
    town.accepted("AT-1")
    for status in ("Success", "Sent", "Success", "Buffered"):
        town.reports("AT-1", status)
    assert take(town) == 4
    assert take(town) == 0
    assert town.states() == ["delivered"]
    assert town.messages()[0]["contradicted"] is False


def test_a_report_that_overtook_the_acceptance_waits_for_it(town: Any) -> None:
    town.launch(town.people(1))
    report = town.reports("AT-1", "Success")
    assert take(town) == 0
    assert inbox.pending(town.database) == 1
    town.accepted("AT-1")
    assert take(town) == 1
    assert town.outcome(report) == "news"
    assert town.states() == ["delivered"]


def test_a_report_for_an_id_never_heard_of_is_the_one_unknown_sms_to_that_number(town: Any) -> None:
    people = town.people(2)
    town.launch(people)
    unknown(town)
    sent = town.reports("AT-9", "Sent", town.phone(people[0]))
    success = town.reports("AT-9", "Success", town.phone(people[0]))
    assert take(town) == 0
    assert take(town, LATER) == 2
    assert (town.outcome(sent), town.outcome(success)) == ("news", "news")
    (row,) = town.messages("state <> 'unknown'")
    assert (row["phone"], row["state"], row["gateway_id"]) == (town.phone(people[0]), "delivered", "AT-9")


def test_one_unknown_sms_is_not_adopted_by_two_ids(town: Any) -> None:
    people = town.people(1)
    town.launch(people)
    unknown(town)
    first = town.reports("AT-1", "Sent", town.phone(people[0]))
    other = town.reports("AT-2", "Failed", town.phone(people[0]))
    take(town, LATER)
    assert (town.outcome(first), town.outcome(other)) == ("news", "unmatched")
    assert [(m["state"], m["gateway_id"]) for m in town.messages()] == [("sent", "AT-1")]


def test_between_two_unknown_sms_to_one_number_nobody_guesses(town: Any) -> None:
    people = town.people(1)
    town.launch(people)
    unknown(town)
    town.now += timedelta(days=2)
    town.launch(people)
    unknown(town)
    report = town.reports("AT-9", "Success", town.phone(people[0]))
    take(town, LATER)
    assert town.outcome(report) == "unmatched"
    assert town.states() == ["unknown", "unknown"]


@pytest.mark.parametrize(
    ("phone", "outcome", "state"),
    [
        pytest.param("+33639980001", "news", "delivered", id="its number"),
        pytest.param("06 39 98 00 01", "news", "delivered", id="its number, written otherwise"),
        pytest.param(" ", "news", "delivered", id="no number named"),
        pytest.param("+33639989999", "unmatched", "accepted", id="another number"),
        pytest.param("abc", "unmatched", "accepted", id="no number at all"),
    ],
)
def test_a_known_id_counts_only_with_the_number_of_its_sms(town: Any, phone: str, outcome: str, state: str) -> None:
    town.launch(town.people(1))
    town.accepted("AT-1")
    report = town.reports("AT-1", "Success", phone)
    take(town)
    assert town.outcome(report) == outcome
    assert town.states() == [state]


@pytest.mark.parametrize(
    ("phone", "status"),
    [
        pytest.param("+33639989999", "Success", id="nobody's number"),
        pytest.param("", "Success", id="no number"),
        pytest.param("abc", "Success", id="no number at all"),
    ],
)
def test_a_report_that_is_nobodys_is_settled_after_a_while(town: Any, phone: str, status: str) -> None:
    town.launch(town.people(1))
    unknown(town)
    report = town.reports("AT-9", status, phone)
    take(town, LATER)
    assert town.outcome(report) == "unmatched"
    assert inbox.pending(town.database) == 0
    assert town.states() == ["unknown"]


def test_a_status_that_nobody_knows_is_kept_and_settled(town: Any) -> None:
    town.launch(town.people(1))
    town.accepted("AT-1")
    report = town.reports("AT-1", "TeleportedToMars")
    assert take(town) == 1
    assert town.outcome(report) == "unknown status"
    assert town.states() == ["accepted"]
    assert "TeleportedToMars" in town.database.value("SELECT form FROM callback")


@pytest.mark.parametrize("form", ["{", "[]", "null", '{"status": "Success"}', '{"id": "AT-1"}'])
def test_a_broken_report_is_settled_as_an_error_and_the_others_go_on(
    town: Any, form: str, caplog: pytest.LogCaptureFixture
) -> None:
    town.launch(town.people(1))
    town.accepted("AT-1")
    broken = town.callback("delivery", form)
    good = town.reports("AT-1", "Success")
    take(town)
    assert (town.outcome(broken), town.outcome(good)) == ("error", "news")
    assert town.states() == ["delivered"]
    assert "could not be read" in caplog.text


@pytest.mark.parametrize("form", ["{", "[]", '{"text": "Oui"}', '{"from": "+33639980001"}', '{"from": 1, "text": 2}'])
def test_a_broken_answer_is_settled_as_an_error_and_the_others_go_on(
    town: Any, form: str, caplog: pytest.LogCaptureFixture
) -> None:
    people = town.people(1)
    town.launch(people)
    town.accepted()
    broken = town.callback("incoming", form)
    assert town.writes(town.phone(people[0]), "Oui") == "news"
    assert town.outcome(broken) == "error"
    assert town.conversations() == ["availability"]
    assert town.phone(people[0]) not in caplog.text


# Answers


def replies(town: Any) -> list[dict[str, Any]]:
    return town.database.rows("SELECT * FROM reply ORDER BY received_utc")


def test_a_yes_is_stored_as_written_and_acknowledged_once(town: Any) -> None:
    people = town.people(1, first_name="Zoé {agency} %s")
    town.launch(people)
    town.accepted()
    assert town.writes(town.phone(people[0]), "Oui, ça m’intéresse 👍") == "news"
    (reply,) = replies(town)
    assert (reply["body"], reply["reading"]) == ("Oui, ça m’intéresse 👍", "yes")
    assert reply["rule"]
    assert town.conversations() == ["availability"]
    (queued,) = town.messages("state = 'queued'")
    assert queued["body"].startswith("Merci Zoé {agency} %s. Quand pourriez-vous commencer")
    assert queued["automatic"]
    assert not queued["opening"]
    town.writes(town.phone(people[0]), "oui oui")
    assert len(town.messages()) == 2
    assert (town.conversations(), town.states()) == (["availability"], ["accepted", "queued"])


def test_an_acknowledgement_keeps_office_hours(town: Any) -> None:
    people = town.people(1)
    town.launch(people)
    town.accepted()
    town.now = town.now.replace(hour=20)
    town.writes(town.phone(people[0]), "Oui", hours=(9, 19))
    (queued,) = town.messages("state = 'queued'")
    assert queued["not_before_utc"] == town.now.replace(day=25, hour=8, minute=0, second=0)


def test_doubt_is_silent_and_takes_back_what_the_automaton_had_queued(town: Any) -> None:
    people = town.people(1)
    town.launch(people)
    town.accepted()
    town.writes(town.phone(people[0]), "Oui")
    town.writes(town.phone(people[0]), "enfin oui et non, stop")
    assert town.states() == ["accepted", "cancelled"]
    assert town.conversations() == ["unclear"]
    for more in ("Oui", "Non", "C'est où ?", "Non", "Oui"):
        town.writes(town.phone(people[0]), more)
    assert town.states() == ["accepted", "cancelled"]
    assert len(replies(town)) == 7


def test_six_automatic_answers_at_most_then_a_person(town: Any) -> None:
    people = town.people(1)
    town.launch(people)
    town.accepted()
    for text in ["Oui", "Non"] * 5:
        town.writes(town.phone(people[0]), text)
        town.accepted()
    assert len(town.messages("automatic")) == 6, "the first message counts"
    assert len(replies(town)) == 10
    assert town.conversations() == ["declined"]


def test_the_same_callback_again_changes_nothing(town: Any) -> None:
    people = town.people(1)
    town.launch(people)
    town.accepted()
    town.writes(town.phone(people[0]), "Oui")
    before = (town.messages(), replies(town), town.conversations())
    assert take(town) == 0
    assert (town.messages(), replies(town), town.conversations()) == before


def two_offers(town: Any, apart: timedelta) -> tuple[str, Offer, Offer]:
    """A person who was written to for two offers, and has answered neither."""
    people = town.people(1)
    first, second = town.offer(title="Serveur H/F"), town.offer(title="Cariste H/F")
    town.launch(people, first)
    town.accepted()
    town.now += apart
    town.launch(people, second)
    town.accepted()
    return town.phone(people[0]), first, second


def states_by_offer(town: Any) -> dict[UUID, str]:
    return {row["offer_id"]: row["state"] for row in town.database.rows("SELECT offer_id, state FROM conversation")}


def test_an_answer_goes_to_the_offer_that_was_written_to_last(town: Any) -> None:
    phone, first, second = two_offers(town, timedelta(days=4))
    town.writes(phone, "Oui")
    assert states_by_offer(town) == {first.offer_id: "waiting", second.offer_id: "availability"}


def test_an_answer_that_names_an_offer_by_its_code_goes_there(town: Any) -> None:
    phone, first, second = two_offers(town, timedelta(days=1))
    town.writes(phone, f"{short_code(first.offer_id).lower()} oui")
    assert states_by_offer(town) == {first.offer_id: "availability", second.offer_id: "waiting"}
    assert town.writes(phone, f"Non pour {short_code(second.offer_id)}") == "news"
    assert states_by_offer(town) == {first.offer_id: "availability", second.offer_id: "declined"}


@pytest.mark.parametrize("text", ["Oui", "Oui pour les deux"])
def test_an_answer_that_may_be_for_either_of_two_offers_is_read_by_a_person(town: Any, text: str) -> None:
    phone, first, second = two_offers(town, timedelta(days=1))
    town.writes(phone, text)
    assert states_by_offer(town) == {first.offer_id: "waiting", second.offer_id: "unclear"}
    assert town.messages("state = 'queued'") == []
    assert replies(town)[0]["rule"] == "« deux offres en cours »"


def test_an_answer_that_names_two_offers_is_read_by_a_person(town: Any) -> None:
    phone, first, second = two_offers(town, timedelta(days=4))
    town.writes(phone, f"{short_code(first.offer_id)} oui, {short_code(second.offer_id)} non")
    assert "unclear" in town.conversations()
    assert town.messages("state = 'queued'") == []


def test_a_stop_ends_both_offers_whichever_it_answers(town: Any) -> None:
    phone, _, _ = two_offers(town, timedelta(days=1))
    town.writes(phone, "STOP")
    assert town.conversations() == ["stopped", "stopped"]


def test_an_answer_is_not_for_a_message_that_has_not_left_yet(town: Any) -> None:
    people = town.people(1)
    first = town.launch(people)
    town.accepted()
    town.now += timedelta(days=2)
    town.launch(people)
    town.writes(town.phone(people[0]), "Oui")
    (row,) = town.database.rows("SELECT campaign_id FROM conversation WHERE state = 'availability'")
    assert row["campaign_id"] == first.campaign_id


@pytest.mark.parametrize("sender", ["06 39 98 00 01", " 33639980001", "+33639980001"])
def test_a_sender_is_recognised_however_its_number_is_written(town: Any, sender: str) -> None:
    people = town.people(1)
    town.launch(people)
    town.accepted()
    assert town.writes(sender, "Oui") == "news"
    assert town.conversations() == ["availability"]


@pytest.mark.parametrize("sender", ["+33639989999", "AFRICASTKNG", "36000", "+33145678901"])
def test_an_answer_from_nobody_we_know_is_settled(town: Any, sender: str) -> None:
    assert town.writes(sender, "Oui") == "unmatched"
    assert replies(town) == []


def test_an_answer_proves_that_the_message_arrived(town: Any) -> None:
    people = town.people(1)
    town.launch(people)
    town.accepted("AT-1")
    town.reports("AT-1", "Failed")
    take(town)
    assert town.conversations() == ["unreached"]
    town.writes(town.phone(people[0]), "Oui")
    assert town.conversations() == ["availability"]


# STOP


def opted_out(town: Any) -> list[str]:
    return [row["phone"] for row in town.database.rows("SELECT phone FROM opt_out ORDER BY phone")]


def test_a_stop_ends_everything_for_that_number_in_every_agency(town: Any) -> None:
    (mine,) = town.people(1)
    phone = town.phone(mine)
    (theirs,) = town.people(1, town.colleague, phone=phone)
    town.launch([theirs], person=town.colleague)
    town.accepted()
    town.now += timedelta(days=2)
    town.launch([mine])
    assert town.writes(phone, "STOP") == "news"
    assert opted_out(town) == [phone]
    assert town.conversations() == ["stopped", "stopped"]
    assert town.states() == ["accepted", "cancelled"]
    assert town.journal().count("opt-out") == 2
    actors = town.database.rows("SELECT DISTINCT agency_id FROM journal WHERE act = 'opt-out'")
    assert len(actors) == 2
    assert replies(town)[0]["reading"] == "stop"


def test_a_stop_from_a_number_we_never_wrote_to_still_blocks_it(town: Any) -> None:
    assert town.writes("+33639989999", "Stop !") == "unmatched"
    assert opted_out(town) == ["+33639989999"]


def test_a_second_stop_changes_nothing_and_nothing_leaves_afterwards(town: Any) -> None:
    people = town.people(1)
    town.launch(people)
    town.accepted()
    for text in ("STOP", "stop", "Oui", "C'est où ?"):
        town.writes(town.phone(people[0]), text)
    assert town.conversations() == ["stopped"]
    assert town.states() == ["accepted"]
    assert town.journal().count("opt-out") == 1
    assert len(replies(town)) == 4


def test_a_stop_in_a_sentence_blocks_nobody_but_is_read_by_a_person(town: Any) -> None:
    people = town.people(1)
    town.launch(people)
    town.accepted()
    town.writes(town.phone(people[0]), "Oui, stop !")
    assert opted_out(town) == []
    assert town.conversations() == ["unclear"]
    assert town.messages("state = 'queued'") == []


def test_a_stop_that_the_gateway_forwards_blocks_too(town: Any) -> None:
    people = town.people(1)
    town.launch(people)
    callback = town.callback("opt_out", {"phoneNumber": town.phone(people[0]), "senderId": "36000"})
    wrong = town.callback("opt_out", {"phoneNumber": "nobody"})
    assert take(town) == 2
    assert (town.outcome(callback), town.outcome(wrong)) == ("news", "unmatched")
    assert opted_out(town) == [town.phone(people[0])]
    assert town.states() == ["cancelled"]


def test_a_stop_is_taken_in_even_when_reports_wait(town: Any) -> None:
    people = town.people(1)
    town.launch(people)
    report = town.reports("AT-9", "Success", town.phone(people[0]))
    town.writes(town.phone(people[0]), "STOP")
    assert opted_out(town) == [town.phone(people[0])]
    assert town.outcome(report) is None


def test_equal_forms_have_one_text() -> None:
    assert inbox.form_text({"b": "é", "a": "1"}) == inbox.form_text({"a": "1", "b": "é"}) == '{"a": "1", "b": "é"}'


def test_two_replicas_that_read_at_once_keep_each_answer_once(town: Any) -> None:
    people = town.people(12)
    town.launch(people)
    dispatcher.claim(town.database, "x", None, town.now, 500)
    for person in people:
        town.callback("incoming", {"from": town.phone(person), "text": "Oui", "id": str(person)})

    def replica() -> None:
        while inbox.pending(town.database):
            inbox.take_in(town.database, None, town.now, 5)

    with ThreadPoolExecutor(4) as pool:
        for reading in [pool.submit(replica) for _ in range(4)]:
            reading.result()
    assert inbox.pending(town.database) == 0
    assert town.database.value("SELECT count(*) FROM reply") == 12
    assert town.database.value("SELECT count(*) FROM message WHERE NOT opening") == 12
    assert town.database.value("SELECT count(*) FROM callback WHERE outcome <> 'news'") == 0
