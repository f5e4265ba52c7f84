"""The network behind the gateway: what is going to happen, when, and the callbacks that it posts over HTTP."""

from __future__ import annotations

import heapq
import itertools
import logging
import random
import secrets
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, replace

import requests

from ftcore.adapters.sandbox.conduct import Conduct
from ftcore.database import GroupCommit, utc_now

log = logging.getLogger(__name__)

SHORT_CODE = "36000"
NETWORK_CODE = "99999"
_TRY_AGAIN_SECONDS = 2.0


@dataclass(frozen=True, slots=True)
class Due:
    """Something that is going to happen: a person types (`typed`), or a form is posted as `kind`."""

    kind: str
    phone: str
    form: dict[str, str]
    typed: bool = False
    # By a persona: it is dropped when a visitor takes the phone.
    by_itself: bool = False
    again: bool = False


class Network:
    """One thread that lets things happen in their order.

    `conduct` and `seed` are asked each time; `heard` is told the phone and the text of each SMS that is typed.
    """

    def __init__(
        self,
        group_commit: GroupCommit,
        conduct: Callable[[], Conduct],
        seed: Callable[[], int],
        heard: Callable[[str, str], None],
    ) -> None:
        self._group_commit = group_commit
        self._heard = heard
        self._conduct = conduct
        self._seed = seed
        self._due: list[tuple[float, int, Due]] = []
        self._order = itertools.count()
        self._changed = threading.Condition()
        self._stopping = False
        self._posting = 0
        self._callback_url = ""
        self._thread: threading.Thread | None = None

    def start(self, callback_url: str) -> None:
        self._callback_url = callback_url
        self._thread = threading.Thread(target=self._run, name="sandbox-network", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Drop what has not happened yet and end."""
        with self._changed:
            self._stopping = True
            self._changed.notify()
        if self._thread is not None:
            self._thread.join()
            self._thread = None

    def idle(self) -> bool:
        """True when nothing is going to happen any more."""
        with self._changed:
            return not self._due and not self._posting

    def report(self, delay: float, sms_id: str, phone: str, status: str, **more: str) -> None:
        """A delivery report will be posted."""
        form = {"id": sms_id, "phoneNumber": phone, "networkCode": NETWORK_CODE, "retryCount": "0", "status": status}
        self._schedule(delay + self._late(form), Due("delivery", phone, form | more))

    def types(self, delay: float, phone: str, text: str, *, by_itself: bool) -> None:
        """Somebody will type `text` on this phone."""
        form = {
            "from": phone,
            "to": SHORT_CODE,
            "text": text,
            "id": secrets.token_hex(12),
            "linkId": secrets.token_hex(8),
            "networkCode": NETWORK_CODE,
        }
        self._schedule(delay, Due("incoming", phone, form, typed=True, by_itself=by_itself))

    def take_phone(self, phone: str) -> None:
        """A visitor takes the phone: what its persona was about to type is never typed."""
        with self._changed:
            self._due = [item for item in self._due if not (item[2].by_itself and item[2].phone == phone)]
            heapq.heapify(self._due)

    def typing(self, within: float) -> set[str]:
        """The phones on which somebody types something that will be sent within so many seconds."""
        until = time.monotonic() + within
        with self._changed:
            return {due.phone for when, _, due in self._due if due.typed and when <= until}

    def foreseen(self) -> list[Due]:
        """What is going to happen, soonest first."""
        with self._changed:
            return [due for _, _, due in sorted(self._due)]

    def _schedule(self, delay: float, due: Due) -> None:
        with self._changed:
            heapq.heappush(self._due, (time.monotonic() + delay, next(self._order), due))
            self._changed.notify()

    def _run(self) -> None:
        with requests.Session() as session:
            session.trust_env = False
            while True:
                with self._changed:
                    while not self._stopping and (not self._due or self._due[0][0] > time.monotonic()):
                        self._changed.wait(self._due[0][0] - time.monotonic() if self._due else None)
                    if self._stopping:
                        return
                    _, _, due = heapq.heappop(self._due)
                    self._posting += 1
                try:
                    self._happen(session, due)
                finally:
                    with self._changed:
                        self._posting -= 1

    def _happen(self, session: requests.Session, due: Due) -> None:
        if due.typed:
            due = self._sent(due)
            late = self._late(due.form)
            if late:
                self._schedule(late, due)
                return
        try:
            answer = session.post(f"{self._callback_url}/{due.kind}", data=due.form, timeout=10)
            failed = answer.status_code >= 500
        except requests.exceptions.RequestException:
            failed = True
        if failed and not self._stopping:
            log.warning("a callback was not taken; the sandbox tries again")
            self._schedule(_TRY_AGAIN_SECONDS, due)
        elif not due.again and self._chance("twice", due.form).random() < self._conduct().doubled_callbacks:
            self._schedule(self._chance("when", due.form).uniform(0.1, 1.5), replace(due, again=True))

    def _sent(self, due: Due) -> Due:
        """The SMS stands on the phone; what is posted carries its date, the same when it is posted again."""
        now = utc_now()
        row = {
            "sms_id": due.form["id"],
            "phone": due.phone,
            "outgoing": True,
            "body": due.form["text"],
            "happened_utc": now,
        }
        self._group_commit.put("sandbox_sms", row).result()
        self._heard(due.phone, due.form["text"])
        return replace(due, form={"date": now.strftime("%Y-%m-%d %H:%M:%S")} | due.form, typed=False, by_itself=False)

    def _late(self, form: dict[str, str]) -> float:
        mean = self._conduct().late_callbacks
        # Spread around the mean, so that reports overtake each other.
        return self._chance("late", form).uniform(0.2, 1.8) * mean if mean else 0.0

    def _chance(self, what: str, form: dict[str, str]) -> random.Random:
        """Seeded by what is said to whom, and not by ids, which are drawn anew each time."""
        phone = form.get("phoneNumber") or form["from"]
        return random.Random(f"{self._seed()}/{what}/{phone}/{form.get('status')}/{form.get('text')}")
