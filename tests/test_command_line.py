"""The command line and the start: what goes wrong is one French sentence, never a traceback."""

import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from click.testing import CliRunner

from bench.faults.arrivals import children
from ftcore.__main__ import ended, main
from ftcore.database import Database
from ftcore.errors import FtError

PROJECT = Path(__file__).parents[1]


def ftcore(*arguments: str, timeout: float = 300, **settings: str) -> subprocess.CompletedProcess[str]:
    env = {name: value for name, value in os.environ.items() if not name.startswith("FT_")} | settings
    return subprocess.run(
        [sys.executable, "-m", "ftcore", *arguments],
        cwd=PROJECT,
        env=env,
        capture_output=True,
        text=True,
        timeout=timeout,
    )


@dataclass(frozen=True)
class Said:
    returncode: int
    stdout: str
    stderr: str


Command = Callable[..., Said]


@pytest.fixture
def command(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Command:
    """A command as the program runs it, in this process: starting another takes seconds."""

    def run(*arguments: str, **settings: str) -> Said:
        for name in [name for name in os.environ if name.startswith("FT_")]:
            monkeypatch.delenv(name)
        for name, value in settings.items():
            monkeypatch.setenv(name, value)
        capsys.readouterr()
        end = ended(list(arguments))
        said = capsys.readouterr()
        code, sentence = (1, end) if isinstance(end, str) else (end or 0, "")
        return Said(code, said.out, said.err + sentence)

    return run


@pytest.mark.parametrize(
    ("settings", "named"),
    [
        pytest.param({"FT_SENDING_HOURS": "9-25"}, "FT_SENDING_HOURS", id="hours out of range"),
        pytest.param({"FT_SMS_KEY": "k"}, "FT_SMS_USERNAME", id="a key without its account"),
        pytest.param({"FT_MISTRAL_URL": "nowhere"}, "FT_MISTRAL_URL", id="no address"),
        pytest.param({"FT_DATABSE": "x"}, "FT_DATABSE", id="a misspelled name"),
    ],
)
def test_a_wrong_setting_stops_the_start_with_a_sentence_that_names_it(settings: dict[str, str], named: str) -> None:
    done = ftcore("run", **settings)
    assert done.returncode == 1
    assert named in done.stderr
    assert "Traceback" not in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1


def test_a_port_in_use_is_said_with_the_way_out() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        done = ftcore("run", "--port", str(port))
    assert done.returncode == 1
    assert f"Le port {port} est déjà utilisé" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_database_held_by_another_process_is_said_at_the_start(tmp_path: Path) -> None:
    file = tmp_path / "held.duckdb"
    holder = Database.open(str(file))
    try:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        done = ftcore("run", "--port", str(port), FT_DATABASE=str(file))
    finally:
        holder.close()
    assert done.returncode != 0
    assert "est déjà ouverte par le processus" in done.stderr
    assert "Traceback" not in done.stderr + done.stdout


def test_a_missing_file_is_said_with_what_would_be_accepted(command: Command, tmp_path: Path) -> None:
    done = command("import", "people", str(tmp_path / "nobody.csv"), FT_DATABASE=str(tmp_path / "x.duckdb"))
    assert done.returncode == 1
    assert "« nobody.csv » ne peut pas être lu. Fichiers acceptés : CSV" in done.stderr
    assert "ou Parquet." in done.stderr
    assert "Traceback" not in done.stderr


def test_people_and_offers_are_imported_once_however_often(command: Command, tmp_path: Path) -> None:
    people = tmp_path / "people.csv"
    people.write_text(
        "identifiant;prénom;nom;téléphone;métier\nA1;Zoé;Essai;0639980001;G1803\nA2;Luc;Essai;12;G1803\n",
        encoding="utf-8",
    )
    settings = {"FT_DATABASE": str(tmp_path / "x.duckdb"), "FT_DEMO": "non"}
    first = command("import", "people", str(people), "--rejected", str(tmp_path / "bad.csv"), **settings)
    assert "Ajoutées : 1" in first.stdout, first.stderr
    assert "rejetées : 1" in first.stdout
    assert "ligne 3" in first.stdout
    assert (tmp_path / "bad.csv").read_text(encoding="utf-8-sig").count("\n") == 2
    again = command("import", "people", str(people), **settings)
    assert "Ajoutées : 0 · mises à jour : 0 · inchangées : 1" in again.stdout
    sample = str(PROJECT / "data" / "sample_offers.json")
    assert "Ajoutées : 4" in command("import", "offers", sample, **settings).stdout
    assert "Ajoutées : 0 · mises à jour : 0 · inchangées : 4" in command("import", "offers", sample, **settings).stdout


def test_real_sending_over_the_demo_agency_is_refused(command: Command, tmp_path: Path, demo_file: Path) -> None:
    file = str(shutil.copy(demo_file, tmp_path / "demo.duckdb"))
    sample = str(PROJECT / "data" / "sample_offers.json")
    real = {"FT_SMS_USERNAME": "u", "FT_SMS_KEY": "key-of-no-use", "FT_CALLBACK_SECRET": "a" * 24}
    done = command("import", "offers", sample, FT_DATABASE=file, **real)
    assert done.returncode == 1
    assert "agence de démonstration" in done.stderr


def test_a_dispatcher_without_pages_starts_shows_that_it_is_well_and_ends_on_sigterm(
    postgres: Any, tmp_path: Path
) -> None:
    alive = tmp_path / "alive"
    name = postgres.fresh("house")
    env = {key: value for key, value in os.environ.items() if not key.startswith("FT_")}
    env |= {"FT_DATABASE": postgres.address(name), "FT_SMS_USERNAME": "u", "FT_SMS_KEY": "key-of-no-use"}
    env |= {"FT_CALLBACK_SECRET": "a" * 24, "FT_SMS_URL": "http://127.0.0.1:9"}
    program = subprocess.Popen(
        [sys.executable, "-m", "ftcore", "dispatch", "--health-file", str(alive)], cwd=PROJECT, env=env,
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    with program:
        assert program.stdout is not None
        assert "Envois en cours" in program.stdout.readline()
        while not alive.exists():
            time.sleep(0.05)
        program.send_signal(signal.SIGTERM)
        _, said = program.communicate(timeout=60)
    assert program.returncode == 0
    assert "Traceback" not in said
    postgres.drop(name)


def test_a_dispatcher_without_a_gateway_says_what_is_missing(tmp_path: Path) -> None:
    done = ftcore("dispatch", FT_DATABASE=str(tmp_path / "x.duckdb"))
    assert done.returncode == 1
    assert "FT_SMS_KEY" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_database_is_copied_and_verified_by_command(command: Command, tmp_path: Path, postgres: Any) -> None:
    name = postgres.fresh("house")
    source = tmp_path / "source.duckdb"
    sample = str(PROJECT / "data" / "sample_offers.json")
    assert command("import", "offers", sample, FT_DATABASE=str(source), FT_DEMO="non").returncode == 0
    done = command("database", "copy", str(source), postgres.address(name))
    assert "Copie vérifiée" in done.stdout, done.stderr
    again = command("database", "copy", str(source), postgres.address(name))
    assert again.returncode == 1
    assert "contient déjà des données" in again.stderr
    postgres.drop(name)


def _listens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def test_uvicorn_serves_the_same_app_with_a_door_of_its_own_and_ends_on_sigterm(tmp_path: Path) -> None:
    import urllib.error
    import urllib.request

    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        door_port = probe.getsockname()[1]
    log = (tmp_path / "log").open("w+")
    env = {name: value for name, value in os.environ.items() if not name.startswith("FT_")}
    env |= {"FT_DATABASE": str(tmp_path / "x.duckdb"), "FT_DEMO": "non", "FT_CALLBACK_PORT": str(door_port)}
    program = subprocess.Popen(
        [sys.executable, "-m", "uvicorn", "app:app", "--port", str(port)],
        cwd=PROJECT, env=env, stdout=log, stderr=subprocess.STDOUT,
    )  # fmt: skip
    try:
        for _ in range(1200):
            try:
                answer = urllib.request.urlopen(f"http://127.0.0.1:{port}/_stcore/health", timeout=2)
                break
            except (urllib.error.URLError, ConnectionError):
                time.sleep(0.1)
        with answer:
            assert answer.status == 200
            assert "frame-ancestors 'none'" in answer.headers["Content-Security-Policy"]
            assert answer.headers["X-Content-Type-Options"] == "nosniff"
        # The door of its own is opened once the pages are there.
        while not _listens(door_port):
            time.sleep(0.05)
        for where in (port, door_port):
            with pytest.raises(urllib.error.HTTPError) as refused:
                urllib.request.urlopen(f"http://127.0.0.1:{where}/callbacks/wrong/delivery", data=b"id=1&status=Sent")
            assert refused.value.code == 404
            refused.value.close()
        while not (doors := children(program.pid)):
            time.sleep(0.05)
    finally:
        program.send_signal(signal.SIGTERM)
        program.wait(60)
        log.seek(0)
        written = log.read()
        log.close()
    assert "Traceback" not in written, written
    assert "Application shutdown complete" in written
    assert not any(Path(f"/proc/{door}").exists() for door in doors)


def test_a_callback_address_is_shown_once_listed_by_its_mark_and_retired(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = str(tmp_path / "house.duckdb")
    database = Database.open(file)
    agency = {"agency_id": uuid4(), "name": "Agence d'essai", "department": "07", "demo": False}
    database.transact(lambda tx: tx.insert("agency", [agency]))
    database.close()
    monkeypatch.setenv("FT_DATABASE", file)

    def said(*words: str) -> str:
        return CliRunner().invoke(main, ["callbacks", *words], catch_exceptions=False).output

    first = said("new")
    secrets = set(re.findall(r"/callbacks/([A-Za-z0-9_-]{43})/", first))
    assert len(secrets) == 1
    assert "jamais affichées" in first
    listed = said("list")
    assert not secrets & set(listed.split())
    mark = listed.split()[0]
    assert "valable" in listed
    assert f"{mark} est retirée" in said("retire", mark)
    assert "retirée le" in said("list")
    with pytest.raises(FtError, match="de quelle agence"):
        said("list", "--agency", "Agence inconnue")


def test_corrected_readings_are_written_by_command(command: Command, tmp_path: Path) -> None:
    file = tmp_path / "corrections.csv"
    done = command("replies", "corrections", str(file), FT_DATABASE=str(tmp_path / "x.duckdb"), FT_DEMO="0")
    assert done.returncode == 0, done.stderr
    assert "0 lecture corrigée" in done.stdout
    assert file.read_text("utf-8") == "text,answer,read_as,corrected_on\n"
    nowhere = str(tmp_path / "nowhere" / "corrections.csv")
    refused = command("replies", "corrections", nowhere, FT_DATABASE=str(tmp_path / "x.duckdb"), FT_DEMO="0")
    assert refused.returncode != 0
    assert "Choisissez un dossier qui existe" in refused.stderr
    assert "Traceback" not in refused.stderr
