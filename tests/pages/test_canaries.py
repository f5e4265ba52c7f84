"""A thousand rows of agency B, each with a mark of its own, while agency A works: A sees none of the marks, anywhere.

Looked through are all that a page sends to the browser, every file that it offers, what it asks a model, and what
Streamlit keeps for everybody. The phones of the sandbox stand apart: they belong to no agency, and only to the demo.
"""

from __future__ import annotations

import ast
import io
import re
import zipfile
from collections.abc import Callable, Iterable, Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pandas as pd
import pypdf
import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from ftcore.database import utc_now
from ftcore.drafting import writing
from ftcore.drafting.assistant import Ask, Stop, Usage
from ftcore.insight import research_export
from ftcore.insight.scope import Scope
from ftcore.model import Role
from ftcore.outreach import drafted, employer_sheet, shortlist
from ftcore.services import Services
from pages import doors
from tests.trust.two_agencies import NOW, PERSONS, WORKS, Agency, marks, settle

PAGES = Path(doors.__file__).parent
THREADS = 100
pytestmark = pytest.mark.parametrize("engine", ["duckdb"])


@pytest.fixture
def agencies(house: Services) -> tuple[Agency, Agency]:
    ours, theirs = settle(house.database, "A", now=utc_now()), settle(house.database, "B", THREADS, utc_now())
    assert theirs.rows > 1_000
    house.person = ours.member(Role.TEAM_LEAD)
    return ours, theirs


@pytest.fixture
def offered(monkeypatch: pytest.MonkeyPatch) -> dict[tuple[str, str], Any]:
    """The files that pages offer, by their label and name without its id; what makes them is not asked yet."""
    files: dict[tuple[str, str], Any] = {}

    def take(label: str, data: Any = b"", file_name: str = "", *_: Any, **__: Any) -> bool:
        files[label, re.sub(r"[0-9a-f-]{12,}", "", file_name)] = data
        return False

    monkeypatch.setattr(st, "download_button", take)
    # Opened without the frame, as no menu keeps anybody away there: a link to another page leads nowhere.
    monkeypatch.setattr(st, "page_link", lambda page, label="", **_: st.caption(label))
    return files


def elements(block: Any) -> Iterator[Any]:
    for child in block.children.values():
        if hasattr(child, "children"):
            yield from elements(child)
        yield child


def sent(app: AppTest) -> str:
    """All that was sent to the browser: names and texts stand in it as they are, also within tables and charts."""
    raw = b"\n".join(one.proto.SerializeToString() for one in elements(app._tree) if getattr(one, "proto", None))
    return raw.decode("utf-8", errors="ignore")


def inside(name: str, made: Any) -> str:
    """What a file says, whatever it is packed in."""
    data = made() if callable(made) else made
    data = data if isinstance(data, bytes) else str(data).encode()
    if name.endswith((".docx", ".zip", ".xlsx")):
        with zipfile.ZipFile(io.BytesIO(data)) as packed:
            return "\n".join(packed.read(each).decode("utf-8", errors="ignore") for each in packed.namelist())
    if name.endswith(".pdf"):
        return "\n".join(page.extract_text() for page in pypdf.PdfReader(io.BytesIO(data)).pages)
    if name.endswith(".parquet"):
        return pd.read_parquet(io.BytesIO(data)).to_csv()
    return data.decode("utf-8", errors="ignore")


def opened(page: str, **address: str) -> AppTest:
    app = AppTest.from_file(PAGES / page, default_timeout=120)
    for name, value in address.items():
        app.query_params[name] = value
    return app.run()


def each_of(app: AppTest, key: str) -> Iterator[AppTest]:
    """The page under each of the choices of a control."""
    for option in list(app.segmented_control(key=key).options):
        yield app.segmented_control(key=key).set_value(option).run()


def seen(visits: Iterable[AppTest]) -> str:
    """What all these pages say."""
    said = ""
    for app in visits:
        assert not app.exception
        said += sent(app)
    return said


def test_who_works_in_one_agency_meets_no_mark_of_another(
    house: Services, agencies: tuple[Agency, Agency], offered: dict[tuple[str, str], Any]
) -> None:
    ours, theirs = agencies
    they = {name: str(one) for name, one in theirs.ids.items()}
    we = {name: str(one) for name, one in ours.ids.items()}

    def visits() -> Iterator[AppTest]:
        for chat_id in (we["chat_id"], they["chat_id"]):
            yield opened("chat.py", echange=chat_id)
        for task in ("consignes", theirs.prompt):
            yield opened("chat.py", tache=task)
        for offer_id in (we["offer_id"], they["offer_id"]):
            yield opened("preselection.py", offre=offer_id)
        yield opened("conversations.py", echange=they["conversation_id"], pour=they["offer_id"])
        talks = opened("conversations.py", echange=we["conversation_id"], pour=we["offer_id"])
        yield from each_of(talks, "conversations.view")
        yield opened("metrics.py", par="Par agence", agence=theirs.name)
        yield opened("metrics.py").segmented_control(key="par").set_value("offres").run()
        yield opened("evaluation.py", agence=theirs.name)
        yield from each_of(opened("evaluation.py"), "section")
        yield from each_of(opened("administration.py"), "administration.section")

    said = seen(visits())
    assert len(set(marks("A", PERSONS).findall(said))) > 10, "they would be found if they were there"
    assert not set(marks("B").findall(said))
    taken = shortlist.hand_over(house.database, house.person, ours.offer.offer_id, "Word", utc_now())
    files = [(name, data) for (_, name), data in offered.items()]
    files += [(f"x.{end}", write(taken, "Agence")) for end, _, write in employer_sheet.FORMS.values()]
    assert {name.rpartition(".")[2] for name, _ in files} >= {"csv", "docx", "pdf", "parquet"}
    read = [inside(*file) for file in files]
    assert any(marks("A", PERSONS).search(each) for each in read)
    assert not any(marks("B").search(each) for each in read)


def test_who_evaluates_meets_nobody_and_who_administers_no_exchange(
    house: Services, agencies: tuple[Agency, Agency], offered: dict[tuple[str, str], Any]
) -> None:
    house.person = agencies[0].member(Role.EVALUATOR)
    said = seen([opened("metrics.py").segmented_control(key="par").set_value("offres").run()])
    assert marks("B", WORKS).search(said), "evaluators look at every agency"
    said += seen(each_of(opened("evaluation.py"), "section"))
    said += "".join(inside(name, data) for (_, name), data in offered.items() if not name.endswith("pdf"))
    today = utc_now().date()
    zipped = research_export.export(house.database, house.person, Scope(date(2020, 1, 1), today), 5, utc_now())
    said += inside(zipped.name, zipped.content)
    for letter in "AB":
        assert not set(marks(letter, PERSONS).findall(said))
    house.person = agencies[0].member(Role.ADMINISTRATOR)
    said = seen(each_of(opened("administration.py"), "administration.section"))
    assert not set(marks("A", PERSONS).findall(said))
    assert not set(marks("B").findall(said))


class Listening:
    """A language model that keeps what it is asked, and answers nothing of interest."""

    name, is_ai = "essai", True

    def __init__(self) -> None:
        self.asked: list[Ask] = []

    def stream(self, ask: Ask, stop: Stop | None = None, told: Callable[[Usage], None] | None = None) -> Iterator[str]:
        self.asked.append(ask)
        yield "Bonjour."


def test_no_prompt_holds_a_mark_of_another_agency_nor_a_person_of_ones_own(
    house: Services, agencies: tuple[Agency, Agency]
) -> None:
    ours, _ = agencies
    model, person = Listening(), ours.member(Role.COUNSELOR)
    for generation in (
        writing.begin(house.database, person, model, ours.ids["chat_id"], 100_000, lambda: NOW),
        drafted.begin(house.database, person, model, ours.ids["conversation_id"], 100_000, lambda: NOW),
    ):
        generation.join(30)
    assert len(model.asked) == 2
    assert not marks("B").search(repr(model.asked))


def test_nothing_is_cached_for_everybody_but_the_public_referential(engine: str) -> None:
    cached = {
        f"{file.stem}.{node.name}"
        for folder in (PAGES, PAGES.parent / "ftcore")
        for file in folder.rglob("*.py")
        if "cache_" in (source := file.read_text(encoding="utf-8"))
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.FunctionDef)
        for decorator in node.decorator_list
        if any(name in ast.unparse(decorator) for name in ("cache_data", "cache_resource"))
    }
    assert cached == {"offer_document.occupation_index"}
