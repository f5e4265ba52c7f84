"""A stand-in for the SMS gateway, as a process of its own, with its own ledger and the faults it was told to make.

`python -m bench.faults.standin FOLDER`: reads FOLDER/faults.json (number → fault), appends what it accepts to
FOLDER/gateway.ledger, and writes its port to FOLDER/port. It shares nothing with the program but a socket.
"""

from __future__ import annotations

import asyncio
import json
import os
import socket
import struct
import sys
import time
from pathlib import Path
from urllib.parse import parse_qs

# What each fault means to who asked: the SMS has left (True), has not (False), and whether that can be known.
TAKES = {"hang": True, "reset": True, "error before": False, "error after": True, "too many": False,
         "broken": True, "charset": True, "redirect": False}  # fmt: skip
AMBIGUOUS = {"hang", "reset", "error before", "error after", "broken", "redirect"}


class StandIn:
    def __init__(self, folder: Path) -> None:
        self._faults: dict[str, str] = json.loads((folder / "faults.json").read_text())
        self._ledger = os.open(folder / "gateway.ledger", os.O_WRONLY | os.O_APPEND | os.O_CREAT)
        self._busy: set[str] = set()
        self._number = 0

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
            length = next(int(line[15:]) for line in head.split("\r\n") if line.lower().startswith("content-length:"))
            form = parse_qs((await reader.readexactly(length)).decode())
            await self._answer(form["to"][0], writer)
        except (asyncio.IncompleteReadError, ConnectionError):
            pass  # whoever asked was killed before the SMS was here: it is in no ledger
        finally:
            writer.close()

    async def _answer(self, phone: str, writer: asyncio.StreamWriter) -> None:
        fault = self._faults.get(phone, "")
        if fault == "too many":
            if phone not in self._busy:
                self._busy.add(phone)
                writer.write(_http(429, b"", "Retry-After: 1\r\n"))
                return
            fault = ""
        if fault == "error before":
            writer.write(_http(500, b"error"))
            return
        if fault == "redirect":
            writer.write(_http(307, b"", "Location: /elsewhere\r\n"))
            return
        body = json.dumps(self._accept(phone)).encode()
        if fault == "hang":
            await asyncio.sleep(30)
        elif fault == "reset":
            sock: socket.socket = writer.get_extra_info("socket")
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            writer.transport.abort()
        elif fault == "error after":
            writer.write(_http(500, b"error"))
        elif fault == "broken":
            writer.write(_http(201, body[:-9]))
        elif fault == "charset":
            body = body.replace(b"Sent to", "Envoyé à".encode("latin-1"))
            writer.write(_http(201, body, kind="application/json; charset=ISO-8859-1"))
        else:
            writer.write(_http(201, body))

    def _accept(self, phone: str) -> dict[str, object]:
        self._number += 1
        gateway_id = f"ATXid_{self._number}"
        # One write to a file opened for appending: it outlives whatever happens to this process next.
        os.write(self._ledger, f"{phone}\t{gateway_id}\t{time.time():.6f}\n".encode())
        row = {"statusCode": 101, "number": phone, "status": "Success", "cost": "EUR 0.05", "messageId": gateway_id}
        return {"SMSMessageData": {"Message": "Sent to 1/1", "Recipients": [row]}}


def _http(status: int, body: bytes, more: str = "", kind: str = "application/json") -> bytes:
    head = f"HTTP/1.1 {status} X\r\nContent-Type: {kind}\r\nContent-Length: {len(body)}\r\nConnection: close\r\n"
    return (head + more + "\r\n").encode() + body


async def main(folder: Path) -> None:
    server = await asyncio.start_server(StandIn(folder).serve, "127.0.0.1", 0, backlog=1024)
    (folder / "port.new").write_text(str(server.sockets[0].getsockname()[1]))
    (folder / "port.new").rename(folder / "port")
    async with server:
        await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1])))
