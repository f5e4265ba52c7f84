"""The callbacks' door alone, as a process: `python -m bench.door DATABASE PORT_FILE SECRET LARGEST_GROUP`."""

from __future__ import annotations

import logging
import socket
import sys
from pathlib import Path

import uvicorn
from starlette.applications import Starlette

from ftcore import webhooks
from ftcore.database import Database, GroupCommit
from ftcore.trust.callback_secrets import KnownSecrets


def main(address: str, port_file: Path, secret: str, largest_group: int) -> None:
    logging.basicConfig(level=logging.ERROR)
    database = Database.open(address)
    writer = GroupCommit(database, largest_group=largest_group)
    app = Starlette(routes=webhooks.routes(writer, KnownSecrets(database, secret), lambda: None))
    listening = socket.socket()
    listening.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    listening.bind(("127.0.0.1", 0))
    server = uvicorn.Server(uvicorn.Config(app, log_level="error", lifespan="off", ws="none", access_log=False))
    port_file.with_suffix(".new").write_text(str(listening.getsockname()[1]))
    port_file.with_suffix(".new").rename(port_file)
    server.run(sockets=[listening])
    writer.close()
    database.close()


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]), sys.argv[3], int(sys.argv[4]))
