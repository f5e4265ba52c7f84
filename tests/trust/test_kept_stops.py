"""An objection outlives the person: the number is nowhere, and is recognised when it comes back."""

from __future__ import annotations

import hashlib
import stat
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from uuid import uuid4

import pytest

from ftcore.database import Database
from ftcore.errors import ConfigError, FtError, LaunchRefused
from ftcore.model import Role
from ftcore.outreach import campaigns, dispatcher, trial
from ftcore.outreach.claiming import still_ours
from ftcore.rights import erasure
from ftcore.rights.erasure import Reason
from ftcore.rights.purge import purge
from ftcore.trust import kept_stops, number_keys
from tests.outreach.conftest import Town
from tests.trust.conftest import NUMBER, holding

KEY = b"a key of this test run, long enough"


@pytest.fixture
def objector(town: Town) -> Town:
    """The town after somebody wrote STOP and was erased."""
    (who,) = town.people(phone=NUMBER, external_id="DE-1")
    town.launch([who])
    town.accepted()
    town.writes(NUMBER, "STOP")
    lead = replace(town.counselor, role=Role.TEAM_LEAD)
    erasure.erase(town.database, lead, who, "DE-1", Reason.ASKED, town.now)
    return town


def test_only_a_keyed_hash_of_the_number_is_kept(objector: Town) -> None:
    (row,) = objector.database.rows("SELECT number_key, source FROM opt_out_kept")
    assert row == {"number_key": number_keys.keyed(KEY, NUMBER), "source": "sms"}
    assert holding(objector.database, NUMBER[3:], hashlib.sha256(NUMBER.encode()).hexdigest(), KEY.decode()) == []


def test_the_number_is_kept_out_of_a_launch_in_any_agency(objector: Town) -> None:
    for person in (objector.counselor, objector.colleague):
        (back,) = objector.people(phone=NUMBER, person=person)
        offer = objector.offer(person)
        seen = campaigns.preflight(objector.database, person, offer, [back], None, objector.now)
        assert [each.reason for each in seen.excluded] == ["A répondu STOP : ne souhaite plus recevoir de SMS"]
        with pytest.raises(LaunchRefused):
            objector.launch([back], offer, person=person)


def test_no_trial_goes_to_the_number(objector: Town) -> None:
    with pytest.raises(FtError, match="STOP"):
        trial.send_trial(objector.database, objector.counselor, objector.offer(), NUMBER, None, objector.now)


def put_in_queue(town: Town) -> None:
    """An SMS to the number, on whatever way it came into the queue."""
    (who,) = town.people()
    town.launch([who])
    town.database.transact(lambda tx: tx.execute("UPDATE message SET phone = $1 WHERE state = 'queued'", NUMBER))


def test_an_objection_that_was_kept_is_obeyed_at_the_claim(objector: Town) -> None:
    put_in_queue(objector)
    assert dispatcher.claim(objector.database, "test", None, objector.now) == []
    assert objector.states() == ["accepted", "cancelled"]
    assert objector.database.value("SELECT source FROM opt_out") == "kept"


def test_an_objection_that_was_kept_after_the_claim_is_seen_before_the_socket(town: Town) -> None:
    put_in_queue(town)
    (sms,) = dispatcher.claim(town.database, "test", None, town.now)
    assert still_ours(town.database, sms, None, town.now)
    town.database.transact(lambda tx: kept_stops.keep(tx, KEY, NUMBER, town.now, "sms"))
    assert not still_ours(town.database, sms, None, town.now)


def test_a_stop_that_comes_after_the_erasure_holds_and_loses_its_number_in_the_night(town: Town) -> None:
    (who,) = town.people(phone=NUMBER, external_id="DE-1")
    town.launch([who])
    town.accepted()
    lead = replace(town.counselor, role=Role.TEAM_LEAD)
    erasure.erase(town.database, lead, who, "DE-1", Reason.ASKED, town.now)
    town.writes(NUMBER, "STOP")
    assert town.database.value("SELECT phone FROM opt_out") == NUMBER
    night = town.now.replace(day=town.now.day + 1)
    assert purge(town.database, "automate", night)["objection"] == 1
    assert town.database.value("SELECT count(*) FROM opt_out") == 0
    with town.database.read() as reader:
        assert kept_stops.barred(reader, KEY, [NUMBER, "+33639980000"]) == {NUMBER}


def test_a_night_leaves_the_objection_of_somebody_known_in_clear(town: Town) -> None:
    (who,) = town.people(phone=NUMBER)
    town.launch([who])
    town.accepted()
    town.writes(NUMBER, "STOP")
    assert "objection" not in purge(town.database, "automate", town.now.replace(day=27))


def test_without_its_key_nothing_is_sent(objector: Town) -> None:
    """Better nobody is written to than somebody who objected."""
    (other,) = objector.people()
    offer = objector.offer()
    objector.launch([other], offer)
    objector.database.number_key = None
    with pytest.raises(FtError, match="FT_PRIVACY_KEY"):
        dispatcher.claim(objector.database, "test", None, objector.now)
    with pytest.raises(FtError, match="FT_PRIVACY_KEY"):
        campaigns.preflight(objector.database, objector.counselor, offer, [other], None, objector.now)


def test_the_program_does_not_start_with_another_key_or_with_none(objector: Town) -> None:
    with pytest.raises(ConfigError, match="n'est pas celle"):
        number_keys.load(objector.database, "another key, of the same length")
    with pytest.raises(ConfigError, match="manque"):
        number_keys.load(objector.database, None)
    number_keys.load(objector.database, KEY.decode())


@pytest.mark.parametrize("engine", ["postgresql"], indirect=True)
def test_on_a_server_the_key_must_come_from_the_settings(town: Town) -> None:
    (who,) = town.people(external_id="DE-1")
    town.database.number_key = None
    lead = replace(town.counselor, role=Role.TEAM_LEAD)
    with pytest.raises(FtError, match="FT_PRIVACY_KEY"):
        erasure.erase(town.database, lead, who, "DE-1", Reason.ASKED, town.now)
    assert town.database.value("SELECT count(*) FROM candidate") == 1


def test_an_embedded_database_makes_its_own_key_once_and_nobody_else_may_read_it(tmp_path: Path) -> None:
    file = tmp_path / "essai.duckdb"
    database = Database.open(str(file))
    key = number_keys.need(database)
    kept = tmp_path / "essai.duckdb.privacy-key"
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600
    assert number_keys.need(database) == key == kept.read_bytes()
    database.transact(lambda tx: kept_stops.keep(tx, key, NUMBER, tx.value("SELECT now()::TIMESTAMP"), "sms"))
    database.close()
    again = Database.open(str(file))
    number_keys.load(again, None)
    assert again.number_key == key
    kept.unlink()
    with pytest.raises(ConfigError, match="manque"):
        number_keys.load(again, None)
    again.close()


def test_a_database_in_memory_has_a_key_of_its_own(fresh_database: Callable[..., Database]) -> None:
    base = fresh_database()
    if base.exclusive:
        assert number_keys.need(base) != number_keys.keyed(b"", str(uuid4()))
