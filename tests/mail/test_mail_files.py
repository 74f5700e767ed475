"""Letters written as files."""

from dataclasses import replace
from email import message_from_bytes, policy
from pathlib import Path

import pytest

from marketplace.mail.files import FilesMailer, file_name
from marketplace.mail.letters import Letter, MailRejected, MailUnavailable


def test_a_file_reads_back_as_the_letter_in_text_and_html(tmp_path: Path, letter: Letter):
    name = FilesMailer(tmp_path / "mail").send(letter)

    message = message_from_bytes((tmp_path / "mail" / name).read_bytes(), policy=policy.default)
    assert name == "mail-12@durham.example.eml"
    assert message["To"] == "maureen@hall.example"
    assert message["From"] == '"Placeful, County Durham" <no-reply@durham.example>'
    assert message["Subject"] == letter.subject
    assert message["Message-ID"] == letter.message_id
    assert message["Date"].datetime == letter.written_at
    assert message.get_content_type() == "multipart/alternative"
    parts = [(part.get_content_type(), part.get_content().splitlines()) for part in message.iter_parts()]
    assert parts == [("text/plain", letter.text.splitlines()), ("text/html", letter.html.splitlines())]


def test_the_same_letter_again_replaces_its_file(tmp_path: Path, letter: Letter):
    mailer = FilesMailer(tmp_path)

    mailer.send(letter)
    mailer.send(replace(letter, text="Second attempt\n"))

    [file] = tmp_path.iterdir()
    assert "Second attempt" in file.read_text()


def test_a_letter_that_can_be_stopped_says_how_to_mail_programs(tmp_path: Path, letter: Letter):
    name = FilesMailer(tmp_path).send(replace(letter, unsubscribe_url="https://durham.example/stop/abc"))

    message = message_from_bytes((tmp_path / name).read_bytes(), policy=policy.default)
    assert message["List-Unsubscribe"] == "<https://durham.example/stop/abc>"
    assert message["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"


@pytest.mark.parametrize(
    "address", ["", "nobody", "a@", "@b.example", "a@b.example\nBcc: c@d.example", "a@b.example, c@d.example"]
)
def test_what_is_not_one_address_is_rejected(tmp_path: Path, letter: Letter, address: str):
    with pytest.raises(MailRejected):
        FilesMailer(tmp_path).send(replace(letter, to=address))

    assert list(tmp_path.iterdir()) == []


def test_an_address_with_letters_beyond_ascii_is_kept(tmp_path: Path, letter: Letter):
    name = FilesMailer(tmp_path).send(replace(letter, to="zoë@hall.example"))

    message = message_from_bytes((tmp_path / name).read_bytes(), policy=policy.default)
    assert message["To"].addresses[0].addr_spec == "zoë@hall.example"


def test_a_folder_that_cannot_be_written_means_later(tmp_path: Path, letter: Letter):
    (tmp_path / "mail").write_text("a file where the folder should be")

    with pytest.raises(MailUnavailable):
        FilesMailer(tmp_path / "mail").send(letter)


def test_no_message_id_leads_out_of_the_folder():
    assert file_name("<../../etc/passwd@x>") == ".._.._etc_passwd@x.eml"
