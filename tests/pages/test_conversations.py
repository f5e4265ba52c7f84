"""Échanges: what was answered, how it was read, what the counselor does about it."""

import json
from collections.abc import Callable
from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from streamlit.testing.v1 import AppTest

from ftcore.database import utc_now
from ftcore.model import Offer, Verdict
from ftcore.outreach import campaigns, inbox, numbers, threads
from ftcore.outreach.worklist import WorkList
from ftcore.services import Services

Open = Callable[[str], AppTest]


@pytest.fixture
def answered(house: Services, offer: Offer) -> dict[str, UUID]:
    """Three people were written to an hour ago: one said yes, one is to be read, one is silent."""
    then = utc_now() - timedelta(hours=1)
    ids = [row["candidate_id"] for row in house.database.rows("SELECT candidate_id FROM candidate ORDER BY phone")]
    campaigns.launch(house.database, house.person, offer, uuid4(), ids[:3], 8, None, then)
    delivered = "UPDATE message SET state = 'delivered', gateway_id = phone, settled_utc = queued_utc"
    house.database.transact(lambda tx: tx.execute(delivered))
    for phone, text in (("+33639980000", "Oui"), ("+33639980001", "oui stop"), ("+33639980000", "dès lundi")):
        callback_id = f"{phone} {text}"
        form = json.dumps({"from": phone, "text": text, "id": callback_id})
        row = {"callback_id": callback_id, "kind": "incoming", "form": form, "received_utc": then}
        house.database.transact(lambda tx, row=row: tx.insert("callback", [row]))
        inbox.take_in(house.database, None, then)
        # As if it had left at once: the next answer is one to the question in it.
        house.database.transact(lambda tx: tx.execute("UPDATE message SET state = 'sent' WHERE state = 'queued' "
                                                      "AND template LIKE 'ask_availability %'"))  # fmt: skip
    rows = house.database.rows("SELECT conversation_id, phone FROM conversation")
    return {row["phone"][-1]: row["conversation_id"] for row in rows}


def opened(open_page: Open, conversation_id: UUID, which: WorkList = WorkList.CALL) -> AppTest:
    app = open_page("conversations.py")
    app.button(key=f"conversations.list.{which.value}").click().run()
    return app.button(key=f"conversations.pick.{conversation_id}").click().run()


def test_an_empty_list_says_so(open_page: Open) -> None:
    app = open_page("conversations.py")
    assert any("Rien ici" in info.value for info in app.info)
    assert not app.exception


@pytest.mark.parametrize("engine", ["duckdb", "postgresql"], indirect=True)
def test_the_work_list_counts_and_shows_the_original_answer(
    open_page: Open, answered: dict[str, UUID], house: Services
) -> None:
    app = open_page("conversations.py")
    assert [app.button(key=f"conversations.list.{one.value}").label for one in WorkList] == [
        "À rappeler (1)",
        "Besoin de vous (0)",
        "À lire (1)",
        "Non lus (2)",
        "En attente depuis 24 h (0)",
        "Questions en cours (0)",
        "Sans réponse (1)",
        "Non et STOP (0)",
        "Terminés (0)",
    ]
    app = opened(open_page, answered["0"])
    texts = [text.value for text in app.text]
    assert {"Oui", "dès lundi"} <= set(texts)
    assert any("Un conseiller" in text for text in texts)
    shown = "\n".join([one.value for one in app.markdown] + [one.value for one in app.caption])
    assert "**Intérêt** : intéressé·e" in shown
    assert "« dès lundi »" in shown, "each thing that is known stands with the SMS that says it"
    assert house.database.value("SELECT count(*) FROM conversation WHERE seen_utc IS NOT NULL") == 1


def test_a_corrected_reading_moves_the_conversation_and_keeps_the_text(
    open_page: Open, answered: dict[str, UUID], house: Services
) -> None:
    app = opened(open_page, answered["1"], WorkList.READ)
    reply = house.database.one("SELECT reply_id, body FROM reply WHERE reading = 'unclear'")
    assert reply is not None
    app.button(key=f"conversations.read.{reply['reply_id']}.yes").click().run()
    after = house.database.one("SELECT reading, corrected, body FROM reply WHERE reply_id = $1", reply["reply_id"])
    assert after == {"reading": "unclear", "corrected": "yes", "body": "oui stop"}
    state = house.database.value("SELECT state FROM conversation WHERE conversation_id = $1", answered["1"])
    assert state == "interested"


def test_not_retaining_somebody_needs_a_reason(open_page: Open, answered: dict[str, UUID], house: Services) -> None:
    app = opened(open_page, answered["0"])
    decision = next(box for box in app.selectbox if box.label == "Votre décision")
    decision.set_value(Verdict.NOT_RETAINED)
    next(button for button in app.button if button.label == "Enregistrer la décision").click().run()
    assert any("pourquoi" in error.value for error in app.error)
    assert house.database.value("SELECT count(*) FROM conversation WHERE verdict IS NOT NULL") == 0


def test_a_message_by_hand_is_queued_in_the_counselors_name(
    open_page: Open, answered: dict[str, UUID], house: Services
) -> None:
    app = opened(open_page, answered["0"])
    app.text_area(key=f"conversations.write.{answered['0']}").set_value("Bonjour, puis-je vous appeler à 14 h ?")
    app.button(key="conversations.send").click().run()
    sent = house.database.one("SELECT body, author, automatic, state FROM message WHERE author IS NOT NULL")
    assert sent == {
        "body": "Bonjour, puis-je vous appeler à 14 h ?",
        "author": house.person.person_id,
        "automatic": False,
        "state": "queued",
    }
    # The acknowledgement that the automaton had queued is taken back: a person has taken over.
    assert house.database.value("SELECT count(*) FROM message WHERE state = 'cancelled'") == 1
    assert not app.exception


def test_taking_the_word_silences_the_automaton_and_giving_it_back_is_offered(
    open_page: Open, answered: dict[str, UUID], house: Services
) -> None:
    app = opened(open_page, answered["0"])
    app.button(key="conversations.take_over").click().run()
    assert house.database.value("SELECT count(*) FROM message WHERE state = 'cancelled'") == 1
    assert any("Vous avez pris la main" in caption.value for caption in app.caption)
    app.button(key="conversations.give_back").click().run()
    found = threads.details(house.database, house.person, answered["0"])
    assert found.taken_over_by is None
    assert not app.exception


def test_a_ready_text_fills_the_field_and_sends_nothing(
    open_page: Open, answered: dict[str, UUID], house: Services
) -> None:
    app = opened(open_page, answered["0"])
    key = f"conversations.write.{answered['0']}"
    app.button(key=f"{key}.Je me renseigne").click().run()
    assert app.text_area(key=key).value.startswith("Bonjour Prénom0, merci pour votre question")
    assert house.database.value("SELECT count(*) FROM message WHERE author IS NOT NULL") == 0


@pytest.mark.parametrize("engine", ["duckdb", "postgresql"], indirect=True)
def test_the_file_for_the_employer_lists_who_said_yes_and_closes_the_offer_after_a_reading(
    open_page: Open, answered: dict[str, UUID], offer: Offer, house: Services
) -> None:
    app = open_page("conversations.py")
    app.segmented_control(key="conversations.view").set_value("Dossier employeur").run()
    assert any("Choisissez une offre" in info.value for info in app.info)
    app.selectbox(key="conversations.offer").set_value(str(offer.offer_id)).run()
    (table,) = app.dataframe
    assert list(table.value["Intérêt"]) == ["intéressé·e : « Oui »"]
    assert app.button(key="conversations.close_offer").disabled
    app.checkbox(key=f"conversations.closing_read.{offer.offer_id}").check().run()
    app.button(key="conversations.close_offer").click().run()
    assert any("3 personnes prévenues" in done.value for done in app.success)
    assert house.database.value("SELECT count(*) FROM message WHERE template = 'closing'") == 3
    assert not app.exception


def test_an_sms_of_which_nobody_knows_is_settled_by_a_person_who_is_told_the_risk(
    open_page: Open, answered: dict[str, UUID], house: Services
) -> None:
    message_id = house.database.value("SELECT message_id FROM message WHERE phone = '+33639980002'")
    house.database.transact(
        lambda tx: tx.execute(
            "UPDATE message SET state = 'unknown', settled_utc = NULL WHERE message_id = $1", message_id
        )
    )
    app = opened(open_page, answered["2"], WorkList.SILENT)
    assert any("le recevoir deux fois" in caption.value for caption in app.caption)
    app.button(key=f"conversations.settle.{message_id}.send_again").click().run()
    again = house.database.rows("SELECT state, author FROM message WHERE phone = '+33639980002' ORDER BY queued_utc")
    assert [(row["state"], row["author"]) for row in again] == [
        ("unknown", None), ("queued", house.person.person_id),
    ]  # fmt: skip
    assert not app.exception


def test_a_link_from_mesures_opens_its_list_or_the_exchanges_of_its_offer(
    open_page: Open, answered: dict[str, UUID], offer: Offer
) -> None:
    app = open_page("conversations.py")
    app.query_params["liste"] = "read"
    app.query_params["pour"] = str(offer.offer_id)
    app.run()
    assert app.selectbox(key="conversations.offer").value == str(offer.offer_id)
    assert any(button.key == f"conversations.pick.{answered['1']}" for button in app.button)
    assert not app.exception


def test_a_number_is_covered_until_it_is_asked_for_and_again_when_one_leaves(
    open_page: Open, answered: dict[str, UUID], house: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    def numbers_shown(app: AppTest) -> list[str]:
        return [text.value for text in app.text if text.value.startswith("☎")]

    def written(app: AppTest) -> list[str]:
        """The last two digits, and how often each way: in the thread, and as the quote beside it."""
        shown = " ".join(one.value.replace("\\", "") for one in (*app.text, *app.caption))
        return [way for way in ("06.••.••.••.77", "06.39.98.00.77") for _ in range(shown.count(way))]

    house.database.transact(
        lambda tx: tx.execute("UPDATE reply SET body = 'lundi, au 06.39.98.00.77' WHERE body = 'dès lundi'")
    )
    app = opened(open_page, answered["0"])
    assert numbers_shown(app) == ["☎ 06 •• •• •• 00"]
    assert written(app) == ["06.••.••.••.77"] * 2, "in the thread and as a quote"
    app.button(key="conversations.reveal").click().run()
    assert numbers_shown(app) == ["☎ 06 39 98 00 00"]
    assert written(app) == ["06.39.98.00.77"] * 2
    (entry,) = house.database.rows("SELECT actor, subject FROM journal WHERE act = 'number revealed'")
    assert entry["actor"] == house.person.person_id
    app.button(key=f"conversations.list.{WorkList.READ.value}").click().run()
    app.button(key=f"conversations.pick.{answered['1']}").click().run()
    app.button(key=f"conversations.list.{WorkList.CALL.value}").click().run()
    app.button(key=f"conversations.pick.{answered['0']}").click().run()
    assert numbers_shown(app) == ["☎ 06 •• •• •• 00"], "who comes back asks again"
    app.button(key="conversations.reveal").click().run()
    later = utc_now() + numbers.SHOWN_FOR
    monkeypatch.setattr("pages.numbers_shown.utc_now", lambda: later)
    assert numbers_shown(app.run()) == ["☎ 06 •• •• •• 00"], "a screen that is left alone shows it no longer"
