"""Everything about Africa's Talking: its SDK, its status codes, and what each of them proves.

Delivery to France is not documented by the vendor: check it with them before a real campaign.
"""

from __future__ import annotations

import json
import logging
import re
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any
from urllib.parse import urlsplit

import requests
from africastalking.SMS import SMSService
from urllib3.exceptions import MaxRetryError, NameResolutionError, NewConnectionError

from ftcore.errors import SmsError, SmsUnknown
from ftcore.outreach.campaigns import Receipt
from ftcore.settings import SmsSettings

log = logging.getLogger(__name__)

CONNECT_TIMEOUT = 5.0
# From the first byte of the request to the last of the answer. The SDK's own timeouts are per read.
DEADLINE = 15.0

_ACCEPTED = {100, 101, 102}
_REFUSED = {
    401: "refusé par la passerelle (risque)",
    402: "expéditeur refusé par la passerelle",
    403: "numéro refusé par la passerelle",
    404: "type de numéro non pris en charge",
    405: "crédit SMS épuisé",
    406: "la personne a répondu STOP",
    407: "aucune route vers ce numéro",
    409: "la personne ne souhaite pas de démarchage",
}
_PAUSES = {402, 405}
_OPTED_OUT = 406


@dataclass(frozen=True, slots=True)
class _Answer:
    status: int
    text: str
    retry_after: str | None = None


class _CarefulSmsService(SMSService):  # type: ignore[misc]
    """The SDK's SMS service over a transport that we can trust with a key and with money.

    The SDK follows redirects, posting the SMS again each time and sending the key to the other host;
    and its errors carry no status code. Only its transport is replaced: it still builds the request.
    """

    def __init__(self, username: str, key: str, base_url: str, deadline: float) -> None:
        super().__init__(username, key)
        self._deadline = deadline
        self._baseUrl = base_url.rstrip("/")
        self._session = requests.Session()
        # A proxy of the environment must not get what is meant for this machine.
        self._session.trust_env = urlsplit(base_url).hostname not in ("127.0.0.1", "localhost", "::1")

    def _make_request(
        self,
        url: str,
        method: str,
        headers: dict[str, str],
        data: Any,
        params: Any,
        callback: Any = None,
        timeout: Any = None,
    ) -> _Answer:
        started = time.monotonic()
        with self._session.request(
            method,
            url,
            # A kept connection may have been closed by the other side: the SMS would be neither sent nor not sent.
            headers={**headers, "Connection": "close"},
            data=data,
            params=params,
            timeout=(CONNECT_TIMEOUT, self._deadline),
            allow_redirects=False,
            stream=True,
        ) as response:
            body = bytearray()
            # Byte by byte: a longer read would wait for all of it, and the deadline with it.
            for chunk in response.iter_content(1):
                body += chunk
                if time.monotonic() - started > self._deadline or len(body) > 100_000:
                    raise requests.exceptions.ReadTimeout("deadline")
            asked = response.headers.get("Retry-After")
            return _Answer(response.status_code, body.decode("utf-8", "replace"), asked)

    def close(self) -> None:
        self._session.close()


class AfricasTalkingGateway:
    """An SmsGateway over the vendor's SDK. Safe to call from several threads.

    `deadline` is how many seconds a whole answer may take.
    """

    def __init__(self, settings: SmsSettings, *, deadline: float | None = None) -> None:
        self._settings = settings
        self.account = f"{settings.username} {settings.url}"
        self._deadline = DEADLINE if deadline is None else deadline

    def send(self, phone: str, body: str) -> Receipt:
        """Hand one SMS over. Raises SmsError or SmsUnknown; neither holds the number nor the text."""
        service = self._service()
        try:
            answer = service.send(body, [phone], sender_id=self._settings.sender)
        except requests.exceptions.RequestException as error:
            if _never_left(error):
                raise SmsError("La passerelle SMS est injoignable.", retryable=True) from None
            log.warning("no answer from the gateway: %s", type(error).__name__)
            raise SmsUnknown("La passerelle SMS n'a pas répondu à temps.") from None
        except ValueError:
            raise SmsError("Numéro de mobile invalide.") from None
        finally:
            service.close()
        return _understand(answer, phone)

    def fetch(self, last_id: str) -> list[dict[str, str]]:
        """The next incoming SMS after this id, as forms like those of the callbacks. Raises SmsError."""
        service = self._service()
        try:
            answer = service.fetch_messages(last_id)
        except requests.exceptions.RequestException:
            raise SmsError("La passerelle SMS ne répond pas.", retryable=True) from None
        finally:
            service.close()
        if answer.status != 200:
            raise SmsError(f"La passerelle SMS ne donne pas les SMS reçus (code {answer.status}).", retryable=True)
        try:
            return [_form(row) for row in json.loads(answer.text)["SMSMessageData"]["Messages"]]
        except (ValueError, KeyError, TypeError, AttributeError):
            raise SmsError("La liste des SMS reçus est illisible.", retryable=True) from None

    def _service(self) -> _CarefulSmsService:
        return _CarefulSmsService(self._settings.username, self._settings.key, self._settings.url, self._deadline)


def _never_left(error: requests.exceptions.RequestException) -> bool:
    """True only when the connection was never there, so that the SMS cannot have left."""
    if isinstance(error, requests.exceptions.ConnectTimeout):
        return True
    cause = error.args[0] if error.args else None
    if isinstance(cause, MaxRetryError):
        if isinstance(cause.reason, NewConnectionError | NameResolutionError):
            return True
        return "CERTIFICATE_VERIFY_FAILED" in str(cause.reason)
    return False


def _understand(answer: _Answer, phone: str) -> Receipt:
    """The receipt that an answer proves, or the error that it means. A 2xx alone proves nothing."""
    if answer.status in (401, 403):
        raise SmsError("La passerelle SMS refuse la clé : voyez FT_SMS_KEY.", pauses=True)
    if answer.status == 429:
        wait = _seconds(answer.retry_after)
        raise SmsError("La passerelle SMS demande de ralentir.", retryable=True, retry_after=wait)
    if 400 <= answer.status < 500 and answer.status != 409:
        raise SmsError(f"La passerelle SMS a refusé l'envoi (code {answer.status}).", pauses=True)
    if not (200 <= answer.status < 300 or answer.status == 409):
        raise SmsUnknown(f"Réponse inattendue de la passerelle SMS (code {answer.status}).")
    try:
        data = json.loads(answer.text)["SMSMessageData"]
        recipients = list(data["Recipients"])
        summary = str(data.get("Message", ""))
        # By number, never by position: the vendor may drop or reorder recipients.
        row = next((r for r in recipients if r["number"] == phone), None)
        if row is None and not recipients:
            raise SmsError(f"La passerelle SMS a refusé l'envoi ({_plain(summary)}).", pauses=True)
        if row is None:
            raise SmsUnknown("La passerelle SMS a répondu pour un autre numéro.")
        code, gateway_id = int(row["statusCode"]), str(row.get("messageId") or "None")
    except (ValueError, KeyError, TypeError, AttributeError):
        raise SmsUnknown("La réponse de la passerelle SMS est illisible.") from None
    if code in _ACCEPTED and gateway_id != "None":
        return Receipt(gateway_id, None if row.get("cost") is None else str(row["cost"]))
    if code in _REFUSED:
        raise SmsError(f"SMS non envoyé : {_REFUSED[code]}.", pauses=code in _PAUSES, opted_out=code == _OPTED_OUT)
    raise SmsUnknown(f"La passerelle SMS a répondu par un code inattendu ({code}).")


def _form(row: dict[str, Any]) -> dict[str, str]:
    """One incoming SMS of a list, with the fields and in the types of a callback."""
    form = {str(name): str(value) for name, value in row.items() if value is not None}
    if not form["id"] or not form["from"]:
        raise ValueError("an SMS without id or sender")
    return form | {"text": form["text"]}


def _seconds(retry_after: str | None) -> float | None:
    """What a Retry-After asks for: seconds, or a date. None where it asks for nothing that can be read."""
    if retry_after is None:
        return None
    if re.fullmatch(r"[0-9]{1,9}", retry_after.strip()):
        return float(retry_after)
    try:
        until = parsedate_to_datetime(retry_after)
    except ValueError:
        return None
    if until.tzinfo is None:
        until = until.replace(tzinfo=UTC)
    return max(0.0, (until - datetime.now(UTC)).total_seconds())


def _plain(summary: str) -> str:
    """The vendor's word for the refusal, only if it is one: a sentence could hold a number."""
    return summary if summary.isalpha() and len(summary) < 40 else "sans motif connu"
