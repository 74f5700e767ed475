"""Every blueprint of the application, in one list."""

from importlib import import_module

from flask import Flask

ROUTES = (
    "accounts", "categories", "organisations", "files", "listings", "opportunities", "needs", "capabilities",
    "offers", "messages", "pledges", "responses", "discovery", "capacity", "exposure", "ledger", "matching",
    "digests", "demo", "desk", "home", "web", "teams", "volunteering", "portfolio",
    "subscriptions", "mail",
)  # fmt: skip


SECOND_SETS = (  # of pages of a feature, with a blueprint of their own
    "responses.asking_routes",
    "responses.deciding_routes",
    "messages.minding_routes",
    "messages.inbound_routes",
    "pledges.giving_routes",
    "pledges.deciding_routes",
    "pledges.thanking_routes",
    "matching.inviting_routes",
    "matching.answers_routes",
    "digests.answer_routes",
    "digests.overview_routes",
    "subscriptions.gallery_routes",
)


def register(app: Flask) -> None:
    """Mount each feature's `bp`."""
    for feature in ROUTES:
        app.register_blueprint(import_module(f"marketplace.{feature}.routes").bp)
    for module in SECOND_SETS:
        app.register_blueprint(import_module(f"marketplace.{module}").bp)
