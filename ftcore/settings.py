"""Every FT_* variable, read once, checked loudly: a wrong value is one French sentence that names it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network
from urllib.parse import unquote, urlsplit

from ftcore import logs, sign_in_settings
from ftcore.errors import ConfigError
from ftcore.secret_files import SECRET_NAMES, file_names, with_files
from ftcore.sign_in_settings import SignInSettings

DEFAULT_DATABASE = "data/entremise.duckdb"
DEFAULT_SPOOL = "data/callbacks.spool"
DEFAULT_BACKUPS = "data/backups"
DAILY_TOKENS = 2_000_000
# Euros a part, for estimates: what a vendor charges for France is in nobody's documentation.
PART_PRICE = Decimal("0.05")
# The vendor publishes no limit; this is ours, and it is gentle.
SMS_RATE = 20.0
LIVE_SMS_URL = "https://api.africastalking.com/version1"
VENDOR_SANDBOX_URL = "https://api.sandbox.africastalking.com/version1"

_LOOPBACK = (ip_network("127.0.0.0/8"), ip_network("::1/128"))

KNOWN = {
    "FT_DATABASE",
    "FT_MISTRAL_KEY",
    "FT_MISTRAL_URL",
    "FT_MISTRAL_MODEL",
    "FT_MISTRAL_DAILY_TOKENS",
    "FT_SMS_USERNAME",
    "FT_SMS_KEY",
    "FT_SMS_SENDER",
    "FT_SMS_URL",
    "FT_SMS_PART_PRICE",
    "FT_SMS_RATE",
    "FT_CALLBACK_SECRET",
    "FT_CALLBACK_ALLOW",
    "FT_CALLBACK_PORT",
    "FT_CALLBACK_SPOOL",
    "FT_SENDING_HOURS",
    "FT_DEMO",
    *sign_in_settings.NAMES,
    "FT_BACKUP_FOLDER",
    "FT_BACKUP_NIGHTLY",
    "FT_DATABASE_KEY",
    "FT_LOG",
    "FT_METRICS_TOKEN",
    "FT_PRIVACY_KEY",
}


@dataclass(frozen=True, slots=True)
class MistralSettings:
    """The language model. `url` None means Mistral's European servers. `daily_tokens` is the cap of an agency."""

    key: str = field(repr=False)
    url: str | None
    model: str
    daily_tokens: int = DAILY_TOKENS


@dataclass(frozen=True, slots=True)
class SmsSettings:
    """A real SMS gateway account at Africa's Talking."""

    username: str
    key: str = field(repr=False)
    sender: str | None
    url: str = LIVE_SMS_URL


@dataclass(frozen=True, slots=True)
class Settings:
    """What the program was told. `sms` None means the built-in sandbox; `mistral` None, no model.

    `sending_hours` are whole hours in the recipient's zone; None, in the sandbox only, means at any time.
    `part_price` is in euros, what one part of an SMS is taken to cost.
    `callback_allow` are the only networks that callbacks may come from; None, from anywhere.
    `callback_listen` is the address and port of the callbacks' door where it is a process of its own; None, it is
    beside the pages only. `callback_spool` is the folder where it keeps what the database has not taken yet (`spool`).
    `forwarders` are the proxies that are believed when they say whom they speak for, as uvicorn believes them.
    `sign_in` is the provider that people sign in with; None, nobody signs in, and this is a demo on this machine only.
    `sms_rate` is the most SMS a second of all programs of this database together; None, likewise, means no limit.
    `database_key` encrypts an embedded database and its backups; None, they are as readable as their files.
    `metrics_token` opens /metrics; None, there is no such page. `log` is "text" or "json".
    `secrets` is everything that was told and that no log may hold.
    """

    database: str = field(default=DEFAULT_DATABASE, repr=False)
    mistral: MistralSettings | None = None
    sms: SmsSettings | None = None
    callback_secret: str | None = field(default=None, repr=False)
    callback_allow: tuple[IPv4Network | IPv6Network, ...] | None = None
    callback_listen: tuple[str, int] | None = None
    callback_spool: str | None = None
    forwarders: tuple[IPv4Network | IPv6Network, ...] = _LOOPBACK
    sending_hours: tuple[int, int] | None = None
    part_price: Decimal = PART_PRICE
    sms_rate: float | None = None
    demo: bool = True
    sign_in: SignInSettings | None = None
    # Where backups are written and, past their retention, removed.
    backup_folder: str = DEFAULT_BACKUPS
    # Whether the night makes one; else it is left to the operator's clock.
    backup_nightly: bool = False
    database_key: str | None = field(default=None, repr=False)
    # By what the numbers of erased people are hashed (`trust.number_keys`); None: the embedded database's own.
    privacy_key: str | None = field(default=None, repr=False)
    metrics_token: str | None = field(default=None, repr=False)
    log: str = "text"
    secrets: tuple[str, ...] = field(default=(), repr=False)

    @property
    def spool(self) -> str:
        """The folder of the spool: beside the file of an embedded database, as what waits there belongs to it."""
        return self.callback_spool or (DEFAULT_SPOOL if "://" in self.database else f"{self.database}.spool")

    @classmethod
    def from_env(cls, env: Mapping[str, str]) -> Settings:
        """Read the variables; an empty value counts as absent. Raises ConfigError."""
        names = KNOWN | file_names(KNOWN)
        unknown = sorted(name for name in env if name.startswith("FT_") and name not in names)
        if unknown:
            raise ConfigError(
                f"{unknown[0]} n'est pas un réglage connu. Les réglages possibles sont : {', '.join(sorted(KNOWN))}."
            )
        given = with_files({name: value.strip() for name, value in env.items() if value.strip()})
        database = _database(given.get("FT_DATABASE", DEFAULT_DATABASE))
        secrets = _secrets(given, database)
        # Before anything else can speak of them.
        logs.hide(secrets)
        sms = _sms(given)
        sign_in = SignInSettings.from_env(given)
        return cls(
            database=database,
            mistral=_mistral(given),
            sms=sms,
            callback_secret=_callback_secret(given, sms),
            callback_allow=_callback_allow(given.get("FT_CALLBACK_ALLOW"), sms),
            callback_listen=_callback_listen(given.get("FT_CALLBACK_PORT"), database),
            callback_spool=given.get("FT_CALLBACK_SPOOL"),
            forwarders=_forwarders(given.get("FORWARDED_ALLOW_IPS")),
            sending_hours=_hours(given, sms),
            part_price=_part_price(given.get("FT_SMS_PART_PRICE")),
            sms_rate=_rate(given.get("FT_SMS_RATE"), sms),
            demo=_switch(given, "FT_DEMO", default=sms is None and sign_in is None),
            sign_in=sign_in,
            backup_folder=given.get("FT_BACKUP_FOLDER", DEFAULT_BACKUPS),
            backup_nightly=_switch(given, "FT_BACKUP_NIGHTLY", default=False),
            database_key=_database_key(given, database),
            privacy_key=_privacy_key(given),
            metrics_token=_metrics_token(given.get("FT_METRICS_TOKEN")),
            log=_log(given.get("FT_LOG")),
            secrets=secrets,
        )


def _database(address: str) -> str:
    if "://" in address and not address.startswith(("postgresql://", "postgres://")):
        raise ConfigError(
            "FT_DATABASE doit être le chemin d'un fichier DuckDB (par exemple data/entremise.duckdb) ou une "
            "adresse PostgreSQL (postgresql://compte:mot-de-passe@serveur/base)."
        )
    return address


def _database_key(given: Mapping[str, str], database: str) -> str | None:
    key = _key(given, "FT_DATABASE_KEY")
    if key is None:
        return None
    if database == ":memory:":
        raise ConfigError("FT_DATABASE_KEY demande une base qui reste : donnez un fichier à FT_DATABASE.")
    if len(key) < 16 or "'" in key:
        raise ConfigError(
            "FT_DATABASE_KEY doit compter au moins 16 caractères, sans apostrophe. Exemple : openssl rand -base64 32."
        )
    return key


def _metrics_token(token: str | None) -> str | None:
    if token is not None and not re.fullmatch(r"[\x21-\x7e]{16,}", token):
        raise ConfigError("FT_METRICS_TOKEN doit compter au moins 16 lettres, chiffres ou signes, sans espace.")
    return token


def _log(text: str | None) -> str:
    if text not in (None, "json", "text"):
        raise ConfigError(f"FT_LOG : « {text} » n'est pas compris. Écrivez text ou json.")
    return text or "text"


def _secrets(given: Mapping[str, str], database: str) -> tuple[str, ...]:
    """Every secret among the settings, also the password of the database's address, as it stands there and as it is."""
    password = (urlsplit(database).password or "") if "://" in database else ""
    return tuple({*(given[name] for name in SECRET_NAMES & given.keys()), password, unquote(password)} - {""})


def _mistral(given: Mapping[str, str]) -> MistralSettings | None:
    key, url = _key(given, "FT_MISTRAL_KEY"), given.get("FT_MISTRAL_URL")
    if not key and not url:
        if "FT_MISTRAL_MODEL" in given:
            raise ConfigError(
                "FT_MISTRAL_MODEL est donné sans FT_MISTRAL_KEY ni FT_MISTRAL_URL : "
                "ajoutez la clé, ou retirez le modèle."
            )
        return None
    if url:
        _http_address("FT_MISTRAL_URL", url)
    # A local server needs no key, but the SDK insists on one.
    return MistralSettings(
        key=key or "local",
        url=url,
        model=given.get("FT_MISTRAL_MODEL", "mistral-small-latest"),
        daily_tokens=_daily_tokens(given.get("FT_MISTRAL_DAILY_TOKENS")),
    )


def _daily_tokens(text: str | None) -> int:
    if text is None:
        return DAILY_TOKENS
    if not re.fullmatch(r"[1-9][0-9]{2,11}", text):
        raise ConfigError(
            f"FT_MISTRAL_DAILY_TOKENS : « {text} » n'est pas un nombre de jetons par jour. Exemple : 2000000."
        )
    return int(text)


def _http_address(name: str, url: str) -> None:
    try:
        parts = urlsplit(url)
        complete = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        complete = False
    if not complete:
        raise ConfigError(f"{name} doit être une adresse http:// ou https:// complète.")


def _key(given: Mapping[str, str], name: str) -> str | None:
    key = given.get(name)
    if key is not None and not re.fullmatch(r"[\x21-\x7e]+", key):
        raise ConfigError(f"{name} contient un espace ou un caractère qui ne peut pas être dans une clé.")
    return key


def _sms(given: Mapping[str, str]) -> SmsSettings | None:
    username, key = given.get("FT_SMS_USERNAME"), _key(given, "FT_SMS_KEY")
    if not username and not key:
        if "FT_SMS_SENDER" in given:
            raise ConfigError(
                "FT_SMS_SENDER est donné sans FT_SMS_KEY : ajoutez la clé de la passerelle SMS, "
                "ou retirez l'expéditeur."
            )
        return None
    if not key:
        raise ConfigError("FT_SMS_KEY manque : FT_SMS_USERNAME est donné, mais pas la clé.")
    if not username:
        raise ConfigError("FT_SMS_USERNAME manque : FT_SMS_KEY est donnée, mais pas le compte.")
    # The vendor's own sandbox is an account of that name at another address.
    url = given.get("FT_SMS_URL", VENDOR_SANDBOX_URL if username == "sandbox" else LIVE_SMS_URL)
    _http_address("FT_SMS_URL", url)
    return SmsSettings(username=username, key=key, sender=given.get("FT_SMS_SENDER"), url=url)


def _callback_secret(given: Mapping[str, str], sms: SmsSettings | None) -> str | None:
    secret = given.get("FT_CALLBACK_SECRET")
    if secret is None:
        if sms is not None:
            raise ConfigError(
                "FT_CALLBACK_SECRET manque : avec une vraie passerelle SMS, choisissez un mot secret "
                "d'au moins 24 lettres et chiffres, qui protège l'adresse des accusés de réception."
            )
        return None
    if not re.fullmatch(r"[A-Za-z0-9_-]{24,}", secret):
        raise ConfigError("FT_CALLBACK_SECRET doit compter au moins 24 lettres, chiffres, tirets ou soulignés.")
    return secret


def _callback_allow(text: str | None, sms: SmsSettings | None) -> tuple[IPv4Network | IPv6Network, ...] | None:
    if text is None:
        return None
    try:
        networks = tuple(ip_network(part) for part in re.split(r"[,\s]+", text))
    except ValueError:
        raise ConfigError(
            f"FT_CALLBACK_ALLOW : « {text} » n'est pas une liste d'adresses ou de réseaux. "
            "Exemple : 203.0.113.7, 198.51.100.0/24."
        ) from None
    # The built-in sandbox posts its callbacks from this machine.
    return networks if sms is not None else (*networks, *_LOOPBACK)


def _callback_listen(text: str | None, database: str) -> tuple[str, int] | None:
    if text is None:
        return None
    found = re.fullmatch(r"(?:(.+):)?([0-9]{1,5})", text, re.ASCII)
    try:
        address = str(ip_address((found[1] or "127.0.0.1").strip("[]"))) if found else ""
    except ValueError:
        address = ""
    if not found or not address or int(found[2]) > 65535:
        raise ConfigError(
            f"FT_CALLBACK_PORT : « {text} » n'est pas un port. Exemples : 8502 (depuis cette machine seulement), "
            "0.0.0.0:8502 (depuis le réseau)."
        )
    if database == ":memory:":
        raise ConfigError(
            "FT_CALLBACK_PORT demande une base qui reste : donnez un fichier ou un serveur à FT_DATABASE."
        )
    return address, int(found[2])


def _forwarders(text: str | None) -> tuple[IPv4Network | IPv6Network, ...]:
    """The variable is uvicorn's own, so that both doors believe the same proxies."""
    if text is None:
        return _LOOPBACK
    if text == "*":
        return ip_network("0.0.0.0/0"), ip_network("::/0")
    try:
        return tuple(ip_network(part, strict=False) for part in re.split(r"[,\s]+", text))
    except ValueError:
        raise ConfigError(
            f"FORWARDED_ALLOW_IPS : « {text} » n'est pas une liste d'adresses ou de réseaux. Exemple : 10.0.0.1."
        ) from None


def _privacy_key(given: Mapping[str, str]) -> str | None:
    key = given.get("FT_PRIVACY_KEY")
    if key is None:
        return None
    if not re.fullmatch(r"[\x21-\x7e]{32,}", key):
        raise ConfigError("FT_PRIVACY_KEY doit compter au moins 32 caractères, sans espace ni accent.")
    return key


def _hours(given: Mapping[str, str], sms: SmsSettings | None) -> tuple[int, int] | None:
    text = given.get("FT_SENDING_HOURS")
    if text is None:
        return None if sms is None else (9, 19)
    found = re.fullmatch(r"(\d{1,2})-(\d{1,2})", text)
    if not found:
        raise ConfigError(f"FT_SENDING_HOURS : « {text} » n'est pas une plage d'heures. Exemple : 9-19.")
    first, last = int(found.group(1)), int(found.group(2))
    if not 8 <= first < last <= 20:
        raise ConfigError(
            f"FT_SENDING_HOURS : « {text} » sort des limites. Les envois sont permis entre 8 et 20 heures, "
            "par exemple 9-19."
        )
    return first, last


def _part_price(text: str | None) -> Decimal:
    if text is None:
        return PART_PRICE
    if not re.fullmatch(r"[0-9]([.,][0-9]{1,4})?", text, re.ASCII):
        raise ConfigError(f"FT_SMS_PART_PRICE : « {text} » n'est pas un prix en euros. Exemple : 0,05.")
    return Decimal(text.replace(",", "."))


def _rate(text: str | None, sms: SmsSettings | None) -> float | None:
    if text is None:
        return None if sms is None else SMS_RATE
    if not re.fullmatch(r"[1-9][0-9]{0,2}", text):
        raise ConfigError(f"FT_SMS_RATE : « {text} » n'est pas un nombre de SMS par seconde, de 1 à 999. Exemple : 20.")
    return float(text)


def _switch(given: Mapping[str, str], name: str, *, default: bool) -> bool:
    text = given.get(name)
    if text is None:
        return default
    if text.lower() in ("oui", "on", "1", "true"):
        return True
    if text.lower() in ("non", "off", "0", "false"):
        return False
    raise ConfigError(f"{name} : « {text} » n'est pas compris. Écrivez oui ou non.")
