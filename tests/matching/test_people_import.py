"""A pool goes in whole or not at all, in pieces of the file, whatever happens meanwhile."""

from __future__ import annotations

import gc
import io
import re
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pandas as pd
import pyarrow as pa
import pytest

from ftcore import phones
from ftcore.database import Database
from ftcore.errors import FtError, NotAllowed, UnreadableFile
from ftcore.matching import people_check, people_file, people_import
from ftcore.matching.people_import import import_candidates
from ftcore.matching.running_imports import RunningImport, RunningImports
from ftcore.model import ImportReport, Person, Role

from .conftest import AGENCY, NOW, REFERENTIAL

PROJECT = Path(__file__).parents[2]
HEADER = "Identifiant;Prénom;Nom;Téléphone;Métier;Commune;Compétences\n"


def line(number: int, last_name: str = "Essai", phone: int | None = None, skills: str = "Servir à table") -> str:
    phone = number if phone is None else phone
    return f"A{number};Léa;{last_name};06399800{phone:02d};{'G1803' if number % 2 else 'K1304'};Annonay;{skills}\n"


def people(numbers: Iterator[int] | range, last_name: str = "Essai") -> str:
    return HEADER + "".join(line(number, last_name) for number in numbers)


def bring(
    database: Database,
    person: Person,
    text: str,
    progress: Callable[[float], None] | None = None,
    *,
    whole: bool = False,
) -> ImportReport:
    table = people_file.open_table("gens.csv", text.encode())
    mapping = people_file.guess_mapping(table.columns)
    return import_candidates(database, person, table, mapping, NOW, progress, whole=whole)


def pool_of(database: Database) -> list[dict[str, Any]]:
    return database.rows("SELECT * FROM candidate ORDER BY agency_id, external_id")


def numbers(database: Database) -> dict[str, str]:
    return {row["external_id"]: row["phone"] for row in pool_of(database)}


@pytest.fixture
def small_pieces(monkeypatch: pytest.MonkeyPatch) -> None:
    """Three lines at a time, so that a small file has several pieces."""
    monkeypatch.setattr(people_file, "CHUNK", 3)


# --- Whole or not at all --------------------------------------------------------------------------


class Interrupted(Exception):
    pass


@pytest.mark.usefixtures("small_pieces")
def test_stopped_at_any_step_an_import_changes_nothing(database: Database, person: Person) -> None:
    bring(database, person, people(range(1, 9)))
    before, journal = pool_of(database), database.rows("SELECT * FROM journal")
    steps: list[float] = []
    tonight = people(range(3, 12), "Autre")

    def stop_at(number: int) -> Callable[[float], None]:
        heard: list[float] = []

        def said(part: float) -> None:
            heard.append(part)
            if len(heard) == number and part < 1.0:
                steps.append(part)
                raise Interrupted

        return said

    number = 1
    while True:
        try:
            report = bring(database, person, tonight, stop_at(number), whole=True)
        except Interrupted:
            assert pool_of(database) == before
            assert database.rows("SELECT * FROM journal") == journal
            number += 1
        else:
            break
    parts = {0.0, people_import._COMPARED, people_import._INSERTED, people_import._WRITTEN}
    assert parts <= set(steps), "the check, the comparison and the writing were all interrupted"
    assert (report.added, report.updated, report.left) == (3, 6, 2)
    assert database.value("SELECT count(*) FROM candidate WHERE left_utc IS NOT NULL") == 2


KILLED = """
import sys, time
from datetime import datetime
from pathlib import Path
from uuid import UUID
from ftcore.database import Database
from ftcore.matching import people_file, people_import
from ftcore.model import Person, Role

database = Database.open(sys.argv[1])
table = people_file.open_table("people.csv", Path(sys.argv[2]))

def said(part):
    if part >= float(sys.argv[3]):
        print("there", flush=True)
        time.sleep(600)

who = Person("p1", "Camille Essai", Role.COUNSELOR, UUID(sys.argv[4]))
mapping = people_file.guess_mapping(table.columns)
people_import.import_candidates(database, who, table, mapping, datetime(2026, 11, 23), said, whole=True)
"""


@pytest.mark.parametrize("part", [0.4, people_import._WRITTEN], ids=["while it checks", "before it commits"])
def test_a_program_killed_during_an_import_leaves_the_pool_as_it_was(
    tmp_path: Path, person: Person, engine: str, part: float, request: pytest.FixtureRequest
) -> None:
    server = request.getfixturevalue("postgres") if engine == "postgresql" else None
    name = server.fresh("house") if server else ""
    address = server.address(name) if server else str(tmp_path / "pool.duckdb")
    database = Database.open(address)
    agency = {"agency_id": AGENCY, "name": "Agence d'essai", "department": "07", "demo": False}

    def furnish(tx: Any) -> None:
        tx.insert("agency", [agency])
        for table in ("occupation", "commune"):
            tx.insert(table, REFERENTIAL[table])

    database.transact(furnish)
    bring(database, person, people(range(1, 9)))
    before = pool_of(database)
    database.close()
    file = tmp_path / "tonight.csv"
    file.write_text(people(range(3, 12), "Autre"), encoding="utf-8")
    program = subprocess.Popen(
        [sys.executable, "-c", KILLED, address, str(file), str(part), str(AGENCY)],
        cwd=PROJECT, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    with program:
        assert program.stdout is not None
        assert program.stdout.readline() == "there\n"
        program.kill()
    database = Database.open(address)
    assert pool_of(database) == before
    assert bring(database, person, people(range(3, 12), "Autre"), whole=True).added == 3
    database.close()
    if server:
        server.drop(name)


def test_whoever_reads_meanwhile_sees_the_old_pool_until_all_has_changed(database: Database, person: Person) -> None:
    bring(database, person, people(range(1, 7)))
    before = pool_of(database)
    seen: list[bool] = []

    def said(part: float) -> None:
        if part < 1.0:
            seen.append(pool_of(database) == before)

    bring(database, person, people(range(2, 9), "Autre"), said, whole=True)
    assert len(seen) > 4
    assert all(seen)
    assert {row["last_name"] for row in pool_of(database) if row["left_utc"] is None} == {"Autre"}


def test_others_write_while_an_import_is_under_way(database: Database, person: Person) -> None:
    def said(part: float) -> None:
        row = {"phone": f"+3363998{len(written):04d}", "since_utc": NOW, "source": "sms", "reason": "STOP"}
        database.transact(lambda tx: tx.insert("opt_out", [row]))
        written.append(part)

    written: list[float] = []
    bring(database, person, people(range(1, 7)), said)
    assert len(written) > 5
    assert database.value("SELECT count(*) FROM opt_out") == len(written)
    assert database.value("SELECT count(*) FROM candidate") == 6


@pytest.mark.usefixtures("small_pieces")
def test_after_a_conflict_the_transaction_is_run_again_from_the_checked_rows(
    database: Database, person: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    conflict = database.conflicts[0]
    failures: list[Exception] = []
    record = people_import.journal.record

    def fail_twice(*given: Any) -> None:
        if len(failures) < 2:
            failures.append(conflict("another writer was first"))
            raise failures[-1]
        record(*given)

    monkeypatch.setattr(people_import.journal, "record", fail_twice)
    heard: list[float] = []
    bad = HEADER + "".join(map(line, range(1, 9))) + line(9, phone=1) + ";Léa;Essai;0639980010;G1803;;\n"
    report = bring(database, person, bad, heard.append)
    assert (report.added, report.rejected_lines, len(report.rejected)) == (8, 2, 2)
    assert database.value("SELECT count(*) FROM candidate") == 8
    assert database.value("SELECT count(*) FROM journal") == 1
    assert heard == sorted(heard)


def test_an_import_that_never_gets_its_turn_says_so(
    database: Database, person: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*given: Any) -> None:
        raise database.conflicts[0]("another writer was first")

    monkeypatch.setattr(people_import.journal, "record", fail)
    monkeypatch.setattr("ftcore.database.base.ATTEMPTS", 2)
    with pytest.raises(FtError, match="Un autre import"):
        bring(database, person, people(range(1, 3)))
    assert pool_of(database) == []


def test_two_agencies_import_at_once(database: Database, person: Person) -> None:
    other = Person("p2", "Dominique Essai", Role.COUNSELOR, uuid4())
    both_inside = threading.Barrier(2, timeout=60)
    reports: list[ImportReport] = []

    def work(who: Person) -> None:
        met: list[float] = []

        def said(part: float) -> None:
            if part >= people_import._COMPARED and not met:  # both have their tables and have written nothing yet
                met.append(part)
                both_inside.wait()

        reports.append(bring(database, who, people(range(1, 9)), said))

    threads = [threading.Thread(target=work, args=(who,)) for who in (person, other)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert reports == [ImportReport(8, 0, 0)] * 2
    counts = database.rows("SELECT agency_id, count(*) AS people FROM candidate GROUP BY agency_id")
    assert {row["agency_id"]: row["people"] for row in counts} == {person.agency_id: 8, other.agency_id: 8}


def test_two_imports_of_one_agency_take_turns(database: Database, person: Person) -> None:
    reports: list[ImportReport] = []
    second = threading.Thread(target=lambda: reports.append(bring(database, person, people(range(1, 9), "Second"))))

    def said(part: float) -> None:
        if part >= people_import._WRITTEN and not second.ident:
            second.start()

    first = bring(database, person, people(range(1, 7), "Premier"), said)
    second.join(60)
    assert first == ImportReport(6, 0, 0)
    assert reports == [ImportReport(2, 6, 0)]
    assert {row["last_name"] for row in pool_of(database)} == {"Second"}


# --- The pieces of a file -------------------------------------------------------------------------


class Watched(people_file.FrameTable):
    """A table that counts how many of its pieces somebody still holds."""

    def __init__(self, frame: pd.DataFrame) -> None:
        super().__init__(frame)
        self.most = 0

    def chunks(self) -> Iterator[people_file.Chunk]:
        for chunk in super().chunks():
            cells: dict[str, Any] = {name: pa.array(values) for name, values in chunk.cells.items()}
            yield people_file.Chunk(chunk.lines, cells)
            del chunk, cells
            self.most = max(self.most, pa.total_allocated_bytes())


def test_no_piece_of_a_file_stays_in_memory_not_even_with_bad_rows(
    database: Database, person: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(people_file, "CHUNK", 100)
    long = "x" * 190

    def most_of(rows: int) -> int:
        frame = pd.DataFrame(
            [(f"A{n}", "Léa", "Essai", f"12-{n}", "G1803", f"{long}{n}") for n in range(rows)],
            columns=["external_id", "first_name", "last_name", "phone", "occupation", "skills"],
            dtype="object",
        )
        table = Watched(frame)
        before = pa.total_allocated_bytes()
        gc.disable()  # what only a collection would free counts as kept
        try:
            import_candidates(database, person, table, people_file.guess_mapping(table.columns), NOW)
        finally:
            gc.enable()
        return table.most - before

    assert most_of(6_000) < 2 * most_of(600)


@pytest.mark.parametrize("size", [1, 2, 3, 50])
def test_pieces_may_begin_anywhere_in_a_csv(size: int, monkeypatch: pytest.MonkeyPatch) -> None:
    text = (
        "\n a ;b;c\n1;x;y\n\n2;\"line\nbreak; and \"\"quotes\"\"\";y\n;;\n3;x\n4;x;y;more;cells\n"
        " \n5;\"\";'\r\n6;é \u00a0;y\r7;5\" pipe;y\n8;x;y"
    )  # fmt: skip
    monkeypatch.setattr(people_file, "CHUNK", size)
    table = people_file.open_table("a.csv", text.encode())
    frame = people_file.read_table("a.csv", text.encode())
    assert table.columns == ["a", "b", "c"]
    assert table.rows == len(frame) == 8
    assert list(frame.index) == [3, 5, 8, 9, 11, 12, 13, 14]
    assert frame["b"].tolist() == ["x", 'line\nbreak; and "quotes"', "x", "x", "", "é \u00a0", '5" pipe', "x"]
    assert frame["c"].tolist() == ["y", "y", "", "y", "'", "y", "y", "y"]
    assert frame[people_file.BEYOND].tolist()[3] == "more cells"


@pytest.mark.parametrize("size", [1, 2, 50])
def test_a_quote_never_closed_is_found_before_anything_is_done(size: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(people_file, "CHUNK", size)
    with pytest.raises(UnreadableFile, match="ligne 4"):
        people_file.open_table("a.csv", b'a;b\n1;x\n2;y\n3;"never closed\n4;x\n')


def test_a_parquet_file_broken_in_the_middle_changes_nothing(database: Database, person: Person) -> None:
    frame = people_file.read_table("a.csv", people(range(1, 90)).encode())
    data = io.BytesIO()
    frame.to_parquet(data, row_group_size=10)
    broken = bytearray(data.getvalue())
    broken[2_000:2_400] = bytes(400)
    table = people_file.open_table("a.parquet", bytes(broken))
    with pytest.raises(UnreadableFile, match="abîmé"):
        import_candidates(database, person, table, people_file.guess_mapping(table.columns), NOW)
    assert pool_of(database) == []


@pytest.mark.usefixtures("small_pieces")
def test_csv_parquet_and_frame_give_the_same_pool(fresh_database: Any, database: Database, person: Person) -> None:
    skills = '"servir a table|SERVIR À TABLE;Chanter| ;Prendre une commande"'
    text = HEADER + "".join(line(number, skills=skills if number % 3 else "") for number in range(1, 12))
    bring(database, person, text)
    from_csv = pool_of(database)
    frame = people_file.read_table("a.csv", text.encode())
    lists = frame.assign(Compétences=[cell.split("|") for cell in frame["Compétences"]])
    data = io.BytesIO()
    lists.to_parquet(data)
    for table in (people_file.open_table("a.parquet", data.getvalue()), people_file.FrameTable(frame)):
        database.transact(lambda tx: tx.execute("DELETE FROM candidate"))
        import_candidates(database, person, table, people_file.guess_mapping(table.columns), NOW)
        assert pool_of(database) == from_csv
    assert from_csv[0]["skills"] == ["Servir à table", "Chanter", "Prendre une commande"]


# --- Bad rows -------------------------------------------------------------------------------------


@pytest.mark.usefixtures("small_pieces")
def test_bad_rows_are_reported_with_their_lines_across_pieces(database: Database, person: Person) -> None:
    bad = ["B1;Léa;Essai;12;G1803;;\n", line(3), "B2;Léa;Essai;0639980050;Z9;;\n", line(20, phone=4)]
    text = HEADER + "".join(line(number) + (bad[number // 2 - 1] if number % 2 == 0 else "") for number in range(1, 9))
    report = bring(database, person, text)
    assert report.added == 8
    assert [(row.line, row.column) for row in report.rejected] == [
        (4, "Téléphone"),
        (7, "Identifiant"),
        (7, "Téléphone"),
        (10, "Métier"),
        (13, "Téléphone"),
    ]
    assert report.rejected[1].reason == "Identifiant déjà présent à la ligne 5"


def test_a_report_is_not_endless_but_counts_every_bad_row(
    database: Database, person: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(people_check, "MOST_REASONS", 3)
    monkeypatch.setattr(people_import, "MOST_REASONS", 3)
    text = HEADER + "".join(line(number).replace("0639", "0439") for number in range(1, 8)) + line(8) + line(8)
    report = bring(database, person, text)
    assert (report.added, report.rejected_lines, len(report.rejected)) == (1, 8, 3)


def test_a_long_skill_rejects_its_row_only(database: Database, person: Person) -> None:
    report = bring(database, person, HEADER + line(1) + line(2, skills="Chanter|" + "x" * 201) + line(3, skills=""))
    assert [(row.line, row.column) for row in report.rejected] == [(3, "Compétences")]
    assert [row["skills"] for row in pool_of(database)] == [["Servir à table"], []]


def test_many_ids_are_those_of_one_at_a_time() -> None:
    known = ["A1", "é", "x" * 64, *(str(number) for number in range(200))]
    assert people_check._ids(AGENCY, pa.array(known)) == [
        str(people_check.candidate_id(AGENCY, each)) for each in known
    ]


@pytest.mark.parametrize(
    "text",
    ["0639980001", "06 39 98 00 01", "+33 6.39.98.00.01", "0033639980001", "0612345678", "0731234567", "0639980001\n",
     "04 75 00 00 00", "0692123456", "063998000", "06399800011", "+33 (0)6 39 98 00 01", "٠٦٣٩٩٨٠٠٠١", ""],
)  # fmt: skip
def test_what_is_read_as_usual_is_what_the_careful_reading_says(text: str) -> None:
    found = phones.usual(pa.array([text]))[0].as_py()
    assert found in (None, phones.normalise(text))


def test_landlines_are_refused_as_the_library_refuses_them() -> None:
    for start in range(1, 6):
        for rest in ("12345678", "62123456", "90123456", "96123456", "94123456", "39123456"):
            number = f"0{start}{rest}"
            assert phones.normalise(number) is None
            assert not any(phones._of_region(number, region) for region in phones._REGIONS)


# --- Numbers that change hands --------------------------------------------------------------------


def test_two_people_who_swap_their_numbers_are_both_updated(database: Database, person: Person) -> None:
    bring(database, person, HEADER + line(1) + line(2))
    report = bring(database, person, HEADER + line(1, phone=2) + line(2, phone=1))
    assert report == ImportReport(0, 2, 0)
    assert numbers(database) == {"A1": "+33639980002", "A2": "+33639980001"}


def test_the_number_of_somebody_who_leaves_is_free(database: Database, person: Person) -> None:
    bring(database, person, HEADER + line(1) + line(2) + line(3))
    tonight = HEADER + line(2) + line(3) + line(4, phone=1)
    assert bring(database, person, tonight).rejected[0].line == 4
    assert bring(database, person, tonight, whole=True).added == 1
    assert bring(database, person, HEADER + line(1)).rejected[0].line == 2


def test_a_number_that_its_holder_keeps_after_all_is_not_given_away(database: Database, person: Person) -> None:
    bring(database, person, HEADER + line(1) + line(2) + line(3))
    # The first wants the second's number, the second the third's, who keeps it.
    report = bring(database, person, HEADER + line(1, phone=2) + line(2, phone=3))
    assert [row.line for row in report.rejected] == [2, 3]
    assert numbers(database) == {"A1": "+33639980001", "A2": "+33639980002", "A3": "+33639980003"}


# --- Beside the pages -----------------------------------------------------------------------------


def finished(running: RunningImport) -> RunningImport:
    running.join(60)
    assert not running.is_alive()
    return running


def test_an_import_beside_the_pages_ends_with_its_report(database: Database, person: Person) -> None:
    imports = RunningImports()
    running = finished(imports.start(person, "p.csv", lambda said: bring(database, person, people(range(1, 4)), said)))
    assert running.report == ImportReport(3, 0, 0)
    assert (running.part, running.wrong, running.by) == (1.0, None, "Camille Essai")
    assert imports.of(person) is running
    imports.forget(person)
    assert imports.of(person) is None


def test_an_import_that_is_stopped_has_changed_nothing(database: Database, person: Person) -> None:
    reached, go_on = threading.Event(), threading.Event()

    def work(said: Callable[[float], None]) -> ImportReport:
        def slowly(part: float) -> None:
            if part > people_import._ARRIVED / 2:
                reached.set()
                assert go_on.wait(60)
            said(part)

        return bring(database, person, people(range(1, 4)), slowly)

    imports = RunningImports()
    running = imports.start(person, "p.csv", work)
    assert reached.wait(60)
    with pytest.raises(FtError, match="Un autre import"):
        imports.start(person, "q.csv", work)
    imports.forget(person)
    assert imports.of(person) is running, "an import under way is not forgotten"
    running.stop()
    go_on.set()
    assert finished(running).wrong == "Import arrêté : rien n'a changé."
    assert pool_of(database) == []


def test_the_end_of_the_program_waits_until_every_import_is_undone(database: Database, person: Person) -> None:
    reached, imports = threading.Event(), RunningImports()

    def work(said: Callable[[float], None]) -> ImportReport:
        def slowly(part: float) -> None:
            if part > people_import._ARRIVED / 2:
                reached.set()
                while not running[0].stopping:
                    pass
            said(part)

        return bring(database, person, people(range(1, 4)), slowly)

    running: list[RunningImport] = []
    running.append(imports.start(person, "p.csv", work))
    assert reached.wait(60)
    imports.stop()
    assert not running[0].is_alive()
    assert pool_of(database) == []


@pytest.mark.parametrize(
    ("error", "says"),
    [
        pytest.param(FtError("Ce fichier est incomplet."), "^Ce fichier est incomplet.$", id="a known one"),
        pytest.param(ValueError("+33639980001"), "n'a pas abouti : rien n'a changé", id="an unknown one"),
    ],
)
def test_an_error_ends_an_import_with_a_sentence(person: Person, error: Exception, says: str) -> None:
    def work(said: object) -> ImportReport:
        raise error

    assert re.search(says, finished(RunningImports().start(person, "p.csv", work)).wrong or "")


def test_who_may_not_import_neither_sees_nor_stops_an_import() -> None:
    imports = RunningImports()
    evaluator = Person("e", "Éva Essai", Role.EVALUATOR, AGENCY)
    for act in (
        imports.of,
        imports.forget,
        lambda who: imports.start(who, "p.csv", lambda said: ImportReport(0, 0, 0)),
    ):
        with pytest.raises(NotAllowed):
            act(evaluator)


def test_another_agency_does_not_see_an_import(person: Person) -> None:
    imports = RunningImports()
    finished(imports.start(person, "p.csv", lambda said: ImportReport(0, 0, 0)))
    assert imports.of(Person("p2", "Dominique", Role.COUNSELOR, UUID(int=1))) is None
