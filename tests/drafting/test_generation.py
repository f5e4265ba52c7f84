"""An answer in the background: shown while it comes, stopped, kept however it ends."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from uuid import UUID

import pytest

from ftcore.drafting.assistant import Stop
from ftcore.drafting.chats import Outcome
from ftcore.drafting.generation import BROKEN, Generation
from ftcore.errors import ModelError, NotFound

KEPT = UUID(int=7)


class Kept(list[tuple[str, Outcome]]):
    def __call__(self, text: str, outcome: Outcome) -> UUID:
        self.append((text, outcome))
        return KEPT


def of(*pieces: str, error: Exception | None = None) -> Callable[[Stop], Iterator[str]]:
    def write(stop: Stop) -> Iterator[str]:
        yield from pieces
        if error is not None:
            raise error

    return write


def test_an_answer_is_kept_whole_before_its_end_is_told() -> None:
    kept = Kept()
    generation = Generation(of("Bon", "jour"), kept)
    assert generation.wait(100, timeout=60) == "Bonjour"
    assert (generation.ended, generation.failure, generation.turn_id) == (True, None, KEPT)
    assert kept == [("Bonjour", Outcome.COMPLETE)]


def test_a_piece_is_told_as_soon_as_it_comes() -> None:
    go_on = threading.Event()

    def write(stop: Stop) -> Iterator[str]:
        yield "Bon"
        assert go_on.wait(60)
        yield "jour"

    generation = Generation(write, Kept())
    assert generation.wait(0, timeout=60) == "Bon"
    assert not generation.ended
    assert generation.wait(3, timeout=0.01) == "Bon"
    go_on.set()
    assert generation.wait(3, timeout=60).startswith("Bonjour")
    generation.join(60)


@pytest.mark.parametrize(
    ("error", "failure", "retryable"),
    [
        pytest.param(ModelError("Coupé.", retryable=True), "Coupé.", True, id="the service failed half-way"),
        pytest.param(ModelError("Refusé."), "Refusé.", False, id="the service refused"),
        pytest.param(NotFound("Plus là."), "Plus là.", False, id="a sentence of ours"),
        pytest.param(RuntimeError("secret"), BROKEN, False, id="a fault of the program is not shown"),
    ],
)
def test_what_came_before_a_failure_is_kept_as_cut(error: Exception, failure: str, retryable: bool) -> None:
    kept = Kept()
    generation = Generation(of("Titre", error=error), kept)
    generation.join(60)
    assert (generation.failure, generation.retryable) == (failure, retryable)
    assert kept == [("Titre", Outcome.CUT)]


def test_a_stop_ends_the_answer_and_keeps_what_came() -> None:
    kept, closed = Kept(), threading.Event()

    def write(stop: Stop) -> Iterator[str]:
        stop.on_ask(closed.set)
        yield "Titre"
        closed.wait(60)

    generation = Generation(write, kept)
    generation.wait(0, timeout=60)
    generation.stop()
    generation.stop()
    generation.join(60)
    assert closed.is_set()
    assert kept == [("Titre", Outcome.STOPPED)]
    assert generation.failure is None


def test_a_stop_that_came_first_closes_at_once() -> None:
    stop, closed = Stop(), threading.Event()
    stop.ask()
    stop.on_ask(closed.set)
    assert closed.is_set()


def test_an_answer_that_cannot_be_kept_is_shown_with_a_warning() -> None:
    def fails(text: str, outcome: Outcome) -> None:
        raise OSError("disk")

    generation = Generation(of("Titre"), fails)
    generation.join(60)
    assert generation.text == "Titre"
    assert generation.failure is not None
    assert "Copiez-la" in generation.failure
