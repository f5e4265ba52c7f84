"""Three hundred hostile texts in every field, and every page in a real browser: nothing of them may come alive.

OWASP ASVS 5.0: V1.2.1 and V3.2.2 (text is shown as text), V3.4.3 (content security policy), V1.3.5 (no live Markdown).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect
from playwright.sync_api import TimeoutError as PlaywrightTimeout

from ftcore.database import Database
from tests.attacks.payloads import BY_MARK, MARK, OUTSIDE, PAYLOADS, Payload
from tests.attacks.poisoned import Poisoned, poison
from tests.e2e.conftest import free_port, served

# What a payload would make, and nothing of ours is.
ALIVE = ", ".join(
    (
        "[data-attack]",
        f"[src*='{OUTSIDE}'], [href*='{OUTSIDE}'], [action*='{OUTSIDE}'], [style*='{OUTSIDE}']",
        "[href^='javascript:'], [href^='data:text'], [srcdoc], iframe:not([title^='st.'])",
        ".katex, .katex-display, a[href='/administration']:not([data-testid])",
    )
)
# Signs that are left out on purpose: they show nothing, or turn what is around them.
UNSEEN = re.compile("[\u00ad\u200b-\u200f\u202a-\u202e\u2060\u2066-\u2069\ufeff]")

# There is a title, nothing is grey for being drawn anew, and what can be read is what it was a moment ago.
DRAWN = """() => {
    const read = document.body.innerText, same = window.readBefore === read;
    window.readBefore = read;
    const title = document.querySelector('[data-testid=stMain] h1');
    const done = document.querySelector('[data-test-script-state=notRunning]');
    return same && title && done && !document.querySelector('[data-stale=true], [data-testid=stSkeleton]');
}"""


def plain(text: str) -> str:
    return re.sub(r"\s+", " ", UNSEEN.sub("", text)).strip()


def stands(payload: Payload, shown: str, found: re.Match[str]) -> bool:
    """Whether around the mark that was found stands the whole payload, or its beginning and "…"."""
    text = plain(payload.text)
    for mark in re.finditer(payload.mark, text):
        begin, rest = found.start() - mark.start(), text[mark.end() :]
        if begin < 0 or not shown.startswith(text[: mark.end()], begin):
            continue
        cut, dots, _ = shown[found.end() : found.end() + len(rest) + 1].partition("…")
        if shown.startswith(rest, found.end()) or (dots and rest.startswith(cut.rstrip())):
            return True
    return False


class Watched:
    """A page of the browser, and what it did that it should not."""

    def __init__(self, page: Page, own: str) -> None:
        self.page, self.own = page, own
        self.outside: list[str] = []
        self.dialogs: list[str] = []
        self.alive: list[str] = []
        self.changed: list[str] = []
        self.seen: set[str] = set()
        page.add_init_script(
            "window.refused = [];"
            "document.addEventListener('securitypolicyviolation', e => window.refused.push(e.blockedURI))"
        )
        page.context.on("request", lambda request: self._asked(request.url))
        page.on("websocket", lambda line: self._asked(line.url.replace("ws:", "http:", 1)))
        page.on("dialog", self._said)

    def _asked(self, url: str) -> None:
        if not url.startswith((self.own, "data:", "blob:")):
            self.outside.append(url)

    def _said(self, dialog: Any) -> None:
        self.dialogs.append(dialog.message)
        dialog.dismiss()

    def look(self, where: str) -> None:
        """Note what came alive, and each payload that does not stand as it was written."""
        self.settled()
        self.outside += self.page.evaluate("window.refused")
        self.alive += [
            f"{where}: {html}"
            for html in self.page.evaluate(
                "query => [...document.querySelectorAll(query)].map(e => e.outerHTML.slice(0, 150))", ALIVE
            )
        ]
        shown = plain(self.page.evaluate("document.body.innerText"))
        for found in MARK.finditer(shown):
            payload = BY_MARK[found.group()]
            if not stands(payload, shown, found):
                self.changed.append(f"{where}: {payload.text!r} as {shown[found.start() - 40 : found.end() + 40]!r}")
            self.seen.add(found.group())

    def settled(self) -> None:
        """The run that draws the page is over, and what it drew has been laid out."""
        expect(self.page.get_by_test_id("stMain").locator("h1").first).to_be_visible()
        # A page that refreshes itself is never still for long on a busy machine: what is there by then is looked at.
        with suppress(PlaywrightTimeout):
            self.page.wait_for_function(DRAWN, polling=350, timeout=8_000)


@pytest.fixture
def poisoned(tmp_path: Path) -> Poisoned:
    database = Database.open(str(tmp_path / "essai.duckdb"))
    made = poison(database)
    database.close()
    return made


@pytest.fixture
def watched(tmp_path: Path, poisoned: Poisoned, browser_page: Page) -> Iterator[Watched]:
    with served(tmp_path, free_port(), {}) as address:
        yield Watched(browser_page, address)


def role(watched: Watched, name: str) -> None:
    watched.page.get_by_test_id("stSidebar").get_by_role("combobox").click()
    watched.page.get_by_role("option", name=name).click()
    watched.settled()


def press(name: str) -> Callable[[Page], None]:
    """Press what is called so, whatever count stands behind."""
    called = re.compile(rf"^{re.escape(name)}( \(.*\))?$")
    return lambda page: page.get_by_test_id("stMain").get_by_text(called).first.click(timeout=20_000)


def find_by_hand(page: Page) -> None:
    field = page.get_by_label("Nom, prénom ou identifiant")
    for _ in range(5):
        # What is drawn anew while it is clicked stays closed.
        page.get_by_text("Ajouter une personne à la main").click()
        page.wait_for_timeout(1_000)
        if field.is_visible():
            break
    field.fill("awa")
    field.press("Enter")
    expect(page.get_by_role("button", name=re.compile("^Ajouter ")).first.filter(has_text="ZK").first).to_be_visible()


def send_names(page: Page) -> None:
    """A file whose column names are payloads."""
    heads = ";".join('"' + payload.text.replace('"', '""').replace("\n", " ") + '"' for payload in PAYLOADS[:40])
    cells = ";".join(["x"] * 40)
    page.locator("input[type=file]").set_input_files(
        {"name": "personnes.csv", "mimeType": "text/csv", "buffer": f"{heads}\n{cells}\n".encode()}
    )
    expect(page.get_by_text("lignes lues")).to_be_visible()


# Who looks, where, and what is pressed there.
WALK: tuple[tuple[str, str, tuple[Callable[[Page], None], ...]], ...] = (
    ("Conseil", "/redaction", ()),
    ("Conseil", "/redaction?echange={chat_id}", ()),
    ("Conseil", "/redaction?tache=tache_aa", ()),
    ("Conseil", "/redaction?tache=formulaire", ()),
    ("Conseil", "/preselection?offre={offer_id}", (press("Carte"), find_by_hand)),
    ("Conseil", "/preselection?offre={offer_id}&campagne={campaign_id}", ()),
    ("Conseil", "/echanges?echange={conversation_id}", (press("Terminés"), press("Dossier employeur"))),
    ("Conseil", "/mesures", ()),
    ("Conseil", "/telephones", ()),
    (
        "Encadrement",
        "/evaluation",
        (press("Comparaisons"), press("Équité"), press("Ce qui n'a pas marché")),
    ),
    (
        "Administration",
        "/administration",
        (send_names, press("Modèles de SMS"), press("Plafonds et horaires"), press("Comptes et rôles"),
         press("État du service")),
    ),
)  # fmt: skip


def test_nothing_that_people_write_comes_alive_on_any_page(watched: Watched, poisoned: Poisoned) -> None:
    page, acting = watched.page, "Conseil"
    places = {name: str(value) for name, value in vars(poisoned).items()}
    for who, path, presses in WALK:
        if who != acting:
            page.goto(watched.own)
            watched.settled()
            role(watched, who)
            acting = who
        page.goto(watched.own + path.format(**places))
        watched.look(f"{who} {path}")
        for number, one in enumerate(presses):
            one(page)
            watched.look(f"{who} {path}, press {number + 1}")
        wrong = [watched.outside, watched.dialogs, watched.alive, watched.changed]
        assert wrong == [[], [], [], []], "\n".join(str(each) for kind in wrong for each in kind[:8])
    assert len(watched.seen) == len(PAYLOADS)
