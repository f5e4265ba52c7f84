"""The journal as it is looked at: by filter and page, by command, and never another agency's."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable
from datetime import date, datetime, timedelta
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from click.testing import CliRunner

from ftcore.__main__ import main
from ftcore.database import Database
from ftcore.errors import FtError, NotAllowed
from ftcore.model import Person, Role
from ftcore.trust import journal, journal_check, journal_search
from ftcore.trust.journal_search import Wanted

NOW = datetime(2026, 11, 24, 9, 0)
AGENCY, OTHER = uuid4(), uuid4()
AWA, BEN = uuid4(), uuid4()
CAMPAIGN = uuid4()
LEAD = Person("lead", "Lena", Role.TEAM_LEAD, AGENCY)


@pytest.fixture
def base(fresh_database: Callable[..., Database]) -> Database:
    database = fresh_database()
    agencies = [{"agency_id": one, "name": name, "department": "07", "demo": False}
                for one, name in ((AGENCY, "Privas"), (OTHER, "Aubenas"))]  # fmt: skip
    database.transact(lambda tx: tx.insert("agency", agencies))

    def write(act: str, actor: str, subject: UUID | str, when: datetime, agency: UUID = AGENCY, **more: str) -> None:
        person = {"awa": AWA, "ben": BEN}.get(more.pop("person", ""))
        database.transact(
            lambda tx: journal.record(tx, agency, actor, act, subject, when, **more, person=person)  # type: ignore[arg-type]
        )

    write("campaign launched", "c1", CAMPAIGN, NOW - timedelta(days=3), detail="=1+1")
    write("person contacted", "c1", CAMPAIGN, NOW - timedelta(days=3), person="awa")
    write("reply read", "automate", "r1", NOW - timedelta(days=2), person="awa", detail="yes, 99% sure")
    write("verdict", "c2", "v1", NOW - timedelta(days=1), person="ben", verdict="retained", wrote="bon profil")
    # In Paris this is the 24th already.
    write("verdict", "c1", "v2", datetime(2026, 11, 23, 23, 30), person="awa", verdict="to_see")
    write("verdict", "c9", "secret", NOW, OTHER, person="awa")
    return database


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        pytest.param(Wanted(), 5, id="all"),
        pytest.param(Wanted(act="verdict"), 2, id="an act"),
        pytest.param(Wanted(actor="c1"), 3, id="somebody"),
        pytest.param(Wanted(actor="automate"), 1, id="the automaton"),
        pytest.param(Wanted(about=str(AWA)), 3, id="a person"),
        pytest.param(Wanted(about=f" {str(CAMPAIGN).upper()} "), 2, id="a campaign, as it was pasted"),
        pytest.param(Wanted(about="v1"), 1, id="a thing without an id of ours"),
        pytest.param(Wanted(about="' OR 1=1 --"), 0, id="a hostile text"),
        pytest.param(Wanted(since=date(2026, 11, 24)), 1, id="from a day on, in Paris"),
        pytest.param(Wanted(until=date(2026, 11, 22)), 3, id="up to a day"),
        pytest.param(Wanted(act="verdict", actor="c1", about=str(AWA)), 1, id="all together"),
        pytest.param(Wanted(act="nothing"), 0, id="nothing"),
    ],
)
def test_entries_are_found_by_act_person_thing_and_day(base: Database, wanted: Wanted, found: int) -> None:
    page = journal_search.find(base, LEAD, wanted)
    assert page.total == len(page.entries) == found
    assert [entry.happened_utc for entry in page.entries] == sorted(
        (entry.happened_utc for entry in page.entries), reverse=True
    )
    assert "secret" not in {entry.subject for entry in page.entries}


def test_an_entry_is_shown_in_words_with_the_reason_that_is_kept_beside(base: Database) -> None:
    (entry,) = journal_search.find(base, LEAD, Wanted(about=str(BEN))).entries
    assert (entry.label, entry.by, entry.verdict, entry.words) == ("Décision d'un conseiller", "c2", "retained",
                                                                  "bon profil")  # fmt: skip


def test_pages_follow_each_other_without_a_gap(base: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(journal_search, "PAGE", 2)
    pages = [journal_search.find(base, LEAD, Wanted(), number) for number in range(4)]
    assert [len(page.entries) for page in pages] == [2, 2, 1, 0]
    assert len({entry.entry_id for page in pages for entry in page.entries}) == 5
    assert {page.total for page in pages} == {5}


def test_what_can_be_chosen_is_what_there_is(base: Database) -> None:
    acts, actors = journal_search.known(base, LEAD)
    assert set(acts) == {"campaign launched", "person contacted", "reply read", "verdict"}
    assert actors == ["automate", "c1", "c2"]


def test_the_export_is_harmless_complete_and_journaled(base: Database) -> None:
    content = journal_search.export(base, LEAD, Wanted(), NOW)
    rows = list(csv.DictReader(io.StringIO(content.decode("utf-8-sig")), delimiter=";"))
    assert len(rows) == 5
    assert "'=1+1" in {row["Détail"] for row in rows}
    assert "bon profil" not in content.decode(), "what can be erased is not carried away"
    (entry,) = journal_search.find(base, LEAD, Wanted(act="journal exported")).entries
    assert (entry.actor, entry.detail) == ("lead", "5 entries")


def test_too_many_entries_for_a_spreadsheet_are_refused(base: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(journal_search, "MOST_EXPORTED", 4)
    with pytest.raises(FtError, match="période plus courte"):
        journal_search.export(base, LEAD, Wanted(), NOW)


@pytest.mark.parametrize("role", [Role.COUNSELOR, Role.EVALUATOR])
def test_only_team_leads_and_administrators_look_into_the_journal(base: Database, role: Role) -> None:
    person = Person("p", "P", role, AGENCY)
    for ask in (
        lambda: journal_search.find(base, person, Wanted()),
        lambda: journal_search.known(base, person),
        lambda: journal_search.export(base, person, Wanted(), NOW),
        lambda: journal_check.start(base, person),
        lambda: journal_check.of(person),
    ):
        with pytest.raises(NotAllowed):
            ask()


@pytest.fixture
def address(engine: str, tmp_path: Path, request: pytest.FixtureRequest) -> str:
    if engine == "duckdb":
        return str(tmp_path / "journal.duckdb")
    server = request.getfixturevalue("postgres")
    return str(server.address(server.fresh("house")))


def test_the_commands_prove_the_journal_and_take_it_along(address: str, tmp_path: Path) -> None:
    def filled(count: int) -> None:
        database = Database.open(address)
        database.transact(
            lambda tx: [journal.record(tx, AGENCY, "c1", "verdict", f"{n}", NOW, detail="=2") for n in range(count)]
        )
        database.close()

    def run(*arguments: str) -> tuple[int, str]:
        done = CliRunner().invoke(main, ["journal", *arguments], env={"FT_DATABASE": address})
        return done.exit_code, done.output

    filled(3)
    code, told = run("verify")
    assert (code, "Journal intact : 3 écritures, 1 chaînes." in told) == (0, True)
    heads = tmp_path / "heads.txt"
    heads.write_text(told, encoding="utf-8")
    filled(2)
    code, told = run("verify", "--heads", str(heads))
    assert (code, "5 écritures, 1 chaînes, 1 têtes retrouvées" in told) == (0, True)
    assert run("verify", "--head", "0" * 64)[0] == 1

    for name in ("all.csv", "all.jsonl"):
        file = tmp_path / name
        assert run("export", str(file))[0] == 0
        assert file.stat().st_mode & 0o077 == 0, "readable to nobody else"
    assert len((tmp_path / "all.csv").read_text(encoding="utf-8").splitlines()) == 6
    assert "'=2" in (tmp_path / "all.csv").read_text(encoding="utf-8")
    entries = [json.loads(line) for line in (tmp_path / "all.jsonl").read_text(encoding="utf-8").splitlines()]
    assert [entry["sequence"] for entry in entries] == [1, 2, 3, 4, 5]

    database = Database.open(address)
    database.transact(lambda tx: (tx.execute("SELECT allow_forgetting()"),
                                  tx.execute("DELETE FROM journal WHERE sequence = 3")))  # fmt: skip
    database.close()
    code, told = run("verify")
    assert code == 1
    assert f"MAILLON ROMPU : agence {AGENCY}, chaîne « people », numéro 4" in told
