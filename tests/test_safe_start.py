"""Without sign-in the program is a demo on this machine, or it does not start."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from uuid import uuid4

import pytest

from ftcore import safe_start
from ftcore.database import Database
from ftcore.errors import ConfigError
from ftcore.model import Person
from ftcore.settings import MistralSettings, Settings, SmsSettings
from ftcore.sign_in_settings import SignInSettings
from tests.trust.test_claims import GIVEN

SIGN_IN = SignInSettings.from_env(GIVEN)
REAL_GATEWAY = SmsSettings("agence", "atsk_0", None)
REAL_MODEL = MistralSettings("key", None, "mistral-small-latest")


@pytest.mark.parametrize(
    ("settings", "refused"),
    [
        pytest.param(Settings(), None, id="the demo"),
        pytest.param(Settings(sms=REAL_GATEWAY), "FT_SMS_KEY", id="a real gateway"),
        pytest.param(Settings(mistral=REAL_MODEL), "FT_MISTRAL_KEY", id="a real model"),
        pytest.param(Settings(mistral=replace(REAL_MODEL, url="https://ia.exemple.fr")), "FT_MISTRAL_KEY",
                     id="a model of the institution"),
        pytest.param(Settings(sms=replace(REAL_GATEWAY, url="http://127.0.0.1:9/version1")), None,
                     id="a gateway on this machine"),
        pytest.param(Settings(mistral=replace(REAL_MODEL, url="http://localhost:9")), None,
                     id="a model on this machine"),
        pytest.param(Settings(mistral=replace(REAL_MODEL, url="http://localhost.exemple.fr")), "FT_MISTRAL_KEY",
                     id="another machine of a familiar name"),
        pytest.param(Settings(sms=REAL_GATEWAY, mistral=REAL_MODEL, sign_in=SIGN_IN), None, id="with sign-in"),
    ],
)  # fmt: skip
def test_real_credentials_need_a_sign_in(database: Database, settings: Settings, refused: str | None) -> None:
    if refused is None:
        safe_start.refuse_unsafe(settings, database)
        return
    with pytest.raises(ConfigError, match=refused) as said:
        safe_start.refuse_unsafe(settings, database)
    assert "FT_OIDC_URL" in str(said.value)


@pytest.mark.parametrize(
    ("phone", "refused"),
    [
        pytest.param("+33639980001", False, id="an invented number"),
        pytest.param("+33639970001", True, id="a number that could be somebody's"),
    ],
)
def test_people_who_could_be_real_need_a_sign_in(database: Database, person: Person, phone: str, refused: bool) -> None:
    row = {"agency_id": person.agency_id, "candidate_id": uuid4(), "external_id": "D1", "first_name": "Awa",
           "last_name": "Essai", "phone": phone, "skills": [], "department": "07", "demo": True}  # fmt: skip
    database.transact(lambda tx: tx.insert("candidate", [row]))
    safe_start.refuse_unsafe(Settings(sign_in=SIGN_IN), database)
    if refused:
        with pytest.raises(ConfigError, match="personnes importées"):
            safe_start.refuse_unsafe(Settings(), database)
    else:
        safe_start.refuse_unsafe(Settings(), database)


@pytest.mark.parametrize(
    ("address", "refused"),
    [
        pytest.param("localhost", False, id="by name"),
        pytest.param("127.0.0.1", False, id="by number"),
        pytest.param("::1", False, id="by the newer number"),
        pytest.param("0.0.0.0", True, id="every card"),
        pytest.param("::", True, id="every card, newer"),
        pytest.param(None, True, id="not said"),
        pytest.param("", True, id="empty"),
        pytest.param("10.1.2.3", True, id="the network"),
        pytest.param("entremise.exemple.fr", True, id="a name of the network"),
    ],
)
def test_beyond_this_machine_only_with_sign_in(address: str | None, refused: bool) -> None:
    safe_start.refuse_open_door(Settings(sign_in=SIGN_IN), address)
    if refused:
        with pytest.raises(ConfigError, match="FT_OIDC_URL"):
            safe_start.refuse_open_door(Settings(), address)
    else:
        safe_start.refuse_open_door(Settings(), address)


@pytest.mark.parametrize(
    ("settings", "options", "said"),
    [
        pytest.param({"FT_MISTRAL_KEY": "key-that-is-planted"}, [], "FT_MISTRAL_KEY", id="a real model"),
        pytest.param({}, ["--server.address", "0.0.0.0"], "n'écoute que ce poste", id="every card"),
    ],
)
def test_the_program_ends_with_a_sentence_before_it_serves(
    tmp_path: Path, settings: dict[str, str], options: list[str], said: str
) -> None:
    env = {name: value for name, value in os.environ.items() if not name.startswith("FT_")}
    env |= {"FT_DATABASE": str(tmp_path / "a.duckdb"), "FT_DEMO": "non"} | settings
    command = [sys.executable, "-m", "streamlit", "run", "app.py", "--server.port", "0", *options]
    done = subprocess.run(
        command, cwd=Path(__file__).parents[1], env=env, capture_output=True, text=True, timeout=120, check=False
    )
    assert done.returncode != 0
    assert said in done.stderr
    assert "Traceback" not in done.stderr
    assert "key-that-is-planted" not in done.stdout + done.stderr
