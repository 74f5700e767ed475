"""Many letters at once: in few requests to SendGrid, through one connection, as files."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from random import Random
from typing import Any

import pytest

from marketplace.mail import sendgrid
from marketplace.mail.bodies import MOST_SUBSTITUTED, Manners, requests_for
from marketplace.mail.files import FilesMailer
from marketplace.mail.letters import Fate, Kind, Letter
from marketplace.mail.sendgrid import SendGridMailer
from marketplace.mail.smtp import SmtpMailer
from tests.mail.sendgrid_at_home import DROPS

FRAME = '<p style="margin:0 0 16px;font-size:17px;line-height:1.55;">'


def letters_like(letter: Letter, count: int, *, items: int = 3, words: int = 12) -> list[Letter]:
    """Letters that differ as those of a run do: a name, some items, links of their own."""
    random = Random(f"{count} letters")
    found = []
    for number in range(count):
        lines = [" ".join(f"word{random.randrange(999)}" for _ in range(words)) for _ in range(items)]
        page = "".join(
            f'{FRAME}\n{line} <a href="https://x.example/{number}">Zoë</a></p>\n' for line in lines
        )
        found.append(
            replace(
                letter,
                to=f"person{number}@hall.example",
                subject=f"{lines[0][:40]} and more",
                text=f"Hello {number},\n\n" + "\n".join(lines) + "\n\nGoodbye.\n",
                html=f"<html>\n<title>{number}</title>\n<body>\n{page}</body>\n</html>\n",
                message_id=f"<mail-{number + 1}@durham.example>",
                stream="digest",
                unsubscribe_url=f"https://durham.example/stop/{number}",
            )
        )
    return found


def mailer_at(home: Any, **changes: Any) -> SendGridMailer:
    return SendGridMailer(api_key="a-key", host=home.address, timeout=5, **changes)


def arrived(home: Any, letters: list[Letter]) -> None:
    """Everybody got their own letter, once."""
    assert home.faults == []
    assert home.delivered == {each.message_id.strip("<>"): 1 for each in letters}
    for letter in letters:
        got = home.letters[letter.message_id.strip("<>")]
        assert got == {"to": letter.to, "subject": letter.subject, "text": letter.text, "html": letter.html}


def test_a_thousand_letters_are_one_request_and_each_reads_as_written(sendgrid_at_home: Any, letter: Letter):
    letters = letters_like(letter, 1000)

    outcomes = mailer_at(sendgrid_at_home).send_many(letters)

    assert {outcome.fate for outcome in outcomes} == {Fate.SENT}
    assert len(sendgrid_at_home.requests) == 1
    arrived(sendgrid_at_home, letters)


def test_more_than_a_thousand_are_more_requests(sendgrid_at_home: Any, letter: Letter):
    letters = letters_like(letter, 1001, items=1)

    mailer_at(sendgrid_at_home).send_many(letters)

    assert [len(each["personalizations"]) for each in sendgrid_at_home.requests] == [1000, 1]
    arrived(sendgrid_at_home, letters)


def test_letters_too_different_for_one_request_go_in_others(sendgrid_at_home: Any, letter: Letter):
    long = replace(letter, text="ö" * MOST_SUBSTITUTED, message_id="<mail-900@durham.example>")
    short = letters_like(replace(letter, stream="digest"), 20)
    letters = [*short, replace(long, stream="digest", to="long@hall.example")]

    mailer_at(sendgrid_at_home).send_many(letters)

    assert sorted(len(each["personalizations"]) for each in sendgrid_at_home.requests) == [1, 20]
    arrived(sendgrid_at_home, letters)


def test_a_letter_that_says_our_tags_itself_goes_alone(sendgrid_at_home: Any, letter: Letter):
    letters = letters_like(letter, 5)
    letters[2] = replace(letters[2], text="What is -_t0_- good for?\n")

    mailer_at(sendgrid_at_home).send_many(letters)

    assert sorted(len(each["personalizations"]) for each in sendgrid_at_home.requests) == [1, 4]
    arrived(sendgrid_at_home, letters)


def test_letters_of_any_shape_come_out_as_they_went_in(sendgrid_at_home: Any, letter: Letter):
    random = Random("any shape")
    letters = []
    for number in range(120):
        lines = [random.choice(['<a href="x">', "</a>", "same", f"own {number}", ""]) for _ in range(12)]
        letters.append(
            replace(
                letter,
                text="\n".join(lines) + "!",
                html='"\n'.join(random.sample(lines, random.randint(1, 12))) + "!",
                message_id=f"<mail-{number + 1}@durham.example>",
            )
        )

    mailer_at(sendgrid_at_home).send_many(letters)

    arrived(sendgrid_at_home, letters)


def test_each_personal_part_has_its_own_headers_and_the_request_what_is_common(letter: Letter):
    letters = letters_like(letter, 3)
    manners = Manners({"digest": 101}, is_sandbox=True)

    [request] = requests_for(letters, manners, batch_id="a-batch", send_at=1_800_000_000)

    assert request.body["categories"] == ["digest"]
    assert request.body["asm"] == {"group_id": 101}
    assert request.body["mail_settings"] == {"sandbox_mode": {"enable": True}}
    assert (request.body["batch_id"], request.body["send_at"]) == ("a-batch", 1_800_000_000)
    assert [each["headers"]["List-Unsubscribe"] for each in request.body["personalizations"]] == [
        f"<https://durham.example/stop/{number}>" for number in range(3)
    ]


def test_one_bad_address_spoils_only_its_own_letter(sendgrid_at_home: Any, letter: Letter):
    letters = letters_like(letter, 64)
    sendgrid_at_home.refuses = {letters[41].to}

    outcomes = mailer_at(sendgrid_at_home).send_many(letters)

    assert [each.fate for each in outcomes].count(Fate.REFUSED) == 1
    assert outcomes[41].fate is Fate.REFUSED
    assert len(sendgrid_at_home.requests) < 16
    arrived(sendgrid_at_home, [each for each in letters if each is not letters[41]])


def test_what_is_wrong_with_our_settings_is_held_against_no_letter(
    sendgrid_at_home: Any, letter: Letter, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(
        "tests.mail.sendgrid_at_home._errors",
        lambda *words: {"errors": [{"message": "no such group", "field": "asm.group_id"}]},
    )
    sendgrid_at_home.status = 400

    outcomes = mailer_at(sendgrid_at_home).send_many(letters_like(letter, 8))

    assert {each.fate for each in outcomes} == {Fate.LATER}
    assert len(sendgrid_at_home.requests) == 1


def test_letters_that_cannot_be_asked_for_do_not_spoil_the_others(sendgrid_at_home: Any, letter: Letter):
    letters = letters_like(letter, 4)
    letters[1] = replace(letters[1], to="nobody")
    letters[2] = replace(letters[2], text="The key is SG.abcdef0123.abcdef0123456789\n")

    outcomes = mailer_at(sendgrid_at_home).send_many(letters)

    assert [each.fate for each in outcomes] == [Fate.SENT, Fate.REFUSED, Fate.REFUSED, Fate.SENT]


def test_after_a_lost_answer_the_other_requests_are_not_begun(sendgrid_at_home: Any, letter: Letter):
    letters = letters_like(letter, 1002, items=1)
    sendgrid_at_home.plan = [DROPS]

    fates = [each.fate for each in mailer_at(sendgrid_at_home).send_many(letters)]

    assert fates == [Fate.UNKNOWN] * 1000 + [Fate.UNTRIED] * 2


def test_out_of_time_the_rest_is_left_for_the_next_job(
    sendgrid_at_home: Any, letter: Letter, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(sendgrid, "PATIENCE", -1.0)

    outcomes = mailer_at(sendgrid_at_home).send_many(letters_like(letter, 3))

    assert {each.fate for each in outcomes} == {Fate.UNTRIED}
    assert sendgrid_at_home.requests == []


def test_in_the_sandbox_ok_is_their_yes(sendgrid_at_home: Any, letter: Letter):
    sendgrid_at_home.status = 200
    mailer = mailer_at(sendgrid_at_home, manners=Manners(is_sandbox=True))

    assert mailer.send(letter) == "their-id-7"


def test_a_run_can_be_called_off_at_sendgrid_while_it_rests_there(sendgrid_at_home: Any, letter: Letter):
    mailer = mailer_at(sendgrid_at_home, rest=timedelta(minutes=20))

    batch_id = mailer.new_batch()
    mailer.send_many(letters_like(letter, 2), batch_id=batch_id)
    mailer.call_off(batch_id)

    assert sendgrid_at_home.requests[0]["batch_id"] == batch_id
    assert sendgrid_at_home.requests[0]["send_at"] > 0
    assert sendgrid_at_home.called_off == [batch_id]


def test_without_a_key_for_its_events_nothing_can_be_learned_later(sendgrid_at_home: Any):
    assert mailer_at(sendgrid_at_home).kind is Kind.SENDGRID_UNHEARD
    assert mailer_at(sendgrid_at_home, is_heard=True).kind is Kind.SENDGRID


def test_one_connection_takes_many_letters_and_each_has_its_own_outcome(
    open_post_office: Any, letter: Letter
):
    office = open_post_office()
    calls: list[str] = []

    async def only_some(_server: Any, session: Any, envelope: Any, address: str, _options: Any) -> str:
        calls.append(str(session.peer))
        if address.startswith("person1@"):
            return "550 5.1.1 No such person"
        if address.startswith("person2@"):
            return "450 4.2.0 Come back"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    office.handle_RCPT = only_some
    mailer = SmtpMailer.from_url(f"smtp://127.0.0.1:{office.port}")

    outcomes = mailer.send_many(letters_like(letter, 5))

    assert [each.fate for each in outcomes] == [Fate.SENT, Fate.REFUSED, Fate.LATER, Fate.SENT, Fate.SENT]
    assert outcomes[2].problem is None  # only that reader's server is not ready
    assert len(set(calls)) == 1
    assert len(office.envelopes) == 3


def test_a_mail_server_that_hangs_up_on_the_whole_letter_leaves_its_fate_unknown(
    open_post_office: Any, letter: Letter
):
    office = open_post_office()

    async def hang_up(server: Any, *_: Any) -> str:
        server.transport.abort()
        return "250 OK"

    office.handle_DATA = hang_up
    mailer = SmtpMailer.from_url(f"smtp://127.0.0.1:{office.port}")

    outcomes = mailer.send_many(letters_like(letter, 2))

    assert [each.fate for each in outcomes] == [Fate.UNKNOWN, Fate.UNTRIED]


def test_a_mail_server_that_is_away_is_asked_once(closed_port: int, letter: Letter):
    outcomes = SmtpMailer.from_url(f"smtp://127.0.0.1:{closed_port}").send_many(letters_like(letter, 3))

    assert [each.fate for each in outcomes] == [Fate.LATER, Fate.UNTRIED, Fate.UNTRIED]


def test_many_files_at_once(tmp_path: Path, letter: Letter):
    letters = letters_like(letter, 20)
    letters[3] = replace(letters[3], to="nobody")

    outcomes = FilesMailer(tmp_path).send_many(letters)

    assert [each.fate for each in outcomes].count(Fate.SENT) == 19
    assert len(list(tmp_path.iterdir())) == 19
