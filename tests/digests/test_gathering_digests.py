"""What could stand in a digest: new matches, finds of kept searches, and what was kept and closes soon."""

from datetime import timedelta

import pytest

from marketplace.accounts.models import User
from marketplace.digests import running
from marketplace.digests.due import local_day
from marketplace.digests.models import Answer, Digest, DigestItem, ItemKind
from marketplace.discovery import services as discovery
from marketplace.discovery.models import SavedSearch
from marketplace.extensions import db
from marketplace.listings.models import Listing
from marketplace.mail.models import MailMessage
from marketplace.matching.models import Match, MatchStatus
from marketplace.organisations.models import OrganisationStatus
from marketplace.portfolio.models import Shortlisted
from tests.factories import (
    NOON,
    MatchFactory,
    MembershipFactory,
    NeedFactory,
    OfferFactory,
    OrganisationFactory,
    UserFactory,
)
from tests.scenes import member_of

TODAY = local_day(NOON)
BEFORE = NOON - timedelta(days=3)


def write(*, weeks: int = 0) -> list[tuple[ItemKind, str]]:
    """The items of the digests that are written, in their order: what they are and their titles."""
    now = NOON + timedelta(weeks=weeks)
    run, using = running.begin(local_day(now), now), running.means(local_day(now), now)
    running.page(run, using, after=0)
    db.session.commit()
    query = db.select(Digest).where(Digest.created_at == now)
    return [(item.kind, item.listing.title) for digest in db.session.scalars(query) for item in digest.items]


def keep(user: User, address: str = "q=kettle", **given) -> SavedSearch:
    values = {"name": "Kettles", "created_at": BEFORE, "place_id": OrganisationFactory().place_id} | given
    search = SavedSearch(user_id=user.id, address=address, **values)
    db.session.add(search)
    db.session.flush()
    return search


def indexed() -> None:
    """Have the engine know what there is; it forgets the rows that were read."""
    db.session.commit()
    discovery.rebuild()


@pytest.fixture
def person(app) -> User:
    return member_of(OrganisationFactory())


def firm_of(person: User):
    return person.memberships[0].organisation


def test_what_a_search_found_since_they_last_looked_is_told_once(person):
    search = keep(person)
    NeedFactory(title="An old kettle", published_at=BEFORE - timedelta(days=1))
    NeedFactory(title="A new kettle", published_at=NOON)
    NeedFactory(title="A piano", published_at=NOON)
    search_id, firm_id = search.id, firm_of(person).id
    indexed()

    assert write() == [(ItemKind.FOUND, "A new kettle")]
    assert db.session.get(SavedSearch, search_id).last_seen_at == NOON
    item = db.session.scalars(db.select(DigestItem)).one()
    assert (item.search_id, item.organisation_id) == (search_id, firm_id)
    words = db.session.scalars(db.select(MailMessage)).one().words["lines"][0]
    assert words["reason"] == "Your search “Kettles” found it."
    assert write(weeks=1) == []


def test_whoever_acts_for_nobody_gets_what_their_searches_find(app):
    keep(UserFactory())
    OfferFactory(title="A kettle to give", published_at=NOON)
    indexed()

    assert write() == [(ItemKind.FOUND, "A kettle to give")]


@pytest.mark.parametrize("change", [{"muted": True}, {"last_seen_at": NOON + timedelta(hours=1)}])
def test_a_search_that_is_muted_or_was_looked_at_since_tells_nothing(person, change):
    keep(person, **change)
    NeedFactory(title="A new kettle", published_at=NOON)
    indexed()

    assert write() == []


def test_their_own_and_what_they_said_no_to_is_not_found_for_them(person):
    keep(person)
    NeedFactory(title="Our kettle", published_at=NOON, organisation=firm_of(person))
    declined = NeedFactory(title="Their kettle", published_at=NOON)
    MatchFactory(organisation=firm_of(person), listing=declined, status=MatchStatus.DECLINED)
    indexed()

    assert write() == []


def test_a_find_that_is_a_match_of_theirs_is_answered_as_one(person):
    keep(person)
    match = MatchFactory(
        organisation=firm_of(person), introduced_at=None,
        listing=NeedFactory(title="A kettle", published_at=NOON),
    )  # fmt: skip
    match_id = match.id
    indexed()

    assert write() == [(ItemKind.FOUND, "A kettle")]
    assert db.session.scalars(db.select(DigestItem.match_id)).one() == match_id


def test_each_search_is_asked_of_the_engine_once_however_many_people_keep_it(app, monkeypatch):
    asked = []
    engine = app.extensions["search"]
    search = type(engine).search
    monkeypatch.setattr(
        type(engine), "search", lambda self, query: asked.append(query.text) or search(self, query)
    )
    for _ in range(5):
        keep(member_of(OrganisationFactory()))
    NeedFactory(title="A kettle", published_at=NOON)
    indexed()

    assert len(write()) == 5
    assert asked == ["kettle"]


@pytest.mark.parametrize(
    "kept", [{"saved_at": NOON}, {"status": MatchStatus.SNOOZED, "snoozed_until": TODAY + timedelta(days=3)}]
)
def test_what_they_saved_or_put_off_is_told_when_it_closes_within_a_week_and_once(person, kept):
    match = MatchFactory(
        organisation=firm_of(person), listing=NeedFactory(closes_on=TODAY + timedelta(days=8)), **kept
    )
    assert write() == []

    assert write(weeks=1) == [(ItemKind.CLOSING, match.listing.title)]
    db.session.get(Listing, match.listing_id).closes_on = TODAY + timedelta(days=20)
    assert write(weeks=2) == []


def test_what_they_were_told_of_and_put_off_by_letter_is_told_again_when_it_closes(person):
    keep(person)
    NeedFactory(title="A kettle", published_at=NOON, closes_on=TODAY + timedelta(days=10))
    indexed()
    write()
    db.session.scalars(db.select(DigestItem)).one().answer = Answer.LATER

    assert write(weeks=1) == [(ItemKind.CLOSING, "A kettle")]


def test_what_a_team_keeps_on_its_list_is_told_when_it_closes(person):
    need = NeedFactory(closes_on=TODAY + timedelta(days=2))
    db.session.add(Shortlisted(organisation_id=firm_of(person).id, listing_id=need.id, added_at=BEFORE))

    assert write() == [(ItemKind.CLOSING, need.title)]


def test_nothing_is_told_of_who_is_suspended_or_to_whom_they_act_for(person):
    asker = MatchFactory(organisation=firm_of(person)).listing.organisation
    asker.status = OrganisationStatus.SUSPENDED
    assert write() == []

    asker.status, firm_of(person).status = OrganisationStatus.ACTIVE, OrganisationStatus.SUSPENDED
    assert write(weeks=1) == []


def test_somebody_of_two_organisations_gets_one_letter_for_both(person):
    other = MembershipFactory(user=person).organisation
    need = NeedFactory(title="Paint")
    worse, better = (
        MatchFactory(organisation=whose, listing=need, fit=fit)
        for whose, fit in ((firm_of(person), 50), (other, 70))
    )
    second = MatchFactory(organisation=firm_of(person), fit=60)

    assert write() == [(ItemKind.MATCH, "Paint"), (ItemKind.MATCH, second.listing.title)]
    told = db.session.scalars(db.select(DigestItem.match_id).order_by(DigestItem.position)).all()
    assert told == [better.id, second.id]
    assert db.session.get(Match, worse.id).notified_at is None


@pytest.mark.parametrize(("invited_at", "told"), [(None, []), (BEFORE, [(ItemKind.MATCH, "Far work")])])
def test_what_is_too_far_to_be_near_stays_on_the_desk_unless_they_were_asked(person, invited_at, told):
    MatchFactory(
        organisation=firm_of(person),
        listing__title="Far work",
        invited_at=invited_at,
        parts=far(0, "275 miles apart"),
    )

    assert write() == told


def far(points: int, words: str) -> list[dict[str, object]]:
    return [
        {"name": "text", "points": 61, "words": "Both mention school transport"},
        {"name": "distance", "points": points, "words": words},
    ]


def test_many_that_are_too_far_do_not_stand_before_one_that_is_near(person):
    for _ in range(12):
        MatchFactory(organisation=firm_of(person), fit=90, parts=far(0, "275 miles apart"))
    MatchFactory(organisation=firm_of(person), fit=40, listing__title="Near work")

    assert write() == [(ItemKind.MATCH, "Near work")]


def test_what_is_nowhere_on_the_map_is_not_far(person):
    parts = far(0, "How far apart they are is not known")
    MatchFactory(organisation=firm_of(person), listing__title="Somewhere", parts=parts)

    assert write() == [(ItemKind.MATCH, "Somewhere")]
