"""Placeful: a marketplace for one place."""

from datetime import timedelta
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from flask import Flask

from marketplace import clock
from marketplace.config import Settings
from marketplace.errors import NotSetUp
from marketplace.extensions import csrf, db, limiter, login, migrate
from marketplace.paths import MIGRATIONS, STATIC, TEMPLATES
from marketplace.web.again import PatientFlask
from marketplace.writers import PATIENCE, WriterConnection
from search.engine import SearchEngine

if TYPE_CHECKING:
    from search.lazy_encoder import LazyEncoder

FEATURES = (
    "audit", "outbox", "mail", "vectors", "accounts", "subscriptions", "organisations", "places",
    "categories", "files", "listings", "opportunities", "needs", "capabilities", "offers", "ledger",
    "teams", "messages", "pledges", "responses", "volunteering", "capacity", "exposure", "readings",
    "discovery", "matching", "portfolio", "digests", "imports", "demo", "desk", "home", "web",
)  # fmt: skip


def create_app(settings: Settings | None = None, **overrides: Any) -> Flask:
    """Build the application from settings (the environment's, when none are given).

    `overrides` go to Flask's own configuration; tests use them.
    """
    settings = settings or Settings.from_env()
    app = PatientFlask(
        __name__, template_folder=str(TEMPLATES), static_folder=str(STATIC), static_url_path="/static"
    )
    app.config.from_mapping(
        SETTINGS=settings,
        SECRET_KEY=settings.secret_key,
        SITE_NAME=settings.site_name,
        SERVER_NAME=urlsplit(settings.base_url).netloc,  # for addresses made outside a request
        PREFERRED_URL_SCHEME=urlsplit(settings.base_url).scheme,
        SQLALCHEMY_DATABASE_URI=settings.database,
        SQLALCHEMY_ENGINE_OPTIONS=_engine_options(settings),
        RATELIMIT_STORAGE_URI=settings.redis_url or "memory://",
        RATELIMIT_HEADERS_ENABLED=True,
        SESSION_COOKIE_NAME="placeful",
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_SECURE=settings.is_https,
        PERMANENT_SESSION_LIFETIME=timedelta(days=30),
        REMEMBER_COOKIE_SECURE=settings.is_https,
        REMEMBER_COOKIE_SAMESITE="Lax",
        WTF_CSRF_TIME_LIMIT=None,
        MAX_CONTENT_LENGTH=2 * 1024 * 1024,
        MAX_FORM_MEMORY_SIZE=1024 * 1024,
    )
    app.config.from_mapping(overrides)
    settings.data_dir.mkdir(parents=True, exist_ok=True)

    import_features()
    db.init_app(app)
    migrate.init_app(app, db, directory=str(MIGRATIONS), render_as_batch=True, compare_type=True)
    login.init_app(app)
    csrf.init_app(app)
    limiter.init_app(app)
    _wire(app, settings)
    return app


def import_features() -> None:
    """Load every feature's models and jobs, so that tables and handlers are known."""
    package = Path(__file__).parent
    for feature in FEATURES:
        for part in ("models", "jobs"):
            if (package / feature / f"{part}.py").exists():
                import_module(f"marketplace.{feature}.{part}")


def _wire(app: Flask, settings: Settings) -> None:
    from marketplace.outbox import queue
    from marketplace.web import blueprints, headers, logs, pages, problems

    app.extensions["encoder"] = encoder = _encoder(settings)
    app.extensions["search"] = _search_engine(settings, encoder.size if encoder else None)
    queue.connect(app, queue.build(settings))
    logs.follow_requests(app)
    headers.protect(app, settings)
    pages.prepare(app)
    problems.explain(app)
    blueprints.register(app)


def _search_engine(settings: Settings, vector_size: int | None) -> SearchEngine:
    """Meilisearch where an address is set, otherwise the engine of this process; guarded either way."""
    from search.guarded import GuardedEngine

    if settings.search_url:
        from search.meilisearch import MeilisearchEngine

        return GuardedEngine(
            MeilisearchEngine(
                settings.search_url, settings.search_key, now=clock.now, vector_size=vector_size
            )
        )
    from search.embedded import EmbeddedEngine

    # Its first search after a start reads the index from disk.
    return GuardedEngine(EmbeddedEngine(settings.data_dir / "index"), patience_seconds=2.0)


def _encoder(settings: Settings) -> "LazyEncoder | None":
    """What reads texts for their meaning, where a model is set. It is read when first wanted."""
    if not settings.semantic_model:
        return None
    from search.encoder import EncoderUnavailable
    from search.lazy_encoder import lazy_encoder

    try:
        return lazy_encoder(settings.semantic_model)
    except EncoderUnavailable as problem:
        raise NotSetUp(f"SEMANTIC_MODEL cannot be used. {problem}.") from None


def _engine_options(settings: Settings) -> dict[str, Any]:
    if settings.database.startswith("sqlite"):
        # Writers wait their turn with a connection in hand; there must be others left to read with.
        return {
            "connect_args": {"timeout": PATIENCE, "factory": WriterConnection},
            "pool_size": 16,
            "max_overflow": 112,
        }
    from marketplace.postgres import LazyCursor

    return {
        "connect_args": {"cursor_factory": LazyCursor},
        "pool_pre_ping": True,
        "pool_size": 10,
        "max_overflow": 70,  # as many as there are threads
    }
