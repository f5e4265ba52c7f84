"""How long a stop takes, and how soon the sending goes on: SIGTERM in the middle of sending over a slow gateway."""

from __future__ import annotations

import json
import os
import random
import signal
import statistics
import subprocess
import sys
import tempfile
import threading
import time
import urllib.error
import urllib.parse
import urllib.request
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import click

from bench.faults.sending import queue
from bench.report import show
from bench.startup import PROJECT, free_port
from ftcore.database import Database
from ftcore.matching import reference

SECRET = "secret-of-the-stops-bench-0001"


class _Gateway(ThreadingHTTPServer):
    """Takes three seconds for an SMS, and for one in ten never answers."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Answering)
        self.taken: Counter[str] = Counter()
        self.asked = threading.Event()
        self.going = threading.Event()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}/version1"


class _Answering(BaseHTTPRequestHandler):
    server: _Gateway

    def do_POST(self) -> None:
        form = dict(urllib.parse.parse_qsl(self.rfile.read(int(self.headers["Content-Length"])).decode()))
        phone = form["to"]
        self.server.taken[phone] += 1
        number = sum(self.server.taken.values())
        self.server.asked.set()
        if number % 10 == 0:
            self.server.going.wait(60)
            return
        time.sleep(3.0)
        row = {"statusCode": 101, "number": phone, "status": "Success", "cost": "EUR 0.05", "messageId": f"A{number}"}
        body = json.dumps({"SMSMessageData": {"Message": "Sent to 1/1", "Recipients": [row]}}).encode()
        try:
            self.send_response(201)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)
        except OSError:
            pass  # whoever asked is gone

    def do_GET(self) -> None:
        body = b'{"SMSMessageData": {"Messages": []}}'
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        return


@contextmanager
def _slow_gateway() -> Iterator[_Gateway]:
    gateway = _Gateway()
    threading.Thread(target=gateway.serve_forever, daemon=True).start()
    try:
        yield gateway
    finally:
        gateway.going.set()
        gateway.shutdown()
        gateway.server_close()


class _Callbacks(threading.Thread):
    """Posts callbacks one after the other, and remembers those that were acknowledged."""

    def __init__(self, port: int, run: int) -> None:
        super().__init__(daemon=True)
        self.acknowledged: list[str] = []
        self._address = f"http://127.0.0.1:{port}/callbacks/{SECRET}/delivery"
        self._run = run
        self.ending = threading.Event()

    def run(self) -> None:
        number = 0
        while not self.ending.wait(0.01):
            number += 1
            name = f"R{self._run}-{number}"
            data = urllib.parse.urlencode({"id": name, "status": "Sent"}).encode()
            try:
                with urllib.request.urlopen(self._address, data, timeout=5) as answer:
                    if answer.status == 200:
                        self.acknowledged.append(name)
            except (urllib.error.URLError, OSError):
                continue


def _once(file: Path, gateway: _Gateway, run: int) -> tuple[float, float, list[str]]:
    """Seconds from the start to the first SMS, seconds from SIGTERM to the end, and what was acknowledged."""
    port = free_port()
    env = {name: value for name, value in os.environ.items() if not name.startswith("FT_")}
    env |= {"FT_DATABASE": str(file), "FT_DEMO": "non", "FT_CALLBACK_SECRET": SECRET}
    env |= {"ENTREMISE_SLOW_GATEWAY": gateway.url}
    gateway.asked.clear()
    began = time.perf_counter()
    command = [sys.executable, "-m", "uvicorn", "bench.stops_app:app", "--port", str(port), "--log-level", "warning"]
    program = subprocess.Popen(command, cwd=PROJECT, env=env)
    try:
        if not gateway.asked.wait(60):
            raise SystemExit("nothing was sent within a minute")
        resumed = time.perf_counter() - began
        callbacks = _Callbacks(port, run)
        callbacks.start()
        time.sleep(random.uniform(0.5, 3.0))
        told = time.perf_counter()
        program.send_signal(signal.SIGTERM)
        program.wait(60)
        drained = time.perf_counter() - told
        callbacks.ending.set()
        callbacks.join()
    finally:
        if program.poll() is None:
            program.kill()
    return resumed, drained, callbacks.acknowledged


@click.command(help="SIGTERM while a slow gateway is asked: seconds to the end, and to the next SMS after a start.")
@click.option("--runs", default=10, show_default=True)
@click.option("--json", "as_json", is_flag=True)
def stops(runs: int, as_json: bool) -> None:
    with tempfile.TemporaryDirectory() as folder, _slow_gateway() as gateway:
        file = Path(folder) / "house.duckdb"
        database = Database.open(str(file))
        reference.load_starter(database)
        database.close()
        queue(str(file), [f"+3363998{number:04}" for number in range(60 * runs)])
        resumed, drained, acknowledged, claimed = [], [], [], 0
        for run in range(runs):
            to_first, to_end, stored = _once(file, gateway, run)
            resumed.append(to_first)
            drained.append(to_end)
            acknowledged += stored
            database = Database.open(str(file))
            claimed += int(database.value("SELECT count(*) FROM message WHERE state = 'claimed'"))
            kept = "\n".join(row["form"] for row in database.rows("SELECT form FROM callback"))
            database.close()
        show(
            "stops",
            [
                {
                    "stops": runs,
                    "drained s (median)": statistics.median(drained),
                    "drained s (worst)": max(drained),
                    "next SMS s (median)": statistics.median(resumed),
                    "next SMS s (worst)": max(resumed),
                    "left claimed": claimed,
                    "sent twice": sum(count > 1 for count in gateway.taken.values()),
                    "acknowledged": len(acknowledged),
                    "of them lost": sum(f'"{name}"' not in kept and name not in kept for name in acknowledged),
                }
            ],
            as_json=as_json,
        )
