"""The sign-in's settings: the institution's OpenID provider, and which of its words mean which role."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from ipaddress import ip_address
from types import MappingProxyType
from typing import Any
from urllib.parse import urlsplit

from ftcore.errors import ConfigError
from ftcore.model import Role

NAMES = {
    "FT_OIDC_URL",
    "FT_OIDC_CLIENT_ID",
    "FT_OIDC_CLIENT_SECRET",
    "FT_OIDC_ROLE_CLAIM",
    "FT_OIDC_ROLES",
    "FT_OIDC_AGENCY_CLAIM",
    "FT_COOKIE_SECRET",
    "FT_PUBLIC_URL",
}
_NEEDED = ("FT_OIDC_URL", "FT_OIDC_CLIENT_ID", "FT_OIDC_CLIENT_SECRET", "FT_COOKIE_SECRET", "FT_PUBLIC_URL")
_WELL_KNOWN = "/.well-known/openid-configuration"

# What people call the roles, in the settings and on the screen.
ROLE_WORDS = MappingProxyType(
    {
        "conseiller": Role.COUNSELOR,
        "responsable": Role.TEAM_LEAD,
        "evaluateur": Role.EVALUATOR,
        "administrateur": Role.ADMINISTRATOR,
    }
)


@dataclass(frozen=True, slots=True)
class SignInSettings:
    """`metadata_url` is the provider's OpenID configuration, `public_url` the address that people use.

    `role_claim` and `agency_claim` may be paths with points ("realm_access.roles"). `roles` says which role each value
    of the role claim means.
    """

    metadata_url: str
    client_id: str
    client_secret: str = field(repr=False)
    cookie_secret: str = field(repr=False)
    public_url: str
    role_claim: str = "roles"
    agency_claim: str = "agency"
    roles: Mapping[str, Role] = field(default_factory=lambda: ROLE_WORDS)

    @property
    def host(self) -> str:
        """The name of this server as people write it."""
        return urlsplit(self.public_url).hostname or ""

    @property
    def secrets(self) -> dict[str, Any]:
        """As Streamlit's `st.login` wants to be told."""
        return {
            "auth": {
                "redirect_uri": f"{self.public_url}/oauth2callback",
                "cookie_secret": self.cookie_secret,
                "client_id": self.client_id,
                "client_secret": self.client_secret,
                "server_metadata_url": self.metadata_url,
                # Whether a password is asked again is the provider's business.
                "client_kwargs": {"scope": "openid email profile", "prompt": "select_account"},
            }
        }

    @classmethod
    def from_env(cls, given: Mapping[str, str]) -> SignInSettings | None:
        """Read them; None where none is given. Raises ConfigError where some are missing or wrong."""
        told = sorted(NAMES & given.keys())
        if not told:
            return None
        missing = [name for name in _NEEDED if name not in given]
        if missing:
            raise ConfigError(
                f"{missing[0]} manque : {told[0]} est donné, et la connexion par fournisseur d'identité demande "
                f"aussi {', '.join(missing)}."
            )
        url = _address("FT_OIDC_URL", given["FT_OIDC_URL"])
        return cls(
            metadata_url=url if url.endswith(_WELL_KNOWN) else url + _WELL_KNOWN,
            client_id=given["FT_OIDC_CLIENT_ID"],
            client_secret=given["FT_OIDC_CLIENT_SECRET"],
            cookie_secret=_cookie_secret(given["FT_COOKIE_SECRET"]),
            public_url=_address("FT_PUBLIC_URL", given["FT_PUBLIC_URL"]),
            role_claim=given.get("FT_OIDC_ROLE_CLAIM", "roles"),
            agency_claim=given.get("FT_OIDC_AGENCY_CLAIM", "agency"),
            roles=_roles(given.get("FT_OIDC_ROLES")),
        )


def is_loopback(host: str | None) -> bool:
    """Whether a host name or address is this machine itself."""
    if host is None:
        return False
    if host.lower() == "localhost":
        return True
    try:
        return ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False


def _address(name: str, text: str) -> str:
    try:
        parts = urlsplit(text)
        host, _ = parts.hostname, parts.port
    except ValueError:
        host = None
    if not host or parts.scheme not in ("http", "https") or parts.username or parts.query or parts.fragment:
        raise ConfigError(f"{name} doit être une adresse complète, par exemple https://entremise.exemple.fr.")
    if parts.scheme == "http" and not is_loopback(host):
        raise ConfigError(f"{name} doit commencer par https:// : en clair, l'identité de chacun pourrait être lue.")
    return text.rstrip("/")


def _cookie_secret(text: str) -> str:
    if len(text) < 32:
        raise ConfigError("FT_COOKIE_SECRET doit compter au moins 32 caractères tirés au hasard.")
    return text


def _roles(text: str | None) -> Mapping[str, Role]:
    """ "ft-conseillers=conseiller, ft-chefs=responsable" by the provider's word."""
    if text is None:
        return ROLE_WORDS
    found: dict[str, Role] = {}
    for part in filter(None, re.split(r"\s*[,;]\s*", text)):
        word, _, role = (piece.strip() for piece in part.rpartition("="))
        if not word or role not in ROLE_WORDS:
            raise ConfigError(
                f"FT_OIDC_ROLES : « {part} » n'est pas compris. Exemple : ft-conseillers=conseiller, "
                f"ft-si=administrateur. Les rôles sont : {', '.join(ROLE_WORDS)}."
            )
        found[word] = ROLE_WORDS[role]
    return MappingProxyType(found)
