"""Validators and filters that forms of every feature share, with words that say what to do."""

from collections.abc import Sequence
from typing import Any

from email_validator import EmailNotValidError, validate_email
from wtforms import Field, Form, IntegerField, SelectMultipleField
from wtforms.validators import DataRequired, InputRequired, Optional, ValidationError

from marketplace.categories.catalogue import catalogue
from marketplace.credentials.catalogue import catalogue as credentials
from marketplace.errors import Refused
from marketplace.places import queries as places


def stripped(value: Any) -> Any:
    """Text without the spaces around it, and without the zero byte, which PostgreSQL does not take."""
    return value.replace("\0", "").strip() if isinstance(value, str) else value


class WholeNumberField(IntegerField):
    """A whole number as people type it: “1,500”, “£1500 ”."""

    def process_formdata(self, valuelist: Sequence[str]) -> None:
        typed = [value.replace("£", "").replace(",", "").strip() for value in valuelist]
        try:
            super().process_formdata(typed)
        except ValueError:
            raise ValueError("Enter a whole number, such as 1500") from None


class CredentialsField(SelectMultipleField):
    """Any number of the accreditations, covers and checks there are, under their groups."""

    def __init__(self, label: str, **kwargs: object) -> None:
        super().__init__(label, choices=credentials().choices(), validators=[Optional()], **kwargs)

    @property
    def says(self) -> dict[str, str]:
        """One sentence about each, by slug."""
        return {each.slug: each.says for each in credentials()}


def required(message: str) -> DataRequired:
    return DataRequired(message)


def number_required(message: str) -> InputRequired:
    """As `required`, but nought is an answer."""
    return InputRequired(message)


def email(form: Form, field: Field) -> None:
    """An address that could exist; whether it does, the confirmation letter finds out."""
    if not field.data:
        return
    try:
        validate_email(field.data, check_deliverability=False, allow_smtputf8=False)
    except EmailNotValidError:
        raise ValidationError("Enter an e-mail address like name@example.org") from None


def grouped_categories() -> dict[str, dict[str, str]]:
    """Every category under its parent's name, as a grouped select takes its choices."""
    return {group: dict(choices) for group, choices in catalogue().choices().items()}


def known_place(form: Form, field: Field) -> None:
    """A postcode or town we can put on the map, or a sentence and a choice of towns (`field.towns`)."""
    field.towns = ()
    if not field.data:
        return
    try:
        places.locate(field.data)
    except Refused as refusal:
        field.towns = getattr(refusal, "towns", ())
        raise ValidationError(refusal.message) from None
