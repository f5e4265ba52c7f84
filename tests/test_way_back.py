"""After signing in one is where one was before; nobody can be led anywhere else by it."""

from __future__ import annotations

import pytest
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import RedirectResponse
from starlette.routing import Route
from starlette.testclient import TestClient

from ftcore.way_back import LONGEST, WayBack, own_page

OURS = "https://entremise.exemple.fr"
SHARED = "/mesures?periode=12+mois&metier=Serveur+%2F+Serveuse"


@pytest.mark.parametrize(
    ("address", "led_to"),
    [
        pytest.param(f"{OURS}{SHARED}", SHARED, id="a shared view with its filters"),
        pytest.param(f"{OURS}/echanges?echange=1b4e28ba", "/echanges?echange=1b4e28ba", id="an exchange"),
        pytest.param("https://ENTREMISE.exemple.fr:443/mesures", "/mesures", id="the same origin, written otherwise"),
        pytest.param(f"{OURS}/mesures#suite", "/mesures", id="a fragment stays in the browser"),
        pytest.param(f"{OURS}/mesures?a={'x' * LONGEST}", "/mesures", id="too long: the page without its choices"),
        pytest.param(f"{OURS}/mesures?a=\r\nX: y", "/mesures", id="a line break is no query"),
        pytest.param(f"{OURS}/mesures?a=é", "/mesures", id="what no browser writes is no query"),
        pytest.param(OURS, None, id="the first page, where everybody is led anyway"),
        pytest.param(f"{OURS}/", None, id="the first page, with its sign"),
        pytest.param("", None, id="nothing said"),
        pytest.param("https://ailleurs.exemple/mesures", None, id="another host"),
        pytest.param("http://entremise.exemple.fr/mesures", None, id="the same host in clear"),
        pytest.param("https://entremise.exemple.fr:8443/mesures", None, id="another port"),
        pytest.param("https://entremise.exemple.fr@ailleurs.exemple/mesures", None, id="our name as somebody's"),
        pytest.param("https://entremise.exemple.fr:x/mesures", None, id="no port at all"),
        pytest.param("https://[::1/mesures", None, id="no address at all"),
        pytest.param("javascript:alert(1)", None, id="a script"),
        pytest.param("//ailleurs.exemple/mesures", None, id="another host without scheme"),
        pytest.param(f"{OURS}//ailleurs.exemple", None, id="two strokes would be another host"),
        pytest.param(f"{OURS}/\\ailleurs.exemple", None, id="a stroke that browsers turn"),
        pytest.param(f"{OURS}/auth/logout", None, id="the way out"),
        pytest.param(f"{OURS}/oauth2callback?state=x", None, id="the return itself"),
        pytest.param(f"{OURS}/media/secret.csv", None, id="a file"),
    ],
)
def test_only_a_page_of_ours_is_come_back_to(address: str, led_to: str | None) -> None:
    assert own_page(address, OURS) == led_to


def test_below_a_path_only_what_is_below_it_is_ours() -> None:
    assert own_page(f"{OURS}/agence/mesures?a=1", f"{OURS}/agence") == "/agence/mesures?a=1"
    assert own_page(f"{OURS}/mesures", f"{OURS}/agence") is None


@pytest.fixture
def client() -> TestClient:
    """A sign-in like Streamlit's: out to a provider with a state, and back to the first page."""

    async def login(request: Request) -> RedirectResponse:
        return RedirectResponse(f"https://fournisseur.exemple/?state={request.query_params['provider']}", 302)

    async def back(_: Request) -> RedirectResponse:
        return RedirectResponse("/", 302)

    routes = [Route("/auth/login", login), Route("/oauth2callback", back)]
    app = Starlette(routes=routes, middleware=[Middleware(WayBack, public_url=OURS)])
    return TestClient(app, base_url=OURS, follow_redirects=False)


def leave(client: TestClient, state: str, page: str) -> str:
    """The cookie that is given for a sign-in begun on this page, or nothing."""
    answer = client.get(f"/auth/login?provider={state}", headers={"referer": page})
    return answer.headers.get("set-cookie", "")


def test_two_tabs_that_sign_in_at_once_come_back_each_to_its_own(client: TestClient) -> None:
    leave(client, "one", f"{OURS}{SHARED}")
    leave(client, "two", f"{OURS}/echanges?echange=1b4e28ba")
    assert client.get("/oauth2callback?state=two&code=c").headers["location"] == "/echanges?echange=1b4e28ba"
    assert client.get("/oauth2callback?state=one&error=access_denied").headers["location"] == SHARED
    # Once: the cookie is gone.
    assert client.get("/oauth2callback?state=one&code=c").headers["location"] == "/"


def test_the_cookie_is_shown_to_the_return_only_and_not_for_long(client: TestClient) -> None:
    given = leave(client, "one", f"{OURS}{SHARED}")
    assert given.endswith("; Max-Age=900; Path=/oauth2callback; HttpOnly; SameSite=Lax; Secure")
    assert leave(client, "two", "https://ailleurs.exemple/mesures") == ""


def test_a_cookie_that_somebody_made_up_leads_nowhere_else(client: TestClient) -> None:
    name = leave(client, "one", f"{OURS}/mesures").partition("=")[0]
    client.cookies.clear()
    for made_up in (
        "Ly9haWxsZXVycy5leGVtcGxl",
        "aHR0cHM6Ly9haWxsZXVycy5leGVtcGxlL3g",
        "%%%",
        "w6k",
        "L2F1dGgvbG9nb3V0",
    ):
        answer = client.get("/oauth2callback?state=one", headers={"cookie": f"{name}={made_up}"})
        assert answer.headers["location"] == "/"
