"""Letters through SendGrid's v3 mail/send."""

import http.client
import json
import logging
import re
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, ClassVar
from urllib.error import URLError

from python_http_client.exceptions import HTTPError
from sendgrid import SendGridAPIClient

from marketplace import clock
from marketplace.mail import points
from marketplace.mail.bodies import MOST_LETTERS, Manners, Request, requests_for
from marketplace.mail.letters import (
    UNTRIED,
    Fate,
    Kind,
    Letter,
    MailRejected,
    MailUnavailable,
    MailUncertain,
    Outcome,
    TooFast,
    address,
    outcome_of,
)

HOST = "https://api.sendgrid.com"
TIMEOUT = 15.0  # seconds without an answer
PATIENCE = 20.0  # seconds in which further requests of one lot are begun
SHORT_WAIT, LONG_WAIT = timedelta(minutes=1), timedelta(minutes=10)
LONGEST_WAIT = timedelta(hours=1)  # whatever they say

OK, CREATED, ACCEPTED = 200, 201, 202
AT_FAULT = (400, 413)  # the letter itself: malformed, or too large
OUR_ACCOUNT = (401, 403, 404, 405, 415)  # key, sender or address of the service: the same letter passes later
OUR_SETTINGS = (
    "from",
    "asm",
    "batch_id",
    "ip_pool_name",
    "mail_settings",
)  # fields no letter is at fault for
TOO_MANY, NO_WORD_FROM_BEHIND = 429, 504
_KEY = re.compile(r"\bSG\.[\w-]{8,}\.[\w-]{8,}", re.ASCII)

log = logging.getLogger(__name__)


@dataclass(frozen=True, kw_only=True, slots=True)
class SendGridMailer:
    """Hands letters to SendGrid; its id for those of a request is the `X-Message-Id` of the answer."""

    at_once: ClassVar[int] = MOST_LETTERS

    api_key: str = field(repr=False)
    host: str = HOST
    timeout: float = TIMEOUT
    manners: Manners = field(default_factory=Manners)
    is_heard: bool = False  # its events reach us
    rest: timedelta = timedelta(0)  # how long a run lies at SendGrid, where it can be called off

    @property
    def kind(self) -> Kind:
        return Kind.SENDGRID if self.is_heard else Kind.SENDGRID_UNHEARD

    def send(self, letter: Letter) -> str:
        _check(letter)
        [request] = requests_for([letter], self.manners)
        return self._post(request)

    def send_many(self, letters: Sequence[Letter], *, batch_id: str = "") -> list[Outcome]:
        outcomes: dict[str, Outcome] = {}
        good: list[Letter] = []
        for letter in letters:
            try:
                _check(letter)
                good.append(letter)
            except MailRejected as rejected:
                outcomes[letter.message_id] = outcome_of(rejected)
        until = time.monotonic() + PATIENCE
        send_at = int((clock.now() + self.rest).timestamp()) if self.rest and batch_id else 0
        waiting = _Waiting(requests_for(good, self.manners, batch_id=batch_id, send_at=send_at))
        for number, request in enumerate(waiting):
            if time.monotonic() > until:
                break
            if number:
                points.passed("between two requests")
            outcome = self._outcome(request)
            if outcome.fate is Fate.REFUSED and len(request.letters) > 1:
                waiting.halve(request)  # one of them is at fault: smaller and smaller until it is alone
                continue
            outcomes |= {letter.message_id: outcome for letter in request.letters}
            if outcome.problem is not None:
                break
        return [outcomes.get(letter.message_id, UNTRIED) for letter in letters]

    def new_batch(self) -> str:
        answer = self._ask(lambda client: client.client.mail.batch.post())
        if answer.status_code != CREATED:
            raise MailUnavailable(f"SendGrid gave an unforeseen answer: {answer.status_code}")
        try:
            return str(json.loads(answer.body)["batch_id"])[:120]
        except (ValueError, LookupError, TypeError) as error:
            raise MailUnavailable("SendGrid gave no name for the batch.") from error

    def call_off(self, batch_id: str) -> None:
        """https://www.twilio.com/docs/sendgrid/api-reference/cancel-scheduled-sends"""
        what = {"batch_id": batch_id, "status": "cancel"}
        try:
            self._ask(lambda client: client.client.user.scheduled_sends.post(request_body=what))
        except MailRejected:  # it knows of it already, or all of it is gone
            log.warning("SendGrid has nothing left to call off", extra={"batch": batch_id})
        except MailUncertain as uncertain:
            raise MailUnavailable(str(uncertain)) from uncertain

    def _outcome(self, request: Request) -> Outcome:
        try:
            return Outcome(Fate.SENT, provider_id=self._post(request))
        except (MailRejected, MailUnavailable, MailUncertain) as problem:
            return outcome_of(problem)

    def _post(self, request: Request) -> str:
        answer = self._ask(lambda client: client.send(request.body))
        expected = OK if self.manners.is_sandbox else ACCEPTED
        if answer.status_code != expected:
            raise MailUnavailable(f"SendGrid gave an unforeseen answer: {answer.status_code}", wait=LONG_WAIT)
        return str(answer.headers.get("X-Message-Id", ""))

    def _ask(self, question: Any) -> Any:
        client = SendGridAPIClient(self.api_key, host=self.host)
        client.client.timeout = self.timeout  # the library waits for ever otherwise
        try:
            return question(client)
        except HTTPError as error:
            raise _verdict(error) from error
        except URLError as error:  # before all of the request was out: they cannot have taken it
            name = type(error.reason).__name__
            log.warning("SendGrid not reached", extra={"error": name})
            raise MailUnavailable(f"SendGrid cannot be reached: {name}", wait=SHORT_WAIT) from error
        except (OSError, http.client.HTTPException) as error:
            log.warning("SendGrid did not answer", extra={"error": type(error).__name__})
            raise MailUncertain(f"SendGrid gave no answer: {type(error).__name__}") from error


class _Waiting:
    """Requests still to be made, the halves of a refused one first."""

    def __init__(self, requests: Iterator[Request]) -> None:
        self._later = requests
        self._first: list[Request] = []

    def __iter__(self) -> Iterator[Request]:
        while True:
            request = self._first.pop() if self._first else next(self._later, None)
            if request is None:
                return
            yield request

    def halve(self, request: Request) -> None:
        middle = len(request.letters) // 2
        for part in (slice(middle, None), slice(middle)):
            people = request.body["personalizations"][part]
            self._first.append(Request(request.letters[part], {**request.body, "personalizations": people}))


def _check(letter: Letter) -> None:
    """Raises `MailRejected` when the letter cannot be asked for, before it spoils a request for others."""
    address(letter.to)
    if letter.reply_to:
        address(letter.reply_to)
    if not letter.text.strip() or not letter.html.strip():
        raise MailRejected("The letter says nothing.")
    if _KEY.search(letter.text) or _KEY.search(letter.html):
        raise MailRejected("The letter holds what looks like a SendGrid key.")


def _verdict(error: HTTPError) -> MailRejected | MailUnavailable | MailUncertain:
    code = int(error.status_code)
    faults = _faults(error.body)
    words = " ".join(each["message"] for each in faults)
    ours = any(each["field"].split(".")[0] in OUR_SETTINGS for each in faults)
    if code in AT_FAULT and not ours:
        return MailRejected(f"SendGrid refused the letter: {code} {words}".strip())
    if code in (*OUR_ACCOUNT, *AT_FAULT):
        log.error("SendGrid refuses our account", extra={"status": code})
        return MailUnavailable(
            f"SendGrid refuses our account: {code}. Check SENDGRID_API_KEY and the sender. {words}".strip(),
            wait=LONG_WAIT,
        )
    if code == NO_WORD_FROM_BEHIND:
        return MailUncertain(f"SendGrid gave no answer: {code}")
    log.warning("SendGrid is not taking mail", extra={"status": code})
    sentence = f"SendGrid is not taking mail just now: {code}"
    if code == TOO_MANY:
        return TooFast(sentence, wait=_until_reset(error.headers))
    return MailUnavailable(sentence, wait=SHORT_WAIT)


def _until_reset(headers: Any) -> timedelta:
    """How long until SendGrid takes requests again: X-RateLimit-Reset is in seconds since 1970."""
    try:
        seconds = int(headers["X-RateLimit-Reset"]) - clock.now().timestamp()
    except (LookupError, TypeError, ValueError):
        return SHORT_WAIT
    return min(max(timedelta(seconds=seconds), timedelta(seconds=1)), LONGEST_WAIT)


def _faults(body: bytes) -> list[dict[str, str]]:
    """What SendGrid's answer names as wrong, if it says: the words, and the field of the request."""
    try:
        return [
            {"message": str(each["message"]), "field": str(each.get("field") or "")}
            for each in json.loads(body)["errors"]
        ]
    except (ValueError, LookupError, TypeError, AttributeError):
        return []
