"""How the door's process is started, and what it is told, as lines of JSON: all at first, then the secrets anew."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path

PROJECT = Path(__file__).parents[2]


@dataclass(frozen=True)
class Orders:
    """What the process is told first. `listening` and `bell` are open files that it was handed."""

    listening: int
    bell: int
    folder: str
    hashes: list[str]
    allowed: list[str] | None
    callbacks: float
    guesses: float
    forwarders: list[str]

    def line(self) -> bytes:
        return json.dumps(asdict(self)).encode() + b"\n"


def secrets_line(hashes: list[str]) -> bytes:
    """The order to open for these secrets, and no others."""
    return json.dumps({"hashes": hashes}).encode() + b"\n"


def start_door(orders: Orders, log: int | None = None) -> subprocess.Popen[bytes]:
    """Start the process; it ends when its standard input does, and its standard output when it has ended.

    Its log goes to the open file `log`, or to where this process's goes.
    """
    # The process that strangers talk to knows no key and no password of this one.
    env = {name: value for name, value in os.environ.items() if not name.startswith("FT_") or name == "FT_LOG"}
    process = subprocess.Popen(
        [sys.executable, "-m", "ftcore.webhooks.door"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=log,
        pass_fds=(orders.listening, orders.bell),
        cwd=PROJECT,
        env=env,
        # Ctrl+C is for the program, which then closes the door itself.
        process_group=0,
    )
    tell(process, orders.line())
    return process


def tell(process: subprocess.Popen[bytes], line: bytes) -> None:
    """Give an order; to a process that has ended, none."""
    assert process.stdin is not None
    with suppress(OSError):
        process.stdin.write(line)
        process.stdin.flush()
