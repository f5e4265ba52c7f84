"""What comes in, against kills, repetition and disorder: replies, statuses, and acknowledged events."""

from __future__ import annotations

import json
import os
import random
import secrets
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, suppress
from dataclasses import dataclass
from datetime import timedelta
from http.client import HTTPConnection, HTTPException
from itertools import permutations
from pathlib import Path
from urllib.parse import urlencode
from uuid import uuid4

from bench.faults.sending import AGENCY, PROJECT
from ftcore.database import Database, Row, Transaction, utc_now
from ftcore.drafting import offers
from ftcore.model import MessageState, Offer, OfferSource
from ftcore.outreach import inbox, ledger, reports
from ftcore.webhooks.spool import SpoolReader

SECRET = secrets.token_urlsafe(32)
STATUSES = ("Sent", "Submitted", "Buffered", "Success", "Success", "Sent", "Buffered", "Submitted")


class Door:
    """One replica's door, which is there again soon after each kill, at the same port.

    `kind` is as `bench.door` understands it: `own`, or the largest group of a door inside the program.
    """

    def __init__(self, address: str, port_file: Path, kind: str = "1000") -> None:
        self._pid_file = port_file.with_suffix(".pid")
        self.spool = port_file.with_suffix(".spool")
        self._own = kind == "own"
        command = [sys.executable, "-m", "bench.door", address, str(port_file), SECRET, kind]
        self._keeper = subprocess.Popen(command, cwd=PROJECT)
        self.life = self._next_life(0)
        self.port = int(port_file.read_text())

    def _next_life(self, last: int) -> int:
        while True:
            if self._keeper.poll() is not None:
                raise SystemExit("a door did not start")
            if self._pid_file.exists() and (pid := int(self._pid_file.read_text())) != last:
                return pid
            time.sleep(0.005)

    @property
    def process(self) -> int:
        """Who answers: the program, or its door where that is a process of its own."""
        while self._own:
            if doors := children(self.life):
                return doors[0]
            time.sleep(0.005)
        return self.life

    def kill(self) -> None:
        """SIGKILL to the program; returns once the next life serves."""
        os.kill(self.life, signal.SIGKILL)
        self.life = self._next_life(self.life)

    def kill_process(self) -> None:
        """SIGKILL to who answers."""
        with suppress(ProcessLookupError):
            os.kill(self.process, signal.SIGKILL)

    def end(self) -> None:
        """The end of all lives, as sudden as the others."""
        doors = children(self.life)
        self._pid_file.with_suffix(".end").touch()
        os.kill(self.life, signal.SIGKILL)
        self._keeper.wait()
        while any(Path(f"/proc/{door}").exists() for door in doors):
            time.sleep(0.005)  # a door without its program ends by itself

    def take_in(self, database: Database) -> None:
        """What the next life would find in the spool."""
        if self._own:
            store = SpoolReader(self.spool, lambda rows: database.transact(
                lambda tx: tx.insert("callback", rows, if_absent=True)))  # fmt: skip
            store.take()


def children(pid: int) -> list[int]:
    """The processes that this one has started and that still run."""
    found = []
    for entry in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError):
            state, parent = entry.read_text().rpartition(")")[2].split()[:2]
            if int(parent) == pid and state != "Z":
                found.append(int(entry.parent.name))
    return found


def _post_until_taken(ports: list[int], kind: str, form: dict[str, str], chance: random.Random, patient: bool) -> bool:
    """One post, as a vendor makes it: tried again until it is acknowledged where `patient`."""
    body = urlencode(form)
    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    while True:
        try:
            with closing(HTTPConnection("127.0.0.1", chance.choice(ports), timeout=10)) as line:
                line.request("POST", f"/callbacks/{SECRET}/{kind}", body, headers)
                taken = line.getresponse().status == 200
        except (OSError, HTTPException):
            taken = False
        if taken or not patient:
            return taken
        time.sleep(0.05)


@dataclass(frozen=True)
class Arrivals:
    posts: int
    kills: int
    acknowledged: int
    seconds: float
    wrong: dict[str, int]


def replies(address: str, folder: Path, distinct: int, copies: int, kills: int, replicas: int, seed: int) -> Arrivals:
    """Distinct replies, each posted several times, shuffled, 32 at once, while the doors are killed."""
    phones = [f"+3363998{number % 10_000:04d}" for number in range(distinct)]
    _conversations(address, sorted(set(phones)))
    forms = [
        {"id": f"in-{number}", "from": phones[number], "to": "36000", "text": "Oui", "date": f"d{copy}"}
        for number in range(distinct)
        for copy in range(copies)
    ]
    random.Random(seed).shuffle(forms)
    began = time.monotonic()
    doors = [Door(address, folder / f"door-{place}") for place in range(replicas)]
    ports = [door.port for door in doors]
    done = threading.Event()
    killed = [0]

    def kill_now_and_then() -> None:
        chance = random.Random(seed + 1)
        while killed[0] < kills and not done.wait(chance.uniform(0.3, 1.0)):
            doors[killed[0] % replicas].kill()
            killed[0] += 1

    killing = threading.Thread(target=kill_now_and_then)
    killing.start()
    try:
        with ThreadPoolExecutor(32) as pool:
            chances = [random.Random(seed * 1000 + place) for place in range(len(forms))]
            taken = sum(pool.map(lambda one: _post_until_taken(ports, "incoming", one[0], one[1], True),
                                 zip(forms, chances, strict=True)))  # fmt: skip
    finally:
        done.set()
        killing.join()
        for door in doors:
            door.end()
    database = Database.open(address)
    try:
        while inbox.take_in(database, None, utc_now() + timedelta(minutes=2)):
            pass
        wrong = {
            "replies lost": distinct - int(database.value("SELECT count(*) FROM reply")),
            "replies that count twice": int(database.value("SELECT count(*) - count(DISTINCT callback_id) FROM reply")),
            "conversations that did not move": int(
                database.value("SELECT count(*) FROM conversation WHERE state <> 'availability'")
            ),
            "callbacks unread or in error": int(
                database.value("SELECT count(*) FROM callback WHERE outcome IS NULL OR outcome <> 'news'")
            ),
        }
    finally:
        database.close()
    return Arrivals(len(forms), killed[0], taken, time.monotonic() - began, wrong)


def acknowledged(address: str, folder: Path, kills: int, rate: float, seed: int) -> Arrivals:
    """Events at a steady rate while the door or the whole program is killed: what got its 200 must be there."""
    door = Door(address, folder / "door", "own")
    began = time.monotonic()
    done = threading.Event()
    killed = [0]
    lock = threading.Lock()
    given: set[str] = set()
    number = [0]

    def post(place: int) -> None:
        chance = random.Random(seed + place)
        while not done.is_set():
            with lock:
                mine = number[0]
                number[0] += 1
            if (early := began + mine / rate - time.monotonic()) > 0:
                time.sleep(early)
            form = {"id": f"AT-{mine}", "status": "Success", "phoneNumber": "+33639980001"}
            if _post_until_taken([door.port], "delivery", form, chance, False):
                with lock:
                    given.add(form["id"])

    posting = [threading.Thread(target=post, args=(place,)) for place in range(16)]
    for thread in posting:
        thread.start()
    chance = random.Random(seed)
    while killed[0] < kills:
        # Not before somebody answers again: what is to be tried is a kill in the middle of work.
        before, patience = len(given), time.monotonic() + 30
        while len(given) == before and time.monotonic() < patience:
            time.sleep(0.002)
        time.sleep(chance.uniform(0.0, 0.3))
        which = chance.random()
        if which < 0.7:
            door.kill_process()
        if which > 0.5:
            door.kill()
        killed[0] += 1 + (0.5 < which < 0.7)
    done.set()
    for thread in posting:
        thread.join()
    door.end()
    database = Database.open(address)
    try:
        door.take_in(database)
        there = {json.loads(row["form"])["id"] for row in database.rows("SELECT form FROM callback")}
        rows = int(database.value("SELECT count(*) FROM callback"))
    finally:
        database.close()
    wrong = {"acknowledged and not there": len(given - there), "stored twice": rows - len(there)}
    return Arrivals(number[0], killed[0], len(given), time.monotonic() - began, wrong)


def orders(address: str, every: int = 1) -> tuple[int, dict[str, int]]:
    """The orders of eight reports (all, or each `every`-th), for an SMS each, one report a transaction; gives how many.

    In portions, so that the tables stay as small as they are in no agency: each move looks its row up.
    """
    all_orders = list(permutations(range(len(STATUSES))))[::every]
    states = [reports.STATES[status] for status in STATUSES]
    database = Database.open(address)
    now = utc_now()
    ends: Counter[tuple[str, bool]] = Counter()
    events = 0
    try:
        for start in range(0, len(all_orders), 480):
            portion = all_orders[start : start + 480]
            messages = [_message(uuid4(), f"+3363998{n:04d}", "claimed", now) for n in range(len(portion))]
            _insert(database, messages)
            for place in range(len(STATUSES)):
                changes = [
                    ledger.Change(AGENCY, message["message_id"], states[order[place]], now, "callback")
                    for message, order in zip(messages, portion, strict=True)
                ]
                _record(database, changes)
            ends.update((row["state"], row["contradicted"]) for row in database.rows("SELECT * FROM message"))
            events += int(database.value("SELECT count(*) FROM message_event"))
            database.transact(_empty)
    finally:
        database.close()
    wrong = {
        "orders that end otherwise": len(all_orders) - ends[(MessageState.DELIVERED.value, False)],
        "events not kept": len(STATUSES) * len(all_orders) - events,
    }
    return len(all_orders), wrong


def _empty(tx: Transaction) -> None:
    tx.execute("DELETE FROM message_event")
    tx.execute("DELETE FROM message")


def _insert(database: Database, messages: list[Row]) -> None:
    database.transact(lambda tx: tx.insert("message", messages))


def _record(database: Database, changes: list[ledger.Change]) -> None:
    database.transact(lambda tx: ledger.record(tx, changes))


def _message(conversation_id: object, phone: str, state: str, now: object) -> Row:
    return {
        "agency_id": AGENCY,
        "message_id": uuid4(),
        "conversation_id": conversation_id,
        "campaign_id": AGENCY,
        "phone": phone,
        "body": "Bonjour",
        "parts": 1,
        "automatic": True,
        "opening": True,
        "state": state,
        "queued_utc": now,
        "not_before_utc": now,
        "claimed_utc": now,
        "contradicted": False,
    }


def _conversations(address: str, phones: list[str]) -> None:
    """One open conversation a number, whose first SMS has arrived."""
    database = Database.open(address)
    now = utc_now()
    agency = {"agency_id": AGENCY, "name": "Agence d'essai", "department": "07", "demo": True}
    people, conversations, messages = [], [], []
    for phone in phones:
        candidate_id, conversation_id = uuid4(), uuid4()
        people.append(
            {"agency_id": AGENCY, "candidate_id": candidate_id, "external_id": phone[-4:], "first_name": "Awa",
             "last_name": "Essai", "phone": phone, "skills": [], "department": "07", "demo": True}
        )  # fmt: skip
        conversations.append(
            {"agency_id": AGENCY, "conversation_id": conversation_id, "campaign_id": AGENCY, "offer_id": AGENCY,
             "candidate_id": candidate_id, "phone": phone, "state": "waiting", "opened_utc": now, "changed_utc": now}
        )  # fmt: skip
        messages.append(_message(conversation_id, phone, "delivered", now))

    offer = Offer(
        agency_id=AGENCY,
        offer_id=AGENCY,
        title="Serveur H/F",
        description="Service en salle.",
        occupation=None,
        place=None,
        source=OfferSource.FORM,
        created_utc=now,
    )

    def write(tx: Transaction) -> None:
        tx.insert("agency", [agency])
        tx.insert("offer", [offers.to_row(offer) | {"created_by": "essai"}])
        tx.insert("candidate", people)
        tx.insert("conversation", conversations)
        tx.insert("message", messages)

    database.transact(write)
    database.close()
