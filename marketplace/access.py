"""Who may use a view: `@requires(action, Model)` or `@public`, and nothing in between.

`requires` loads the row named in the address, asks the one table of rules, and hands that same row
to the view, so nobody checks one thing and edits another.
"""

import functools
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from flask import abort, g, redirect, request, session, url_for
from flask_login import current_user
from werkzeug.wrappers import Response

from marketplace import rules
from marketplace.extensions import db

View = Callable[..., Any]


@dataclass(frozen=True, slots=True)
class Person:
    """Whoever is asking: the user, if signed in, and the organisations they belong to."""

    user: Any
    memberships: tuple[Any, ...]
    acting_for: Any  # the organisation they act for now, or None

    @property
    def signed_in(self) -> bool:
        return self.user is not None

    def belongs_to(self, organisation_id: int | None) -> bool:
        return any(each.organisation_id == organisation_id for each in self.memberships)


NOBODY = Person(None, (), None)


def current_person() -> Person:
    """The person behind this request, read once."""
    if "person" not in g:
        user = current_user._get_current_object() if current_user.is_authenticated else None
        memberships = tuple(user.memberships) if user else ()
        wanted = session.get("acting_for")
        acting = next((each for each in memberships if each.organisation_id == wanted), None)
        acting = acting or (memberships[0] if memberships else None)
        g.person = Person(user, memberships, acting.organisation if acting else None)
    person: Person = g.person
    return person


def forget_person() -> None:
    """After signing in, out or switching: read the person afresh."""
    g.pop("person", None)


def public(view: View) -> View:
    """Anyone may use this view."""
    view.access = "public"  # type: ignore[attr-defined]  # the mark the endpoint test looks for
    return view


def requires(action: str, model: type | None = None) -> Callable[[View], View]:
    """Only people the rule `action` allows; with a `model`, the rule judges that row."""
    if action not in rules.RULES:
        raise LookupError(f"There is no rule called {action}")
    name = model.__name__.lower() if model else ""

    def mark(view: View) -> View:
        @functools.wraps(view)
        def guarded(**values: Any) -> Any:
            row = None
            if model is not None:
                row = db.session.get(model, values.pop(f"{name}_id"))
                if row is None:
                    abort(404)
                values[name] = row
            person = current_person()
            if not rules.allows(action, person, row):
                return _turn_away(person, row)
            return view(**values)

        guarded.access = action  # type: ignore[attr-defined]  # the mark the endpoint test looks for
        return guarded

    return mark


def may(action: str, row: object = None) -> bool:
    """For templates: would this person be let through?"""
    return rules.allows(action, current_person(), row)


def _turn_away(person: Person, row: object) -> Response:
    if not person.signed_in:
        # Only a page can be come back to; a POST would be lost, so its page is.
        back = request.full_path.rstrip("?") if request.method == "GET" else ""
        return redirect(url_for("accounts.sign_in", next=back or None))
    if row is not None and not rules.may_know_of(person, row):
        abort(404)
    return abort(403)
