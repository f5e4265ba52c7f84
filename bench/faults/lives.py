"""The sender's many lives: each is the real Dispatcher in a process that is killed with SIGKILL, at a named point or
at any moment, until the kills are used up; the last one lives until the queue is empty.

`python -m bench.faults.lives FOLDER/plan-N.json`. Everything is imported once and each life is a fork, so that a
death costs milliseconds; the parent never opens the database.
"""

from __future__ import annotations

import json
import logging
import os
import random
import signal
import sys
import time
from dataclasses import asdict, dataclass
from datetime import timedelta
from pathlib import Path

from ftcore.adapters.africastalking import AfricasTalkingGateway
from ftcore.database import Database
from ftcore.outreach import settling
from ftcore.outreach.dispatcher import Dispatcher
from ftcore.settings import SmsSettings

POINTS = ("claiming", "claimed", "turn", "looked", "answered", "recording", "recorded")


@dataclass(frozen=True)
class Plan:
    """What one chain of lives does. `deaths` are named points, or None for any moment."""

    database: str
    url: str
    seed: int
    deaths: list[str | None]
    deadline: float
    lease: float
    senders: int
    # A life that dies at any moment dies within this many seconds.
    longest: float
    rate: float | None = None

    def write(self, file: Path) -> None:
        file.write_text(json.dumps(asdict(self)))


def main(file: Path) -> None:
    # The faults are meant: what the program says of each is not the matter here.
    logging.basicConfig(level=logging.ERROR)
    plan = Plan(**json.loads(file.read_text()))
    chance = random.Random(plan.seed)
    log = file.with_suffix(".deaths")
    for point in plan.deaths:
        nth = chance.randint(1, 6)
        awake, begins = os.pipe()
        pid = os.fork()
        if pid == 0:
            _live(plan, file, point, nth, begins)
        os.close(begins)
        if point is None:
            os.read(awake, 1)  # not while it still opens the database
            time.sleep(chance.uniform(0.0, plan.longest))
            os.kill(pid, signal.SIGKILL)
        os.close(awake)
        _, status = os.waitpid(pid, 0)
        with log.open("a") as written:
            written.write(f"{point or 'any'}\t{os.WTERMSIG(status) if os.WIFSIGNALED(status) else 0}\n")
        if not os.WIFSIGNALED(status):
            if os.WEXITSTATUS(status):
                sys.exit("a life ended with an error")
            return  # the queue was empty before the kills were used up
    pid = os.fork()
    if pid == 0:
        _live(plan, file, "never", 0, None)
    sys.exit(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))


def _live(plan: Plan, file: Path, point: str | None, nth: int, begins: int | None) -> None:
    """One life, which writes to the pipe `begins` once it sends. It never returns."""
    try:
        left = [nth]

        def die(name: str) -> None:
            if name == point:
                left[0] -= 1
                if left[0] <= 0:
                    os.kill(os.getpid(), signal.SIGKILL)

        # What surely did not leave is tried again within the run.
        settling._BACKOFF = lambda _: 0.3  # type: ignore[assignment]
        settling.LONGEST_WAIT = 0.5
        database = Database.open(plan.database)
        gateway = AfricasTalkingGateway(SmsSettings("u", "key-of-the-stand-in", None, plan.url), deadline=plan.deadline)
        sender = Dispatcher(
            database,
            gateway,
            None,
            idle=0.02,
            lease=timedelta(seconds=plan.lease),
            senders=plan.senders,
            rate=plan.rate,
            at_point=die,
        )
        _note(file.with_suffix(".lives"), sender.sender_id)
        if database.exclusive:
            # What the last life left behind, seen before this one looks: the yardstick for what becomes unknown.
            for row in database.rows("SELECT phone FROM message WHERE state = 'claimed'"):
                _note(file.with_suffix(".interrupted"), row["phone"])
        sender.start()
        if begins is not None:
            os.write(begins, b".")
        while database.value("SELECT count(*) FROM message WHERE state IN ('queued', 'claimed')"):
            time.sleep(0.2)
        sender.stop()
        database.close()
        _note(file.with_suffix(".ended"), sender.sender_id)
    except BaseException:
        logging.exception("a life failed")
        os._exit(1)
    os._exit(0)


def _note(file: Path, line: str) -> None:
    with file.open("a") as written:
        written.write(line + "\n")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
