"""What somebody finds in their letters."""

import re

from sqlalchemy import select

from marketplace.extensions import db
from marketplace.mail.models import MailMessage

LINK = re.compile(r"http://localhost(/(?:confirm|reset-password|organisations/invitations)/\S+)")


def letters_to(address: str) -> list[MailMessage]:
    db.session.rollback()
    query = select(MailMessage).where(MailMessage.address == address).order_by(MailMessage.id)
    return list(db.session.scalars(query))


def last_link(address: str) -> str:
    """The link of the last letter to this address, as a path; the same in its text and its HTML."""
    letter = letters_to(address)[-1]
    (path,) = LINK.findall(letter.text)
    assert f'href="http://localhost{path}"' in letter.html
    return str(path)


def token_in(path: str) -> str:
    return path.rpartition("/")[2]
