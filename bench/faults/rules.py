"""What must never leave: after a STOP, outside hours; and what must not be lost: on a full disk, a file that is
read-only, a clock that jumps."""

from __future__ import annotations

import random
import subprocess
import sys
import threading
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import holidays

from bench.faults.sending import PROJECT, queue
from ftcore.database import Database, utc_now
from ftcore.outreach import stops
from ftcore.outreach.campaigns import Receipt
from ftcore.outreach.dispatcher import Dispatcher
from ftcore.outreach.hours import next_slot


class _Gateway:
    """Takes everything; notes, for each number, when its sender took the last look."""

    def __init__(self) -> None:
        self.looks: dict[int, float] = {}
        self.looked: dict[str, float] = {}

    def at_point(self, name: str) -> None:
        if name == "turn":
            self.looks[threading.get_ident()] = time.monotonic()

    def send(self, phone: str, body: str) -> Receipt:
        self.looked[phone] = self.looks[threading.get_ident()]
        return Receipt(f"AT-{phone}", None)


def stop_races(address: str, people: int, seed: int) -> tuple[int, int, dict[str, int]]:
    """People write STOP at the very moment at which their SMS is claimed; gives the races, and how many left first.

    A STOP that is committed before the last look, which each sender takes right before its socket opens, must
    keep the SMS from leaving.
    """
    phones = [f"+3363998{number:04d}" for number in range(people)]
    queue(address, phones)
    database = Database.open(address)
    gateway = _Gateway()
    sender = Dispatcher(database, gateway, None, idle=0.01, senders=4, at_point=gateway.at_point)
    stopped: dict[str, float] = {}
    chance = random.Random(seed)
    sender.start()
    try:
        while True:
            # Those that are claimed at this moment, and the next in the queue.
            near = database.rows(
                "SELECT phone FROM message WHERE state IN ('queued', 'claimed') "
                "ORDER BY state, not_before_utc, queued_utc, message_id LIMIT 6"
            )
            if not near:
                break
            phone = chance.choice(near)["phone"]
            _stop(database, phone)
            stopped[phone] = time.monotonic()
    finally:
        sender.stop()
    states = {row["phone"]: row["state"] for row in database.rows("SELECT phone, state FROM message")}
    database.close()
    left_first = sum(phone in gateway.looked for phone in stopped)
    wrong = {
        "sent though the STOP was committed before the last look": sum(
            stopped[phone] < gateway.looked.get(phone, 0.0) for phone in stopped
        ),
        "neither sent nor taken back": sum(states[p] not in ("accepted", "cancelled") for p in phones),
        "taken back, and sent all the same": sum(states[p] == "cancelled" and p in gateway.looked for p in phones),
    }
    return len(stopped), left_first, wrong


def _stop(database: Database, phone: str) -> None:
    database.transact(lambda tx: stops.opt_out(tx, phone, utc_now(), "sms", "STOP"))


ZONES = {"07": "Europe/Paris", "67": "Europe/Paris", "971": "America/Guadeloupe", "973": "America/Cayenne",
         "974": "Indian/Reunion", "975": "America/Miquelon", "976": "Indian/Mayotte", "987": "Pacific/Tahiti",
         "988": "Pacific/Noumea", "2A": "Europe/Paris"}  # fmt: skip
SUBDIVISIONS = {"67": "6AE", "971": "971", "973": "973", "974": "974", "975": "PM", "976": "976", "987": "PF",
                "988": "NC"}  # fmt: skip


def outside_hours(instants: int, seed: int) -> dict[str, int]:
    """Generated instants, a third of them around the clock changes; the rule is told again here, in other words."""
    chance = random.Random(seed)
    changes = [datetime(2026, 3, 29, 1), datetime(2026, 10, 25, 1), datetime(2027, 3, 28, 1), datetime(2027, 10, 31, 1)]
    calendars = {
        department: holidays.country_holidays("FR", subdiv=SUBDIVISIONS.get(department), years=range(2025, 2030))
        for department in ZONES
    }
    early = late = 0
    for number in range(instants):
        department = chance.choice(list(ZONES))
        first = chance.randint(8, 18)
        hours = (first, chance.randint(first + 1, 20))
        if number % 3 == 0:
            now = chance.choice(changes) + timedelta(seconds=chance.uniform(-200_000, 200_000))
        else:
            now = datetime(2026, 1, 1) + timedelta(seconds=chance.uniform(0, 3 * 365 * 86_400))
        slot = next_slot(now, department, hours)
        local = slot.replace(tzinfo=UTC).astimezone(ZoneInfo(ZONES[department]))
        allowed = (
            local.isoweekday() <= 5
            and local.date() not in calendars[department]
            and hours[0] * 3600 <= local.hour * 3600 + local.minute * 60 + local.second < hours[1] * 3600
        )
        early += not allowed or slot < now
        # It may not wait for nothing either: a minute before the slot was outside, unless that is now.
        if slot > now:
            before = (slot - timedelta(seconds=1)).replace(tzinfo=UTC).astimezone(ZoneInfo(ZONES[department]))
            late += (
                before.isoweekday() <= 5
                and before.date() not in calendars[department]
                and hours[0] <= before.hour < hours[1]
            )
    return {"outside hours, on a Sunday or on a holiday": early, "made to wait though they might leave": late}


_FULL_DISK = """
import datetime, logging, os, resource, signal, sys
from ftcore.database import Database, GroupCommit
logging.disable(logging.CRITICAL)
database = Database.open(sys.argv[1])
writer = GroupCommit(database)
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
def put(number):
    row = {"callback_id": f"c{number}", "kind": "incoming", "form": "x" * 20000}
    try:
        writer.put("callback", row | {"received_utc": datetime.datetime(2026, 11, 27)}).result(20)
    except Exception:
        return False
    print(f"c{number}", flush=True)
    return True
resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv[2]), resource.RLIM_INFINITY))
refused = sum(not put(number) for number in range(30))
print(f"refused {refused}", flush=True)
resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
print(f"again {sum(put(number) for number in range(100, 105))}", flush=True)
os._exit(0)
"""


def full_disk(folder: Path) -> tuple[int, dict[str, int]]:
    """The file may not grow beyond a limit: what was acknowledged is there, what was not was refused, and said.

    Gives how many rows were acknowledged.
    """
    file = folder / "full.duckdb"
    Database.open(str(file)).close()
    limit = 400_000  # of each file, the log that commits go to above all
    done = subprocess.run(
        [sys.executable, "-c", _FULL_DISK, str(file), str(limit)],
        cwd=PROJECT,
        capture_output=True,
        text=True,
        check=False,
    )
    lines = done.stdout.split("\n")
    told = any(line.startswith("refused") and line != "refused 0" for line in lines)
    given = {line for line in lines if line.startswith("c")}
    database = Database.open(str(file))
    there = {row["callback_id"] for row in database.rows("SELECT callback_id FROM callback")}
    database.close()
    return len(given), {
        "acknowledged on a full disk and not there": len(given - there),
        "a full disk that nobody was told of": int(not told),
        "rows refused once there was room again": int("again 5" not in lines),
    }
