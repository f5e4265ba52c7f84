"""A gateway to try things with: an Africa's-Talking-compatible server and the phones behind it.

It is mounted in the same process under /sandbox/africastalking, is spoken to through the real SDK,
and posts delivery reports and answers to our callbacks, as the vendor does. A person may answer on
the page Téléphones; **personas** answer by themselves when switched on. Nothing ever leaves the machine.
"""

from __future__ import annotations

import asyncio
import heapq
import hmac
import itertools
import logging
import random
import secrets
import threading
import time
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from urllib.parse import parse_qsl

import requests
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from ftcore.database import Database, GroupCommit, Row, utc_now
from ftcore.headers import EVERY_METHOD
from ftcore.phones import normalise
from ftcore.text import fold

log = logging.getLogger(__name__)

PATH = "/sandbox/africastalking"
USERNAME = "demo"
SHORT_CODE = "36000"
NETWORK_CODE = "99999"


class Weather(StrEnum):
    """How the gateway behaves: what a counselor may want to see before it happens for real."""

    FAIR = "fair"
    SLOW = "slow"
    DOWN = "down"
    NO_CREDIT = "no_credit"


# Median of the first reply and its spread: 19 minutes were published for the original; the spread is ours.
_REPLY_MEDIAN_MINUTES = 19.0
_REPLY_SIGMA = 1.3

# How often personas answer what. Invented, as no reply rate was ever published.
_ANSWERS: dict[str, tuple[float, tuple[str, ...]]] = {
    "yes": (
        0.42,
        (
            "Oui",
            "OUI",
            "Oui je suis intéressée",
            "Oui, disponible tout de suite",
            "ok pour moi",
            "Bonjour, oui ça m'intéresse",
            "👍",
            "oui avec plaisir",
        ),
    ),
    "no": (
        0.26,
        (
            "Non",
            "Non merci",
            "NON",
            "Pas intéressé",
            "J'ai déjà trouvé un emploi",
            "trop loin pour moi désolé",
            "Non je ne suis plus disponible",
        ),
    ),
    "question": (
        0.14,
        (
            "C'est payé combien ?",
            "C'est à temps plein ?",
            "Il y a un bus pour y aller ?",
            "Quels sont les horaires ?",
            "Bonjour, est-ce qu'il faut le permis ?",
        ),
    ),
    "unclear": (
        0.12,
        (
            "Bonjour",
            "oui mais pas avant le mois prochain",
            "je sais pas trop",
            "Je suis en formation en ce moment",
            "peut-être, ça dépend des horaires",
        ),
    ),
    "stop": (0.06, ("STOP", "stop", "Arrêt", "Stop !")),
}
_SILENT = 0.42
_UNREACHABLE = 0.03


@dataclass(frozen=True, slots=True)
class Phone:
    """A phone of the sandbox: its number, and its latest SMS."""

    number: str
    latest: str
    latest_utc: object
    unread: bool
    count: int


class Sandbox:
    """The vendor's side. `network_speed` and `people_speed` divide the delays (60: a minute is a second)."""

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
        self.seed = seed
        self._network_speed = network_speed
        self.people_speed = people_speed
        self.personas = personas
        self.weather = Weather.FAIR
        self.key = secrets.token_urlsafe(24)
        self._blocked: set[str] = set()
        self._callback_url: str | None = None
        self._due: list[tuple[float, int, str, dict[str, str]]] = []
        self._order = itertools.count()
        self._changed = threading.Condition()
        self._stopping = False
        self._posting = 0
        self._thread: threading.Thread | None = None

    # The server

    def routes(self) -> list[Route]:
        """The vendor's route for sending (POST) and fetching (GET), under PATH; every other method gets 405."""
        return [Route(f"{PATH}/version1/messaging", self._messaging, methods=EVERY_METHOD)]

    async def _messaging(self, request: Request) -> Response:
        if not hmac.compare_digest(request.headers.get("apiKey", "").encode(), self.key.encode()):
            return PlainTextResponse("The supplied authentication is invalid", 401)
        if request.method == "GET":
            last_id = request.query_params.get("lastReceivedId", "0")
            rows = await asyncio.to_thread(self._written_after, last_id)
            return JSONResponse({"SMSMessageData": {"Messages": rows}})
        if request.method != "POST":
            allowed = {"Allow": "GET, POST"}
            return PlainTextResponse("HTTP method not allowed, supported methods: GET, POST", 405, allowed)
        if self.weather is Weather.SLOW:
            await asyncio.sleep(3)
        if self.weather is Weather.DOWN:
            return PlainTextResponse("The gateway is down", 503)
        form = dict(parse_qsl((await request.body()).decode("utf-8"), keep_blank_values=True))
        if form.get("username") != USERNAME:
            return PlainTextResponse("The supplied authentication is invalid", 401)
        if not form.get("to") or not form.get("message"):
            return PlainTextResponse("Request is missing required form field 'to'", 400)
        if form.get("from") not in (None, SHORT_CODE):
            return JSONResponse({"SMSMessageData": {"Message": "InvalidSenderId", "Recipients": []}}, 201)
        recipients = [await self._take(number, form["message"]) for number in form["to"].split(",")]
        sent = sum(r["statusCode"] in (100, 101, 102) for r in recipients)
        summary = f"Sent to {sent}/{len(recipients)} Total Cost: EUR {0.05 * sent:.4f}"
        return JSONResponse({"SMSMessageData": {"Message": summary, "Recipients": recipients}}, 201)

    def _written_after(self, last_id: str, limit: int = 100) -> list[dict[str, str]]:
        """What was typed on the phones after that SMS, the oldest first, as the vendor lists it."""
        last = self._database.one("SELECT happened_utc, sms_id FROM sandbox_sms WHERE sms_id = $1", last_id)
        rows = self._database.rows(
            """
            SELECT sms_id, phone, body, happened_utc FROM sandbox_sms
            WHERE outgoing AND (happened_utc > $1 OR (happened_utc = $1 AND sms_id > $2))
            ORDER BY happened_utc, sms_id LIMIT $3
            """,
            last["happened_utc"] if last else datetime(1970, 1, 1),
            last["sms_id"] if last else "",
            limit,
        )
        return [
            {
                "id": row["sms_id"],
                "from": row["phone"],
                "to": SHORT_CODE,
                "text": row["body"],
                "date": f"{row['happened_utc'].isoformat()}Z",
            }
            for row in rows
        ]

    async def _take(self, number: str, body: str) -> dict[str, object]:
        def refusal(code: int, status: str) -> dict[str, object]:
            return {"statusCode": code, "number": number, "status": status, "cost": "0", "messageId": "None"}

        if self.weather is Weather.NO_CREDIT:
            return refusal(405, "InsufficientBalance")
        if normalise(number) != number:
            return refusal(403, "InvalidPhoneNumber")
        if number in self._blocked:
            return refusal(406, "UserInBlacklist")
        sms_id = f"ATXid_{secrets.token_hex(16)}"
        await asyncio.wrap_future(
            self._group_commit.put(
                "sandbox_sms",
                {
                    "sms_id": sms_id,
                    "phone": number,
                    "outgoing": False,
                    "body": body,
                    "happened_utc": utc_now(),
                },
            )
        )
        self._foresee(sms_id, number, body)
        return {
            "statusCode": 101,
            "number": number,
            "status": "Success",
            "cost": "EUR 0.0500",
            "messageId": sms_id,
        }

    # The network and the people behind it

    def start(self, callback_url: str) -> None:
        """Begin to post callbacks to `callback_url` (without the last part: /delivery, /incoming)."""
        self._callback_url = callback_url
        self._thread = threading.Thread(target=self._run, name="sandbox-network", daemon=True)
        self._thread.start()

    def speed_up_network(self, factor: float) -> None:
        """Divide the delays of delivery reports, for a rehearsal."""
        self._network_speed = factor

    def stop(self) -> None:
        """Drop what has not happened yet and end."""
        with self._changed:
            self._stopping = True
            self._changed.notify()
        if self._thread is not None:
            self._thread.join()
            self._thread = None

    def idle(self) -> bool:
        """True when nothing is going to happen any more: every report and answer has been posted."""
        with self._changed:
            return not self._due and not self._posting

    def write(self, phone: str, text: str) -> None:
        """A person types `text` on `phone`: it is posted as the vendor would."""
        self._schedule(0.0, "incoming", self._incoming(phone, text))

    def threads(self, limit: int = 60) -> list[Phone]:
        """The phones that ever received or wrote something, the liveliest first."""
        rows = self._database.rows(
            """
            SELECT phone, count(*) AS n, max(happened_utc) AS latest_utc,
                   max(happened_utc) FILTER (WHERE outgoing) AS wrote_utc
            FROM sandbox_sms GROUP BY phone ORDER BY latest_utc DESC, phone LIMIT $1
            """,
            limit,
        )
        latest = {
            row["phone"]: row["body"]
            for row in self._database.rows(
                """
                SELECT s.phone, s.body FROM sandbox_sms s
                JOIN (SELECT phone, max(happened_utc) AS latest_utc FROM sandbox_sms GROUP BY phone) l
                ON l.phone = s.phone AND l.latest_utc = s.happened_utc
                WHERE s.phone = ANY($1::TEXT[])
                """,
                [row["phone"] for row in rows],
            )
        }
        return [
            Phone(
                row["phone"],
                latest.get(row["phone"], ""),
                row["latest_utc"],
                row["wrote_utc"] is None or row["wrote_utc"] < row["latest_utc"],
                row["n"],
            )
            for row in rows
        ]

    def thread(self, phone: str) -> list[Row]:
        """The SMS of one phone, oldest first: `outgoing` (written on it), `body`, `happened_utc`."""
        return self._database.rows(
            "SELECT outgoing, body, happened_utc FROM sandbox_sms WHERE phone = $1 ORDER BY happened_utc, sms_id",
            phone,
        )

    def _foresee(self, sms_id: str, number: str, body: str) -> None:
        """Decide what becomes of one SMS. Seeded by number and thread: the same people answer the same."""
        chance = random.Random(f"{self.seed}/{number}/{fold(body)}")
        sent_after = chance.uniform(0.1, 0.5) / self._network_speed
        final_after = sent_after + chance.uniform(0.3, 2.0) / self._network_speed
        report = {"id": sms_id, "phoneNumber": number, "networkCode": NETWORK_CODE, "retryCount": "0"}
        self._schedule(sent_after, "delivery", report | {"status": "Sent"})
        if chance.random() < _UNREACHABLE:
            failure = {"status": "Failed", "failureReason": "DeliveryFailure"}
            self._schedule(final_after, "delivery", report | failure)
            return
        self._schedule(final_after, "delivery", report | {"status": "Success"})
        if not self.personas or "?" not in body or chance.random() < _SILENT:
            return
        kind = chance.choices(list(_ANSWERS), [share for share, _ in _ANSWERS.values()])[0]
        text = chance.choice(_ANSWERS[kind][1])
        minutes = chance.lognormvariate(0.0, _REPLY_SIGMA) * _REPLY_MEDIAN_MINUTES
        delay = final_after + min(minutes, 24 * 60) * 60 / self.people_speed
        self._schedule(delay, "incoming", self._incoming(number, text))

    def _incoming(self, phone: str, text: str) -> dict[str, str]:
        return {
            "from": phone,
            "to": SHORT_CODE,
            "text": text,
            "id": secrets.token_hex(12),
            "linkId": secrets.token_hex(8),
            "networkCode": NETWORK_CODE,
        }

    def _schedule(self, delay: float, kind: str, form: dict[str, str]) -> None:
        with self._changed:
            heapq.heappush(self._due, (time.monotonic() + delay, next(self._order), kind, form))
            self._changed.notify()

    def _run(self) -> None:
        with requests.Session() as session:
            session.trust_env = False
            while True:
                with self._changed:
                    while not self._stopping and (not self._due or self._due[0][0] > time.monotonic()):
                        wait = self._due[0][0] - time.monotonic() if self._due else None
                        self._changed.wait(wait)
                    if self._stopping:
                        return
                    _, _, kind, form = heapq.heappop(self._due)
                    self._posting += 1
                try:
                    self._happen(session, kind, form)
                finally:
                    with self._changed:
                        self._posting -= 1

    def _happen(self, session: requests.Session, kind: str, form: dict[str, str]) -> None:
        now = utc_now()
        if kind == "incoming":
            # A callback that is tried again is the same callback, date included.
            form = {"date": now.strftime("%Y-%m-%d %H:%M:%S")} | form
            row = {
                "sms_id": form["id"],
                "phone": form["from"],
                "outgoing": True,
                "body": form["text"],
                "happened_utc": now,
            }
            self._group_commit.put("sandbox_sms", row).result()
        try:
            answer = session.post(f"{self._callback_url}/{kind}", data=form, timeout=10)
            failed = answer.status_code >= 500
        except requests.exceptions.RequestException:
            failed = True
        if failed and not self._stopping:
            log.warning("a callback was not taken; the sandbox tries again")
            self._schedule(2.0, kind, form)
        # A STOP is known to the vendor as well: a later send to that number is refused with 406.
        if kind == "incoming" and fold(form["text"]).strip(" .!") in ("stop", "arret"):
            self._blocked.add(form["from"])
