"""Why somebody was, or was not, contacted: from the journal and from what was stored at each launch.

What was recorded is told as recorded, with its date. Of a launch that left no trace of the person, the criteria that
were recorded are applied again to the data of today, and it is said that this is what was done.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from ftcore.database import Database, Row
from ftcore.drafting import offers
from ftcore.errors import NotFound
from ftcore.insight import explanation_words as told
from ftcore.insight.wording import counted, number, paris
from ftcore.matching import pool, ranking
from ftcore.matching.criteria import WEIGHT_LABELS, Conditions, Weights
from ftcore.model import Candidate, Person
from ftcore.trust import access, acts, journal

# Launches that left no trace of the person are looked at anew so far back, and so many of them.
LOOKED_BACK = timedelta(days=180)
MOST_LOOKED_AT = 8
MOST_STEPS = 40

NOT_USED = (
    "Ne servent jamais au classement ni au choix des personnes, et le classement ne les lit pas : le nom, le sexe, "
    "l'âge ou l'année de naissance, la nationalité ou l'origine, la situation de famille, la santé ou le handicap, le "
    "quartier de résidence (seule compte la distance au lieu de travail), la durée de chômage. Ce que l'agence en "
    "connaît ne sert qu'à mesurer après coup si le dispositif traite tout le monde de la même façon, par groupes et "
    "sans nom. Une réponse « non », un STOP ou un silence ne sont jamais transmis comme un refus d'offre d'emploi."
)
MACHINE = (
    "Le classement est un calcul, le même pour tous : à chaque critère une note, et la moyenne pondérée des notes. "
    "Aucun modèle de langue ne fixe de rang. Ce qui est inconnu d'une personne ne lui nuit pas : il compte comme la "
    "moyenne des autres. La machine n'écarte personne d'elle-même après une réponse : chaque décision est prise par un "
    "conseiller."
)
RIGHTS = (
    "Vous pouvez demander que ces données soient corrigées ou effacées, contester une décision et obtenir qu'une "
    "personne la réexamine : adressez-vous à votre agence. Pour ne plus recevoir de SMS, répondez STOP."
)


@dataclass(frozen=True, slots=True)
class Part:
    """One launch, or one subject, in plain French: a title, what came of it, facts by label, further lines."""

    title: str
    result: str
    facts: tuple[tuple[str, str], ...] = ()
    lines: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Explanation:
    """The answer to one person. `candidate_id` is the pseudonym under which they stand in the journal."""

    candidate_id: UUID
    agency: str
    made_utc: datetime
    summary: str
    parts: tuple[Part, ...]

    @property
    def title(self) -> str:
        return "Pourquoi ai-je, ou n'ai-je pas, été contacté·e ?"

    @property
    def lead(self) -> str:
        return (
            f"{self.agency}. Établi le {told.moment(self.made_utc)} à partir du journal et de ce qui a été "
            f"enregistré à chaque envoi. Pseudonyme dans le journal : {self.candidate_id}."
        )

    @property
    def text(self) -> str:
        """All of it as plain text."""
        blocks = [f"{self.title}\n{self.lead}\n\n{self.summary}"]
        for part in self.parts:
            facts = [f"- {label} : {value}" for label, value in part.facts]
            blocks.append("\n".join([part.title, part.result, *facts, *(f"- {line}" for line in part.lines)]))
        return "\n\n".join(blocks) + "\n"


def explain(database: Database, person: Person, candidate_id: UUID, now: datetime) -> Explanation:
    """The explanation for one person of the acting person's agency. Raises NotAllowed, NotFound."""
    access.require(person, "explain contacts")
    # Also for who sees no list of people: whoever answers for the rights of one.
    candidate = pool.known(database, person.agency_id, candidate_id)
    agency = database.value("SELECT name FROM agency WHERE agency_id = $1", person.agency_id)
    history = _History(database, person, candidate, now)
    parts = history.parts()
    return Explanation(
        candidate_id,
        str(agency or "Votre agence"),
        now,
        history.summary(),
        (
            *parts,
            Part("Les données que l'agence utilise aujourd'hui", "Telles qu'elles sont dans le fichier de l'agence.",
                 told.data(candidate)),
            Part("Ce qui n'a pas été utilisé", NOT_USED),
            Part("Comment la machine travaille", MACHINE),
            Part("Vos droits", RIGHTS),
        ),
    )  # fmt: skip


def taken_along(database: Database, person: Person, candidate_id: UUID, form: str, now: datetime) -> None:
    """Journal that an explanation was handed out, before it is."""
    access.require(person, "explain contacts")
    if not database.value(
        "SELECT count(*) FROM candidate WHERE agency_id = $1 AND candidate_id = $2", person.agency_id, candidate_id
    ):
        raise NotFound("Cette personne n'est pas, ou plus, dans le fichier de votre agence.")
    database.transact(
        lambda tx: journal.record(
            tx, person.agency_id, person.person_id, "contact explained", candidate_id, now, form, person=candidate_id
        )
    )


class _History:
    """What the database holds of one person: launches, exchanges, entries of the journal."""

    def __init__(self, database: Database, person: Person, candidate: Candidate, now: datetime) -> None:
        self._database, self._person, self._candidate, self._now = database, person, candidate, now
        key = (person.agency_id, candidate.candidate_id)
        self._entries = database.rows(_ENTRIES, *key)
        about = {row["subject"] for row in self._entries if row["act"].startswith("person ")}
        self._launches = database.rows(_LAUNCHES, *key, sorted(about), now - LOOKED_BACK)
        self._replies = {
            str(row["reply_id"]): row["conversation_id"]
            for row in database.rows(
                "SELECT r.reply_id, r.conversation_id FROM reply r JOIN conversation v ON v.agency_id = r.agency_id "
                "AND v.conversation_id = r.conversation_id WHERE v.agency_id = $1 AND v.candidate_id = $2",
                *key,
            )
        }
        self._opted_out = database.one("SELECT since_utc, source FROM opt_out WHERE phone = $1", candidate.phone)

    def summary(self) -> str:
        contacted = sum(row["conversation_id"] is not None for row in self._launches)
        traced = sum(told.has_trace(row, self._said(row)) for row in self._launches)
        said = [f"Contactée pour {counted(contacted, 'offre')}." if contacted else "Jamais contactée par cette agence."]
        if traced > contacted:
            said.append(f"Examinée sans être contactée pour {counted(traced - contacted, 'envoi')}.")
        if self._opted_out is not None:
            said.append(
                f"STOP enregistré le {told.moment(self._opted_out['since_utc'])} : plus aucune agence n'écrit à ce "
                "numéro."
            )
        return " ".join(said)

    def parts(self) -> list[Part]:
        traced = [row for row in self._launches if told.has_trace(row, self._said(row))]
        others = [row for row in self._launches if not told.has_trace(row, self._said(row))]
        parts = [self._traced(row) for row in traced]
        if others:
            parts.append(self._untraced(others))
        return parts

    def _said(self, row: Row) -> list[Row]:
        """What the launch itself wrote of the person."""
        subject = str(row["campaign_id"])
        return [entry for entry in self._entries if entry["subject"] == subject and entry["act"].startswith("person ")]

    def _traced(self, row: Row) -> Part:
        said = self._said(row)
        facts = [("Décidé par", told.who_decided(row))]
        facts += told.criteria_facts(row)
        facts += told.recorded_place(row)
        return Part(told.title(row), told.result(row, said), tuple(facts), tuple(self._steps(row)))

    def _steps(self, row: Row) -> list[str]:
        """What happened in the exchange, by the journal: what the machine did, and what people decided."""
        if row["conversation_id"] is None:
            return []
        mine = [
            entry
            for entry in self._entries
            if not entry["act"].startswith("person ")
            and row["conversation_id"] in (told.as_id(entry["subject"]), self._replies.get(entry["subject"]))
        ]
        steps = [told.step(entry) for entry in mine[:MOST_STEPS]]
        if row["verdict"] is not None:
            why = f", avec ce motif : « {row['verdict_reason']} »" if row["verdict_reason"] else ""
            steps.append(
                f"Décision en vigueur : {acts.in_french(row['verdict'])}, prise par le compte {row['verdict_by']} le "
                f"{told.moment(row['verdict_utc'])}{why}."
            )
        else:
            steps.append("Aucune décision d'un conseiller n'est enregistrée pour cet échange.")
        return steps

    def _untraced(self, rows: list[Row]) -> Part:
        """The launches that say nothing of the person; those for other occupations are counted, not told one by one."""
        own = self._candidate.occupation
        near = {
            row["code"]
            for row in self._database.rows("SELECT code FROM occupation_near WHERE neighbour = $1", own or "")
        } | {own, None}
        near = near if own is not None else {row["occupation_code"] for row in rows}
        close = [row for row in rows if row["occupation_code"] in near or not told.narrows(row)]
        lines = [f"{told.title(row)} : {self._recomputed(row)}" for row in close[:MOST_LOOKED_AT]]
        if len(close) > MOST_LOOKED_AT:
            lines.append(f"{counted(len(close) - MOST_LOOKED_AT, 'envoi')} de plus, plus anciens.")
        if len(close) < len(rows):
            lines.append(f"{counted(len(rows) - len(close), 'envoi')} pour un autre métier que le sien ou ses voisins.")
        return Part(
            "Envois récents pour lesquels cette personne n'a pas été proposée",
            f"{counted(len(rows), 'envoi')} depuis le {paris(self._now - LOOKED_BACK):%d/%m/%Y} sans trace de cette "
            "personne : elle ne figurait pas parmi celles montrées au conseiller. Ce qui suit applique les critères "
            "enregistrés aux données d'aujourd'hui, qui ont pu changer depuis.",
            (),
            tuple(lines),
        )

    def _recomputed(self, row: Row) -> str:
        before = [one for one in self._launches if one["conversation_id"] and one["offer_id"] == row["offer_id"]]
        if before:
            return f"pour cette même offre, contactée lors de l'envoi du {told.moment(before[-1]['launched_utc'])}."
        weighed = told.criteria_of(row)
        weights, conditions = weighed or (Weights(), Conditions())
        with_what = "avec les critères enregistrés" if weighed else "avec les réglages de base, faute de mieux"
        offer = self._database.one(
            "SELECT * FROM offer WHERE agency_id = $1 AND offer_id = $2", self._person.agency_id, row["offer_id"]
        )
        if offer is None:
            return "l'offre n'est plus conservée, ce qui l'explique ne peut plus être établi."
        placed = ranking.place_of(
            self._database,
            self._person,
            offers.from_row(offer),
            weights,
            conditions,
            paris(self._now).date(),
            self._candidate.candidate_id,
        )
        if placed.excluded_by is not None:
            return f"{with_what}, non proposée : {told.lower(placed.excluded_by)}."
        assert placed.ranked is not None
        basis = told.json_of(row["basis"])
        shown = f" ; {counted(basis['shown'], 'personne')} montrées au conseiller" if basis.get("shown") else ""
        reasons = " ; ".join(
            f"{told.lower(WEIGHT_LABELS.get(reason.criterion, reason.criterion))} : {reason.sentence}"
            for reason in placed.ranked.reasons
        )
        return (
            f"{with_what}, place {number(placed.place or 0)} sur {number(placed.people)}, note "
            f"{told.points(placed.ranked.score)} sur 100{shown}. {reasons[:1].upper() + reasons[1:]}"
        ).strip()


# The launches that say something of the person, however old; and of late, those that say nothing.
_LAUNCHES = """
    SELECT c.campaign_id, c.offer_id, c.launched_utc, c.launched_by, c.considered, c.criteria, c.basis, o.title,
           o.occupation_code,
           p.place, p.chosen, p.removal, p.score, p.points, p.shown_utc,
           v.conversation_id, v.opened_utc, v.state, v.verdict, v.verdict_reason, v.verdict_by, v.verdict_utc
    FROM campaign c
    LEFT JOIN offer o ON o.agency_id = c.agency_id AND o.offer_id = c.offer_id
    LEFT JOIN proposal p ON p.agency_id = c.agency_id AND p.campaign_id = c.campaign_id AND p.candidate_id = $2
    LEFT JOIN conversation v ON v.agency_id = c.agency_id AND v.campaign_id = c.campaign_id AND v.candidate_id = $2
    WHERE c.agency_id = $1 AND (p.candidate_id IS NOT NULL OR v.conversation_id IS NOT NULL
        OR CAST(c.campaign_id AS TEXT) = ANY($3::TEXT[]) OR c.launched_utc > $4)
    ORDER BY c.launched_utc DESC, c.campaign_id
"""
_ENTRIES = """
    SELECT happened_utc, actor, act, subject, detail, reason, verdict, automaton, model, prompt FROM journal
    WHERE agency_id = $1 AND candidate_id = $2 ORDER BY happened_utc, chain, sequence
"""
