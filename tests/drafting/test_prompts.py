"""Prompts: the files of the program, and those that a team lead publishes for the agency."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from uuid import uuid4

import pytest

from ftcore.database import Database
from ftcore.drafting import prompts
from ftcore.errors import FtError, NotAllowed, NotFound, UnreadableFile
from ftcore.model import Person, Role

NOW = datetime(2026, 11, 23, 10, 0)
FILE = prompts.compose("relance", "Relance d'un employeur", "Une relance courte", "Écris une relance polie.")


@pytest.fixture
def lead(person: Person) -> Person:
    return replace(person, role=Role.TEAM_LEAD)


@pytest.mark.parametrize("name", [*prompts.TASKS, "structure"])
def test_each_prompt_of_the_program_can_be_read_and_forbids_to_invent(name: str) -> None:
    prompt = prompts.prompt(name)
    assert prompt.label == f"{name}/{prompt.version}"
    assert prompt.title
    assert "invente" in prompt.body or name == "structure"


def test_an_unknown_prompt_or_a_path_is_not_found() -> None:
    for name in ("nothing", "../prompts/offer", "offer.md", ""):
        with pytest.raises(NotFound):
            prompts.prompt(name)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        pytest.param("Écris une offre.", "+++", id="no header"),
        pytest.param("+++\nname = \n+++\nTexte", "TOML", id="broken header"),
        pytest.param('+++\nname = "x y"\nversion = 1\ntitle = "T"\n+++\nTexte', "« name »", id="a name with a space"),
        pytest.param('+++\nname = "abc"\nversion = 0\ntitle = "T"\n+++\nTexte', "« version »", id="no version 0"),
        pytest.param('+++\nname = "abc"\nversion = 1\ntitle = "T"\nx = 1\n+++\nTexte', "« x »", id="unknown setting"),
        pytest.param(
            '+++\nname = "abc"\nversion = 1\ntitle = "T"\n[model]\ntemperature = 9.0\n+++\nTexte',
            "« model.temperature »",
            id="a wild temperature",
        ),
        pytest.param('+++\nname = "abc"\nversion = 1\ntitle = "T"\n+++\n  ', "vide", id="no text"),
        pytest.param("+++" + "x" * 30_000, "20 000", id="endless"),
    ],
)
def test_a_file_that_is_no_prompt_gets_a_sentence(text: str, said: str) -> None:
    with pytest.raises(UnreadableFile) as raised:
        prompts.read(text)
    assert said in str(raised.value)


@pytest.mark.parametrize("title", ['Une "citation"', "Accents é à ç", "Barre \\ oblique", "Ligne\tavec tabulation"])
def test_what_is_composed_can_be_read_back(title: str) -> None:
    prompt = prompts.read(prompts.compose("abc", title, "But", "Corps +++ du texte"))
    assert (prompt.title, prompt.body) == (title, "Corps +++ du texte")


def test_a_published_prompt_is_listed_for_the_agency_alone_and_journalled(database: Database, lead: Person) -> None:
    published = prompts.publish(database, lead, FILE, NOW)
    assert (published.label, published.published_by) == ("relance/1", lead.person_id)
    assert [prompt.name for prompt in prompts.catalogue(database, lead)] == [*prompts.TASKS, "relance"]
    stranger = replace(lead, agency_id=uuid4())
    assert [prompt.name for prompt in prompts.catalogue(database, stranger)] == [*prompts.TASKS]
    with pytest.raises(NotFound):
        prompts.find(database, stranger, "relance")
    assert [row["act"] for row in database.rows("SELECT act FROM journal")] == ["prompt published"]


def test_publishing_again_is_the_next_version_and_the_export_imports_elsewhere(
    database: Database, lead: Person
) -> None:
    prompts.publish(database, lead, FILE, NOW)
    second = prompts.publish(database, lead, FILE.replace("polie", "brève"), NOW)
    assert second.label == "relance/2"
    found = prompts.find(database, lead, "relance")
    assert (found.version, found.body) == (2, "Écris une relance brève.")
    elsewhere = prompts.publish(database, replace(lead, agency_id=uuid4()), found.source, NOW)
    assert (elsewhere.version, elsewhere.body) == (1, found.body)


def test_a_withdrawn_prompt_is_not_listed_but_an_old_conversation_finds_it(database: Database, lead: Person) -> None:
    prompts.publish(database, lead, FILE, NOW)
    prompts.withdraw(database, lead, "relance", NOW)
    assert [prompt.name for prompt in prompts.catalogue(database, lead)] == [*prompts.TASKS]
    assert prompts.find(database, lead, "relance").title == "Relance d'un employeur"


def test_a_counselor_publishes_and_withdraws_nothing(database: Database, person: Person) -> None:
    with pytest.raises(NotAllowed):
        prompts.publish(database, person, FILE, NOW)
    with pytest.raises(NotAllowed):
        prompts.withdraw(database, person, "relance", NOW)
    assert database.value("SELECT count(*) FROM prompt") == 0


@pytest.mark.parametrize("name", ["offer", "free", "structure"])
def test_a_task_of_the_program_cannot_be_replaced(database: Database, lead: Person, name: str) -> None:
    with pytest.raises(FtError, match="tâche du programme"):
        prompts.publish(database, lead, prompts.compose(name, "T", "", "Texte"), NOW)
