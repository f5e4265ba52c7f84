"""What stands in the journal: every act has its words, and nobody's name, number or text is in any entry."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from ftcore import rehearsal
from ftcore.database import Database, Row
from ftcore.phones import mask
from ftcore.services import Services
from ftcore.trust import acts, journal_proof

PROJECT = Path(__file__).parents[2]
TEXTS = ("actor", "act", "subject", "detail", "reason", "verdict", "automaton", "model", "prompt")


def recorded() -> Iterator[tuple[str, str]]:
    """Each act that the program writes, and where; of an act that is put together, what is always there."""
    for file in sorted((PROJECT / "ftcore").rglob("*.py")):
        for call in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if not isinstance(call, ast.Call) or not isinstance(call.func, ast.Attribute):
                continue
            if call.func.attr != "record" or getattr(call.func.value, "id", "") != "journal" or len(call.args) < 4:
                continue
            act = call.args[3]
            if isinstance(act, ast.Constant):
                yield str(act.value), file.name
            elif isinstance(act, ast.JoinedStr):
                fixed = "".join(str(part.value) for part in act.values if isinstance(part, ast.Constant))
                yield f"{fixed}…", file.name


def test_every_act_that_is_written_has_its_words() -> None:
    found = list(recorded())
    assert len(found) > 40
    for act, where in found:
        known = any(one.startswith(act[:-1]) for one in acts.ACTS) if act.endswith("…") else act in acts.ACTS
        assert known, f"« {act} » of {where} has no words in ftcore/trust/acts.py"


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        pytest.param("12 people, 3 excluded, 15 SMS parts, wording opening 2",
                     "12 personnes, 3 exclues, 15 parties de SMS, modèle premier message 2", id="a launch"),
        pytest.param("yes, 98% sure", "oui, 98\u202f% de sûreté", id="a reading"),
        pytest.param("proposed, place 3", "proposée, place 3", id="a place"),
        pytest.param("in their own words (16 characters)", "en toutes lettres, à part (16 caractères)", id="a reason"),
        pytest.param("off", "non", id="a switch"),
        pytest.param("Déjà contactée pour cette offre", "Déjà contactée pour cette offre", id="French stays as it is"),
        pytest.param("On y va", "On y va", id="a French word that looks English"),
        pytest.param("", "", id="nothing"),
    ],
)  # fmt: skip
def test_what_entries_say_is_shown_in_french(written: str, shown: str) -> None:
    assert acts.in_french(written) == shown


def private(database: Database) -> tuple[set[str], set[str]]:
    """The names of the people, and what they and we wrote, as far as it is no common word."""
    names = {
        row[name].casefold()
        for row in database.rows("SELECT first_name, last_name FROM candidate")
        for name in ("first_name", "last_name")
        if len(row[name]) > 3
    }
    texts = {row["body"] for table in ("reply", "message") for row in database.rows(f"SELECT body FROM {table}")}
    return names, {text for text in texts if len(text) > 12}


def leaks(entries: list[Row], names: set[str], texts: set[str]) -> list[str]:
    said = {str(row[name]) for row in entries for name in TEXTS if row[name]} - {"demo-camille"}
    words = re.compile(r"[^\W\d_]+")
    return [
        text
        for text in said
        if names.intersection(words.findall(text.casefold()))
        or any(body in text for body in texts)
        or ("-4" not in text and mask(text) != text)
    ]


@pytest.mark.parametrize("engine", ["duckdb"])
def test_the_journal_of_the_demo_names_nobody_and_holds(demo_house: Services) -> None:
    database = demo_house.database
    entries = database.rows("SELECT * FROM journal")
    assert len(entries) > 2_000
    assert leaks(entries, *private(database)) == []
    assert {row["act"] for row in entries} <= acts.ACTS.keys()
    assert journal_proof.verify(database).holds


def test_a_rehearsal_leaves_a_journal_that_names_nobody_and_holds(monkeypatch: pytest.MonkeyPatch) -> None:
    kept: dict[str, Any] = {}
    compare = rehearsal._compare

    def look(house: Services, *rest: Any) -> Any:
        kept["entries"] = house.database.rows("SELECT * FROM journal")
        kept["private"] = private(house.database)
        kept["proof"] = journal_proof.verify(house.database)
        kept["replies"] = house.database.value("SELECT count(*) FROM reply")
        kept["people"] = house.database.value("SELECT count(*) FROM conversation")
        return compare(house, *rest)

    monkeypatch.setattr(rehearsal, "_compare", look)
    monkeypatch.setattr(rehearsal, "SELECTED", 8)
    rehearsal.rehearse((PROJECT / "data" / "sample_offers.json").read_bytes(), 400, 7)
    assert leaks(kept["entries"], *kept["private"]) == []
    assert kept["proof"].holds
    by_act = [row["act"] for row in kept["entries"]]
    assert by_act.count("person contacted") == kept["people"] > 0
    assert by_act.count("reply read") > 0.8 * kept["replies"] > 0
