"""Présélection: from an offer to queued SMS, and what a counselor is told on the way."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from ftcore.database import utc_now
from ftcore.model import Offer, Role
from ftcore.outreach import sending_rules, template_versions
from ftcore.outreach.caps import USUAL
from ftcore.outreach.templates import DEFAULTS, Kind
from ftcore.services import Services

MAIN = Path(__file__).parents[2] / "pages" / "main.py"
Open = Callable[[str], AppTest]


def with_offer(open_page: Open, offer: Offer) -> AppTest:
    app = open_page("preselection.py")
    return app.selectbox(key="preselection.offer").set_value(str(offer.offer_id)).run()


def test_without_any_offer_the_page_says_what_to_do(open_page: Open) -> None:
    app = open_page("preselection.py")
    assert "Aucune offre" in app.info[0].value
    assert not app.exception


@pytest.mark.parametrize("engine", ["duckdb", "postgresql"], indirect=True)
def test_choosing_an_offer_ranks_people_and_selects_the_first(open_page: Open, offer: Offer) -> None:
    app = with_offer(open_page, offer)
    table = app.dataframe[0].value
    assert len(table) == 8
    assert all("métier recherché" in why for why in table["Pourquoi"])
    assert app.button(key="preselection.check").label == "Vérifier 8 messages"


def test_nobody_in_reach_is_said_and_nothing_can_be_sent(open_page: Open, offer: Offer, house: Services) -> None:
    house.database.transact(lambda tx: tx.execute("UPDATE candidate SET lat = 43.3, lon = 5.4, commune = 'Marseille'"))
    app = with_offer(open_page, offer)
    assert "Personne ne remplit ces conditions" in app.warning[0].value
    assert app.button(key="preselection.check").disabled
    assert any("Hors de sa zone de mobilité" in caption.value for caption in app.caption)


def test_the_names_can_be_hidden_while_choosing(open_page: Open, offer: Offer) -> None:
    app = with_offer(open_page, offer)
    app.toggle(key="preselection.masked").set_value(True).run()
    assert not any("Essai" in name for name in app.dataframe[0].value["Personne"])


def test_people_come_with_what_is_known_and_can_be_shown_on_a_map(open_page: Open, offer: Offer) -> None:
    app = with_offer(open_page, offer)
    assert list(app.dataframe[0].value["Connu"]) == [84] * 8
    app.segmented_control(key="preselection.view").set_value("Carte").run()
    assert not app.exception
    assert len(app.get("plotly_chart")) == 1


def test_someone_taken_out_stays_out_and_the_reason_is_kept(open_page: Open, offer: Offer, house: Services) -> None:
    app = with_offer(open_page, offer)
    first = app.dataframe[0].value["Personne"][0]
    app.radio(key="preselection.removal").set_value("N'est plus disponible").run()
    app.button(key="preselection.remove").click().run()
    assert first not in list(app.dataframe[0].value["Personne"])
    app.button(key="preselection.check").click().run()
    app.button(key="preselection.send").click().run()
    kept = house.database.rows(
        "SELECT p.removal, p.chosen, p.place, c.first_name || ' ' || c.last_name AS name "
        "FROM proposal p JOIN candidate c ON c.candidate_id = p.candidate_id ORDER BY p.place"
    )
    assert [(row["name"], row["chosen"]) for row in kept if row["removal"] == "N'est plus disponible"] == [
        (first, False)
    ]
    assert [row["place"] for row in kept] == list(range(8))
    assert sum(row["chosen"] for row in kept) == 7
    assert '"rotation": false' in house.database.value("SELECT criteria FROM campaign")


def test_someone_can_be_added_by_hand(open_page: Open, offer: Offer, house: Services) -> None:
    house.database.transact(
        lambda tx: tx.execute("UPDATE candidate SET occupation_code = 'K1304' WHERE external_id = 'P5'")
    )
    app = with_offer(open_page, offer)
    assert app.button(key="preselection.check").label == "Vérifier 7 messages"
    app.text_input(key="preselection.search").set_value("prenom5").run()
    next(button for button in app.button if button.label.startswith("Ajouter Prénom5")).click().run()
    assert app.button(key="preselection.check").label == "Vérifier 8 messages"


def test_weights_are_kept_under_a_name_and_taken_again(open_page: Open, offer: Offer, house: Services) -> None:
    app = with_offer(open_page, offer)
    app.slider(key="preselection.w.distance").set_value(50)
    next(button for button in app.button if button.label == "Appliquer").click().run()
    app.text_input(key="preselection.profile_name").set_value("Saison")
    app.button(key="preselection.profile_save").click().run()
    assert house.database.value("SELECT name FROM weight_profile") == "Saison"
    app.slider(key="preselection.w.distance").set_value(0)
    next(button for button in app.button if button.label == "Appliquer").click().run()
    app.selectbox(key="preselection.profile").set_value("Saison").run()
    assert app.slider(key="preselection.w.distance").value == 50
    assert not app.exception


@pytest.mark.parametrize("engine", ["duckdb", "postgresql"], indirect=True)
def test_one_confirmation_queues_one_message_a_person(open_page: Open, offer: Offer, house: Services) -> None:
    app = with_offer(open_page, offer)
    app.button(key="preselection.check").click().run()
    messages = app.dataframe[0].value
    assert all(length.endswith("GSM-7 2\u00a0parties") for length in messages["Longueur"])
    assert list(messages["Coût"]) == ["0,10\u202f€"] * 8
    assert all("STOP" in body and "Message automatique" in body for body in messages["Message"])
    assert house.database.value("SELECT count(*) FROM message") == 0
    assert app.button(key="preselection.send").label == "Envoyer 8 SMS à 8 personnes, environ 0,80\u202f€"
    app.button(key="preselection.send").click().run()
    assert house.database.rows("SELECT state, count(*) AS n FROM message GROUP BY state") == [
        {"state": "queued", "n": 8}
    ]
    assert house.database.value("SELECT considered FROM campaign") == 8
    assert not app.exception


def test_clicking_send_twice_sends_once(open_page: Open, offer: Offer, house: Services) -> None:
    first = with_offer(open_page, offer)
    first.button(key="preselection.check").click().run()
    # Left empty by hand: what the second click sends along is the page as it was before the first.
    first.text_input(key="preselection.trial_phone").set_value("")
    send = first.button(key="preselection.send")
    send.click().run()
    # The second click of a double click reaches the server with the page as it was before the first.
    send.click().run()
    assert house.database.value("SELECT count(*) FROM campaign") == 1
    assert house.database.value("SELECT count(*) FROM message") == 8


def test_people_who_said_stop_before_are_not_proposed_and_counted(
    open_page: Open, offer: Offer, house: Services
) -> None:
    house.database.transact(
        lambda tx: tx.execute("INSERT INTO opt_out VALUES ('+33639980003', TIMESTAMP '2026-11-01', 'sms', 'STOP')")
    )
    app = with_offer(open_page, offer)
    assert "Prénom3 Essai" not in list(app.dataframe[0].value["Personne"])
    assert any("A demandé à ne plus recevoir de SMS : 1 personne" in caption.value for caption in app.caption)


def test_people_who_say_stop_meanwhile_are_shown_as_excluded(open_page: Open, offer: Offer, house: Services) -> None:
    app = with_offer(open_page, offer)
    app.button(key="preselection.check").click().run()
    house.database.transact(
        lambda tx: tx.execute("INSERT INTO opt_out VALUES ('+33639980003', TIMESTAMP '2026-11-01', 'sms', 'STOP')")
    )
    app.run()
    (group,) = app.expander
    assert group.label == "A répondu STOP : ne souhaite plus recevoir de SMS : 1 personne"
    assert group.text[0].value == "Prénom3 Essai"
    assert app.button(key="preselection.send").label == "Envoyer 7 SMS à 7 personnes, environ 0,70\u202f€"


def test_who_says_stop_between_the_check_and_the_click_is_left_out_and_that_is_said(
    open_page: Open, offer: Offer, house: Services
) -> None:
    app = with_offer(open_page, offer)
    app.button(key="preselection.check").click().run()
    house.database.transact(
        lambda tx: tx.execute("INSERT INTO opt_out VALUES ('+33639980003', TIMESTAMP '2026-11-01', 'sms', 'STOP')")
    )
    app.button(key="preselection.send").click().run()
    assert app.warning[0].value.startswith("1 SMS de moins que prévu")
    assert house.database.value("SELECT count(*) FROM message") == 7


def test_when_nobody_is_left_at_the_last_moment_the_reason_is_shown(
    open_page: Open, offer: Offer, house: Services
) -> None:
    app = with_offer(open_page, offer)
    app.button(key="preselection.check").click().run()
    house.database.transact(
        lambda tx: tx.execute("INSERT INTO opt_out SELECT phone, TIMESTAMP '2026-11-01', 'sms', 'STOP' FROM candidate")
    )
    app.button(key="preselection.send").click().run()
    assert any("Aucune personne ne peut recevoir" in error.value for error in app.error)
    assert house.database.value("SELECT count(*) FROM message") == 0


def test_a_reload_during_the_sending_comes_back_to_the_campaign(open_page: Open, offer: Offer, house: Services) -> None:
    app = with_offer(open_page, offer)
    app.button(key="preselection.check").click().run()
    app.button(key="preselection.send").click().run()
    campaign = str(house.database.value("SELECT campaign_id FROM campaign"))
    again = AppTest.from_file(MAIN, default_timeout=120).run()
    again.switch_page("preselection.py")
    again.query_params["offre"] = str(offer.offer_id)
    again.query_params["campagne"] = campaign
    again.run()
    assert [metric.label for metric in again.metric][:2] == ["En attente", "Remis"]
    assert "preselection.send" not in [button.key for button in again.button]


def checked(open_page: Open, offer: Offer) -> AppTest:
    app = with_offer(open_page, offer)
    return app.button(key="preselection.check").click().run()


def test_what_is_over_a_cap_is_listed_and_what_is_left_is_said(open_page: Open, offer: Offer, house: Services) -> None:
    lead = replace(house.person, role=Role.TEAM_LEAD)
    caps = replace(USUAL, daily_messages=20, campaign_messages=5)
    sending_rules.change_caps(house.database, lead, caps, utc_now())
    app = checked(open_page, offer)
    assert [group.label for group in app.expander] == ["Au-delà du plafond de 5 SMS par campagne : 3 personnes"]
    assert any("il reste 20 SMS et 100,00\u202f€" in caption.value for caption in app.caption)
    assert app.button(key="preselection.send").label.startswith("Envoyer 5 SMS à 5 personnes")


def test_a_character_that_would_double_the_price_is_shown_as_it_will_be_written(
    open_page: Open, offer: Offer, house: Services
) -> None:
    house.database.transact(lambda tx: tx.execute("UPDATE candidate SET first_name = 'Noël' WHERE external_id = 'P1'"))
    house.database.transact(lambda tx: tx.execute("UPDATE candidate SET first_name = 'Ольга' WHERE external_id = 'P2'"))
    app = checked(open_page, offer)
    assert "« ë » écrit « e » dans 1 message" in app.info[0].value
    assert "О л ь г а" in app.warning[0].value
    assert not app.exception


def test_a_test_goes_to_the_counselor_s_own_phone(open_page: Open, offer: Offer, house: Services) -> None:
    app = checked(open_page, offer)
    app.text_input(key="preselection.trial_phone").set_value("12")
    app.button(key="preselection.trial_send").click().run()
    assert "n'est pas un numéro de mobile" in app.error[0].value
    app.text_input(key="preselection.trial_phone").set_value("06 39 98 99 99")
    app.button(key="preselection.trial_send").click().run()
    assert "Le test part tout de suite" in app.success[0].value
    (message,) = house.database.rows("SELECT phone, body FROM message")
    assert message["phone"] == "+33639989999"
    assert message["body"].startswith("[Test] France Travail")


def test_a_wording_that_changed_after_the_check_is_not_sent(open_page: Open, offer: Offer, house: Services) -> None:
    app = checked(open_page, offer)
    lead = replace(house.person, role=Role.TEAM_LEAD)
    text = DEFAULTS[Kind.OPENING].replace("Cela vous intéresse ?", "Intéressé(e) ?")
    template_versions.save(house.database, lead, Kind.OPENING, text, utc_now())
    app.button(key="preselection.send").click().run()
    assert "a changé depuis votre vérification" in app.error[0].value
    assert house.database.value("SELECT count(*) FROM message") == 0
    assert all("Intéressé(e) ?" in body for body in app.dataframe[0].value["Message"])
    app.button(key="preselection.send").click().run()
    assert house.database.value("SELECT count(*) FROM message WHERE template = 'opening 1'") == 8


def test_the_agency_is_halted_from_the_page_and_says_so_everywhere(
    open_page: Open, offer: Offer, house: Services
) -> None:
    app = checked(open_page, offer)
    app.button(key="halt.stop").click().run()
    assert "Tous les envois de l'agence sont arrêtés" in app.error[0].value
    assert app.button(key="preselection.send").disabled
    assert "halt.stop" not in [button.key for button in app.button]
    app.switch_page("chat.py").run()
    assert "Tous les envois de l'agence sont arrêtés" in app.error[0].value
    app.button(key="halt.resume").click().run()
    assert not app.error
    assert [
        row["act"] for row in house.database.rows("SELECT act FROM journal WHERE act LIKE 'sending%' ORDER BY sequence")
    ] == [
        "sending stopped",
        "sending resumed",
    ]


def test_a_halt_by_a_colleague_is_for_a_team_lead_to_end(open_page: Open, offer: Offer, house: Services) -> None:
    colleague = replace(house.person, person_id="other")
    sending_rules.stop_sending(house.database, colleague, "*Motif*", utc_now())
    app = open_page("preselection.py")
    assert "\\*Motif\\*" in app.error[0].value
    assert "halt.resume" not in [button.key for button in app.button]
    assert any("Un responsable d'équipe peut les reprendre" in caption.value for caption in app.caption)


def test_a_launch_is_paused_resumed_and_stopped_from_its_page(open_page: Open, offer: Offer, house: Services) -> None:
    app = checked(open_page, offer)
    app.button(key="preselection.send").click().run()
    state = "SELECT state FROM campaign"
    app.button(key="launch.pause").click().run()
    assert house.database.value(state) == "paused"
    assert "en pause" in app.warning[0].value
    app.button(key="launch.resume").click().run()
    assert house.database.value(state) == "running"
    app.button(key="launch.stop").click().run()
    assert house.database.value(state) == "stopped"
    assert "8 SMS annulés" in app.warning[0].value
    assert "launch.resume" not in [button.key for button in app.button]
