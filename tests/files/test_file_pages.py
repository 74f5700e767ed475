"""Who is handed a file, and with which headers."""

from collections.abc import Callable
from io import BytesIO

import pytest
from flask import Flask, render_template_string
from werkzeug.datastructures import FileStorage
from werkzeug.test import TestResponse

from marketplace.accounts.models import User
from marketplace.extensions import db
from marketplace.files import services
from marketplace.files.models import File
from marketplace.files.services import the_store
from tests.factories import NOON, OrganisationFactory, PlaceFactory, UserFactory
from tests.files import made
from tests.scenes import member_of

Ask = Callable[..., TestResponse]


@pytest.fixture
def ask(app: Flask) -> Ask:
    """Ask for an address as somebody, or as nobody."""

    def asked(path: str, user: User | None = None, **headers: str) -> TestResponse:
        client = app.test_client()
        if user is not None:
            with client.session_transaction() as session:
                session["_user_id"] = user.get_id()
        with app.app_context():
            return client.get(path, headers=headers)

    return asked


@pytest.fixture
def organisations(app: Flask) -> tuple:
    PlaceFactory()
    return OrganisationFactory(), OrganisationFactory(), OrganisationFactory()


def a_file(organisation, data: bytes = b"a,b\n1,2\n", name: str = "table.csv", readers: tuple = ()) -> File:
    file = services.store(
        FileStorage(BytesIO(data), filename=name),
        organisation=organisation,
        actor=None,
        now=NOON,
        readers=[each.id for each in readers],
    )
    db.session.commit()
    return file


def address(file: File) -> str:
    return f"/files/{file.id}/{file.name}"


def test_its_organisation_its_readers_and_the_convener_see_it_and_nobody_else(ask: Ask, organisations: tuple):
    mine, theirs, others = organisations
    people = {
        "owner": member_of(mine),
        "reader": member_of(theirs),
        "convener": UserFactory(is_convener=True),
        "other": member_of(others),
        "nobody": None,
    }
    file = a_file(mine, readers=(theirs,))

    found = {who: ask(address(file), user).status_code for who, user in people.items()}

    assert found == {"owner": 200, "reader": 200, "convener": 200, "other": 404, "nobody": 302}


def test_a_public_file_is_for_everybody_until_it_is_private_again(ask: Ask, organisations: tuple):
    file = a_file(organisations[0])
    services.make_public(file)
    db.session.commit()
    assert ask(address(file)).status_code == 200

    services.make_private(file)
    db.session.commit()
    assert ask(address(file)).status_code == 302


def test_it_answers_to_its_own_name_only(ask: Ask, organisations: tuple):
    owner = member_of(organisations[0])
    file = a_file(organisations[0])

    assert ask(f"/files/{file.id}/invoice.html", owner).status_code == 404
    assert ask(f"/files/{file.id + 1}/{file.name}", owner).status_code == 404


@pytest.mark.parametrize(
    ("sent", "disposition", "media_type"),
    [
        ((b"a,b\n1,2\n", "table.csv"), "attachment; filename=table.csv", "text/csv; charset=utf-8"),
        (
            (made.pdf(), "caf\u00e9 \u201cx\u201d.pdf"),
            "attachment; filename=cafe x.pdf; filename*=UTF-8''caf%C3%A9%20%E2%80%9Cx%E2%80%9D.pdf",
            "application/pdf",
        ),
        ((made.picture(), "photo.jpg"), "inline; filename=photo.jpg", "image/jpeg"),
        ((made.office(), "plan.docx"), "attachment; filename=plan.docx", made.WORD),
    ],
)
def test_nothing_in_a_file_can_run_where_it_is_opened(
    ask: Ask, organisations: tuple, sent: tuple[bytes, str], disposition: str, media_type: str
):
    owner = member_of(organisations[0])
    file = a_file(organisations[0], *sent)

    answer = ask(address(file), owner)

    assert answer.headers["Content-Type"] == media_type
    assert disposition in answer.headers["Content-Disposition"].replace('"', "")
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert answer.headers["Cross-Origin-Resource-Policy"] == "same-origin"
    assert answer.headers["Cache-Control"] == "private, no-cache"
    assert answer.content_length == file.size == len(answer.data)


def test_whoever_has_it_already_is_not_sent_it_again(ask: Ask, organisations: tuple):
    owner, other = member_of(organisations[0]), member_of(organisations[1])
    file = a_file(organisations[0], made.picture(), "photo.jpg")
    mark = ask(address(file), owner).headers["ETag"]
    small = ask(address(file) + "?size=small", owner).headers["ETag"]

    again = ask(address(file), owner, **{"If-None-Match": mark})
    assert (again.status_code, again.data, again.headers["ETag"]) == (304, b"", mark)
    assert ask(address(file), owner, **{"If-None-Match": small}).status_code == 200
    assert ask(address(file), other, **{"If-None-Match": mark}).status_code == 404


def test_of_a_picture_there_is_a_small_copy_of_anything_else_there_is_not(ask: Ask, organisations: tuple):
    owner = member_of(organisations[0])
    photo = a_file(organisations[0], made.picture(size=(900, 600)), "photo.jpg")
    table = a_file(organisations[0])

    assert len(ask(address(photo) + "?size=small", owner).data) < photo.size
    assert ask(address(table) + "?size=small", owner).content_length == table.size


def test_what_is_gone_from_the_store_is_a_404(ask: Ask, organisations: tuple):
    owner = member_of(organisations[0])
    file = a_file(organisations[0])
    the_store().delete(file.key)

    assert ask(address(file), owner).status_code == 404


def test_a_list_names_each_file_with_its_kind_and_size(app: Flask, organisations: tuple):
    files = [a_file(organisations[0], made.picture(), "photo.jpg"), a_file(organisations[0])]

    with app.test_request_context():
        page = render_template_string(
            '{% from "components/files.html" import file_list, picture %}'
            "{{ file_list(files) }}{{ picture(files[0], 'Twelve chairs') }}{{ file_list([]) }}",
            files=files,
        )

    assert f'href="{address(files[0])}"' in page
    assert f'src="{address(files[0])}?size=small" alt=""' in page
    assert "(table, 1 KB)" in page
    assert 'alt="Twelve chairs"' in page
    assert page.count("<ul") == 1
