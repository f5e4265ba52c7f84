"""Who fits an offer: the order, the sentences, and that unknown is not no."""

from dataclasses import replace
from datetime import date, datetime
from typing import Any
from uuid import UUID, uuid4

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ftcore.database import Database
from ftcore.errors import FtError, NotAllowed
from ftcore.matching import criteria, ranking
from ftcore.matching.ranking import Conditions, Ranking, Weights
from ftcore.model import Demand, Offer, Person, Place, Prerequisite, Ranked, Role

from .conftest import AGENCY, SKILLS, TODAY, Enter

ANYBODY = Conditions(within_mobility=False, licences=False, near_occupations=False)


def rank(database: Database, person: Person, offer: Offer, conditions: Conditions = ANYBODY, **more: Any) -> Ranking:
    return ranking.rank(database, person, offer, more.pop("weights", Weights()), conditions, TODAY, **more)


def only(found: Ranking) -> Ranked:
    assert len(found.people) == 1
    return found.people[0]


def sentence(ranked: Ranked, criterion: str) -> str:
    return next(reason.sentence for reason in ranked.reasons if reason.criterion == criterion)


def test_who_fits_in_everything_scores_one_and_the_reasons_add_up(
    database: Database, person: Person, offer: Offer, enter: Enter
) -> None:
    enter()
    best = only(rank(database, person, offer))
    assert best.score == pytest.approx(1.0)
    assert sum(reason.part for reason in best.reasons) == pytest.approx(best.score)
    assert [reason.criterion for reason in best.reasons] == [
        "occupation", "skills", "experience", "distance", "availability"
    ]  # fmt: skip
    assert (best.missing, best.to_ask) == ((), ())


def test_the_better_come_first_and_equals_in_the_order_of_their_ids(
    database: Database, person: Person, offer: Offer, enter: Enter
) -> None:
    twins = [enter() for _ in range(6)]
    worse = enter(skills=list(SKILLS[:1]))
    found = [ranked.candidate.candidate_id for ranked in rank(database, person, offer).people]
    assert found == [*sorted(twins), worse]
    limited = rank(database, person, offer, limit=3)
    assert [ranked.candidate.candidate_id for ranked in limited.people] == sorted(twins)[:3]
    assert limited.considered == 7


@pytest.mark.parametrize(
    ("different", "criterion", "says"),
    [
        pytest.param({}, "occupation", "métier recherché", id="same occupation"),
        pytest.param({"occupation_code": "G1609"}, "occupation", "métier proche : Cuisinier / Cuisinière", id="near"),
        pytest.param({"occupation_code": "K1304"}, "occupation", "autre métier : Aide à domicile", id="other"),
        pytest.param({"occupation_code": None}, "occupation", "métier recherché inconnu", id="unknown occupation"),
        pytest.param({"skills": [SKILLS[2], "Chanter", SKILLS[0]]}, "skills",
                     "2 des 4 compétences : Servir à table, Prendre une commande", id="some skills"),
        pytest.param({"skills": ["Chanter"]}, "skills", "aucune des 4 compétences", id="other skills"),
        pytest.param({"skills": []}, "skills", "compétences inconnues", id="unknown skills"),
        pytest.param({}, "experience", "3 ans d'expérience (2 demandés)", id="experience"),
        pytest.param({"experience_years": 1.5}, "experience", "1,5 an d'expérience (2 demandés)", id="decimal comma"),
        pytest.param({"experience_years": 0.5}, "experience", "6 mois d'expérience (2 demandés)", id="months"),
        pytest.param({"experience_years": 0.0}, "experience", "sans expérience (2 demandés)", id="beginner"),
        pytest.param({"experience_years": None}, "experience", "expérience inconnue (2 demandés)", id="unknown years"),
        pytest.param({"lat": 45.34}, "distance", "à 11 km, dans sa zone de mobilité (30 km)", id="within mobility"),
        pytest.param({"lat": 45.64}, "distance", "à 44 km, hors de sa zone de mobilité (30 km)", id="beyond"),
        pytest.param({"lat": 45.34, "mobility_km": None}, "distance", "à 11 km, mobilité inconnue", id="unknown way"),
        pytest.param({}, "distance", "à moins de 1 km, dans sa zone de mobilité (30 km)", id="next door"),
        pytest.param({"lat": None, "lon": None}, "distance", "distance inconnue", id="unknown home"),
        pytest.param({}, "availability", "disponible", id="available"),
        pytest.param({"available_from": date(2026, 12, 1)}, "availability", "disponible le 1er déc.", id="later"),
        pytest.param({"available_from": date(2027, 2, 3)}, "availability", "disponible le 3 févr. 2027", id="year"),
        pytest.param({"available_from": None}, "availability", "disponibilité inconnue", id="unknown day"),
    ],
)  # fmt: skip
def test_reasons_are_sentences(
    database: Database, person: Person, offer: Offer, enter: Enter, different: dict[str, Any], criterion: str, says: str
) -> None:
    enter(**different)
    assert sentence(only(rank(database, person, offer)), criterion) == says


@pytest.mark.parametrize(
    ("unknown", "criterion", "asks"),
    [
        pytest.param({"occupation_code": None}, "occupation", "le métier recherché", id="occupation"),
        pytest.param({"skills": []}, "skills", "ses compétences", id="skills"),
        pytest.param({"experience_years": None}, "experience", "son expérience", id="experience"),
        pytest.param({"lat": None, "lon": None}, "distance", "sa commune", id="home"),
        pytest.param({"available_from": None}, "availability", "sa disponibilité", id="availability"),
    ],
)
def test_unknown_is_not_no(
    database: Database, person: Person, offer: Offer, enter: Enter, unknown: dict[str, Any], criterion: str, asks: str
) -> None:
    enter(**unknown)
    every = Conditions(True, True, True, True, True)
    asked = sum(getattr(Weights(), name) for name in ("occupation", "skills", "experience", "distance", "availability",
                                                      "prerequisites"))  # fmt: skip
    found = only(rank(database, person, replace(offer, licences=("B",)), every))
    part = next(reason.part for reason in found.reasons if reason.criterion == criterion)
    share = getattr(Weights(), criterion) / asked
    assert part == pytest.approx(share * 0.5)
    assert found.confidence == pytest.approx(1 - share, abs=1e-4)
    assert found.to_ask == (asks,)
    assert found.missing == ()


def test_what_is_unknown_of_one_counts_as_the_mean_of_the_others(
    database: Database, person: Person, offer: Offer, enter: Enter
) -> None:
    half, unknown, whole = enter(skills=list(SKILLS[:2])), enter(skills=[]), enter()
    found = {ranked.candidate.candidate_id: ranked for ranked in rank(database, person, offer).people}
    assert found[half].score < found[unknown].score < found[whole].score == 1.0
    assert [found[one].confidence for one in (half, whole)] == [1.0, 1.0]
    assert found[unknown].score == pytest.approx((found[half].score + found[whole].score) / 2, abs=1e-4)
    assert found[unknown].confidence == pytest.approx(0.75)


def test_a_person_unknown_in_nothing_comes_before_an_equal_score(
    database: Database, person: Person, offer: Offer, enter: Enter
) -> None:
    unknown, known = enter(experience_years=None, external_id="A"), enter(external_id="B")
    found = rank(database, person, offer).people
    assert [ranked.candidate.candidate_id for ranked in found] == [known, unknown]
    assert found[0].score == found[1].score


def test_unknown_mobility_excludes_nobody_and_still_prefers_the_neighbour(
    database: Database, person: Person, offer: Offer, enter: Enter
) -> None:
    far, close = enter(mobility_km=None, lat=45.9), enter(mobility_km=None)
    sure = enter(mobility_km=5.0)
    found = rank(database, person, offer, Conditions())
    assert [ranked.candidate.candidate_id for ranked in found.people] == [sure, close, far]
    assert [ranked.to_ask for ranked in found.people] == [(), ("sa mobilité",), ("sa mobilité",)]


def test_an_unknown_licence_is_asked_for_and_a_known_lack_is_missing(
    database: Database, person: Person, offer: Offer, enter: Enter
) -> None:
    unknown, without = enter(licences=None), enter(licences=[])
    driver = replace(offer, licences=("B", "CACES R489 3"))
    by_id = {ranked.candidate.candidate_id: ranked for ranked in rank(database, person, driver).people}
    assert by_id[unknown].to_ask == ("permis B", "CACES R489 3")
    assert by_id[without].missing == ("permis B", "CACES R489 3")
    strict = rank(database, person, driver, Conditions())
    assert only(strict).candidate.candidate_id == unknown
    assert strict.excluded == {"Sans le permis demandé": 1}


@pytest.mark.parametrize(
    ("condition", "different", "label"),
    [
        ("near_occupations", {"occupation_code": "K1304"}, "Autre métier"),
        ("within_mobility", {"mobility_km": 30.0, "lat": 46.0}, "Hors de sa zone de mobilité"),
        ("licences", {"licences": []}, "Sans le permis demandé"),
        ("available_by_start", {"available_from": date(2027, 1, 1)}, "Pas disponible au début"),
        ("min_experience", {"experience_years": 1.0}, "Moins d'expérience que demandé"),
    ],
)
def test_a_condition_excludes_who_is_known_not_to_meet_it_and_can_be_switched_off(
    database: Database,
    person: Person,
    offer: Offer,
    enter: Enter,
    condition: str,
    different: dict[str, Any],
    label: str,
) -> None:
    fits = enter()
    enter(**different)
    driver = replace(offer, licences=("B",))
    on = rank(database, person, driver, replace(ANYBODY, **{condition: True}))
    assert only(on).candidate.candidate_id == fits
    assert (on.considered, on.excluded) == (2, {label: 1})
    assert len(rank(database, person, driver).people) == 2


def test_everybody_considered_is_either_kept_or_counted_once(
    database: Database, person: Person, offer: Offer, enter: Enter
) -> None:
    enter()
    enter(occupation_code="K1304", licences=[], lat=47.0)
    enter(licences=[], lat=47.0)
    found = rank(database, person, replace(offer, licences=("B",)), Conditions(True, True, True, True, True))
    assert found.excluded == {"Autre métier": 1, "Hors de sa zone de mobilité": 1}
    assert found.considered == len(found.people) + sum(found.excluded.values())


def test_a_department_is_a_rough_place_and_excludes_only_who_is_surely_too_far(
    database: Database, person: Person, offer: Offer, enter: Enter
) -> None:
    maybe = enter(lat=45.24, lon=4.67, mobility_km=10.0)
    enter(lat=48.0, lon=4.67, mobility_km=10.0)
    somewhere = replace(offer, place=Place("Ardèche", "07", None, 44.75, 4.42))
    best = only(rank(database, person, somewhere, Conditions()))
    assert best.candidate.candidate_id == maybe
    assert sentence(best, "distance") == "à environ 58 km du centre du département"
    assert best.to_ask == ("sa mobilité jusqu'au lieu exact",)


def test_what_the_offer_does_not_say_is_left_out_of_the_score(
    database: Database, person: Person, offer: Offer, enter: Enter
) -> None:
    enter(lat=None, lon=None, experience_years=None)
    silent = replace(offer, place=None, experience_years=None)
    best = only(rank(database, person, silent))
    assert [reason.criterion for reason in best.reasons] == ["occupation", "skills", "availability"]
    assert best.score == pytest.approx(1.0)
    assert (best.distance_km, best.to_ask) == (None, ())


def test_an_offer_without_skills_takes_those_of_its_occupation(
    database: Database, person: Person, offer: Offer, enter: Enter
) -> None:
    enter(skills=[SKILLS[1]])
    best = only(rank(database, person, replace(offer, skills_required=())))
    assert sentence(best, "skills") == "1 des 4 compétences : Encaisser un client"
    assert best.missing == ("Prendre une commande", "Servir à table", "Dresser les tables")


def test_skills_are_compared_without_case_or_accents(
    database: Database, person: Person, offer: Offer, enter: Enter
) -> None:
    enter()
    best = only(rank(database, person, replace(offer, skills_required=("SERVIR A TABLE",), skills_desired=("Voler",))))
    assert sentence(best, "skills") == "1 des 2 compétences : Servir à table"
    assert best.reasons[1].part == pytest.approx(0.25 * 2 / 3)


def test_a_start_in_the_future_makes_later_people_available(
    database: Database, person: Person, offer: Offer, enter: Enter
) -> None:
    enter(available_from=date(2026, 12, 1))
    best = only(rank(database, person, replace(offer, start=date(2026, 12, 15))))
    assert best.score == pytest.approx(1.0)
    late = only(rank(database, person, offer))
    assert late.score < 1.0
    assert late.missing == ("disponible seulement le 1er déc.",)


def test_another_agencys_people_are_not_looked_at(
    database: Database, person: Person, offer: Offer, enter: Enter
) -> None:
    enter(agency_id=UUID(int=1))
    assert rank(database, person, offer) == Ranking([], 0, {}, 0)


def test_only_counselors_and_team_leads_of_the_agency_see_candidates(database: Database, offer: Offer) -> None:
    for stranger in (
        Person("e", "E", Role.EVALUATOR, AGENCY),
        Person("a", "A", Role.ADMINISTRATOR, AGENCY),
        Person("c", "C", Role.COUNSELOR, UUID(int=2)),
    ):
        with pytest.raises(NotAllowed):
            rank(database, stranger, offer)


def test_weights_are_not_negative() -> None:
    with pytest.raises(ValueError, match="not negative"):
        Weights(skills=-0.1)
    with pytest.raises(ValueError, match="finite"):
        Weights(skills=float("nan"))


def test_without_any_weight_everybody_scores_zero(
    database: Database, person: Person, offer: Offer, enter: Enter
) -> None:
    ids = sorted(enter() for _ in range(3))
    found = rank(database, person, offer, weights=Weights(0, 0, 0, 0, 0, 0, 0))
    assert [(ranked.candidate.candidate_id, ranked.score) for ranked in found.people] == [(one, 0.0) for one in ids]


def numbers(low: float, high: float) -> st.SearchStrategy[float]:
    """Numbers as files and forms hold them: a latitude of 5e-324 degrees is an underflow, not a place."""
    return st.floats(low, high).map(lambda number: round(number, 6))


_OPTIONAL = {
    "occupation_code": st.sampled_from([None, "G1803", "G1609", "K1304", "Z0000"]),
    "skills": st.lists(st.sampled_from([*SKILLS, "Chanter"]), max_size=5),
    "experience_years": st.none() | numbers(0, 60),
    "lat": st.none() | numbers(-90, 90),
    "lon": st.none() | numbers(-180, 180),
    "mobility_km": st.none() | numbers(0, 1000),
    "available_from": st.none() | st.dates(date(1950, 1, 1), date(2100, 1, 1)),
    "licences": st.none() | st.lists(st.sampled_from(["B", "C"]), max_size=2),
}


@given(
    people=st.lists(st.fixed_dictionaries(_OPTIONAL), min_size=1, max_size=3),
    weights=st.builds(Weights, *[numbers(0, 100)] * 7),
    conditions=st.builds(Conditions, *[st.booleans()] * 6),
    years=st.none() | numbers(0, 40),
    licences=st.sampled_from([(), ("B",), ("B", "C")]),
    place=st.sampled_from(
        [None, Place("Annonay", "07", "07010", 45.24, 4.67), Place("Ardèche", "07", None, 44.75, 4.42)]
    ),
)
@settings(max_examples=30, deadline=None)
def test_every_score_is_between_0_and_1_and_explained(
    database: Database, person: Person, offer: Offer, enter: Enter, people: list[dict[str, Any]], weights: Weights,
    conditions: Conditions, years: float | None, licences: tuple[str, ...], place: Place | None,
) -> None:  # fmt: skip
    database.transact(lambda tx: tx.execute("DELETE FROM candidate"))
    for different in people:
        enter(**different)
    asked = replace(offer, experience_years=years, licences=licences, place=place)
    found = rank(database, person, asked, conditions, weights=weights)
    assert found.considered == len(people) == len(found.people) + sum(found.excluded.values())
    for ranked in found.people:
        assert 0.0 <= ranked.score <= 1.0
        assert ranked.score == pytest.approx(sum(reason.part for reason in ranked.reasons), abs=1e-4)
        assert all(reason.sentence for reason in ranked.reasons)


def test_rare_skills_count_more(database: Database, person: Person, offer: Offer, enter: Enter) -> None:
    database.transact(lambda tx: tx.execute("UPDATE skill SET holders = 400 WHERE name = $1", SKILLS[0]))
    common, rare = enter(skills=[SKILLS[0]]), enter(skills=[SKILLS[3]])
    found = [ranked.candidate.candidate_id for ranked in rank(database, person, offer).people]
    assert found == [rare, common]


@pytest.mark.parametrize(
    ("wishes", "part", "says"),
    [
        pytest.param({"contracts": ["CDI"], "working_time": "full"}, 1.0, "souhaite un CDI, temps plein souhaité",
                     id="both"),
        pytest.param({"contracts": ["CDD"], "working_time": "any"}, 0.5, "ne souhaite pas un CDI, temps plein souhaité",
                     id="one of two"),
        pytest.param({"contracts": ["CDD"]}, 0.0, "ne souhaite pas un CDI", id="only the contract is known"),
        pytest.param({}, 0.5, "souhaits inconnus", id="nothing is known"),
    ],
)  # fmt: skip
def test_wishes_are_compared_with_the_contract_and_the_hours(
    database: Database, person: Person, offer: Offer, enter: Enter, wishes: dict[str, Any], part: float, says: str
) -> None:
    enter(**wishes)
    best = only(rank(database, person, replace(offer, contract="CDI temps plein", weekly_hours=35.0)))
    reason = next(reason for reason in best.reasons if reason.criterion == "wishes")
    assert (reason.sentence, reason.part) == (says, pytest.approx(part * 0.05 / 1.05))
    asks = {"contracts": "le contrat souhaité", "working_time": "le temps de travail souhaité"}
    assert set(best.to_ask) == {ask for name, ask in asks.items() if name not in wishes}


def test_who_asked_for_silence_is_never_ranked(database: Database, person: Person, offer: Offer, enter: Enter) -> None:
    enter(phone="+33639980042")
    database.transact(
        lambda tx: tx.insert(
            "opt_out",
            [{"phone": "+33639980042", "since_utc": datetime(2026, 1, 1), "source": "sms", "reason": "STOP"}],
        )
    )
    found = rank(database, person, offer)
    assert (found.people, found.excluded) == ([], {"A demandé à ne plus recevoir de SMS": 1})


@pytest.mark.parametrize(
    ("states", "reachable"),
    [
        pytest.param(["failed", "failed"], False, id="twice came back"),
        pytest.param(["failed"], True, id="once may be chance"),
        pytest.param(["failed", "failed", "delivered"], True, id="one arrived"),
    ],
)
def test_a_number_from_which_every_sms_came_back_is_not_proposed(
    database: Database, person: Person, offer: Offer, enter: Enter, states: list[str], reachable: bool
) -> None:
    enter(phone="+33639980042")
    instant = datetime(2026, 11, 2, 10)
    rows = [
        {"agency_id": AGENCY, "message_id": uuid4(), "conversation_id": uuid4(), "campaign_id": uuid4(),
         "phone": "+33639980042", "body": "Bonjour", "parts": 1, "automatic": True, "opening": True, "state": state,
         "queued_utc": instant, "not_before_utc": instant, "settled_utc": instant, "contradicted": False}
        for state in states
    ]  # fmt: skip
    database.transact(lambda tx: tx.insert("message", rows))
    found = rank(database, person, offer)
    assert len(found.people) == reachable
    assert found.excluded == ({} if reachable else {"Numéro injoignable": 1})


def test_who_left_the_agencys_file_is_not_looked_at(
    database: Database, person: Person, offer: Offer, enter: Enter
) -> None:
    enter(left_utc=datetime(2026, 11, 1))
    assert rank(database, person, offer).considered == 0


def test_a_licence_that_the_offer_calls_a_wish_excludes_nobody(
    database: Database, person: Person, offer: Offer, enter: Enter
) -> None:
    enter(licences=[])
    driver = replace(offer, licences=("B",), prerequisites=(Prerequisite("permis B apprécié", Demand.FLEXIBLE),))
    best = only(rank(database, person, driver, Conditions()))
    assert best.missing == ("permis B",)
    strict = replace(driver, prerequisites=(Prerequisite("permis B exigé", Demand.BLOCKING),))
    assert rank(database, person, strict, Conditions()).people == []


def test_prerequisites_that_no_file_answers_are_asked_blocking_ones_first(
    database: Database, person: Person, offer: Offer, enter: Enter
) -> None:
    enter()
    asked = replace(
        offer,
        languages=("anglais",),
        licences=("B",),
        prerequisites=(
            Prerequisite("expérience du bar", Demand.FLEXIBLE),
            Prerequisite("poste à pourvoir au centre", Demand.INFORMATION),
            Prerequisite("permis B", Demand.BLOCKING),
            Prerequisite("disponible le dimanche", Demand.BLOCKING),
        ),
    )
    best = only(rank(database, person, asked))
    assert best.to_ask == ("disponible le dimanche", "expérience du bar", "langue : anglais")


def test_near_misses_lack_nothing_but_a_few_kilometres(
    database: Database, person: Person, offer: Offer, enter: Enter
) -> None:
    fits = enter()
    near = enter(lat=45.24 + 0.18, mobility_km=17.0)
    enter(lat=45.24 + 0.18, mobility_km=17.0, licences=[])
    enter(lat=46.5, mobility_km=17.0)
    driver = replace(offer, licences=("B",))
    found = rank(database, person, driver, Conditions())
    assert only(found).candidate.candidate_id == fits
    assert (found.nearly, found.excluded) == (1, {"Hors de sa zone de mobilité": 2, "Sans le permis demandé": 1})
    missed = ranking.near_misses(database, person, driver, Weights(), Conditions(), TODAY)
    assert [ranked.candidate.candidate_id for ranked in missed] == [near]
    assert missed[0].missing == ("à 3 km au-delà de sa mobilité (17 km)",)


def test_turns_bring_forward_who_was_rarely_approached(
    database: Database, person: Person, offer: Offer, enter: Enter
) -> None:
    often, seldom = enter(), enter(experience_years=1.9)
    worse = enter(skills=[], experience_years=0.0, occupation_code="G1609")
    row = {"agency_id": AGENCY, "conversation_id": uuid4(), "campaign_id": uuid4(), "offer_id": uuid4(),
           "candidate_id": often, "phone": "+33639980001", "state": "waiting", "opened_utc": datetime(2026, 11, 20),
           "changed_utc": datetime(2026, 11, 20)}  # fmt: skip
    database.transact(lambda tx: tx.insert("conversation", [row]))
    by_score = rank(database, person, offer)
    assert [ranked.candidate.candidate_id for ranked in by_score.people] == [often, seldom, worse]
    assert [ranked.proposed for ranked in by_score.people] == [1, 0, 0]
    by_turns = rank(database, person, offer, replace(ANYBODY, rotation=True))
    assert [ranked.candidate.candidate_id for ranked in by_turns.people] == [seldom, often, worse]


def test_nothing_protected_enters_the_ranking(database: Database, person: Person, offer: Offer, enter: Enter) -> None:
    for number in range(8):
        enter(experience_years=number / 2, first_name="Léa", last_name=f"Martin{number}", commune="Annonay")

    def ranked() -> bytes:
        found = rank(database, person, offer, Conditions())
        return repr([(r.candidate.candidate_id, r.score, r.confidence, r.reasons, r.missing, r.to_ask)
                     for r in found.people]).encode()  # fmt: skip

    before = ranked()
    # Nothing else of a person's sex, age, origin or district is even stored.
    columns = {row["column_name"] for row in database.rows(
        "SELECT column_name FROM information_schema.columns WHERE table_name = 'candidate'")}  # fmt: skip
    assert not columns & {"sex", "gender", "birth", "age", "nationality", "district", "address"}
    database.transact(
        lambda tx: tx.execute(
            "UPDATE candidate SET first_name = 'Mohamed', last_name = 'Nguyen', commune = 'Quartier prioritaire'"
        )
    )
    assert ranked() == before


def test_profiles_keep_weights_and_conditions_by_name(database: Database, person: Person) -> None:
    weights, conditions = Weights(skills=0.5), Conditions(rotation=True)
    for name in ("Saison", "  Saison "):
        criteria.save_profile(database, person, name, weights, conditions, datetime(2026, 11, 23))
    assert criteria.profiles(database, person) == {"Saison": (weights, conditions)}
    criteria.forget_profile(database, person, "Saison")
    assert criteria.profiles(database, person) == {}
    with pytest.raises(FtError, match="nom"):
        criteria.save_profile(database, person, "  ", weights, conditions, datetime(2026, 11, 23))


@pytest.mark.parametrize(
    ("held", "says"),
    [
        pytest.param(["B", "CACES R489 3"], "possède : permis B, CACES R489 3", id="all"),
        pytest.param(["B"], "possède seulement : permis B", id="some"),
        pytest.param([], "sans le permis demandé", id="none"),
        pytest.param(None, "permis inconnus", id="unknown"),
    ],
)
def test_licences_are_a_reason_too(
    database: Database, person: Person, offer: Offer, enter: Enter, held: list[str] | None, says: str
) -> None:
    enter(licences=held)
    asked = replace(offer, licences=("B", "CACES R489 3"))
    assert sentence(only(rank(database, person, asked)), "prerequisites") == says
