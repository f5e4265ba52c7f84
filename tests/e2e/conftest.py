"""The program as `make run` starts it, on a free port with a database of its own, and a real browser."""

import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect, sync_playwright

PROJECT = Path(__file__).parents[2]
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
CALM = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture
def address(tmp_path: Path) -> Iterator[str]:
    """The address of a freshly started program; it is ended afterwards, and must end well."""
    with served(tmp_path, free_port(), {}) as address:
        yield address


@contextmanager
def served(tmp_path: Path, port: int, settings: Mapping[str, str]) -> Iterator[str]:
    """The program with these settings, by its address, until the end of the block."""
    env = {name: value for name, value in os.environ.items() if not name.startswith("FT_")}
    env["FT_DATABASE"] = str(tmp_path / "essai.duckdb")
    env |= settings
    log = (tmp_path / "log.txt").open("w+")
    program = subprocess.Popen(
        [sys.executable, "-m", "ftcore", "run", "--port", str(port)],
        cwd=PROJECT,
        env=env,
        stdout=log,
        stderr=subprocess.STDOUT,
    )
    try:
        wait_until_served(f"http://127.0.0.1:{port}/_stcore/health", program)
        yield f"http://127.0.0.1:{port}"
    finally:
        program.send_signal(signal.SIGTERM)
        program.wait(60)
        log.seek(0)
        written = log.read()
        log.close()
    assert "Traceback" not in written, written


def wait_until_served(url: str, program: subprocess.Popen[bytes]) -> None:
    for _ in range(1200):
        assert program.poll() is None, "the program ended before it served"
        try:
            with urllib.request.urlopen(url, timeout=1) as answer:
                if answer.status == 200:
                    return
        except (urllib.error.URLError, ConnectionError, TimeoutError):
            time.sleep(0.1)
    raise AssertionError("the program did not serve within two minutes")


@pytest.fixture
def browser_page() -> Iterator[Page]:
    """A page of Debian's Chromium at the width that the screens are made for."""
    if CHROMIUM is None:
        pytest.skip("no Chromium on this machine (.ci/run installs it)")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, headless=True, args=CALM)
        page = browser.new_page(viewport={"width": 1280, "height": 900}, locale="fr-FR")
        page.set_default_timeout(60_000)
        # What is expected to show has as long: the machine may be busy with more than this.
        expect.set_options(timeout=60_000)
        yield page
        browser.close()
