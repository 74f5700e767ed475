"""Every blueprint of the application, in one list."""

from importlib import import_module

from flask import Flask

ROUTES = (
    "accounts", "categories", "organisations", "listings", "opportunities", "needs", "capabilities", "offers",
    "pledges", "responses", "discovery", "capacity", "exposure", "matching", "digests", "demo", "desk",
    "home", "web",
)  # fmt: skip


SECOND_SETS = ("matching.inviting_routes",)  # of pages of a feature, with a blueprint of their own


def register(app: Flask) -> None:
    """Mount each feature's `bp`."""
    for feature in ROUTES:
        app.register_blueprint(import_module(f"marketplace.{feature}.routes").bp)
    for module in SECOND_SETS:
        app.register_blueprint(import_module(f"marketplace.{module}").bp)
