"""Fairness at each step, from who looks for the job to who is introduced: rates by group, never a name.

At each step the rate of each group of a trait is set against that of the best-off group: the ratio with its 95 %
interval (Walter 1975, half a count added), and Fisher's exact test, corrected after Holm (1979) for all the
comparisons of the period, as whoever looks at sixty of them would find three by chance. A difference is observed;
what it is due to, these figures do not say. The best-off group is found in the same figures, which makes ratios look
a little lower than they are.

Small groups: under 30 people a group is "too few", without rate or counts. Where what is hidden of a trait adds up
to fewer than 30, the counts of the smallest group that is shown are withheld too (its rate stays, in whole percents),
or a subtraction from a total would give them away. Traits are shown one at a time, never crossed.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import date, timedelta
from uuid import UUID

from ftcore.database import Database, Row, Transaction
from ftcore.insight import outcomes
from ftcore.insight.scope import agencies_for, agencies_of, midnight
from ftcore.insight.traits import TRAITS, UNKNOWN, group_columns
from ftcore.model import Person
from ftcore.trust import access

# Under this base a group is not shown.
FEW = 30
# Found where the corrected test says that chance alone would rarely do it.
LEVEL = 0.05
# The four-fifths rule of the US guidelines of 1978: a point of orientation, not French law.
FOUR_FIFTHS = 0.8


@dataclass(frozen=True, slots=True)
class Step:
    """One step: whose share (`base`) came how far (`count`), in words. `files`: a person counts once an offer."""

    label: str
    base: str
    count: str
    share: str
    files: bool = False


STEPS: dict[str, Step] = {
    "listed": Step(
        "Proposition", "Cherchent ce métier", "Proposées par la liste",
        "la part des personnes cherchant le métier de l'offre que la liste a proposées", files=True,
    ),
    "selected": Step(
        "Choix", "Proposées", "Choisies", "la part des personnes proposées qui ont été choisies", files=True,
    ),
    "contacted": Step(
        "Contact", "Choisies", "Contactées", "la part des personnes choisies qui ont été contactées", files=True,
    ),
    "delivered": Step(
        "Remise", "SMS envoyé", "Jointes", "la part des personnes à qui un SMS a été envoyé et qui l'ont reçu",
    ),
    "replied": Step("Réponse", "Jointes", "Ont répondu", "la part des personnes jointes qui ont répondu"),
    "qualified": Step(
        "Préqualification", "Ont répondu", "Préqualifiées",
        "la part des personnes ayant répondu qui sont préqualifiées",
    ),
    "retained": Step(
        "Décision", "Préqualifiées", "Retenues", "la part des personnes préqualifiées qu'un conseiller a retenues",
    ),
    "introduced": Step(
        "Mise en relation", "Jointes", "Mises en relation",
        "la part des personnes jointes qui ont été mises en relation",
    ),
    "reached": Step(
        "Au moins un contact", "Dans le fichier", "Contactées au moins une fois",
        "la part des personnes du fichier contactées au moins une fois",
    ),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Group:
    """One group at one step. None is hidden, or cannot be said.

    `rate` with its Wilson interval (0..1); `ratio` to the best-off group with its interval; `p` of Fisher's test and
    `p_adjusted` after Holm. `too_few`: under 30 people. The unknown are shown but not compared.
    """

    key: str
    label: str
    spoken: str
    base: int | None = None
    count: int | None = None
    rate: float | None = None
    low: float | None = None
    high: float | None = None
    ratio: float | None = None
    ratio_low: float | None = None
    ratio_high: float | None = None
    p: float | None = None
    p_adjusted: float | None = None
    is_best: bool = False
    too_few: bool = False

    @property
    def differs(self) -> bool:
        """Whether the group is told apart from the best-off one."""
        return self.p_adjusted is not None and self.p_adjusted < LEVEL

    @property
    def is_to_watch(self) -> bool:
        """Told apart if this had been the only question; among all that were asked, it may be chance."""
        return self.p is not None and self.p < LEVEL and not self.differs


@dataclass(frozen=True, slots=True)
class Comparison:
    """The groups of one trait at one step, the unknown last."""

    step: str
    trait: str
    groups: tuple[Group, ...]

    @property
    def best(self) -> Group | None:
        return next((group for group in self.groups if group.is_best), None)

    @property
    def compared(self) -> tuple[Group, ...]:
        """The groups set against the best-off one, the lowest ratio first."""
        found = [group for group in self.groups if group.ratio is not None and not group.is_best]
        return tuple(sorted(found, key=lambda group: group.ratio or 0.0))

    @property
    def differing(self) -> tuple[Group, ...]:
        return tuple(group for group in self.compared if group.differs)


@dataclass(frozen=True, slots=True)
class Fairness:
    """All comparisons of a period; `tests` is how many the correction is for."""

    since: date
    until: date
    comparisons: dict[tuple[str, str], Comparison]
    tests: int
    has_demo: bool

    @property
    def findings(self) -> list[Comparison]:
        """Those in which a group differs, in the order of the steps."""
        return [each for each in self.comparisons.values() if each.differing]


def view(
    database: Database, person: Person, since: date, until: date, agency_ids: Sequence[UUID] | None = None
) -> Fairness:
    """Every step and trait of a period (inclusive Paris days of the opening SMS, or of the launch).

    Evaluators see all agencies, or some; a team lead sees the own one. Raises NotAllowed.
    """
    access.require(person, "see evaluation")
    agency_ids = agencies_for(person, agency_ids)
    where = [agency_ids is None, list(agency_ids or ())]
    values = [midnight(since), midnight(until + timedelta(days=1)), *where]
    # Another replica may be counting for long: what it has not committed yet is shown the next time.
    with suppress(*database.conflicts):
        outcomes.refresh(database)
    with database.snapshot() as reader:
        counted = {
            "files": _of_launches(reader, values),
            "people": reader.rows(_PEOPLE, since, until, *where),
            "pool": reader.rows(_POOL.format(groups=group_columns(until)), *values),
        }
        has_demo = bool(reader.value(_HAS_DEMO, *values))
    found = {
        (step, trait): Comparison(step, trait, _groups(trait, _counts(counted[source], trait, base, count)))
        for step, (source, base, count) in _COUNTED.items()
        for trait in TRAITS
    }
    adjusted, tests = _adjusted(found)
    return Fairness(since, until, adjusted, tests, has_demo)


def agencies(database: Database, person: Person) -> dict[UUID, str]:
    """The agencies that may be looked at, with their names, by name."""
    return agencies_of(database, person)


# Where each step is counted: in which rows, its base, and how many of them came so far.
_COUNTED = {
    "listed": ("files", "seeking", "seeking_listed"),
    "selected": ("files", "considered", "selected"),
    "contacted": ("files", "selected", "contacted"),
    "delivered": ("people", "sent", "delivered"),
    "replied": ("people", "delivered", "replied"),
    "qualified": ("people", "replied", "qualified"),
    "retained": ("people", "qualified", "retained"),
    "introduced": ("people", "delivered", "introduced"),
    "reached": ("pool", "people", "contacted"),
}

_LAUNCHES = """
    SELECT n.trait, n.group_name, sum(n.seeking) AS seeking, sum(n.seeking_listed) AS seeking_listed,
           sum(n.considered) AS considered, sum(n.selected) AS selected, sum(n.contacted) AS contacted
    FROM campaign_trait_count n JOIN campaign c ON c.agency_id = n.agency_id AND c.campaign_id = n.campaign_id
    WHERE c.launched_utc >= $1 AND c.launched_utc < $2 AND ($3 OR n.agency_id = ANY($4::UUID[]))
    GROUP BY n.trait, n.group_name
"""


def _of_launches(reader: Transaction, values: Sequence[object]) -> list[Row]:
    """The counts of the launches, each row with the one trait that it is about."""
    return [row | {row["trait"]: row["group_name"]} for row in reader.rows(_LAUNCHES, *values)]


# One row a person, with the latest known group of each trait (keys are in the order of time): whoever was approached
# for two offers counts once, also when one of two merged files did not know the trait. What became of a conversation
# is as Mesures counts it (`outcomes.py`); retained: a counselor put the person forward.
_PEOPLE = """
    WITH person AS (
        SELECT max(t.sex) AS sex, max(t.age_band) AS age_band, max(t.priority_district) AS priority_district,
               max(t.unemployment) AS unemployment, bool_or(o.sent) AS sent, bool_or(o.delivered) AS delivered,
               bool_or(o.replied) AS replied, bool_or(o.qualified) AS qualified,
               bool_or(o.qualified AND o.retained) AS retained, bool_or(o.delivered AND o.introduced) AS introduced
        FROM outcome o
        LEFT JOIN conversation_trait t ON t.agency_id = o.agency_id AND t.conversation_id = o.conversation_id
        WHERE o.day >= $1 AND o.day <= $2 AND ($3 OR o.agency_id = ANY($4::UUID[]))
        GROUP BY o.agency_id, o.person
    )
    SELECT sex, age_band, priority_district, unemployment, count(*) FILTER (WHERE sent) AS sent,
           count(*) FILTER (WHERE delivered) AS delivered, count(*) FILTER (WHERE replied) AS replied,
           count(*) FILTER (WHERE qualified) AS qualified, count(*) FILTER (WHERE retained) AS retained,
           count(*) FILTER (WHERE introduced) AS introduced
    FROM person GROUP BY sex, age_band, priority_district, unemployment
"""

# The pool as it is now, in the groups of the period's last day: whom nobody opened a conversation with.
_POOL = """
    SELECT {groups}, count(*) AS people, count(v.candidate_id) AS contacted
    FROM candidate c
    LEFT JOIN candidate_trait t ON t.agency_id = c.agency_id AND t.candidate_id = c.candidate_id
    LEFT JOIN (
        SELECT DISTINCT agency_id, candidate_id FROM conversation WHERE opened_utc >= $1 AND opened_utc < $2
    ) v ON v.agency_id = c.agency_id AND v.candidate_id = c.candidate_id
    WHERE c.left_utc IS NULL AND ($3 OR c.agency_id = ANY($4::UUID[])) GROUP BY 1, 2, 3, 4
"""

_HAS_DEMO = """
    SELECT coalesce(bool_or(demo), false) FROM campaign
    WHERE launched_utc >= $1 AND launched_utc < $2 AND ($3 OR agency_id = ANY($4::UUID[]))
"""


def _counts(rows: Sequence[Row], trait: str, base: str, count: str) -> dict[str, tuple[int, int]]:
    """How many of how many came so far, by group of the trait."""
    bases: Counter[str] = Counter()
    counts: Counter[str] = Counter()
    for row in rows:
        if trait in row:
            group = row[trait] or UNKNOWN
            bases[group] += int(row[base])
            counts[group] += int(row[count])
    return {group: (counts[group], bases[group]) for group in (*TRAITS[trait].groups, UNKNOWN)}


def _groups(trait: str, counted: Mapping[str, tuple[int, int]]) -> tuple[Group, ...]:
    """The groups with their rates and ratios; what could point at somebody is left out."""
    from statsmodels.stats.proportion import proportion_confint

    big = [key for key in TRAITS[trait].groups if counted[key][1] >= FEW]
    best = max(big, key=lambda key: counted[key][0] / counted[key][1], default=None)
    if best is not None and (len(big) < 2 or not counted[best][0]):
        best = None
    withheld = _withheld({key: base for key, (_, base) in counted.items()})
    found = []
    for key, (label, spoken) in {**TRAITS[trait].groups, UNKNOWN: _UNKNOWN}.items():
        count, base = counted[key]
        group = Group(key, label, spoken, too_few=base < FEW)
        if not group.too_few:
            # As `metrics.rate`, which takes ten times as long for a test that nobody reads.
            low, high = proportion_confint(count, base, method="wilson")
            group = replace(group, base=base, count=count, rate=count / base, low=float(low), high=float(high))
            if best is not None and key != UNKNOWN:
                group = (
                    _set_against(group, count, base, *counted[best])
                    if key != best
                    else replace(group, ratio=1.0, is_best=True)
                )
        found.append(_without_counts(group) if key == withheld else group)
    return tuple(found)


_UNKNOWN = ("Non renseigné", "les personnes dont ce n'est pas renseigné")


def _withheld(bases: Mapping[str, int]) -> str | None:
    """The group whose counts are withheld so that no subtraction gives the hidden ones away."""
    hidden = sum(base for base in bases.values() if base < FEW)
    shown = [key for key, base in bases.items() if base >= FEW]
    return min(shown, key=lambda key: bases[key]) if 0 < hidden < FEW and shown else None


def _without_counts(group: Group) -> Group:
    def whole(share: float | None) -> float | None:
        return None if share is None else round(share, 2)

    return replace(
        group, base=None, count=None, rate=whole(group.rate), low=whole(group.low), high=whole(group.high),
        ratio=whole(group.ratio), ratio_low=whole(group.ratio_low), ratio_high=whole(group.ratio_high),
    )  # fmt: skip


def _set_against(group: Group, count: int, base: int, best_count: int, best_base: int) -> Group:
    """The group with its ratio to the best-off one. Where everybody came so far in both, there is nothing to test."""
    from scipy.stats import fisher_exact
    from statsmodels.stats.proportion import confint_proportions_2indep

    ratio = (count / base) / (best_count / best_base)
    if count == base and best_count == best_base:
        return replace(group, ratio=1.0, p=1.0)
    low, high = confint_proportions_2indep(
        count, base, best_count, best_base, compare="ratio", method="log-adjusted", alpha=0.05
    )
    table = [[count, base - count], [best_count, best_base - best_count]]
    p = float(fisher_exact(table).pvalue)
    # With no count at all, half a count added would leave the ratio that was observed outside.
    return replace(group, ratio=ratio, ratio_low=min(float(low), ratio), ratio_high=max(float(high), ratio), p=p)


def _adjusted(
    found: Mapping[tuple[str, str], Comparison],
) -> tuple[dict[tuple[str, str], Comparison], int]:
    """The comparisons with their tests corrected for all of them together, and how many tests those are."""
    from statsmodels.stats.multitest import multipletests

    tests = [group.p for each in found.values() for group in each.groups if group.p is not None]
    corrected = iter(multipletests(tests, method="holm")[1]) if tests else iter(())
    return {
        key: replace(
            each,
            groups=tuple(
                group if group.p is None else replace(group, p_adjusted=float(next(corrected))) for group in each.groups
            ),
        )
        for key, each in found.items()
    }, len(tests)
