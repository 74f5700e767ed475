"""The search box and its filters. A search is a GET: it changes nothing and can be shared."""

import re

from wtforms import Form, IntegerField, SelectField, SelectMultipleField, StringField
from wtforms.validators import Optional

from marketplace.categories.catalogue import catalogue
from marketplace.discovery.queries import Asked
from marketplace.web.fields import grouped_categories, stripped
from search.schema import Sort

FAMILIES = {
    "need": "Needs",
    "offer": "Offers",
    "opportunity": "Opportunities",
    "capability": "What organisations do",
    "organisation": "Organisations",
}
DISTANCES = {"": "Any distance", "2": "2 miles", "5": "5 miles", "10": "10 miles", "20": "20 miles"}
SORTS = {"relevance": "Best match", "nearest": "Nearest", "newest": "Newest"}
LAST_PAGE = 500


class SearchForm(Form):
    q = StringField("What do you need, or what could you offer?", filters=[stripped])
    where = StringField("Near", description="A postcode or a town", filters=[stripped])
    miles = SelectField("Within", choices=DISTANCES, validate_choice=False)
    kind = SelectMultipleField("Show", choices=FAMILIES, validate_choice=False)
    category = SelectField("About", validate_choice=False)
    sort = SelectField("Order", choices=SORTS, validate_choice=False)
    page = IntegerField("Page", default=1, validators=[Optional()])

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        self.category.choices = {"": "Anything", **grouped_categories()}

    def asked(self) -> Asked:
        """What can be used of what was typed; the rest, as from an old link, is left out."""
        miles = self.miles.data or ""
        return Asked(
            text=(self.q.data or "")[:200],
            families=tuple(kind for kind in self.kind.data or [] if kind in FAMILIES),
            category=self.category.data if self.category.data in catalogue() else "",
            where=(self.where.data or "")[:80],
            miles=int(miles) if re.fullmatch("[1-9][0-9]{0,2}", miles) else None,
            sort=Sort(self.sort.data) if self.sort.data in {each.value for each in Sort} else Sort.RELEVANCE,
            page=min(max(self.page.data or 1, 1), LAST_PAGE),
        )

    def show(self, asked: Asked) -> None:
        """Put what was understood back into the boxes, and what was not beside its box."""
        self.where.errors = [asked.problem] if asked.problem else []
        self.q.data, self.where.data = asked.text, asked.where
        self.miles.data = str(asked.miles) if asked.miles else ""
        self.kind.data, self.category.data = list(asked.families), asked.category
        self.sort.data = asked.sort.value
