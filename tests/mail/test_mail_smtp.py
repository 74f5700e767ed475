"""Letters through a real SMTP server on this machine."""

import ssl
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email import message_from_bytes, policy
from ipaddress import ip_address
from pathlib import Path
from typing import Any

import pytest

from marketplace.errors import NotSetUp
from marketplace.mail.letters import Letter, MailRejected, MailUnavailable
from marketplace.mail.smtp import SmtpMailer


def mailer_at(port: int, scheme: str = "smtp", account: str = "") -> SmtpMailer:
    return replace(SmtpMailer.from_url(f"{scheme}://{account}127.0.0.1:{port}"), timeout=5)


def test_the_server_gets_the_letter_as_written(open_post_office: Any, letter: Letter):
    office = open_post_office()

    assert mailer_at(office.port).send(letter) == letter.message_id

    [envelope] = office.envelopes
    message = message_from_bytes(envelope.content, policy=policy.default)
    assert envelope.mail_from == "no-reply@durham.example"
    assert envelope.rcpt_tos == ["maureen@hall.example"]
    assert message["Subject"] == letter.subject
    assert message["Message-ID"] == letter.message_id
    [text, _html] = message.iter_parts()
    assert text.get_content().splitlines() == letter.text.splitlines()


@pytest.mark.parametrize(
    ("stage", "answer", "verdict"),
    [
        ("RCPT", "550 5.1.1 No such person", MailRejected),
        ("RCPT", "450 4.2.0 Greylisted, come back", MailUnavailable),
        ("DATA", "554 5.7.1 Spam", MailRejected),
        ("DATA", "451 4.3.0 Try later", MailUnavailable),
        ("MAIL", "552 5.3.4 Too big", MailRejected),
        ("MAIL", "553 5.7.1 Not your address", MailUnavailable),
    ],
)
def test_a_refusal_is_final_only_when_the_letter_or_its_reader_is_at_fault(
    open_post_office: Any, letter: Letter, stage: str, answer: str, verdict: type[Exception]
):
    office = open_post_office()
    office.answers[stage] = answer

    with pytest.raises(verdict, match=answer[:3]):
        mailer_at(office.port).send(letter)

    assert office.envelopes == []


@pytest.mark.parametrize("goodbye", ["421 Go away", "hang up"])
def test_a_rude_goodbye_after_the_yes_does_not_send_the_letter_again(
    open_post_office: Any, letter: Letter, goodbye: str
):
    office = open_post_office()
    office.answers["QUIT"] = goodbye

    assert mailer_at(office.port).send(letter)
    assert len(office.envelopes) == 1


@pytest.mark.parametrize("port", ["closed_port", "silent_port"])
def test_a_server_that_is_down_or_silent_means_later(
    request: pytest.FixtureRequest, letter: Letter, port: str
):
    mailer = replace(mailer_at(request.getfixturevalue(port)), timeout=0.2)

    with pytest.raises(MailUnavailable, match="cannot be reached"):
        mailer.send(letter)


def test_an_address_the_server_cannot_write_is_rejected(open_post_office: Any, letter: Letter):
    office = open_post_office(enable_SMTPUTF8=False)

    with pytest.raises(MailRejected):
        mailer_at(office.port).send(replace(letter, to="zoë@hall.example"))


def only_maureen(_server: Any, _session: Any, _envelope: Any, mechanism: str, credentials: Any) -> Any:
    from aiosmtpd.smtp import AuthResult, LoginPassword

    known = LoginPassword(b"maureen", b"p@ss/word")
    return AuthResult(success=mechanism in ("LOGIN", "PLAIN") and credentials == known, handled=False)


NEEDS_PASSWORD = {"authenticator": only_maureen, "auth_required": True, "auth_require_tls": False}
in_the_clear = pytest.mark.filterwarnings("ignore:Requiring AUTH while not requiring TLS")


@in_the_clear
def test_the_user_name_and_password_of_the_address_are_used(open_post_office: Any, letter: Letter):
    office = open_post_office(**NEEDS_PASSWORD)

    mailer_at(office.port, account="maureen:p%40ss%2Fword@").send(letter)

    assert len(office.envelopes) == 1


@in_the_clear
def test_a_wrong_password_means_later_once_somebody_puts_it_right(open_post_office: Any, letter: Letter):
    office = open_post_office(**NEEDS_PASSWORD)

    with pytest.raises(MailUnavailable, match="535"):
        mailer_at(office.port, account="maureen:wrong@").send(letter)


@in_the_clear
def test_a_password_is_not_sent_in_the_clear_to_another_machine(open_post_office: Any, letter: Letter):
    office = open_post_office(**NEEDS_PASSWORD)
    mailer = replace(mailer_at(office.port, account="maureen:p%40ss%2Fword@"), same_machine=False)

    with pytest.raises(MailUnavailable, match="no encryption"):
        mailer.send(letter)

    assert office.envelopes == []


def test_starttls_is_used_when_offered(
    open_post_office: Any, letter: Letter, own_certificate: ssl.SSLContext
):
    office = open_post_office(tls_context=own_certificate)

    mailer_at(office.port).send(letter)

    assert office.in_tls == [True]


def test_tls_from_the_first_byte_is_used_with_smtps(
    open_post_office: Any, letter: Letter, own_certificate: ssl.SSLContext
):
    office = open_post_office(ssl_context=own_certificate)

    mailer_at(office.port, scheme="smtps").send(letter)

    assert len(office.envelopes) == 1


def test_a_stranger_s_certificate_is_not_trusted(
    open_post_office: Any, letter: Letter, own_certificate: ssl.SSLContext
):
    office = open_post_office(tls_context=own_certificate)

    with pytest.raises(MailUnavailable):
        replace(mailer_at(office.port), same_machine=False).send(letter)

    assert office.envelopes == []


@pytest.mark.parametrize(
    ("url", "port"),
    [
        ("smtp://mail.example", 25),
        ("smtp://me:secret@mail.example", 587),
        ("smtps://mail.example", 465),
        ("smtp://mail.example:2525", 2525),
    ],
)
def test_the_usual_port_is_taken_when_none_is_named(url: str, port: int):
    mailer = SmtpMailer.from_url(url)

    assert (mailer.host, mailer.port) == ("mail.example", port)
    assert "secret" not in repr(mailer)


@pytest.mark.parametrize("url", ["smtp://", "smtp://mail.example:mail", "smtp://mail.example:99999"])
def test_an_address_that_names_no_server_is_refused_with_what_to_write(url: str):
    with pytest.raises(NotSetUp, match="MAIL_URL"):
        SmtpMailer.from_url(url)


@pytest.fixture
def own_certificate(tmp_path: Path) -> ssl.SSLContext:
    """A certificate 127.0.0.1 signed for itself."""
    x509 = pytest.importorskip("cryptography.x509")
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec

    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "127.0.0.1")])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False)
        .sign(key, hashes.SHA256())
    )
    pem = tmp_path / "own.pem"
    pem.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        + certificate.public_bytes(serialization.Encoding.PEM)
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(pem)
    return context
