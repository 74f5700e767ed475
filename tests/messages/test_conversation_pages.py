"""Conversations in a browser, from both sides, and the convener’s list."""

from datetime import timedelta
from io import BytesIO

import pytest
from werkzeug.datastructures import FileStorage

from marketplace.extensions import db
from marketplace.listings.models import ListingStatus
from marketplace.messages import services
from tests.factories import (
    NOON,
    CapabilityFactory,
    MatchFactory,
    NeedFactory,
    OpportunityFactory,
    OrganisationFactory,
    UserFactory,
)
from tests.scenes import counted_queries, letters, member_of, signed_in
from tests.visitor import Visitor


def test_two_people_talk_from_the_notice_on(app, scene):
    giver = signed_in(Visitor(app), scene.giver).open(f"/conversations/about/{scene.need.id}")
    assert giver.heading == "Write to Village Hall"
    giver.press("Send", status=422, words=" ")
    assert "Write something first" in giver.text
    giver.press("Send", words="Would Tuesday do?\nAt noon.")
    assert giver.heading == "You and Village Hall"
    assert "Would Tuesday do?" in giver.text

    secretary = signed_in(Visitor(app), scene.secretary).open("/desk").click("Conversations (1 new)")
    assert secretary.heading == "One conversation to read"
    secretary.click("The College")
    assert "At noon." in secretary.text
    assert "(1 new)" not in secretary.response.text
    assert scene.giver.email not in secretary.response.text
    secretary.press("Send", words="It would.")
    assert "It would." in giver.open(giver.path).text
    assert "Conversations (1 new)" not in giver.open("/conversations").response.text


def test_a_second_way_in_leads_to_the_same_conversation(app, scene):
    scene.say("Hello", by=scene.giver)
    thread = scene.thread.id
    MatchFactory(organisation=scene.college, listing=scene.need)

    giver = signed_in(Visitor(app), scene.giver).open(f"/conversations/about/{scene.need.id}")
    assert giver.path == f"/conversations/{thread}"
    secretary = signed_in(Visitor(app), scene.secretary)
    secretary.open(f"/conversations/about/{scene.need.id}/with/{scene.college.id}")
    assert secretary.path == f"/conversations/{thread}"


def test_whoever_put_it_up_may_write_first_only_to_whom_something_brought(app, scene):
    secretary = signed_in(Visitor(app), scene.secretary)
    path = f"/conversations/about/{scene.need.id}/with/{scene.college.id}"
    secretary.open(path, status=404)

    MatchFactory(organisation=scene.college, listing=scene.need)
    db.session.commit()
    secretary.open(path).press("Send", words="Could you help?")
    assert secretary.heading == "You and The College"


def test_nobody_else_gets_in(app, scene):
    scene.say("Hello", by=scene.giver)
    thread, draft = scene.thread.id, NeedFactory(status=ListingStatus.DRAFT, published_at=None)
    stranger, convener = member_of(OrganisationFactory()), UserFactory(is_convener=True)

    outsider = signed_in(Visitor(app), stranger).open(f"/conversations/{thread}", status=404)
    outsider.open(f"/conversations/about/{draft.id}", status=404)
    outsider.open("/convener/reports", status=403)
    signed_in(Visitor(app), convener).open(f"/conversations/{thread}", status=403)
    signed_in(Visitor(app), scene.secretary).open(f"/conversations/about/{scene.need.id}", status=403)
    assert Visitor(app).open(f"/conversations/{thread}").path.startswith("/sign-in")


def test_somebody_who_acts_for_nobody_has_no_conversations(visitor, app):
    signed_in(visitor, UserFactory()).open("/conversations", status=403)


def test_why_a_conversation_cannot_begin_is_said_on_its_page(app, scene):
    opportunity, capability = OpportunityFactory(), CapabilityFactory(organisation__claimed_at=None)
    giver = signed_in(Visitor(app), scene.giver).open(f"/conversations/about/{opportunity.id}")
    assert "Ask a question on the notice instead" in giver.text

    giver.open(f"/conversations/about/{capability.id}")
    assert "Nobody reads messages for" in giver.text


def test_what_came_while_somebody_typed_is_shown_after_theirs_is_sent(app, scene):
    scene.say("First.", by=scene.giver)
    path = f"/conversations/{scene.thread.id}"
    secretary = signed_in(Visitor(app), scene.secretary).open(path)
    scene.say("Never mind.", by=scene.giver)
    db.session.commit()

    secretary.press("Send", words="I’m on it.")
    assert "Since you opened this page" in secretary.text
    assert secretary.text.index("Since you opened this page") < secretary.text.index("Never mind.")

    secretary.open(path)
    scene.say("Or do mind.", by=scene.giver)
    db.session.commit()
    secretary.press("Send", status=422, words="long " * 1001)
    assert "Or do mind." in secretary.text
    assert "long long" in secretary.text


def test_the_same_form_sent_twice_is_one_message(app, scene):
    scene.say("First.", by=scene.giver)
    secretary = signed_in(Visitor(app), scene.secretary).open(f"/conversations/{scene.thread.id}")
    page = secretary.response
    secretary.press("Send", words="Once.")
    secretary.response, secretary.path = page, f"/conversations/{scene.thread.id}"
    secretary.press("Send", words="Once.")

    assert secretary.text.count("Once.") == 1


def test_a_conversation_can_be_marked_as_not_read(app, scene):
    scene.say("First.", by=scene.giver)
    secretary = signed_in(Visitor(app), scene.secretary).open(f"/conversations/{scene.thread.id}")
    assert "(1 new)" not in secretary.open("/conversations").response.text
    secretary.open(f"/conversations/{scene.thread.id}").press("Mark as not read")

    assert "(1 new)" in secretary.response.text


def test_a_page_fetched_ahead_of_time_marks_nothing_as_read(app, scene):
    scene.say("First.", by=scene.giver)
    path = f"/conversations/{scene.thread.id}"
    secretary = signed_in(Visitor(app), scene.secretary)
    with app.app_context():
        secretary.client.get(path, headers={"Sec-Purpose": "prefetch"})

    assert "(1 new)" in secretary.open("/conversations").response.text


def test_an_address_is_shown_and_taken_back(app, scene):
    scene.say("First.", by=scene.giver)
    path = f"/conversations/{scene.thread.id}"
    giver = signed_in(Visitor(app), scene.giver).open(path).press("Show them my e-mail address")
    secretary = signed_in(Visitor(app), scene.secretary).open(path)
    assert scene.giver.email in secretary.text

    giver.press("Show it no more")
    assert scene.giver.email not in secretary.open(path).text


def test_a_side_blocks_the_other_and_unblocks_it(app, scene):
    scene.say("First.", by=scene.giver)
    path = f"/conversations/{scene.thread.id}"
    giver = signed_in(Visitor(app), scene.giver).open(path)
    secretary = signed_in(Visitor(app), scene.secretary).open(path).press("Block The College")
    assert "You have blocked The College" in secretary.text

    giver.press("Send", status=422, words="Please answer.")
    assert "has chosen to get no more messages from you" in giver.text
    assert "You wrote: “Please answer.”" in giver.text
    assert "has chosen to get no more messages from you" in giver.open(path).text

    secretary.press("Unblock them")
    giver.open(path).press("Send", words="Thank you.")
    assert "Thank you." in secretary.open(path).text


@pytest.mark.parametrize(("button", "left"), [("Take it away", False), ("Leave it", True)])
def test_a_reported_message_is_settled_by_the_convener(app, scene, button, left):
    convener = UserFactory(is_convener=True)
    scene.say("Something rude.", by=scene.giver)
    path = f"/conversations/{scene.thread.id}"
    secretary = signed_in(Visitor(app), scene.secretary).open(path).click("Report")
    secretary.press("Report it", status=422)
    assert "Choose what is wrong with it" in secretary.text
    secretary.press("Report it", reason="rude")
    assert "You reported this" in secretary.text

    desk = signed_in(Visitor(app), convener).open("/convener/reports")
    assert "Something rude." in desk.text
    desk.press("Leave it", status=422)
    assert "Say why, to both sides" in desk.text
    desk.press(button, **{"r1-words": "We talk kindly here."})
    assert desk.heading == "No message waits for you"
    assert ("Something rude." in secretary.open(path).text) is left
    told = [address for name, address in letters() if name == "report_settled"]
    assert told == [scene.secretary.email, scene.giver.email]


def fill(scene, number: int) -> None:
    for each in range(number):
        scene.say(f"Message {each}", by=scene.giver, now=NOON + timedelta(minutes=each))
        scene.say(f"Answer {each}", by=scene.secretary, now=NOON + timedelta(minutes=each))
        other = OrganisationFactory()
        thread = services.thread_of(scene.need, other, now=NOON)
        services.post(thread, "Hi", organisation=other, actor=member_of(other), now=NOON, form_key="x")
        member_of(scene.college)
    db.session.commit()


@pytest.mark.parametrize("page", ["list", "one"])
def test_a_page_is_the_same_few_statements_however_much_was_said(app, scene, visitor, page):
    fill(scene, 1)
    path = "/conversations" if page == "list" else f"/conversations/{scene.thread.id}"
    signed_in(visitor, scene.secretary).open(path)
    with counted_queries() as few:
        visitor.open(path)
    fill(scene, 6)
    with counted_queries() as many:
        visitor.open(path)

    assert len(many) == len(few), "\n".join(many[len(few) :])
    assert len(many) <= 20, "\n".join(many)


def test_a_long_conversation_is_read_in_pages(app, scene, visitor, monkeypatch):
    monkeypatch.setattr("marketplace.messages.routes.MESSAGES_ON_A_PAGE", 3)
    for number in range(5):
        scene.say(f"Message {number}.", by=scene.giver)
    signed_in(visitor, scene.secretary).open(f"/conversations/{scene.thread.id}")
    assert "Message 4." in visitor.text
    assert "Message 1." not in visitor.text

    visitor.click("Earlier messages")
    assert "Message 1." in visitor.text
    assert "Message 2." not in visitor.text
    visitor.click("Back to the latest")
    assert "Message 4." in visitor.text


def test_a_file_goes_along_and_the_other_side_sees_it(app, scene):
    scene.say("First.", by=scene.giver)
    path = f"/conversations/{scene.thread.id}"
    giver = signed_in(Visitor(app), scene.giver).open(path)
    giver.press("Send", files=FileStorage(BytesIO(b"thing,number\nchairs,12\n"), "what we have.csv"))
    assert "what we have.csv" in giver.text

    secretary = signed_in(Visitor(app), scene.secretary).open(path).click("what we have.csv")
    assert secretary.response.data.endswith(b"chairs,12\n")
    signed_in(Visitor(app), member_of(OrganisationFactory())).open(secretary.path, status=404)
    giver.open(path).press("Send", status=422, files=FileStorage(BytesIO(b"MZ" + bytes(99)), "hall.png"))
    assert "That is a program" in giver.text


def test_other_pages_lead_to_the_conversation(app, scene):
    match = MatchFactory(organisation=scene.college, listing=scene.need)
    giver = signed_in(Visitor(app), scene.giver).open(f"/needs/{scene.need.id}")
    giver.click("Ask Village Hall a question").press("Send", words="Would Tuesday do?")

    secretary = signed_in(Visitor(app), scene.secretary).open(f"/matches/{match.id}")
    assert "Go on talking with The College New" in secretary.text
    secretary.click("Go on talking with The College")
    assert "Would Tuesday do?" in secretary.text
    assert "Write to" not in signed_in(Visitor(app), member_of(OrganisationFactory())).open("/desk").text
