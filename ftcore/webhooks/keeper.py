"""Looks after the door's process: starts it, again when it dies, tells it the secrets, takes in what it spools.

The listening socket is the program's, so that whoever calls while there is no door waits for the next one instead
of being turned away.
"""

from __future__ import annotations

import fcntl
import json
import logging
import os
import select
import socket
import subprocess
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from ipaddress import IPv4Network, IPv6Network
from pathlib import Path

from ftcore.database import Database, Row
from ftcore.errors import ConfigError
from ftcore.trust.callback_secrets import KnownSecrets
from ftcore.webhooks.checks import Limits
from ftcore.webhooks.orders import Orders, secrets_line, start_door, tell
from ftcore.webhooks.spool import SpoolReader
from ftcore.webhooks.tally import Tally, read, total

log = logging.getLogger(__name__)

# Seconds that the door has to answer what it was asked before it is killed.
_LAST_ANSWERS = 5.0
# Seconds between two commits. The first of a burst is not held up; the next ones share the price of a commit, which is
# paid in the interpreter that draws the pages.
_PAUSE = 0.2


def listen(address: str, port: int) -> socket.socket:
    """A socket for callbacks. Raises ConfigError where the port is taken, or not this machine's."""
    listening = socket.socket(socket.AF_INET6 if ":" in address else socket.AF_INET)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind((address, port))
        listening.listen(2048)
    except OSError as error:
        listening.close()
        raise ConfigError(
            f"FT_CALLBACK_PORT : le port {port} ne peut pas être ouvert sur l'adresse {address} (il est peut-être "
            "déjà utilisé par un autre programme). Choisissez-en un autre."
        ) from error
    return listening


class DoorKeeper:
    """The door's process and what it leaves in `folder`. `start` and `stop` once each.

    `on_stored` is called when callbacks are in the database. `forwarders` are the proxies that are believed when
    they say whom they speak for.
    """

    def __init__(
        self,
        database: Database,
        known: KnownSecrets,
        on_stored: Callable[[], None],
        *,
        folder: Path,
        listening: socket.socket,
        limits: Limits,
        forwarders: tuple[IPv4Network | IPv6Network, ...] = (),
    ) -> None:
        self._database = database
        self._known = known
        self._on_stored = on_stored
        self._folder = folder.resolve()
        self._listening = listening
        self._limits = limits
        self._forwarders = forwarders
        self._reader = SpoolReader(self._folder, self._store)
        self._rings, self._bell = os.pipe()
        os.set_blocking(self._bell, False)
        self._lock: int | None = None
        self._ending = threading.Event()
        self._door_ended = threading.Event()
        self._starting = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None
        self._threads: list[threading.Thread] = []
        # What the doors that have ended had counted, and what the present one says.
        self._counted = Tally()
        self._counting = Tally()

    @property
    def is_well(self) -> bool:
        """Whether a door's process is there to answer."""
        process = self._process
        return process is not None and process.poll() is None

    @property
    def tally(self) -> Tally:
        """What the door has answered since the program started, a second old at most."""
        return total([self._counted, self._counting])

    def spooled_bytes(self) -> int:
        """How much stands in the spool."""
        size = 0
        for file in self._folder.iterdir():
            with suppress(FileNotFoundError):  # taken in meanwhile
                size += file.stat().st_size
        return size

    @property
    def url(self) -> str:
        """Where callbacks are posted to from this machine."""
        address, port, *_ = self._listening.getsockname()
        here = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(address, address)
        return f"http://[{here}]:{port}" if ":" in here else f"http://{here}:{port}"

    @property
    def pid(self) -> int | None:
        """The process that answers at present."""
        return self._process.pid if self._process is not None else None

    def start(self) -> None:
        """Open the door. Raises ConfigError where its folder cannot be used, or another program has it."""
        self._take_folder()
        self._threads = [
            threading.Thread(target=self._keep, name="door", daemon=True),
            threading.Thread(target=self._take_in, name="spool", daemon=True),
        ]
        for thread in self._threads:
            thread.start()

    def stop(self) -> None:
        """Close the door and take in what it left; where the database refuses, that waits for the next start."""
        self._ending.set()
        with self._starting:
            process = self._process
        if process is not None:
            assert process.stdin is not None
            with suppress(OSError):
                process.stdin.close()
            try:
                process.wait(_LAST_ANSWERS)
            except subprocess.TimeoutExpired:
                process.kill()
        self._threads[0].join()
        self._listening.close()
        self._door_ended.set()
        self._ring()
        self._threads[1].join()
        for file in (self._rings, self._bell, self._lock):
            if file is not None:
                os.close(file)

    def _take_folder(self) -> None:
        try:
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            self._lock = os.open(self._folder / "lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise ConfigError(
                f"Le dossier « {self._folder} », où les retours des SMS sont gardés, sert déjà à un autre programme. "
                "Arrêtez-le, ou choisissez un autre dossier avec FT_CALLBACK_SPOOL."
            ) from None
        except OSError as error:
            raise ConfigError(
                f"Le dossier « {self._folder} », où les retours des SMS sont gardés, ne peut pas être écrit. "
                "Rendez-le accessible, ou choisissez-en un autre avec FT_CALLBACK_SPOOL."
            ) from error

    # The process

    def _keep(self) -> None:
        failures = 0
        while not self._ending.wait(min(5.0, 0.1 * 2**failures) if failures else 0.0):
            hashes = self._hashes()
            try:
                with self._starting:
                    if self._ending.is_set():
                        return
                    process = self._process = self._spawn(hashes)
            except OSError:
                log.exception("the callbacks' door could not be opened; it is tried again")
                failures += 1
                continue
            began = time.monotonic()
            self._attend(process, hashes)
            if not self._ending.is_set():
                log.error("the callbacks' door has ended (%s); it is opened again", process.returncode)
                # One that was killed may come back at once; one that cannot live is not tried without a pause.
                alive = process.returncode < 0 or time.monotonic() - began > 10.0
                failures = 0 if alive else failures + 1

    def _spawn(self, hashes: list[str]) -> subprocess.Popen[bytes]:
        orders = Orders(
            listening=self._listening.fileno(),
            bell=self._bell,
            folder=str(self._folder),
            hashes=hashes,
            allowed=None if self._limits.allowed is None else [str(network) for network in self._limits.allowed],
            callbacks=self._limits.callbacks,
            guesses=self._limits.guesses,
            forwarders=[str(network) for network in self._forwarders],
        )
        return start_door(orders)

    def _attend(self, process: subprocess.Popen[bytes], told: list[str]) -> None:
        """Tell the process each change of the secrets and hear what it counts, until it has ended."""
        assert process.stdout is not None
        heard = b""
        while True:
            if select.select([process.stdout], [], [], 1.0)[0]:
                # That the file ends says that the process has.
                said = os.read(process.stdout.fileno(), 65536)
                if not said:
                    break
                heard = self._hear(heard + said)
            hashes = self._hashes()
            if hashes != told:
                tell(process, secrets_line(hashes))
                told = hashes
        process.wait()
        self._counted, self._counting = self.tally, Tally()
        for stream in (process.stdin, process.stdout):
            assert stream is not None
            with suppress(OSError):
                stream.close()

    def _hear(self, said: bytes) -> bytes:
        """Take over the last whole line; gives what is not whole yet."""
        *lines, rest = said.split(b"\n")
        if lines:
            self._counting = read(json.loads(lines[-1]))
        return rest

    def _hashes(self) -> list[str]:
        if self._known.is_stale():
            try:
                self._known.refresh()
            except Exception:
                log.exception("the callbacks' secrets could not be read; those known before stay valid")
        return self._known.hashes()

    # The spool

    def _take_in(self) -> None:
        well = True
        while True:
            # Looked at first, so that the last turn comes after the door's end.
            last = self._door_ended.is_set()
            try:
                taken = self._reader.take()
                if taken:
                    self._on_stored()
                if not well:
                    log.warning("callbacks are taken in again")
                well = True
            except Exception:
                if well:
                    log.exception("callbacks wait in %s, as the database does not take them", self._folder)
                well = False
            if last:
                return
            if not well:
                self._door_ended.wait(1.0)
            elif taken:
                self._door_ended.wait(_PAUSE)
            else:
                self._wait_for_the_bell()

    def _wait_for_the_bell(self) -> None:
        # Not for ever: a door that dies between its fsync and its bell leaves something that nobody rang for.
        if select.select([self._rings], [], [], 1.0)[0]:
            os.read(self._rings, 65536)

    def _ring(self) -> None:
        with suppress(BlockingIOError):
            os.write(self._bell, b".")

    def _store(self, rows: list[Row]) -> None:
        # What was taken in before a crash has the same key and is left alone.
        self._database.transact(lambda tx: tx.insert("callback", rows, if_absent=True))
