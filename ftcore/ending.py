"""An end in time: from SIGTERM on, what must end begins to, whatever the server still waits for."""

from __future__ import annotations

import asyncio
import logging
import signal
import threading
import time
from collections.abc import Callable, Mapping
from types import FrameType

log = logging.getLogger(__name__)

# A supervisor that asked for an end gets one within ten seconds: so many for what is under way, the rest for Python.
SECONDS = 8.0


def all_at_once(stops: Mapping[str, Callable[[], None]], seconds: float) -> None:
    """Stop several parts beside each other, and wait for them no longer than this."""
    threads = [threading.Thread(target=stop, name=f"ending {name}", daemon=True) for name, stop in stops.items()]
    for thread in threads:
        thread.start()
    deadline = time.monotonic() + seconds
    for thread in threads:
        thread.join(max(0.0, deadline - time.monotonic()))
        if thread.is_alive():
            log.warning("%s takes longer than an end may; it is left behind", thread.name)


class TimelyEnd:
    """Over a server that waits for open requests without end, and only then tells the program.

    At a SIGTERM `rest` begins at once, beside that. Where the server is still waiting after eight seconds, `stop` is
    called here and the server told to go. Call `watch` within the running loop, `ended` when the server has come.
    """

    def __init__(self, rest: Callable[[], None], stop: Callable[[], None]) -> None:
        self._rest = rest
        self._stop = stop
        self._ended = asyncio.Event()
        self._told = asyncio.Event()
        self._watching: asyncio.Task[None] | None = None

    def watch(self) -> None:
        loop = asyncio.get_running_loop()
        usual = signal.getsignal(signal.SIGTERM)

        def told(number: int, frame: FrameType | None) -> None:
            loop.call_soon_threadsafe(self._told.set)
            if callable(usual):
                usual(number, frame)

        if threading.current_thread() is threading.main_thread():
            signal.signal(signal.SIGTERM, told)
        self._watching = loop.create_task(self._wait())

    def ended(self) -> None:
        self._ended.set()

    async def _wait(self) -> None:
        await self._told.wait()
        began = time.monotonic()
        await asyncio.to_thread(self._rest)
        try:
            await asyncio.wait_for(self._ended.wait(), max(0.1, SECONDS - (time.monotonic() - began)))
        except TimeoutError:
            log.warning("the server still waits for a request; the program ends all the same")
            await asyncio.to_thread(self._stop)
            signal.raise_signal(signal.SIGINT)  # the server's own word for "now"
