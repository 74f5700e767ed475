"""The gallery of letters, for those who write and look after them."""

import pytest

from marketplace.extensions import db
from marketplace.subscriptions import gallery
from tests.factories import MembershipFactory, UserFactory
from tests.scenes import signed_in


@pytest.fixture
def convener(app, visitor):
    return signed_in(visitor, UserFactory(is_convener=True))


def test_it_lists_every_letter_under_its_stream(convener):
    convener.open("/letters/gallery")

    links = {
        link["href"].rpartition("/")[2]
        for link in convener.page.find("main").find_all("a", href=True)
        if link["href"].startswith("/letters/gallery/")
    }
    assert links == set(gallery.folders())
    assert "nobody wrote an example yet" not in convener.text


def test_a_letter_is_shown_as_text_and_in_four_frames_that_run_nothing(convener):
    convener.open("/letters/gallery/listing_expiring")

    frames = convener.page.find_all("iframe")
    assert "Does it" not in convener.heading
    assert "It takes one press" in convener.text
    assert [(frame["width"], frame["src"].rpartition("=")[2]) for frame in frames] == [
        ("320", "light"), ("640", "light"), ("320", "dark"), ("640", "dark"),
    ]  # fmt: skip
    assert all("".join(frame["sandbox"]) == "" for frame in frames)
    assert len({frame["title"] for frame in frames}) == 4


def test_a_frame_is_light_or_dark_whatever_the_browser_is(convener):
    looks = {}
    for look in ("light", "dark"):
        convener.open(f"/letters/gallery/pledge_offered/html?look={look}")
        looks[look] = convener.response.text
        assert "sandbox" in convener.response.headers["Content-Security-Policy"]

    assert "@media not all" in looks["light"]
    assert "@media all" in looks["dark"]
    assert not any("prefers-color-scheme: dark" in html for html in looks.values())


@pytest.mark.parametrize("name", ["nothing", "common", "layout.html", "..%2Fpledge_offered"])
def test_what_is_no_letter_is_not_found(convener, name):
    convener.open(f"/letters/gallery/{name}", status=404)


def test_only_the_convener_sees_it(app, visitor):
    member = MembershipFactory().user
    db.session.commit()

    signed_in(visitor, member).open("/letters/gallery", status=403)
