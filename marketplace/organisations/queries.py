"""Organisations, found."""

from collections.abc import Sequence
from datetime import date, datetime

from sqlalchemy.orm import joinedload

from marketplace.accounts.models import User
from marketplace.extensions import db
from marketplace.organisations.models import Invitation, Membership, Organisation, OrganisationKind
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


def memberships_of(organisation: Organisation) -> Sequence[Membership]:
    """Who may act for it, with their names, first come first."""
    query = db.select(Membership).where(Membership.organisation_id == organisation.id)
    return db.session.scalars(query.options(joinedload(Membership.user)).order_by(Membership.id)).all()


def open_invitations(organisation: Organisation, *, since: datetime) -> Sequence[Invitation]:
    """Who was asked to join and has not answered, latest first."""
    query = db.select(Invitation).where(
        Invitation.organisation_id == organisation.id,
        Invitation.accepted_at.is_(None),
        Invitation.created_at >= since,
    )
    return db.session.scalars(query.order_by(Invitation.created_at.desc(), Invitation.id)).all()


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
