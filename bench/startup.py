"""When the server answers, and when a browser that is already open shows the first page (needs Chromium)."""

from __future__ import annotations

import shutil
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from pathlib import Path

import click
from playwright.sync_api import sync_playwright

from bench.report import show

PROJECT = Path(__file__).parents[1]
ARGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
        "--disable-component-update", "--disable-sync"]  # fmt: skip


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def start_once(database: Path, browser_path: str) -> tuple[float, float]:
    """Seconds until the health address answers, and until the first page is drawn in a browser already open."""
    port = free_port()
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=browser_path, args=ARGS)
        page = browser.new_page(viewport={"width": 1280, "height": 900})
        began = time.perf_counter()
        program = subprocess.Popen(
            [sys.executable, "-m", "ftcore", "run", "--port", str(port)],
            cwd=PROJECT,
            env={"PATH": "/usr/bin:/bin", "FT_DATABASE": str(database)},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        try:
            while not answers(f"http://127.0.0.1:{port}/_stcore/health"):
                time.sleep(0.02)
            served = time.perf_counter() - began
            page.goto(f"http://127.0.0.1:{port}")
            page.get_by_role("heading", name="Rédaction", exact=True).wait_for()
            usable = time.perf_counter() - began
        finally:
            program.send_signal(signal.SIGTERM)
            program.wait(30)
            browser.close()
    return served, usable


def answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(url, timeout=1) as answer:
            return bool(answer.status == 200)
    except (urllib.error.URLError, ConnectionError, TimeoutError):
        return False


@click.command(help="From the start to a usable first page, on an empty and on a seeded database.")
@click.option("--runs", default=5, show_default=True)
@click.option("--json", "as_json", is_flag=True)
def startup(runs: int, as_json: bool) -> None:
    browser_path = shutil.which("chromium")
    if browser_path is None:
        sys.exit("Chromium is needed to see the first page.")
    rows: list[dict[str, str | float]] = []
    for kind in ("empty", "seeded"):
        timings = []
        with tempfile.TemporaryDirectory() as folder:
            for run in range(runs + (kind == "seeded")):
                name = f"{run}.duckdb" if kind == "empty" else "same.duckdb"
                timings.append(start_once(Path(folder) / name, browser_path))
        served, usable = zip(*timings[-runs:], strict=True)
        rows.append(
            {
                "database": kind,
                "served s (median)": statistics.median(served),
                "usable s (median)": statistics.median(usable),
                "usable s (worst)": max(usable),
            }
        )
    show("startup", rows, as_json=as_json)
