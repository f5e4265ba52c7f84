"""Secrets from files, files for the program's account alone, and the encrypted database."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import duckdb
import pytest

from ftcore.database import Database, encryption
from ftcore.database.backup import back_up
from ftcore.database.copy import copy
from ftcore.database.embedded import _why_not_opened
from ftcore.errors import ConfigError, DatabaseError
from ftcore.secret_files import SECRET_NAMES
from ftcore.settings import KNOWN, Settings

PROJECT = Path(__file__).parents[1]
KEY = "a-key-of-twenty-letters"


def secret_file(folder: Path, text: str, mode: int = 0o600) -> str:
    file = folder / "secret"
    file.write_text(text)
    file.chmod(mode)
    return str(file)


@pytest.mark.parametrize("name", sorted(SECRET_NAMES & KNOWN))
def test_every_secret_may_stand_in_a_file(name: str, tmp_path: Path) -> None:
    beside = {
        "FT_SMS_USERNAME": "u",
        "FT_SMS_KEY": "key-of-no-use",
        "FT_CALLBACK_SECRET": "c" * 24,
        "FT_OIDC_URL": "https://identite.exemple.fr",
        "FT_OIDC_CLIENT_ID": "entremise",
        "FT_OIDC_CLIENT_SECRET": "client-secret",
        "FT_COOKIE_SECRET": "d" * 32,
        "FT_PUBLIC_URL": "https://entremise.exemple.fr",
    }
    secret = "s" * 40
    direct = Settings.from_env({**beside, name: secret})
    from_file = {**beside, f"{name}_FILE": secret_file(tmp_path, secret + "\n")}
    from_file.pop(name, None)
    assert Settings.from_env(from_file) == direct
    assert secret in direct.secrets
    assert secret not in repr(direct)


def test_a_secret_given_twice_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="FT_MISTRAL_KEY et FT_MISTRAL_KEY_FILE sont donnés tous les deux"):
        Settings.from_env({"FT_MISTRAL_KEY": "k", "FT_MISTRAL_KEY_FILE": secret_file(tmp_path, "k")})


@pytest.mark.parametrize(
    ("make", "said"),
    [
        pytest.param(lambda folder: str(folder / "none"), "ne peut pas être lu", id="no file"),
        pytest.param(lambda folder: str(folder), "ne peut pas être lu", id="a folder"),
        pytest.param(lambda folder: secret_file(folder, " \n"), "est vide", id="nothing in it"),
        pytest.param(lambda folder: secret_file(folder, "k", 0o666), "chmod 600", id="anybody may change it"),
    ],
)
def test_a_file_that_cannot_be_a_secret_is_named(make: Callable[[Path], str], said: str, tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=f"FT_MISTRAL_KEY_FILE.*{said}"):
        Settings.from_env({"FT_MISTRAL_KEY_FILE": make(tmp_path)})


def test_a_secret_that_anybody_may_read_is_said(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    Settings.from_env({"FT_MISTRAL_KEY_FILE": secret_file(tmp_path, "the-key-itself", 0o644)})
    assert "can be read by every account" in caplog.text
    assert "the-key-itself" not in caplog.text


def test_a_file_for_what_is_no_secret_is_no_setting() -> None:
    with pytest.raises(ConfigError, match="FT_DEMO_FILE n'est pas un réglage connu"):
        Settings.from_env({"FT_DEMO_FILE": "x"})


def test_the_password_of_an_address_is_a_secret_as_written_and_as_meant() -> None:
    settings = Settings.from_env({"FT_DATABASE": "postgresql://account:p%40ssword@127.0.0.1/base"})
    assert {"p%40ssword", "p@ssword"} <= set(settings.secrets)
    assert "ssword" not in repr(settings)


@pytest.mark.parametrize(
    ("env", "named"),
    [
        pytest.param({"FT_DATABASE_KEY": "short"}, "FT_DATABASE_KEY", id="a key too short"),
        pytest.param({"FT_DATABASE_KEY": "a-key-with'an-apostrophe"}, "FT_DATABASE_KEY", id="an apostrophe"),
        pytest.param({"FT_DATABASE_KEY": KEY, "FT_DATABASE": ":memory:"}, "FT_DATABASE_KEY", id="nothing at rest"),
        pytest.param({"FT_METRICS_TOKEN": "short"}, "FT_METRICS_TOKEN", id="a token to guess"),
        pytest.param({"FT_LOG": "xml"}, "FT_LOG", id="another form of log"),
    ],
)
def test_a_wrong_value_is_named(env: dict[str, str], named: str) -> None:
    with pytest.raises(ConfigError, match=named) as refused:
        Settings.from_env(env)
    assert "short" not in str(refused.value)


# Files


def modes(folder: Path) -> dict[str, int]:
    return {path.name: path.stat().st_mode & 0o777 for path in folder.rglob("*")}


_WRITE = """
import os, sys
from ftcore.private_files import keep_files_private
keep_files_private()
from ftcore.database import Database, utc_now
database = Database.open(sys.argv[1])
agency = {"agency_id": "0f0f0f0f-0000-4000-8000-000000000001", "name": "A", "department": "07", "demo": False}
database.transact(lambda tx: tx.insert("agency", [agency]))
open(sys.argv[1] + ".export", "w").close()
os._exit(0)
"""


def test_database_log_and_whatever_is_written_are_for_the_account_of_the_program(tmp_path: Path) -> None:
    file = tmp_path / "data" / "house.duckdb"
    run = [sys.executable, "-c", "import os; os.umask(0)\n" + _WRITE, str(file)]
    assert subprocess.run(run, cwd=PROJECT, timeout=60).returncode == 0
    assert modes(tmp_path) == {
        "data": 0o700, "house.duckdb": 0o600, "house.duckdb.wal": 0o600, "house.duckdb.export": 0o600,
    }  # fmt: skip


def test_files_that_an_older_version_left_open_to_others_are_closed(tmp_path: Path) -> None:
    file = tmp_path / "house.duckdb"
    Database.open(str(file)).close()
    file.chmod(0o644)
    Database.open(str(file)).close()
    assert modes(tmp_path) == {"house.duckdb": 0o600}


def test_a_folder_that_was_there_keeps_its_rights(tmp_path: Path) -> None:
    tmp_path.chmod(0o750)
    Database.open(str(tmp_path / "house.duckdb")).close()
    assert tmp_path.stat().st_mode & 0o777 == 0o750


def test_the_command_line_writes_for_its_account_alone(tmp_path: Path) -> None:
    env = {name: value for name, value in os.environ.items() if not name.startswith("FT_")}
    env |= {"FT_DATABASE": str(tmp_path / "x.duckdb"), "FT_DEMO": "non"}
    run = [sys.executable, "-m", "ftcore", "replies", "corrections", str(tmp_path / "corrections.csv")]
    assert subprocess.run(run, cwd=PROJECT, env=env, timeout=120).returncode == 0
    assert set(modes(tmp_path).values()) == {0o600}


# Encryption


def can_encrypt() -> bool:
    connection = duckdb.connect()
    try:
        encryption.load_crypto(connection)
    except DatabaseError:
        return False
    finally:
        connection.close()
    return True


@pytest.mark.skipif(can_encrypt(), reason="the extension is there")
def test_without_the_engines_crypto_a_key_stops_the_start_and_no_file_is_made(tmp_path: Path) -> None:
    env = {name: value for name, value in os.environ.items() if not name.startswith("FT_")}
    env |= {"FT_DATABASE": str(tmp_path / "x.duckdb"), "FT_DATABASE_KEY": KEY}
    run = [sys.executable, "-m", "ftcore", "occupation", "serveur"]
    done = subprocess.run(run, cwd=PROJECT, env=env, capture_output=True, text=True, timeout=120)
    assert done.returncode == 1
    assert "son extension « httpfs » manque" in done.stderr
    assert KEY not in done.stderr
    assert list(tmp_path.iterdir()) == []


@pytest.mark.skipif(not can_encrypt(), reason="the engine's crypto is not to be had on this machine")
def test_an_encrypted_database_and_its_backup_say_nothing_without_the_key(tmp_path: Path) -> None:
    file = str(tmp_path / "x.duckdb")
    database = Database.open(file, key=KEY)
    agency = {"agency_id": "0f0f0f0f-0000-4000-8000-000000000001", "name": "TresVisible"}
    database.transact(lambda tx: tx.insert("agency", [agency | {"department": "07", "demo": False}]))
    back_up(database, tmp_path / "b", datetime(2026, 11, 24), lambda done, total: None, key=KEY)
    for path in tmp_path.rglob("*.duckdb*"):
        assert b"TresVisible" not in path.read_bytes()
    database.close()
    for key, said in (("another-key-of-twenty", "une autre clé"), (None, "Donnez sa clé")):
        with pytest.raises(DatabaseError, match=said):
            Database.open(file, key=key)
    Database.open(file, key=KEY).close()


@pytest.mark.parametrize(
    ("said", "answer"),
    [
        pytest.param("Wrong encryption key used to open the database file", "une autre clé", id="a wrong key"),
        pytest.param('Cannot open encrypted database "x" without a key', "Donnez sa clé", id="no key"),
        pytest.param('but database "x" is not encrypted', "database copy", id="a key too much"),
    ],
)
def test_what_the_engine_says_of_a_key_is_a_sentence_with_the_way_out(said: str, answer: str) -> None:
    error = duckdb.InvalidInputException(said)
    assert answer in str(_why_not_opened("x.duckdb", error))
    assert "FT_DATABASE_KEY" in str(_why_not_opened("x.duckdb", error))


@pytest.fixture
def without_crypto(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, str | None]]:
    """A stand-in that encrypts nothing: files are attached as with a key, and the keys are noted."""
    attached: list[tuple[str, str | None]] = []
    real = encryption.attach

    def attach(connection: duckdb.DuckDBPyConnection, address: str, name: str, key: str | None) -> None:
        attached.append((Path(address).name, key))
        real(connection, address, name, None)

    monkeypatch.setattr(encryption, "load_crypto", lambda connection: None)
    monkeypatch.setattr(encryption, "attach", attach)
    return attached


def test_with_a_stand_in_for_the_crypto_the_database_its_backup_and_its_copy_get_the_key(
    without_crypto: list[tuple[str, str | None]], tmp_path: Path
) -> None:
    file = str(tmp_path / "x.duckdb")
    database = Database.open(file, key=KEY)
    agency = {"agency_id": "0f0f0f0f-0000-4000-8000-000000000001", "name": "A", "department": "07", "demo": False}
    database.transact(lambda tx: tx.insert("agency", [agency]))
    assert database.value("SELECT count(*) FROM agency") == 1
    made = back_up(database, tmp_path / "b", datetime(2026, 11, 24), lambda done, total: None, key=KEY)
    assert made.rows["agency"] == 1
    database.close()
    assert copy(file, str(tmp_path / "y.duckdb"), lambda done, total: None, key=KEY)["agency"] == 1
    assert {key for _, key in without_crypto} == {KEY}
    assert {name for name, _ in without_crypto} == {
        "x.duckdb",
        ".entremise-20261124T000000Z.duckdb.partial",
        "y.duckdb",
    }
