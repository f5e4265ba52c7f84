"""The framework's own words in French: each one is still where it was, and only they are changed."""

from __future__ import annotations

import pytest
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.responses import PlainTextResponse
from starlette.routing import Route
from starlette.testclient import TestClient

from pages import front_end
from pages.front_end import WORDS, FrenchWords, in_french


def kind(name: str) -> str:
    return name.partition(".")[0]


def test_every_word_stands_in_the_installed_front_end() -> None:
    texts = [(kind(script.name), script.read_text("utf-8")) for script in front_end.scripts()]
    lost = [
        (name, piece)
        for name, words in WORDS.items()
        for piece in words
        if not any(name == one and piece in text for one, text in texts)
    ]
    assert lost == [], "Streamlit writes these otherwise now: look for them in its static/js"


def test_nothing_but_the_words_changes_and_no_word_changes_another() -> None:
    for script in front_end.scripts():
        was = script.read_text("utf-8")
        now = in_french(script.name, was).removeprefix('document.documentElement.lang="fr";')
        words = {piece: ours for piece, ours in WORDS[kind(script.name)].items() if piece in was}
        assert not [piece for piece in words if piece in now]
        # Backquotes and braces are what the script is made of: as many as ours have more.
        for sign in "`{}":
            more = sum(was.count(piece) * (ours.count(sign) - piece.count(sign)) for piece, ours in words.items())
            assert now.count(sign) - was.count(sign) == more, (script.name, sign)


@pytest.fixture
def client() -> TestClient:
    async def framework(_: object) -> PlainTextResponse:
        return PlainTextResponse("the framework's")

    routes = [Route("/{path:path}", framework, methods=["GET", "POST"])]
    return TestClient(Starlette(routes=routes, middleware=[Middleware(FrenchWords)]))


def test_only_the_scripts_that_speak_are_served_from_here(client: TestClient) -> None:
    names = [script.name for script in front_end.scripts()]
    (uploader,) = (name for name in names if name.startswith("FileUploader."))
    answer = client.get(f"/static/js/{uploader}")
    assert answer.headers["content-type"].startswith("text/javascript")
    assert "`Choisir un fichier`" in answer.text
    assert "`Upload`" not in answer.text
    (main,) = (name for name in names if name.startswith("index."))
    assert client.get(f"/static/js/{main}").text.startswith('document.documentElement.lang="fr";')
    for other in ("/static/js/none.js", "/static/js/../../app.py", "/", f"/media/{uploader}"):
        assert client.get(other).text == "the framework's"
    assert client.post(f"/static/js/{uploader}").text == "the framework's"
