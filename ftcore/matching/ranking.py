"""Who fits an offer, and why: one deterministic query, and sentences that a counselor can check.

No model sets a rank. Unknown is not no: what is not known of a person counts half, excludes nobody,
and is listed as something to ask.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import date

from ftcore.database import Database, Row
from ftcore.matching import occupations, pool
from ftcore.model import Offer, Person, Ranked, Reason
from ftcore.trust import access

# With the department alone, the work may be anywhere in it: about the longest way from a centre to its border.
ROUGH_KM = 60.0
# Half of the nearness is lost every so many kilometres; half of the availability every so many days.
HALVED_EVERY_KM = 20.0
HALVED_EVERY_DAYS = 30.0
# A skill that the offer merely desires weighs half of a required one.
DESIRED = 0.5


@dataclass(frozen=True, slots=True)
class Weights:
    """How much each criterion counts, against the sum of those that the offer lets us judge."""

    occupation: float = 0.35
    skills: float = 0.25
    experience: float = 0.10
    distance: float = 0.20
    availability: float = 0.10

    def __post_init__(self) -> None:
        if not all(0.0 <= weight < float("inf") for weight in asdict(self).values()):
            raise ValueError("weights are finite and not negative")


@dataclass(frozen=True, slots=True)
class Conditions:
    """What excludes a person of whom it is known not to hold; each can be switched off."""

    within_mobility: bool = True
    licences: bool = True
    available_by_start: bool = False
    min_experience: bool = False
    near_occupations: bool = True


# In this order: a person is counted under the first condition that excludes them.
EXCLUSIONS = {
    "near_occupations": "Autre métier",
    "licences": "Sans le permis demandé",
    "within_mobility": "Hors de sa zone de mobilité",
    "available_by_start": "Pas disponible au début",
    "min_experience": "Moins d'expérience que demandé",
}


@dataclass(frozen=True, slots=True)
class Ranking:
    """The best people, how many were looked at, and how many each condition excluded (French label).

    `considered` is the people that are not excluded plus all that `excluded` counts.
    """

    people: list[Ranked]
    considered: int
    excluded: dict[str, int]


def rank(
    database: Database,
    person: Person,
    offer: Offer,
    weights: Weights,
    conditions: Conditions,
    today: date,
    limit: int = 50,
) -> Ranking:
    """The people of the offer's agency who fit best: score 0..1, equals in the order of their ids.

    A criterion that the offer says nothing about (no place, no experience asked…) is left out of
    the score, which stays a share of what could be judged. Without skills in the offer, those of its
    occupation are taken.
    """
    access.require(person, "see candidates", offer.agency_id)
    wanted = _Wanted.of(database, offer, today)
    values = _values(wanted, weights, conditions)
    with database.read() as reader:
        best = reader.rows(f"{_JUDGED} {_BEST}", *values, limit)
        counts = reader.rows(f"{_JUDGED} {_EXCLUDED}", *values)
    by_condition = {row["excluded_by"]: row["people"] for row in counts}
    return Ranking(
        people=[_ranked(row, wanted, weights) for row in best],
        considered=sum(by_condition.values()),
        excluded={label: by_condition[name] for name, label in EXCLUSIONS.items() if name in by_condition},
    )


@dataclass(frozen=True, slots=True)
class _Wanted:
    """What an offer asks, in the form in which it is compared."""

    offer: Offer
    required: tuple[str, ...]
    desired: tuple[str, ...]
    starts: date
    today: date

    @classmethod
    def of(cls, database: Database, offer: Offer, today: date) -> _Wanted:
        wording = occupations.SkillWords(database)
        required, desired = wording.same(offer.skills_required), wording.same(offer.skills_desired)
        if not required and not desired and offer.occupation is not None:
            required = tuple(occupations.skills_of(database, offer.occupation.code))
        desired = tuple(skill for skill in desired if skill not in required)
        return cls(offer, required, desired, max(offer.start or today, today), today)

    @property
    def experience(self) -> float | None:
        """The years that are asked; None where beginners are welcome or nothing is said."""
        return self.offer.experience_years or None

    @property
    def licences(self) -> list[str]:
        return [licence.upper() for licence in self.offer.licences]

    @property
    def located(self) -> bool:
        place = self.offer.place
        return place is not None and place.lat is not None and place.lon is not None

    @property
    def rough(self) -> bool:
        return self.offer.place is not None and self.offer.place.insee is None

    def judged(self, weights: Weights) -> dict[str, float]:
        """The weight of each criterion as a share of those that can be judged; nothing where none can."""
        applies = {
            "occupation": self.offer.occupation is not None,
            "skills": bool(self.required or self.desired),
            "experience": self.experience is not None,
            "distance": self.located,
            "availability": True,
        }
        given = {name: weight for name, weight in asdict(weights).items() if applies[name]}
        total = sum(given.values())
        return {name: weight / total if total else 0.0 for name, weight in given.items()}


def _values(wanted: _Wanted, weights: Weights, conditions: Conditions) -> list[object]:
    offer, shares = wanted.offer, wanted.judged(weights)
    place = offer.place if wanted.located else None
    return [
        offer.agency_id,
        offer.occupation.code if offer.occupation else None,
        list(wanted.required),
        list(wanted.desired),
        wanted.experience,
        place.lat if place else None,
        place.lon if place else None,
        ROUGH_KM if wanted.rough else 0.0,
        wanted.starts,
        wanted.licences,
        # Rounded: a share too small to matter is an arithmetic underflow for PostgreSQL.
        *(
            round(shares.get(name, 0.0), 9)
            for name in ("occupation", "skills", "experience", "distance", "availability")
        ),
        *(getattr(conditions, name) for name in EXCLUSIONS),
    ]


# Each part is 0..1, and 0.5 where the person's side is unknown. Distance is half nearness, half
# whether the person goes that far; so an unknown mobility still prefers the neighbour.
_JUDGED = f"""
    WITH wanted AS (
        SELECT $2::TEXT AS occupation, $3::TEXT[] AS required, $4::TEXT[] AS desired,
               $5::DOUBLE PRECISION AS experience, $6::DOUBLE PRECISION AS lat, $7::DOUBLE PRECISION AS lon,
               $8::DOUBLE PRECISION AS slack_km, $9::DATE AS starts, $10::TEXT[] AS licences
    ), weight AS (
        SELECT $11::DOUBLE PRECISION AS occupation, $12::DOUBLE PRECISION AS skills,
               $13::DOUBLE PRECISION AS experience, $14::DOUBLE PRECISION AS distance,
               $15::DOUBLE PRECISION AS availability
    ), measured AS (
        SELECT c.*, w.occupation AS wanted_occupation, w.experience AS wanted_experience, w.slack_km, w.starts,
               w.licences AS wanted_licences, n.degree, o.label AS occupation_label,
               distance_km(c.lat, c.lon, w.lat, w.lon) AS km,
               item_count(shared_items(c.skills, w.required))
                   + {DESIRED} * item_count(shared_items(c.skills, w.desired)) AS skills_held,
               item_count(w.required) + {DESIRED} * item_count(w.desired) AS skills_wanted
        FROM candidate c
        CROSS JOIN wanted w
        LEFT JOIN occupation o ON o.code = c.occupation_code
        LEFT JOIN occupation_near n ON n.code = w.occupation AND n.neighbour = c.occupation_code
        WHERE c.agency_id = $1
    ), judged AS (
        SELECT m.*,
               CASE WHEN occupation_code IS NULL THEN 0.5
                    WHEN occupation_code = wanted_occupation THEN 1.0
                    ELSE coalesce(degree, 0.0) END AS occupation_part,
               CASE WHEN item_count(skills) = 0 THEN 0.5
                    WHEN skills_wanted > 0 THEN skills_held / skills_wanted
                    ELSE 0.0 END AS skills_part,
               CASE WHEN experience_years IS NULL THEN 0.5
                    WHEN wanted_experience > 0 THEN least(experience_years / wanted_experience, 1.0)
                    ELSE 0.0 END AS experience_part,
               CASE WHEN km IS NULL THEN 0.5
                    ELSE 0.5 * power(0.5, least(km / {HALVED_EVERY_KM}, 500.0))
                       + 0.5 * CASE WHEN mobility_km IS NULL THEN 0.5
                                    WHEN km <= mobility_km THEN 1.0
                                    ELSE mobility_km / km END END AS distance_part,
               CASE WHEN available_from IS NULL THEN 0.5
                    WHEN available_from <= starts THEN 1.0
                    ELSE power(0.5, least((available_from - starts) / {HALVED_EVERY_DAYS}, 500.0))
                    END AS availability_part,
               CASE WHEN $16 AND occupation_code <> wanted_occupation AND degree IS NULL THEN 'near_occupations'
                    WHEN $17 AND item_count(shared_items(licences, wanted_licences)) < item_count(wanted_licences)
                        THEN 'licences'
                    WHEN $18 AND km - slack_km > mobility_km THEN 'within_mobility'
                    WHEN $19 AND available_from > starts THEN 'available_by_start'
                    WHEN $20 AND experience_years < wanted_experience THEN 'min_experience'
                    END AS excluded_by
        FROM measured m
    )
"""

_BEST = """
    SELECT j.*, w.occupation * occupation_part + w.skills * skills_part + w.experience * experience_part
                + w.distance * distance_part + w.availability * availability_part AS score
    FROM judged j CROSS JOIN weight w
    WHERE excluded_by IS NULL
    ORDER BY score DESC, candidate_id
    LIMIT $21
"""

_EXCLUDED = "SELECT excluded_by, count(*) AS people FROM judged GROUP BY excluded_by"


def _ranked(row: Row, wanted: _Wanted, weights: Weights) -> Ranked:
    sentences = {
        "occupation": _occupation(row, wanted),
        "skills": _skills(row, wanted),
        "experience": _experience(row, wanted),
        "distance": _distance(row, wanted),
        "availability": _availability(row, wanted),
    }
    return Ranked(
        candidate=pool.from_row(row),
        score=min(max(row["score"], 0.0), 1.0),
        reasons=tuple(
            Reason(name, share * row[f"{name}_part"], sentences[name]) for name, share in wanted.judged(weights).items()
        ),
        distance_km=row["km"],
        missing=tuple(_missing(row, wanted)),
        to_ask=tuple(_to_ask(row, wanted)),
    )


def _occupation(row: Row, wanted: _Wanted) -> str:
    if row["occupation_code"] is None:
        return "métier recherché inconnu"
    if wanted.offer.occupation is not None and row["occupation_code"] == wanted.offer.occupation.code:
        return "métier recherché"
    kind = "métier proche" if row["degree"] is not None else "autre métier"
    return f"{kind} : {row['occupation_label'] or row['occupation_code']}"


def _skills(row: Row, wanted: _Wanted) -> str:
    every = (*wanted.required, *wanted.desired)
    held = [skill for skill in every if skill in row["skills"]]
    if not row["skills"]:
        return "compétences inconnues"
    if len(every) == 1:
        return f"la compétence demandée : {every[0]}" if held else "sans la compétence demandée"
    if not held:
        return f"aucune des {len(every)} compétences"
    return f"{len(held)} des {len(every)} compétences : {', '.join(held)}"


def _experience(row: Row, wanted: _Wanted) -> str:
    years = row["experience_years"]
    asked = _number(wanted.experience or 0.0)
    demanded = f"({asked} demandé{'s' if (wanted.experience or 0.0) >= 2 else ''})"
    if years is None:
        return f"expérience inconnue {demanded}"
    if years == 0:
        return f"sans expérience {demanded}"
    return f"{_years(years)} d'expérience {demanded}"


def _distance(row: Row, wanted: _Wanted) -> str:
    km, mobility = row["km"], row["mobility_km"]
    if km is None:
        return "distance inconnue"
    if wanted.rough:
        return f"à environ {_number(km, 0)} km du centre du département"
    way = f"à {_number(km, 0)} km" if km >= 1 else "à moins de 1 km"
    if mobility is None:
        return f"{way}, mobilité inconnue"
    side = "dans" if km <= mobility else "hors de"
    return f"{way}, {side} sa zone de mobilité ({_number(mobility)} km)"


def _availability(row: Row, wanted: _Wanted) -> str:
    free = row["available_from"]
    if free is None:
        return "disponibilité inconnue"
    return "disponible" if free <= wanted.today else f"disponible le {_day(free, wanted.today)}"


def _missing(row: Row, wanted: _Wanted) -> list[str]:
    """What is known to lack, as the counselor would say it."""
    lacks: list[str] = []
    if row["skills"]:
        lacks += [skill for skill in (*wanted.required, *wanted.desired) if skill not in row["skills"]]
    if row["licences"] is not None:
        lacks += [_licence(name) for name in wanted.licences if name not in row["licences"]]
    if wanted.experience is not None and row["experience_years"] is not None:
        short = wanted.experience - row["experience_years"]
        lacks += [f"{_years(short)} d'expérience"] if short > 0 else []
    if row["available_from"] is not None and row["available_from"] > wanted.starts:
        lacks.append(f"disponible seulement le {_day(row['available_from'], wanted.today)}")
    return lacks


def _to_ask(row: Row, wanted: _Wanted) -> list[str]:
    """What is not known, of what the offer makes worth knowing."""
    unknown = {
        "le métier recherché": wanted.offer.occupation is not None and row["occupation_code"] is None,
        "ses compétences": bool(wanted.required or wanted.desired) and not row["skills"],
        "son expérience": wanted.experience is not None and row["experience_years"] is None,
        "sa commune": wanted.located and row["km"] is None,
        "sa mobilité": wanted.located and row["mobility_km"] is None,
        "sa mobilité jusqu'au lieu exact": wanted.rough and _may_be_too_far(row),
        "sa disponibilité": row["available_from"] is None,
    }
    licences = [_licence(name) for name in wanted.licences] if row["licences"] is None else []
    return [what for what, is_unknown in unknown.items() if is_unknown] + licences


def _may_be_too_far(row: Row) -> bool:
    known = row["km"] is not None and row["mobility_km"] is not None
    return known and row["km"] + ROUGH_KM > row["mobility_km"]


def _licence(name: str) -> str:
    return f"permis {name}" if len(name) <= 3 else name


def _years(years: float) -> str:
    if years < 1:
        return f"{max(1, round(years * 12))} mois"
    return f"{_number(years)} an{'s' if years >= 2 else ''}"


def _number(value: float, digits: int = 1) -> str:
    """A number as it is written in French: "2", "2,5"."""
    return f"{round(value, digits):g}".replace(".", ",")


_MONTHS = ("janv.", "févr.", "mars", "avr.", "mai", "juin", "juil.", "août", "sept.", "oct.", "nov.", "déc.")


def _day(day: date, today: date) -> str:
    number = "1er" if day.day == 1 else str(day.day)
    year = "" if day.year == today.year else f" {day.year}"
    return f"{number} {_MONTHS[day.month - 1]}{year}"
