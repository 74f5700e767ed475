"""What either side types on the page of a pledge: answers, days, what was given and what came."""

from typing import Any, ClassVar

from flask import request
from flask_wtf import FlaskForm
from wtforms import DateField, Field, HiddenField, SelectField, StringField, TextAreaField
from wtforms.validators import Length, NumberRange, Optional

from marketplace.files.forms import UploadField
from marketplace.pledges.forms import not_in_the_past
from marketplace.pledges.models import Delivery, DeliveryStatus, End, Pledge, PledgeStatus
from marketplace.web.fields import WholeNumberField, number_required, required, stripped

DECLINE_REASONS = (
    "We have enough now",
    "The dates don’t work for us",
    "We can’t host that many",
    "It isn’t quite what we need",
    "Something else",
)
REQUEST_DECLINE_REASONS = (
    "It is spoken for already",
    "The dates don’t work for us",
    "It is too far for us",
    "It isn’t meant for this",
    "Something else",
)
GIVER_WITHDRAW_REASONS = (
    "We can’t give it any more",
    "The people who would come can’t",
    "The dates don’t work for us",
    "It took too long",
    "Something else",
)
RECEIVER_WITHDRAW_REASONS = (
    "We don’t need it any more",
    "Somebody else has given it",
    "We can’t host it",
    "The dates don’t work for us",
    "Something else",
)
GIVER_NOT_DELIVERED_REASONS = (
    "The people who would come couldn’t",
    "It was not to be had",
    "The weather",
    "They could not take it that day",
    "Something else",
)
RECEIVER_NOT_DELIVERED_REASONS = ("Nobody came", "It did not arrive", "It was called off", "Something else")
MOST_FILES = 5
BEFORE_A_YES = (PledgeStatus.DRAFT, PledgeStatus.WAITING, PledgeStatus.OFFERED)


class MoveForm(FlaskForm):
    """One move. Several share a page, so each id carries the move’s name; and each says what was seen."""

    move: ClassVar[str] = ""
    is_button = False  # nothing is asked
    version = HiddenField()  # of the pledge, when the page was opened
    seen = HiddenField()  # the last thing that had happened by then

    def __init__(self, *, fresh: bool = False) -> None:
        """`fresh`: as first shown, whatever this request sent to another form of the page."""
        super().__init__(**({"formdata": None} if fresh else {}))
        self.fresh = fresh
        for field in self:
            field.id = f"{self.move}-{field.name}"
            field.label.field_id = field.id

    @property
    def typed(self) -> tuple[str, ...]:
        """The words somebody typed, which must not be lost."""
        words = (field for field in self if isinstance(field, StringField | TextAreaField))
        return tuple(field.data for field in words if field.data and not isinstance(field, HiddenField))

    def about(self, pledge: Pledge, delivery: Delivery | None, end: End | None) -> "MoveForm":
        """Fit the questions to the pledge; where nothing was sent, put in what is likely."""
        return self

    def refuse(self, message: str, field: str) -> None:
        """Put a refusal beside what it is about, or above the form where that is not asked."""
        target: Field | None = self[field] if field in self else None  # noqa: SIM401  # a form is no dict
        if target is not None and not isinstance(target, HiddenField):
            target.errors = [*target.errors, message]
        else:
            self.form_errors.append(message)


class PlainForm(MoveForm):
    """A move that needs no words: it is its button."""

    def __init__(self, move: str, *, fresh: bool = False) -> None:
        self.move = move  # type: ignore[misc]  # of this button, not of all
        self.is_button = True
        super().__init__(fresh=fresh)


def _reason(label: str, message: str) -> SelectField:
    return SelectField(label, validators=[required(message)])


def _choose(field: SelectField, reasons: tuple[str, ...]) -> None:
    field.choices = {"": "Choose a reason", **{reason: reason for reason in reasons}}


def _quantity(label: str, message: str) -> WholeNumberField:
    at_least_one = NumberRange(min=1, max=1_000_000, message="Enter a number of 1 or more")
    return WholeNumberField(label, validators=[number_required(message), at_least_one])


def _words(label: str, **kwargs: Any) -> TextAreaField:
    return TextAreaField(label, filters=[stripped], validators=[Length(max=500)], **kwargs)


class AcceptForm(MoveForm):
    """Part of what was offered, or another day for it."""

    move = "accept"
    quantity = WholeNumberField(
        "How much of it would you take?",
        validators=[Optional(), NumberRange(min=1, message="Enter a number of 1 or more")],
    )
    starts_on = DateField("On another day? (optional)", validators=[Optional(), not_in_the_past])
    timing = StringField("At what time? (optional)", filters=[stripped], validators=[Length(max=200)])

    def about(self, pledge: Pledge, delivery: Delivery | None, end: End | None) -> "AcceptForm":
        if pledge.times > 1:
            each = pledge.each
            self.quantity.description = f"In all. It comes {each:,} at a time, so {each:,}, {2 * each:,}, …"
        if not pledge.starts_on:
            self.starts_on.label.text = "On which day? (optional)"
        if self.fresh:
            self.quantity.data = pledge.quantity
        return self


class DeclineForm(MoveForm):
    move = "decline"
    reason = _reason("Why not, this time?", "Choose a reason: they took the trouble to ask")
    words = _words("Anything to add? (optional)")

    def about(self, pledge: Pledge, delivery: Delivery | None, end: End | None) -> "DeclineForm":
        _choose(self.reason, REQUEST_DECLINE_REASONS if end is End.GIVER else DECLINE_REASONS)
        return self


class TurnDownForm(MoveForm):
    move = "turn_down"
    words = TextAreaField(
        "Why not?",
        description="Your colleague reads this. Nobody else hears of it.",
        filters=[stripped],
        validators=[required("Say why, for your colleague"), Length(max=500)],
    )


class ProposeForm(MoveForm):
    move = "propose"
    starts_on = DateField(
        "Which day would suit you?",
        validators=[required("Choose a day"), not_in_the_past],
    )
    timing = StringField(
        "At what time? (optional)",
        description="Such as “Tuesdays, 2 to 4”.",
        filters=[stripped],
        validators=[Length(max=200)],
    )

    def about(self, pledge: Pledge, delivery: Delivery | None, end: End | None) -> "ProposeForm":
        if pledge.times > 1:
            begun = any(each.status is not DeliveryStatus.PLANNED for each in pledge.deliveries)
            time = "next" if begun else "first"
            self.starts_on.label.text = f"Which day would suit you for the {time} time?"
        if self.fresh:
            self.timing.data = pledge.proposed_timing or pledge.timing
        return self


class WithdrawForm(MoveForm):
    move = "withdraw"
    reason = _reason("Why?", "Choose a reason, for the other side")
    words = _words("Anything to add? (optional)")

    def about(self, pledge: Pledge, delivery: Delivery | None, end: End | None) -> "WithdrawForm":
        mine = GIVER_WITHDRAW_REASONS if end is End.GIVER else RECEIVER_WITHDRAW_REASONS
        _choose(self.reason, mine)
        self.is_button = pledge.status in BEFORE_A_YES
        if self.is_button:  # nobody has counted on it yet, so nobody is owed a reason
            self.reason.validators, self.reason.validate_choice = (), False
        return self


class DeliverForm(MoveForm):
    move = "deliver"
    quantity = _quantity("How much did you give?", "Enter how much you gave")
    words = _words("A word about how it went (optional)")
    file = UploadField("Photos, receipts or timesheets (optional)", at_most=MOST_FILES)

    def about(self, pledge: Pledge, delivery: Delivery | None, end: End | None) -> "DeliverForm":
        if delivery is not None and self.fresh:
            counted = request.args.get("given", type=int)  # by whoever kept the list of who came
            likely = counted is not None and 0 < counted <= delivery.quantity
            self.quantity.data = counted if likely else delivery.quantity
        return self


class NotDeliveredForm(MoveForm):
    move = "not_delivered"
    reason = _reason("What happened?", "Choose what happened")

    def about(self, pledge: Pledge, delivery: Delivery | None, end: End | None) -> "NotDeliveredForm":
        mine = GIVER_NOT_DELIVERED_REASONS if end is End.GIVER else RECEIVER_NOT_DELIVERED_REASONS
        _choose(self.reason, mine)
        return self


class ConfirmForm(MoveForm):
    move = "confirm"
    quantity = _quantity("How much came?", "Enter how much came")
    words = _words("Anything to say about it? (optional)")

    def about(self, pledge: Pledge, delivery: Delivery | None, end: End | None) -> "ConfirmForm":
        if delivery is not None and self.fresh:
            self.quantity.data = delivery.delivered
        return self


class DisputeForm(MoveForm):
    move = "dispute"
    words = TextAreaField(
        "How was it, as you see it?",
        description="The other side and the convener read this.",
        filters=[stripped],
        validators=[required("Say how it was"), Length(max=1000)],
    )


class SettleForm(MoveForm):
    move = "settle"
    quantity = WholeNumberField(
        "How much counts?",
        description="0 where nothing came.",
        validators=[
            number_required("Enter how much counts, 0 for nothing"),
            NumberRange(min=0, max=1_000_000, message="Enter a number, 0 for nothing"),
        ],
    )
    words = TextAreaField(
        "Why?",
        description="Both sides read this.",
        filters=[stripped],
        validators=[required("Say why, for both sides"), Length(max=1000)],
    )


class VerifyForm(MoveForm):
    move = "verify"
    quantity = _quantity("How much did you find?", "Enter how much you found")

    def about(self, pledge: Pledge, delivery: Delivery | None, end: End | None) -> "VerifyForm":
        if delivery is not None and self.fresh:
            self.quantity.data = delivery.confirmed or delivery.delivered
        return self


class ThankForm(MoveForm):
    move = "thank"
    words = TextAreaField(
        "What came of it?",
        description="It goes on your notice and on both your pages, for everybody to read.",
        filters=[stripped],
        validators=[required("Say what came of it"), Length(max=1000)],
    )
    said_by = StringField(
        "Who says so? (optional)",
        description="First name and role, such as “Maureen, hall secretary”.",
        filters=[stripped],
        validators=[Length(max=80)],
    )
    file = UploadField(
        "A photo (optional)",
        images_only=True,
        description="Ask everybody in it first. Where it was taken is removed from it.",
    )
