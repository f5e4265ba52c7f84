"""How long each kind of data is kept, from when, what happens then, and why: one row a kind, and every table in one.

The sources of the reasons: GDPR (regulation (EU) 2016/679), the CNIL's guide on retention periods ("Guide pratique :
les durées de conservation", July 2020), AI Act (regulation (EU) 2024/1689), code des postes (CPCE).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from ftcore.database import Database, Transaction
from ftcore.errors import FtError
from ftcore.model import Person
from ftcore.trust import access, journal, sessions

# What stands in place of the number of a person who was forgotten, before a random key.
FORGOTTEN = "effacé "


class Fate(StrEnum):
    """What happens at the end, in French as it is shown."""

    ERASED = "supprimé"
    EMPTIED = "texte vidé"
    UNLINKED = "détaché de la personne"
    HASHED = "remplacé par une empreinte"


class Span(StrEnum):
    DAYS = "jours"
    MONTHS = "mois"


@dataclass(frozen=True, slots=True)
class Rule:
    """A kind of data. `least` and `most` bound what an administrator may set; equal bounds cannot be set.

    `since` is from when the time runs, `reason` the law or the purpose; both in French, for the screen.
    """

    kind: str
    label: str
    tables: tuple[str, ...]
    fate: Fate
    span: Span
    default: int
    least: int
    most: int
    since: str
    reason: str

    @property
    def is_settable(self) -> bool:
        return self.least < self.most

    def before(self, amount: int, now: datetime) -> datetime:
        """The instant before which data of this kind has had its time."""
        return now - timedelta(days=amount) if self.span is Span.DAYS else months_before(now, amount)


_LIMIT = "RGPD, art. 5(1)(e) : pas plus longtemps qu'il ne faut"

# As long as a browser may show the cookie of a session again.
_SESSION = sessions.KEPT.days

RULES = (
    Rule("message_text", "Texte des SMS envoyés", ("message", "message_event"), Fate.EMPTIED, Span.MONTHS, 12, 3, 24,
         "le départ du SMS", f"{_LIMIT} ; un an suffit à répondre à une réclamation sur un échange."),
    Rule("reply_text", "Texte des réponses reçues", ("reply",), Fate.EMPTIED, Span.MONTHS, 12, 3, 24,
         "la réception", f"{_LIMIT} ; ce que la personne a écrit peut en dire plus qu'il ne faut (art. 5(1)(c))."),
    Rule("note", "Notes et motifs des conseillers", ("thread_event", "conversation"), Fate.EMPTIED, Span.MONTHS, 12, 3,
         24, "la note ou la décision", f"{_LIMIT} ; la décision et sa date restent, le commentaire libre non."),
    Rule("example", "Lectures corrigées, noms et numéros masqués", ("reply_example",), Fate.ERASED, Span.MONTHS, 12, 6,
         24, "la correction", f"{_LIMIT} ; elles servent à améliorer la lecture, le temps d'un apprentissage."),
    Rule("conversation", "Lien entre un échange et la personne",
         ("conversation", "message", "reply", "thread_event", "comparison_assignment", "outcome", "work_waiting"),
         Fate.UNLINKED, Span.MONTHS, 24, 6, 36, "le dernier échange avec la personne",
         f"{_LIMIT} ; CNIL : deux ans après le dernier contact, comme pour une candidature. Les compteurs restent, "
         "sans personne."),
    Rule("skeleton", "Échanges déjà détachés : états, dates, lectures",
         ("conversation", "message", "message_event", "reply", "thread_event", "prerequisite_check",
          "comparison_assignment", "satisfaction"), Fate.ERASED, Span.MONTHS, 36, 24, 72, "l'ouverture de l'échange",
         f"{_LIMIT} ; trois ans pour évaluer les effets (suivi, AI Act, art. 26). Les compteurs de Mesures restent."),
    Rule("left", "Personnes sorties de la liste", ("candidate", "candidate_trait", "conversation"), Fate.ERASED,
         Span.MONTHS, 12, 1, 24, "la sortie de la liste",
         f"{_LIMIT} ; la personne n'est plus suivie par l'agence. Ses traits déclarés partent avec elle."),
    Rule("proposal", "Qui a été proposé pour quelle offre", ("proposal",), Fate.UNLINKED, Span.MONTHS, 24, 6, 36,
         "la proposition", f"{_LIMIT} ; le temps de répondre à « pourquoi moi, pourquoi pas moi » (AI Act, art. 86)."),
    Rule("callback_text", "Retours bruts de la passerelle", ("callback",), Fate.EMPTIED, Span.DAYS, 30, 7, 90,
         "la lecture du retour", f"{_LIMIT} ; une fois lus, ils ne servent qu'à chercher une panne récente."),
    Rule("callback", "Empreintes des retours déjà lus", ("callback",), Fate.ERASED, Span.MONTHS, 6, 3, 12,
         "la réception", "Sécurité (RGPD, art. 32) : un retour rejoué ne compte pas deux fois."),
    Rule("chat", "Conversations et brouillons de l'assistant", ("chat", "chat_turn", "chat_acceptance"), Fate.EMPTIED,
         Span.MONTHS, 6, 1, 12, "le dernier changement",
         f"{_LIMIT} ; le document validé est gardé comme offre, le brouillon ne sert plus. Les notes restent."),
    Rule("model_use", "Demandes au modèle de langue, sans texte", ("model_use", "model_day"), Fate.ERASED, Span.MONTHS,
         13, 2, 24, "la demande", "Suivi des coûts, d'un mois à celui de l'année d'avant ; aucune personne."),
    Rule("decision_time", "Durées des décisions et pouces, sans auteur", ("decision_time", "thumb"), Fate.ERASED,
         Span.MONTHS, 36, 12, 72, "la décision", "Contrôle humain (AI Act, art. 14) ; de l'agence, jamais d'un agent."),
    Rule("sandbox", "SMS du banc d'essai", ("sandbox_sms",), Fate.ERASED, Span.DAYS, 30, 1, 90, "le SMS",
         f"{_LIMIT} ; le banc d'essai ne sert qu'à montrer et à essayer."),
    Rule("journal", "Journal des actes, sous pseudonyme",
         ("journal", "journal_head", "journal_checkpoint", "journal_reason"), Fate.ERASED, Span.MONTHS, 24, 6,
         72, "l'acte",
         "AI Act, art. 19 et 26(6) : six mois au moins, quoi qu'il soit effacé d'autre ; RGPD, art. 5(2)."),
    Rule("objection", "Numéros opposés que plus aucune fiche ne porte", ("opt_out", "opt_out_kept"), Fate.HASHED,
         Span.DAYS, 0, 0, 0, "la nuit suivante", "RGPD, art. 21(3) et CPCE, art. L34-5 : l'opposition tient sans "
         "limite, sans que le numéro reste."),
    Rule("session", "Sessions des agents", ("sign_in_session",), Fate.ERASED, Span.DAYS, _SESSION, _SESSION, _SESSION,
         "la connexion",
         "Sécurité (RGPD, art. 32) : aussi longtemps qu'un navigateur peut montrer le même cookie."),
    Rule("purge_run", "Comptes rendus des purges", ("purge_run",), Fate.ERASED, Span.MONTHS, 24, 24, 24, "la purge",
         "RGPD, art. 5(2) : pouvoir montrer que les durées sont tenues ; aucune personne."),
    Rule("backup", "Sauvegardes de la base", (), Fate.ERASED, Span.DAYS, 30, 1, 90, "la sauvegarde",
         "RGPD, art. 17 et 32 : une sauvegarde ne fait pas revenir longtemps ce qui a été effacé."),
)  # fmt: skip

# Tables that no rule empties, and why they may stay.
KEPT: dict[str, str] = {
    "agency": "Les agences : aucune personne.",
    "occupation": "Référentiel ROME : public.",
    "occupation_title": "Référentiel ROME : public.",
    "occupation_skill": "Référentiel ROME : public.",
    "occupation_near": "Référentiel ROME : public.",
    "skill": "Référentiel ROME : public.",
    "department": "Référentiel des départements : public.",
    "commune": "Référentiel des communes : public.",
    "commune_postcode": "Référentiel des communes : public.",
    "reference_load": "Quel référentiel sert : aucune personne.",
    "offer": "Les offres d'emploi parlent d'un employeur et d'un poste, pas d'un demandeur d'emploi.",
    "offer_closing": "Le message commun d'une offre close : approuvé une fois pour toutes, sans nom.",
    "campaign": "Une campagne compte des personnes et n'en nomme aucune.",
    "campaign_trait_count": "Des comptes par groupe, de personne en particulier. Ils survivent à ceux qu'ils comptent.",
    "conversation_trait": "Des groupes (sexe, tranche d'âge…) d'un échange, sans identité : pour l'équité.",
    "pool_size": "Des comptes par métier.",
    "outcome_sum": "Des sommes par campagne.",
    "outcome_check": "Des comptes par question posée.",
    "outcome_twice": "Des jours et des comptes par échange : aucune personne.",
    "outcome_due": "Une file d'attente de quelques secondes.",
    "comparison": "La définition d'une comparaison : aucune personne.",
    "comparison_count": "Des comptes par bras.",
    "prompt": "Les consignes de l'assistant : aucune personne.",
    "weight_profile": "Des pondérations nommées : aucune personne.",
    "sending_rule": "Les réglages d'envoi d'une agence.",
    "sms_template": "Les modèles de SMS : aucune personne.",
    "launch_turn": "Des compteurs techniques.",
    "sending_slot": "Une horloge technique.",
    "callback_secret": "Des empreintes de secrets.",
    "fetch_mark": "Un repère technique.",
    "baseline": "Les hypothèses des gains : aucune personne.",
    "pilot_plan": "Des noms d'agences.",
    "pilot_outcome": "Des résultats d'agences.",
    "labelled_run": "Des mesures sur des messages inventés.",
    "privacy_mark": "Le repère de la clé des oppositions, et la date de la dernière réécriture demandée.",
    "retention_rule": "Les durées choisies.",
    "schema_migration": "La version de la base.",
    "account": "Les agents : nom donné par le fournisseur d'identité, rôles, agence. Pour rendre compte.",
}

BY_KIND = {rule.kind: rule for rule in RULES}


def months_before(instant: datetime, months: int) -> datetime:
    """The same instant so many months before, or the last of that month where it has no such day."""
    count = instant.year * 12 + instant.month - 1 - months
    for day in range(instant.day, 0, -1):
        try:
            return instant.replace(year=count // 12, month=count % 12 + 1, day=day)
        except ValueError:
            continue
    raise AssertionError("unreachable")


def amounts(reader: Transaction) -> dict[str, int]:
    """How long each kind is kept now, by kind: what was set, within the bounds of today's program, or the default."""
    kept = {row["kind"]: row["amount"] for row in reader.rows("SELECT kind, amount FROM retention_rule")}
    return {rule.kind: min(max(kept.get(rule.kind, rule.default), rule.least), rule.most) for rule in RULES}


def set_amount(database: Database, person: Person, kind: str, amount: int, now: datetime) -> None:
    """Keep a kind for another time, from the next purge on. Raises FtError outside the bounds."""
    access.require(person, "change retention")
    rule = BY_KIND[kind]
    if not rule.is_settable or not rule.least <= amount <= rule.most:
        raise FtError(
            f"« {rule.label} » : la durée va de {rule.least} à {rule.most} {rule.span.value}. Rien n'a changé."
            if rule.is_settable
            else f"« {rule.label} » : cette durée n'est pas réglable. Rien n'a changé."
        )

    def write(tx: Transaction) -> None:
        before = amounts(tx)[kind]
        if before == amount:
            return
        tx.execute(
            "INSERT INTO retention_rule (kind, amount, changed_by, changed_utc) VALUES ($1, $2, $3, $4) "
            "ON CONFLICT (kind) DO UPDATE SET amount = excluded.amount, changed_by = excluded.changed_by, "
            "changed_utc = excluded.changed_utc",
            kind,
            amount,
            person.person_id,
            now,
        )
        detail = f"{before} → {amount} {rule.span.name.lower()}"
        journal.record(tx, person.agency_id, person.person_id, "retention changed", kind, now, detail)

    database.transact(write)
