"""The door as a process of its own: `python -m ftcore.webhooks.door`, started and looked after by `keeper`.

The pages, the reading and the sending share one interpreter, and a callback would wait there for its turn. This
process does nothing but check, append to the spool, answer and ring. Its orders come as lines of JSON on the standard
input, the first of which says all it must know; where that input ends, so does the process.
"""

from __future__ import annotations

import asyncio
import json
import logging
import os
import signal
import socket
import sys
from collections.abc import Sequence
from contextlib import suppress
from ipaddress import IPv4Network, IPv6Network, ip_network
from pathlib import Path
from urllib.parse import unquote

from ftcore import logs
from ftcore.private_files import keep_files_private
from ftcore.trust.secret_hashes import SecretHashes
from ftcore.webhooks.checks import Answer, Guard, Limits, Malformed, announced, complain, is_within, row_of
from ftcore.webhooks.http import NO_ROOM, Request, Server
from ftcore.webhooks.orders import Orders
from ftcore.webhooks.spool import SpoolWriter, to_record
from ftcore.webhooks.tally import Tally

log = logging.getLogger(__name__)

_LONGEST_ORDER = 16 * 1024 * 1024

Networks = tuple[IPv4Network | IPv6Network, ...]


class CallbackDesk:
    """What becomes of each request: the rules are `checks`, a record goes to the spool, then the bell rings."""

    def __init__(self, secrets: SecretHashes, limits: Limits, forwarders: Networks, spool: SpoolWriter, bell: int):
        self.secrets = secrets
        self._guard = Guard(lambda secret: self.secrets.opens(secret), limits)
        self._forwarders = forwarders
        self._spool = spool
        self._bell = bell
        self.tally = Tally()

    def refusal(self, request: Request) -> Answer | None:
        parts = request.path.partition(b"?")[0].split(b"/")
        if len(parts) != 4 or parts[:2] != [b"", b"callbacks"]:
            parts = [b"", b"", b"", b""]  # nothing has this address: that counts as a guess
        secret, kind = (unquote(part.decode("latin-1")) for part in parts[2:])
        refusal = self._guard.refusal(self._caller(request), request.method.decode("latin-1"), secret, kind)
        if refusal is not None:
            return refusal
        request.kind = kind
        try:
            announced(request.headers.get(b"content-length", b"0"))
        except Malformed as fault:
            complain(kind, fault)
            return (400,)
        return None

    def read(self, request: Request) -> Answer | bytes:
        try:
            row = row_of(request.kind, request.body, request.headers.get(b"content-type", b""))
            self.tally.saw(row["callback_id"])
            return to_record(row)
        except Malformed:
            return (400,)
        except Exception:
            log.exception("a callback could not be read")
            return NO_ROOM

    def store(self, records: list[bytes]) -> bool:
        try:
            self._spool.append(records)
        except OSError:
            return False
        self.ring()
        return True

    def ring(self) -> None:
        with suppress(OSError):  # a full pipe rings already; one without reader ends this process soon
            os.write(self._bell, b".")

    def _caller(self, request: Request) -> str:
        """The address that counts: what a trusted proxy says, as far back as proxies are trusted."""
        caller = request.peer
        said = request.headers.get(b"x-forwarded-for", b"").decode("latin-1")
        for hop in reversed([hop.strip() for hop in said.split(",") if hop.strip()]):
            if not is_within(caller, self._forwarders):
                break
            caller = hop
        return caller


async def serve(orders: Orders, more_orders: asyncio.StreamReader) -> None:
    """Answer until the orders end or a SIGTERM comes; then what was asked is answered, and the spool closed."""
    loop = asyncio.get_running_loop()
    spool = SpoolWriter(Path(orders.folder))
    desk = CallbackDesk(
        SecretHashes(orders.hashes),
        Limits(None if orders.allowed is None else _networks(orders.allowed), orders.callbacks, orders.guesses),
        _networks(orders.forwarders),
        spool,
        orders.bell,
    )
    server = Server(desk, desk.tally)
    ending = asyncio.Event()
    loop.add_signal_handler(signal.SIGTERM, ending.set)
    os.set_blocking(orders.bell, False)
    # Whoever reads the counts may be busy; no callback waits for that.
    os.set_blocking(sys.stdout.fileno(), False)
    told = desk.tally.written()
    listening = socket.socket(fileno=orders.listening)
    accepting = await loop.create_server(server.accept, sock=listening, backlog=2048)
    obeying = loop.create_task(_obey(desk, more_orders, ending))
    while not ending.is_set():
        with suppress(TimeoutError):
            await asyncio.wait_for(ending.wait(), 1.0)
        server.close_late()
        told = _tell(desk.tally, told)
        if spool.close_if_old():
            desk.ring()
    accepting.close()
    server.close()
    obeying.cancel()
    spool.close()
    _tell(desk.tally, told)
    await asyncio.sleep(0)  # let the last answers leave


def _tell(tally: Tally, told: list[object]) -> list[object]:
    """Say on the standard output what has been counted, if that is news; give what has been said by now."""
    counted = tally.written()
    if counted != told:
        with suppress(OSError):  # a line is shorter than what a pipe takes as a whole
            os.write(sys.stdout.fileno(), json.dumps(counted).encode() + b"\n")
    return counted


async def _obey(desk: CallbackDesk, orders: asyncio.StreamReader, ending: asyncio.Event) -> None:
    """Take over the secrets as they change, until there is nobody to give orders any more."""
    while line := await orders.readline():
        desk.secrets = SecretHashes(json.loads(line)["hashes"])
    ending.set()


def _networks(texts: Sequence[str]) -> Networks:
    return tuple(map(ip_network, texts))


async def main() -> None:
    orders = asyncio.StreamReader(limit=_LONGEST_ORDER)
    protocol = asyncio.StreamReaderProtocol(orders)
    await asyncio.get_running_loop().connect_read_pipe(lambda: protocol, sys.stdin)
    first = await orders.readline()
    if first:
        await serve(Orders(**json.loads(first)), orders)


if __name__ == "__main__":
    keep_files_private()
    logs.set_up(os.environ.get("FT_LOG", "text"), [])
    with suppress(OSError):  # where it is allowed: before others it answers sooner, and it needs little
        os.setpriority(os.PRIO_PROCESS, 0, -10)
    asyncio.run(main())
