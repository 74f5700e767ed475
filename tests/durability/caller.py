"""A person at a served marketplace, by plain HTTP: signs in, presses buttons, knows what was acknowledged."""

import re
import urllib.error
import urllib.request
from dataclasses import dataclass, field
from http.client import HTTPException
from http.cookiejar import CookieJar
from urllib.parse import urlencode

TOKEN = re.compile(r'name="csrf_token"[^>]*value="([^"]+)"')
PATIENCE = 20  # seconds for one answer


class NoAnswer(Exception):
    """The server went away before it said anything: what was asked for may have happened or not."""


class _Stay(urllib.request.HTTPRedirectHandler):
    """Where we are sent is the acknowledgement; nobody goes there."""

    def redirect_request(self, *_: object) -> None:
        return None


@dataclass(frozen=True, slots=True)
class Answer:
    """What the server said."""

    status: int
    goes_to: str
    text: str

    @property
    def is_done(self) -> bool:
        """Sent on to another page, as after every change that was made."""
        return self.status in (302, 303)


@dataclass
class Caller:
    """One person's cookies, and the token that their forms carry."""

    address: str
    token: str = ""
    _opener: urllib.request.OpenerDirector = field(init=False)

    def __post_init__(self) -> None:
        self._opener = urllib.request.build_opener(
            urllib.request.HTTPCookieProcessor(CookieJar()), _Stay, urllib.request.ProxyHandler({})
        )

    def sign_in(self, email: str, password: str) -> None:
        """Raises `NoAnswer`, or AssertionError where the sign-in is refused."""
        self._take_token(self.get("/sign-in"))
        answer = self.post("/sign-in", email=email, password=password)
        assert answer.is_done, f"{email} was not let in: {answer.status}"
        self._take_token(self.get("/desk"))

    def get(self, path: str) -> Answer:
        return self._ask(urllib.request.Request(self.address + path))  # noqa: S310  # our own server

    def post(self, path: str, **fields: object) -> Answer:
        sent = urlencode({"csrf_token": self.token, **fields}).encode()
        return self._ask(urllib.request.Request(self.address + path, data=sent))  # noqa: S310  # our own server

    def _take_token(self, page: Answer) -> None:
        found = TOKEN.search(page.text)
        assert found, "a page without a form of ours"
        self.token = found.group(1)

    def _ask(self, request: urllib.request.Request) -> Answer:
        try:
            return self._said(request)
        except (OSError, HTTPException) as gone:  # perhaps in the middle of a sentence
            raise NoAnswer(str(gone)) from gone

    def _said(self, request: urllib.request.Request) -> Answer:
        try:
            with self._opener.open(request, timeout=PATIENCE) as response:
                return Answer(response.status, "", response.read().decode())
        except urllib.error.HTTPError as answer:
            with answer:
                return Answer(answer.code, answer.headers.get("Location", ""), answer.read().decode())
