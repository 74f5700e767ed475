"""Answers by e-mail, from the letter that went out to the message that came back."""

import io
import json
from dataclasses import replace
from datetime import timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage

import pytest
from werkzeug.datastructures import FileStorage
from werkzeug.test import TestResponse, encode_multipart

from marketplace.extensions import db
from marketplace.mail.mailers import letter_of
from marketplace.mail.models import MailMessage
from marketplace.mail.smtp import SmtpMailer
from marketplace.messages import cli, minding, receiving, services, telling
from marketplace.messages.models import Message, Way
from marketplace.messages.receiving import Became
from tests.factories import NOON
from tests.mail.conftest import closed_port, open_post_office  # noqa: F401  # fixtures
from tests.messages.conftest import Scene
from tests.scenes import letters

DOMAIN, SECRET = "reply.durham.example", "a-long-word"
PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000001000000010806000000"
    "1f15c4890000000d49444154789c6360f8cfc0f01f00050001ff89993d1d0000000049454e44ae426082"
)


@pytest.fixture(autouse=True)
def mail_comes_back(app, monkeypatch) -> None:
    settings = replace(app.config["SETTINGS"], reply_domain=DOMAIN, inbound_secret=SECRET)
    monkeypatch.setitem(app.config, "SETTINGS", settings)


@pytest.fixture
def asked(scene: Scene) -> MailMessage:
    """The letter that the secretary got about the giver’s question."""
    scene.say("Would Tuesday do?", by=scene.giver)
    telling.tell(scene.thread, now=NOON)
    db.session.commit()
    return db.session.execute(db.select(MailMessage)).scalar_one()


def answer(asked: MailMessage, words: str = "Tuesday is fine.", **heads: str) -> EmailMessage:
    """What a mail program sends when somebody answers a letter; a heading of "" is left out."""
    quoted = "\n".join(f"> {line}" for line in asked.text.splitlines())
    letter = EmailMessage(policy=policy.SMTP)
    given = {
        "From": f"Maureen <{asked.address}>", "To": asked.reply_to, "Subject": f"Re: {asked.subject}",
        "Message-ID": "<1@hall.example>", **{name.replace("_", "-"): value for name, value in heads.items()},
    }  # fmt: skip
    for name, value in given.items():
        if value:
            letter[name] = value
    letter.set_content(f"{words}\n\nOn 23/11/2026 12:00, Placeful wrote:\n{quoted}\n")
    return letter


def receive(letter: EmailMessage, **more) -> Became:
    return receiving.receive(letter.as_bytes(), **{"now": NOON, **more})


def answers() -> list[str]:
    query = db.select(Message.words).where(Message.way == Way.MAIL).order_by(Message.id)
    return list(db.session.scalars(query))


def refusals() -> list[tuple[str, str]]:
    rows = db.session.scalars(db.select(MailMessage).order_by(MailMessage.id))
    return [(row.address, row.text) for row in rows if (row.key or "").startswith("reply_")]


def test_a_letter_goes_out_and_its_answer_comes_back_as_a_message(app, scene, asked, open_post_office):  # noqa: F811  # the fixture
    office = open_post_office()
    SmtpMailer.from_url(f"smtp://127.0.0.1:{office.port}").send(letter_of(asked, app.config["SETTINGS"]))
    [envelope] = office.envelopes
    sent = message_from_bytes(envelope.content, policy=policy.default)
    assert str(sent["Reply-To"]).endswith(f"@{DOMAIN}")

    became = receive(answer(asked, To=str(sent["Reply-To"])))

    assert became is Became.POSTED
    assert answers() == ["Tuesday is fine."]
    message = db.session.scalars(db.select(Message).where(Message.way == Way.MAIL)).one()
    assert (message.user_id, message.organisation_id) == (scene.secretary.id, scene.hall.id)


def test_the_same_letter_again_changes_nothing(asked):
    assert receive(answer(asked)) is Became.POSTED
    assert receive(answer(asked)) is Became.REPEATED
    assert receive(answer(asked, "Other words.", Message_ID="<2@hall.example>")) is Became.POSTED
    assert answers() == ["Tuesday is fine.", "Other words."]


def test_whoever_answers_by_mail_has_read_what_they_answer(scene, asked):
    receive(answer(asked))
    scene.say("At noon?", by=scene.giver)
    telling.tell(scene.thread, now=NOON)

    to_hall = [name for name, address in letters() if address == scene.secretary.email]
    assert to_hall == ["message_received", "message_received"]


def test_the_envelope_counts_where_the_heading_names_somebody_else(asked):
    letter = answer(asked, To="undisclosed@durham.example")

    assert receive(letter) is Became.DROPPED
    assert receive(letter, recipients=[asked.reply_to]) is Became.POSTED


@pytest.mark.parametrize(
    "heads",
    [
        {"Auto_Submitted": "auto-replied"},
        {"Precedence": "bulk"},
        {"X_Autoreply": "yes"},
        {"Return_Path": "<>"},
        {"From": "Placeful <no-reply@localhost>"},
        {"To": "hello@durham.example"},
        {"To": f"reply+1-1-9z-{'a' * 20}@{DOMAIN}"},
    ],
)
def test_letters_of_programs_and_to_nobody_are_dropped_without_a_word(asked, heads):
    assert receive(answer(asked, **heads)) is Became.DROPPED
    assert answers() == []
    assert refusals() == []


@pytest.mark.parametrize("sender", ["stranger@elsewhere.example", "", "a@b.example, c@d.example"])
def test_an_answer_from_another_address_is_not_posted_and_its_owner_hears_of_it_once_a_day(asked, sender):
    for number in range(3):
        assert receive(answer(asked, From=sender, Message_ID=f"<{number}@x.example>")) is Became.REFUSED

    [(address, text)] = refusals()
    assert address == asked.address
    assert "from another e-mail address than yours" in text
    assert "Tuesday is fine" not in text
    assert answers() == []


def test_an_old_address_is_refused_with_the_words_kept(asked):
    assert receive(answer(asked), now=NOON + timedelta(days=61)) is Became.REFUSED

    [(_, text)] = refusals()
    assert "more than two months old" in text
    assert "“Tuesday is fine.”" in text


def test_what_a_page_would_refuse_is_refused_by_mail_too(scene, asked):
    minding.block(scene.thread, organisation=scene.college, actor=scene.giver, now=NOON)
    assert receive(answer(asked)) is Became.REFUSED
    assert "chosen to get no more messages" in refusals()[-1][1]

    minding.unblock(scene.thread, organisation=scene.college, actor=scene.giver)
    assert receive(answer(asked, "", Message_ID="<2@hall.example>")) is Became.REFUSED
    assert "found no words of yours" in refusals()[-1][1]

    for each in list(scene.secretary.memberships):
        db.session.delete(each)
    db.session.commit()
    assert receive(answer(asked, Message_ID="<3@hall.example>")) is Became.REFUSED
    assert "no longer belong" in refusals()[-1][1]


def test_files_come_along_and_those_refused_are_named_in_a_letter(scene, asked):
    letter = answer(asked)
    letter.add_attachment(PNG, maintype="image", subtype="png", filename="hall.png")
    letter.add_attachment(b"MZ\x90\x00" + bytes(200), maintype="image", subtype="png", filename="run me.png")

    assert receive(letter) is Became.POSTED

    message = db.session.scalars(db.select(Message).where(Message.way == Way.MAIL)).one()
    [row] = message.file_rows
    assert (row.file.name, row.file.media_type) == ("hall.png", "image/png")
    assert row.file.readers == {scene.college.id}
    [(_, text)] = refusals()
    assert "run me.png" in text
    assert "hall.png" not in text


def test_the_writers_address_is_kept_back_unless_they_share_it(scene, asked):
    words = f"Write to {scene.secretary.email.upper()} or ring."
    receive(answer(asked, words))
    services.share_address(scene.thread, actor=scene.secretary, now=NOON)
    receive(answer(asked, words, Message_ID="<2@hall.example>"))

    assert answers() == ["Write to [address not shown] or ring.", words]


@pytest.mark.parametrize(
    "raw",
    [b"", b"\xff\xfe\x00\x01" * 50, b"From: a\r\n\r\n", b"To: <<<<>>>>;;;\r\nFrom: =?x?y?z?=\r\n\r\nHello"],
)
def test_bytes_that_are_no_letter_are_dropped(app, raw):
    assert receiving.receive(raw, now=NOON) is Became.DROPPED


def test_a_letter_of_a_thousand_nested_parts_is_refused_and_not_followed(asked):
    raw = f"From: {asked.address}\r\nTo: {asked.reply_to}\r\nMessage-ID: <n@hall.example>\r\n"
    for number in range(1500):
        raw += f'Content-Type: multipart/mixed; boundary="b{number}"\r\n\r\n--b{number}\r\n'

    assert receiving.receive(raw.encode(), now=NOON) is Became.REFUSED
    assert "could not be read" in refusals()[-1][1]


def test_a_letter_that_is_too_large_is_refused(asked, monkeypatch):
    monkeypatch.setattr(receiving.incoming, "LARGEST", 2000)
    letter = answer(asked)
    letter.add_attachment(bytes(4000), maintype="image", subtype="png", filename="hall.png")

    assert receive(letter) is Became.REFUSED
    assert "too large" in refusals()[-1][1]


@pytest.mark.parametrize("charset", ["iso-8859-1", "utf-8", "no-such-charset"])
def test_letters_in_any_alphabet_are_read(asked, charset):
    words = "Café at ten, £5.".encode("utf-8" if charset == "utf-8" else "iso-8859-1")
    raw = (
        f"From: {asked.address}\r\nTo: {asked.reply_to}\r\nMessage-ID: <c@hall.example>\r\n"
        f"Content-Type: text/plain; charset={charset}\r\nContent-Transfer-Encoding: 8bit\r\n\r\n"
    ).encode() + words

    assert receiving.receive(raw, now=NOON) is Became.POSTED
    assert answers() == ["Café at ten, £5."]


def post(app, path: str, **fields: object) -> TestResponse:
    boundary, body = encode_multipart(fields)  # the client’s own way leaves the file of a large one open
    with app.app_context():
        return app.test_client().post(
            path, data=body, content_type=f'multipart/form-data; boundary="{boundary}"'
        )


def test_sendgrid_hands_over_a_raw_letter(app, asked, at):
    at(NOON)
    envelope = json.dumps({"to": [asked.reply_to], "from": asked.address})
    raw = answer(asked, To="hidden@durham.example").as_string()

    reply = post(app, f"/mail/inbound/{SECRET}", email=raw, envelope=envelope, to="x", subject="Re")

    assert (reply.status_code, reply.text) == (200, "posted")
    db.session.rollback()
    assert answers() == ["Tuesday is fine."]


def test_sendgrid_hands_over_a_letter_in_parts(app, asked, at):
    at(NOON)
    letter = answer(asked)
    headers = "".join(f"{name}: {value}\n" for name, value in letter.items())

    reply = post(
        app, f"/mail/inbound/{SECRET}", headers=headers, text=letter.get_content(), html="<p>Other</p>",
        envelope="nonsense", attachments="1", attachment1=FileStorage(io.BytesIO(PNG), "hall.png"),
    )  # fmt: skip

    assert (reply.status_code, reply.text) == (200, "posted")
    db.session.rollback()
    assert answers() == ["Tuesday is fine."]
    message = db.session.scalars(db.select(Message).where(Message.way == Way.MAIL)).one()
    assert [row.file.name for row in message.file_rows] == ["hall.png"]


def test_a_large_letter_gets_through_the_door(app, asked, at):
    at(NOON)
    letter = answer(asked)
    letter.add_attachment(PNG + bytes(3_000_000), maintype="image", subtype="png", filename="hall.png")

    assert post(app, f"/mail/inbound/{SECRET}", email=letter.as_string()).text == "posted"


def test_nobody_without_the_secret_gets_in(app, asked, monkeypatch):
    assert post(app, "/mail/inbound/another-word", email=answer(asked).as_string()).status_code == 404
    assert post(app, f"/mail/inbound/{SECRET}").status_code == 400

    monkeypatch.setitem(app.config, "SETTINGS", replace(app.config["SETTINGS"], inbound_secret=""))
    assert post(app, f"/mail/inbound/{SECRET}", email=answer(asked).as_string()).status_code == 404


def test_a_mail_server_pipes_a_letter_to_the_command(app, asked, at):
    at(NOON)
    raw = answer(asked, To="hidden@durham.example").as_bytes()
    result = app.test_cli_runner().invoke(cli.receive, ["--to", asked.reply_to], input=raw)

    assert (result.exit_code, result.output) == (0, "posted\n"), result.exception
    db.session.rollback()
    assert answers() == ["Tuesday is fine."]
