"""Kills and a bad gateway against the sending queue; then the books of both sides are compared, exactly."""

from __future__ import annotations

import json
import random
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from itertools import pairwise
from pathlib import Path
from uuid import UUID, uuid5

from bench.faults.lives import POINTS, Plan
from bench.faults.standin import AMBIGUOUS, TAKES
from ftcore.database import Database, utc_now
from ftcore.model import Occupation, Offer, OfferSource, Person, Place, Role
from ftcore.outreach import campaigns, inbox
from ftcore.outreach.inbox import form_text

PROJECT = Path(__file__).parents[2]
AGENCY = UUID("5b0a7a5e-86f3-4a0e-9d0c-2f4f0f6f1a01")
COUNSELOR = Person("faults", "Essai de pannes", Role.COUNSELOR, AGENCY)
SHARES = {"hang": 0.05, "reset": 0.02, "error before": 0.02, "error after": 0.02, "too many": 0.01,
          "broken": 0.01, "charset": 0.01, "redirect": 0.005}  # fmt: skip


@dataclass(frozen=True)
class Run:
    """How hard the queue is tried: `named` kills at each named point, `chance` kills at any moment."""

    people: int
    named: int
    chance: int
    replicas: int = 1
    deadline: float = 2.0
    lease: float = 8.0
    senders: int = 8
    longest: float = 0.5
    seed: int = 2026
    rate: float | None = None


SMALL = Run(people=48, named=1, chance=2, lease=6.0, senders=4, longest=0.3)
LARGE = Run(people=10_000, named=10, chance=230)
# Nobody is killed here: what counts is when the gateway was asked, by two programs where there can be two.
PACED = Run(people=300, named=0, chance=0, replicas=2, rate=20.0)


@dataclass(frozen=True)
class Book:
    """What both sides hold at the end. The faults of sending are `wrong`: each must be 0."""

    kills: int
    by_point: Counter[str]
    accepted: int
    unknown: int
    by_fault: int
    by_kill: int
    settled_later: int
    most_in_a_second: int
    seconds: float
    wrong: dict[str, int]


def run(address: str, plan: Run, folder: Path) -> Book:
    """Queue, kill, compare. The database at `address` is empty before."""
    phones = [f"+3363998{number:04d}" for number in range(plan.people)]
    faults = _faults(phones, plan.seed)
    queue(address, phones)
    began = time.monotonic()
    with _stand_in(folder, faults) as url:
        deaths = [point for point in POINTS for _ in range(plan.named)] + [None] * plan.chance
        random.Random(plan.seed).shuffle(deaths)
        chains = []
        for replica in range(plan.replicas):
            file = folder / f"plan-{replica}.json"
            Plan(
                database=address,
                url=url,
                seed=plan.seed + replica,
                deaths=deaths[replica :: plan.replicas],
                deadline=plan.deadline,
                lease=plan.lease,
                senders=plan.senders,
                longest=plan.longest,
                rate=plan.rate,
            ).write(file)
            chains.append(subprocess.Popen([sys.executable, "-m", "bench.faults.lives", str(file)], cwd=PROJECT))
        if any(chain.wait() for chain in chains):
            raise SystemExit("a sender ended with an error of its own")
    return _compare(address, faults, folder, time.monotonic() - began)


def _faults(phones: list[str], seed: int) -> dict[str, str]:
    """Which number meets which fault: the shares exactly, but at least one of each."""
    unlucky = random.Random(seed).sample(phones, len(phones))
    found: dict[str, str] = {}
    for fault, share in SHARES.items():
        for _ in range(max(1, round(share * len(phones)))):
            found[unlucky.pop()] = fault
    return found


def queue(address: str, phones: list[str]) -> None:
    database = Database.open(address)
    now = utc_now()
    offer = Offer(
        agency_id=AGENCY,
        offer_id=uuid5(AGENCY, "offer"),
        title="Serveur H/F",
        description="Service en salle.",
        occupation=Occupation("G1803", "Service en restauration"),
        place=Place("Privas", "07"),
        source=OfferSource.FORM,
        created_utc=now,
    )
    people = [
        {
            "agency_id": AGENCY,
            "candidate_id": uuid5(AGENCY, phone),
            "external_id": phone[-4:],
            "first_name": "Awa",
            "last_name": "Essai",
            "phone": phone,
            "skills": [],
            "department": "07",
            "demo": True,
        }
        for phone in phones
    ]
    agency = {"agency_id": AGENCY, "name": "Agence d'essai", "department": "07", "demo": True}
    # Caps are not what is tried here.
    caps = {"agency_id": AGENCY, "daily_messages": 10**6, "daily_cost": 1e6, "campaign_messages": 10**6,
            "campaign_cost": 1e6}  # fmt: skip
    database.transact(
        lambda tx: (
            tx.insert("agency", [agency]),
            tx.insert("sending_rule", [caps]),
            tx.insert("candidate", people),
        )
    )
    ids = [uuid5(AGENCY, phone) for phone in phones]
    campaigns.launch(database, COUNSELOR, offer, uuid5(AGENCY, "campaign"), ids, len(ids), None, now)
    database.close()


@contextmanager
def _stand_in(folder: Path, faults: dict[str, str]) -> Iterator[str]:
    (folder / "faults.json").write_text(json.dumps(faults))
    (folder / "gateway.ledger").touch()
    process = subprocess.Popen([sys.executable, "-m", "bench.faults.standin", str(folder)], cwd=PROJECT)
    try:
        while not (folder / "port").exists():
            if process.poll() is not None:
                raise SystemExit("the stand-in did not start")
            time.sleep(0.02)
        yield f"http://127.0.0.1:{(folder / 'port').read_text()}/version1"
    finally:
        process.kill()
        process.wait()


def _lines(folder: Path, ending: str) -> list[str]:
    return [line for file in folder.glob(f"plan-*.{ending}") for line in file.read_text().splitlines()]


def _compare(address: str, faults: dict[str, str], folder: Path, seconds: float) -> Book:
    database = Database.open(address)
    try:
        ledger = [line.split("\t") for line in (folder / "gateway.ledger").read_text().splitlines()]
        taken = Counter(phone for phone, _, _ in ledger)
        ids = {phone: gateway_id for phone, gateway_id, _ in ledger}
        messages = {m["phone"]: m for m in database.rows("SELECT * FROM message")}
        unknown = {phone for phone, m in messages.items() if m["state"] == "unknown"}
        ambiguous = {phone for phone, fault in faults.items() if fault in AMBIGUOUS}
        interrupted = {
            row["phone"]
            for row in database.rows(
                "SELECT m.phone FROM message m JOIN message_event e ON e.agency_id = m.agency_id "
                "AND e.message_id = m.message_id WHERE e.detail = 'envoi interrompu'"
            )
        }
        killed = set(_lines(folder, "lives")) - set(_lines(folder, "ended"))
        wrong = {
            "sent twice, in the gateway's ledger": sum(count > 1 for count in taken.values()),
            "without state": sum(m["state"] in ("queued", "claimed") for m in messages.values()),
            "unknown without a fault or a kill": len(unknown - ambiguous - interrupted),
            "ambiguous, but believed to be known": len((ambiguous | interrupted) - unknown),
            "given up though its sender lived": sum(messages[p]["claimed_by"] not in killed for p in interrupted),
            "accepted, but not in the gateway's ledger": sum(
                m["state"] == "accepted" and m["gateway_id"] != ids.get(phone) for phone, m in messages.items()
            ),
            "in the gateway's ledger, but not accepted or unknown": sum(
                messages[phone]["state"] not in ("accepted", "unknown") for phone in taken
            ),
        }
        if database.exclusive:
            left_behind = set(_lines(folder, "interrupted"))
            wrong["given up otherwise than left behind by a kill"] = len(left_behind ^ interrupted)
        accepted = sum(m["state"] == "accepted" for m in messages.values())
        settled = _report(database, ledger)
        after = {row["phone"]: row["state"] for row in database.rows("SELECT phone, state FROM message")}
        wrong["after the delivery reports: delivered without having left, or the reverse"] = sum(
            (state == "delivered") != (phone in taken) for phone, state in after.items()
        )
    finally:
        database.close()
    deaths = [line.split("\t") for line in _lines(folder, "deaths")]
    assert set(faults.values()) == set(TAKES)
    return Book(
        kills=sum(number == "9" for _, number in deaths),
        by_point=Counter(point for point, number in deaths if number == "9"),
        accepted=accepted,
        unknown=len(unknown),
        by_fault=len(ambiguous - interrupted),
        by_kill=len(interrupted),
        settled_later=settled,
        most_in_a_second=_most_in_a_second(sorted(float(at) for _, _, at in ledger)),
        seconds=seconds,
        wrong=wrong,
    )


def _most_in_a_second(instants: list[float]) -> int:
    assert all(first <= second for first, second in pairwise(instants))
    most, first = 0, 0
    for place, instant in enumerate(instants):
        while instants[first] <= instant - 1.0:
            first += 1
        most = max(most, place - first + 1)
    return most


def _report(database: Database, ledger: list[list[str]]) -> int:
    """The delivery reports of all that the gateway took; gives how many unknown SMS they settled."""
    before = int(database.value("SELECT count(*) FROM message WHERE state = 'unknown'"))
    now = utc_now()
    rows = [
        {
            "callback_id": f"report {gateway_id}",
            "kind": "delivery",
            "form": form_text({"id": gateway_id, "status": "Success", "phoneNumber": phone}),
            "received_utc": now,
        }
        for phone, gateway_id, _ in ledger
    ]
    database.transact(lambda tx: tx.insert("callback", rows))
    while inbox.take_in(database, None, now + timedelta(minutes=2)):
        pass
    return before - int(database.value("SELECT count(*) FROM message WHERE state = 'unknown'"))
