"""The callbacks' door without pages, as a process: `python -m bench.door DATABASE PORT_FILE SECRET KIND`.

KIND is `own` for the door that is a process of its own, with the program that takes in what it spools; else the largest
group of the door inside the program. The socket and the imports are the parent's, each life is a fork of it, named
in PORT_FILE.pid once it serves: one that is killed is there again as soon as its database is open, until there is a
PORT_FILE.end.
"""

from __future__ import annotations

import logging
import os
import socket
import sys
import time
from pathlib import Path

import uvicorn
from starlette.applications import Starlette

from ftcore.database import Database, GroupCommit, Row
from ftcore.trust.callback_secrets import KnownSecrets
from ftcore.webhooks import asgi
from ftcore.webhooks.checks import Limits
from ftcore.webhooks.keeper import DoorKeeper

# One address posts here for a whole region, and guesses for a whole run.
LIMITS = Limits(callbacks=1e9, guesses=1e9)


def main(address: str, port_file: Path, secret: str, kind: str) -> None:
    logging.basicConfig(level=logging.CRITICAL)
    listening = socket.socket()
    listening.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    listening.bind(("127.0.0.1", 0))
    listening.listen(2048)
    write_whole(port_file, str(listening.getsockname()[1]))
    while True:
        pid = os.fork()
        if pid == 0:
            try:
                _serve(listening, address, port_file, secret, kind)
            finally:
                os._exit(1)
        os.waitpid(pid, 0)
        if port_file.with_suffix(".end").exists():
            return


def _serve(listening: socket.socket, address: str, port_file: Path, secret: str, kind: str) -> None:
    database = Database.open(address)
    known = KnownSecrets(database, secret)
    if kind == "own":
        folder = port_file.with_suffix(".spool")
        keeper = _Counting(database, known, lambda: None, folder=folder, listening=listening, limits=LIMITS)
        keeper.told = port_file.with_suffix(".taken")
        keeper.start()
        write_whole(port_file.with_suffix(".pid"), str(os.getpid()))
        while True:
            time.sleep(60)
    writer = GroupCommit(database, largest_group=int(kind))
    app = Starlette(routes=asgi.routes(writer, known, lambda: None, LIMITS))
    server = uvicorn.Server(uvicorn.Config(app, log_level="critical", lifespan="off", ws="none", access_log=False))
    write_whole(port_file.with_suffix(".pid"), str(os.getpid()))
    server.run(sockets=[listening])


class _Counting(DoorKeeper):
    """Tells in a file how many callbacks it has taken in to the database."""

    told: Path
    taken = 0

    def _store(self, rows: list[Row]) -> None:
        super()._store(rows)
        self.taken += len(rows)
        write_whole(self.told, str(self.taken))


def write_whole(file: Path, text: str) -> None:
    """Whoever sees the file sees all of it."""
    file.with_suffix(".new").write_text(text)
    file.with_suffix(".new").rename(file)


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]), sys.argv[3], sys.argv[4])
