"""A Meilisearch server as each thread talks to it: in time, in plain words, with the fewest rights."""

import threading
from collections import OrderedDict
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any

import requests
from meilisearch import Client
from meilisearch._httprequests import HttpRequests
from meilisearch.config import Config
from meilisearch.errors import (
    MeilisearchApiError,
    MeilisearchCommunicationError,
    MeilisearchError,
    MeilisearchTimeoutError,
)
from meilisearch.models.key import Key
from meilisearch.models.task import TaskInfo

from search.engine import SearchUnavailable
from search.meilisearch_query import NONSENSE, Answer, Asked

TOKEN_LIFE = timedelta(minutes=10)
TOKEN_SPARE = timedelta(minutes=1)  # clocks differ, and an answer takes its time
MOST_TOKENS = 256
LONGEST_REASON = 200
REFUSED = 403

Now = Callable[[], datetime]


@contextmanager
def plainly() -> Iterator[None]:
    """Turn whatever goes wrong between us and the server into SearchUnavailable, in words."""
    try:
        yield
    except MeilisearchTimeoutError as problem:
        raise SearchUnavailable("Meilisearch did not answer in time") from problem
    except MeilisearchCommunicationError as problem:
        raise SearchUnavailable("Meilisearch cannot be reached") from problem
    except MeilisearchApiError as problem:
        reason = str(problem.message)[:LONGEST_REASON]
        raise SearchUnavailable(f"Meilisearch refused ({problem.status_code}): {reason}") from problem
    except (MeilisearchError, requests.RequestException, *NONSENSE) as problem:
        raise SearchUnavailable("Meilisearch answered with something that cannot be read") from problem


class Token:
    """A tenant token, and until when to use it."""

    def __init__(self, client: Client, until: datetime) -> None:
        self.client = client
        self.until = until


class MeilisearchServer:
    """Clients for one server. The library's share their headers, so that each thread has its own.

    Writing and looking after the index is done with the key given. Searching is done with tokens signed
    for one place and its audiences, good for ten minutes, over a connection that stays open.
    """

    def __init__(
        self, url: str, key: str, index: str, *, now: Now, search_seconds: int, write_seconds: int
    ) -> None:
        self._url, self._key, self._index, self._now = url.rstrip("/"), key, index, now
        self._search_seconds, self._write_seconds = search_seconds, write_seconds
        self._mine = threading.local()

    @property
    def admin(self) -> Client:
        """This thread's client for changes."""
        if not hasattr(self._mine, "admin"):
            self._mine.admin = Client(self._url, self._key, timeout=self._write_seconds)
        return self._mine.admin

    @property
    def looking(self) -> Client:
        """The same for a quick look."""
        if not hasattr(self._mine, "looking"):
            self._mine.looking = Client(self._url, self._key, timeout=self._search_seconds)
        return self._mine.looking

    def ask(self, restriction: str, asked: Sequence[Asked]) -> list[Answer]:
        """Answers in the order asked, each of documents inside the restriction only."""
        if not asked:
            return []
        try:
            answered = self._ask(restriction, asked)
        except MeilisearchApiError as problem:
            if problem.status_code != REFUSED:
                raise
            self._forget()  # the key we signed with may be gone
            answered = self._ask(restriction, asked)
        answers = answered["results"]
        if len(answers) != len(asked):
            raise LookupError(f"{len(asked)} questions, {len(answers)} answers")
        return answers

    def finish(self, task: TaskInfo, *, seconds: float, pause_ms: int) -> None:
        """Wait until the task has succeeded. Raises SearchUnavailable with its words if it did not."""
        done = self.admin.wait_for_task(task.task_uid, int(seconds * 1000), pause_ms)
        if done.status != "succeeded":
            reason = str((done.error or {}).get("message", done.status))[:LONGEST_REASON]
            raise SearchUnavailable(f"Meilisearch could not finish its task ({done.type}): {reason}")

    def _ask(self, restriction: str, asked: Sequence[Asked]) -> Mapping[str, Any]:
        client = self._allowed(restriction)
        try:
            return client.multi_search(asked)
        except MeilisearchCommunicationError:
            return client.multi_search(asked)  # the server may have closed the connection between two calls

    def _allowed(self, restriction: str) -> Client:
        """This thread's client with a token for these documents, made anew shortly before it expires."""
        tokens = self._tokens()
        token, now = tokens.get(restriction), self._now()
        if token is None or token.until <= now:
            token = tokens[restriction] = Token(
                self._signed(restriction, now), now + TOKEN_LIFE - TOKEN_SPARE
            )
        tokens.move_to_end(restriction)
        if len(tokens) > MOST_TOKENS:
            tokens.popitem(last=False)
        return token.client

    def _signed(self, restriction: str, now: datetime) -> Client:
        key = self._search_key(now)
        token = self.looking.generate_tenant_token(
            key.uid, {self._index: {"filter": restriction}}, expires_at=now + TOKEN_LIFE, api_key=key.key
        )
        client = Client(self._url, token, timeout=self._search_seconds)
        client.http = Kept(client.config, self._session())
        return client

    def _search_key(self, now: datetime) -> Key:
        """The server's own key for searching, which signs tokens and can do nothing else."""
        if getattr(self._mine, "search_key", None) is None:
            found = self.looking.get_keys({"limit": 1000}).results
            usable = (key for key in found if _signs(key, self._index, now))
            self._mine.search_key = next(usable, None)
        if self._mine.search_key is None:
            raise SearchUnavailable(
                f"Meilisearch has no key that may search “{self._index}” and do nothing else: make one"
            )
        return self._mine.search_key

    def _tokens(self) -> OrderedDict[str, Token]:
        if not hasattr(self._mine, "tokens"):
            self._mine.tokens = OrderedDict()
        return self._mine.tokens

    def _session(self) -> requests.Session:
        """This thread's open connection. The environment's proxies and certificates are read once, not each
        time, and its passwords for hosts never, which would take the token's place.
        """
        if not hasattr(self._mine, "session"):
            session = requests.Session()
            said = session.merge_environment_settings(self._url, {}, None, None, None)
            session.trust_env = False
            session.proxies, session.verify = said["proxies"], said["verify"]
            self._mine.session = session
        return self._mine.session

    def _forget(self) -> None:
        self._tokens().clear()
        self._mine.search_key = None


class Kept(HttpRequests):
    """The library's requests over a connection that stays open from one to the next."""

    def __init__(self, config: Config, session: requests.Session) -> None:
        super().__init__(config)
        self._session = session

    def send_request(self, http_method: Callable, *said: Any, **more: Any) -> Any:
        return super().send_request(getattr(self._session, http_method.__name__), *said, **more)


def _signs(key: Key, index: str, now: datetime) -> bool:
    """Whether the key may search this index, and only search, for as long as a token lives."""
    covers = any(
        name == index or (name.endswith("*") and index.startswith(name[:-1])) for name in key.indexes
    )
    ends = key.expires_at
    lasts = ends is None or ends.replace(tzinfo=now.tzinfo) > now + TOKEN_LIFE
    return key.actions == ["search"] and covers and lasts
