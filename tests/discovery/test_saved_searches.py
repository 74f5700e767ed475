"""Keeping a search: naming it, coming back to it, forgetting it and putting it back."""

from marketplace.discovery.models import SavedSearch
from marketplace.extensions import db
from tests.scenes import events, member_of, signed_in
from tests.visitor import said


def kept() -> list[tuple[str, str]]:
    db.session.expire_all()
    return [
        (row.address, row.name) for row in db.session.scalars(db.select(SavedSearch).order_by(SavedSearch.id))
    ]


def test_a_search_is_kept_once_under_its_plain_address(board, visitor):
    signed_in(visitor, member_of(board["hall"]))
    visitor.open("/search?page=1&kind=offer&kind=need&q=chairs+near+Crook&view=map").press("Keep it")
    assert visitor.path == "/search?q=chairs&where=Crook&miles=10&kind=need&kind=offer"
    assert "is kept" in visitor.page.get_text()
    visitor.press("Keep it", name="Chairs for the hall")

    assert kept() == [("q=chairs&where=Crook&miles=10&kind=need&kind=offer", "Chairs for the hall")]
    assert events()[-1] == "saved_search.saved"


def test_without_a_name_the_sentence_is_its_name(board, visitor):
    signed_in(visitor, member_of(board["hall"]))
    visitor.open("/search?q=chairs&kind=need").press("Keep it", name=" ")

    assert kept() == [("q=chairs&kind=need", "Needs for “chairs”")]


def test_whoever_is_not_signed_in_signs_in_and_comes_back(board, visitor):
    user = member_of(board["hall"])
    db.session.commit()
    visitor.open("/search?q=chairs&kind=need").click("Sign in to keep this search")
    visitor.press("Sign in", email=user.email, password="three old chairs")

    assert visitor.path == "/search?q=chairs&kind=need"
    assert visitor.press("Keep it").path == "/search?q=chairs&kind=need"


def test_searches_are_listed_opened_renamed_forgotten_and_put_back(board, visitor):
    signed_in(visitor, member_of(board["hall"]))
    assert "You keep no searches yet" in visitor.open("/searches").text
    visitor.open("/search?q=chairs&kind=need").press("Keep it", name="Chairs")
    visitor.open("/searches").press("Keep the name", name="More chairs")
    assert (visitor.path, kept()) == ("/searches", [("q=chairs&kind=need", "More chairs")])
    assert "Stacking chairs" in visitor.click("More chairs").text

    visitor.open("/searches").press("Forget it More chairs")
    assert (kept(), "Forgotten: More chairs" in visitor.text) == ([], True)
    visitor.press("Put it back")
    assert kept() == [("q=chairs&kind=need", "More chairs")]
    assert [said(each) for each in visitor.page.find_all("h2", class_="govuk-heading-m")] == ["More chairs"]


def test_nobody_sees_what_others_keep(board, visitor):
    signed_in(visitor, member_of(board["hall"])).open("/search?q=chairs").press("Keep it", name="Mine")
    visitor.client.delete_cookie("placeful")
    signed_in(visitor, member_of(board["lunch"].organisation))

    assert "Mine" not in visitor.open("/searches").text


def test_what_is_sent_instead_of_an_address_does_no_harm(board, visitor):
    signed_in(visitor, member_of(board["hall"]))
    for address in ("https://evil.example/?q=x", "\ud83c", "&&&===", "q=" + "x" * 20_000, "kind=need&" * 300):
        page = visitor.open("/search")
        token = page.page.find("input", attrs={"name": "csrf_token"})["value"]
        data = {"csrf_token": token, "address": address.encode("utf-8", "replace").decode(), "name": "A name"}
        with visitor.app.app_context():
            response = visitor.client.post("/search/save", data=data)
        assert response.status_code == 302
        assert response.location.startswith("/search")

    assert all(len(address) < 500 and "evil" not in address for address, _ in kept())
