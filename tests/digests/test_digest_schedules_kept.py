"""Generated schedules on the real databases, beside the plain model of `test_digest_schedules`.

Two schedulers come by at each instant, one of them too late to know of the other; some come with a day that
is past; days are missed, clocks are changed, people ask for another frequency. `PLACEFUL_RUNS=10000 pytest
-n0 tests/digests/test_digest_schedules_kept.py` plays five hundred; without it, ten.
"""

from datetime import UTC, datetime

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete, func, select, update

from marketplace.accounts.models import DigestFrequency, User
from marketplace.digests import due, queries, running, services
from marketplace.digests.models import Digest, DigestItem
from marketplace.extensions import db
from marketplace.mail.models import MailMessage, Stream
from marketplace.matching.models import Match, MatchStatus
from tests.digests.test_digest_schedules import DAILY, MONTHLY, RUNS, WEEKLY, Person, histories
from tests.factories import MatchFactory
from tests.scenes import member_of

REAL = max(RUNS // 20, 10)
MOST = 25  # looks of one history: each is a whole run


@pytest.fixture
def empty(request: pytest.FixtureRequest):
    return request.getfixturevalue("_application")[1].empty


def people() -> list[User]:
    """One for each frequency, each with a match to be told of."""
    found = []
    for frequency in (DAILY, WEEKLY, MONTHLY):
        user = member_of(MatchFactory().organisation)
        user.digest_frequency = frequency
        found.append(user)
    db.session.commit()
    return found


def come_by(at: datetime) -> None:
    """Two schedulers: both have chosen before either has written."""
    day = due.local_day(at)
    run, late = running.begin(day, at), running.means(day, at)
    db.session.commit()
    page = queries.due_page(day, after=0, limit=10)
    chosen_late = running.choose_for(page.due, late) if page else []
    running.everybody(at)
    db.session.commit()
    counts = running.write(run, chosen_late, late)
    db.session.commit()
    assert counts == running.Counts(), "the second wrote again"


def make_news() -> None:
    """What they were told of is new again, and everybody has answered: nothing is held, nobody is eased."""
    db.session.execute(delete(DigestItem))
    db.session.execute(update(Match).values(status=MatchStatus.SUGGESTED, notified_at=None))
    for user_id in db.session.scalars(select(User.id)).all():
        services.came_by(user_id, now=datetime(2027, 12, 31, tzinfo=UTC))
    db.session.commit()


def letters_to(user: User) -> int:
    query = select(func.count(MailMessage.id)).where(
        MailMessage.user_id == user.id, MailMessage.stream == Stream.DIGEST
    )
    return db.session.scalar(query) or 0


def test_what_the_databases_keep_is_what_the_plain_model_says(app, empty):
    @settings(max_examples=REAL, deadline=None, suppress_health_check=list(HealthCheck))
    @given(history=histories(), whose=st.lists(st.integers(0, 2), min_size=1, max_size=5))
    def play(history: list[tuple[datetime, DigestFrequency | None]], whose: list[int]) -> None:
        db.session.remove()  # it holds what it read, and emptying would wait for it
        empty()
        users = people()
        models = [Person(user.digest_frequency) for user in users]
        for number, (at, frequency) in enumerate(history[:MOST]):
            if frequency is not None:
                changed = whose[number % len(whose)]
                models[changed].frequency = users[changed].digest_frequency = frequency
                db.session.commit()
                continue
            for model in models:
                model.look(at)
            if due.has_opened(at):
                come_by(at)
                make_news()
            for user, model in zip(users, models, strict=True):
                kept = db.session.scalars(select(Digest.period).where(Digest.user_id == user.id)).all()
                assert sorted(kept) == sorted(model.periods), at
                assert letters_to(user) == len(model.sent) == len(kept)

    play()
