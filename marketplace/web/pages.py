"""What templates may lean on: globals, filters and the names in every page."""

from functools import cache
from hashlib import sha256
from typing import Any

from flask import Flask, g, url_for
from flask_wtf.csrf import generate_csrf
from jinja2 import StrictUndefined

from marketplace import access, clock
from marketplace.categories.catalogue import catalogue
from marketplace.paths import STATIC
from marketplace.places import queries as places
from marketplace.web import words


def prepare(app: Flask) -> None:
    """Give templates our filters and the facts every page shows."""
    app.jinja_env.undefined = StrictUndefined
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    app.jinja_env.globals.update(
        asset=asset, may=access.may, category_name=catalogue().name, money_range=words.money_range
    )
    app.jinja_env.filters.update(
        day=words.day,
        short_day=words.short_day,
        money=words.money,
        count=words.count,
        percent=words.percent,
        ago=words.ago,
        miles=words.miles,
        spelt=words.spelt,
    )

    @app.context_processor
    def names() -> dict[str, Any]:
        if g.get("is_failing"):  # the page that says so must not fail as well
            person, place = access.NOBODY, None
        else:
            person, place = access.current_person(), places.current()
        return {
            "acting_for": person.acting_for,
            "person": person,
            "site_name": app.config["SITE_NAME"],
            "place_name": place.name if place else "",
            "demo": bool(place and place.is_demo),
            "csrf_token": generate_csrf,
            "today": clock.today(),
            "now": clock.now(),
        }


def asset(name: str) -> str:
    """The address of a built file, marked with its content so that browsers may keep it for ever."""
    return url_for("static", filename=f"dist/{name}", v=_fingerprint(name))


@cache
def _fingerprint(name: str) -> str:
    path = STATIC / "dist" / name
    return sha256(path.read_bytes()).hexdigest()[:12] if path.exists() else "unbuilt"
