"""An end in time, whatever the server, a browser or a part of the program waits for."""

from __future__ import annotations

import asyncio
import signal
import threading
from collections.abc import Iterator

import pytest

from ftcore import ending
from ftcore.ending import TimelyEnd, all_at_once


def test_parts_stop_beside_each_other_and_one_that_hangs_is_left_behind(caplog: pytest.LogCaptureFixture) -> None:
    met = threading.Barrier(2)  # passed only by two that stop at the same time
    hanging, ended = threading.Event(), []

    def stop() -> None:
        met.wait(30)
        ended.append(True)

    all_at_once({"one": stop, "other": stop}, 30)
    all_at_once({"hanging": lambda: hanging.wait(60)}, 0.05)
    hanging.set()
    assert ended == [True, True]
    assert "ending hanging takes longer" in caplog.text


@pytest.fixture
def signals(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[int]]:
    """The signals that a server would be told; the handlers of this process come back after."""
    told: list[int] = []
    before = {name: signal.getsignal(name) for name in (signal.SIGTERM, signal.SIGINT)}
    for name in before:
        signal.signal(name, lambda number, frame: told.append(number))
    monkeypatch.setattr(ending, "SECONDS", 0.05)
    yield told
    for name, handler in before.items():
        signal.signal(name, handler)


def test_at_a_sigterm_the_parts_rest_at_once_and_a_server_that_ends_is_left_to_it(signals: list[int]) -> None:
    said: list[str] = []

    async def served() -> None:
        end = TimelyEnd(lambda: said.append("rest"), lambda: said.append("stop"))
        end.watch()
        signal.raise_signal(signal.SIGTERM)
        while not said:
            await asyncio.sleep(0.001)
        end.ended()
        assert end._watching is not None
        await end._watching

    asyncio.run(served())
    assert (said, signals) == (["rest"], [signal.SIGTERM])


def test_a_server_that_waits_for_an_open_request_is_not_waited_for(signals: list[int]) -> None:
    said: list[str] = []

    async def served() -> None:
        end = TimelyEnd(lambda: said.append("rest"), lambda: said.append("stop"))
        end.watch()
        signal.raise_signal(signal.SIGTERM)
        assert end._watching is not None
        await end._watching

    asyncio.run(served())
    assert (said, signals) == (["rest", "stop"], [signal.SIGTERM, signal.SIGINT])
