"""What the page Évaluation shows of the demo: corrections, complaints, outcomes of control agencies. All invented."""

from __future__ import annotations

import json
import random
from collections.abc import Mapping
from datetime import date, datetime, timedelta
from uuid import UUID

from ftcore.database import Row
from ftcore.demo.agencies import AGENCIES, paris
from ftcore.model import Answer
from ftcore.outreach.replies import ANSWER_WORDS

# What counselors make of a reading, and how often: mostly of those that the machine itself was unsure of.
_MEANT = {
    Answer.UNCLEAR: ((Answer.UNSURE, 3), (Answer.CALLBACK, 2), (Answer.YES, 2), (Answer.QUESTION, 2), (Answer.NO, 1)),
    Answer.YES: ((Answer.UNSURE, 3), (Answer.QUESTION, 1)),
    Answer.NO: ((Answer.UNSURE, 2), (Answer.CALLBACK, 1)),
    Answer.UNSURE: ((Answer.NO, 1), (Answer.YES, 1)),
    Answer.QUESTION: ((Answer.UNSURE, 1), (Answer.CALLBACK, 1)),
}
_CORRECTED = {Answer.UNCLEAR: 0.6, Answer.UNSURE: 0.12, Answer.QUESTION: 0.05, Answer.YES: 0.02, Answer.NO: 0.03}
_REASONS = ("AbsentSubscriber", "DeliveryFailure", "UserDoesNotExist", "Expired")
_PILOTS = (AGENCIES[0].name, AGENCIES[1].name, "Agence démo d'Aubenas", "Agence démo de Privas",
           "Agence démo de Montélimar", "Agence démo de Tournon")  # fmt: skip
_CONTROLS = ("Agence démo de Crest", "Agence démo de Romans", "Agence démo de Die", "Agence démo de Pierrelatte",
             "Agence démo de Nyons", "Agence démo du Teil",
             "Agence démo de Guilherand", "Agence démo de Livron")  # fmt: skip
MEASURE = "Retour à l'emploi dans les trois mois (données inventées)"


def evaluation(tables: Mapping[str, list[Row]], now: datetime, seed: int) -> dict[str, list[Row]]:
    """Change the corrections in `tables` of the demo's history, and give the rows of other tables to add."""
    rng = random.Random(f"evaluation {seed}")
    _correct(tables, rng, now)
    _fail(tables, rng)
    return {
        "thread_event": [*_complaints(tables, rng), *_taken_over(tables, rng)],
        "thumb": _thumbs(rng, now),
        "decision_time": _decision_times(tables, rng),
        "satisfaction": _satisfaction(tables, rng, now),
        "pilot_outcome": _outcomes(rng, now),
        "pilot_plan": [
            {
                "version": 1,
                "start_month": _month(now, -5),
                "measure": MEASURE,
                "pilots": json.dumps(sorted(_PILOTS), ensure_ascii=False),
                "controls": json.dumps(sorted(_CONTROLS), ensure_ascii=False),
                "changed_by": "demo-evaluation",
                "changed_utc": now - timedelta(days=60),
            }
        ],
        "baseline": [
            {
                "name": "contact_minutes",
                "version": 1,
                "value": 7.0,
                "low": 4.0,
                "high": 12.0,
                "source": "Relevé de temps inventé pour la démonstration : 40 appels, deux agences.",
                "changed_by": "demo-evaluation",
                "changed_utc": now - timedelta(days=41),
            }
        ],
    }


def _correct(tables: Mapping[str, list[Row]], rng: random.Random, now: datetime) -> None:
    seen = {row["conversation_id"]: row for row in tables["conversation"] if row["seen_utc"] is not None}
    for reply in tables["reply"]:
        thread = seen.get(reply["conversation_id"])
        reading = Answer(reply["reading"])
        reply |= {"corrected": None, "corrected_by": None, "corrected_utc": None}
        # What a prerequisite or an opt-out settled is left as it is: their consequences stand elsewhere.
        if thread is None or reply["expecting"] == "prerequisite" or rng.random() >= _CORRECTED.get(reading, 0.0):
            continue
        answers, weights = zip(*_MEANT[reading], strict=True)
        when = max(reply["received_utc"], thread["seen_utc"]) + timedelta(seconds=rng.uniform(15, 900))
        if when < now:
            proposed = next((a for a, word in ANSWER_WORDS.items() if f"peut-être « {word} »" in reply["rule"]), None)
            meant = proposed if proposed and rng.random() < 0.7 else rng.choices(answers, weights)[0]
            reply |= {"corrected": meant.value, "corrected_by": "demo-camille", "corrected_utc": when}


def _fail(tables: Mapping[str, list[Row]], rng: random.Random) -> None:
    """Operators give more than one reason."""
    reasons = {
        message["message_id"]: rng.choices(_REASONS, (6, 3, 2, 1))[0]
        for message in tables["message"]
        if message["failure"] is not None
    }
    for message in tables["message"]:
        message["failure"] = reasons.get(message["message_id"])
    for event in tables["message_event"]:
        if event["state"] == "failed":
            event["detail"] = reasons[event["message_id"]]


def _complaints(tables: Mapping[str, list[Row]], rng: random.Random) -> list[Row]:
    answered = [row for row in tables["conversation"] if row["answered_utc"] is not None]
    return [
        {
            "agency_id": row["agency_id"],
            "conversation_id": row["conversation_id"],
            "event_id": UUID(int=rng.getrandbits(128), version=4),
            "kind": "complaint",
            "actor": "demo-camille",
            "happened_utc": row["answered_utc"] + timedelta(hours=rng.uniform(1, 20)),
        }
        for row in rng.sample(answered, min(3, len(answered)))
    ]


def _taken_over(tables: Mapping[str, list[Row]], rng: random.Random) -> list[Row]:
    """Some of those who needed a person were taken over for good."""
    events = []
    for row in tables["conversation"]:
        row |= {"taken_over_by": None, "taken_over_utc": None}
        if row["state"] == "needs_human" and row["verdict"] is not None and rng.random() < 0.6:
            when = row["verdict_utc"] - timedelta(minutes=rng.uniform(3, 40))
            row |= {"taken_over_by": "demo-camille", "taken_over_utc": when}
            events.append(
                {
                    "agency_id": row["agency_id"],
                    "conversation_id": row["conversation_id"],
                    "event_id": UUID(int=rng.getrandbits(128), version=4),
                    "kind": "taken_over",
                    "actor": "demo-camille",
                    "happened_utc": when,
                }
            )
    return events


def _thumbs(rng: random.Random, now: datetime) -> list[Row]:
    return [
        {
            "agency_id": agency.agency_id,
            "thumb_id": UUID(int=rng.getrandbits(128), version=4),
            "about": about,
            "up": rng.random() < share,
            "given_utc": now - timedelta(days=rng.uniform(1, 55)),
        }
        for agency, count in zip(AGENCIES, (34, 14), strict=True)
        for about, share in (("ranking", 0.78), ("answer", 0.64))
        for _ in range(count)
    ]


def _decision_times(tables: Mapping[str, list[Row]], rng: random.Random) -> list[Row]:
    """How long the lists of people were looked at before each launch."""
    return [
        {
            "agency_id": row["agency_id"],
            "decision_id": UUID(int=rng.getrandbits(128), version=4),
            "kind": "ranking",
            "proposed": rng.randint(20, 40),
            "changed": rng.choice((0, 0, 1, 2, 3, 5)),
            "seconds": min(3_000.0, rng.lognormvariate(5.2, 0.8)),
            "decided_utc": row["launched_utc"],
        }
        for row in tables["campaign"]
    ]


def _satisfaction(tables: Mapping[str, list[Row]], rng: random.Random, now: datetime) -> list[Row]:
    rows, asked = [], set()
    for thread in tables["conversation"]:
        when = thread["changed_utc"] + timedelta(hours=26)
        if thread["state"] != "interested" or when > now or thread["phone"] in asked or rng.random() < 0.5:
            continue
        asked.add(thread["phone"])
        score = rng.choices((5, 4, 3, 2, 1, None), (22, 20, 9, 4, 3, 42))[0]
        answered = when + timedelta(minutes=rng.uniform(2, 400))
        rows.append(
            {
                "agency_id": thread["agency_id"],
                "conversation_id": thread["conversation_id"],
                "asked_utc": when,
                "score": score if answered < now else None,
                "answered_utc": answered if score is not None and answered < now else None,
            }
        )
    return rows


def _outcomes(rng: random.Random, now: datetime) -> list[Row]:
    """Twelve months; from the start on the pilots gain about four points, and some seven in ten months are told."""
    rows = []
    season = [rng.gauss(0, 0.012) for _ in range(12)]
    for name in (*_PILOTS, *_CONTROLS):
        level = rng.gauss(0.34, 0.03)
        people = rng.randint(160, 420)
        for place, month in enumerate(_month(now, back) for back in range(-12, 0)):
            gain = 0.038 if name in _PILOTS and place >= 7 else 0.0
            size = max(40, round(rng.gauss(people, people / 12)))
            share = min(0.95, max(0.02, level + season[place] + gain + rng.gauss(0, 0.018)))
            rows.append({"agency": name, "month": month, "numerator": round(share * size), "denominator": size})
    return rows


def _month(now: datetime, back: int) -> date:
    today = paris(now).date()
    place = today.year * 12 + today.month - 1 + back
    return date(place // 12, place % 12 + 1, 1)
