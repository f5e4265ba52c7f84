"""When a session ends while its tab is open: it is said, before and after, and what was typed comes back once."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, timedelta
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from ftcore.database import utc_now
from ftcore.services import Services
from ftcore.sign_in_settings import SignInSettings
from ftcore.trust import agencies, claims, sessions
from tests.pages.conftest import MAIN

SIGN_IN = SignInSettings("https://p.exemple/", "entremise", "s" * 20, "c" * 40, "https://entremise.exemple")
NOTES = "Cherche serveur à Annonay, sans diplôme"
FIELD = "chat.input.offer.notes"
# What is asked of the database here is tested on both engines with the sessions themselves.
pytestmark = pytest.mark.parametrize("engine", ["duckdb"])


@pytest.fixture
def tab(house: Services, monkeypatch: pytest.MonkeyPatch) -> Callable[..., AppTest]:
    """A tab of Camille's, or of somebody else's, by the sign-in that its cookie tells of."""
    monkeypatch.setattr(house, "settings", replace(house.settings, sign_in=SIGN_IN))
    agencies.add(house.database, "07001", "Agence d'essai", "07", "test", utc_now())
    began = int(utc_now().replace(tzinfo=UTC).timestamp())

    def opened(nonce: str, subject: str = "camille", roles: tuple[str, ...] = ("conseiller",)) -> AppTest:
        app = AppTest.from_file(MAIN, default_timeout=120)
        app.user = {"is_logged_in": True, **said(nonce, subject, roles)}
        return app.run().switch_page("chat.py").run()

    def said(nonce: str, subject: str, roles: tuple[str, ...]) -> dict[str, Any]:
        return {"iss": "p", "sub": subject, "iat": began, "nonce": nonce, "name": "Camille", "agency": "07001",
                "roles": list(roles)}  # fmt: skip

    opened.said = said  # type: ignore[attr-defined]
    return opened


def end(tab: Callable[..., AppTest], house: Services, nonce: str) -> None:
    identity = claims.read(tab.said(nonce, "camille", ("conseiller",)), SIGN_IN)  # type: ignore[attr-defined]
    assert identity is not None
    sessions.sign_out(house.database, identity, utc_now())


def typed_and_refused(tab: Callable[..., AppTest], house: Services) -> AppTest:
    """A tab whose session ended before the notes that stand in it were sent off."""
    app = tab("first")
    app.text_area(key=FIELD).input(NOTES)
    end(tab, house, "first")
    app.session_state["acting.session"] = None  # two seconds later
    return app.button(key="chat.write").click().run()


def shown(app: AppTest) -> str:
    return " ".join(one.value for one in (*app.info, *app.warning, *app.caption, *app.text))


def test_what_was_being_typed_comes_back_to_its_writer_after_the_next_sign_in_and_once(
    tab: Callable[..., AppTest], house: Services
) -> None:
    refused = typed_and_refused(tab, house)
    assert "Votre session est terminée" in shown(refused)
    assert "est gardé une heure" in shown(refused)
    assert not refused.text_area
    assert house.database.value("SELECT count(*) FROM chat") == 0
    assert tab("another", "morgane").text_area(key=FIELD).value == ""
    back = tab("second")
    assert back.text_area(key=FIELD).value == NOTES
    assert tab("third").text_area(key=FIELD).value == ""


def test_a_copied_cookie_of_an_ended_session_keeps_nothing(tab: Callable[..., AppTest], house: Services) -> None:
    tab("first")
    end(tab, house, "first")
    thief = AppTest.from_file(MAIN, default_timeout=120)
    thief.user = {"is_logged_in": True, **tab.said("first", "camille", ("conseiller",))}  # type: ignore[attr-defined]
    thief.session_state[FIELD] = "Appelez ce numéro"
    assert "Votre session est terminée" in shown(thief.run())
    assert "est gardé" not in shown(thief)
    assert tab("second").text_area(key=FIELD).value == ""


def test_one_is_told_five_minutes_before_and_a_click_keeps_one_in(tab: Callable[..., AppTest], house: Services) -> None:
    app = tab("first")
    assert not app.warning

    def since(minutes: int) -> AppTest:
        seen = utc_now() - timedelta(minutes=minutes)
        house.database.transact(lambda tx: tx.execute("UPDATE sign_in_session SET seen_utc = $1", seen))
        # The page refreshes itself, which is no click.
        identity = claims.read(tab.said("first", "camille", ("conseiller",)), SIGN_IN)  # type: ignore[attr-defined]
        found = sessions.resume(house.database, identity, utc_now(), active=False)  # type: ignore[arg-type]
        app.session_state["acting.session"] = (identity.session_key, float("inf"), True, found)  # type: ignore[union-attr]
        return app.run()

    assert not since(24).warning
    assert "Sans clic de votre part, votre session se ferme à" in since(26).warning[0].value
    app.session_state["acting.session"] = None
    app.button(key="sign_in.stay").click().run()
    assert not app.warning
    assert not app.exception
