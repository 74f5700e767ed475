"""The letter itself: what it says of each item, its links, and how small it stays."""

from datetime import timedelta

import pytest

from marketplace.digests import running
from marketplace.digests.due import local_day
from marketplace.extensions import db
from marketplace.listings.models import Listing
from marketplace.mail import words_of
from marketplace.mail.models import MailMessage
from marketplace.matching.models import Match
from tests.factories import (
    NOON,
    MatchFactory,
    MembershipFactory,
    NeedFactory,
    OpportunityFactory,
    OrganisationFactory,
)
from tests.scenes import member_of

TODAY = NOON.date()
MOST_OF_ITS_OWN = 10_000  # bytes that SendGrid puts in for one person
MOST = 102 * 1024  # bytes after which mail programs cut a letter off


def letter() -> MailMessage:
    """The digest of the one person there is."""
    run = running.begin(local_day(NOON), NOON)
    running.page(run, running.means(local_day(NOON), NOON), after=0)
    db.session.commit()
    return db.session.scalars(db.select(MailMessage)).one()


@pytest.fixture
def match(app) -> Match:
    found: Match = MatchFactory(
        listing=NeedFactory(
            title="Twelve chairs",
            organisation=OrganisationFactory(name="Howden Hall"),
            closes_on=TODAY + timedelta(days=8),
            lat=54.714,
            lon=-1.745,
            town="Crook",
        )
    )
    member_of(found.organisation)
    return found


def test_each_item_says_what_who_how_far_by_when_and_why_in_both_parts(match):
    for part in words_of(letter()):
        for words in (
            "Twelve chairs",
            "Need of Howden Hall",
            "Crook, 4 miles away",
            "needed by 1 December",
            "Both mention chairs.",
            "In this letter",
            "one that fits you",
            "because you act for",
        ):
            assert words in part
        assert "4 miles apart." not in part, "one reason is enough"


def test_each_item_has_three_links_of_its_own_and_the_letter_those_that_make_it_less(match):
    message = letter()
    text, html = words_of(message)

    for letter_of_link, words in (("i", "Interested"), ("n", "Not for me"), ("l", "Later")):
        assert f"{words}: http://localhost/d/{letter_of_link}-" in text
        assert f'href="http://localhost/d/{letter_of_link}-' in html
    assert "Choose which letters come: http://localhost/letters/" in text
    assert "Send me less</a>" in html
    assert message.unsubscribe_url.startswith("http://localhost/letters/stop/")
    assert message.unsubscribe_url in html


def test_somebody_of_two_organisations_reads_for_which_of_them_something_is(match):
    user = match.organisation.memberships[0].user
    other = OrganisationFactory(name="Crook Scouts")
    MembershipFactory(user=user, organisation=other)
    MatchFactory(organisation=other, listing=OpportunityFactory(title="Lunch for sixty"))

    text, _ = words_of(letter())
    assert "For Crook Scouts" in text
    assert f"For {match.organisation.name}" in text
    assert f"for {match.organisation.name} and Crook Scouts: two that fit you." in text


def test_a_place_given_to_learn_by_is_said_in_plain_words(match):
    MatchFactory(organisation=match.organisation, explored=True, fit=60)

    assert "so that we learn who it is for" in words_of(letter())[0]


def test_nothing_shouts(match):
    message = letter()

    assert "!" not in message.subject + words_of(message)[0]


def test_five_items_with_long_titles_are_small_enough(app):
    firm = OrganisationFactory(name="The Village Hall and Community Association of " + "Howden-le-Wear " * 9)
    reason = {"name": "text", "points": 40, "words": "Both mention " + "stacking chairs and tables, " * 12}
    for number in range(5):
        asker = OrganisationFactory(name=f"{number} Trust for the Encouragement of " + "Reading Rooms " * 11)
        MatchFactory(
            organisation=firm,
            parts=[reason],
            listing=OpportunityFactory(
                organisation=asker,
                title=f"{number} Refurbishment of the kitchen, the roof and " + "the meeting rooms " * 13,
                closes_on=TODAY + timedelta(days=20),
            ),
        )
    member_of(firm)
    message = letter()
    text, html = words_of(message)

    assert len(message.words["lines"]) == 5
    assert max(len(row.title) for row in db.session.scalars(db.select(Listing))) > 250
    layout = len(_empty(message))
    assert len((text + html).encode()) - layout < MOST_OF_ITS_OWN
    assert len((text + html).encode()) < MOST / 4


def _empty(message: MailMessage) -> str:
    """The same letter without an item: what all letters of a run have in common."""
    message.words = {**message.words, "lines": []}
    parts = words_of(message)
    db.session.rollback()
    return "".join(parts)
