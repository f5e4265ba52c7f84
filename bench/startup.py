"""From `python -m ftcore run` to a usable first page, on an empty and on a seeded database.

    python bench/startup.py [--runs 5]

Prints, in seconds, when the server answers and when a browser shows the first page (needs Chromium).
"""

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


@click.command()
@click.option("--runs", default=5, show_default=True)
def main(runs: int) -> None:
    browser_path = shutil.which("chromium")
    if browser_path is None:
        sys.exit("Chromium is needed to see the first page.")
    click.echo(f"{'database':<12}{'served s':>12}{'usable s':>12}   (median of {runs}; worst usable)")
    for kind in ("empty", "seeded"):
        timings = []
        with tempfile.TemporaryDirectory() as folder:
            for run in range(runs + (kind == "seeded")):
                name = f"{run}.duckdb" if kind == "empty" else "same.duckdb"
                timings.append(start_once(Path(folder) / name, browser_path))
        timings = timings[-runs:]
        served, usable = (statistics.median(column) for column in zip(*timings, strict=True))
        click.echo(f"{kind:<12}{served:>12.2f}{usable:>12.2f}   ({max(u for _, u in timings):.2f})")


if __name__ == "__main__":
    main()
