"""What counselors correct becomes labelled examples, without what names anybody."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from ftcore.model import Answer
from ftcore.outreach import corrections, threads


@pytest.mark.parametrize(
    ("body", "masked"),
    [
        pytest.param("mon numéro 06 39 98 00 42", "mon numéro [numéro]", id="a telephone"),
        pytest.param("écrivez à awa@exemple.fr", "écrivez à [adresse]", id="an address"),
        pytest.param("voir https://exemple.fr/x merci", "voir [lien] merci", id="a link"),
        pytest.param("c'est Awa, AWA ESSAI", "c'est [nom], [nom] [nom]", id="the candidate, in any case"),
        pytest.param("je m'appelle Karim Benali", "je m'appelle [nom]", id="another name that is announced"),
        pytest.param("dispo le 15/12 à 14h pour 1200 euros", "dispo le 15/12 à 14h pour 1200 euros", id="no number"),
        pytest.param("c'est loin", "c'est loin", id="a word is no name"),
    ],
)
def test_what_names_somebody_is_masked(body: str, masked: str) -> None:
    assert corrections.masked(body, ("Awa", "Essai")) == masked


def answered(town: Any, text: str) -> UUID:
    [person] = town.people(first_name="Awa", last_name="Essai")
    town.launch([person])
    town.accepted()
    town.writes(town.phone(person), text)
    found: UUID = town.database.value("SELECT reply_id FROM reply ORDER BY received_utc DESC LIMIT 1")
    return found


def exported(town: Any, folder: Path) -> list[list[str]]:
    corrections.export(town.database, folder / "corrections.csv")
    with (folder / "corrections.csv").open(encoding="utf-8", newline="") as lines:
        return list(csv.reader(lines))


def test_a_correction_is_kept_replaced_and_taken_back(town: Any, tmp_path: Path) -> None:
    reply_id = answered(town, "Awa Essai dit la girouette")
    read_as = town.database.value("SELECT reading FROM reply")
    day = town.now.date().isoformat()
    for answer, rows in (
        (Answer.YES, [["[nom] [nom] dit la girouette", "yes", read_as, day]]),
        (Answer.NO, [["[nom] [nom] dit la girouette", "no", read_as, day]]),
        (Answer(read_as), []),
    ):
        threads.correct(town.database, town.counselor, reply_id, answer, town.now)
        assert exported(town, tmp_path) == [list(corrections.COLUMNS), *rows]
