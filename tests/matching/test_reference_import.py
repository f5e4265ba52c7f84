"""The official referentials replace the starter, whole or not at all."""

import http.server
import json
import threading
import zipfile
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path

import pytest

from ftcore.database import Database
from ftcore.errors import FtError, UnreadableFile
from ftcore.matching import nearness, places, reference, reference_fetch
from ftcore.matching.commune_files import read_communes
from ftcore.matching.rome_files import read_rome
from ftcore.model import Person

SHARED = Path(__file__).parents[3] / "shared" / "reference"

ROME = {
    "referentiel_code_rome": (
        'code_rome,libelle_rome\n"G1803","Serveur / Serveuse"\n"G1801","Barman / Barmaid"\n'
        '"G1803","Encore"\n"X","Faux"\n"K1304",""\n'
    ),
    "referentiel_appellation": (
        'code_rome,libelle_appellation_long\n"G1803","Garçon de café"\n"G1803","Garçon de café"\n"Z9999","Perdu"\n'
    ),
    "item": 'code_ogr,libelle,code_rubrique\n"1","Servir à table","1"\n"2","Travail le soir",""\n"3","Vins","3"\n',
    "coherence_item": (
        'code_rome,code_ogr,coeur_metier\n"G1803","1","Principale"\n"G1803","2",""\n"G1801","1",""\n'
        '"G1801","3","Émergente"\n"G1803","99",""\n'
    ),
    "rubrique_mobilite": 'code_rome,code_rome_cible,numero_ordre\n"G1801","G1803","1"\n"G1803","Z9999","2"\n',
}


@pytest.fixture
def rome(tmp_path: Path) -> Path:
    folder = tmp_path / "rome"
    folder.mkdir()
    for table, text in ROME.items():
        (folder / f"unix_{table}_v460_utf8.csv").write_text(text, encoding="utf-8")
    (folder / "version.txt").write_text("Numero de version : 60\n", encoding="utf-8")
    return folder


def test_the_rome_is_loaded_from_a_folder_with_a_report_of_what_was_left_out(
    database: Database, person: Person, rome: Path, now: datetime
) -> None:
    told: list[float] = []
    for _ in range(2):
        loaded = reference.import_rome(database, person, rome, now, told.append)
        assert loaded.counts["métiers"] == 2
        assert sorted(bad.reason for bad in loaded.rejected) == [
            "l'appellation est déjà donnée à G1803",
            "l'item 99 n'est pas dans le ROME",
            "le code G1803 est déjà donné",
            "le métier K1304 n'a pas de libellé",
            "le métier Z9999 n'est pas dans le ROME",
            "le métier Z9999 n'est pas dans le ROME",
            "« X » n'est pas un code ROME",
        ]
    assert told[-1] == 1.0
    assert all(0 <= part <= 1 for part in told)
    assert database.rows("SELECT code, label FROM occupation ORDER BY code") == [
        {"code": "G1801", "label": "Barman / Barmaid"},
        {"code": "G1803", "label": "Serveur / Serveuse"},
    ]
    kinds = {(row["code"], row["skill"]): row["kind"] for row in database.rows("SELECT * FROM occupation_skill")}
    assert kinds[("G1803", "Travail le soir")] == "contexte"
    assert [row["version"] for row in reference.loads(database)] == ["version 60"]


def test_people_whose_occupation_the_new_rome_lacks_are_said(
    database: Database, person: Person, rome: Path, now: datetime, enter: Callable[..., object]
) -> None:
    enter(occupation_code="N4101")
    loaded = reference.import_rome(database, person, rome, now, lambda part: None)
    assert loaded.remarks == (
        "1 personnes cherchent un métier que ce ROME n'a pas : leur fiche reste, à mettre à jour.",
    )


def test_an_archive_is_read_like_the_folder(rome: Path, tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "rome.zip", "w") as archive:
        for file in rome.iterdir():
            archive.write(file, f"unix/{file.name}")
    assert read_rome(tmp_path / "rome.zip").titles == read_rome(rome).titles


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        pytest.param(lambda f: (f / "unix_item_v460_utf8.csv").unlink(), "Il manque au ROME", id="a file is missing"),
        pytest.param(
            lambda f: (f / "unix_item_v460_utf8.csv").write_bytes(b"\xff\xfe\xe9"), "illisible", id="not UTF-8"
        ),
        pytest.param(
            lambda f: (f / "unix_item_v460_utf8.csv").write_text("a,b\n1,2\n"), "pas de colonne", id="other columns"
        ),
        pytest.param(
            lambda f: (f / "unix_referentiel_code_rome_v460_utf8.csv").write_text("code_rome,libelle_rome\n"),
            "aucun métier",
            id="no occupation",
        ),
    ],
)
def test_what_is_not_a_whole_rome_changes_nothing(
    database: Database, person: Person, rome: Path, now: datetime, spoil: Callable[[Path], object], said: str
) -> None:
    spoil(rome)
    before = database.rows("SELECT * FROM occupation ORDER BY code")
    with pytest.raises(UnreadableFile, match=said):
        reference.import_rome(database, person, rome, now, lambda part: None)
    assert database.rows("SELECT * FROM occupation ORDER BY code") == before


def test_nearness_is_directed_graded_and_weighted_by_rarity() -> None:
    rows = nearness.neighbours(
        ["G1801", "G1803", "N4101"],
        [("G1801", "Vins"), ("G1803", "Vins"), ("N4101", "Conduire")],
        [("G1801", "G1803", 1)],
    )
    degrees = {(row["code"], row["neighbour"]): row["degree"] for row in rows}
    # To wait at table: the barman can, by the first link; the other way counts half a link.
    assert degrees == {("G1803", "G1801"): 0.95, ("G1801", "G1803"): 0.7}


def test_communes_come_with_every_postcode_and_the_three_cities_whole(
    database: Database, person: Person, tmp_path: Path, now: datetime
) -> None:
    file = tmp_path / "communes.csv"
    file.write_text(
        "Code_commune_INSEE;Nom_commune;Code_postal;Libelle_acheminement;Ligne_5;coordonnees_gps\r\n"
        "07281;ST PERAY;07130;ST PERAY;;44.94, 4.84\r\n"
        "07281;ST PERAY;07131;ST PERAY;;\r\n"
        "69381;LYON 01;69001;LYON;;45.77, 4.82\r\n"
        "69387;LYON 07;69007;LYON;;45.73, 4.84\r\n"
        "26362;VALENCE;26000;VALENCE;;\r\n"
        "01001;L ABERGEMENT CLEMENCIAT;01400;L ABERGEMENT CLEMENCIAT;;46.1, 4.9\r\n"
        "9;NULLE PART;01400;;;\r\n",
        encoding="ascii",
    )
    loaded = reference.import_communes(database, person, file, now, lambda part: None)
    assert loaded.counts == {"communes lues": 5, "communes": 4, "codes postaux": 6}
    assert [bad.reason for bad in loaded.rejected] == ["« 9 » n'est pas un code INSEE"]
    for text, insee in (("07131", "07281"), ("Lyon 7e", "69123"), ("69007", "69123"), ("St Péray", "07281")):
        found = places.find_place(database, text)
        assert found is not None
        assert found.insee == insee
    names = {row["insee"]: row for row in database.rows("SELECT * FROM commune")}
    assert names["01001"]["name"] == "L'Abergement-Clemenciat"
    # What the file lacks stays known: accents, and where it is.
    assert names["07281"]["name"] == "Saint-Péray"
    assert (names["26362"]["lat"], names["26362"]["lon"]) == (44.92, 4.91)


def test_communes_of_the_geographic_api_are_read(tmp_path: Path) -> None:
    file = tmp_path / "communes.json"
    records = [
        {"nom": "Annonay", "code": "07010", "codesPostaux": ["07100"], "population": 16000,
         "centre": {"type": "Point", "coordinates": [4.67, 45.24]}},
        {"nom": "Sans code"},
    ]  # fmt: skip
    file.write_text(json.dumps(records), encoding="utf-8")
    found = read_communes(file)
    assert found.rows == [
        {"insee": "07010", "name": "Annonay", "postcode": "07100", "department": "07", "lat": 45.24, "lon": 4.67,
         "population": 16000}
    ]  # fmt: skip
    assert len(found.rejected) == 1


@pytest.fixture
def server() -> Iterator[tuple[str, dict[str, bytes]]]:
    pages: dict[str, bytes] = {}

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            body = pages.get(self.path)
            self.send_response(404 if body is None else 200)
            self.send_header("Content-Length", str(len(body or b"")))
            self.end_headers()
            self.wfile.write(body or b"")

        def log_message(self, *args: object) -> None:
            """Quiet."""

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as listening:
        thread = threading.Thread(target=listening.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{listening.server_port}", pages
        listening.shutdown()
        thread.join()


def test_a_download_is_kept_only_when_it_is_the_referential(
    server: tuple[str, dict[str, bytes]], tmp_path: Path
) -> None:
    address, pages = server
    pages["/c"] = json.dumps([{"nom": "Annonay", "code": "07010", "codesPostaux": ["07100"]}]).encode()
    source = reference_fetch.Source("communes", f"{address}/c", "c.json", 1)
    kept = reference_fetch.fetch(source, tmp_path, lambda done, total: None)
    assert kept.read_bytes() == pages["/c"]
    pages["/c"] = b"<html>maintenance</html>"
    with pytest.raises(UnreadableFile):
        reference_fetch.fetch(source, tmp_path, lambda done, total: None)
    pages["/c"] = kept.read_bytes()
    few = reference_fetch.Source("communes", f"{address}/c", "c.json", 30_000)
    with pytest.raises(UnreadableFile, match="pas entier"):
        reference_fetch.fetch(few, tmp_path, lambda done, total: None)
    assert sorted(file.name for file in tmp_path.iterdir()) == ["c.json"]


def test_a_download_that_fails_says_what_to_do(server: tuple[str, dict[str, bytes]], tmp_path: Path) -> None:
    source = reference_fetch.Source("communes", f"{server[0]}/absent", "c.json", 1)
    with pytest.raises(FtError, match=r"répondu 404.*reference import"):
        reference_fetch.fetch(source, tmp_path, lambda done, total: None)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.skipif(not SHARED.exists(), reason="the official files are not beside the project")
def test_the_official_files_are_read_whole() -> None:
    rome = read_rome(SHARED / "rome")
    assert (len(rome.occupations), len(rome.skills), len(rome.mobility)) == (1_584, 104_219, 14_912)
    assert len(rome.titles) + len(rome.rejected) == 13_120
    assert read_communes(SHARED / "communes" / "laposte_hexasmal.csv").read == 36_013
