"""The provider's words in ours: whatever its claims look like, they open nothing that they do not name."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ftcore.errors import ConfigError
from ftcore.model import Role
from ftcore.sign_in_settings import NAMES, SignInSettings
from ftcore.trust import claims

GIVEN = {
    "FT_OIDC_URL": "https://identite.exemple.fr/realms/agents",
    "FT_OIDC_CLIENT_ID": "entremise",
    "FT_OIDC_CLIENT_SECRET": "client-secret",
    "FT_COOKIE_SECRET": "c" * 32,
    "FT_PUBLIC_URL": "https://entremise.exemple.fr",
}
SETTINGS = SignInSettings.from_env(GIVEN)
assert SETTINGS is not None
TOKEN = {"iss": "https://identite.exemple.fr", "sub": "u1", "iat": 1_795_000_000, "nonce": "n1", "name": "Camille"}


@pytest.mark.parametrize(
    ("more", "roles", "agency"),
    [
        pytest.param({"roles": ["conseiller"], "agency": "07001"}, (Role.COUNSELOR,), "07001", id="a list of one"),
        pytest.param({"roles": "responsable"}, (Role.TEAM_LEAD,), None, id="a word alone"),
        pytest.param({"roles": ["administrateur", "conseiller"]}, (Role.COUNSELOR, Role.ADMINISTRATOR), None,
                     id="two, in our order"),
        pytest.param({"roles": ["CONSEILLER", "conseiller "]}, (), None, id="nearly is not"),
        pytest.param({"roles": {"conseiller": True}}, (), None, id="an object instead of a list"),
        pytest.param({"roles": [["conseiller"], 3, None]}, (), None, id="a list of no words"),
        pytest.param({}, (), None, id="no claim at all"),
        pytest.param({"agency": ["07001", "07002"]}, (), "07001", id="the first of two agencies"),
        pytest.param({"agency": 7001}, (), None, id="a number is no agency"),
    ],
)  # fmt: skip
def test_roles_and_agency_come_from_their_claims(
    more: dict[str, Any], roles: tuple[Role, ...], agency: str | None
) -> None:
    found = claims.read(TOKEN | more, SETTINGS)
    assert found is not None
    assert (found.roles, found.agency, found.name) == (roles, agency, "Camille")


def test_a_claim_may_be_deep_inside_and_words_may_be_the_institutions_own() -> None:
    settings = SignInSettings.from_env(
        GIVEN | {"FT_OIDC_ROLE_CLAIM": "realm_access.roles", "FT_OIDC_ROLES": "ft-c=conseiller; ft=adm=administrateur"}
    )
    assert settings is not None
    found = claims.read(TOKEN | {"realm_access": {"roles": ["ft-c", "ft=adm", "conseiller"]}}, settings)
    assert found is not None
    assert found.roles == (Role.COUNSELOR, Role.ADMINISTRATOR)


@pytest.mark.parametrize(
    "wrong",
    [
        pytest.param({"sub": ""}, id="an empty subject"),
        pytest.param({"sub": 12}, id="a subject that is no text"),
        pytest.param({"iat": None}, id="no date"),
        pytest.param({"iat": "1795000000"}, id="a date in letters"),
        pytest.param({"iat": True}, id="a date that is a yes"),
        pytest.param({"iat": 1e300}, id="a date after the end of time"),
    ],
)
def test_claims_that_name_nobody_are_nobody(wrong: dict[str, Any]) -> None:
    assert claims.read(TOKEN | wrong, SETTINGS) is None


@pytest.mark.parametrize("changed", ["iss", "sub", "iat", "nonce", "sid", "jti", "at_hash", "exp", "aud", "auth_time"])
def test_another_token_is_another_session(changed: str) -> None:
    one = claims.read(TOKEN, SETTINGS)
    other = claims.read(TOKEN | {changed: 1_795_000_001 if changed == "iat" else "other"}, SETTINGS)
    assert one is not None
    assert other is not None
    assert one.session_key != other.session_key
    assert claims.read(TOKEN | {"name": "Autre nom"}, SETTINGS) == replace(one, name="Autre nom")


@given(st.dictionaries(st.sampled_from(["iss", "sub", "iat", "roles", "agency", "name", "email"]), st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(), lambda x: st.lists(x) | st.dictionaries(
        st.text(), x), max_leaves=5)))  # fmt: skip
def test_whatever_a_provider_says_is_read_without_an_error(said: dict[str, Any]) -> None:
    found = claims.read(said, SETTINGS)
    if found is not None:
        assert isinstance(found.issued_utc, datetime)
        assert found.name
        assert len(found.name) <= 80


@pytest.mark.parametrize("missing", sorted(GIVEN))
def test_half_a_sign_in_is_refused_by_the_name_of_what_is_missing(missing: str) -> None:
    with pytest.raises(ConfigError, match=missing):
        SignInSettings.from_env({name: value for name, value in GIVEN.items() if name != missing})


@pytest.mark.parametrize(
    ("name", "value"),
    [
        pytest.param("FT_OIDC_URL", "http://identite.exemple.fr", id="a provider in clear"),
        pytest.param("FT_PUBLIC_URL", "http://entremise.exemple.fr", id="ourselves in clear"),
        pytest.param("FT_PUBLIC_URL", "entremise.exemple.fr", id="no scheme"),
        pytest.param("FT_PUBLIC_URL", "https://moi:mot@exemple.fr", id="a password in the address"),
        pytest.param("FT_PUBLIC_URL", "https://exemple.fr/?a=1", id="a question in the address"),
        pytest.param("FT_PUBLIC_URL", "https://[::1", id="half a bracket"),
        pytest.param("FT_COOKIE_SECRET", "short", id="a cookie secret one can guess"),
        pytest.param("FT_OIDC_ROLES", "ft=patron", id="a role that is none"),
        pytest.param("FT_OIDC_ROLES", "conseiller", id="a role of nobody"),
    ],
)
def test_a_setting_that_is_wrong_is_named_and_its_value_kept_back(name: str, value: str) -> None:
    with pytest.raises(ConfigError, match=name) as refused:
        SignInSettings.from_env(GIVEN | {name: value})
    assert "client-secret" not in str(refused.value)
    if "SECRET" in name:
        assert value not in str(refused.value)


def test_without_any_of_its_settings_there_is_no_sign_in() -> None:
    assert SignInSettings.from_env({}) is None
    assert {name for name in NAMES if name.endswith("SECRET")} == {"FT_OIDC_CLIENT_SECRET", "FT_COOKIE_SECRET"}
    assert SETTINGS is not None
    assert "client-secret" not in repr(SETTINGS)
    local = SignInSettings.from_env(GIVEN | {"FT_OIDC_URL": "http://127.0.0.1:9/", "FT_PUBLIC_URL": "http://localhost"})
    assert local is not None, "this machine may speak to itself in clear"
