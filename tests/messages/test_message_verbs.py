"""Writing, reading, blocking and reporting, on both databases."""

from datetime import timedelta

import pytest

from marketplace.errors import Refused
from marketplace.extensions import db
from marketplace.messages import minding, queries, services, telling
from marketplace.messages.minding import ReportReason
from marketplace.messages.models import MessageReport
from tests.factories import (
    NOON,
    CapabilityFactory,
    MatchFactory,
    NeedFactory,
    OpportunityFactory,
    OrganisationFactory,
    UserFactory,
)
from tests.messages.conftest import Scene
from tests.scenes import counted_queries, events, jobs, letters, member_of

HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def unread(scene: Scene) -> tuple[int, int]:
    """How many conversations wait for the secretary and for the giver."""
    return (
        queries.number_unread(scene.hall.id, scene.secretary.id),
        queries.number_unread(scene.college.id, scene.giver.id),
    )


def test_there_is_one_conversation_for_a_notice_and_an_organisation(scene):
    assert scene.thread is scene.thread
    assert scene.thread.owner_id == scene.hall.id
    with pytest.raises(Refused, match="your own notice"):
        services.thread_of(scene.need, scene.hall, now=NOON)


def test_what_one_side_writes_waits_for_the_other_until_they_look(scene):
    message = scene.say("Would Tuesday do?", by=scene.giver)
    assert unread(scene) == (1, 0)
    assert events()[-1] == "message.sent"
    assert jobs("messages.tell") == [{"thread_id": scene.thread.id}]

    services.read_to(scene.thread, scene.secretary, message.id)
    assert unread(scene) == (0, 0)

    services.mark_unread(scene.thread, scene.secretary, organisation=scene.hall)
    assert unread(scene) == (1, 0)


def test_reading_only_ever_moves_on(scene):
    first, second = (scene.say(words, by=scene.giver) for words in ("One", "Two"))
    services.read_to(scene.thread, scene.secretary, second.id)
    services.read_to(scene.thread, scene.secretary, first.id)

    assert unread(scene) == (0, 0)


def test_the_same_form_twice_is_one_message(scene):
    first = scene.say("Would Tuesday do?", by=scene.giver, form_key="one form")
    again = scene.say("Would Tuesday do?", by=scene.giver, form_key="one form")
    theirs = scene.say("And us?", by=scene.secretary, form_key="one form")

    assert again is first
    assert theirs is not first


@pytest.mark.parametrize(
    ("words", "sentence"),
    [("  \n ", "Write something first"), ("long " * 1001, "5,004 characters")],
)
def test_a_message_has_words_and_not_too_many(scene, words, sentence):
    with pytest.raises(Refused, match=sentence):
        scene.say(words, by=scene.giver)


def test_nobody_writes_into_a_conversation_of_others(scene):
    stranger = OrganisationFactory()
    with pytest.raises(Refused, match="Only the two organisations"):
        services.post(
            scene.thread, "Hello", organisation=stranger, actor=member_of(stranger), now=NOON, form_key="x"
        )


def test_nobody_writes_to_an_organisation_that_nobody_speaks_for(scene):
    scene.hall.claimed_at = None
    with pytest.raises(Refused, match="Nobody reads messages for Village Hall"):
        scene.say("Hello", by=scene.giver)


def test_somebody_who_writes_on_and_on_is_asked_to_wait(scene, monkeypatch):
    monkeypatch.setattr(services, "AN_HOUR", 3)
    for number in range(3):
        scene.say(f"Message {number}", by=scene.giver)
    with pytest.raises(Refused, match="a great deal in the last hour"):
        scene.say("One more", by=scene.giver)

    assert scene.say("Later", by=scene.giver, now=NOON + 2 * HOUR)


def test_an_organisation_begins_only_so_many_conversations_a_day(scene, monkeypatch):
    monkeypatch.setattr(services, "A_DAY", 1)
    scene.say("Hello", by=scene.giver)
    other = NeedFactory()
    with pytest.raises(Refused, match="begun many conversations"):
        services.may_begin(other, scene.college, by=scene.college, now=NOON)

    services.may_begin(scene.need, scene.college, by=scene.college, now=NOON)
    services.may_begin(other, scene.college, by=scene.college, now=NOON + 2 * DAY)


def test_about_an_opportunity_people_ask_in_public_until_something_ties_them(scene):
    opportunity = OpportunityFactory()
    with pytest.raises(Refused, match="Ask a question on the notice"):
        services.may_begin(opportunity, scene.college, by=scene.college, now=NOON)

    MatchFactory(organisation=scene.college, listing=opportunity)
    services.may_begin(opportunity, scene.college, by=scene.college, now=NOON)
    services.may_begin(CapabilityFactory(), scene.college, by=scene.college, now=NOON)


def test_a_blocked_side_cannot_write_and_is_told_so_until_it_is_unblocked(scene):
    scene.say("Hello", by=scene.giver)
    minding.block(scene.thread, organisation=scene.hall, actor=scene.secretary, now=NOON)
    minding.block(scene.thread, organisation=scene.hall, actor=scene.secretary, now=NOON)

    with pytest.raises(Refused, match="Village Hall has chosen to get no more messages from you"):
        scene.say("Hello?", by=scene.giver)
    with pytest.raises(Refused, match="You have blocked The College"):
        scene.say("And another thing", by=scene.secretary)
    assert events().count("organisation.blocked") == 1

    minding.unblock(scene.thread, organisation=scene.hall, actor=scene.secretary)
    assert scene.say("Hello again", by=scene.giver)


def test_an_address_is_shown_only_while_its_owner_chooses(scene):
    def addresses() -> set[str]:
        return {each.address for each in queries.people_of(scene.thread)} - {""}

    assert addresses() == set()
    services.share_address(scene.thread, actor=scene.giver, now=NOON)
    services.share_address(scene.thread, actor=scene.giver, now=NOON)
    assert addresses() == {scene.giver.email}

    services.keep_address(scene.thread, actor=scene.giver)
    services.keep_address(scene.thread, actor=scene.giver)
    assert addresses() == set()
    assert [name for name in events() if name.startswith("address")] == [
        "address.shared",
        "address.taken_back",
    ]


def reported(scene: Scene) -> MessageReport:
    message = scene.say("Something rude", by=scene.giver)
    minding.report(message, ReportReason.RUDE, "He swore.", actor=scene.secretary, now=NOON)
    minding.report(message, ReportReason.RUDE, "He swore.", actor=scene.secretary, now=NOON)
    return db.session.execute(db.select(MessageReport)).scalar_one()


def test_a_hidden_message_loses_its_words_and_both_sides_are_told_why(scene):
    convener = UserFactory(is_convener=True)
    report = reported(scene)
    assert letters() == [("message_reported", convener.email)]

    minding.hide(report, "We don’t talk like that.", actor=convener, now=NOON)
    minding.hide(report, "Again.", actor=convener, now=NOON)

    assert report.message.words == ""
    assert report.message.hidden_at == NOON
    assert letters()[1:] == [("report_settled", scene.secretary.email), ("report_settled", scene.giver.email)]
    assert queries.open_reports() == []
    with pytest.raises(Refused, match="taken away already"):
        minding.report(report.message, ReportReason.RUDE, "", actor=scene.secretary, now=NOON)


def test_a_kept_message_stays_and_a_report_is_settled_once(scene):
    convener = UserFactory(is_convener=True)
    report = reported(scene)
    minding.keep(report, "It is plain speaking.", actor=convener, now=NOON)
    minding.hide(report, "Or not.", actor=convener, now=NOON)

    assert report.message.words == "Something rude"
    assert report.was_hidden is False


def test_nobody_reports_their_own_side(scene):
    message = scene.say("Hello", by=scene.giver)
    with pytest.raises(Refused, match="Your own organisation wrote this"):
        minding.report(message, ReportReason.OTHER, "", actor=scene.giver, now=NOON)


def test_the_first_answer_of_a_conversation_is_timed_from_the_first_message(scene):
    scene.say("Would Tuesday do?", by=scene.giver)
    scene.say("Or Wednesday?", by=scene.giver, now=NOON + DAY)
    scene.say("Tuesday.", by=scene.secretary, now=NOON + 30 * HOUR)
    scene.say("Noon?", by=scene.secretary, now=NOON + 50 * HOUR)

    assert (scene.thread.asked_id, scene.thread.answer_hours) == (scene.hall.id, 30)


def test_the_list_has_unread_first_then_latest_and_every_page_begins_where_the_last_ended(scene):
    others = [OrganisationFactory(name=f"Group {number}") for number in range(7)]
    for number, each in enumerate(others):
        thread = services.thread_of(scene.need, each, now=NOON)
        message = services.post(
            thread, "Hello", organisation=each, actor=member_of(each), now=NOON + number * HOUR, form_key="x"
        )
        if number % 2:
            services.read_to(thread, scene.secretary, message.id)
    db.session.commit()

    seen: list[str] = []
    after = ""
    for _ in range(4):
        page = queries.page_of(scene.hall, scene.secretary, after=after, limit=2)
        seen += [line.other.name[-1] for line in page.lines]
        after = page.next

    assert seen == ["6", "4", "2", "0", "5", "3", "1"]
    assert after == ""
    assert queries.page_of(scene.hall, scene.secretary, after="nonsense", limit=9).next == ""


def test_a_list_is_the_same_few_statements_however_long_it_is(scene):
    scene.say("Hello", by=scene.giver)

    def statements() -> int:
        db.session.commit()
        db.session.expire_all()
        organisation, user = scene.hall, scene.secretary
        assert organisation.name
        assert user.id
        with counted_queries() as seen:
            page = queries.page_of(organisation, user)
            assert [(line.other.name, line.thread.listing.title, line.last.words) for line in page.lines]
        return len(seen)

    few = statements()
    for number in range(8):
        each = OrganisationFactory()
        thread = services.thread_of(scene.need, each, now=NOON)
        services.post(thread, "Hi", organisation=each, actor=member_of(each), now=NOON, form_key=f"{number}")

    assert statements() == few <= 5


def test_conversations_in_which_nothing_was_said_are_not_listed(scene):
    telling.tell(scene.thread, now=NOON)

    assert queries.page_of(scene.hall, scene.secretary).lines == []
    assert letters() == []
