"""The main job in a real browser, as a counselor does it."""

import os
import re
from pathlib import Path

from playwright.sync_api import Page, expect

# `make screenshots` sets it; the README shows what this test saw.
PICTURES = os.environ.get("ENTREMISE_PICTURES")


def picture(page: Page, name: str) -> None:
    if PICTURES:
        page.get_by_test_id("stMain").evaluate("main => main.scrollTo(0, 0)")
        page.wait_for_timeout(1500)
        page.screenshot(path=Path(PICTURES) / f"{name}.png")


def go_to(page: Page, name: str) -> None:
    page.get_by_test_id("stSidebarNav").get_by_role("link", name=name).click()
    expect(page.get_by_role("heading", name=name, exact=True)).to_be_visible()


def figure(page: Page, label: str) -> int:
    """The whole number that a figure of the page shows."""
    metric = page.get_by_test_id("stMetric").filter(has_text=label).first
    expect(metric).to_be_visible()
    return int(re.sub(r"\D", "", metric.get_by_test_id("stMetricValue").inner_text()))


def test_an_answer_typed_on_a_sandbox_phone_is_counted_on_the_metrics_page(address: str, browser_page: Page) -> None:
    page = browser_page
    page.goto(address)
    expect(page.get_by_role("heading", name="Rédaction", exact=True)).to_be_visible()
    # The framework's own words are French, also for who hears them.
    assert page.locator("html").get_attribute("lang") == "fr"
    expect(page.get_by_role("button", name="Choisir un fichier")).to_be_visible()
    expect(page.get_by_text(re.compile(r"10\sMo par fichier"))).to_be_visible()
    picture(page, "redaction")

    go_to(page, "Mesures")
    before = figure(page, "Réponses")
    picture(page, "mesures")

    go_to(page, "Présélection")
    page.get_by_role("combobox", name="Offre").click()
    page.get_by_role("option").first.click()
    check = page.get_by_role("button", name=re.compile("Vérifier 15 messages"))
    expect(check).to_be_enabled()
    picture(page, "preselection")
    check.click()
    send = page.get_by_role("button", name=re.compile(r"Envoyer \d+ SMS à \d+ personnes, environ"))
    expect(send).to_be_enabled()
    picture(page, "verification")
    send.click()
    expect(page.get_by_text(re.compile(r"15 SMS sur 15 transmis"))).to_be_visible()
    picture(page, "envoi")

    page.get_by_role("button", name="Arrêter tous les envois").click()
    page.get_by_role("button", name="Arrêter maintenant").click()
    expect(page.get_by_text("Tous les envois de l'agence sont arrêtés").first).to_be_visible()
    page.get_by_role("button", name="Reprendre", exact=True).click()
    expect(page.get_by_text("Tous les envois de l'agence sont arrêtés")).to_have_count(0)

    go_to(page, "Téléphones")
    expect(page.get_by_text("Message automatique").first).to_be_visible()
    name = page.get_by_test_id("stMain").locator("strong").first.inner_text()
    phone = page.get_by_test_id("stChatInputTextArea").first
    phone.fill("Oui, disponible dès lundi")
    phone.press("Enter")
    expect(page.get_by_text("Oui, disponible dès lundi")).to_be_visible()
    # The day is known already: the automaton asks what the offer asks, and hands over.
    expect(page.get_by_text(re.compile("travailler le week-end"))).to_be_visible()
    phone.fill("oui pas de souci")
    phone.press("Enter")
    expect(page.get_by_text(re.compile("vous appellera pour ce poste"))).to_be_visible()
    picture(page, "telephones")

    go_to(page, "Échanges")
    page.get_by_role("button", name=name).click()
    expect(page.get_by_text("« Oui, disponible dès lundi »").first).to_be_visible()
    expect(page.get_by_text("« oui pas de souci »").first).to_be_visible()
    picture(page, "echanges")

    go_to(page, "Mesures")
    assert figure(page, "Réponses") == before + 1


def test_a_draft_with_a_forbidden_criterion_is_mended_and_validated(address: str, browser_page: Page) -> None:
    page = browser_page
    page.goto(address)
    notes = "Cherche serveur à Annonay, CDI 35 h, 12,50 € de l'heure, débutant accepté, moins de 30 ans."
    page.get_by_label("Vos notes").fill(notes)
    page.get_by_role("button", name="Rédiger", exact=True).click()
    expect(page.get_by_text("1 point bloquant")).to_be_visible()
    expect(page.get_by_role("button", name="Valider l'offre")).to_be_disabled()
    picture(page, "assistant")
    page.get_by_role("button", name="Retirer").click()
    expect(page.get_by_text("Aucun point de droit relevé")).to_be_visible()
    # The address leads back to the conversation.
    page.reload()
    page.get_by_role("button", name="Retirer").click()
    expect(page.get_by_text("Aucun point de droit relevé")).to_be_visible()
    page.get_by_role("button", name="Valider l'offre").click()
    expect(page.get_by_role("heading", name="Présélection", exact=True)).to_be_visible()
    expect(page.get_by_role("combobox", name="Offre")).to_have_value(re.compile(r"Serveur \(H/F\)"))
