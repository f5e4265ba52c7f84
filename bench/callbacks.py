"""How many replies a second are made durable before their 200, and how soon, while people use the pages.

The server is a process, the generator another: both share the machine's cores, as a vendor's would not.
"""

from __future__ import annotations

import json
import os
import secrets
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import click

from bench.faults.arrivals import SECRET, Door
from bench.report import show
from bench.startup import answers, free_port
from ftcore.database import Database

PROJECT = Path(__file__).parents[1]


def load(port: int, connections: int, seconds: float, rate: float = 0.0) -> dict[str, float]:
    """What one run of the generator tells."""
    words = [str(port), SECRET, str(connections), str(seconds), str(rate), secrets.token_hex(4)]
    done = subprocess.run([sys.executable, "-m", "bench.load", *words], cwd=PROJECT, capture_output=True, check=True)
    told: dict[str, float] = json.loads(done.stdout)
    return told


def cpu_seconds(pid: int) -> float:
    """What a process has used, whoever else used the machine."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def _throughput(name: str, largest_group: int, seconds: float, connections: int) -> dict[str, str | float | int]:
    """At the end the door is killed, not stopped: what it acknowledged must be there all the same."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "door.duckdb"
        door = Door(str(file), Path(folder) / "door", largest_group)
        try:
            warm = load(door.port, connections, 1.0)
            before = cpu_seconds(door.life)
            told = load(door.port, connections, seconds)
            cost = (cpu_seconds(door.life) - before) / max(1.0, told["acknowledged"])
        finally:
            door.end()
        database = Database.open(str(file))
        there = int(database.value("SELECT count(*) FROM callback"))
        database.close()
    return {
        "what": name,
        **told,
        "server CPU ms each": 1000 * cost,
        "missing after SIGKILL": max(0, warm["acknowledged"] + told["acknowledged"] - there),
    }


def _while_people_use_the_pages(people: int, rate: float, seconds: float) -> dict[str, str | float | int]:
    """The whole program over a demo database: pages, reading and sending go on in the process that answers."""
    port = free_port()
    with tempfile.TemporaryDirectory() as folder:
        env = {"PATH": "/usr/bin:/bin", "FT_DATABASE": str(Path(folder) / "app.duckdb"), "FT_CALLBACK_SECRET": SECRET}
        command = [sys.executable, "-m", "ftcore", "run", "--port", str(port)]
        quiet = subprocess.DEVNULL
        program = subprocess.Popen(command, cwd=PROJECT, env=env, stdout=quiet, stderr=quiet)
        try:
            while not answers(f"http://127.0.0.1:{port}/_stcore/health"):
                time.sleep(0.1)
            words = [str(port), str(people), str(seconds + 4)]
            using = subprocess.Popen(
                [sys.executable, "-m", "bench.sessions", *words], cwd=PROJECT, stdout=subprocess.PIPE, text=True
            )
            time.sleep(4)
            told = load(port, 32, seconds, rate)
            pages = json.loads(using.communicate()[0])
        finally:
            program.send_signal(signal.SIGTERM)
            program.wait(60)
    return {"what": f"{people} people at {rate:.0f}/s", **told, **pages}


@click.command(help="Durable replies a second over HTTP, in groups and one commit each; latency while people work.")
@click.option("--seconds", default=10.0, show_default=True)
@click.option("--connections", default=128, show_default=True)
@click.option("--people", default=25, show_default=True)
@click.option("--json", "as_json", is_flag=True)
def callbacks(seconds: float, connections: int, people: int, as_json: bool) -> None:
    rows = [
        _throughput("in groups", 1000, seconds, connections),
        _throughput("one commit each", 1, seconds, connections),
    ]
    show("callbacks", rows, as_json=as_json)
    show("callbacks while people work", [_while_people_use_the_pages(people, 300.0, 2 * seconds)], as_json=as_json)
