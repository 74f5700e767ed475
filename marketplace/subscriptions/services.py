"""Who gets which letters: what people say about it, and the links in letters with which they say it."""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial

from flask import url_for

from marketplace import audit, mail
from marketplace.accounts import services as accounts
from marketplace.accounts import wording as words
from marketplace.accounts.models import DigestFrequency, User
from marketplace.errors import Refused
from marketplace.extensions import insert_or_leave
from marketplace.mail.models import Stream, Why
from marketplace.mail.services import Recipient
from marketplace.subscriptions import queries, tokens
from marketplace.subscriptions.models import Basis, MailChoice
from marketplace.subscriptions.queries import BY_DEFAULT, STREAMS

ON_THE_PAGE = {  # the version of the words beside each choice
    Stream.DIGEST: words.DIGEST,
    Stream.NEWS: words.NEWS,
    Stream.SUMMARY: words.SUMMARY,
    Stream.TO_DO: words.TO_DO,
}
WORDING_OF = {"one click": words.NOT_OURS, "provider": words.NOT_OURS, "letter": words.STOP}


@dataclass(frozen=True, slots=True)
class KeptSearch:
    """A search somebody keeps; letters tell what it finds unless it is muted."""

    id: int
    name: str
    is_muted: bool


@dataclass(frozen=True, slots=True)
class Searches:
    """How the searches of a person are read, and how those that are heard of are set (by id)."""

    read: Callable[[int], Sequence[KeptSearch]]
    hear: Callable[[int, Collection[int]], None]


_SEARCHES: list[Searches] = []


def keeps_searches(searches: Searches) -> None:
    """Told from above, where searches are kept."""
    _SEARCHES[:] = [searches]


def searches_of(user: User) -> Sequence[KeptSearch]:
    return _SEARCHES[0].read(user.id) if _SEARCHES else ()


@dataclass(frozen=True, kw_only=True, slots=True)
class Wishes:
    """What somebody says on the page. `heard` are the searches we write about, by id; None: not asked."""

    frequency: DigestFrequency
    streams: dict[Stream, bool]  # without the digest
    heard: Collection[int] | None = None


def gets(stream: Stream, user_ids: Collection[int]) -> dict[int, str]:
    """Of these people, whoever does not get the stream, each with why not."""
    return queries.why_not(stream, user_ids)


def stop_url(user: Recipient, stream: Stream) -> str:
    """Where one press stops a stream, signed in or not; also for List-Unsubscribe."""
    return url_for("subscriptions.stop", token=tokens.stop_token(user.id, Stream(stream)))


def preferences_url(user: Recipient) -> str:
    """This person’s page of letters, which opens without signing in."""
    return url_for("subscriptions.by_link", token=tokens.preferences_token(user.id))


def choose(
    user: User,
    stream: Stream,
    *,
    is_on: bool,
    basis: Basis,
    source: str,
    now: datetime,
    wording: str = "",
) -> None:
    """Write down what somebody said about a stream, with the version of the words they read.

    Saying the same again changes nothing: what counts is since when.
    """
    row = queries.choice_of(user, stream)
    if row is not None and (row.is_on, row.basis) == (is_on, basis):
        return
    said = {
        "is_on": is_on,
        "basis": basis,
        "wording": wording or WORDING_OF.get(source, ON_THE_PAGE[stream]),
        "source": source,
        "said_at": now,
    }
    if row is None:
        insert_or_leave(MailChoice, [{"user_id": user.id, "stream": stream, **said}])
        row = queries.choice_of(user, stream)
    for name, value in said.items():
        setattr(row, name, value)
    audit.record(
        "letters.chosen", user, actor=None if source == "provider" else user,
        stream=stream.value, is_on=is_on, basis=basis.value, wording=said["wording"], source=source,
    )  # fmt: skip


def stop(user: User, stream: Stream, *, source: str, now: datetime, wording: str = "") -> None:
    """No more of these letters, from the moment this is committed."""
    row = queries.choice_of(user, stream)
    if row is not None and not row.is_on:
        return
    basis = row.basis if row is not None else BY_DEFAULT[stream]
    choose(user, stream, is_on=False, basis=basis, source=source, now=now, wording=wording)


def stop_all(user: User, *, now: datetime) -> None:
    """Nothing but what they ask for themselves."""
    for stream in STREAMS:
        stop(user, stream, source="preferences", now=now, wording=words.STOP_ALL)


def save(user: User, wishes: Wishes, *, now: datetime) -> None:
    """Write as somebody says on the page; what they left alone stays as it was, with its day."""
    _set_frequency(user, wishes.frequency, now=now)
    were = {each.stream: each.is_on for each in queries.standings(user)}
    for stream, is_on in wishes.streams.items():
        if were.get(stream, is_on) != is_on:
            _say(user, stream, is_on=is_on, now=now)
    if wishes.heard is not None and _SEARCHES:
        _SEARCHES[0].hear(user.id, wishes.heard)


def have_back(user: User, *, now: datetime) -> None:
    """Write as often as before we wrote less by ourselves."""
    if user.eased_from is not None:
        _set_frequency(user, user.eased_from, now=now)


def lift(user: User, stream: str, *, now: datetime) -> None:
    """Write again to somebody whose provider told us to stop, because they say so; `stream` may be empty.

    What bounced or was called spam stays stopped: asking again does not make it arrive.
    """
    for row in queries.suppressions_of(user):
        if row.stream != stream:
            continue
        if row.why is not Why.UNSUBSCRIBED:
            raise Refused("Letters to your address came back, so this page cannot start them again.")
        mail.lift(user.email, stream)
        audit.record("letters.wanted_again", user, actor=user, stream=stream)
        for each in [Stream(stream)] if stream else STREAMS:
            _say(user, each, is_on=True, now=now)


def _set_frequency(user: User, frequency: DigestFrequency, *, now: datetime) -> None:
    was_on = any(each.is_on for each in queries.standings(user) if each.stream is Stream.DIGEST)
    is_on = frequency is not DigestFrequency.PAUSED
    if user.digest_frequency is not frequency:
        user.digest_frequency = frequency
        user.eased_from = user.eased_at = None
        audit.record("account.digest_changed", user, actor=user, frequency=frequency.value)
    if is_on != was_on:
        _say(user, Stream.DIGEST, is_on=is_on, now=now)


def _say(user: User, stream: Stream, *, is_on: bool, now: datetime) -> None:
    """What somebody says on the page; they tick it, so from then on it is by their consent."""
    if not is_on:
        stop(user, stream, source="preferences", now=now)
        return
    basis = Basis.CONSENT if BY_DEFAULT[stream] is Basis.SOFT_OPT_IN else BY_DEFAULT[stream]
    choose(user, stream, is_on=True, basis=basis, source="preferences", now=now)


@accounts.joined
def said_at_joining(user: User, no_letters: bool, now: datetime) -> None:
    """What the form to join says about letters, written down before the first of them."""
    for stream, is_on in ((Stream.DIGEST, not no_letters), (Stream.NEWS, True)):
        choose(
            user, stream, is_on=is_on, basis=BY_DEFAULT[stream], source="joining", now=now,
            wording=words.JOINING,
        )  # fmt: skip


for _stream in STREAMS:
    mail.may_get(_stream)(partial(gets, _stream))
mail.stopping(stop_url)
