"""Gateways of the tests of sending, which answer as they are told."""

from __future__ import annotations

import threading
from collections.abc import Callable
from copy import copy
from dataclasses import dataclass, field
from typing import Any

from ftcore.outreach.campaigns import Receipt


@dataclass
class Gateway:
    """Accepts everything, until told otherwise; remembers what it was asked to send."""

    answer: Callable[[str], Receipt] | None = None
    sent: list[tuple[str, str]] = field(default_factory=list)
    done: threading.Event = field(default_factory=threading.Event)
    expected: int = 0

    def send(self, phone: str, body: str) -> Receipt:
        self.sent.append((phone, body))
        if self.expected and len(self.sent) >= self.expected:
            self.done.set()
        if self.answer is not None:
            return self.answer(phone)
        return Receipt(f"AT-{phone}", "EUR 0.05")


def failing(error: Exception) -> Gateway:
    def answer(_: str) -> Receipt:
        raise copy(error)  # an error that was raised keeps the database of its traceback alive

    return Gateway(answer)


def stop_switch(town: Any) -> None:
    row = {"agency_id": town.counselor.agency_id, "stopped_utc": town.now, "stopped_by": "c1", "stopped_reason": "x"}
    town.database.transact(lambda tx: tx.insert("sending_rule", [row]))
