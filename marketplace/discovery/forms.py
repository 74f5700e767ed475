"""The search box and its filters. A search is a GET: it changes nothing and can be shared."""

import re
from collections.abc import Iterable
from typing import Any
from urllib.parse import parse_qsl

from flask_wtf import FlaskForm
from werkzeug.datastructures import MultiDict
from wtforms import Form, HiddenField, IntegerField, SelectField, SelectMultipleField, StringField
from wtforms.validators import Optional

from marketplace.categories.catalogue import catalogue
from marketplace.discovery.asking import FILTERS, Asked, View, days_of
from marketplace.web import words
from marketplace.web.fields import stripped
from search.schema import Sort

DISTANCES = {"": "Any distance", "2": "2 miles", "5": "5 miles", "10": "10 miles", "20": "20 miles"}
SORTS = {"relevance": "Best match", "nearest": "Nearest", "closing": "Closing soonest", "newest": "Newest"}
LAST_PAGE = 500
LONGEST_TEXT = 200
LONGEST_WHERE = 80
MOST_ANSWERS = 100  # to one filter


class SearchForm(Form):
    q = StringField("What do you need, or what could you offer?", filters=[stripped])
    where = StringField("Near", description="A postcode or a town", filters=[stripped])
    miles = SelectField("Within", description="Of the place you named", validate_choice=False)
    sort = SelectField("Order", choices=SORTS, validate_choice=False)
    kind = SelectMultipleField(validate_choice=False)
    category = SelectMultipleField(validate_choice=False)
    type = SelectMultipleField(validate_choice=False)
    wanted = SelectMultipleField(validate_choice=False)
    ward = SelectMultipleField(validate_choice=False)
    value = SelectMultipleField(validate_choice=False)
    by = SelectMultipleField(validate_choice=False)
    size = SelectMultipleField(validate_choice=False)
    verified = SelectMultipleField(validate_choice=False)
    closes = StringField()
    closed = StringField()
    view = StringField()
    page = IntegerField(default=1, validators=[Optional()])
    before = IntegerField(validators=[Optional()])

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.miles.choices = DISTANCES

    def asked(self) -> Asked:
        """What can be used of what was typed; the rest, as from an old link, is left out."""
        miles = self.miles.data or ""
        before = self.before.data or 0
        return Asked(
            text=(self.q.data or "")[:LONGEST_TEXT].strip(),
            where=(self.where.data or "")[:LONGEST_WHERE].strip(),
            miles=int(miles) if re.fullmatch("[1-9][0-9]{0,2}", miles) else None,
            chosen={name: _usable(name, self[name].data or ()) for name in FILTERS},
            closes=days_of(self.closes.data or ""),
            closed=self.closed.data == "1",
            sort=Sort(self.sort.data) if self.sort.data in {each.value for each in Sort} else Sort.RELEVANCE,
            page=min(max(self.page.data or 1, 1), LAST_PAGE),
            before=before if 0 < before < 2**31 else None,
            view=View.MAP if self.view.data == View.MAP.value else View.LIST,
        )

    def show(self, asked: Asked) -> None:
        """Put what was understood back into the boxes, and what was not beside its box."""
        self.where.errors = [asked.problem] if asked.problem else []
        self.q.data, self.where.data = asked.text, asked.where
        self.miles.data = str(asked.miles or "")
        if self.miles.data not in DISTANCES:
            self.miles.choices = {**DISTANCES, self.miles.data: words.count(int(self.miles.data), "mile")}
        self.sort.data = asked.sort.value


class SaveForm(FlaskForm):
    name = StringField("Call it", filters=[stripped])
    address = HiddenField()

    def asked(self) -> Asked:
        """The search to keep, read from its address as any other is."""
        return from_address(self.address.data or "")


def from_address(query_string: str) -> Asked:
    """What the part of an address after the question mark asks."""
    return SearchForm(MultiDict(parse_qsl(query_string[:5000]))).asked()


def _usable(name: str, typed: Iterable[str]) -> tuple[str, ...]:
    """Each known answer once, in the order they are offered; of wards the board knows which there are."""
    once = sorted(set(typed))[:MOST_ANSWERS]
    if name == "ward":
        return tuple(code for code in once if code.isascii() and code.isalnum() and len(code) <= 12)
    known: Iterable[str] = catalogue().names if name == "category" else FILTERS[name].choices
    return tuple(value for value in known if value in once)
