"""What was given and what came: evidence, part of it, nothing of it, a dispute, a check, and thanks."""

from io import BytesIO

import pytest
from PIL import Image

from marketplace import clock
from marketplace.accounts.models import User
from marketplace.extensions import db
from marketplace.pledges import lapsing, services
from marketplace.pledges.models import End, Pledge, Story
from tests.factories import NOON, UserFactory
from tests.pledges.conftest import convener, later
from tests.scenes import member_of, signed_in
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
def office(app, scene) -> Visitor:
    return signed_in(Visitor(app), convener())


def page_of(pledge: Pledge) -> str:
    db.session.commit()
    return f"/pledges/{pledge.id}"


def photo() -> tuple[BytesIO, str]:
    """A small green picture."""
    data = BytesIO()
    Image.new("RGB", (40, 30), "green").save(data, "JPEG")
    data.seek(0)
    return data, "chairs.jpg"


def send(visitor: Visitor, path: str, **answers: object) -> None:
    """Post a form with files, as a browser does."""
    page = visitor.page
    token = page.find("input", attrs={"name": "csrf_token"})["value"]
    data = {"csrf_token": token, **answers}
    with visitor.app.app_context():
        visitor._went(visitor.client.post(path, data=data, content_type="multipart/form-data"), 200)


def test_a_photo_goes_with_what_was_given_and_the_other_side_sees_it(scene, giver, secretary):
    pledge = scene.scheduled()
    giver.open(page_of(pledge))
    send(giver, f"/deliveries/{pledge.deliveries[0].id}/give", quantity="8", words="Stacked.", file=[photo()])
    assert "chairs.jpg" in giver.text

    secretary.open(page_of(pledge))
    assert "Stacked." in secretary.text
    secretary.open(secretary.page.find("a", string="chairs.jpg")["href"])
    assert secretary.response.mimetype == "image/jpeg"


def test_what_is_no_picture_or_paper_is_refused_beside_the_field(scene, giver):
    pledge = scene.scheduled()
    giver.open(page_of(pledge))
    token = giver.page.find("input", attrs={"name": "csrf_token"})["value"]
    data = {"csrf_token": token, "quantity": "8", "words": "Kept", "file": [(BytesIO(b"MZ" * 40), "x.pdf")]}
    with giver.app.app_context():
        answer = giver.client.post(f"/deliveries/{pledge.deliveries[0].id}/give", data=data)
    giver._went(answer, 422)

    assert giver.page.find(id="deliver-file-error") is not None
    assert "Kept" in giver.text


def test_less_came_than_was_given_and_the_giver_may_say_otherwise(scene, giver, secretary):
    path = page_of(scene.delivered(8))
    secretary.open(path).press("Yes, it came", quantity="6", words="Two were broken.")
    assert "6 chairs came" in secretary.heading

    giver.open(path)
    assert "Two were broken." in giver.text
    giver.press("Ask the convener to decide", words="All eight were whole.")
    assert "the convener looks at it" in giver.heading
    assert "All eight were whole." in secretary.open(path).text


@pytest.mark.parametrize(
    ("quantity", "words"), [("9", "They say they gave 8 chairs"), ("", "Enter how much came")]
)
def test_more_than_was_given_cannot_come(scene, secretary, quantity, words):
    secretary.open(page_of(scene.delivered(8))).press("Yes, it came", status=422, quantity=quantity)

    assert words in secretary.text


def test_what_never_came_is_said_with_its_reason(scene, giver, secretary):
    path = page_of(scene.delivered())
    secretary.open(path).press("Say so", reason="It did not arrive")

    assert "did not come" in secretary.heading
    assert "It did not arrive" in giver.open(path).text
    assert "0 of 12" in secretary.open(f"/needs/{scene.need.id}").text


def test_the_receiver_cannot_say_before_its_day_that_it_did_not_come(scene, secretary):
    assert "It did not come" not in secretary.open(page_of(scene.scheduled())).text


def test_a_dispute_is_settled_by_the_convener_and_both_read_why(scene, giver, secretary, office):
    path = page_of(scene.disputed())
    assert "the convener looks at it" in giver.open(path).heading
    office.open("/convener/pledges").click("8 chairs: Tow Law Larder to Village Hall")
    assert "they see it differently" in office.heading
    office.press("This is what counts", status=422, quantity="4")
    assert "Say why, for both sides" in office.text
    office.press("This is what counts", quantity="4", words="Four were whole.")

    for visitor in (giver, secretary):
        assert "Four were whole." in visitor.open(path).text
        assert visitor.heading == "4 chairs came: so the convener decided"
    assert office.open("/convener/pledges").heading == "No promise waits for you"


def test_what_was_asked_to_be_checked_is_verified_by_the_convener(scene, giver, office):
    path = page_of(scene.confirmed())
    giver.open(path).press("Ask the convener to check it")
    assert "Ask the convener to check it" not in giver.text
    office.open("/convener/pledges").click("8 chairs: Tow Law Larder to Village Hall")
    assert "to be checked" in office.heading
    office.press("It is verified")

    assert "it was checked" in giver.open(path).heading


def test_what_nobody_confirmed_is_decided_by_the_convener(scene, giver, office):
    pledge = scene.delivered()
    lapsing.lapse(pledge, now=later(days=15))
    path = page_of(pledge)
    office.open("/convener/pledges")

    assert "Given, and nobody said whether it came 1" in office.text
    office.click("8 chairs: Tow Law Larder to Village Hall")
    assert "did it come?" in office.heading
    office.press("This is what counts", quantity="8", words="The secretary showed me them.")

    assert "The secretary showed me them." in giver.open(path).text
    assert "The convener decided what counts: 8 chairs" in giver.text


@pytest.mark.parametrize("who", ["giver", "secretary"])
def test_only_the_convener_has_the_queue_and_decides(request, scene, who):
    visitor = request.getfixturevalue(who)
    pledge = scene.disputed()
    db.session.commit()
    visitor.open("/convener/pledges", status=403)
    token = visitor.open("/desk").page.find("input", attrs={"name": "csrf_token"})["value"]
    with visitor.app.app_context():
        data = {"csrf_token": token, "quantity": "8", "words": "Mine."}
        answer = visitor.client.post(f"/deliveries/{pledge.deliveries[0].id}/settle", data=data)

    assert answer.status_code == 404


def test_thanks_are_read_on_the_notice_and_on_both_pages_until_taken_down(app, scene, giver, secretary):
    path = page_of(scene.confirmed())
    secretary.open(path).click("Say thank you")
    send(secretary, f"{path}/thank", words="Sixty sat down to lunch.", said_by="Maureen", file=[photo()])
    assert "Sixty sat down to lunch." in secretary.text

    pages = [
        f"/needs/{scene.need.id}",
        f"/organisations/{scene.firm.id}",
        f"/organisations/{scene.need.organisation_id}",
    ]
    reader = Visitor(app)
    for page in pages:
        assert "Sixty sat down to lunch." in reader.open(page).text
        picture = reader.page.find("img", class_="pf-picture")
        reader.open(picture["src"])
        assert reader.response.mimetype == "image/jpeg"

    giver.open(path).press("Take it down")
    assert "Nobody reads them any more" in giver.text
    for page in pages:
        assert "Sixty sat down" not in reader.open(page).text


def test_thanks_need_words_and_keep_what_was_typed(scene, secretary):
    path = page_of(scene.confirmed())
    secretary.open(f"{path}/thank").press("Say thank you", status=422, said_by="Maureen")

    assert "Say what came of it" in secretary.text
    assert secretary.page.find("input", attrs={"name": "said_by"})["value"] == "Maureen"


def test_nobody_thanks_for_what_has_not_come(scene, secretary):
    path = page_of(scene.delivered())

    assert "You can say thank you once" in secretary.open(f"{path}/thank").text
    assert db.session.query(Story).count() == 0


def test_no_stranger_takes_thanks_down(app, scene):
    pledge = scene.confirmed()
    story = services.thank(pledge, "Lovely.", "", actor=scene.secretary, now=NOON)
    stranger = signed_in(Visitor(app), member_of_nobody())
    db.session.commit()
    token = stranger.open("/desk").page.find("input", attrs={"name": "csrf_token"})["value"]
    with app.app_context():
        answer = stranger.client.post(f"/stories/{story.id}/take-down", data={"csrf_token": token})

    assert answer.status_code == 404


def member_of_nobody() -> User:
    user: User = UserFactory()
    return user


def test_one_of_several_times_has_a_page_where_the_buttons_are_about_it(scene, giver, secretary):
    pledge = scene.weekly()
    services.accept(pledge, starts_on=NOON.date(), actor=scene.secretary, now=NOON)
    services.agree(pledge, end=End.GIVER, actor=scene.giver, now=NOON)
    db.session.commit()
    second = pledge.deliveries[1].id
    giver.open(f"/deliveries/{second}").press("It is given", quantity="1")

    db.session.expire_all()
    assert [row.delivered for row in pledge.deliveries] == [0, 1, 0, 0]
    colleague = signed_in(Visitor(giver.app), member_of(scene.firm))
    assert "The buttons above are about this one." in colleague.open(f"/deliveries/{second}").text
    assert "says 1 chairs was given" in secretary.open(f"/pledges/{pledge.id}").heading
