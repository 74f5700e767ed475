"""What is in the demo, and the mail of its people."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import func

from marketplace.accounts.models import User
from marketplace.digests.models import Digest
from marketplace.extensions import db
from marketplace.listings.models import Family, Listing
from marketplace.listings.queries import PUBLIC
from marketplace.mail.models import MailMessage
from marketplace.matching.models import Match
from marketplace.organisations.models import Organisation, OrganisationStatus
from marketplace.places import queries as places


@dataclass(frozen=True, slots=True)
class Counts:
    """How much there is of everything; `digests` are those that were sent."""

    organisations: int
    families: dict[Family, int]
    matches: int
    digests: int

    def __str__(self) -> str:
        return (
            f"organisations {self.organisations}, opportunities {self.families[Family.OPPORTUNITY]}, "
            f"needs {self.families[Family.NEED]}, capabilities {self.families[Family.CAPABILITY]}, "
            f"offers {self.families[Family.OFFER]}, matches {self.matches}, digests {self.digests}"
        )


def is_loaded() -> bool:
    """Whether the demo is here; it comes in one transaction, so then all of it is."""
    place = places.current()
    return place is not None and place.is_demo and _number(Organisation) > 0


def has_real_organisations() -> bool:
    """Whether there are organisations that the demo did not bring."""
    return not is_loaded() and _number(Organisation) > 0


def counts() -> Counts:
    """What is there now."""
    query = db.select(Listing.family, func.count().label("number")).group_by(Listing.family)
    return Counts(
        organisations=_number(Organisation),
        families=dict.fromkeys(Family, 0) | {row.family: row.number for row in db.session.execute(query)},
        matches=_number(Match, Match.retired_at.is_(None)),
        digests=_number(Digest, Digest.message_id.is_not(None)),
    )


def public_documents() -> int:
    """How many documents the search index should hold."""
    listings = _number(Listing, Listing.status.in_(PUBLIC))
    return listings + _number(Organisation, Organisation.status == OrganisationStatus.ACTIVE)


def _number(model: type, *conditions: object) -> int:
    return db.session.scalar(db.select(func.count()).select_from(model).where(*conditions)) or 0


def mail_of(user: User) -> Sequence[MailMessage]:
    """What was written to a person, latest first."""
    query = db.select(MailMessage).where(MailMessage.user_id == user.id)
    return db.session.scalars(
        query.order_by(MailMessage.created_at.desc(), MailMessage.id.desc()).limit(100)
    ).all()
