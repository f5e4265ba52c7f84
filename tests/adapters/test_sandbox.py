"""The sandbox through the real adapter and a real server: it must behave as the vendor does, callbacks included."""

from __future__ import annotations

import json
import socket
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime

import pytest
import requests
import uvicorn
from starlette.applications import Starlette

from ftcore.adapters import sandbox as vendor
from ftcore.adapters.africastalking import AfricasTalkingGateway
from ftcore.adapters.sandbox import Character, Conduct, Sandbox, Weather, network
from ftcore.database import Database, GroupCommit, utc_now
from ftcore.errors import SmsError, SmsUnknown
from ftcore.outreach import campaigns, fetching
from ftcore.settings import SmsSettings
from ftcore.trust.callback_secrets import KnownSecrets
from ftcore.webhooks import asgi

SECRET = "secret-of-this-test-run-0001"
PHONE = "+33639980001"
QUESTION = "Êtes-vous intéressé(e) ?"


@dataclass
class Neighbourhood:
    """A sandbox behind a real server, with our callbacks' door beside it."""

    database: Database
    sandbox: Sandbox
    url: str

    def gateway(self, **more: str | None) -> AfricasTalkingGateway:
        account = {"username": vendor.USERNAME, "key": self.sandbox.key, "sender": vendor.SHORT_CODE} | more
        return AfricasTalkingGateway(SmsSettings(**account, url=f"{self.url}{vendor.PATH}/version1"))  # type: ignore[arg-type]

    def callbacks(self, kind: str) -> list[dict[str, str]]:
        rows = self.database.rows("SELECT form FROM callback WHERE kind = $1 ORDER BY received_utc", kind)
        return [json.loads(row["form"]) for row in rows]

    def settled(self) -> None:
        """Wait until every report and answer has been posted."""
        wait_until(self.sandbox.idle)


def wait_until(condition: Callable[[], bool]) -> None:
    pause = threading.Event()
    for _ in range(6000):
        if condition():
            return
        pause.wait(0.01)
    raise AssertionError("it never happened")


@pytest.fixture
def place(monkeypatch: pytest.MonkeyPatch, fresh_database: Callable[..., Database]) -> Iterator[Neighbourhood]:
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "http_proxy", "https_proxy", "all_proxy"):
        monkeypatch.delenv(name, raising=False)
    database = fresh_database()
    group_commit = GroupCommit(database)
    sandbox = Sandbox(database, group_commit, network_speed=100.0, people_speed=1_000_000.0)
    app = Starlette(routes=sandbox.routes() + asgi.routes(group_commit, KnownSecrets(database, SECRET), lambda: None))
    with socket.socket() as listening:
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.bind(("127.0.0.1", 0))
        server = uvicorn.Server(uvicorn.Config(app, log_config=None, lifespan="off"))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]})
        thread.start()
        wait_until(lambda: server.started)
        url = f"http://127.0.0.1:{listening.getsockname()[1]}"
        sandbox.start(f"{url}/callbacks/{SECRET}")
        yield Neighbourhood(database, sandbox, url)
        sandbox.stop()
        server.should_exit = True
        thread.join()
    group_commit.close()


def test_an_sms_reaches_its_phone_and_its_delivery_is_reported(place: Neighbourhood) -> None:
    receipt = place.gateway().send(PHONE, QUESTION)
    assert receipt.gateway_id.startswith("ATXid_")
    assert receipt.cost == "EUR 0.0500"
    assert [(s["outgoing"], s["body"]) for s in place.sandbox.thread(PHONE)] == [(False, QUESTION)]
    place.settled()
    reports = place.callbacks("delivery")
    assert [report["status"] for report in reports] == ["Sent", "Success"]
    assert {(report["id"], report["phoneNumber"]) for report in reports} == {(receipt.gateway_id, PHONE)}
    (phone,) = place.sandbox.threads()
    assert (phone.number, phone.latest, phone.unread, phone.count) == (PHONE, QUESTION, True, 1)


def test_what_a_person_types_comes_in_as_the_vendor_posts_it(place: Neighbourhood) -> None:
    place.sandbox.write(PHONE, "Oui, à 12 € & plus 👍")
    place.settled()
    (form,) = place.callbacks("incoming")
    assert (form["from"], form["to"], form["text"]) == (PHONE, vendor.SHORT_CODE, "Oui, à 12 € & plus 👍")
    assert datetime.fromisoformat(form["date"])
    assert [(s["outgoing"], s["body"]) for s in place.sandbox.thread(PHONE)] == [(True, "Oui, à 12 € & plus 👍")]
    assert place.sandbox.threads()[0].unread is False


def test_two_equal_answers_are_two_answers(place: Neighbourhood) -> None:
    place.sandbox.write(PHONE, "Oui")
    place.sandbox.write(PHONE, "Oui")
    place.settled()
    assert len(place.callbacks("incoming")) == 2


def test_what_was_typed_can_be_fetched_by_who_missed_it(place: Neighbourhood) -> None:
    for text in ("Oui", "Lundi"):
        place.sandbox.write(PHONE, text)
        place.settled()
    url = f"{place.url}{vendor.PATH}/version1/messaging"

    def fetched(last_id: str) -> list[dict[str, str]]:
        with requests.Session() as session:
            session.trust_env = False
            query = {"username": vendor.USERNAME, "lastReceivedId": last_id}
            answer = session.get(url, params=query, headers={"apiKey": place.sandbox.key}, timeout=60)
        return list(answer.json()["SMSMessageData"]["Messages"])

    everything = fetched("0")
    assert [(sms["from"], sms["text"]) for sms in everything] == [(PHONE, "Oui"), (PHONE, "Lundi")]
    # The same ids as in the callbacks: fetched twice is told once.
    assert {sms["id"] for sms in everything} == {form["id"] for form in place.callbacks("incoming")}
    assert [sms["text"] for sms in fetched(everything[0]["id"])] == ["Lundi"]


@pytest.mark.parametrize("word", ["STOP", "stop !", "Arrêt."])
def test_after_a_stop_the_vendor_refuses_that_number(place: Neighbourhood, word: str) -> None:
    gateway = place.gateway()
    gateway.send(PHONE, QUESTION)
    place.sandbox.write(PHONE, word)
    place.settled()
    with pytest.raises(SmsError) as refused:
        gateway.send(PHONE, QUESTION)
    assert (refused.value.opted_out, refused.value.pauses) == (True, False)
    assert gateway.send("+33639980002", QUESTION)


@pytest.mark.parametrize(
    ("account", "says"),
    [
        pytest.param({"key": "atsk_of-someone-else"}, "FT_SMS_KEY", id="a wrong key"),
        pytest.param({"username": "someone"}, "FT_SMS_KEY", id="a wrong account"),
        pytest.param({"sender": "PIRATE"}, "InvalidSenderId", id="a sender that is not ours"),
    ],
)
def test_a_wrong_account_pauses_and_nothing_is_stored(place: Neighbourhood, account: dict[str, str], says: str) -> None:
    with pytest.raises(SmsError, match=says) as refused:
        place.gateway(**account).send(PHONE, QUESTION)
    assert refused.value.pauses
    assert place.sandbox.threads() == []


def test_what_was_typed_is_listed_after_the_last_one_and_counts_once_with_its_callback(place: Neighbourhood) -> None:
    mailbox = place.gateway()
    fetching.fetch(place.database, mailbox, utc_now())
    for text in ("Oui", "Non", "Bonjour"):
        place.sandbox.write(PHONE, text)
    place.settled()
    listed = mailbox.fetch("0")
    assert [form["text"] for form in listed] == ["Oui", "Non", "Bonjour"]
    assert mailbox.fetch(listed[1]["id"]) == listed[2:]
    place.database.transact(lambda tx: tx.execute("DELETE FROM callback WHERE form LIKE '%Non%'"))
    assert fetching.fetch(place.database, mailbox, utc_now()) == 3
    assert sorted(form["text"] for form in place.callbacks("incoming")) == ["Bonjour", "Non", "Oui"]


def test_the_server_answers_as_the_vendors_does(place: Neighbourhood) -> None:
    url = f"{place.url}{vendor.PATH}/version1/messaging"
    key = {"apiKey": place.sandbox.key}
    with requests.Session() as session:
        session.trust_env = False
        assert session.post(url, data={}, timeout=60).status_code == 401
        assert session.post(url, data={}, headers={"apiKey": "é".encode()}, timeout=60).status_code == 401
        for method in ("PUT", "PATCH", "DELETE", "OPTIONS"):
            assert session.request(method, url, headers=key, timeout=60).status_code == 405
        form = {"username": vendor.USERNAME, "to": PHONE}
        assert session.post(url, data=form, headers=key, timeout=60).status_code == 400
        form |= {"to": f"{PHONE},+33145678901", "message": "x"}
        answer = session.post(url, data=form, headers=key, timeout=60)
    assert answer.status_code == 201
    data = answer.json()["SMSMessageData"]
    assert data["Message"] == "Sent to 1/2 Total Cost: EUR 0.0500"
    assert [(r["number"], r["statusCode"]) for r in data["Recipients"]] == [(PHONE, 101), ("+33145678901", 403)]
    assert data["Recipients"][1]["messageId"] == "None"


@pytest.mark.parametrize(
    ("weather", "error", "pauses"),
    [(Weather.NO_CREDIT, SmsError, True), (Weather.DOWN, SmsUnknown, None)],
)
def test_bad_weather_is_what_it_would_be_for_real(
    place: Neighbourhood, weather: Weather, error: type[SmsError], pauses: bool | None
) -> None:
    place.sandbox.weather = weather
    with pytest.raises(error) as refused:
        place.gateway().send(PHONE, QUESTION)
    assert getattr(refused.value, "pauses", None) is pauses
    assert place.sandbox.threads() == []
    place.sandbox.weather = Weather.FAIR
    assert place.gateway().send(PHONE, QUESTION)


def test_an_invalid_number_is_refused_for_itself_alone(place: Neighbourhood) -> None:
    with pytest.raises(SmsError) as refused:
        place.gateway().send("+33145678901", QUESTION)
    assert (refused.value.pauses, refused.value.opted_out, refused.value.retryable) == (False, False, False)


def test_a_callback_that_was_not_taken_is_posted_again(
    place: Neighbourhood, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(network, "_TRY_AGAIN_SECONDS", 0.05)
    place.database.transact(lambda tx: tx.execute("ALTER TABLE callback RENAME TO moved"))
    place.sandbox.write(PHONE, "Oui")
    wait_until(lambda: "the sandbox tries again" in caplog.text)
    place.database.transact(lambda tx: tx.execute("ALTER TABLE moved RENAME TO callback"))
    place.settled()
    assert [form["text"] for form in place.callbacks("incoming")] == ["Oui"]
    assert len(place.sandbox.thread(PHONE)) == 1


def test_stopping_drops_what_has_not_happened_yet(place: Neighbourhood) -> None:
    place.sandbox.speed_up_network(0.001)
    place.gateway().send(PHONE, QUESTION)
    assert not place.sandbox.idle()
    place.sandbox.stop()
    assert place.callbacks("delivery") == []


# Settings


def test_numbers_that_the_gateway_refuses_are_refused_each_time_and_for_themselves(place: Neighbourhood) -> None:
    place.sandbox.conduct = Conduct(refusals=0.5, unreachable=0.0)

    def refused(number: int) -> tuple[str, bool] | None:
        try:
            place.gateway().send(f"+336399802{number:02d}", QUESTION)
        except SmsError as error:
            return error.reason, error.pauses
        return None

    first = [refused(number) for number in range(14)]
    assert None in first
    reasons = {told for told in first if told}
    assert len(reasons) >= 2
    assert not any(pauses for _, pauses in reasons)
    assert [refused(number) for number in range(14)] == first


def test_too_many_a_second_are_told_to_come_back(place: Neighbourhood) -> None:
    place.sandbox.conduct = Conduct(per_second=2)
    url = f"{place.url}{vendor.PATH}/version1/messaging"
    form = {"username": vendor.USERNAME, "to": PHONE, "message": "x"}
    with requests.Session() as session:
        session.trust_env = False
        answers = [session.post(url, data=form, headers={"apiKey": place.sandbox.key}, timeout=60) for _ in range(6)]
    limited = [answer for answer in answers if answer.status_code == 429]
    assert limited
    assert {answer.headers["Retry-After"] for answer in limited} == {"1"}
    assert len(place.sandbox.thread(PHONE)) == 6 - len(limited)


def test_a_throttled_send_goes_back_to_the_queue(place: Neighbourhood) -> None:
    place.sandbox.conduct = Conduct(per_second=1)
    gateway = place.gateway()

    def send_until_refused() -> None:
        for _ in range(10):
            gateway.send(PHONE, QUESTION)

    with pytest.raises(SmsError) as refused:
        send_until_refused()
    assert (refused.value.retryable, refused.value.pauses) == (True, False)


def test_where_the_answer_is_lost_half_of_the_sms_arrive_all_the_same(place: Neighbourhood) -> None:
    place.sandbox.conduct = Conduct(lost_answers=1.0, unreachable=0.0)
    numbers = [f"+336399803{number:02d}" for number in range(20)]
    for number in numbers:
        with pytest.raises(SmsUnknown):
            place.gateway().send(number, QUESTION)
    place.settled()
    arrived = {phone.number for phone in place.sandbox.threads()}
    assert 4 < len(arrived) < 16
    assert {form["phoneNumber"] for form in place.callbacks("delivery")} == arrived


def test_callbacks_may_come_late_out_of_order_and_twice(place: Neighbourhood) -> None:
    place.sandbox.conduct = Conduct(unreachable=0.0, late_callbacks=0.2, doubled_callbacks=1.0)
    posted: list[tuple[str, str]] = []
    hear = place.sandbox._network._happen

    def listen(session: requests.Session, due: network.Due) -> None:
        if not due.typed:
            posted.append((due.kind, due.form.get("status") or due.form["text"]))
        hear(session, due)

    place.sandbox._network._happen = listen  # type: ignore[method-assign]
    for number in range(6):
        place.gateway().send(f"+336399804{number:02d}", QUESTION)
    place.sandbox.write(PHONE, "Oui")
    place.settled()
    assert posted.count(("incoming", "Oui")) == 2
    assert posted.count(("delivery", "Success")) == 12
    # The door keeps one of two equal forms, date included.
    assert len(place.callbacks("incoming")) == 1
    assert len(place.callbacks("delivery")) == 12


def test_nobody_is_reached_when_all_deliveries_fail(place: Neighbourhood) -> None:
    place.sandbox.conduct, place.sandbox.personas = Conduct(unreachable=1.0), True
    place.gateway().send(PHONE, QUESTION)
    place.settled()
    assert [form["status"] for form in place.callbacks("delivery")] == ["Sent", "Failed"]
    assert place.callbacks("incoming") == []


def test_a_slow_gateway_still_takes_what_the_other_side_has_given_up(place: Neighbourhood) -> None:
    place.sandbox.conduct = Conduct(latency=0.6, unreachable=0.0)
    form = {"username": vendor.USERNAME, "to": PHONE, "message": "x"}
    url = f"{place.url}{vendor.PATH}/version1/messaging"
    session = requests.Session()
    session.trust_env = False
    with session, pytest.raises(requests.exceptions.ReadTimeout):
        session.post(url, data=form, headers={"apiKey": place.sandbox.key}, timeout=0.2)
    wait_until(lambda: len(place.sandbox.thread(PHONE)) == 1)


def test_the_weather_is_a_name_for_settings(place: Neighbourhood) -> None:
    for weather in Weather:
        place.sandbox.weather = weather
        assert place.sandbox.weather is weather
    place.sandbox.conduct = Conduct(latency=1.5)
    assert place.sandbox.weather is None


# Personas


def foreseen(place: Neighbourhood, seed: int, body: str = QUESTION, personas: bool = True) -> list[tuple[str, str]]:
    """What a sandbox that is not running foresees for forty phones."""
    sandbox = Sandbox(place.database, place.sandbox._group_commit, seed=seed, personas=personas)
    for number in range(40):
        sandbox.foresee(f"id-{number}", f"+336399800{number:02d}", body)
    # By phone, not by instant: two phones may be due within the same breath.
    return sorted((due.phone, due.form.get("status") or due.form["text"]) for due in sandbox._network.foreseen())


def test_personas_answer_the_same_for_the_same_seed(place: Neighbourhood) -> None:
    first = foreseen(place, 2026)
    assert first == foreseen(place, 2026)
    assert first != foreseen(place, 7)
    reports = {"Sent", "Success", "Failed"}
    assert 10 < sum(what not in reports for _, what in first) < 36


def test_personas_are_silent_when_off_and_when_nothing_is_asked(place: Neighbourhood) -> None:
    for found in (foreseen(place, 2026, personas=False), foreseen(place, 2026, body="C'est noté.")):
        assert {what for _, what in found} <= {"Sent", "Success", "Failed"}


def test_a_persona_answers_through_the_callbacks(place: Neighbourhood) -> None:
    place.sandbox.personas = True
    gateway: campaigns.SmsGateway = place.gateway()
    for number in range(8):
        gateway.send(f"+336399801{number:02d}", QUESTION)
    place.settled()
    answers = place.callbacks("incoming")
    assert answers
    delivered = {form["phoneNumber"] for form in place.callbacks("delivery") if form["status"] == "Success"}
    assert {form["from"] for form in answers} <= delivered


def test_who_types_on_a_phone_holds_it_and_may_give_it_back(place: Neighbourhood) -> None:
    sandbox = Sandbox(place.database, place.sandbox._group_commit, personas=True)
    sandbox.conduct = Conduct(unreachable=0.0)
    eager = next(n for n in (f"+336399805{i:02d}" for i in range(100)) if sandbox.character(n) is Character.EAGER)
    sandbox.foresee("a", eager, QUESTION)
    assert sandbox.typing(within=24 * 3600.0) == {eager}
    sandbox.write(eager, "Non merci")
    sandbox.foresee("b", eager, "Quand êtes-vous disponible ?")
    typed = [due.form["text"] for due in sandbox._network.foreseen() if due.typed]
    assert typed == ["Non merci"]
    assert sandbox.is_held(eager)
    sandbox.give_back(eager)
    sandbox.foresee("c", eager, "Avez-vous le permis B ?")
    assert len([due for due in sandbox._network.foreseen() if due.by_itself]) == 1
