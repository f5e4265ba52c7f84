"""Who fits an offer: the order, the sentences, and that unknown is not no."""

from dataclasses import replace
from datetime import date
from typing import Any
from uuid import UUID

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ftcore.database import Database
from ftcore.errors import NotAllowed
from ftcore.matching import ranking
from ftcore.matching.ranking import Conditions, Ranking, Weights
from ftcore.model import Offer, Person, Place, Ranked, Role

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
    found = only(rank(database, person, replace(offer, licences=("B",)), every))
    part = next(reason.part for reason in found.reasons if reason.criterion == criterion)
    assert part == pytest.approx(getattr(Weights(), criterion) * 0.5)
    assert found.to_ask == (asks,)
    assert found.missing == ()


def test_unknown_mobility_excludes_nobody_and_still_prefers_the_neighbour(
    database: Database, person: Person, offer: Offer, enter: Enter
) -> None:
    far, close = enter(mobility_km=None, lat=47.0), enter(mobility_km=None)
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
    assert found.excluded == {"Autre métier": 1, "Sans le permis demandé": 1}
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
    assert rank(database, person, offer) == Ranking([], 0, {})


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
    found = rank(database, person, offer, weights=Weights(0, 0, 0, 0, 0))
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
    weights=st.builds(Weights, *[numbers(0, 100)] * 5),
    conditions=st.builds(Conditions, *[st.booleans()] * 5),
    years=st.none() | numbers(0, 40),
    licences=st.sampled_from([(), ("B",), ("B", "C")]),
    place=st.sampled_from(
        [None, Place("Annonay", "07", "07010", 45.24, 4.67), Place("Ardèche", "07", None, 44.75, 4.42)]
    ),
)
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
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
        assert ranked.score == pytest.approx(sum(reason.part for reason in ranked.reasons), abs=1e-6)
        assert all(reason.sentence for reason in ranked.reasons)
