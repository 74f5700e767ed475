"""Writing less often to who does not answer, saying so, and taking it back."""

from datetime import timedelta

import pytest

from marketplace.accounts.models import DigestFrequency
from marketplace.digests import running, services
from marketplace.digests.due import local_day
from marketplace.digests.easing import Past, slower
from marketplace.digests.models import Digest
from marketplace.extensions import db
from marketplace.mail.models import MailMessage
from marketplace.mail.writing import words_of
from tests.factories import NOON, MatchFactory
from tests.scenes import member_of, signed_in

DAILY, WEEKLY, MONTHLY, PAUSED = DigestFrequency


def past(*met: bool, frequency: DigestFrequency = WEEKLY) -> list[Past]:
    """Digests, newest first; whether each was met."""
    return [
        Past(NOON - timedelta(weeks=number), frequency, NOON if was_met else None)
        for number, was_met in enumerate(met, start=1)
    ]


@pytest.mark.parametrize(
    ("frequency", "before", "after"),
    [
        (DAILY, past(False, False, False, frequency=DAILY), WEEKLY),
        (WEEKLY, past(False, False, False), MONTHLY),
        (MONTHLY, past(False, False, False, frequency=MONTHLY), None),
        (PAUSED, past(False, False, False), None),
        (WEEKLY, past(False, False), None),
        (WEEKLY, past(False, True, False), None),
        (WEEKLY, past(False, False, True), None),
        (WEEKLY, past(False, False, False, frequency=DAILY), None),
        (WEEKLY, [], None),
    ],
)
def test_three_in_a_row_without_a_sign_of_life_ease_it_by_one_step(frequency, before, after):
    assert slower(frequency, before) == after


def write(week: int) -> None:
    now = NOON + timedelta(weeks=week)
    run, using = running.begin(local_day(now), now), running.means(local_day(now), now)
    running.page(run, using, after=0)
    db.session.commit()


@pytest.fixture
def person(app):
    """Somebody who had three weekly digests, with a fourth to come."""
    firm = MatchFactory().organisation
    user = member_of(firm)
    for week in range(3):
        write(week)
        MatchFactory(organisation=firm)
    return user


def last_words() -> tuple[str, str]:
    message = db.session.scalars(db.select(MailMessage).order_by(MailMessage.id.desc()).limit(1)).one()
    return words_of(message)


def test_the_fourth_letter_says_that_the_next_comes_in_a_month_and_one_button_takes_it_back(person, visitor):
    assert "from now on" not in last_words()[0]
    write(3)

    db.session.refresh(person)
    assert (person.digest_frequency, person.eased_from) == (MONTHLY, WEEKLY)
    text, html = last_words()
    assert "from now on we write once a month" in text
    assert "Write once a week again" in html
    write(4)
    assert db.session.query(Digest).count() == 4, "weeks are months now"

    path = next(line for line in text.splitlines() if "/d/b-" in line).removeprefix("http://localhost")
    visitor.open(path).open(path)
    db.session.refresh(person)
    assert person.digest_frequency is MONTHLY, "looking changes nothing"
    for _ in range(2):
        visitor.open(path)
        if visitor.page.find("button", string="Write once a week"):
            visitor.press("Write once a week")
    db.session.expire_all()
    assert (person.digest_frequency, person.eased_from) == (WEEKLY, None)
    assert visitor.heading == "We write to you once a week"


def test_an_answer_begins_the_count_anew(person):
    item = db.session.scalars(db.select(Digest)).first().items[0]
    services.take_back(item, now=NOON)
    write(3)

    db.session.refresh(person)
    assert person.digest_frequency is WEEKLY


def test_so_does_a_visit_to_the_desk(person, visitor):
    signed_in(visitor, person).open("/desk")
    write(3)

    db.session.expire_all()
    assert person.digest_frequency is WEEKLY
    assert all(each.met_at for each in db.session.scalars(db.select(Digest).order_by(Digest.id).limit(3)))
