"""What fairness is measured by: the traits, their groups, and what is kept of them at a launch.

Traits are declared in the agency's file, never guessed from a name or an address, and stand in a table of their own
that nothing which ranks people reads. Ethnic origin is none of them. Only groups leave the table, one trait at a
time. Sources of the bands: those in which DARES publishes the age and the time out of work of job seekers.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING
from uuid import UUID

from ftcore.database import Transaction

if TYPE_CHECKING:
    from ftcore.matching.choices import Choice

# The columns of a file of job seekers that hold traits, as `candidate_trait` names them.
DECLARED = ("sex", "birth_year", "priority_district", "unemployed_since")
UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Trait:
    """One trait: its French label, and its groups by key, with a label and how one speaks of the people.

    Keys stand in the order of time: somebody who was in two groups within a period counts in the later one.
    """

    label: str
    groups: dict[str, tuple[str, str]]


TRAITS: dict[str, Trait] = {
    "sex": Trait("Sexe", {"f": ("Femmes", "les femmes"), "m": ("Hommes", "les hommes")}),
    "age_band": Trait(
        "Âge",
        {
            "00-24": ("Moins de 25 ans", "les moins de 25 ans"),
            "25-49": ("25 à 49 ans", "les 25 à 49 ans"),
            "50-99": ("50 ans et plus", "les 50 ans et plus"),
        },
    ),
    "priority_district": Trait(
        "Quartier prioritaire",
        {
            "no": ("Hors quartier prioritaire", "les personnes hors quartier prioritaire"),
            "yes": ("En quartier prioritaire", "les personnes en quartier prioritaire"),
        },
    ),
    "unemployment": Trait(
        "Durée sans emploi",
        {
            "00-05": ("Moins de 6 mois", "les personnes sans emploi depuis moins de 6 mois"),
            "06-11": ("6 mois à 1 an", "les personnes sans emploi depuis 6 mois à 1 an"),
            "12-23": ("1 à 2 ans", "les personnes sans emploi depuis 1 à 2 ans"),
            "24-99": ("2 ans et plus", "les personnes sans emploi depuis 2 ans et plus"),
        },
    ),
}


def months_before(day: date, months: int) -> date:
    """The first day of the month so many months before."""
    count = day.year * 12 + day.month - 1 - months
    return date(count // 12, count % 12 + 1, 1)


def group_columns(on: date, table: str = "t") -> str:
    """The four groups of the people of `candidate_trait`, on a day, as SQL columns; NULL is unknown.

    Of the birth only the year is known: the age is the one reached in the year. Of the time out of work, the month.
    """
    since = f"{table}.unemployed_since"
    half, one, two = (months_before(on, months).isoformat() for months in (6, 12, 24))
    return f"""
        {table}.sex AS sex,
        CASE WHEN {table}.birth_year > {on.year - 25} THEN '00-24' WHEN {table}.birth_year > {on.year - 50} THEN '25-49'
             WHEN {table}.birth_year IS NOT NULL THEN '50-99' END AS age_band,
        CASE WHEN {table}.priority_district THEN 'yes' WHEN NOT {table}.priority_district THEN 'no'
             END AS priority_district,
        CASE WHEN {since} > DATE '{half}' THEN '00-05' WHEN {since} > DATE '{one}' THEN '06-11'
             WHEN {since} > DATE '{two}' THEN '12-23' WHEN {since} IS NOT NULL THEN '24-99' END AS unemployment
    """


def keep_declared(tx: Transaction, agency_id: UUID, fields: Sequence[str]) -> None:
    """Keep what the good rows of `arriving`, a file on its way into the pool, declare in these columns.

    Leaves the temporary table `declared`: those of whom something is new. A trait without a column stays as it is,
    an empty cell says that it is unknown.
    """
    names = ", ".join(fields)
    differs = " OR ".join(f"a.{name} IS DISTINCT FROM t.{name}" for name in fields) or "false"
    tx.execute("CREATE TEMPORARY TABLE declared (candidate_id UUID)")
    tx.execute(
        f"""
        INSERT INTO declared SELECT a.candidate_id FROM arriving a
        LEFT JOIN candidate_trait t ON t.agency_id = $1 AND t.candidate_id = a.candidate_id
        WHERE a.good AND ({differs})
        """,
        agency_id,
    )
    if fields:
        tx.execute(
            f"""
            INSERT INTO candidate_trait (agency_id, candidate_id, {names})
            SELECT $1, a.candidate_id, {names} FROM arriving a
            WHERE a.good AND a.candidate_id IN (SELECT candidate_id FROM declared)
            ON CONFLICT (agency_id, candidate_id) DO UPDATE SET {", ".join(f"{n} = excluded.{n}" for n in fields)}
            """,
            agency_id,
        )


def forget(tx: Transaction, agency_id: UUID, candidate_ids: Iterable[UUID]) -> None:
    """Erase what these people declared. The groups of their conversations and the counts stay: they name nobody."""
    tx.execute(
        "DELETE FROM candidate_trait WHERE agency_id = $1 AND candidate_id = ANY($2::UUID[])",
        agency_id,
        list(candidate_ids),
    )


def record_launch(
    tx: Transaction,
    agency_id: UUID,
    campaign_id: UUID,
    occupation: str | None,
    choice: Choice | None,
    asked: Sequence[UUID],
    now: datetime,
) -> None:
    """Keep, in the transaction of a launch whose conversations are open, the groups of all whom it concerned.

    `asked` is whom the launch was to write to. Without a `choice` nobody knows what was chosen from: no counts.
    """
    groups = group_columns(now.date())
    names = ", ".join(TRAITS)
    tx.execute(
        f"""
        INSERT INTO conversation_trait (agency_id, conversation_id, {names})
        SELECT v.agency_id, v.conversation_id, {groups} FROM conversation v
        JOIN candidate_trait t ON t.agency_id = v.agency_id AND t.candidate_id = v.candidate_id
        WHERE v.agency_id = $1 AND v.campaign_id = $2
          AND (t.sex IS NOT NULL OR t.birth_year IS NOT NULL OR t.priority_district IS NOT NULL
               OR t.unemployed_since IS NOT NULL)
        """,
        agency_id,
        campaign_id,
    )
    if choice is None:
        return
    selected = list(dict.fromkeys([*choice.selected, *asked]))
    considered = list(dict.fromkeys([*choice.shown, *choice.removed, *selected]))
    counted = " UNION ALL ".join(
        f"""
        SELECT '{trait}' AS trait, coalesce({trait}, '{UNKNOWN}') AS group_name,
               count(*) FILTER (WHERE seeking), count(*) FILTER (WHERE seeking AND considered),
               count(*) FILTER (WHERE considered), count(*) FILTER (WHERE selected), count(*) FILTER (WHERE contacted)
        FROM one GROUP BY coalesce({trait}, '{UNKNOWN}')
        """
        for trait in TRAITS
    )
    tx.execute(
        f"""
        INSERT INTO campaign_trait_count
            (trait, group_name, seeking, seeking_listed, considered, selected, contacted, agency_id, campaign_id)
        WITH one AS (
            SELECT {groups}, coalesce(c.occupation_code = $3::TEXT AND c.left_utc IS NULL, false) AS seeking,
                   l.candidate_id IS NOT NULL AS considered, s.candidate_id IS NOT NULL AS selected,
                   v.candidate_id IS NOT NULL AS contacted
            FROM candidate c
            LEFT JOIN candidate_trait t ON t.agency_id = c.agency_id AND t.candidate_id = c.candidate_id
            LEFT JOIN (SELECT unnest($4::UUID[]) AS candidate_id) l ON l.candidate_id = c.candidate_id
            LEFT JOIN (SELECT unnest($5::UUID[]) AS candidate_id) s ON s.candidate_id = c.candidate_id
            LEFT JOIN conversation v ON v.agency_id = c.agency_id AND v.campaign_id = $2
                AND v.candidate_id = c.candidate_id
            WHERE c.agency_id = $1 AND (c.occupation_code = $3::TEXT OR l.candidate_id IS NOT NULL)
        )
        SELECT counted.*, $1::UUID, $2::UUID FROM ({counted}) counted
        """,
        agency_id,
        campaign_id,
        occupation,
        considered,
        selected,
    )
