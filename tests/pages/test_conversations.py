"""Échanges: what was answered, how it was read, what the counselor does about it."""

import json
from collections.abc import Callable
from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from streamlit.testing.v1 import AppTest

from ftcore.database import utc_now
from ftcore.model import Offer
from ftcore.outreach import campaigns, inbox
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
    for phone, text in (("+33639980000", "Oui"), ("+33639980001", "oui stop")):
        form = json.dumps({"from": phone, "text": text, "id": phone})
        row = {"callback_id": phone, "kind": "incoming", "form": form, "received_utc": then}
        house.database.transact(lambda tx, row=row: tx.insert("callback", [row]))
    inbox.take_in(house.database, None, then)
    rows = house.database.rows("SELECT conversation_id, phone FROM conversation")
    return {row["phone"][-1]: row["conversation_id"] for row in rows}


def opened(open_page: Open, conversation_id: UUID, list_name: str = "À rappeler") -> AppTest:
    app = open_page("conversations.py")
    app.selectbox(key="conversations.list").set_value(list_name).run()
    return app.button(key=f"conversations.pick.{conversation_id}").click().run()


def test_an_empty_list_says_so(open_page: Open) -> None:
    app = open_page("conversations.py")
    assert any("Rien ici" in info.value for info in app.info)
    assert not app.exception


def test_the_work_list_counts_and_shows_the_original_answer(open_page: Open, answered: dict[str, UUID]) -> None:
    app = open_page("conversations.py")
    assert app.selectbox(key="conversations.list").options[:4] == [
        "À rappeler (1)",
        "À lire (1)",
        "Besoin de vous (0)",
        "Sans réponse (1)",
    ]
    app = opened(open_page, answered["0"])
    texts = [text.value for text in app.text]
    assert "Oui" in texts
    assert any("Un conseiller" in text for text in texts)


def test_a_corrected_reading_moves_the_conversation_and_keeps_the_text(
    open_page: Open, answered: dict[str, UUID], house: Services
) -> None:
    app = opened(open_page, answered["1"], "À lire")
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
    decision.set_value("not_retained")
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
