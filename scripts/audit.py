"""Known vulnerabilities of what constraints.txt pins, where the advisory service can be reached.

Ends with 1 when one is found, with 0 when none is or when nobody can be asked: then it says so.
"""

from __future__ import annotations

import json
import subprocess
import sys
import urllib.request
from pathlib import Path

PROJECT = Path(__file__).parents[1]
# What pip-audit asks; a mirror of packages answers here without advisories, and every package would look harmless.
PROBE = "https://pypi.org/pypi/pip/24.0/json"
PATIENCE = 4.0


def can_be_asked() -> bool:
    try:
        with urllib.request.urlopen(PROBE, timeout=PATIENCE) as answer:
            return "vulnerabilities" in json.load(answer)
    except (OSError, ValueError):
        return False


def main() -> int:
    if not can_be_asked():
        print("Vulnérabilités connues : non vérifiées, le service qui les publie est injoignable d'ici.")
        return 0
    command = [sys.executable, "-m", "pip_audit", "--progress-spinner", "off", "--disable-pip", "--no-deps"]
    command += ["--timeout", "10", "--requirement", str(PROJECT / "constraints.txt")]
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=300)
    except subprocess.TimeoutExpired:
        print("Vulnérabilités connues : non vérifiées, le service qui les publie ne répond pas à temps.")
        return 0
    # It ends with 1 for a finding and for a trouble of its own alike; only a finding is told as one.
    if done.returncode and "Found " not in done.stderr:
        last = (done.stderr.strip().splitlines() or ["sans réponse"])[-1]
        print(f"Vulnérabilités connues : non vérifiées, l'outil n'a pas abouti ({last[:200]}).")
        return 0
    unknown = done.stdout.count("could not be audited")
    if unknown:
        print(f"Vulnérabilités connues : {unknown} paquets n'ont pas pu être vérifiés.")
    print(done.stdout + done.stderr, end="")
    return done.returncode


if __name__ == "__main__":
    sys.exit(main())
