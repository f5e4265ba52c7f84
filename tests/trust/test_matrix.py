"""Who may do what, function by function: every one that a page or a command calls, as each role, at home and abroad.

The functions are found, not listed: one that takes a person and a database and has no row here fails. Of each:
a role that may not is refused before a statement runs; one that may is not; and somebody of another agency who asks
by the ids of this one learns as little as by ids of nothing, and changes nothing.
"""

from __future__ import annotations

import ast
import importlib
import inspect
import pkgutil
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

import ftcore
from ftcore.database import Row
from ftcore.database.copy import TABLES
from ftcore.database.embedded import DuckDatabase, _DuckTransaction
from ftcore.drafting import chats
from ftcore.drafting.generation import Generation
from ftcore.drafting.offline import OfflineWriter
from ftcore.errors import FtError, NotAllowed
from ftcore.insight import report
from ftcore.insight.metrics import Filters
from ftcore.insight.scope import Scope
from ftcore.matching import reference
from ftcore.matching.criteria import Conditions, Weights
from ftcore.matching.occupations import OccupationIndex
from ftcore.model import Answer, CampaignState, Met, Role, Verdict
from ftcore.outreach import settling
from ftcore.outreach.caps import Caps
from ftcore.outreach.templates import DEFAULTS, Kind
from ftcore.outreach.worklist import WorkList
from ftcore.rights.erasure import Reason
from ftcore.settings import Settings
from ftcore.trust import journal_check
from ftcore.trust.access import PERMISSIONS
from ftcore.trust.journal_search import Wanted

from .two_agencies import ANY, HOURS, NOW, PERSONS, Agency, definition, marks, nowhere, rows_of, settle

INDEX = OccupationIndex([("G1803", "Serveur")])
TAKEN = {"adapters", "commands", "database", "demo", "schema", "webhooks"}
COUNTRY = Scope(date(2026, 10, 1), date(2026, 12, 1))
PROMPT = '+++\nname = "relance"\nversion = 1\ntitle = "Relance"\n[[inputs]]\nname = "x"\nlabel = "X"\n+++\nRelance.'


@dataclass(frozen=True)
class Rule:
    """What a function asks for, and how to call it: arguments that are not `usual`, from the agency they are of.

    `abroad`: what it is asked about is another agency's, or nobody's; without, it has only the person's own to give.
    """

    permission: str
    more: Callable[[Agency], dict[str, Any]] = lambda _: {}
    abroad: bool = True
    countrywide: bool = field(default=False, kw_only=True)
    # Whoever answers a person about what is kept of them must read who they are.
    names: bool = field(default=False, kw_only=True)


def of(**more: Any) -> Callable[[Agency], dict[str, Any]]:
    return lambda agency: {name: value(agency) if callable(value) else value for name, value in more.items()}


def there(agency: Agency) -> Scope:
    return replace(COUNTRY, agency_id=agency.agency_id)


ASSISTANT, OFFERS, FIGURES, EVALUATION = "write with the assistant", "write offers", "see figures", "see evaluation"
CANDIDATES, TALKS, SMS, RULES = "see candidates", "read conversations", "send messages", "see sending rules"
LOTS, REFERENTIAL, EVERY = "define comparisons", "import", "see all agencies"

RIGHTS, JOURNAL = "answer rights", "see journal"

MATRIX: dict[str, Rule] = {
    "insight.explanation.explain": Rule("explain contacts", names=True),
    "insight.explanation.taken_along": Rule("explain contacts", of(form="pdf")),
    "matching.ranking.place_of": Rule("explain contacts", names=True),
    "operations.facts.facts_of": Rule("see service state", of(settings=Settings()), False),
    "rights.erasure.erase": Rule(RIGHTS, of(typed="D1", reason=Reason.ASKED)),
    "rights.erasure.subject_of": Rule(RIGHTS, names=True),
    "rights.erasure.weigh": Rule(RIGHTS),
    "rights.people.correct": Rule(RIGHTS, of(changes={"first_name": "Awa"})),
    "rights.people.export": Rule(RIGHTS, names=True),
    "rights.people.file_of": Rule(RIGHTS, names=True),
    "rights.people.find": Rule(RIGHTS, of(text=PERSONS), False, names=True),
    "rights.purge.purge_by": Rule("purge", abroad=False),
    "rights.purge.raw_since": Rule("see retention", abroad=False),
    "rights.purge.runs": Rule("see retention", abroad=False),
    "rights.purge.weigh": Rule("see retention", abroad=False),
    "rights.register.register": Rule("see register", of(settings=Settings()), False),
    "trust.accounts.listed": Rule("manage accounts", abroad=False, names=True),
    "trust.accounts.withhold": Rule(
        "manage accounts", of(account_id=lambda agency: agency.ids["account_id"], roles=[Role.COUNSELOR])
    ),
    "trust.journal_check.start": Rule(JOURNAL, abroad=False),
    "trust.journal_proof.verify_own": Rule(JOURNAL, abroad=False),
    "trust.journal_search.export": Rule("export journal", of(wanted=Wanted()), False),
    "trust.journal_search.find": Rule(JOURNAL, of(wanted=Wanted()), False),
    "trust.journal_search.known": Rule(JOURNAL, abroad=False),
    "trust.retention.set_amount": Rule("change retention", of(kind="chat", amount=5), False),
    "drafting.budget.by_task": Rule(FIGURES, abroad=False),
    "drafting.budget.today": Rule(FIGURES, abroad=False),
    "drafting.chats.accept": Rule(ASSISTANT),
    "drafting.chats.answered": Rule(ASSISTANT, of(outcome=chats.Outcome.COMPLETE, prompt="sms/1", model="essai")),
    "drafting.chats.chat": Rule(ASSISTANT),
    "drafting.chats.chats": Rule(ASSISTANT, abroad=False),
    "drafting.chats.delete": Rule(ASSISTANT),
    "drafting.chats.entries": Rule(ASSISTANT),
    "drafting.chats.rate": Rule(ASSISTANT, of(rating=chats.Rating.UP)),
    "drafting.chats.rename": Rule(ASSISTANT),
    "drafting.chats.replace_material": Rule(ASSISTANT),
    "drafting.chats.say": Rule(ASSISTANT),
    "drafting.chats.start": Rule(ASSISTANT, of(task="sms", materials=[("Notes", "Bonjour")], said="Écris."), False),
    "drafting.chats.take_back_answer": Rule(ASSISTANT),
    "drafting.chats.take_back_message": Rule(ASSISTANT),
    "drafting.chats.usefulness": Rule(FIGURES, abroad=False),
    "drafting.offers.offer": Rule(OFFERS),
    "drafting.offers.offers": Rule(OFFERS, abroad=False),
    "drafting.offers.save": Rule(OFFERS),
    "drafting.offers.save_all": Rule(OFFERS),
    "drafting.prompts.catalogue": Rule(ASSISTANT, abroad=False),
    "drafting.prompts.find": Rule(ASSISTANT, of(name=lambda agency: agency.prompt)),
    "drafting.prompts.publish": Rule("publish prompts", of(text=PROMPT), False),
    "drafting.prompts.withdraw": Rule("publish prompts", of(name=lambda agency: agency.prompt)),
    "drafting.reading_model.structure_with_model": Rule(ASSISTANT, abroad=False),
    "drafting.validation.validate": Rule(OFFERS),
    "drafting.writing.begin": Rule(ASSISTANT),
    "drafting.writing.prepare": Rule(
        ASSISTANT,
        lambda agency: {
            "chat": chats.Chat(agency.ids["chat_id"], "Sans titre", agency.prompt, NOW, NOW),
            "entries": [],
        },
    ),
    "matching.choices.search": Rule(CANDIDATES, of(text=PERSONS), False),
    "matching.criteria.forget_profile": Rule(CANDIDATES, of(name=lambda agency: agency.profile)),
    "matching.criteria.profiles": Rule(CANDIDATES, abroad=False),
    "matching.criteria.save_profile": Rule(CANDIDATES, abroad=False),
    "matching.people_import.import_candidates": Rule(REFERENTIAL, abroad=False),
    "matching.pool.candidate": Rule(CANDIDATES),
    "matching.ranking.near_misses": Rule(CANDIDATES),
    "matching.ranking.rank": Rule(CANDIDATES),
    "matching.reference.import_communes": Rule(REFERENTIAL, of(path=Path("nothing.csv")), False),
    "matching.reference.import_rome": Rule(REFERENTIAL, of(path=Path("nothing.zip")), False),
    "outreach.campaigns.launch": Rule(SMS),
    "outreach.campaigns.preflight": Rule(SMS),
    "outreach.campaigns.set_state": Rule(SMS, of(state=CampaignState.PAUSED)),
    "outreach.closing.close_offer": Rule(SMS, of(body=DEFAULTS[Kind.CLOSING])),
    "outreach.closing.preview": Rule(SMS),
    "outreach.drafted.begin": Rule(TALKS),
    "outreach.numbers.reveal": Rule("reveal numbers"),
    "outreach.progress.progress": Rule(TALKS),
    "outreach.sending_rules.change_caps": Rule("change sending rules", of(caps=Caps()), False),
    "outreach.sending_rules.change_hours": Rule("change sending rules", of(first=9, last=18), False),
    "outreach.sending_rules.change_satisfaction": Rule("change sending rules", of(asked=True), False),
    "outreach.sending_rules.open_hours": Rule(RULES, abroad=False),
    "outreach.sending_rules.resume_sending": Rule("stop sending", abroad=False),
    "outreach.sending_rules.rules": Rule(RULES, abroad=False),
    "outreach.sending_rules.stop_sending": Rule("stop sending", abroad=False),
    "outreach.settling.settle_unknown": Rule(SMS, of(verdict=settling.Verdict.LOST)),
    "outreach.shortlist.hand_over": Rule(TALKS, of(form="Word")),
    "outreach.shortlist.shortlist": Rule(TALKS),
    "outreach.takeover.complain": Rule(TALKS),
    "outreach.takeover.give_back": Rule(SMS),
    "outreach.takeover.note": Rule(TALKS),
    "outreach.takeover.take_over": Rule(SMS),
    "outreach.takeover.write_by_hand": Rule(SMS),
    "outreach.template_versions.in_use": Rule(RULES, abroad=False),
    "outreach.template_versions.save": Rule("change wordings", of(body=DEFAULTS[Kind.OPENING]), False),
    "outreach.template_versions.versions": Rule(RULES, abroad=False),
    "outreach.threads.correct": Rule(TALKS),
    "outreach.threads.decide": Rule(TALKS, of(verdict=Verdict.TO_SEE)),
    "outreach.threads.details": Rule(TALKS),
    "outreach.threads.reopen": Rule(TALKS),
    "outreach.threads.seen": Rule(TALKS),
    "outreach.threads.settle_prerequisite": Rule(TALKS, of(position=0, met=Met.MET)),
    "outreach.trial.send_trial": Rule(SMS, of(phone="06 39 98 00 01")),
    "outreach.worklist.counts": Rule(TALKS),
    "outreach.worklist.worklist": Rule(TALKS, of(which=WorkList.CALL)),
    "insight.baselines.change": Rule(
        "change baselines", of(name="contact_minutes", value=7.0, low=3.0, high=12.0, source="Relevé"), False
    ),
    "insight.baselines.current": Rule(EVALUATION, abroad=False),
    "insight.baselines.versions": Rule(EVALUATION, of(name="contact_minutes"), False),
    "insight.comparison_counts.pace": Rule(LOTS, abroad=False),
    "insight.comparison_results.export": Rule(EVALUATION),
    "insight.comparison_results.result": Rule(EVALUATION),
    "insight.comparisons.comparisons": Rule(EVALUATION, abroad=False),
    "insight.comparisons.define": Rule(LOTS, abroad=False),
    "insight.comparisons.discard": Rule(LOTS),
    "insight.comparisons.faults_of": Rule(LOTS, abroad=False),
    "insight.comparisons.found": Rule(EVALUATION),
    "insight.comparisons.start": Rule(LOTS),
    "insight.comparisons.stop": Rule(LOTS),
    "insight.fairness.agencies": Rule(EVALUATION, abroad=False),
    "insight.fairness.view": Rule(EVALUATION, of(agency_ids=lambda agency: [agency.agency_id])),
    "insight.figures.choices": Rule(FIGURES, of(agency_id=lambda agency: agency.agency_id)),
    "insight.figures.view": Rule(
        FIGURES, lambda agency: {"filters": Filters(COUNTRY.since, COUNTRY.until, (agency.agency_id,))}
    ),
    "insight.gains.measured": Rule(EVALUATION, of(scope=there)),
    "insight.negatives.complaints": Rule(EVALUATION, of(scope=there)),
    "insight.negatives.halts": Rule(EVALUATION, of(scope=there)),
    "insight.negatives.not_reached": Rule(EVALUATION, of(scope=there)),
    "insight.negatives.wrong_readings": Rule(EVALUATION, of(scope=there)),
    "insight.oversight.by_kind": Rule(EVALUATION, of(scope=there)),
    "insight.oversight.pace": Rule(EVALUATION, of(scope=there)),
    "insight.pilot.designate": Rule(
        "change baselines",
        of(start_month=date(2026, 11, 1), measure="Retours à l'emploi", pilots=["X"], controls=["Y"]),
        False,
    ),
    "insight.pilot.imported": Rule(EVERY, abroad=False),
    "insight.pilot.own": Rule(EVERY, abroad=False),
    "insight.pilot.plan": Rule(EVERY, abroad=False),
    "insight.pilot_file.import_outcomes": Rule(
        "change baselines", of(content=b"agence;mois;numerateur;denominateur\nX;2026-09;1;2\n"), False
    ),
    "insight.reading_quality.drift": Rule(EVALUATION, of(scope=there)),
    "insight.reading_quality.reviewed": Rule(EVALUATION, of(scope=there)),
    "insight.reading_quality.run_labelled": Rule(EVALUATION, of(parts=[("heldout", [])]), False),
    "insight.reading_quality.runs": Rule(EVALUATION, of(part="heldout"), False),
    "insight.report.monthly": Rule(FIGURES, of(month="2026-11", agency=lambda agency: agency.name)),
    "insight.research_export.export": Rule("export for research", of(scope=there, k=5), False),
    "insight.satisfaction.give_thumb": Rule(CANDIDATES, of(about="ranking", up=True), False),
    "insight.satisfaction.seekers": Rule(EVALUATION, of(scope=there)),
    "insight.satisfaction.thumbs": Rule(EVALUATION, of(scope=there)),
    "insight.scope.agencies_of": Rule(EVALUATION, abroad=False),
    "insight.service_state.service_state": Rule("see service state", abroad=False),
}

# What pages and commands call without a person, and why that is no way around.
NOBODYS = {
    "drafting.budget.metered": "counts the tokens of an agency, also of the automaton; who begins a request is asked",
    "drafting.form.communes": "the public referential",
    "drafting.form.departments": "the public referential",
    "drafting.form.home_department": "the department of an agency, as it is written on its door",
    "drafting.form.occupations": "the public referential",
    "drafting.form.referential_size": "the public referential",
    "drafting.formats.read_france_travail": "reads a file with the public referential; saving is asked",
    "drafting.structure.structure": "reads a text with the public referential",
    "matching.occupations.build_index": "the public referential",
    "matching.occupations.skills_of": "the public referential",
    "matching.reference.load_starter": "the public referential, on the first start",
    "outreach.corrections.export": "a command: who runs one holds the whole database; no name and no number in it",
    "rights.compaction.compact": "a command: who runs one holds the whole database",
    "rights.compaction.compact_if_wanted": "a command: who runs one holds the whole database",
    "rights.compaction.wanted_since": "a date",
    "rights.purge.counted": "a command: who runs one holds the whole database",
    "rights.purge.purge": "a command: who runs one holds the whole database",
    "trust.journal_proof.verify": "a command: who runs one holds the whole database",
    "trust.journal_search.lines": "a command: who runs one holds the whole database",
    "trust.number_keys.load": "a command: who runs one holds the whole database",
    "trust.retention.amounts": "how long each kind of data is kept, the same for everybody",
    "trust.agencies.add": "a command: who runs one holds the whole database",
    "trust.agencies.find": "a command: who runs one holds the whole database",
    "trust.agencies.listed": "a command: who runs one holds the whole database",
    "trust.sessions.resume": "who acts is found out by it",
    "trust.sessions.sign_out": "ends the session of the cookie that came with it, and no other",
    "trust.sessions.take_role": "of the roles that the account has, for the session of the cookie that came with it",
    "trust.callback_secrets.listed": "a command: who runs one holds the whole database",
    "trust.callback_secrets.new": "a command: who runs one holds the whole database",
    "trust.callback_secrets.retire": "a command: who runs one holds the whole database",
}


# Which functions there are


def public_functions() -> dict[str, Callable[..., Any]]:
    """Every public function of the subjects, by its module and name without the package."""
    found = {}
    for module in pkgutil.walk_packages(ftcore.__path__, "ftcore."):
        if module.name.split(".")[1] in TAKEN | {"__main__", "services", "rehearsal"}:
            continue
        for name, thing in vars(importlib.import_module(module.name)).items():
            if inspect.isfunction(thing) and not name.startswith("_") and thing.__module__ == module.name:
                found[f"{module.name.removeprefix('ftcore.')}.{name}"] = thing
    return found


def takes_data(function: Callable[..., Any]) -> bool:
    hints = (str(each.annotation) for each in inspect.signature(function).parameters.values())
    return any(hint in ("Database", "Transaction") for hint in hints)


def called_by_pages_and_commands() -> set[str]:
    """The functions of the subjects that a page or a command names, whichever way it imports them."""
    root = Path(ftcore.__file__).parent
    named = set()
    for file in [*(root.parent / "pages").glob("*.py"), *(root / "commands").glob("*.py"), root / "__main__.py"]:
        tree = ast.parse(file.read_text(encoding="utf-8"))
        imported = {
            alias.asname or alias.name: f"{node.module}.{alias.name}".removeprefix("ftcore.")
            for node in ast.walk(tree)
            if isinstance(node, ast.ImportFrom) and node.module and node.module.startswith("ftcore")
            for alias in node.names
        }
        named |= set(imported.values())
        named |= {
            f"{imported[node.value.id]}.{node.attr}"
            for node in ast.walk(tree)
            if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id in imported
        }
    return {name for name in map(where_it_is_written, named) if name}


def where_it_is_written(name: str) -> str | None:
    """A function by the module that it is written in, though another passes it on; None for anything else."""
    module, _, last = name.rpartition(".")
    try:
        thing = getattr(importlib.import_module(f"ftcore.{module}"), last, None)
    except ModuleNotFoundError:
        return None
    if not inspect.isfunction(thing):
        return None
    return f"{thing.__module__}.{thing.__name__}".removeprefix("ftcore.")


FUNCTIONS = {name: function for name, function in public_functions().items() if takes_data(function)}
SERVICE = {
    name
    for name, function in FUNCTIONS.items()
    if (acting := inspect.signature(function).parameters.get("person")) and str(acting.annotation) == "Person"
}


def test_every_function_that_acts_for_a_person_has_a_rule_and_the_others_a_reason() -> None:
    assert set(MATRIX) == SERVICE, "a function that takes a person and a database stands in MATRIX"
    others = called_by_pages_and_commands() & set(FUNCTIONS) - SERVICE
    assert set(NOBODYS) == others, "what pages and commands call takes a person, or stands in NOBODYS with a reason"
    assert {rule.permission for rule in MATRIX.values()} <= set(PERMISSIONS)


# How they are called


class House(DuckDatabase):
    """A database that counts how often it is asked, and can forget at once what was written."""

    asked = 0
    forgets = False

    @contextmanager
    def read(self) -> Iterator[Any]:
        self.asked += 1
        with super().read() as reader:
            yield reader

    @contextmanager
    def _transaction(self, *, latest: bool = False) -> Iterator[Any]:
        self.asked += 1
        if not self.forgets:
            with super()._transaction(latest=latest) as tx:
                yield tx
            return
        cursor = self._owner.cursor()
        cursor.begin()
        try:
            yield _DuckTransaction(cursor)
        finally:
            cursor.rollback()
            cursor.close()


@dataclass
class World:
    database: House
    home: Agency
    abroad: Agency
    kept: tuple[str, ...]
    stored: list[Row] = field(default_factory=list)

    def call(self, name: str, role: Role, of: Agency) -> Any:
        """Call a function as who has this role at home, about what is of that agency."""
        function, rule = FUNCTIONS[name], MATRIX[name]
        person = self.home.member(role)
        given = self.usual(of) | of.ids | {"person": person} | rule.more(of)
        parameters = inspect.signature(function).parameters.values()
        missing = [
            each.name for each in parameters if each.name not in given and each.default is inspect.Parameter.empty
        ]
        assert not missing, f"{name}: say in its rule what {missing} are"
        arguments = {each.name: given[each.name] for each in parameters if each.name in given}
        if "reader" in arguments:
            with self.database.read() as reader:
                return function(**arguments | {"reader": reader})
        result = function(**arguments)
        if isinstance(result, Generation):
            result.join(30.0)
            return result.text, result.failure
        return result

    def usual(self, of: Agency) -> dict[str, Any]:
        return {
            "database": self.database,
            "reader": None,
            "now": NOW,
            "today": NOW.date(),
            "clock": lambda: NOW,
            "since": COUNTRY.since,
            "until": COUNTRY.until,
            "text": "Un texte.",
            "title": "Un titre",
            "name": "Un nom",
            "body": "Bonjour, êtes-vous là ?",
            "reason": "un motif",
            "hours": HOURS,
            "offer": of.offer,
            "offers": [of.offer],
            "candidate_ids": [of.ids["candidate_id"]],
            "considered": 1,
            "part_price": Decimal("0.05"),
            "answer": Answer.NO,
            "kind": Kind.OPENING,
            "model": OfflineWriter(),
            "cap": 100_000,
            "index": INDEX,
            "weights": Weights(),
            "conditions": Conditions(),
            "definition": definition("Autre essai"),
            "progress": lambda _: None,
            "table": pd.DataFrame({"a": ["1"]}),
            "mapping": {"external_id": "a"},
        }


@pytest.fixture(scope="module")
def world() -> Iterator[World]:
    owner = DuckDatabase.connect(":memory:")
    reference.load_starter(owner)
    house = House(owner._owner, ":memory:")
    home, abroad = settle(house, "A"), settle(house, "B")
    columns = "SELECT table_name FROM information_schema.columns WHERE column_name = 'agency_id'"
    kept = {row["table_name"] for row in house.rows(columns)} & set(TABLES) - {"outcome_due"}
    # What it draws is of figures that `view` gives; drawing takes seconds.
    patch = pytest.MonkeyPatch()
    patch.setattr(report, "pdf", lambda found, *_: repr(found).encode())
    # What runs beside the pages is `verify_own`, which stands here itself.
    patch.setattr(journal_check, "_run", lambda *_: None)
    made = World(house, home, abroad, tuple(sorted(kept)))
    made.stored = rows_of(house, abroad, made.kept)
    yield made
    patch.undo()
    owner.close()


def said(call: Callable[[], Any]) -> tuple[str, str]:
    """How a call ended: the kind of its refusal with the sentence, or what it gave."""
    try:
        with pd.option_context("display.max_rows", None, "display.max_columns", None, "display.max_colwidth", None):
            return "", repr(call())
    except FtError as refusal:
        return type(refusal).__name__, str(refusal)


@pytest.mark.parametrize("name", MATRIX)
def test_a_role_does_what_its_line_says_and_is_refused_the_rest_before_the_database_is_asked(
    world: World, name: str
) -> None:
    world.database.forgets = True
    may = PERMISSIONS[MATRIX[name].permission]
    for role in set(Role) - may:
        world.database.asked = 0
        for agency in (world.home, world.abroad):
            with pytest.raises(NotAllowed):
                world.call(name, role, agency)
        assert world.database.asked == (2 if name == "insight.comparisons.found" else 0)  # it is given a reader
    for role in may:
        kind, sentence = said(lambda role=role: world.call(name, role, world.home))
        assert kind not in ("NotAllowed", "NotFound"), (role, sentence)
        # Asked without an id too, it is all of the own agency; and of persons, it is for who works with them.
        assert not marks("B", ANY if role not in PERMISSIONS["see all agencies"] else PERSONS).search(sentence), role
        for_persons = role in (Role.COUNSELOR, Role.TEAM_LEAD) or MATRIX[name].names
        assert for_persons or not marks("A", PERSONS).search(sentence), role


@pytest.mark.parametrize("name", [name for name, rule in MATRIX.items() if rule.abroad])
def test_what_is_of_another_agency_is_as_if_it_did_not_exist(world: World, name: str) -> None:
    world.database.forgets = False
    for role in PERMISSIONS[MATRIX[name].permission]:
        kind, told = said(lambda role=role: world.call(name, role, world.abroad))
        sentence = without_ids(told)
        assert not marks("B", PERSONS).search(sentence), role
        if role in PERMISSIONS["see all agencies"]:
            continue
        assert not marks("B").search(sentence), role
        nothing = said(lambda role=role: world.call(name, role, nowhere()))
        assert kind == nothing[0]
        if kind:
            assert sentence == without_ids(nothing[1]), role
    assert rows_of(world.database, world.abroad, world.kept) == world.stored


def without_ids(sentence: str) -> str:
    """What somebody gave themselves may be said back to them."""
    return re.sub(r"« [^»]* »", "« … »", sentence)
