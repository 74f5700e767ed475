"""Some answers to an opportunity side by side: what each said and asks, and how well it fits."""

from collections.abc import Sequence
from datetime import date

from marketplace.extensions import db
from marketplace.listings.cards import miles_apart
from marketplace.matching.comparing import NOT_SAID, Cell, Row, papers
from marketplace.matching.models import Match
from marketplace.opportunities.models import Opportunity
from marketplace.organisations import queries as organisations
from marketplace.responses.models import Response
from marketplace.web import words


def rows(opportunity: Opportunity, answers: Sequence[Response], *, today: date) -> list[Row]:
    """The same questions of each answer, a row each; four queries however many stand beside each other."""
    ids = [each.supplier_id for each in answers]
    fit = _fit(opportunity, ids)
    return [
        Row("Price, without VAT", tuple(Cell(price(each)) for each in answers)),
        Row("How well they fit", tuple(Cell(_scored(fit.get(number))) for number in ids)),
        Row("Where", tuple(Cell(_where(each, opportunity)) for each in answers)),
        Row("Size", tuple(Cell(_size(each, today)) for each in answers)),
        *papers(opportunity, ids, today=today),
        Row("Answered", tuple(Cell(words.day(each.interested_at)) for each in answers)),
    ]


def price(answer: Response) -> str:
    """“£900 to £1,100”, “in the file they sent”, or that none was said."""
    if answer.price_low is not None and answer.price_high is not None:
        low, high = words.money(answer.price_low), words.money(answer.price_high)
        return low if low == high else f"{low} to {high}"
    return "In the file they sent" if answer.quote_id else "Not said yet"


def _fit(opportunity: Opportunity, ids: Sequence[int]) -> dict[int, int]:
    """Scores out of 100 by organisation, of those that still fit."""
    query = db.select(Match.organisation_id, Match.score).where(
        Match.listing_id == opportunity.id, Match.organisation_id.in_(ids), Match.retired_at.is_(None)
    )
    return {row.organisation_id: row.score for row in db.session.execute(query)}


def _scored(score: int | None) -> str:
    return "Not measured" if score is None else f"{score} of 100"


def _where(answer: Response, opportunity: Opportunity) -> str:
    miles = words.miles(miles_apart(answer.supplier, opportunity))
    return ", ".join(part for part in (answer.supplier.town, miles) if part) or NOT_SAID


def _size(answer: Response, today: date) -> str:
    return organisations.size_words(answer.supplier, on=answer.supplier.facts_on or today)
