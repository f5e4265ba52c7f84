"""Whether the time of a refusal tells anything of a key: wrong, retired, unknown and malformed ones over HTTP."""

from __future__ import annotations

import random
import secrets
import socket
import statistics
import string
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

from scipy.stats import mannwhitneyu

from bench.faults.arrivals import SECRET, Door
from ftcore.database import Database, utc_now
from ftcore.trust import callback_secrets
from ftcore.trust.secret_hashes import MARK, digest

_AGENCY = UUID(int=8)
# Below this the times of two kinds are said to differ: one run in a thousand says so where they do not.
SURE = 0.001


@dataclass(frozen=True, slots=True)
class Times:
    """How long refusals took, by kind of key, in microseconds; and every answer that was given, without its body."""

    medians: dict[str, float]
    # Of each kind against the unknown keys, two-sided Mann-Whitney.
    chances: dict[str, float]
    answers: set[bytes]

    @property
    def told_apart(self) -> int:
        return sum(chance < SURE / len(self.chances) for chance in self.chances.values())


def refusals(folder: Path, kind: str, count: int, seed: int) -> Times:
    """Ask so many times with each kind of key, in a random order, over one connection. `kind` is as in `Door`."""
    address = str(folder / f"{kind}.duckdb")
    retired = _retired(address)
    door = Door(address, folder / f"{kind}.port", kind)
    rng = random.Random(seed)
    kinds: dict[str, Callable[[], str]] = {
        "unknown": lambda: secrets.token_urlsafe(32),
        "wrong in one letter": lambda: _one_off(rng),
        "retired": lambda: retired,
        "malformed": lambda: "".join(rng.choices("!*'();:@&=+$,~." + string.digits, k=len(SECRET))),
    }
    took: dict[str, list[int]] = {name: [] for name in kinds}
    # Made before: what a key costs to make would be told by how warm the machine still is for its request.
    turns = [(name, _request(kinds[name]())) for name in kinds for _ in range(count)]
    rng.shuffle(turns)
    answers: set[bytes] = set()
    try:
        with socket.create_connection(("127.0.0.1", door.port)) as connection:
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            for turn, (name, asked) in enumerate(turns):
                began = time.perf_counter_ns()
                connection.sendall(asked)
                answer = connection.recv(65_536)
                ended = time.perf_counter_ns()
                if turn >= len(turns) // 50:  # what comes first warms up
                    took[name].append(ended - began)
                answers.add(_without_date(answer))
    finally:
        door.end()
    return Times(
        {name: statistics.median(times) / 1000 for name, times in took.items()},
        {name: float(mannwhitneyu(times, took["unknown"]).pvalue) for name, times in took.items() if name != "unknown"},
        answers,
    )


def _retired(address: str) -> str:
    """A key that was valid, and is kept by its hash."""
    database = Database.open(address)
    try:
        agency = {"agency_id": _AGENCY, "name": "Agence d'essai", "department": "07", "demo": False}
        database.transact(lambda tx: tx.insert("agency", [agency]))
        key = callback_secrets.new(database, _AGENCY, "p", utc_now())
        callback_secrets.retire(database, _AGENCY, digest(key)[:MARK], "p", utc_now())
        callback_secrets.new(database, _AGENCY, "p", utc_now())
    finally:
        database.close()
    return key


def _one_off(rng: random.Random) -> str:
    place = rng.randrange(len(SECRET))
    return SECRET[:place] + ("a" if SECRET[place] != "a" else "b") + SECRET[place + 1 :]


_BODY = b"id=1&status=Success&phoneNumber=%2B33639980001"


def _request(key: str) -> bytes:
    head = (
        f"POST /callbacks/{key}/delivery HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: {len(_BODY)}\r\n"
        "Content-Type: application/x-www-form-urlencoded\r\n\r\n"
    )
    return head.encode() + _BODY


def _without_date(answer: bytes) -> bytes:
    return b"\r\n".join(line for line in answer.split(b"\r\n") if not line.lower().startswith(b"date:"))
