"""A lean generator of callbacks, as a process of its own: its work must cost the server little of two cores.

`python -m bench.load PORT SECRET CONNECTIONS SECONDS RATE SALT` posts distinct replies over kept connections and
prints one JSON object. RATE 0 means as fast as the answers come; else posts have fixed instants, and a latency counts
from its instant, so that a server that stalls does not slow down its own measurement.
"""

from __future__ import annotations

import asyncio
import json
import re
import sys
import time

from bench.report import percentile


class _Line(asyncio.Protocol):
    """One kept connection: one post at a time, and how long its answer took."""

    def __init__(self) -> None:
        self.transport: asyncio.Transport | None = None
        self.answer: asyncio.Future[bytes] | None = None
        self.came = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport

    def data_received(self, data: bytes) -> None:
        self.came += data
        head, found, body = self.came.partition(b"\r\n\r\n")
        if found and self.answer is not None:
            length = re.search(rb"content-length: (\d+)", head, re.IGNORECASE)
            if length is not None and len(body) >= int(length.group(1)):
                answer, self.answer, self.came = self.answer, None, b""
                answer.set_result(head)

    async def post(self, request: bytes) -> bool:
        self.answer = answer = asyncio.get_running_loop().create_future()
        assert self.transport is not None
        self.transport.write(request)
        head: bytes = await answer
        return head.startswith(b"HTTP/1.1 200")


def _request(secret: str, salt: str, number: int) -> bytes:
    body = f"from=%2B3363998{number % 10_000:04d}&to=36000&text=Oui+merci&id={salt}{number}&date=2026-11-27".encode()
    head = (
        f"POST /callbacks/{secret}/incoming HTTP/1.1\r\nHost: 127.0.0.1\r\n"
        f"Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body


async def main(port: int, secret: str, connections: int, seconds: float, rate: float, salt: str) -> dict[str, float]:
    loop = asyncio.get_running_loop()
    lines = [(await loop.create_connection(_Line, "127.0.0.1", port))[1] for _ in range(connections)]
    took: list[float] = []
    refused = 0
    number = 0
    began = time.perf_counter()
    end = began + seconds

    async def drive(line: _Line) -> None:
        nonlocal number, refused
        while True:
            mine, number = number, number + 1
            due = began + mine / rate if rate else time.perf_counter()
            if due >= end:
                return
            if (early := due - time.perf_counter()) > 0:
                await asyncio.sleep(early)
            if await line.post(_request(secret, salt, mine)):
                took.append(time.perf_counter() - due)
            else:
                refused += 1

    await asyncio.gather(*(drive(line) for line in lines))
    lasted = time.perf_counter() - began
    took.sort()
    return {
        "acknowledged": len(took),
        "refused": refused,
        "a second": len(took) / lasted,
        "p50 ms": 1000 * percentile(took, 50),
        "p95 ms": 1000 * percentile(took, 95),
        "p99 ms": 1000 * percentile(took, 99),
        "generator CPU ms each": 1000 * time.process_time() / max(1, len(took)),
    }


if __name__ == "__main__":
    told = asyncio.run(
        main(int(sys.argv[1]), sys.argv[2], int(sys.argv[3]), float(sys.argv[4]), float(sys.argv[5]), sys.argv[6])
    )
    print(json.dumps(told))
