"""The frame: which pages there are, what it says of the mode, and that it outlives a failing page."""

import logging
from collections.abc import Callable

import pytest
from streamlit.testing.v1 import AppTest

from ftcore.database import utc_now
from ftcore.outreach import worklist
from ftcore.services import Services

Open = Callable[[str], AppTest]


@pytest.mark.parametrize(
    ("file", "title"),
    [
        pytest.param("chat.py", "Rédaction", id="writing"),
        pytest.param("preselection.py", "Présélection", id="choosing"),
        pytest.param("conversations.py", "Échanges", id="answers"),
        pytest.param("metrics.py", "Mesures", id="figures"),
        pytest.param("administration.py", "Administration", id="imports"),
        pytest.param("phones.py", "Téléphones", id="sandbox"),
    ],
)
def test_every_page_opens_on_an_empty_agency_and_says_what_it_is_for(open_page: Open, file: str, title: str) -> None:
    app = open_page(file)
    assert [shown.value for shown in app.title] == [title]
    assert not app.exception
    assert not app.error


@pytest.mark.parametrize("engine", ["duckdb", "postgresql"], indirect=True)
@pytest.mark.parametrize("file", ["chat.py", "preselection.py", "conversations.py", "metrics.py", "phones.py"])
def test_every_page_opens_on_the_demo_agency(open_page: Open, demo_house: Services, file: str) -> None:
    app = open_page(file)
    assert not app.exception
    assert not app.error


def test_a_failing_page_leaves_the_frame_and_gives_a_reference(
    open_page: Open, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fails(*_: object) -> None:
        raise RuntimeError("something nobody foresaw")

    monkeypatch.setattr(worklist, "counts", fails)
    with caplog.at_level(logging.ERROR, "pages"):
        app = open_page("conversations.py")
    (shown,) = [error.value for error in app.error]
    reference = shown.split("référence ")[1].split(" ")[0]
    assert "RuntimeError" not in shown
    assert any(reference in record.getMessage() for record in caplog.records)
    assert "something nobody foresaw" in caplog.text
    assert not app.exception


def test_the_phones_show_what_arrived_and_take_an_answer(open_page: Open, house: Services) -> None:
    assert house.sandbox is not None
    row = {"sms_id": "a", "phone": "+33639980001", "outgoing": False, "body": "Bonjour ?", "happened_utc": utc_now()}
    house.database.transact(lambda tx: tx.insert("sandbox_sms", [row]))
    app = open_page("phones.py")
    assert "Bonjour ?" in [text.value for text in app.text]
    app.button(key="phones.quick.+33639980001.Oui").click().run()
    assert not house.sandbox.idle(), "the answer is on its way to the callbacks"
