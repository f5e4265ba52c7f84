"""What the institution's identity provider says of a person, in our words."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from ftcore.model import Role
from ftcore.sign_in_settings import SignInSettings

# What makes one sign-in of one person differ from every other: the provider's claims of the token itself.
_TOKEN = ("iss", "sub", "aud", "iat", "exp", "nonce", "jti", "sid", "at_hash", "auth_time")
# The order in which the first role of somebody who has several is taken.
_ORDER = (Role.COUNSELOR, Role.TEAM_LEAD, Role.EVALUATOR, Role.ADMINISTRATOR)


@dataclass(frozen=True, slots=True)
class Identity:
    """Who signed in. `agency` is the provider's word for it, None where it gave none; `roles` may be empty."""

    session_key: str
    subject: str
    name: str
    roles: tuple[Role, ...]
    agency: str | None
    issued_utc: datetime


def read(claims: Mapping[str, Any], settings: SignInSettings) -> Identity | None:
    """The person of these claims, or None where they name nobody (no subject, no date)."""
    subject, issued = claims.get("sub"), claims.get("iat")
    if not isinstance(subject, str) or not subject or not isinstance(issued, int | float) or isinstance(issued, bool):
        return None
    try:
        issued_utc = datetime.fromtimestamp(issued, UTC).replace(tzinfo=None)
    except (OverflowError, OSError, ValueError):
        return None
    token = json.dumps({name: claims.get(name) for name in _TOKEN}, sort_keys=True, default=str)
    roles = {settings.roles[word] for word in _words(claims, settings.role_claim) if word in settings.roles}
    return Identity(
        session_key=hashlib.sha256(token.encode()).hexdigest(),
        subject=f"{claims.get('iss', '')}#{subject}",
        name=_name(claims),
        roles=tuple(role for role in _ORDER if role in roles),
        agency=next(iter(_words(claims, settings.agency_claim)), None),
        issued_utc=issued_utc,
    )


def _name(claims: Mapping[str, Any]) -> str:
    for known in ("name", "preferred_username", "email"):
        text = claims.get(known)
        if isinstance(text, str) and text.strip():
            return " ".join(text.split())[:80]
    return "Sans nom"


def _words(claims: Mapping[str, Any], path: str) -> list[str]:
    """The values of a claim, whether it is one or a list; a claim of that very name comes before the path."""
    found: Any = claims.get(path)
    if found is None:
        found = claims
        for step in path.split("."):
            found = found.get(step) if isinstance(found, Mapping) else None
    if isinstance(found, str):
        return [found] if found else []
    return [one for one in found if isinstance(one, str) and one] if isinstance(found, list | tuple) else []
