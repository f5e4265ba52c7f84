"""What the program refuses to do before anybody signs in: without a provider it is a demo, on this machine only."""

from __future__ import annotations

from urllib.parse import urlsplit

from ftcore import phones
from ftcore.database import Database
from ftcore.errors import ConfigError
from ftcore.settings import Settings
from ftcore.sign_in_settings import is_loopback

_WAY_OUT = (
    "Réglez d'abord la connexion (FT_OIDC_URL, FT_OIDC_CLIENT_ID, FT_OIDC_CLIENT_SECRET, FT_COOKIE_SECRET, "
    "FT_PUBLIC_URL ; voir docs/sign-in.md)"
)


def refuse_unsafe(settings: Settings, database: Database) -> None:
    """Raise ConfigError where pages without sign-in could send to, or show, real people.

    A gateway or a model on this machine itself is a test of one: nothing leaves for it.
    """
    if settings.sign_in is not None:
        return
    if settings.sms is not None and not is_loopback(urlsplit(settings.sms.url).hostname):
        raise ConfigError(
            "FT_SMS_KEY donne accès à une vraie passerelle SMS, mais personne n'a à se connecter : n'importe qui sur "
            f"ce poste pourrait écrire à de vraies personnes. {_WAY_OUT}, ou retirez FT_SMS_KEY."
        )
    if settings.mistral is not None and not is_loopback(urlsplit(settings.mistral.url or "").hostname):
        raise ConfigError(
            "FT_MISTRAL_KEY donne accès à un modèle distant, mais personne n'a à se connecter : n'importe qui sur ce "
            f"poste pourrait s'en servir. {_WAY_OUT}, ou retirez FT_MISTRAL_KEY."
        )
    if database.value(f"SELECT EXISTS (SELECT 1 FROM candidate WHERE phone NOT LIKE '{phones.FICTIONAL}%')"):
        raise ConfigError(
            f"La base « {database.name} » contient des personnes importées, mais personne n'a à se connecter pour les "
            f"voir. {_WAY_OUT}, ou choisissez une autre base avec FT_DATABASE."
        )


def refuse_open_door(settings: Settings, address: str | None) -> None:
    """Raise ConfigError where pages without sign-in would be served beyond this machine.

    `address` is what the server listens on; None or an empty text means every network card.
    """
    if settings.sign_in is None and not is_loopback(address or None):
        raise ConfigError(
            f"Sans connexion, Entremise n'écoute que ce poste (localhost), pas « {address or 'toutes les adresses'} ». "
            f"{_WAY_OUT}, ou retirez --server.address."
        )
