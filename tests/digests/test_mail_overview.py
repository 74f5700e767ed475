"""The convener's page of letters: figures by stream and day, and only what is broken stands out."""

from datetime import timedelta
from typing import Any

import pytest

from marketplace import mail, outbox
from marketplace.digests import overview
from marketplace.digests.due import local_day
from marketplace.digests.models import Answer, Digest, DigestItem, ItemKind
from marketplace.extensions import db
from marketplace.mail.models import MailMessage, Stream, Why
from marketplace.outbox.models import OutboxRow
from marketplace.subscriptions.models import Basis, MailChoice
from tests.factories import NOON, NeedFactory, UserFactory
from tests.scenes import signed_in

TODAY = local_day(NOON)


def letter(**given: Any) -> MailMessage:
    values = {"stream": Stream.DIGEST, "address": "a@b.example", "subject": "Chairs", "created_at": NOON}
    message = MailMessage(**values | given)
    db.session.add(message)
    db.session.flush()
    return message


def test_letters_are_counted_by_stream_and_day_of_the_place(app):
    letter(sent_at=NOON)
    letter(refused_at=NOON, refusal="no")
    letter(dropped_at=NOON, dropped_why="they stopped these letters")
    letter(held_at=NOON)
    letter(stream=Stream.NEWS)
    letter(sent_at=NOON, failed_at=NOON, created_at=NOON - timedelta(days=1))
    letter(sent_at=NOON, created_at=NOON - timedelta(days=overview.DAYS))
    found = overview.overview(NOON)

    line = found.totals[Stream.DIGEST]
    assert (line.written, line.sent, line.refused, line.held, line.waiting, line.came_back) == (
        5,
        2,
        1,
        1,
        0,
        1,
    )
    assert line.dropped == {"they stopped these letters": 1}
    assert found.totals[Stream.NEWS].waiting == 1
    assert [day for day, _ in found.days[Stream.DIGEST]] == [TODAY, TODAY - timedelta(days=1)]
    assert found.alerts == []


def test_answers_of_digests_and_those_with_nothing_to_say_are_counted(app):
    user = UserFactory()
    digest = Digest(user_id=user.id, period=TODAY, created_at=NOON, held="")
    listing = NeedFactory()
    for position, given in enumerate((Answer.INTERESTED, Answer.LATER, Answer.LATER, None)):
        digest.items.append(
            DigestItem(position=position, kind=ItemKind.FOUND, listing_id=listing.id, answer=given,
                       answered_at=NOON if given else None)
        )  # fmt: skip
    db.session.add_all(
        [digest, Digest(user_id=UserFactory().id, period=TODAY, created_at=NOON, held="nothing")]
    )
    line = overview.overview(NOON).totals[Stream.DIGEST]

    assert line.answered == {Answer.INTERESTED: 1, Answer.LATER: 2}
    assert line.nothing == 1


def test_who_stopped_is_counted_of_a_thousand(app):
    for _ in range(4):
        letter(sent_at=NOON)
    db.session.add(
        MailChoice(user_id=UserFactory().id, stream=Stream.DIGEST, is_on=False, basis=Basis.SOFT_OPT_IN,
                   wording="1", source="one click", said_at=NOON)
    )  # fmt: skip
    mail.suppress("a@b.example", Stream.DIGEST, Why.UNSUBSCRIBED, NOON)
    mail.suppress("c@d.example", "", Why.SPAM, NOON)
    line = overview.overview(NOON).totals[Stream.DIGEST]

    assert (line.stopped, line.stopped_per_thousand, line.spam) == (2, 500.0, 1)


def held() -> None:
    letter(held_at=NOON - timedelta(hours=7))


def many_refused() -> None:
    for number in range(60):
        letter(**({"refused_at": NOON} if number < 3 else {"sent_at": NOON}))


def called_spam() -> None:
    for _ in range(60):
        letter(sent_at=NOON)
    mail.suppress("a@b.example", Stream.DIGEST, Why.SPAM, NOON)


def stuck() -> None:
    mail.begin_run(Stream.DIGEST, TODAY, NOON - timedelta(hours=7))


def account_refused() -> None:
    outbox.add("mail.hand_over", run_id=1)
    db.session.flush()
    row = db.session.scalars(db.select(OutboxRow)).one()
    row.error, row.created_at = "SendGrid refuses our account: 401.", NOON - timedelta(hours=1)


@pytest.mark.parametrize(
    ("broken", "words"),
    [
        (held, "1 letter held for more than six hours"),
        (many_refused, "Digests: 5% of letters were refused."),
        (called_spam, "Digests: 1 letter of 60 were called spam."),
        (stuck, "Digests of 23 November 2026: begun more than six hours ago"),
        (account_refused, "The mail provider refuses our account"),
    ],
)
def test_what_is_broken_is_said_with_what_to_do(app, broken, words):
    broken()
    (alert,) = overview.overview(NOON).alerts

    assert alert.startswith(words)
    assert alert.count(". ") >= 1


def test_the_page_is_for_the_convener_and_opens_with_and_without_letters(app, visitor, monkeypatch):
    monkeypatch.setattr("marketplace.clock.now", lambda: NOON)
    convener = UserFactory(is_convener=True)
    signed_in(visitor, convener).open("/desk").click("How letters fare")
    assert visitor.heading == "No letter has been sent lately"

    letter(sent_at=NOON)
    letter(dropped_at=NOON, dropped_why="unsubscribed")
    held()
    db.session.commit()
    visitor.open("/convener/mail")
    assert visitor.heading == "1 thing about letters needs you"
    assert "unsubscribed (1)" in visitor.text


def test_others_do_not_see_it(app, visitor):
    signed_in(visitor, UserFactory()).open("/convener/mail", status=403)
