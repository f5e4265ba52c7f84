"""The callbacks' door alone, as a process: `python -m bench.door DATABASE PORT_FILE SECRET LARGEST_GROUP`.

The socket and the imports are the parent's, each life of the door is a fork of it, named in PORT_FILE.pid once it
serves: a door that is killed is there again as soon as its database is open, until there is a PORT_FILE.end.
"""

from __future__ import annotations

import logging
import os
import socket
import sys
from pathlib import Path

import uvicorn
from starlette.applications import Starlette

from ftcore import webhooks
from ftcore.database import Database, GroupCommit
from ftcore.trust.callback_secrets import KnownSecrets


def main(address: str, port_file: Path, secret: str, largest_group: int) -> None:
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
                _serve(listening, address, port_file, secret, largest_group)
            finally:
                os._exit(1)
        os.waitpid(pid, 0)
        if port_file.with_suffix(".end").exists():
            return


def _serve(listening: socket.socket, address: str, port_file: Path, secret: str, largest_group: int) -> None:
    database = Database.open(address)
    writer = GroupCommit(database, largest_group=largest_group)
    app = Starlette(routes=webhooks.routes(writer, KnownSecrets(database, secret), lambda: None))
    server = uvicorn.Server(uvicorn.Config(app, log_level="critical", lifespan="off", ws="none", access_log=False))
    write_whole(port_file.with_suffix(".pid"), str(os.getpid()))
    server.run(sockets=[listening])


def write_whole(file: Path, text: str) -> None:
    """Whoever sees the file sees all of it."""
    file.with_suffix(".new").write_text(text)
    file.with_suffix(".new").rename(file)


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]), sys.argv[3], int(sys.argv[4]))
