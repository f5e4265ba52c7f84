"""The vendor's server, and what becomes of an SMS that it takes.

It is mounted in the same process under /sandbox/africastalking, is spoken to through the real SDK,
and posts delivery reports and answers to our callbacks, as the vendor does. A person may answer on
the page Téléphones; **personas** answer by themselves when switched on. Nothing ever leaves the machine.
"""

from __future__ import annotations

import asyncio
import hmac
import math
import random
import secrets
import time
from urllib.parse import parse_qsl
from uuid import UUID

from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from ftcore.adapters.sandbox import phones
from ftcore.adapters.sandbox.characters import Character
from ftcore.adapters.sandbox.conduct import FORECAST, Conduct, Throttle, Weather, refusal
from ftcore.adapters.sandbox.network import SHORT_CODE, Network
from ftcore.adapters.sandbox.personas import Personas, character_of
from ftcore.adapters.sandbox.phones import Phone
from ftcore.database import Database, GroupCommit, Row, utc_now
from ftcore.headers import EVERY_METHOD
from ftcore.phones import normalise
from ftcore.text import fold

PATH = "/sandbox/africastalking"
USERNAME = "demo"

_SENT = (100, 101, 102)


class Sandbox:
    """The vendor's side. `network_speed` and `people_speed` divide the delays (60: a minute is a second).

    `conduct` may be replaced at any time and by any thread; `personas` may be switched at any time.
    """

    def __init__(
        self,
        database: Database,
        group_commit: GroupCommit,
        *,
        seed: int = 2026,
        network_speed: float = 1.0,
        people_speed: float = 60.0,
        personas: bool = False,
    ) -> None:
        self._database = database
        self._group_commit = group_commit
        self._network_speed = network_speed
        self.people_speed = people_speed
        self.personas = personas
        self.conduct = Conduct()
        self.key = secrets.token_urlsafe(24)
        # Numbers whose STOP the vendor knows, and phones that a visitor holds.
        self._blocked: set[str] = set()
        self._held: set[str] = set()
        self._throttle = Throttle()
        self._people = Personas(seed)
        self._network = Network(group_commit, lambda: self.conduct, lambda: self.seed, self._hear)

    @property
    def seed(self) -> int:
        """What all chances are drawn from."""
        return self._people.seed

    @seed.setter
    def seed(self, seed: int) -> None:
        self._people.seed = seed

    @property
    def weather(self) -> Weather | None:
        """The name of the present settings, None where they have been changed by hand."""
        return next((weather for weather, conduct in FORECAST.items() if conduct == self.conduct), None)

    @weather.setter
    def weather(self, weather: Weather) -> None:
        self.conduct = FORECAST[weather]

    # The server

    def routes(self) -> list[Route]:
        """The vendor's route for sending (POST) and fetching (GET), under PATH; every other method gets 405."""
        return [Route(f"{PATH}/version1/messaging", self._messaging, methods=EVERY_METHOD)]

    async def _messaging(self, request: Request) -> Response:
        if not hmac.compare_digest(request.headers.get("apiKey", "").encode(), self.key.encode()):
            return PlainTextResponse("The supplied authentication is invalid", 401)
        if request.method == "POST":
            return await self._send(request)
        if request.method == "GET":
            return await self._fetch(request)
        allowed = {"Allow": "GET, POST"}
        return PlainTextResponse("HTTP method not allowed, supported methods: GET, POST", 405, allowed)

    async def _fetch(self, request: Request) -> Response:
        """What was typed on the phones, for who missed the callbacks."""
        if self.conduct.down:
            return PlainTextResponse("The gateway is down", 503)
        last_id = request.query_params.get("lastReceivedId", "0")
        rows = await asyncio.to_thread(phones.written_after, self._database, last_id)
        messages = [
            {
                "id": row["sms_id"],
                "from": row["phone"],
                "to": SHORT_CODE,
                "text": row["body"],
                "date": f"{row['happened_utc'].isoformat()}Z",
            }
            for row in rows
        ]
        return JSONResponse({"SMSMessageData": {"Messages": messages}})

    async def _send(self, request: Request) -> Response:
        form = dict(parse_qsl((await request.body()).decode("utf-8"), keep_blank_values=True))
        if wait := self._throttle.wait(self.conduct.per_second):
            return PlainTextResponse("Too many requests", 429, {"Retry-After": str(math.ceil(wait))})
        await self._take_time(request)
        conduct = self.conduct
        if conduct.down:
            return PlainTextResponse("The gateway is down", 503)
        if form.get("username") != USERNAME:
            return PlainTextResponse("The supplied authentication is invalid", 401)
        if not form.get("to") or not form.get("message"):
            return PlainTextResponse("Request is missing required form field 'to'", 400)
        if form.get("from") not in (None, SHORT_CODE):
            return JSONResponse({"SMSMessageData": {"Message": "InvalidSenderId", "Recipients": []}}, 201)
        body = form["message"]
        chance = random.Random(f"{self.seed}/{form['to']}/{fold(body)}/answer lost")
        lost = chance.random() < conduct.lost_answers
        if lost and chance.random() < 0.5:
            return PlainTextResponse("Internal error", 500)
        recipients = [await self._take(number, body, conduct) for number in form["to"].split(",")]
        if lost:
            return PlainTextResponse("Internal error", 500)
        sent = sum(r["statusCode"] in _SENT for r in recipients)
        summary = f"Sent to {sent}/{len(recipients)} Total Cost: EUR {0.05 * sent:.4f}"
        return JSONResponse({"SMSMessageData": {"Message": summary, "Recipients": recipients}}, 201)

    async def _take_time(self, request: Request) -> None:
        """Let the latency pass, or as much of it as the other side waits for."""
        until = time.monotonic() + self.conduct.latency
        while (left := until - time.monotonic()) > 0 and not await request.is_disconnected():
            await asyncio.sleep(min(left, 0.25))

    async def _take(self, number: str, body: str, conduct: Conduct) -> dict[str, object]:
        if refused := self._refusal(number, conduct):
            code, status = refused
            return {"statusCode": code, "number": number, "status": status, "cost": "0", "messageId": "None"}
        sms_id = f"ATXid_{secrets.token_hex(16)}"
        row = {"sms_id": sms_id, "phone": number, "outgoing": False, "body": body, "happened_utc": utc_now()}
        await asyncio.wrap_future(self._group_commit.put("sandbox_sms", row))
        self.foresee(sms_id, number, body)
        return {
            "statusCode": 101,
            "number": number,
            "status": "Success",
            "cost": "EUR 0.0500",
            "messageId": sms_id,
        }

    def _refusal(self, number: str, conduct: Conduct) -> tuple[int, str] | None:
        if conduct.no_credit:
            return 405, "InsufficientBalance"
        if normalise(number) != number:
            return 403, "InvalidPhoneNumber"
        if number in self._blocked:
            return 406, "UserInBlacklist"
        return refusal(conduct, self.seed, number)

    # The network and the people behind it

    def start(self, callback_url: str) -> None:
        """Begin to post callbacks to `callback_url` (without the last part: /delivery, /incoming)."""
        self._network.start(callback_url)

    def speed_up_network(self, factor: float) -> None:
        """Divide the delays of delivery reports, for a rehearsal."""
        self._network_speed = factor

    def stop(self) -> None:
        """Drop what has not happened yet and end."""
        self._network.stop()

    def idle(self) -> bool:
        """True when nothing is going to happen any more: every report and answer has been posted."""
        return self._network.idle()

    def foresee(self, sms_id: str, number: str, body: str) -> None:
        """Decide what becomes of one SMS. Seeded by number and text: the same people answer the same."""
        chance = random.Random(f"{self.seed}/{number}/{fold(body)}")
        sent_after = chance.uniform(0.1, 0.5) / self._network_speed
        final_after = sent_after + chance.uniform(0.3, 2.0) / self._network_speed
        self._network.report(sent_after, sms_id, number, "Sent")
        if chance.random() < self.conduct.unreachable:
            self._network.report(final_after, sms_id, number, "Failed", failureReason="DeliveryFailure")
            return
        self._network.report(final_after, sms_id, number, "Success")
        if not self.personas or number in self._held:
            return
        for typed in self._people.read(number, body):
            self._network.types(
                final_after + typed.minutes * 60 / self.people_speed, number, typed.text, by_itself=True
            )

    def _hear(self, phone: str, text: str) -> None:
        """A STOP is known to the vendor as well: a later send to that number is refused with 406."""
        if fold(text).strip(" .!") in ("stop", "arret"):
            self._blocked.add(phone)

    # The phones, as a visitor sees them

    def write(self, phone: str, text: str) -> None:
        """A visitor types `text` on `phone`, and holds it from now on: its persona is silent."""
        self._held.add(phone)
        self._network.take_phone(phone)
        self._network.types(0.0, phone, text, by_itself=False)

    def give_back(self, phone: str) -> None:
        """The phone's persona answers again, from the next SMS on."""
        self._held.discard(phone)

    def is_held(self, phone: str) -> bool:
        """Whether a visitor has typed on this phone."""
        return phone in self._held

    def typing(self, within: float = 4.0) -> set[str]:
        """The phones on which somebody is typing: their SMS leaves within so many seconds."""
        return self._network.typing(within)

    def character(self, phone: str) -> Character:
        """Who answers on this phone when personas are switched on."""
        return character_of(self.seed, phone)

    def threads(self, limit: int = 60) -> list[Phone]:
        """The phones that ever received or wrote something, the liveliest first."""
        return phones.threads(self._database, limit)

    def thread(self, phone: str) -> list[Row]:
        """The SMS of one phone, oldest first: `outgoing` (written on it), `body`, `happened_utc`."""
        return phones.thread(self._database, phone)

    def thread_of_each(self, numbers: list[str]) -> dict[str, list[Row]]:
        """The same of several phones."""
        return phones.thread_of_each(self._database, numbers)

    def owners(self, agency_id: UUID, numbers: list[str]) -> dict[str, str]:
        """Who has which of these numbers, as far as this agency knows them."""
        return phones.owners(self._database, agency_id, numbers)
