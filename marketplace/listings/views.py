"""The pages every family has: new, draft, preview, publish, withdraw, close."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask import Blueprint, flash, redirect, render_template
from flask.typing import ResponseReturnValue
from flask_login import current_user

from marketplace import clock
from marketplace.access import current_person, requires
from marketplace.errors import Refused
from marketplace.extensions import db
from marketplace.listings import advice, queries, services
from marketplace.listings.cards import STATUS_WORDS, address
from marketplace.listings.forms import ListingForm
from marketplace.listings.models import Listing

Write = Callable[..., None]


@dataclass(frozen=True, kw_only=True)
class FamilyPages:
    """What one family brings: its row, its form, how its details are written, and its words."""

    model: type[Listing]
    form: type[ListingForm]
    write: Write  # write(listing, details, now=)
    heading: str
    published: str


def mount(bp: Blueprint, pages: FamilyPages) -> None:
    """Add the shared views of a family to its blueprint."""
    name = pages.model.__name__.lower()
    _writing(bp, pages, name)
    _moving(bp, pages, name)


def _writing(bp: Blueprint, pages: FamilyPages, name: str) -> None:
    @bp.route("/new", methods=["GET", "POST"])
    @requires(f"{name}.create")
    def create() -> ResponseReturnValue:
        form = pages.form()
        organisation = current_person().acting_for
        if form.validate_on_submit():
            listing = pages.model()
            if _saved(form, pages, listing):
                services.begin(listing, organisation, actor=current_user, now=clock.now())
                db.session.commit()
                return redirect(address(listing, "preview"))
        if not form.is_submitted():
            form.start(organisation.postcode or organisation.town)
        return _page(form, pages, None)

    @bp.route(f"/<int:{name}_id>/edit", methods=["GET", "POST"])
    @requires(f"{name}.edit", pages.model)
    def edit(**row: Listing) -> ResponseReturnValue:
        listing = row[name]
        form = pages.form()
        form.keep(listing)
        if form.validate_on_submit() and _saved(form, pages, listing):
            services.edited(listing, actor=current_user)
            db.session.commit()
            if listing.is_public:
                flash("Your changes are on the board.", "done")
            return redirect(address(listing, "show" if listing.is_public else "preview"))
        if not form.is_submitted():
            form.show(listing)
        return _page(form, pages, listing)

    @bp.get(f"/<int:{name}_id>/preview")
    @requires(f"{name}.edit", pages.model)
    def preview(**row: Listing) -> ResponseReturnValue:
        """The page as others will see it, with the names the public page has and nothing to answer yet."""
        listing = row[name]
        return render_template(
            f"{bp.name}/show.html",
            listing=listing,
            status=STATUS_WORDS[listing.status],
            must_have=queries.must_have(listing),
            lacks=(),
            preview=True,
            own=True,
            match=None,
            miles=None,
            fits=(),
            promises={"to_answer": (), "own": (), "already_in": (), "more": 0},
            waiting=0,
            stories=(),
            answers=(),
            my_answer=None,
            can_edit=True,
            could_add=advice.for_owner(listing),
        )


def _saved(form: ListingForm, pages: FamilyPages, listing: Listing) -> bool:
    """Write the form onto the row; a refusal goes back onto the form with nothing lost."""
    with db.session.no_autoflush:
        try:
            pages.write(listing, form.details(), now=clock.now())
        except Refused as refusal:
            db.session.rollback()
            target = getattr(form, refusal.field or "title", form.title)
            target.errors = [*target.errors, refusal.message]
            return False
    return True


def _page(form: ListingForm, pages: FamilyPages, listing: Listing | None) -> ResponseReturnValue:
    page = render_template("listings/edit.html", form=form, listing=listing, heading=pages.heading)
    return page, 422 if form.errors else 200


def _moving(bp: Blueprint, pages: FamilyPages, name: str) -> None:
    moves: tuple[tuple[str, Callable[..., None], str, str], ...] = (
        ("publish", services.publish, pages.published, "show"),
        (
            "withdraw",
            services.withdraw,
            "Your notice is down. You can put it back whenever you like.",
            "preview",
        ),
        (
            "put-back",
            services.put_back,
            "Your notice is a draft again. Publish it when it’s ready.",
            "preview",
        ),
        ("close", services.close, "Your notice takes no more answers. Its page stays.", "show"),
    )
    for path, verb, done, then in moves:
        view = _move(name, verb, done, then)
        guarded = requires(f"{name}.edit", pages.model)(view)
        bp.add_url_rule(f"/<int:{name}_id>/{path}", path.replace("-", "_"), guarded, methods=["POST"])


def _move(name: str, verb: Callable[..., None], done: str, then: str) -> Callable[..., Any]:
    def move(**row: Listing) -> ResponseReturnValue:
        listing = row[name]
        now: datetime = clock.now()
        try:
            verb(listing, actor=current_user, now=now)
        except Refused as refusal:
            db.session.rollback()
            flash(refusal.message, "problem")
            return redirect(address(listing, "show" if listing.is_public else "preview"))
        db.session.commit()
        flash(done, "done")
        return redirect(address(listing, then))

    return move
