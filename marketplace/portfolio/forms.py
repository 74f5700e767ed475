"""Which needs a team wants to see, its notes, and promising to several at once."""

from collections.abc import Sequence
from secrets import token_urlsafe
from typing import Any

from flask_wtf import FlaskForm
from wtforms import DateField, Form, HiddenField, SelectField, SelectMultipleField, StringField, TextAreaField
from wtforms.validators import Length, NumberRange, Optional
from wtforms.widgets import CheckboxInput, ListWidget

from marketplace.categories.catalogue import catalogue
from marketplace.listings.models import Quantity, QuantityKind
from marketplace.needs.models import Need
from marketplace.portfolio.models import Shortlisted
from marketplace.portfolio.needs import KIND_WORDS, Wanted
from marketplace.portfolio.services import BundleDetails, Share
from marketplace.web import words
from marketplace.web.fields import WholeNumberField, required, stripped

DISTANCES = (2, 5, 10, 20)


class WantedForm(Form):
    """A GET: it changes nothing and can be shared. What cannot be used, as from an old link, is left out."""

    category = SelectField("About", validate_choice=False)
    ward = SelectField("Ward", validate_choice=False)
    kind = SelectMultipleField(
        "What you could give",
        choices={kind.value: label for kind, label in KIND_WORDS.items()},
        validate_choice=False,
        option_widget=CheckboxInput(),
        widget=ListWidget(prefix_label=False),
    )
    needed_by = DateField("Needed by", validators=[Optional()])
    miles = SelectField("How far from you", validate_choice=False)

    def __init__(self, sent: Any, *, wards: dict[str, str], has_place: bool) -> None:
        super().__init__(sent)
        self.category.choices = {"": "Anything", **{each.slug: each.name for each in catalogue().parents}}
        self.ward.choices = {"": "Any ward", **wards}
        self.miles.choices = {
            "": "Any distance",
            **{str(number): f"Within {words.count(number, 'mile')}" for number in DISTANCES if has_place},
        }

    def wanted(self) -> Wanted:
        self.validate()
        known = {kind.value: kind for kind in QuantityKind}
        return Wanted(
            category=self._one_of("category"),
            ward=self._one_of("ward"),
            kinds=tuple(known[value] for value in self.kind.data or () if value in known),
            needed_by=None if self.needed_by.errors else self.needed_by.data,
            miles=int(self._one_of("miles") or 0) or None,
        )

    def _one_of(self, name: str) -> str:
        value = self[name].data or ""
        return value if value in self[name].choices else ""


class NoteForm(FlaskForm):
    note = TextAreaField("Your team’s note", filters=[stripped], validators=[Length(max=2000)])

    @classmethod
    def of(cls, row: Shortlisted) -> "NoteForm":
        """Several stand on one page, so each has ids of its own."""
        form = cls(obj=row)
        form.note.id = f"note-{row.id}"
        form.note.label.field_id = form.note.id
        return form


class BundleForm(FlaskForm):
    """One form for several needs; `of` gives it a question for each line that still lacks something."""

    name = StringField(
        "What do you call this?",
        description="For your own list, such as “Spring giving round Crook”.",
        filters=[stripped],
        validators=[required("Give it a name"), Length(max=120)],
    )
    words = TextAreaField(
        "A word to go with each (optional)",
        description="All of them read the same. They read it first.",
        filters=[stripped],
        validators=[Length(max=1000)],
    )
    starts_on = DateField("The day, if you know it (optional)", validators=[Optional()])
    form_key = HiddenField()

    @classmethod
    def of(cls, needs: Sequence[Need]) -> "BundleForm":
        lines = {f"line_{row.id}": (need, row) for need in needs for row in need.quantities if row.missing}
        questions = {name: _how_much(row) for name, (_, row) in lines.items()}
        form: BundleForm = type("BundleForm", (cls,), questions)()
        form.lines = lines
        if not form.is_submitted():
            form.form_key.data = token_urlsafe(16)
        return form

    lines: dict[str, tuple[Need, Quantity]]

    def asked(self, need: Need) -> list[tuple[Quantity, Any]]:
        """The lines of one need, each with its question."""
        return [(row, self[name]) for name, (of, row) in self.lines.items() if of is need]

    def details(self) -> BundleDetails:
        shares = [
            Share(need=need, quantity_id=row.id, quantity=self[name].data)
            for name, (need, row) in self.lines.items()
            if self[name].data
        ]
        return BundleDetails(
            name=self.name.data,
            shares=shares,
            words=self.words.data or "",
            starts_on=self.starts_on.data,
            form_key=self.form_key.data or token_urlsafe(16),
        )


def _how_much(row: Quantity) -> WholeNumberField:
    return WholeNumberField(
        f"Of {row.words(row.missing)}",
        validators=[
            Optional(),
            NumberRange(min=1, max=row.missing, message=f"They still need {row.words(row.missing)} at most"),
        ],
    )
