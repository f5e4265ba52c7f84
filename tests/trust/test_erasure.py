"""A person who asks to be erased: nothing says their name any more, and nobody else has changed."""

from __future__ import annotations

import threading
from dataclasses import replace
from uuid import UUID

import pytest

from ftcore.errors import FtError, LaunchRefused, NotAllowed, NotFound
from ftcore.insight import outcomes
from ftcore.model import Person, Role
from ftcore.outreach import dispatcher
from ftcore.outreach.campaigns import Receipt
from ftcore.outreach.dispatcher import Dispatcher
from ftcore.rights import erasure, people
from ftcore.rights.compaction import wanted_since
from ftcore.rights.erasure import Reason
from tests.outreach.conftest import Town
from tests.trust.conftest import NAME, NUMBER, TEXTS, holding, plant

EVERYTHING = (*NAME, "Zenobie", "quebrantou", NUMBER[3:], "06 39 98 17 77", "DE-PLANTE-1", *TEXTS)


def erase(town: Town, who: UUID, also: tuple[UUID, ...] = ()) -> dict[str, int]:
    lead = replace(town.counselor, person_id="lead", role=Role.TEAM_LEAD)
    typed = town.database.value("SELECT external_id FROM candidate WHERE candidate_id = $1", who)
    return erasure.erase(town.database, lead, who, typed, Reason.ASKED, town.now, also)


def test_nothing_names_the_person_after_an_erasure(town: Town, lead: Person) -> None:
    who = plant(town)
    before = holding(town.database, *NAME, NUMBER, "DE-PLANTE-1", *TEXTS)
    assert {word for _, _, word in before} == {*NAME, NUMBER, "DE-PLANTE-1", *TEXTS}
    counts = erasure.erase(town.database, lead, who, "DE-PLANTE-1", Reason.ASKED, town.now)
    assert holding(town.database, *EVERYTHING) == []
    assert counts["Fiches"] == 1
    assert counts["Textes d'autres fiches où la personne est nommée"] == 5
    assert wanted_since(town.database) == town.now


def test_nothing_leads_from_what_is_counted_to_the_person(town: Town, lead: Person) -> None:
    who = plant(town)
    erasure.erase(town.database, lead, who, "DE-PLANTE-1", Reason.ASKED, town.now)
    tables = town.database.rows(
        "SELECT DISTINCT c.table_name, c.column_name FROM information_schema.columns c "
        "WHERE c.data_type = 'uuid' OR c.data_type = 'UUID'"
    )
    found = [
        (table["table_name"], table["column_name"])
        for table in tables
        if table["table_name"] != "journal"
        and town.database.value(
            f"SELECT EXISTS (SELECT 1 FROM {table['table_name']} WHERE {table['column_name']} = $1::UUID)", who
        )
    ]
    assert found == []


def test_the_others_keep_what_is_theirs(town: Town, lead: Person) -> None:
    who = plant(town)
    mine = "candidate_id <> $1 AND forgotten_utc IS NULL"
    before = town.database.rows(f"SELECT * FROM conversation WHERE {mine} ORDER BY conversation_id", who)
    erasure.erase(town.database, lead, who, "DE-PLANTE-1", Reason.ASKED, town.now)
    assert town.database.rows(f"SELECT * FROM conversation WHERE {mine} ORDER BY conversation_id", who) == before
    (note,) = town.database.rows("SELECT body FROM thread_event WHERE kind = 'note' AND body IS NOT NULL")
    assert note["body"] == "amie de [personne effacée] ([numéro effacé])"


def test_the_journal_says_who_erased_and_why_and_nothing_of_whom(town: Town, lead: Person) -> None:
    who = plant(town)
    erasure.erase(town.database, lead, who, "DE-PLANTE-1", Reason.OFFICER, town.now)
    (entry,) = town.database.rows("SELECT actor, subject, detail FROM journal WHERE act = 'person erased'")
    assert entry == {"actor": "lead", "subject": str(who), "detail": "officer: 1 files, 1 conversations"}


def test_a_dry_run_counts_what_the_erasure_takes_and_changes_nothing(town: Town, lead: Person) -> None:
    who = plant(town)
    before = everything(town)
    weighed = erasure.weigh(town.database, lead, who)
    assert everything(town) == before
    assert weighed == erasure.erase(town.database, lead, who, "DE-PLANTE-1", Reason.ASKED, town.now)


def everything(town: Town) -> dict[str, list[str]]:
    from ftcore.database.copy import TABLES

    return {table: sorted(map(str, town.database.rows(f"SELECT * FROM {table}"))) for table in TABLES}


def test_a_mistyped_identifier_erases_nobody(town: Town, lead: Person) -> None:
    (who,) = town.people()
    with pytest.raises(FtError, match="rien n'a été effacé"):
        erasure.erase(town.database, lead, who, "D999", Reason.ASKED, town.now)
    assert town.database.value("SELECT count(*) FROM candidate") == 1


@pytest.mark.parametrize("role", [Role.COUNSELOR, Role.EVALUATOR])
def test_who_does_not_answer_for_rights_is_refused(town: Town, role: Role) -> None:
    (who,) = town.people()
    person = replace(town.counselor, role=role)
    for act in (
        lambda: erasure.erase(town.database, person, who, "D1", Reason.ASKED, town.now),
        lambda: erasure.weigh(town.database, person, who),
        lambda: people.find(town.database, person, "Essai", town.now),
        lambda: people.export(town.database, person, who, town.now),
        lambda: people.file_of(town.database, person, who),
        lambda: people.correct(town.database, person, who, {"last_name": "Autre"}, town.now),
    ):
        with pytest.raises(NotAllowed):
            act()


def test_another_agency_neither_finds_nor_erases_and_keeps_its_own_file(town: Town, lead: Person) -> None:
    (ours,) = town.people(phone=NUMBER, last_name="Commun")
    (theirs,) = town.people(person=town.colleague, phone=NUMBER, last_name="Commun")
    town.launch([ours])
    town.accepted()
    town.writes(NUMBER, "STOP")
    with pytest.raises(NotFound):
        erasure.erase(town.database, lead, theirs, "D2", Reason.ASKED, town.now)
    assert [one.candidate_id for one in people.find(town.database, lead, "Commun", town.now)] == [ours]
    erase(town, ours)
    assert town.database.value("SELECT last_name FROM candidate") == "Commun"
    # As long as a file bears the number, the objection must be found by it.
    assert town.database.value("SELECT phone FROM opt_out") == NUMBER


def test_files_of_the_same_person_go_together_and_a_namesake_of_the_number_stays(town: Town, lead: Person) -> None:
    (one,) = town.people(phone=NUMBER, first_name="Léa", last_name="Double")
    (twin,) = town.people(phone=NUMBER, first_name="LEA", last_name="DOUBLE")
    (brother,) = town.people(phone=NUMBER, first_name="Luc", last_name="Double")
    town.launch([brother])
    who = erasure.subject_of(town.database, lead, one)
    assert set(who.candidate_ids) == {one, twin}
    assert [row["candidate_id"] for row in who.namesakes] == [brother]
    erase(town, one)
    assert [row["candidate_id"] for row in town.database.rows("SELECT candidate_id FROM candidate")] == [brother]
    assert town.database.value("SELECT phone FROM conversation") == NUMBER
    erase(town, brother)
    assert holding(town.database, NUMBER[3:], "Double") == []


def test_a_namesake_goes_too_when_said_to_be_the_same(town: Town) -> None:
    (one,) = town.people(phone=NUMBER, last_name="Mariée")
    (other,) = town.people(phone=NUMBER, last_name="Née")
    erase(town, one, (other,))
    assert holding(town.database, NUMBER[3:], "Mariée", "Née") == []


def test_what_was_queued_to_the_person_never_leaves(town: Town) -> None:
    who, other = town.people(2)
    town.launch([who, other])
    erase(town, who)
    assert town.states() == ["cancelled", "queued"]
    town.accepted()
    assert town.states() == ["accepted", "cancelled"]


def test_a_reply_that_waits_to_be_read_puts_the_erasure_off(town: Town) -> None:
    (who,) = town.people()
    town.launch([who])
    town.accepted()
    town.callback("incoming", {"from": town.phone(who), "text": "STOP", "id": "x"})
    with pytest.raises(FtError, match="vient d'arriver"):
        erase(town, who)


def test_a_late_report_and_a_late_reply_of_an_erased_person_are_nobodys(town: Town) -> None:
    (who,) = town.people()
    phone = town.phone(who)
    town.launch([who])
    town.accepted("AT-1")
    erase(town, who)
    report = town.reports("AT-1", "Success", phone, received=town.now)
    town.now = town.now.replace(hour=12)
    assert town.writes(phone, "Oui") == "unmatched"
    assert town.outcome(report) == "unmatched"
    assert town.states() == ["accepted"]


def test_erasures_while_a_campaign_is_sending(town: Town) -> None:
    everybody = town.people(12)
    phones = {who: town.phone(who) for who in everybody}
    town.launch(everybody)
    sent: list[str] = []
    begun = threading.Event()

    class Gateway:
        def send(self, phone: str, body: str) -> Receipt:
            sent.append(phone)
            begun.set()
            threading.Event().wait(0.02)
            return Receipt(f"AT-{phone}", None)

    sender = Dispatcher(town.database, Gateway(), None, clock=lambda: town.now, idle=0.2)
    sender.start()
    begun.wait(60)
    late: dict[UUID, int] = {}
    for who in reversed(everybody[6:]):
        try:
            erase(town, who)
        except FtError:  # one that is leaving at this moment
            continue
        late[who] = sent.count(phones[who])
    while {"queued", "claimed"} & set(town.states()):
        threading.Event().wait(0.1)
    sender.stop()
    assert holding(town.database, *[phones[who] for who in late]) == []
    assert {who: sent.count(phones[who]) for who in late} == late  # nothing left after the erasure
    while outcomes.refresh(town.database):
        pass
    assert town.database.value("SELECT count(*) FROM outcome WHERE sent") == len(sent)


def test_an_erased_conversation_is_work_for_nobody(town: Town) -> None:
    from ftcore.outreach import worklist

    (who,) = town.people()
    town.launch([who])
    town.accepted()
    town.writes(town.phone(who), "Oui")
    assert any(worklist.counts(town.database, town.counselor, town.now).values())
    erase(town, who)
    assert not any(worklist.counts(town.database, town.counselor, town.now).values())


def test_a_person_who_comes_back_with_a_file_is_somebody_new(town: Town) -> None:
    (who,) = town.people()
    phone, offer = town.phone(who), town.offer()
    town.launch([who], offer)
    erase(town, who)
    town.people(candidate_id=who, phone=phone)
    try:
        town.launch([who], town.offer())
    except LaunchRefused:
        pytest.fail("no objection was made")
    assert dispatcher.claim(town.database, "test", None, town.now)
