"""Pages that were left open while something happened, teams that approve, offers asked for, and lists."""

import pytest

from marketplace import clock
from marketplace.accounts.models import User
from marketplace.extensions import db
from marketplace.organisations.models import Membership, MembershipRole
from marketplace.pledges import services
from marketplace.pledges.models import End, Pledge, PledgeStatus
from marketplace.teams.models import TeamLimit
from tests.factories import NOON, MembershipFactory, NeedFactory, OfferFactory, OrganisationFactory
from tests.pledges.conftest import FRIDAY, OfferScene
from tests.scenes import counted_queries, events, member_of, signed_in
from tests.visitor import Visitor


@pytest.fixture(autouse=True)
def at_noon(monkeypatch):
    monkeypatch.setattr(clock, "now", lambda: NOON)


@pytest.fixture
def giver(app, scene) -> Visitor:
    return signed_in(Visitor(app), scene.giver)


@pytest.fixture
def secretary(app, scene) -> Visitor:
    return signed_in(Visitor(app), scene.secretary)


@pytest.fixture
def asked(app) -> OfferScene:
    offer = OfferFactory(organisation__name="The College")
    hall = OrganisationFactory(name="Village Hall")
    found = OfferScene(offer, hall, member_of(offer.organisation), member_of(hall))
    db.session.commit()
    return found


def page_of(pledge: Pledge) -> str:
    db.session.commit()
    return f"/pledges/{pledge.id}"


def status_of(pledge: Pledge) -> PledgeStatus:
    db.session.expire_all()
    return pledge.status


def test_an_old_page_says_what_happened_and_keeps_what_was_typed(scene, secretary):
    pledge = scene.offer()
    secretary.open(page_of(pledge))
    scene.take_back(pledge)
    db.session.commit()

    secretary.press("No, not this time", status=409, reason="Something else", words="The hall floods.")

    assert "Since you opened this page Tow Law Larder called off" in secretary.text
    assert "What you pressed has not been done." in secretary.text
    assert "The hall floods." in secretary.text
    assert secretary.heading == "Tow Law Larder called it off"


def test_a_form_that_is_still_there_keeps_its_words_in_place(scene, giver, secretary):
    pledge = scene.accepted(8, starts_on=FRIDAY)
    giver.open(page_of(pledge))
    services.propose(pledge, FRIDAY.replace(day=28), end=End.RECEIVER, actor=scene.secretary, now=NOON)
    db.session.commit()

    giver.press("It is given", status=409, quantity="9", words="All of it.")

    assert "Village Hall proposed 28 November 2026" in giver.text
    assert giver.page.find("textarea", id="deliver-words").get_text().strip() == "All of it."
    assert "You promised 8 chairs here" in giver.text


def test_nobody_says_yes_to_other_terms_than_they_read(scene, secretary):
    pledge = scene.offer(8, starts_on=FRIDAY)
    secretary.open(page_of(pledge))
    services.propose(pledge, FRIDAY.replace(day=28), end=End.GIVER, actor=scene.giver, now=NOON)
    db.session.commit()

    secretary.press("Yes, thank you", status=409)

    assert "Read it again, then choose." in secretary.text
    assert status_of(pledge) is PledgeStatus.OFFERED
    secretary.press("Yes, that day suits us")
    assert "say yes or no" in secretary.heading


def test_a_later_page_does_not_stop_what_can_still_be_said(scene, giver, secretary):
    pledge = scene.weekly()
    services.accept(pledge, actor=scene.secretary, now=NOON)
    scene.give(pledge)
    secretary.open(page_of(pledge))
    scene.give(pledge, number=2)
    db.session.commit()
    secretary.press("Yes, it came")

    db.session.expire_all()
    assert [row.confirmed for row in pledge.deliveries] == [2, 0, 0, 0]


def test_a_button_pressed_twice_is_one_move_and_no_complaint(scene, secretary):
    secretary.open(page_of(scene.offer()))
    page, path = secretary.response, secretary.path
    secretary.press("Yes, thank you")
    secretary.response, secretary.path = page, path
    secretary.press("Yes, thank you")

    assert "theirs to give" in secretary.heading
    assert events().count("pledge.accepted") == 1


def test_marking_as_given_twice_is_one_delivery(scene, giver):
    giver.open(page_of(scene.scheduled()))
    page, path = giver.response, giver.path
    giver.press("It is given")
    giver.response, giver.path = page, path
    giver.press("It is given")

    assert events().count("pledge.delivered") == 1


@pytest.fixture
def team(scene) -> User:
    """Of the firm, nobody promises more than four things alone; returns who may say yes to more."""
    db.session.add(TeamLimit(organisation_id=scene.firm.id, goods=4, updated_at=NOON))
    manager: User = MembershipFactory(organisation=scene.firm, may_approve=True).user
    db.session.query(Membership).filter_by(user_id=scene.giver.id).update({"role": MembershipRole.MEMBER})
    db.session.commit()
    return manager


def test_a_large_promise_waits_for_the_team_and_nobody_else_sees_it(app, scene, team, giver, secretary):
    giver.open(f"/needs/{scene.need.id}/pledge").press("Promise it", each="8")
    assert "your team has yet to say yes" in giver.heading
    assert "Yes, promise it" not in giver.text
    secretary.open(giver.path, status=404)

    manager = signed_in(Visitor(app), team)
    assert "waits for your team" in manager.open("/desk").text
    manager.open(giver.path).press("Yes, promise it")
    assert "Village Hall has yet to answer" in manager.heading
    assert "say yes or no" in secretary.open(giver.path).heading


def test_a_team_turns_a_promise_down_with_a_word_to_their_colleague(app, scene, team, giver, secretary):
    giver.open(f"/needs/{scene.need.id}/pledge").press("Promise it", each="8")
    manager = signed_in(Visitor(app), team)
    manager.open(giver.path).press("No, not as it is", status=422)
    assert "Say why, for your colleague" in manager.text
    manager.press("No, not as it is", words="Keep four for the office.")

    assert giver.open(giver.path).heading == "Your team said not this time"
    assert "Keep four for the office." in giver.text
    secretary.open(giver.path, status=404)


def test_a_standing_offer_is_asked_for_and_the_giver_answers(app, asked):
    secretary, college = signed_in(Visitor(app), asked.secretary), signed_in(Visitor(app), asked.giver)
    secretary.open(f"/offers/{asked.offer.id}").click("Ask for this")
    secretary.press("Ask for it", each="8", words="For the lunch club.", starts_on=FRIDAY)
    assert secretary.heading == "You asked for 8 chairs. The College has yet to answer"

    assert college.open(secretary.path).heading == "Village Hall asks for 8 chairs: say yes or no"
    assert "For the lunch club." in college.text
    college.press("Yes to this", quantity="6")
    assert college.heading == "6 chairs on 27 November 2026: yours to give"
    assert "6 chairs promised" in college.open(f"/offers/{asked.offer.id}").text


def test_a_request_is_declined_with_a_reason_that_fits_it(app, asked):
    pledge = asked.request()
    college = signed_in(Visitor(app), asked.giver)
    college.open(page_of(pledge)).press("No, not this time", reason="It is too far for us")

    assert "You said not this time" in college.heading


def test_nobody_asks_for_an_offer_of_their_own(app, asked):
    signed_in(Visitor(app), asked.giver).open(f"/offers/{asked.offer.id}/request", status=403)


def test_the_list_shows_whose_move_it_is(scene, giver, secretary):
    scene.offer(2, key="one")
    scene.accepted(2, key="two")
    scene.confirmed(2, key="three")
    db.session.commit()

    assert secretary.open("/desk/pledges").heading == "One promise waits for you"
    assert "Tow Law Larder offers 2 chairs" in secretary.text
    assert giver.open("/desk/pledges").heading == "One promise waits for you"
    assert "said yes to 2 chairs" in giver.text
    giver.click("Done 1")
    assert giver.heading == "1 promise done"
    assert "given, confirmed" not in giver.text
    assert "Nothing here yet" in giver.click("Received").text


def test_a_long_list_goes_on_page_by_page(scene, secretary):
    for number in range(23):
        scene.offer(1, key=f"form {number}")
    db.session.commit()
    secretary.open("/desk/pledges")
    assert len(secretary.page.select("main li.pf-still")) == 20
    secretary.click("Next")

    assert len(secretary.page.select("main li.pf-still")) == 3


@pytest.mark.parametrize("after", ["x", "-1", "0", "99999999999"])
def test_a_page_number_nobody_was_given_shows_the_first_page(scene, secretary, after):
    scene.offer()
    db.session.commit()

    assert "offers 8 chairs" in secretary.open(f"/desk/pledges?after={after}&show=what&side=who").text


@pytest.mark.parametrize("path", ["/desk/pledges", "/desk/pledges?show=theirs", "/desk", "/needs/{need}"])
def test_the_queries_of_a_page_do_not_grow_with_the_promises(scene, secretary, path):
    path = path.format(need=scene.need.id)
    scene.offer(1, key="first")
    scene.accepted(1, key="second")
    db.session.commit()
    with counted_queries() as few:
        secretary.open(path)
    for number in range(6):
        firm = OrganisationFactory()
        actor = member_of(firm)
        scene.offer(1, key=f"form {number}", giver=firm, actor=actor)
        services.accept(
            scene.offer(1, key=f"more {number}", giver=firm, actor=actor), actor=scene.secretary, now=NOON
        )
    db.session.commit()
    with counted_queries() as many:
        secretary.open(path)

    assert len(many) == len(few)


def test_the_queries_of_a_pledge_do_not_grow_with_its_times(scene, giver):
    few_times, many_times = scene.weekly(1, 2, key="few"), scene.weekly(1, 8, key="many")
    for pledge in (few_times, many_times):
        services.accept(pledge, actor=scene.secretary, now=NOON)
    pages = [page_of(pledge) for pledge in (few_times, many_times)]
    giver.open(pages[0])
    with counted_queries() as few:
        giver.open(pages[0])
    with counted_queries() as many:
        giver.open(pages[1])

    assert len(many) == len(few)


def test_what_a_need_can_host_is_asked_kept_and_shown(scene, secretary):
    secretary.open(f"/needs/{scene.need.id}/edit")
    secretary.press(
        "Save changes",
        where="Crook",
        category="furniture-goods",
        starts_on=FRIDAY,
        ends_on="2026-12-18",
        host_a_week="4",
        hosting_cost="£40",
        cost_covered_by="whoever comes",
        with_children="y",
        dbs="basic",
        access="Ramp, no lift",
    )

    for words in (
        "27 November 2026 to 18 December 2026",
        "4 helpers a week",
        "£40 a day, covered by: whoever comes",
        "Helpers meet children or young people. A basic DBS check is needed.",
        "Ramp, no lift",
    ):
        assert words in secretary.text
    kept = secretary.open(f"/needs/{scene.need.id}/edit").page
    assert kept.find("input", attrs={"name": "host_a_week"})["value"] == "4"
    assert kept.find("details", open=True) is not None


def test_the_last_day_is_not_before_the_first(scene, secretary):
    secretary.open(f"/needs/{scene.need.id}/edit")
    secretary.press("Save changes", status=422, starts_on=FRIDAY, ends_on="2026-11-26", host_a_week="0")

    assert "The last day must be the first day or later" in secretary.text
    assert "Enter a number of 1 or more" in secretary.text


def test_a_need_says_nothing_of_what_it_was_not_asked(app, visitor):
    need = NeedFactory()
    db.session.commit()
    text = visitor.open(f"/needs/{need.id}").text

    for words in ("They can host", "Safeguarding", "Hosting costs", "Help is wanted"):
        assert words not in text
