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


def _throughput(name: str, kind: str, seconds: float, connections: int) -> dict[str, str | float | int]:
    """At the end the program is killed, not stopped: what was acknowledged must be there all the same."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "door.duckdb"
        door = Door(str(file), Path(folder) / "door", kind)
        try:
            warm = load(door.port, connections, 1.0)
            processes = {"door": door.process} if kind == "own" else {}
            processes |= {"program": door.life}
            before = {who: cpu_seconds(pid) for who, pid in processes.items()}
            began = time.perf_counter()
            told = load(door.port, connections, seconds)
            if kind == "own":
                _wait_for(Path(folder) / "door.taken", int(warm["acknowledged"] + told["acknowledged"]))
            took = time.perf_counter() - began
            used = {who: cpu_seconds(pid) - before[who] for who, pid in processes.items()}
        finally:
            door.end()
        database = Database.open(str(file))
        door.take_in(database)
        there = int(database.value("SELECT count(*) FROM callback"))
        database.close()
    return {
        "what": name,
        **told,
        "in the database a second": told["acknowledged"] / took,
        "door CPU ms each": 1000 * used.get("door", 0.0) / max(1.0, told["acknowledged"]),
        "program CPU ms each": 1000 * used["program"] / max(1.0, told["acknowledged"]),
        "missing after SIGKILL": max(0, warm["acknowledged"] + told["acknowledged"] - there),
    }


def _wait_for(file: Path, count: int) -> None:
    """Until as many callbacks have been taken in to the database."""
    until = time.monotonic() + 60
    while not file.exists() or int(file.read_text()) < count:
        if time.monotonic() > until:
            raise SystemExit("callbacks were acknowledged and not taken in")
        time.sleep(0.005)


def _while_people_use_the_pages(
    name: str, people: int, rate: float, seconds: float, own: bool
) -> dict[str, str | float | int]:
    """The whole program over a demo database: pages, reading and sending go on beside, or in, what answers."""
    port, door_port = free_port(), free_port()
    with tempfile.TemporaryDirectory() as folder:
        env = {"PATH": "/usr/bin:/bin", "FT_DATABASE": str(Path(folder) / "app.duckdb"), "FT_CALLBACK_SECRET": SECRET}
        if own:
            env["FT_CALLBACK_PORT"] = str(door_port)
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
            told = load(door_port if own else port, 32, seconds, rate)
            pages = json.loads(using.communicate()[0])
        finally:
            program.send_signal(signal.SIGTERM)
            program.wait(60)
    return {"what": name, **told, **pages}


@click.command(help="Durable replies a second over HTTP, in groups and one commit each; latency while people work.")
@click.option("--seconds", default=10.0, show_default=True)
@click.option("--connections", default=128, show_default=True)
@click.option("--people", default=25, show_default=True)
@click.option("--rate", default=300.0, show_default=True, help="Posts a second while people use the pages.")
@click.option("--json", "as_json", is_flag=True)
def callbacks(seconds: float, connections: int, people: int, rate: float, as_json: bool) -> None:
    click.echo(f"load average {os.getloadavg()[0]:.1f}", err=True)
    rows = [
        _throughput("door of its own", "own", seconds, connections),
        _throughput("in the program, in groups", "1000", seconds, connections),
        _throughput("in the program, one commit each", "1", seconds, connections),
    ]
    show("callbacks", rows, as_json=as_json)
    rows = [
        _while_people_use_the_pages(f"{name}, {people} people, {rate:.0f}/s", people, rate, 2 * seconds, own)
        for name, own in (("door of its own", True), ("in the program", False))
    ]
    show("callbacks while people work", rows, as_json=as_json)
