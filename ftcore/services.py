"""The composition: the only module that names concrete adapters. Pages ask `current()`."""

from __future__ import annotations

import secrets
import threading
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path
from uuid import UUID, uuid5

from starlette.routing import Route

from ftcore import demo, ending
from ftcore.adapters import sandbox as sandbox_adapter
from ftcore.adapters.africastalking import AfricasTalkingGateway
from ftcore.adapters.sandbox import Sandbox
from ftcore.database import Database, GroupCommit, utc_now
from ftcore.drafting.assistant import ChatModel
from ftcore.drafting.budget import metered
from ftcore.drafting.generation import Generation
from ftcore.drafting.offline import OfflineWriter
from ftcore.ending import all_at_once
from ftcore.errors import ConfigError
from ftcore.insight.labelled_runs import LabelledRuns
from ftcore.matching import reference
from ftcore.matching.running_imports import RunningImports
from ftcore.model import Person, Role
from ftcore.operations.control import ControlDoor
from ftcore.operations.health import Health, Runs
from ftcore.operations.metrics import MetricsPage
from ftcore.outreach.dispatcher import LEASE, Dispatcher
from ftcore.outreach.second_look import SecondLook
from ftcore.rights import compaction
from ftcore.rights.night import Night
from ftcore.settings import DAILY_TOKENS, Settings, SmsSettings
from ftcore.trust import number_keys
from ftcore.trust.accounts import NO_AGENCY
from ftcore.trust.callback_secrets import KnownSecrets
from ftcore.trust.sessions import Session
from ftcore.webhooks import asgi
from ftcore.webhooks.checks import Limits
from ftcore.webhooks.keeper import DoorKeeper, listen
from ftcore.webhooks.tally import Tally, total

# The namespace of ids that must be the same on every machine.
_LOCAL_AGENCY = uuid5(UUID("6f1d0c4e-7a55-4c0e-9a39-3f0f6f7c2b10"), "local agency")


@dataclass
class Services:
    """Everything that pages and routes use. `sandbox` is None when a real gateway is set.

    `local` is who works here where nobody signs in: in the demo, and at the command line.
    """

    settings: Settings
    database: Database
    model: ChatModel
    group_commit: GroupCommit
    sandbox: Sandbox | None
    local: Session
    callback_secret: str
    dispatcher: Dispatcher | None = field(default=None)
    # The callbacks' door, where it is a process of its own.
    door: DoorKeeper | None = field(default=None)
    # What the door beside the pages has answered.
    tally: Tally = field(default_factory=Tally)
    # Where commands ask this program for a backup.
    control: ControlDoor | None = field(default=None)
    # Answers under way, by conversation: a reload of the page finds its own again.
    generations: dict[UUID, Generation] = field(default_factory=dict)
    # Imports under way go on when their page is left, and are found again.
    imports: RunningImports = field(default_factory=RunningImports)
    labelled_runs: LabelledRuns = field(default_factory=LabelledRuns)
    # A signal and the server's own end may both ask for a rest.
    resting: threading.Lock = field(default_factory=threading.Lock)

    @property
    def acting(self) -> Session:
        """Who acts, asked anew each time: what was true when a page was drawn may have ended since."""
        return _who_acts(self)

    @property
    def person(self) -> Person:
        """Who acts. Raises NotSignedIn where somebody should sign in first."""
        return self.acting.person

    @person.setter
    def person(self, who: Person) -> None:
        self.local = replace(self.local, person=who)

    @property
    def agency_name(self) -> str:
        """The agency of who acts, as people write it."""
        return self.acting.agency_name

    @property
    def daily_tokens(self) -> int:
        """The most tokens that an agency may use in a day."""
        return self.settings.mistral.daily_tokens if self.settings.mistral else DAILY_TOKENS

    @property
    def routes(self) -> list[Route]:
        """The callbacks' door, what watchers ask and, when it is the gateway, the sandbox."""
        door = asgi.routes(self.group_commit, self._known_secrets(), self.wake, self._limits(), self.tally)
        watched = self.health.routes() + self._metrics().routes()
        return door + watched + (self.sandbox.routes() if self.sandbox else [])

    @property
    def health(self) -> Health:
        """Whether this program is ready."""
        return Health(self.database, self.group_commit, self._background)

    def _background(self) -> dict[str, Runs | None]:
        """What must run here, or None for what does not yet."""
        found: dict[str, Runs | None] = {"dispatcher": self.dispatcher}
        if self.settings.callback_listen is not None:
            found["callbacks' door"] = self.door
        return found

    def _metrics(self) -> MetricsPage:
        return MetricsPage(
            self.database,
            self.settings.metrics_token,
            lambda: total([self.tally] + ([self.door.tally] if self.door else [])),
            lambda: self.door.spooled_bytes() if self.door else 0,
        )

    def _known_secrets(self) -> KnownSecrets:
        return KnownSecrets(self.database, self.callback_secret)

    def _limits(self) -> Limits:
        return Limits(allowed=self.settings.callback_allow)

    def start(self, port: int) -> None:
        """Begin to send and to read, once the server listens on `port`."""
        base = f"http://127.0.0.1:{port}"
        door = self._open_door() or base
        if self.sandbox is not None:
            self.sandbox.start(f"{door}/callbacks/{self.callback_secret}")
            sms = SmsSettings(
                sandbox_adapter.USERNAME,
                self.sandbox.key,
                sandbox_adapter.SHORT_CODE,
                f"{base}{sandbox_adapter.PATH}/version1",
            )
        else:
            assert self.settings.sms is not None
            sms = self.settings.sms
        self.start_sending(sms)
        self.listen_to_commands()

    def listen_to_commands(self) -> None:
        """Let commands ask for what only this program can do, where the database is a file of its own."""
        if self.database.exclusive and self.database.name != ":memory:":
            self.control = ControlDoor(self.database, self.settings.database_key)
            self.control.start()

    def _open_door(self) -> str | None:
        """Open the callbacks' own door, if there is to be one; gives its address as seen from here."""
        if self.settings.callback_listen is None:
            return None
        listening = listen(*self.settings.callback_listen)
        self.door = DoorKeeper(
            self.database,
            self._known_secrets(),
            self.wake,
            folder=Path(self.settings.spool),
            listening=listening,
            limits=self._limits(),
            forwarders=self.settings.forwarders,
        )
        self.door.start()
        return self.door.url

    def start_sending(self, sms: SmsSettings, lease: timedelta = LEASE) -> None:
        """Begin to send through this gateway, and to read what comes back."""
        gateway = AfricasTalkingGateway(sms)
        self.dispatcher = Dispatcher(
            self.database,
            gateway,
            self.settings.sending_hours,
            lease=lease,
            rate=self.settings.sms_rate,
            mailbox=gateway,
            part_price=self.settings.part_price,
            second_look=SecondLook(self.database, self._metered, utc_now) if self.model.is_ai else None,
            at_night=Night(
                self.database,
                self.settings.backup_folder,
                backs_up=self.settings.backup_nightly,
                database_key=self.settings.database_key,
            ).work,
        )
        self.dispatcher.start()

    def _metered(self, agency_id: UUID) -> ChatModel:
        """The model, counted against the agency's day."""
        return metered(self.model, self.database, agency_id, self.daily_tokens, utc_now)

    def wake(self) -> None:
        """Tell the background that there is something new to send or to read."""
        if self.dispatcher is not None:
            self.dispatcher.wake()

    def rest(self) -> None:
        """Stop sending, reading and writing; what is under way is finished and recorded first."""
        with self.resting:
            stops: dict[str, Callable[[], None]] = {
                "answers": self._end_answers,
                "imports": self.imports.stop,
                "readings": self.labelled_runs.stop,
            }
            for name in ("control", "sandbox", "door", "dispatcher"):
                part = getattr(self, name)
                if part is not None:
                    stops[name] = part.stop
            # Beside each other: one after the other they could take as long as all their patience together.
            all_at_once(stops, ending.SECONDS)
            self.control = self.door = self.dispatcher = None

    def _end_answers(self) -> None:
        answers = list(self.generations.values())
        for answer in answers:
            answer.stop()
        for answer in answers:
            answer.join(5.0)

    def stop(self) -> None:
        """Finish what is under way and close the database; nothing is left half-done."""
        self.rest()
        self.group_commit.close()
        self.database.close()

    def secrets(self) -> list[str]:
        """What no log may hold."""
        hidden = [self.callback_secret]
        if self.sandbox is not None:
            hidden.append(self.sandbox.key)
        if self.settings.sms is not None:
            hidden.append(self.settings.sms.key)
        if self.settings.mistral is not None:
            hidden.append(self.settings.mistral.key)
        if self.settings.sign_in is not None:
            hidden += [self.settings.sign_in.client_secret, self.settings.sign_in.cookie_secret]
        if self.settings.privacy_key is not None:
            hidden.append(self.settings.privacy_key)
        return hidden


def build(settings: Settings, *, people_speed: float = 60.0) -> Services:
    """Open the database, seed it on a first start, and put the parts together. Raises FtError."""
    database = Database.open(settings.database, key=settings.database_key)
    try:
        number_keys.load(database, settings.privacy_key)
        compaction.compact_if_wanted(database)
        reference.load_starter(database)
        if settings.demo:
            demo.ensure_demo(database, utc_now())
        local = _who(database, settings)
    except BaseException:
        database.close()
        raise
    group_commit = GroupCommit(database)
    return Services(
        settings=settings,
        database=database,
        model=_model(settings),
        group_commit=group_commit,
        sandbox=None if settings.sms else Sandbox(database, group_commit, people_speed=people_speed),
        local=local,
        callback_secret=settings.callback_secret or secrets.token_urlsafe(32),
    )


def _model(settings: Settings) -> ChatModel:
    if settings.mistral is None:
        return OfflineWriter()
    # Its SDK takes a second to import: not for who has no key.
    from ftcore.adapters.mistral import MistralModel

    return MistralModel(settings.mistral)


def _who(database: Database, settings: Settings) -> Session:
    """Who works here where nobody signs in: the demo counselor, or the counselor of the one agency."""
    if settings.sms is not None and database.value("SELECT count(*) FROM agency WHERE demo"):
        raise ConfigError(
            "FT_SMS_KEY est donné, mais la base contient l'agence de démonstration : des messages réels "
            "partiraient vers des personnes inventées. Choisissez une autre base avec FT_DATABASE."
        )
    agency = database.one("SELECT agency_id, name, demo FROM agency ORDER BY demo DESC, name LIMIT 1")
    if agency is None and settings.sign_in is not None:
        # Agencies are told by command; until then nobody has one, and pages say so.
        return Session(Person("local", "Poste local", Role.COUNSELOR, NO_AGENCY), "Aucune agence", ())
    if agency is None:
        agency = {"agency_id": _LOCAL_AGENCY, "name": "Agence locale", "demo": False}
        row = {**agency, "department": ""}
        # Two replicas that start together both find it missing; one of them writes it.
        database.transact(lambda tx: tx.insert("agency", [row], if_absent=True))
    if agency["demo"]:
        person = demo.counselor()
        name = database.value("SELECT name FROM agency WHERE agency_id = $1", person.agency_id)
        return Session(person, str(name), tuple(Role))
    person = Person("local", "Poste local", Role.COUNSELOR, agency["agency_id"])
    return Session(person, str(agency["name"]), tuple(Role))


def _local(ours: Services) -> Session:
    return ours.local


_who_acts: Callable[[Services], Session] = _local


def ask_who_acts(who: Callable[[Services], Session]) -> None:
    """Pages know who looks at them: from now on they are asked."""
    global _who_acts
    _who_acts = who


_current: Services | None = None


def use(services: Services | None) -> None:
    """Make these the services of this process."""
    global _current
    _current = services


def current() -> Services:
    """The services of this process; pages call this on each run."""
    if _current is None:
        raise ConfigError("Le programme n'est pas démarré : lancez « make run » ou « streamlit run app.py ».")
    return _current
