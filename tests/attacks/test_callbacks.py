"""Forged, guessed and repeated callbacks. Shapes, sizes and rates are in tests/test_webhooks.py and tests/test_door.py.

OWASP ASVS 5.0: V2.4 (anti-automation), V4.1.4 (methods), V11.2.4 (constant time), V13.2.1 (authenticated machines).
"""

from __future__ import annotations

import ast
import random
import secrets
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from starlette.applications import Starlette
from starlette.testclient import TestClient

from ftcore.database import Database, GroupCommit, utc_now
from ftcore.database.copy import TABLES
from ftcore.outreach import inbox
from ftcore.trust import callback_secrets, secret_hashes
from ftcore.trust.callback_secrets import KnownSecrets
from ftcore.trust.secret_hashes import SecretHashes, digest
from ftcore.webhooks import asgi, checks
from ftcore.webhooks.checks import Guard, Limits
from tests.outreach.conftest import Town

KEY = "secret-of-this-test-run-0001"
OPEN = Limits(guesses=1e9, callbacks=1e9)
KINDS = ("delivery", "incoming", "opt-out")


@pytest.fixture
def client(town: Town) -> Iterator[TestClient]:
    writer = GroupCommit(town.database)
    routes = asgi.routes(writer, KnownSecrets(town.database, KEY), lambda: None, OPEN)
    with TestClient(Starlette(routes=routes)) as found:
        yield found
    writer.close()


def stored(database: Database) -> dict[str, str]:
    """All that is stored, by table; a table as its rows in the order of their text."""
    with database.read() as reader:
        return {table: str(sorted(map(str, reader.rows(f"SELECT * FROM {table}")))) for table in TABLES
                if not table.startswith(("occupation", "commune", "skill", "department"))}  # fmt: skip


def guesses(count: int) -> Iterator[str]:
    """Keys that are nearly right, of the right form, empty, long, or no key at all."""
    rng = random.Random(8)
    for number in range(count):
        place = rng.randrange(len(KEY))
        other = "a" if KEY[place] != "a" else "b"
        yield (
            KEY[:place] + other + KEY[place + 1 :] + ("" if number % 3 else "x"),
            secrets.token_urlsafe(32),
            KEY[: rng.randrange(1, len(KEY))],
            KEY.upper(),
            "x" * rng.randrange(1, 300),
            digest(KEY),
            "%00" + KEY,
            KEY + "%00",
        )[number % 8]


def test_ten_thousand_forged_callbacks_change_nothing_and_are_told_nothing(town: Town) -> None:
    """At the guard, which is the same in both doors; the routes are asked below."""
    town.launch(town.people(2))
    before = stored(town.database)
    known = KnownSecrets(town.database, KEY)
    known.refresh()
    guard = Guard(known.opens, OPEN)
    answers = {guard.refusal(f"10.0.{n % 256}.1", "POST", key, KINDS[n % 3]) for n, key in enumerate(guesses(10_000))}
    assert answers == {(404,)}
    assert stored(town.database) == before


def test_a_forged_callback_gets_the_answer_of_an_address_that_never_was(town: Town, client: TestClient) -> None:
    people = town.people(1)
    town.launch(people)
    before = stored(town.database)
    retired = callback_secrets.new(town.database, town.counselor.agency_id, "p", utc_now())
    callback_secrets.retire(town.database, town.counselor.agency_id, digest(retired)[:8], "p", utc_now())
    after_retiring = stored(town.database)
    form = {"from": town.phone(people[0]), "text": "STOP", "id": "1", "status": "Failed", "phoneNumber": "+33639980001"}
    answers = set()
    for key in (*guesses(24), retired):
        for kind in KINDS:
            answer = client.post(f"/callbacks/{key}/{kind}", data=form)
            answers.add((answer.status_code, answer.content, tuple(sorted(answer.headers.items()))))
    answer = client.post(f"/callbacks/{KEY}/nothing", data=form)
    answers.add((answer.status_code, answer.content, tuple(sorted(answer.headers.items()))))
    assert len(answers) == 1, "byte for byte the same"
    assert stored(town.database) == after_retiring
    assert before["reply"] == after_retiring["reply"]


def test_a_thousand_replays_have_one_effect(town: Town, client: TestClient) -> None:
    people = town.people(1)
    town.launch(people)
    form = {"from": town.phone(people[0]), "to": "36000", "text": "Oui", "id": "7", "date": "2026-11-24"}
    for number in range(1_000):
        assert client.post(f"/callbacks/{KEY}/incoming", data=form).status_code == 200
        if number in (0, 500):
            inbox.take_in(town.database, None, town.now + timedelta(hours=1))
    inbox.take_in(town.database, None, town.now + timedelta(hours=2))
    assert town.database.value("SELECT count(*) FROM callback") == 1
    assert town.database.value("SELECT count(*) FROM reply") == 1


@pytest.mark.parametrize("module", [secret_hashes, callback_secrets, checks])
def test_a_key_is_compared_by_its_hash_in_constant_time_and_nowhere_else(module: object) -> None:
    tree = ast.parse(Path(str(module.__file__)).read_text())  # type: ignore[attr-defined]
    for node in ast.walk(tree):
        if isinstance(node, ast.Compare):
            names = {each.id for each in ast.walk(node) if isinstance(each, ast.Name)}
            assert not names & {"secret", "given", "valid_secret"}, ast.unparse(node)


def test_how_much_of_a_key_is_right_changes_no_step_of_the_look_up(monkeypatch: pytest.MonkeyPatch) -> None:
    compared: list[tuple[str, str]] = []
    real: Callable[[str, str], bool] = secret_hashes.hmac.compare_digest

    def watched(one: str, other: str) -> bool:
        compared.append((one, other))
        return real(one, other)

    monkeypatch.setattr(secret_hashes.hmac, "compare_digest", watched)
    hashes = SecretHashes([digest(KEY)])
    assert hashes.opens(KEY)
    assert compared == [(digest(KEY), digest(KEY))]
    for end in range(len(KEY)):
        assert not hashes.opens(KEY[:end])
    assert len(compared) == 1, "a wrong key is told apart by its hash, which nobody can choose"
