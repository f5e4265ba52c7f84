"""How long a model's first piece takes from its sending to the screen: a real browser, a real server, the real SDK."""

from __future__ import annotations

import json
import shutil
import signal
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import click
from playwright.sync_api import sync_playwright

from bench.report import show
from bench.startup import ARGS, PROJECT, answers, free_port

SENT: list[float] = []


class _Model(BaseHTTPRequestHandler):
    """A server that speaks as Mistral does: one piece at once, the rest half a second later."""

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["Content-Length"]))
        self.send_response(200)
        self.send_header("Content-Type", "text/event-stream")
        self.end_headers()
        time.sleep(0.3)
        SENT.append(time.time())
        self._say(f"Premier{len(SENT)} ", None)
        time.sleep(0.5)
        self._say("mot.", "stop")
        self.wfile.write(b"data: [DONE]\n\n")

    def _say(self, text: str, finish: str | None) -> None:
        choice = {"index": 0, "delta": {"role": "assistant", "content": text}, "finish_reason": finish}
        chunk = {"id": "1", "object": "chat.completion.chunk", "created": 1, "model": "m", "choices": [choice]}
        self.wfile.write(f"data: {json.dumps(chunk)}\n\n".encode())
        self.wfile.flush()

    def log_message(self, format: str, *args: object) -> None:
        return


# Notes the instant at which the words are in the page, whoever looks.
WATCH = """() => { window.seen = {}; new MutationObserver(() => {
  for (const word of document.body.innerText.match(/Premier\\d+/g) || [])
    window.seen[word] ??= Date.now() / 1000;
}).observe(document.body, {childList: true, subtree: true, characterData: true}); }"""


@click.command(help="From a model's first piece to the browser's page, in milliseconds.")
@click.option("--runs", default=10, show_default=True)
@click.option("--json", "as_json", is_flag=True)
def first_token(runs: int, as_json: bool) -> None:
    browser_path = shutil.which("chromium")
    if browser_path is None:
        sys.exit("Chromium is needed to see the page.")
    model = ThreadingHTTPServer(("127.0.0.1", 0), _Model)
    threading.Thread(target=model.serve_forever, daemon=True).start()
    port = free_port()
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        env = {"PATH": "/usr/bin:/bin", "FT_DATABASE": str(Path(folder) / "b.duckdb")}
        env["FT_MISTRAL_URL"] = f"http://127.0.0.1:{model.server_port}"
        command = [sys.executable, "-m", "ftcore", "run", "--port", str(port)]
        program = subprocess.Popen(command, cwd=PROJECT, env=env, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        try:
            while not answers(f"http://127.0.0.1:{port}/_stcore/health"):
                time.sleep(0.05)
            browser = playwright.chromium.launch(executable_path=browser_path, args=ARGS)
            page = browser.new_page(viewport={"width": 1280, "height": 900})
            waits = []
            for run in range(runs):
                page.goto(f"http://127.0.0.1:{port}/?tache=summary")
                page.get_by_label("Vos notes d'entretien").fill("Dix ans de caisse.")
                page.evaluate(WATCH)
                page.get_by_role("button", name="Rédiger", exact=True).click()
                page.get_by_role("button", name="Garder ce texte").wait_for(timeout=15_000)
                seen = page.evaluate("window.seen")[f"Premier{run + 1}"]
                waits.append(1000 * (seen - SENT[run]))
            browser.close()
        finally:
            program.send_signal(signal.SIGTERM)
            program.wait(30)
            model.shutdown()
    show("first token", [{"median ms": statistics.median(waits), "worst ms": max(waits)}], as_json=as_json)
