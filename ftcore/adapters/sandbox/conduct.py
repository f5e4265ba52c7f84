"""How the gateway and the network behave: what a counselor may want to see before it happens for real."""

from __future__ import annotations

import random
import threading
import time
from collections import deque
from dataclasses import dataclass
from enum import StrEnum


@dataclass(frozen=True, slots=True)
class Conduct:
    """The settings of the sandbox. Shares are 0..1, durations seconds; all chances are seeded.

    `latency` is the time before the gateway answers; beyond our own deadline the SMS leaves all the same,
    and we never learn it. `lost_answers` are sends that the gateway fails to answer for: half of them leave.
    `late_callbacks` is the mean delay of a callback, `doubled_callbacks` the share of those that come twice.
    `unreachable` people get nothing, `refusals` are numbers that the gateway does not take.
    """

    latency: float = 0.0
    per_second: int = 0  # no limit
    refusals: float = 0.0
    lost_answers: float = 0.0
    unreachable: float = 0.03
    late_callbacks: float = 0.0
    doubled_callbacks: float = 0.0
    down: bool = False
    no_credit: bool = False


class Weather(StrEnum):
    """Settings by name."""

    FAIR = "fair"
    SLOW = "slow"
    MOODY = "moody"
    DOWN = "down"
    NO_CREDIT = "no_credit"


FORECAST: dict[Weather, Conduct] = {
    Weather.FAIR: Conduct(),
    Weather.SLOW: Conduct(latency=3.0, per_second=2, late_callbacks=8.0),
    Weather.MOODY: Conduct(
        latency=1.0,
        per_second=4,
        refusals=0.08,
        lost_answers=0.1,
        unreachable=0.15,
        late_callbacks=3.0,
        doubled_callbacks=0.5,
    ),
    Weather.DOWN: Conduct(down=True),
    Weather.NO_CREDIT: Conduct(no_credit=True),
}

# What a refused number is told, and how often: an unknown number, a number without route, a STOP of old.
_REFUSALS = ((403, "InvalidPhoneNumber", 5), (407, "CouldNotRoute", 4), (406, "UserInBlacklist", 1))


def refusal(conduct: Conduct, seed: int, phone: str) -> tuple[int, str] | None:
    """The vendor's code and status for a number that it does not take; None for the others. Always the same."""
    chance = random.Random(f"{seed}/{phone}/refused")
    if chance.random() >= conduct.refusals:
        return None
    code, status, _ = chance.choices(_REFUSALS, [weight for _, _, weight in _REFUSALS])[0]
    return code, status


class Throttle:
    """Lets through so many a second."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._let_through: deque[float] = deque()

    def wait(self, per_second: int) -> float:
        """Seconds after which to come back, 0 when let through now."""
        if not per_second:
            return 0.0
        now = time.monotonic()
        with self._lock:
            while self._let_through and self._let_through[0] <= now - 1.0:
                self._let_through.popleft()
            if len(self._let_through) >= per_second:
                return self._let_through[0] + 1.0 - now
            self._let_through.append(now)
        return 0.0
