"""Organisations, found."""

from datetime import date

from marketplace.accounts.models import User
from marketplace.extensions import db
from marketplace.organisations.models import Membership, Organisation, OrganisationKind
from marketplace.organisations.sizes import Size, SizeFacts, is_sme, size


def is_member(organisation: Organisation, email: str) -> bool:
    found = db.session.scalar(
        db.select(Membership.id)
        .join(User)
        .where(Membership.organisation_id == organisation.id, User.email == email)
    )
    return found is not None


def members_of(organisation_id: int) -> list[User]:
    """The people to tell when something happens to the organisation."""
    return list(
        db.session.scalars(
            db.select(User)
            .join(Membership)
            .where(Membership.organisation_id == organisation_id)
            .order_by(User.id)
        )
    )


def size_words(organisation: Organisation, *, on: date) -> str:
    """“Micro business”, “Voluntary or community group”, … by the definition in force on the day."""
    if organisation.kind is not OrganisationKind.BUSINESS:
        return KIND_WORDS[organisation.kind]
    facts = SizeFacts(organisation.staff, organisation.turnover, organisation.balance_sheet)
    found = size(facts, on=on)
    if found is Size.UNKNOWN:
        return "Business"
    words = f"{found.value.capitalize()} business"
    return f"{words} (SME)" if is_sme(facts, on=on) and found is Size.MEDIUM else words


KIND_WORDS = {
    OrganisationKind.BUSINESS: "Business",
    OrganisationKind.VOLUNTARY: "Voluntary or community group",
    OrganisationKind.ANCHOR: "Anchor institution",
    OrganisationKind.DEVELOPER: "Developer",
    OrganisationKind.PUBLIC: "Public body",
}
