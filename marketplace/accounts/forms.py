"""What a person types to join and to come back."""

from flask_wtf import FlaskForm
from wtforms import BooleanField, EmailField, HiddenField, PasswordField, StringField
from wtforms.validators import Length

from marketplace.accounts.wording import JOINING, WORDINGS
from marketplace.web.fields import email, required, stripped

_HOW_TO_CHOOSE = "At least 10 characters. Three words you’ll remember work well."
_LONG_ENOUGH = Length(min=10, max=200, message="Choose a password of at least 10 characters")


class SignUpForm(FlaskForm):
    name = StringField(
        "Your name", filters=[stripped], validators=[required("Enter your name"), Length(max=80)]
    )
    email = EmailField(
        "Your e-mail address",
        description="We’ll send a link to check it’s yours. Nobody sees it until you choose.",
        filters=[stripped],
        validators=[required("Enter your e-mail address"), email],
    )
    password = PasswordField(
        "Choose a password",
        description=_HOW_TO_CHOOSE,
        validators=[required("Choose a password"), _LONG_ENOUGH],
    )
    no_letters = BooleanField(WORDINGS[JOINING].label, description=WORDINGS[JOINING].hint)


class SignInForm(FlaskForm):
    email = EmailField(
        "E-mail address", filters=[stripped], validators=[required("Enter your e-mail address")]
    )
    password = PasswordField("Password", validators=[required("Enter your password")])
    remember = BooleanField("Keep me signed in on this device")
    next = HiddenField()


class ForgotForm(FlaskForm):
    email = EmailField(
        "Your e-mail address", filters=[stripped], validators=[required("Enter your e-mail address"), email]
    )


class ResetForm(FlaskForm):
    password = PasswordField(
        "New password", description=_HOW_TO_CHOOSE, validators=[required("Choose a password"), _LONG_ENOUGH]
    )


class SwitchForm(FlaskForm):
    """Only the token: which organisation is in the address of the button pressed."""
