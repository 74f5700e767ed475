"""Verbs about organisations and the people in them."""

from dataclasses import dataclass
from datetime import date, datetime

from flask import current_app, url_for
from itsdangerous import BadSignature, URLSafeTimedSerializer

from marketplace import audit, mail, outbox
from marketplace.accounts.models import User
from marketplace.errors import Refused
from marketplace.extensions import db
from marketplace.organisations import queries
from marketplace.organisations.models import (
    Invitation,
    Membership,
    MembershipRole,
    Organisation,
    OrganisationKind,
)
from marketplace.places.models import Place
from marketplace.places.pins import pin

INVITATION_DAYS = 14


@dataclass(frozen=True, kw_only=True)
class OrganisationDetails:
    """What an organisation says of itself; `where` is a postcode or a town, `credentials` are slugs.

    `staff_local` and `spend_local` are whole percentages, of the staff who live in the place and of what it
    buys that comes from suppliers there.
    """

    name: str
    kind: OrganisationKind
    about: str
    where: str
    legal_form: str = ""
    website: str = ""
    charity_number: str = ""
    company_number: str = ""
    staff: int | None = None
    turnover: int | None = None
    balance_sheet: int | None = None
    interests: tuple[str, ...] = ()
    credentials: tuple[str, ...] = ()
    staff_local: int | None = None
    spend_local: int | None = None


def create(details: OrganisationDetails, *, place: Place, actor: User, now: datetime) -> Organisation:
    """Make an organisation; whoever makes it owns it."""
    organisation = Organisation(
        place_id=place.id, created_at=now, claimed_at=now, kind=details.kind, name=details.name
    )
    _apply(organisation, details, on=now.date())
    organisation.memberships.append(Membership(user=actor, role=MembershipRole.OWNER, created_at=now))
    db.session.add(organisation)
    audit.record("organisation.created", organisation, actor=actor)
    _tell(organisation)
    return organisation


def edit(organisation: Organisation, details: OrganisationDetails, *, actor: User, now: datetime) -> None:
    """Change what it says of itself, and have its matches looked at again."""
    _apply(organisation, details, on=now.date())
    audit.record("organisation.edited", organisation, actor=actor)
    _tell(organisation)


def invite(organisation: Organisation, email: str, *, actor: User, now: datetime) -> Invitation:
    """Ask a colleague to join, by letter."""
    email = email.strip().lower()
    if queries.is_member(organisation, email):
        raise Refused("That person already belongs to your organisation.", field="email")
    invitation = Invitation(organisation=organisation, email=email, invited_by=actor, created_at=now)
    db.session.add(invitation)
    audit.record("invitation.sent", invitation, actor=actor)
    url = url_for("organisations.invitation", token=_signer().dumps(invitation.id))
    mail.queue(
        "invitation", address=email, stream="account", now=now, key=f"invitation:{invitation.id}",
        person_name=actor.name, organisation_name=organisation.name, url=url,
    )  # fmt: skip
    return invitation


def read_invitation(token: str) -> Invitation:
    """The invitation a link stands for, if it can still be answered."""
    try:
        invitation = db.session.get(Invitation, _signer().loads(token, max_age=INVITATION_DAYS * 86400))
    except BadSignature:
        invitation = None
    if invitation is None or invitation.accepted_at is not None:
        raise Refused("This invitation is too old or has been used. Ask your colleague for a new one.")
    return invitation


def accept(invitation: Invitation, *, actor: User, now: datetime) -> None:
    """Join. The link was sent to one address; only the person who holds it may use it."""
    if actor.email != invitation.email:
        raise Refused("This invitation was sent to another address. Sign in with that one.")
    if not queries.is_member(invitation.organisation, actor.email):
        db.session.add(Membership(user=actor, organisation=invitation.organisation, created_at=now))
    invitation.accepted_at = now
    audit.record("invitation.accepted", invitation, actor=actor)


def _apply(organisation: Organisation, details: OrganisationDetails, *, on: date) -> None:
    for name in ("name", "kind", "about", "legal_form", "website"):
        setattr(organisation, name, getattr(details, name))
    organisation.charity_number = details.charity_number or None
    organisation.company_number = details.company_number or None
    facts = (details.staff, details.turnover, details.balance_sheet)
    if facts != (organisation.staff, organisation.turnover, organisation.balance_sheet):
        organisation.staff, organisation.turnover, organisation.balance_sheet = facts
        organisation.facts_on = on
    local = (details.staff_local, details.spend_local)
    if local != (organisation.staff_local, organisation.spend_local):
        organisation.staff_local, organisation.spend_local = local
        organisation.local_facts_on = None if local == (None, None) else on
    organisation.interests = list(details.interests)
    if set(organisation.credentials) != set(details.credentials):
        organisation.credentials = list(details.credentials)
    pin(organisation, details.where)


def _tell(organisation: Organisation) -> None:
    db.session.flush()
    outbox.add("search.index", keys=[f"organisation:{organisation.id}"])
    outbox.add("matching.organisation", organisation_id=organisation.id)


def _signer() -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(current_app.config["SECRET_KEY"], salt="organisation.invitation")
