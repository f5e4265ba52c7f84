"""How well and how fast replies are read: accuracy by part and by answer, opt-outs, the share left to a person."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ProcessPoolExecutor
from datetime import datetime

import click

from bench import report
from ftcore.model import Answer
from ftcore.outreach import replies
from ftcore.outreach.replies import reader, training

NOW = datetime(2026, 11, 27, 9, 0)
Row = dict[str, str | float | int]


@click.command(name="replies")
@click.option("--seconds", default=5.0, show_default=True, help="How long each speed is measured.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object instead of tables.")
def read_replies(seconds: float, as_json: bool) -> None:
    """Readings a second and how right they are.

    "trained on" was learnt by heart and only shows what the model holds; "held out" are whole families of the labelled
    set that were left out of training but looked at while the rules were written; "unseen" was never trained or tuned
    on, and is the figure to believe. "false bound" is 3/n: with no false opt-out among n messages, the true rate is
    below it 19 times of 20.
    """
    labelled = training.examples()
    parts = {
        "trained on": [example for example in labelled if not example.unseen],
        "held out": [example for example in labelled if example.unseen],
        "unseen": training.frozen(),
    }
    judged = {name: training.judge(part) for name, part in parts.items()}
    report.show("replies", [_part(name, one) for name, one in judged.items()], as_json=as_json)
    report.show("unseen by answer", _confusion(judged["unseen"]), as_json=as_json)
    report.show("where a person decides", _thresholds(parts["unseen"]), as_json=as_json)
    report.show("speed", list(_speeds(labelled, seconds)), as_json=as_json)


def _part(name: str, judged: training.Judged) -> Row:
    opt_outs = sum(n for (wanted, _), n in judged.confusion.items() if wanted is Answer.STOP)
    others = judged.count - opt_outs
    return {
        "part": name,
        "messages": judged.count,
        "right %": round(100 * judged.accuracy, 1),
        "opt-outs": opt_outs,
        "missed": judged.missed_opt_outs,
        "other messages": others,
        "false": judged.false_opt_outs,
        "false bound %": round(300 / max(others, 1), 2),
        "to a person %": round(100 * judged.left_to_a_person, 1),
        "acted upon, wrong %": round(100 * judged.acted_wrong, 1),
    }


def _confusion(judged: training.Judged) -> list[Row]:
    rows: list[Row] = []
    for wanted in Answer:
        got = {answer.value: judged.confusion[wanted, answer] for answer in Answer}
        total = sum(got.values())
        rows.append({"wanted": wanted.value, **got, "right %": round(100 * got[wanted.value] / max(total, 1), 1)})
    return rows


def _thresholds(part: Sequence[training.Example]) -> list[Row]:
    """What acting only from a confidence on costs and spares: `replies.ACTED_ON` was chosen on such a table."""
    read = [(example, replies.read(example.text, now=NOW, expecting=example.expecting)) for example in part]
    rows: list[Row] = []
    for bound in sorted({0.5, 0.6, 0.7, 0.8, 0.9, replies.ACTED_ON}):
        acted = [(e, r) for e, r in read if r.confidence >= bound and r.answer is not Answer.UNCLEAR]
        wrong = sum(e.answer is not r.answer for e, r in acted)
        rows.append(
            {
                "from": bound,
                "acted upon %": round(100 * len(acted) / len(read), 1),
                "wrong among them %": round(100 * wrong / max(len(acted), 1), 1),
                "in use": "*" if bound == replies.ACTED_ON else "",
            }
        )
    return rows


def _speeds(labelled: Sequence[training.Example], seconds: float) -> Iterable[Row]:
    """Every message is a different one. One by one, short answers that fold alike are remembered by the reader, so the
    same is measured without that memory too; many at once, nothing is remembered."""
    texts = sorted({example.text for example in labelled})
    for processes in (1, 2):
        for way, reading in _WAYS.items():
            with ProcessPoolExecutor(processes) as pool:
                jobs = [pool.submit(_measured, texts, seconds, reading) for _ in range(processes)]
                rates = [job.result() for job in jobs]
            yield {
                "processes": processes,
                "distinct messages": len(texts),
                "read": way,
                "readings/s": round(sum(wall for wall, _ in rates)),
                # On a machine that others use as well, this is the figure to compare.
                "a second of processor": round(sum(own for _, own in rates) / processes),
            }


def _one_by_one(texts: Sequence[str]) -> None:
    for text in texts:
        replies.read(text, now=NOW)


def _anew(texts: Sequence[str]) -> None:
    for text in texts:
        replies.read(text, now=NOW)
        reader.forget()


def _at_once(texts: Sequence[str]) -> None:
    replies.read_many([(text, NOW, None) for text in texts])


_WAYS = {"one by one": _anew, "one by one, short ones remembered": _one_by_one, "many at once": _at_once}


def _measured(texts: Sequence[str], seconds: float, reading: Callable[[Sequence[str]], None]) -> tuple[float, float]:
    reading(texts)
    done, start, own = 0, time.perf_counter(), time.process_time()
    while (spent := time.perf_counter() - start) < seconds:
        reading(texts)
        done += len(texts)
    return done / spent, done / (time.process_time() - own)
