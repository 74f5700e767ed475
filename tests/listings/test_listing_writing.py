"""What people write, copied onto the row: summaries, places, quantities, edits."""

from datetime import timedelta

import pytest

from marketplace.errors import Refused
from marketplace.extensions import db
from marketplace.listings import services
from marketplace.listings.models import ListingStatus, Quantity, QuantityKind
from marketplace.listings.services import ListingDetails, QuantityDetails
from marketplace.needs.models import Need
from marketplace.web import words
from tests.factories import NOON, NeedFactory, OrganisationFactory, PledgeFactory, UserFactory
from tests.scenes import events, jobs

CHAIRS = QuantityDetails(QuantityKind.GOODS, 12, "chairs")
LATER = NOON + timedelta(days=2)


def details(**more: object) -> ListingDetails:
    given = {
        "title": "Twelve chairs",
        "body": "Ours broke. We meet on Fridays.",
        "where": "Crook",
        "categories": ("furniture-goods",),
    }
    return ListingDetails(**{**given, **more})


def need_of(*rows: tuple[QuantityKind, int, int, str]) -> Need:
    """A need with these lines: kind, wanted, promised, of what."""
    lines = [
        Quantity(kind=kind, wanted=wanted, promised=promised, what=what, position=position)
        for position, (kind, wanted, promised, what) in enumerate(rows)
    ]
    need: Need = NeedFactory(quantities=lines)
    return need


@pytest.mark.parametrize(
    ("text", "summary"),
    [
        ("Ours broke. We meet on Fridays.", "Ours broke."),
        ("Can you help? We hope so.", "Can you help?"),
        ("No full stop here", "No full stop here"),
        ("Two\nlines   of it. More.", "Two lines of it."),
        ("It costs £2.50 each. Cheap.", "It costs £2.50 each."),
        ("", ""),
    ],
)
def test_a_summary_is_the_opening_sentence(text, summary):
    assert words.first_sentence(text) == summary


def test_a_long_opening_is_cut_at_a_word():
    summary = words.first_sentence("chairs and tables, " * 30)

    assert len(summary) <= words.A_LINE + 1
    assert summary.endswith(("chairs…", "and…", "tables…"))


def test_a_new_notice_is_a_draft_of_its_organisation_with_a_pin(app):
    organisation, person, need = OrganisationFactory(), UserFactory(), Need()
    services.write(need, details(), now=NOON)
    services.begin(need, organisation, actor=person, now=NOON)
    db.session.commit()

    assert (need.status, need.organisation, need.place_id) == (
        ListingStatus.DRAFT,
        organisation,
        organisation.place_id,
    )
    assert (need.town, need.lat, need.lon, need.postcode) == ("Crook", 54.714, -1.745, "")
    assert (need.summary, need.categories) == ("Ours broke.", ["furniture-goods"])
    assert (need.created_by_id, need.is_public) == (person.id, False)
    assert events() == ["need.drafted"]
    assert jobs() == []


def test_writing_again_replaces_the_categories(app):
    need = NeedFactory()
    services.write(need, details(categories=("transport", "cleaning")), now=NOON)
    db.session.commit()
    services.write(need, details(categories=("cleaning",)), now=LATER)
    db.session.commit()

    assert (need.categories, need.updated_at) == (["cleaning"], LATER)


def test_an_unknown_place_is_refused_and_leaves_the_pin_where_it_was(app):
    need = NeedFactory(lat=54.663, lon=-1.676)

    with pytest.raises(Refused, match="We don't know"):
        services.write(need, details(where="ZZ1 1ZZ"), now=NOON)
    db.session.rollback()

    assert (need.lat, need.lon) == (54.663, -1.676)


def test_editing_what_is_on_the_board_keeps_it_there_and_has_it_indexed_again(app):
    need = NeedFactory()
    services.write(need, details(title="Fifteen chairs"), now=LATER)
    services.edited(need, actor=UserFactory())

    assert (need.title, need.is_open, need.published_at) == ("Fifteen chairs", True, NOON)
    assert jobs("search.index") == [{"keys": [f"need:{need.id}"]}]
    assert jobs("matching.listing") == [{"listing_id": need.id}]


def test_editing_a_draft_tells_nobody(app):
    need = NeedFactory(status=ListingStatus.DRAFT, published_at=None)
    services.edited(need, actor=UserFactory())

    assert (events(), jobs()) == (["need.edited"], [])


def test_what_was_promised_survives_an_edit(app):
    need = need_of((QuantityKind.GOODS, 12, 5, "chairs"))
    row = need.quantities[0].id
    services.set_quantities(need, [QuantityDetails(QuantityKind.MONEY, 200), CHAIRS])
    db.session.commit()
    db.session.expire_all()

    assert [(each.kind, each.wanted, each.promised) for each in need.quantities] == [
        (QuantityKind.MONEY, 200, 0),
        (QuantityKind.GOODS, 12, 5),
    ]
    assert need.quantities[1].id == row


def test_two_lines_that_read_the_same_stay_two_lines(app):
    need = need_of((QuantityKind.GOODS, 12, 5, "chairs"), (QuantityKind.GOODS, 6, 2, "chairs"))
    services.set_quantities(need, [CHAIRS, QuantityDetails(QuantityKind.GOODS, 7, "chairs")])
    db.session.commit()
    db.session.expire_all()

    assert [(each.wanted, each.promised) for each in need.quantities] == [(12, 5), (7, 2)]


@pytest.mark.parametrize(
    ("wanted", "words"),
    [
        ([QuantityDetails(QuantityKind.GOODS, 4, "chairs")], "You have been promised 5 chairs, so ask"),
        ([QuantityDetails(QuantityKind.GOODS, 12, "stools")], "You have been promised 5 chairs, so keep"),
        ([QuantityDetails(QuantityKind.MONEY, 500)], "You have been promised 5 chairs, so keep"),
    ],
)
def test_a_promise_cannot_be_edited_away(app, wanted, words):
    need = need_of((QuantityKind.GOODS, 12, 5, "chairs"))
    db.session.commit()

    with pytest.raises(Refused, match=words) as refusal:
        services.set_quantities(need, wanted)
    db.session.rollback()

    assert refusal.value.field == "quantities"
    assert [(each.what, each.wanted, each.promised) for each in need.quantities] == [("chairs", 12, 5)]


def test_what_was_promised_since_the_page_was_opened_counts_too(app):
    need = need_of((QuantityKind.GOODS, 12, 5, "chairs"))
    db.session.commit()
    assert need.quantities[0].promised == 5
    db.session.connection().execute(db.update(Quantity.__table__).values(promised=9))

    with pytest.raises(Refused, match="You have been promised 9 chairs, so ask for at least that"):
        services.set_quantities(need, [QuantityDetails(QuantityKind.GOODS, 8, "chairs")])


def test_a_line_somebody_offered_towards_cannot_be_taken_out(app):
    need = need_of((QuantityKind.GOODS, 12, 0, "chairs"))
    PledgeFactory(listing=need)
    db.session.commit()

    with pytest.raises(Refused, match="Somebody has offered towards a line"):
        services.set_quantities(need, [QuantityDetails(QuantityKind.GOODS, 12, "stools")])
    db.session.rollback()

    assert [each.what for each in need.quantities] == ["chairs"]


def test_a_line_nobody_cares_about_can_be_taken_out(app):
    need = need_of((QuantityKind.GOODS, 12, 0, "chairs"), (QuantityKind.MONEY, 50, 0, ""))
    services.set_quantities(need, [CHAIRS])
    db.session.commit()

    assert db.session.query(Quantity).count() == 1


@pytest.mark.parametrize(
    ("kind", "what", "number", "words"),
    [
        (QuantityKind.GOODS, "stacking chairs", 40, "40 stacking chairs"),
        (QuantityKind.MONEY, "", 1500, "£1,500"),
        (QuantityKind.MONEY, "for paint", 20, "£20 for paint"),
        (QuantityKind.VOLUNTEERS, "", 1, "1 hour of volunteering"),
        (QuantityKind.SKILLS, "", 2, "2 hours of skilled help"),
        (QuantityKind.SPACE, "", 3, "3 hours of a room"),
        (QuantityKind.VOLUNTEERS, "painting", 12, "12 hours of painting"),
        (QuantityKind.SKILLS, "bookkeeping", 1, "1 hour of bookkeeping"),
        (QuantityKind.SPACE, "hours over twelve nights", 60, "60 hours over twelve nights"),
    ],
)
def test_a_quantity_is_said_in_words(kind, what, number, words):
    assert Quantity(kind=kind, wanted=5000, what=what).words(number) == words
