"""What every notice asks for, and the rows of quantities that needs and offers add."""

from typing import Any

from flask_wtf import FlaskForm
from wtforms import Field, FieldList, Form, SelectField, SelectMultipleField, StringField, TextAreaField
from wtforms.validators import Length, NumberRange, Optional, ValidationError

from marketplace.categories import queries as categories
from marketplace.categories.catalogue import catalogue
from marketplace.listings.models import Listing, QuantityKind
from marketplace.listings.services import QuantityDetails
from marketplace.web.fields import (
    CredentialsField,
    WholeNumberField,
    grouped_categories,
    known_place,
    required,
    stripped,
)

LINES = 3  # lines of quantities on an empty form
KIND_CHOICES = {
    "": "Choose a kind",
    QuantityKind.VOLUNTEERS.value: "Volunteers (hours)",
    QuantityKind.GOODS.value: "Goods (items)",
    QuantityKind.MONEY.value: "Money (£)",
    QuantityKind.SPACE.value: "A room or space (hours)",
    QuantityKind.SKILLS.value: "Skilled help (hours)",
}


class CategorySelect(SelectField):
    """One category, grouped under its parent."""

    def __init__(self, label: str, *, optional: bool = False, **kwargs: object) -> None:
        choices = {"": "Not needed" if optional else "Choose what it’s about", **grouped_categories()}
        super().__init__(label, choices=choices, **kwargs)


class LikelyField(SelectMultipleField):
    """Categories offered from what was written; a tick is as good as choosing from the list."""

    def __init__(self, label: str, **kwargs: object) -> None:
        super().__init__(label, choices=catalogue().names, **kwargs)


def must_have_field() -> CredentialsField:
    """The question that both families of asks put."""
    return CredentialsField(
        "Whoever answers must have (optional)",
        description="Tick only what you can’t do without: whoever doesn’t say they have it is not matched.",
    )


class ListingForm(FlaskForm):
    """Title, words, category and place; families put their own questions beside these."""

    title = StringField(
        "Title", filters=[stripped], validators=[required("Give it a title"), Length(max=120)]
    )
    body = TextAreaField(
        "Tell people more",
        filters=[stripped],
        validators=[required("Tell people more about it"), Length(max=5000)],
    )
    category = CategorySelect("What is it about?")
    likely = LikelyField("Likely, from what you wrote", validators=[Optional()])
    second_category = CategorySelect("Also about (optional)", optional=True, validators=[Optional()])
    where = StringField(
        "Where?",
        description="A postcode or a town. People see the town and how far it is.",
        filters=[stripped],
        validators=[required("Enter a postcode or town"), known_place],
    )
    quote = StringField(
        "One line in someone’s own words (optional)",
        description="It goes first on the page. People read people.",
        filters=[stripped],
        validators=[Length(max=300)],
    )
    said_by = StringField(
        "Who said it? (optional)",
        description="First name and role, such as “Maureen, hall secretary”.",
        filters=[stripped],
        validators=[Length(max=80)],
    )

    more_categories: tuple[str, ...] = ()  # beyond the two asked about: kept as they are

    def validate_category(self, field: Field) -> None:
        if not field.data and not self.likely.data:
            raise ValidationError("Choose what it’s about")

    def offered(self) -> dict[str, str]:
        """Categories likely from what was written and not yet chosen in the lists, and those ticked."""
        title, body = self.title.data or "", self.body.data or ""
        chosen = {self.category.data, self.second_category.data, *self.more_categories}
        found = {each.slug: each.name for each in categories.likely(f"{title}. {body}")}
        ticked = {slug: catalogue().name(slug) for slug in self.likely.data or () if slug in catalogue()}
        return {slug: name for slug, name in {**ticked, **found}.items() if slug not in chosen}

    def keep(self, listing: Listing) -> None:
        """Remember what the form does not ask about, so that saving loses nothing."""
        self.more_categories = tuple(listing.categories[2:])

    def show(self, listing: Listing) -> None:
        """Put a listing's own answers into the form."""
        chosen = [*listing.categories, "", ""]
        self.title.data, self.body.data = listing.title, listing.body
        self.category.data, self.second_category.data = chosen[0], chosen[1]
        self.where.data = listing.postcode or listing.town
        self.quote.data, self.said_by.data = listing.quote, listing.said_by

    def start(self, listing_place: str) -> None:
        """Begin with the organisation's own place: mostly right, and one thing less to type."""
        if not self.where.data:
            self.where.data = listing_place

    def shared(self) -> dict[str, Any]:
        """The shared answers, by the names of `ListingDetails`."""
        likely = self.likely.data or ()
        chosen = (self.category.data, self.second_category.data, *likely, *self.more_categories)
        slugs = dict.fromkeys(slug for slug in chosen if slug)
        return {
            "title": self.title.data,
            "body": self.body.data,
            "where": self.where.data,
            "categories": tuple(slugs),
            "quote": self.quote.data or "",
            "said_by": self.said_by.data or "",
        }


class QuantityForm(Form):
    """One line of “how much of what”; a blank line is no line."""

    kind = SelectField("Kind", choices=KIND_CHOICES, default="")  # no Optional: it would skip the check below
    wanted = WholeNumberField(
        "How many?",
        validators=[Optional(), NumberRange(min=1, max=1_000_000, message="Enter a number of 1 or more")],
    )
    what = StringField("Of what?", filters=[stripped], validators=[Length(max=120)])

    def validate_kind(self, field: SelectField) -> None:
        if self.wanted.data and not field.data:
            raise ValidationError("Choose the kind")

    def validate_what(self, field: StringField) -> None:
        if field.data and not self.wanted.data:
            raise ValidationError("Say how many, or clear this line")

    @property
    def is_blank(self) -> bool:
        return not (self.wanted.data or self.what.data)

    def details(self) -> QuantityDetails:
        return QuantityDetails(QuantityKind(self.kind.data), self.wanted.data, self.what.data or "")


def fill_lines(field: FieldList, listing: Listing) -> None:
    """Put the listing's quantities into the lines, and leave one to spare."""
    while field.entries:
        field.pop_entry()
    for row in listing.quantities:
        field.append_entry({"kind": row.kind.value, "wanted": row.wanted, "what": row.what})
    for _ in range(max(1, LINES - len(listing.quantities))):
        field.append_entry()
