"""SECURITY.md promises nothing that no test stands for."""

from __future__ import annotations

import re
from pathlib import Path

PROJECT = Path(__file__).parents[2]
NAMED = re.compile(r"`(tests/[\w/]+\.py)::(\w+)`")


def test_every_test_that_is_named_exists() -> None:
    named = NAMED.findall((PROJECT / "SECURITY.md").read_text(encoding="utf-8"))
    assert len(named) > 40
    missing = []
    for file, name in named:
        path = PROJECT / file
        if not path.is_file() or not re.search(rf"^(?:async )?def {name}\(", path.read_text(encoding="utf-8"), re.M):
            missing.append(f"{file}::{name}")
    assert missing == []


def test_every_threat_has_a_test() -> None:
    text = (PROJECT / "SECURITY.md").read_text(encoding="utf-8")
    table = re.findall(r"(?m)^\| \*?\*?[STRIDE]\*?\*? .*$", text)
    assert len(table) > 25
    assert [row for row in table if not NAMED.search(row)] == []
