"""Sessions of our own: they end when they should, whatever cookie is shown."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from uuid import UUID

import pytest

from ftcore.database import Database
from ftcore.errors import FtError, NotAllowed
from ftcore.model import Person, Role
from ftcore.trust import accounts, agencies, sessions
from ftcore.trust.claims import Identity
from ftcore.trust.sessions import Refusal, Session

NOW = datetime(2026, 11, 24, 9, 0)
CAMILLE = Identity("key-1", "https://p#camille", "Camille Essai", (Role.COUNSELOR, Role.TEAM_LEAD), "07001", NOW)


@pytest.fixture
def agency(database: Database) -> UUID:
    return agencies.add(database, "07001", "Agence d'essai", "07", "test", NOW).agency_id


@pytest.fixture
def administrator(agency: UUID) -> Person:
    return Person("somebody else", "Alix", Role.ADMINISTRATOR, agency)


def resumed(database: Database, who: Identity, now: datetime, *, active: bool = True) -> Session:
    found = sessions.resume(database, who, now, active=active)
    assert isinstance(found, Session), found
    return found


def acts(database: Database) -> list[str]:
    return [row["act"] for row in database.rows("SELECT act FROM journal ORDER BY happened_utc, act")]


def test_a_fresh_token_begins_a_session_in_its_agency_and_first_role(database: Database, agency: UUID) -> None:
    found = resumed(database, CAMILLE, NOW)
    assert (found.person.name, found.person.role, found.person.agency_id) == ("Camille Essai", Role.COUNSELOR, agency)
    assert found.agency_name == "Agence d'essai"
    assert found.roles == (Role.COUNSELOR, Role.TEAM_LEAD)
    assert resumed(database, CAMILLE, NOW + timedelta(minutes=1)).person == found.person
    assert "Camille" not in found.person.person_id
    assert acts(database) == ["agency recorded", "signed in"]


@pytest.mark.parametrize(
    ("steps", "refusal"),
    [
        pytest.param([29, 29, 29, 29], None, id="somebody who clicks goes on"),
        pytest.param([30], Refusal.IDLE, id="half an hour of nothing"),
        pytest.param([29, 31], Refusal.IDLE, id="half an hour of nothing after a click"),
        pytest.param([29] * 25, Refusal.TOO_LONG, id="twelve hours, however busy"),
    ],
)
def test_a_session_ends_after_idle_minutes_and_after_twelve_hours(
    database: Database, agency: UUID, steps: list[int], refusal: Refusal | None
) -> None:
    resumed(database, CAMILLE, NOW)
    now = NOW
    for minutes in steps[:-1]:
        now += timedelta(minutes=minutes)
        if isinstance(sessions.resume(database, CAMILLE, now), Refusal):
            break
    now += timedelta(minutes=steps[-1])
    found = sessions.resume(database, CAMILLE, now)
    if refusal is None:
        assert isinstance(found, Session)
        return
    assert found in (refusal, Refusal.ENDED)
    assert sessions.resume(database, CAMILLE, now) is Refusal.ENDED, "it stays ended"
    ended = database.rows("SELECT detail FROM journal WHERE act = 'session over'")
    assert [row["detail"] for row in ended] == [refusal]


def test_a_session_says_when_it_ends_and_whether_a_click_helps(database: Database, agency: UUID) -> None:
    assert resumed(database, CAMILLE, NOW).ends_utc == NOW + sessions.IDLE
    later = NOW + timedelta(minutes=20)
    assert resumed(database, CAMILLE, later, active=False).ends_utc == NOW + sessions.IDLE
    for minutes in range(20, 12 * 60 - 10, 20):
        found = resumed(database, CAMILLE, NOW + timedelta(minutes=minutes))
        half_an_hour = NOW + timedelta(minutes=minutes) + sessions.IDLE
        assert (found.ends_utc, found.lasts) == (
            (half_an_hour, True) if half_an_hour < NOW + sessions.LONGEST else (NOW + sessions.LONGEST, False)
        )


def test_a_page_that_refreshes_itself_keeps_nobody_signed_in(database: Database, agency: UUID) -> None:
    resumed(database, CAMILLE, NOW)
    for minutes in range(1, 30):
        resumed(database, CAMILLE, NOW + timedelta(minutes=minutes), active=False)
    assert sessions.resume(database, CAMILLE, NOW + timedelta(minutes=30), active=False) is Refusal.IDLE


@pytest.mark.parametrize("minutes", [-11, 11, 60 * 24 * 29])
def test_a_cookie_that_nobody_knows_any_more_begins_no_session(database: Database, agency: UUID, minutes: int) -> None:
    assert sessions.resume(database, CAMILLE, NOW + timedelta(minutes=minutes)) is Refusal.STALE
    assert not database.rows("SELECT 1 FROM account")


def test_signing_out_ends_every_copy_of_the_cookie_and_no_other_session(database: Database, agency: UUID) -> None:
    elsewhere = replace(CAMILLE, session_key="key-2")
    resumed(database, CAMILLE, NOW)
    resumed(database, elsewhere, NOW)
    sessions.sign_out(database, CAMILLE, NOW)
    assert sessions.resume(database, CAMILLE, NOW) is Refusal.ENDED
    resumed(database, elsewhere, NOW)


def test_a_role_taken_away_counts_at_once_without_a_new_sign_in(
    database: Database, agency: UUID, administrator: Person
) -> None:
    account_id = UUID(resumed(database, CAMILLE, NOW).person.person_id)
    sessions.take_role(database, CAMILLE, Role.TEAM_LEAD, NOW)
    assert resumed(database, CAMILLE, NOW).person.role is Role.TEAM_LEAD
    accounts.withhold(database, administrator, account_id, [Role.TEAM_LEAD], NOW)
    assert resumed(database, CAMILLE, NOW).person.role is Role.COUNSELOR
    with pytest.raises(NotAllowed, match="pas attribué"):
        sessions.take_role(database, CAMILLE, Role.TEAM_LEAD, NOW)
    accounts.withhold(database, administrator, account_id, list(Role), NOW)
    assert sessions.resume(database, CAMILLE, NOW) is Refusal.NO_ROLE
    # A new sign-in brings what the provider says, and not what was taken away here.
    assert sessions.resume(database, replace(CAMILLE, session_key="key-2"), NOW) is Refusal.NO_ROLE
    accounts.withhold(database, administrator, account_id, [], NOW)
    assert resumed(database, CAMILLE, NOW).person.role is Role.TEAM_LEAD
    assert acts(database).count("roles changed") == 3


@pytest.mark.parametrize(
    ("identity", "refusal"),
    [
        pytest.param(replace(CAMILLE, roles=()), Refusal.NO_ROLE, id="no role"),
        pytest.param(replace(CAMILLE, agency="99"), Refusal.NO_AGENCY, id="an agency nobody knows"),
        pytest.param(replace(CAMILLE, agency=None), Refusal.NO_AGENCY, id="no agency"),
    ],
)
def test_who_has_no_role_or_no_agency_is_known_and_gets_in_nowhere(
    database: Database, agency: UUID, identity: Identity, refusal: Refusal
) -> None:
    assert sessions.resume(database, identity, NOW) is refusal
    assert not database.rows("SELECT 1 FROM sign_in_session")
    assert "sign-in refused" in acts(database)


def test_an_evaluator_needs_no_agency_and_has_none(database: Database, agency: UUID) -> None:
    found = resumed(database, replace(CAMILLE, roles=(Role.EVALUATOR, Role.COUNSELOR), agency=None), NOW)
    assert found.person.agency_id == accounts.NO_AGENCY
    assert (found.agency_name, found.roles) == ("Toutes les agences", (Role.EVALUATOR,))


def test_the_next_sign_in_brings_another_agency_and_other_roles(database: Database, agency: UUID) -> None:
    first = resumed(database, CAMILLE, NOW)
    valence = agencies.add(database, "26001", "Agence de Valence", "26", "test", NOW)
    moved = replace(CAMILLE, session_key="key-2", agency="26001", roles=(Role.TEAM_LEAD,))
    second = resumed(database, moved, NOW)
    assert second.person.person_id == first.person.person_id
    assert (second.person.agency_id, second.roles) == (valence.agency_id, (Role.TEAM_LEAD,))
    # The older session of the same person follows: an agency left is left everywhere.
    assert resumed(database, CAMILLE, NOW).person.agency_id == valence.agency_id


def test_an_administrator_manages_the_own_agency_and_never_the_own_rights(
    database: Database, agency: UUID, administrator: Person
) -> None:
    account_id = UUID(resumed(database, CAMILLE, NOW).person.person_id)
    (listed,) = accounts.listed(database, administrator)
    assert (listed.account_id, listed.name) == (account_id, "Camille Essai")
    other = agencies.add(database, "26001", "Agence de Valence", "26", "test", NOW)
    stranger = replace(administrator, agency_id=other.agency_id)
    assert accounts.listed(database, stranger) == []
    for who, error in (
        (stranger, "n'existe pas"),
        (replace(administrator, person_id=str(account_id)), "vos propres droits"),
        (replace(administrator, role=Role.TEAM_LEAD), "rôle"),
    ):
        with pytest.raises(FtError, match=error):
            accounts.withhold(database, who, account_id, [Role.COUNSELOR], NOW)
    assert resumed(database, CAMILLE, NOW).roles == CAMILLE.roles


def test_old_sessions_are_forgotten_once_no_browser_keeps_their_cookie(database: Database, agency: UUID) -> None:
    resumed(database, CAMILLE, NOW)
    later = NOW + sessions.KEPT + timedelta(days=1)
    resumed(database, replace(CAMILLE, session_key="key-9", issued_utc=later), later)
    assert [row["session_key"] for row in database.rows("SELECT session_key FROM sign_in_session")] == ["key-9"]
    assert sessions.resume(database, CAMILLE, later) is Refusal.STALE
