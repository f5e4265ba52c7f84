"""Signing in with a real OpenID provider, in a real browser: roles, withdrawal, sign-out, a copied cookie."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from ftcore.database import Database, utc_now
from ftcore.trust import agencies
from tests.e2e.conftest import free_port, served, wait_until_served

PEOPLE = (
    {"sub": "camille", "name": "Camille Essai", "agency": "07001", "roles": ["ft-conseil", "ft-encadrement"]},
    {"sub": "eva", "name": "Éva Essai", "roles": ["ft-mesure"]},
    {"sub": "paul", "name": "Paul Essai", "agency": "07001", "roles": ["ft-parking"]},
    {"sub": "ines", "name": "Inès Essai", "agency": "99", "roles": ["ft-conseil"]},
)


@dataclass
class House:
    """The program and how to come in."""

    address: str
    browser: Browser

    def visitor(self) -> Page:
        context = self.browser.new_context(viewport={"width": 1280, "height": 900}, locale="fr-FR")
        context.set_default_timeout(60_000)
        return context.new_page()

    def enter(self, page: Page, subject: str) -> None:
        """Go to the program, and through the provider's own page."""
        page.goto(self.address)
        self.sign_in(page, subject)

    def sign_in(self, page: Page, subject: str) -> None:
        """From whatever page asks for it, through the provider's own."""
        page.get_by_role("button", name="Se connecter").click()
        page.get_by_role("button", name=subject).click()
        page.wait_for_url(f"{self.address}/**")


@contextmanager
def provider() -> Iterator[str]:
    """The OpenID provider, a process of its own, by its address."""
    port = free_port()
    people = [part for person in PEOPLE for part in ("--user-claims", json.dumps(person))]
    # It warns of what its libraries will drop one day.
    command = [sys.executable, "-W", "ignore", "-m", "oidc_provider_mock", "--port", str(port), *people]
    program = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        wait_until_served(f"http://localhost:{port}/.well-known/openid-configuration", program)
        yield f"http://localhost:{port}"
    finally:
        program.terminate()
        program.wait(60)


@pytest.fixture
def house(tmp_path: Path, browser_page: Page) -> Iterator[House]:
    database = Database.open(str(tmp_path / "essai.duckdb"))
    agencies.add(database, "07001", "Agence d'essai", "07", "test", utc_now())
    database.close()
    port = free_port()
    with provider() as url:
        settings = {
            "FT_OIDC_URL": url,
            "FT_OIDC_CLIENT_ID": "entremise",
            "FT_OIDC_CLIENT_SECRET": "client-secret-of-this-test",
            "FT_COOKIE_SECRET": "cookie-secret-of-this-test-0123456789",
            "FT_PUBLIC_URL": f"http://localhost:{port}",
            "FT_OIDC_ROLES": "ft-conseil=conseiller, ft-encadrement=responsable, ft-mesure=evaluateur",
        }
        browser = browser_page.context.browser
        assert browser is not None
        with served(tmp_path, port, settings) as address:
            yield House(address.replace("127.0.0.1", "localhost"), browser)


def sidebar(page: Page) -> str:
    return page.get_by_test_id("stSidebar").inner_text()


def test_nobody_gets_in_without_signing_in_and_everybody_sees_what_is_theirs(house: House) -> None:
    page = house.visitor()
    for path in ("", "/mesures", "/echanges", "/administration", "/redaction"):
        page.goto(house.address + path)
        expect(page.get_by_role("button", name="Se connecter")).to_be_visible()
        assert "Échanges" not in page.inner_text("body")

    house.enter(page, "camille")
    expect(page.get_by_role("heading", name="Rédaction", exact=True)).to_be_visible()
    assert "Camille Essai" in sidebar(page)
    assert "Agence d'essai" in sidebar(page)
    assert "Évaluation" not in sidebar(page)
    # Two roles are hers; the other opens what is its own.
    page.get_by_test_id("stSidebar").get_by_role("combobox").click()
    page.get_by_role("option", name="Encadrement").click()
    expect(page.get_by_test_id("stSidebarNav").get_by_role("link", name="Évaluation")).to_be_visible()
    page.reload()
    expect(page.get_by_test_id("stSidebarNav").get_by_role("link", name="Évaluation")).to_be_visible()

    evaluator = house.visitor()
    house.enter(evaluator, "eva")
    expect(evaluator.get_by_role("heading", name="Mesures", exact=True)).to_be_visible()
    assert "Toutes les agences" in sidebar(evaluator)
    assert "Échanges" not in sidebar(evaluator)

    stranger = house.visitor()
    house.enter(stranger, "paul")
    expect(stranger.get_by_text("aucun rôle ne vous est attribué")).to_be_visible()
    lost = house.visitor()
    house.enter(lost, "ines")
    expect(lost.get_by_text("rattaché à aucune agence connue")).to_be_visible()

    # A copy of the cookie works as long as the session does, and not a moment longer.
    copy = house.browser.new_context(locale="fr-FR")
    copy.add_cookies(page.context.cookies())
    thief = copy.new_page()
    thief.goto(house.address)
    expect(thief.get_by_test_id("stSidebarNav")).to_be_visible(timeout=60_000)
    page.get_by_role("button", name="Se déconnecter").click()
    page.get_by_role("button", name="End session").click()
    expect(page.get_by_role("button", name="Se connecter")).to_be_visible()
    thief.reload()
    expect(thief.get_by_text("Votre session est terminée")).to_be_visible(timeout=60_000)
    assert "Camille" not in thief.inner_text("body")


def test_signing_in_leads_back_to_where_one_was_and_to_what_one_was_typing(house: House) -> None:
    page = house.visitor()
    page.goto(f"{house.address}/mesures?periode=7+jours&comparee=Un+an+avant")
    other = page.context.new_page()
    other.goto(f"{house.address}/redaction?tache=rewrite")
    # Both leave for the provider before either comes back.
    page.get_by_role("button", name="Se connecter").click()
    expect(page.get_by_role("button", name="camille")).to_be_visible()
    house.sign_in(other, "camille")
    expect(other.get_by_role("heading", name="Rédaction", exact=True)).to_be_visible()
    assert other.url == f"{house.address}/redaction?tache=rewrite"
    page.get_by_role("button", name="camille").click()
    expect(page.get_by_role("combobox", name="Comparée à")).to_have_value("Un an avant")
    expect(page.get_by_role("combobox", name="Période")).to_have_value("7 jours")
    assert not [cookie for cookie in page.context.cookies() if "retour" in cookie["name"]]

    # The session of the other tab ends while one types there.
    other.get_by_role("button", name="Offre d'emploi").click()
    other.get_by_label("Vos notes").fill("Cherche serveur à Annonay")
    page.get_by_role("button", name="Se déconnecter").click()
    page.get_by_role("button", name="End session").click()
    expect(page.get_by_role("button", name="Se connecter")).to_be_visible()
    other.get_by_role("button", name="Rédiger", exact=True).click()
    expect(other.get_by_text("Votre session est terminée")).to_be_visible()
    expect(other.get_by_text("est gardé une heure")).to_be_visible()
    house.sign_in(other, "camille")
    expect(other.get_by_label("Vos notes")).to_have_value("Cherche serveur à Annonay")
    expect(other.get_by_text("est de nouveau là")).to_be_visible()
    assert other.url == f"{house.address}/redaction?tache=offer"
