"""Settings: what is absent has a default, what is wrong is named in one French sentence."""

from __future__ import annotations

from decimal import Decimal
from ipaddress import ip_network

import pytest

from ftcore.errors import ConfigError
from ftcore.settings import DEFAULT_DATABASE, LIVE_SMS_URL, MistralSettings, Settings, SmsSettings

SECRET = "a-secret-of-24-characters"
SMS = {"FT_SMS_USERNAME": "agence", "FT_SMS_KEY": "atsk_0123456789", "FT_CALLBACK_SECRET": SECRET}


def test_without_any_variable_it_is_the_demo_with_the_sandbox() -> None:
    assert Settings.from_env({"PATH": "/bin", "HOME": "/root"}) == Settings(
        database=DEFAULT_DATABASE, mistral=None, sms=None, callback_secret=None, sending_hours=None, demo=True
    )


def test_empty_and_blank_values_count_as_absent() -> None:
    assert Settings.from_env({"FT_DATABASE": "", "FT_SMS_KEY": "  ", "FT_DEMO": ""}) == Settings.from_env({})


def test_a_real_gateway_brings_office_hours_and_no_demo() -> None:
    settings = Settings.from_env(SMS)
    assert settings.sms == SmsSettings("agence", "atsk_0123456789", None, LIVE_SMS_URL)
    assert settings.sending_hours == (9, 19)
    assert settings.demo is False
    assert settings.callback_secret == SECRET


@pytest.mark.parametrize(
    ("env", "name", "value"),
    [
        pytest.param({"FT_DATABASE": " x/y.duckdb "}, "database", "x/y.duckdb", id="spaces around"),
        pytest.param({"FT_SENDING_HOURS": "9-18"}, "sending_hours", (9, 18), id="hours in the sandbox"),
        pytest.param({"FT_SENDING_HOURS": "8-20"}, "sending_hours", (8, 20), id="the widest hours"),
        pytest.param({"FT_SENDING_HOURS": "08-09"}, "sending_hours", (8, 9), id="two digits"),
        pytest.param({"FT_SMS_PART_PRICE": "0,0625"}, "part_price", Decimal("0.0625"), id="a price with a comma"),
        pytest.param({"FT_SMS_PART_PRICE": "1"}, "part_price", Decimal(1), id="a price in whole euros"),
        pytest.param({}, "sms_rate", None, id="the sandbox as fast as it can"),
        pytest.param(SMS, "sms_rate", 20.0, id="a gentle rate"),
        pytest.param(SMS | {"FT_SMS_RATE": "3"}, "sms_rate", 3.0, id="a rate of one's own"),
        pytest.param({"FT_DEMO": "Non"}, "demo", False, id="non"),
        pytest.param({"FT_DEMO": "0"}, "demo", False, id="0"),
        pytest.param(SMS | {"FT_DEMO": "oui"}, "demo", True, id="oui"),
        pytest.param({"FT_CALLBACK_SECRET": SECRET}, "callback_secret", SECRET, id="a secret in the sandbox"),
        pytest.param(
            {"FT_MISTRAL_KEY": "k"}, "mistral", MistralSettings("k", None, "mistral-small-latest"), id="a key alone"
        ),
        pytest.param(
            {"FT_MISTRAL_URL": "http://127.0.0.1:8080", "FT_MISTRAL_MODEL": "m"},
            "mistral",
            MistralSettings("local", "http://127.0.0.1:8080", "m"),
            id="a server of one's own",
        ),
        pytest.param(
            SMS | {"FT_SMS_SENDER": "36000"}, "sms", SmsSettings("agence", "atsk_0123456789", "36000"), id="a sender"
        ),
        pytest.param({"FT_CALLBACK_PORT": "8502"}, "callback_listen", ("127.0.0.1", 8502), id="a port of this machine"),
        pytest.param({"FT_CALLBACK_PORT": "[::]:8502"}, "callback_listen", ("::", 8502), id="a port of the network"),
        pytest.param({"FT_DATABASE": "a/b.duckdb"}, "spool", "a/b.duckdb.spool", id="a spool beside its file"),
        pytest.param({"FT_DATABASE": "postgresql://h/b"}, "spool", "data/callbacks.spool", id="another spool"),
        pytest.param({"FT_CALLBACK_SPOOL": "/var/x"}, "spool", "/var/x", id="a spool where one is told"),
        pytest.param({"FORWARDED_ALLOW_IPS": "10.0.0.1"}, "forwarders", (ip_network("10.0.0.1"),), id="a proxy"),
        pytest.param({"FORWARDED_ALLOW_IPS": "*"}, "forwarders", (ip_network("0.0.0.0/0"), ip_network("::/0")),
                     id="any proxy"),
    ],
)  # fmt: skip
def test_what_is_given_is_taken(env: dict[str, str], name: str, value: object) -> None:
    assert getattr(Settings.from_env(env), name) == value


@pytest.mark.parametrize(
    ("env", "names"),
    [
        pytest.param({"FT_SENDING_HOUR": "9-19"}, ["FT_SENDING_HOUR", "FT_SENDING_HOURS"], id="a slip of the pen"),
        pytest.param({"FT_UNKNOWN": ""}, ["FT_UNKNOWN"], id="unknown though empty"),
        pytest.param({"FT_DATABASE": "mysql://x/y"}, ["FT_DATABASE"], id="another engine"),
        pytest.param(
            {"FT_SMS_USERNAME": "u", "FT_SMS_KEY": "k" * 9, "FT_CALLBACK_SECRET": "s" * 24, "FT_SMS_URL": "nowhere"},
            ["FT_SMS_URL"],
            id="a gateway without address",
        ),
        pytest.param({"FT_CALLBACK_PORT": "port"}, ["FT_CALLBACK_PORT", "8502"], id="a port in letters"),
        pytest.param({"FT_CALLBACK_PORT": "70000"}, ["FT_CALLBACK_PORT"], id="a port too high"),
        pytest.param({"FT_CALLBACK_PORT": "host:8502"}, ["FT_CALLBACK_PORT"], id="a name for an address"),
        pytest.param(
            {"FT_CALLBACK_PORT": "8502", "FT_DATABASE": ":memory:"},
            ["FT_CALLBACK_PORT"],
            id="a door over a database that does not last",
        ),
        pytest.param({"FORWARDED_ALLOW_IPS": "proxy"}, ["FORWARDED_ALLOW_IPS"], id="a proxy by name"),
        pytest.param({"FT_SENDING_HOURS": "9-25"}, ["FT_SENDING_HOURS", "9-25"], id="25 o'clock"),
        pytest.param({"FT_SENDING_HOURS": "19-9"}, ["FT_SENDING_HOURS"], id="backwards"),
        pytest.param({"FT_SENDING_HOURS": "9-9"}, ["FT_SENDING_HOURS"], id="no hour at all"),
        pytest.param({"FT_SENDING_HOURS": "7-19"}, ["FT_SENDING_HOURS"], id="too early"),
        pytest.param({"FT_SENDING_HOURS": "9-21"}, ["FT_SENDING_HOURS"], id="too late"),
        pytest.param({"FT_SENDING_HOURS": "9h-19h"}, ["FT_SENDING_HOURS", "9h-19h"], id="with an h"),
        pytest.param({"FT_SENDING_HOURS": "-1-9"}, ["FT_SENDING_HOURS"], id="negative"),
        pytest.param({"FT_SMS_RATE": "0"}, ["FT_SMS_RATE", "0"], id="no SMS at all"),
        pytest.param({"FT_SMS_RATE": "20/s"}, ["FT_SMS_RATE", "20/s"], id="a rate with its unit"),
        pytest.param({"FT_DEMO": "peut-être"}, ["FT_DEMO", "peut-être"], id="neither yes nor no"),
        pytest.param({"FT_SMS_PART_PRICE": "5 centimes"}, ["FT_SMS_PART_PRICE", "0,05"], id="a price in words"),
        pytest.param({"FT_SMS_PART_PRICE": "-0.05"}, ["FT_SMS_PART_PRICE"], id="a price under nothing"),
        pytest.param({"FT_MISTRAL_MODEL": "m"}, ["FT_MISTRAL_MODEL", "FT_MISTRAL_KEY"], id="a model without a key"),
        pytest.param({"FT_MISTRAL_URL": "127.0.0.1:8080"}, ["FT_MISTRAL_URL"], id="no scheme"),
        pytest.param({"FT_MISTRAL_URL": "ftp://host/"}, ["FT_MISTRAL_URL"], id="another scheme"),
        pytest.param({"FT_MISTRAL_URL": "https://"}, ["FT_MISTRAL_URL"], id="no host"),
        pytest.param({"FT_MISTRAL_URL": "http://[::1"}, ["FT_MISTRAL_URL"], id="half a bracket"),
        pytest.param({"FT_MISTRAL_URL": "http://host:port"}, ["FT_MISTRAL_URL"], id="a port in letters"),
        pytest.param({"FT_MISTRAL_KEY": "clé"}, ["FT_MISTRAL_KEY"], id="a model key with an accent"),
        pytest.param({"FT_SMS_KEY": "k"}, ["FT_SMS_USERNAME"], id="a key without its account"),
        pytest.param({"FT_SMS_USERNAME": "u"}, ["FT_SMS_KEY"], id="an account without its key"),
        pytest.param({"FT_SMS_SENDER": "36000"}, ["FT_SMS_SENDER", "FT_SMS_KEY"], id="a sender without a key"),
        pytest.param(SMS | {"FT_SMS_KEY": "atsk_€uro"}, ["FT_SMS_KEY"], id="a gateway key no header can bear"),
        pytest.param(SMS | {"FT_SMS_KEY": "atsk_1\natsk_2"}, ["FT_SMS_KEY"], id="two lines of key"),
        pytest.param(SMS | {"FT_CALLBACK_SECRET": ""}, ["FT_CALLBACK_SECRET"], id="a real gateway without a secret"),
        pytest.param(SMS | {"FT_CALLBACK_SECRET": "short"}, ["FT_CALLBACK_SECRET", "24"], id="a short secret"),
        pytest.param({"FT_CALLBACK_SECRET": "é" * 30}, ["FT_CALLBACK_SECRET"], id="a secret no address can bear"),
        pytest.param({"FT_CALLBACK_SECRET": "a/" * 20}, ["FT_CALLBACK_SECRET"], id="a secret with a slash"),
    ],
)
def test_a_wrong_value_is_one_sentence_that_names_the_variable(env: dict[str, str], names: list[str]) -> None:
    with pytest.raises(ConfigError) as refused:
        Settings.from_env(env)
    sentence = str(refused.value)
    assert all(name in sentence for name in names)
    assert "\n" not in sentence
    assert sentence.endswith(".")


def test_no_refusal_shows_a_key_or_a_secret() -> None:
    for env in (SMS | {"FT_SMS_KEY": "clé-secrète"}, SMS | {"FT_CALLBACK_SECRET": "too-short-secret"}):
        with pytest.raises(ConfigError) as refused:
            Settings.from_env(env)
        assert "secrète" not in str(refused.value)
        assert "too-short" not in str(refused.value)


def test_the_daily_cap_of_tokens_is_a_number() -> None:
    given = {"FT_MISTRAL_KEY": "k", "FT_MISTRAL_DAILY_TOKENS": "50000"}
    settings = Settings.from_env(given)
    assert settings.mistral is not None
    assert settings.mistral.daily_tokens == 50_000
    for wrong in ("0", "-5", "beaucoup", "1e6"):
        with pytest.raises(ConfigError, match="FT_MISTRAL_DAILY_TOKENS"):
            Settings.from_env(given | {"FT_MISTRAL_DAILY_TOKENS": wrong})
