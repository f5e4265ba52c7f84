"""Each page opened by its address as each role: who may not reads one sentence, and nothing else is drawn or asked."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path
from uuid import uuid4

import pytest
from streamlit.testing.v1 import AppTest

from ftcore.model import Person, Role
from ftcore.services import Services
from ftcore.trust.access import PERMISSIONS
from pages import doors

PAGES = Path(doors.__file__).parent
# What the frame lists; the other files of the folder are parts of these.
SCRIPTS = set(re.findall(r'"(\w+\.py)"', (PAGES / "main.py").read_text(encoding="utf-8")))
CLOSED = [
    (page, role)
    for page in doors.PAGES
    for role in Role
    if not any(role in PERMISSIONS[permission] for permission in doors.PAGES[page])
]


def test_every_page_has_a_door() -> None:
    assert set(doors.PAGES) == SCRIPTS
    for page in SCRIPTS:
        assert f'doors.keep("{page}"' in (PAGES / page).read_text(encoding="utf-8")


def test_which_roles_may_not_open_what() -> None:
    assert {(page.removesuffix(".py"), role.value) for page, role in CLOSED} == {
        ("chat", "evaluator"),
        ("chat", "administrator"),
        ("preselection", "evaluator"),
        ("preselection", "administrator"),
        ("conversations", "evaluator"),
        ("conversations", "administrator"),
        ("metrics", "administrator"),
        ("evaluation", "counselor"),
        ("evaluation", "administrator"),
        ("administration", "evaluator"),
        ("phones", "evaluator"),
    }


@pytest.mark.parametrize("engine", ["duckdb"])
@pytest.mark.parametrize(("page", "role"), CLOSED)
def test_who_may_not_open_a_page_reads_why_and_nothing_else(house: Services, page: str, role: Role) -> None:
    house.person = replace(house.person, person_id="p", role=role)
    app = AppTest.from_file(PAGES / page, default_timeout=60).run()
    assert [error.value for error in app.error] == [doors.CLOSED]
    assert len(list(app.main.children)) == 1
    assert not app.exception


@pytest.mark.parametrize("role", Role)
def test_a_section_of_administration_that_nobody_listed_is_open_to_nobody(role: Role) -> None:
    someone = Person("p", "Paul", role, uuid4())
    for name, permission in doors.SECTIONS.items():
        assert doors.sections(someone, ["Nouveau", name]) == ([name] if role in PERMISSIONS[permission] else [])
