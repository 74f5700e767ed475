"""Validators and filters that forms of every feature share, with words that say what to do."""

from typing import Any

from email_validator import EmailNotValidError, validate_email
from wtforms import Field, Form
from wtforms.validators import DataRequired, InputRequired, ValidationError

from marketplace.errors import Refused
from marketplace.places import queries as places


def stripped(value: Any) -> Any:
    """Text without the spaces around it."""
    return value.strip() if isinstance(value, str) else value


def whole_pounds(value: Any) -> Any:
    """“£1,500 ” as people type it, ready to be read as a number."""
    return value.replace("£", "").replace(",", "").strip() if isinstance(value, str) else value


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
