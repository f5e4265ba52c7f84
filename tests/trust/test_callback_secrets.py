"""The secrets of the callbacks' addresses: shown once, kept as a hash, two valid at once, retired at will."""

from __future__ import annotations

import re
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime

import pytest

from ftcore.database import Database
from ftcore.errors import FtError, NotFound
from ftcore.model import Person
from ftcore.trust import callback_secrets
from ftcore.trust.callback_secrets import FRESH_SECONDS, KnownSecrets

NOW = datetime(2026, 11, 24, 9, 0)


def make(database: Database, person: Person) -> str:
    return callback_secrets.new(database, person.agency_id, person.person_id, NOW)


def test_a_secret_has_256_bits_and_is_stored_as_a_hash_only(database: Database, person: Person) -> None:
    secret = make(database, person)
    assert re.fullmatch(r"[A-Za-z0-9_-]{43}", secret)
    kept = str(database.rows("SELECT * FROM callback_secret")) + str(database.rows("SELECT * FROM journal"))
    assert secret not in kept
    (shown,) = callback_secrets.listed(database, person.agency_id)
    assert callback_secrets.digest(secret).startswith(shown.mark)


def test_two_are_valid_during_a_rotation_and_never_three(database: Database, person: Person) -> None:
    old, new = make(database, person), make(database, person)
    with pytest.raises(FtError, match="Deux adresses"):
        make(database, person)
    known = KnownSecrets(database, None)
    known.refresh()
    assert [known.opens(secret) for secret in (old, new, "another", "")] == [True, True, False, False]
    mark = callback_secrets.digest(old)[: callback_secrets.MARK]
    callback_secrets.retire(database, person.agency_id, mark, "c1", NOW)
    with pytest.raises(NotFound):
        callback_secrets.retire(database, person.agency_id, mark, "c1", NOW)
    make(database, person)


def test_of_two_made_at_once_beside_a_first_only_one_is(database: Database, person: Person) -> None:
    make(database, person)

    def try_one(_: int) -> bool:
        try:
            make(database, person)
        except FtError:
            return False
        return True

    with ThreadPoolExecutor(4) as pool:
        assert sum(pool.map(try_one, range(4))) == 1


def test_a_retired_secret_opens_nothing_within_seconds_and_the_one_of_the_settings_always(
    database: Database, person: Person
) -> None:
    now = [0.0]
    secret = make(database, person)
    known = KnownSecrets(database, "of-the-settings", clock=lambda: now[0])
    known.refresh()
    callback_secrets.retire(
        database, person.agency_id, callback_secrets.digest(secret)[: callback_secrets.MARK], "c1", NOW
    )
    assert not known.is_stale()
    now[0] = FRESH_SECONDS + 1
    assert known.is_stale()
    known.refresh()
    assert not known.opens(secret)
    assert known.opens("of-the-settings")


def test_an_odd_secret_is_simply_wrong(database: Database) -> None:
    known = KnownSecrets(database, "of-the-settings")
    assert not any(known.opens(odd) for odd in ("é", "\udcff", "x" * 100_000))
