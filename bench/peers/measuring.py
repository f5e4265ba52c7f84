"""What every peer is measured by: the same offers, three turns, in a process of its own so that its peak is its own."""

from __future__ import annotations

import re
import sys
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path
from typing import Any, TypeVar
from uuid import UUID

from ftcore.matching.ranking import Ranking
from ftcore.model import Offer

# The first turn warms the caches and gives the answers; the others are timed.
TURNS = 3
SHOWN = 50
Result = TypeVar("Result")


@dataclass(frozen=True, slots=True)
class Answer:
    """What a counselor would see of a ranking: who, in order, with which score and sentences, and who is left out."""

    ids: tuple[UUID, ...]
    scores: tuple[float, ...]
    sentences: tuple[tuple[str, ...], ...]
    excluded: dict[str, int]

    @staticmethod
    def of(ranking: Ranking) -> Answer:
        return Answer(
            tuple(ranked.candidate.candidate_id for ranked in ranking.people),
            tuple(round(ranked.score, 4) for ranked in ranking.people),
            tuple(
                (*(reason.sentence for reason in ranked.reasons), *ranked.missing, *ranked.to_ask)
                for ranked in ranking.people
            ),
            {**ranking.excluded, "": ranking.considered},
        )


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the table: `answers` where it ranks as the embedded engine does, `found` where only people are."""

    what: str
    spent: list[float]
    peak_gib: float
    ready_s: float | None = None
    answers: list[Answer] | None = None
    found: list[set[UUID]] | None = None


def timed(
    offers: Sequence[Offer],
    work: Callable[[Offer], Result],
    warming: AbstractContextManager[object] | None = None,
) -> tuple[list[float], list[Result]]:
    """Milliseconds of `work` an offer, sorted, and what it gave for each. `warming` is held in the first turn only."""
    with warming or nullcontext():
        results = [work(offer) for offer in offers]
    spent = []
    for _ in range(TURNS - 1):
        for offer in offers:
            started = time.perf_counter()
            work(offer)
            spent.append((time.perf_counter() - started) * 1000)
    return sorted(spent), results


def alone(work: Callable[..., Result], *given: Any) -> Result:
    """Run `work` in a process of its own, and give what it gives."""
    with ProcessPoolExecutor(max_workers=1, mp_context=get_context("spawn"), initializer=_not_a_console) as own:
        return own.submit(work, *given).result()


def _not_a_console() -> None:
    """DuckDB takes a main module without a file for a console, and would draw its progress into the output."""
    sys.modules["__main__"].__dict__.setdefault("__file__", __file__)


def peak_gib() -> float:
    """The most memory that this process has held. Not by getrusage: that begins with the parent's."""
    status = Path("/proc/self/status").read_text(encoding="ascii")
    return int(re.findall(r"VmHWM:\s+(\d+)", status)[0]) / 2**20
