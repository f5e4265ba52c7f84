"""One claimed SMS, one call of the gateway, and what its answer proves."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from ftcore import meters
from ftcore.database import Row
from ftcore.errors import SmsError, SmsUnknown
from ftcore.model import MessageState
from ftcore.outreach import campaigns, ledger

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one claimed SMS.

    `back_to_queue`: it surely did not leave. `tried` then says that the gateway was asked, which counts
    as an attempt; `retry_after` is how many seconds it wants to be left alone.
    """

    sms: Row
    change: ledger.Change | None = None
    back_to_queue: bool = False
    tried: bool = False
    retry_after: float | None = None
    pause: str | None = None
    opted_out: bool = False
    trouble: bool = False


def send(gateway: campaigns.SmsGateway, sms: Row, clock: Callable[[], datetime]) -> Outcome:
    """Hand one claimed SMS over, once, and say what became of it. Never raises."""
    began = time.monotonic()
    outcome = _send(gateway, sms, clock)
    meters.gateway_seconds.observe(time.monotonic() - began)
    meters.gateway_calls.labels("not_sent" if outcome.change is None else outcome.change.state.value).inc()
    return outcome


def unheard(sms: Row, now: datetime) -> Outcome:
    """What became of an SMS whose answer nobody waited for."""
    unknown = ledger.Change(
        sms["agency_id"], sms["message_id"], MessageState.UNKNOWN, now, "dispatcher", "arrêt du programme"
    )
    return Outcome(sms, unknown)


def _send(gateway: campaigns.SmsGateway, sms: Row, clock: Callable[[], datetime]) -> Outcome:

    def change(state: MessageState, detail: str | None = None, **more: str | None) -> ledger.Change:
        return ledger.Change(sms["agency_id"], sms["message_id"], state, clock(), "dispatcher", detail, **more)

    try:
        receipt = gateway.send(sms["phone"], sms["body"])
    except SmsError as error:
        if error.retryable:
            return Outcome(sms, back_to_queue=True, tried=True, retry_after=error.retry_after, trouble=True)
        if error.pauses:
            # Refused for a reason of ours (credit, sender, key): nothing left, and nothing is lost. A counselor's
            # own message is not held by the pause of a campaign: it is tried again, less and less often.
            return Outcome(sms, back_to_queue=True, tried=not sms["automatic"], pause=error.reason)
        return Outcome(sms, change(MessageState.FAILED, error.reason), opted_out=error.opted_out)
    except SmsUnknown as error:
        return Outcome(sms, change(MessageState.UNKNOWN, error.reason), trouble=True)
    except Exception:
        log.exception("the gateway failed in a way that it should not")
        return Outcome(sms, change(MessageState.UNKNOWN, "erreur interne"), trouble=True)
    return Outcome(sms, change(MessageState.ACCEPTED, gateway_id=receipt.gateway_id, cost=receipt.cost))
