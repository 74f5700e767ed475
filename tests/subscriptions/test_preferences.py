"""The page on which people choose their letters: by a link of a letter, or signed in."""

import re
from datetime import timedelta

import pytest
from itsdangerous import TimestampSigner

from marketplace import mail
from marketplace.accounts.models import DigestFrequency, User
from marketplace.discovery.models import SavedSearch
from marketplace.extensions import db
from marketplace.mail.models import Stream, Suppression, Why
from marketplace.subscriptions import queries, services, tokens
from marketplace.subscriptions.models import Basis, MailChoice
from tests.factories import NOON, PlaceFactory, UserFactory
from tests.scenes import events, signed_in


@pytest.fixture
def person(app) -> User:
    user: User = UserFactory(email="maureen@hall.example", name="Maureen")
    db.session.commit()
    return user


def link(person: User) -> str:
    return f"/letters/{tokens.preferences_token(person.id)}"


def on(person: User) -> set[Stream]:
    db.session.rollback()
    return {each.stream for each in queries.standings(person) if each.is_on}


def choices() -> dict[Stream, MailChoice]:
    db.session.rollback()
    return {row.stream: row for row in db.session.scalars(db.select(MailChoice))}


ALL = {Stream.DIGEST, Stream.NEWS, Stream.SUMMARY}


def test_it_says_of_each_kind_since_when_and_why_we_write(person, visitor):
    visitor.open(link(person))

    assert visitor.text.count("It goes with your account, since you joined on 23 November 2026.") == 3
    assert "You were not asked about it then." in visitor.text
    assert "waits for the convener" not in visitor.text


def test_the_convener_has_one_kind_more(person, visitor):
    person.is_convener = True
    signed_in(visitor, person).open("/letters")

    assert "What waits for the convener, once a day" in visitor.text
    visitor.press("Save", todo=[])
    assert on(person) == ALL


def test_saving_what_was_there_changes_nothing_and_claims_no_consent(person, visitor):
    visitor.open(link(person)).press("Save")

    assert "Saved." in visitor.text
    assert choices() == {}
    assert person.digest_frequency is DigestFrequency.WEEKLY


def test_a_kind_that_is_unticked_stops_and_the_page_says_when(person, visitor):
    visitor.open(link(person)).press("Save", news=[])

    assert on(person) == ALL - {Stream.NEWS}
    row = choices()[Stream.NEWS]
    assert (row.is_on, row.basis, row.source, row.wording) == (
        False, Basis.SERVICE, "preferences", "news 2026-11",
    )  # fmt: skip
    assert re.search(r"You stopped it on \d+ \w+ \d{4}\.", visitor.text)


@pytest.mark.parametrize("often", ["daily", "monthly"])
def test_how_often_is_theirs_to_say(person, visitor, often):
    visitor.open(link(person)).press("Save", frequency=often)

    assert on(person) == ALL
    assert person.digest_frequency.value == often
    assert "account.digest_changed" in events()


def test_not_at_all_is_a_no_and_going_back_is_a_yes_by_consent(person, visitor):
    visitor.open(link(person)).press("Save", frequency="paused")
    assert (on(person), choices()[Stream.DIGEST].is_on) == (ALL - {Stream.DIGEST}, False)

    visitor.press("Save", frequency="weekly")
    row = choices()[Stream.DIGEST]
    assert (row.is_on, row.basis, row.source) == (True, Basis.CONSENT, "preferences")
    assert on(person) == ALL


def test_whoever_stopped_digests_by_one_click_sees_so_and_can_start_them(person, visitor):
    services.stop(person, Stream.DIGEST, source="one click", now=NOON)
    db.session.commit()
    visitor.open(link(person))
    assert "You stopped it from your mail program on 23 November 2026." in visitor.text

    visitor.press("Save", frequency="weekly")
    assert on(person) == ALL


def test_one_button_stops_all_but_what_they_ask_for_themselves(person, visitor):
    visitor.open(link(person)).press("Stop everything but what I ask for myself")

    assert on(person) == set()
    assert {row.wording for row in choices().values()} == {"stop all 2026-11"}
    assert services.gets(Stream.NEWS, [person.id]) == {person.id: queries.STOPPED}


def test_a_button_nobody_made_is_refused(person, visitor):
    visitor.open(link(person))
    token = visitor.page.find("input", attrs={"name": "csrf_token"})["value"]
    answer = visitor.client.post(link(person), data={"csrf_token": token, "do": "something else"})

    assert answer.status_code == 400
    assert on(person) == ALL


def test_what_we_eased_is_said_with_a_button_to_have_it_back(person, visitor):
    person.digest_frequency, person.eased_from = DigestFrequency.MONTHLY, DigestFrequency.WEEKLY
    person.eased_at = NOON
    db.session.commit()
    visitor.open(link(person))
    assert "since 23 November 2026 they come once a month" in visitor.text

    visitor.press("Write once a week again")
    db.session.rollback()
    assert (person.digest_frequency, person.eased_from, person.eased_at) == (
        DigestFrequency.WEEKLY, None, None,
    )  # fmt: skip
    assert "less often" not in visitor.text


def test_searches_are_muted_one_by_one(person, visitor):
    place = PlaceFactory()
    kept = [
        SavedSearch(user=person, place=place, address=f"q={name}", name=name, created_at=NOON)
        for name in ("Chairs", "Vans")
    ]
    others = SavedSearch(user=UserFactory(), place=place, address="q=x", name="Theirs", created_at=NOON)
    db.session.add_all([*kept, others])
    db.session.commit()
    visitor.open(link(person)).press("Save", searches=[kept[1].id])

    db.session.rollback()
    assert [each.muted for each in (*kept, others)] == [True, False, False]
    assert "Theirs" not in visitor.text
    visitor.press("Save", searches=[])
    db.session.rollback()
    assert [each.muted for each in (*kept, others)] == [True, True, False]


def test_somebody_elses_search_cannot_be_named(person, visitor):
    place = PlaceFactory()
    others = SavedSearch(user=UserFactory(), place=place, address="q=x", name="Theirs", created_at=NOON)
    own = SavedSearch(user=person, place=place, address="q=y", name="Own", created_at=NOON)
    db.session.add_all([others, own])
    db.session.commit()

    visitor.open(link(person)).press("Save", searches=[others.id], status=422)

    db.session.rollback()
    assert (others.muted, own.muted) == (False, False)


def suppress(person: User, why: Why, stream: str = "") -> None:
    mail.suppress(person.email, stream, why, NOON)
    db.session.commit()


def test_what_a_provider_stopped_is_said_and_can_be_started_again(person, visitor):
    suppress(person, Why.UNSUBSCRIBED, "digest")
    visitor.open(link(person))
    assert "Your mail provider told us to stop" in visitor.text

    visitor.press("Send them again")
    assert db.session.scalars(db.select(Suppression)).all() == []
    assert choices()[Stream.DIGEST].basis is Basis.CONSENT


@pytest.mark.parametrize("why", [Why.BOUNCED, Why.BLOCKED, Why.SPAM])
def test_what_came_back_or_was_called_spam_stays_stopped_and_the_page_says_what_to_do(person, visitor, why):
    suppress(person, why)
    visitor.open(link(person))
    assert "Then ask whoever runs" in visitor.text
    assert "Send them again" not in visitor.text

    token = visitor.page.find("input", attrs={"name": "csrf_token"})["value"]
    visitor.client.post(link(person), data={"csrf_token": token, "do": "again", "stream": ""})
    assert len(db.session.scalars(db.select(Suppression)).all()) == 1


@pytest.mark.parametrize(("days", "good"), [(364, True), (366, False)])
def test_the_link_of_a_letter_is_good_for_a_year(person, visitor, monkeypatch, days, good):
    real = TimestampSigner.get_timestamp
    with monkeypatch.context() as past:
        past.setattr(TimestampSigner, "get_timestamp", lambda self: real(self) - days * 86400)
        old = link(person)
    visitor.open(old, status=200 if good else 404)

    assert good or "more than a year old" in visitor.text
    assert good or visitor.page.find("main").find("a", href="/letters")


def test_a_link_that_is_not_whole_says_how_to_go_on(person, visitor):
    visitor.open(link(person)[:-4], status=404)
    assert "This link is not whole." in visitor.text

    stop = tokens.stop_token(person.id, Stream.DIGEST)
    visitor.open(f"/letters/{stop}", status=404)


def test_the_link_is_of_one_person_whoever_is_signed_in(person, visitor):
    somebody = UserFactory(email="lorraine@larder.example")
    signed_in(visitor, somebody).open(link(person)).press("Save", news=[])

    assert on(person) == ALL - {Stream.NEWS}
    assert on(somebody) == ALL


def test_signed_out_the_page_without_a_link_leads_to_signing_in(visitor):
    assert visitor.open("/letters").path == "/sign-in?next=/letters"


def test_opening_either_page_changes_nothing(person, visitor):
    before = (person.digest_frequency, events())
    for path in (link(person), f"{link(person)}?do=stop+all", f"{link(person)}?frequency=paused"):
        visitor.open(path)

    db.session.rollback()
    assert (person.digest_frequency, events()) == before
    assert choices() == {}


def test_a_choice_is_kept_with_its_instant(person):
    services.choose(person, Stream.DIGEST, is_on=True, basis=Basis.CONSENT, source="preferences", now=NOON)
    again = NOON + timedelta(days=3)
    services.choose(person, Stream.DIGEST, is_on=True, basis=Basis.CONSENT, source="preferences", now=again)

    assert queries.choice_of(person, Stream.DIGEST).said_at == NOON
    services.choose(person, Stream.DIGEST, is_on=False, basis=Basis.CONSENT, source="preferences", now=again)
    assert queries.choice_of(person, Stream.DIGEST).said_at == again
