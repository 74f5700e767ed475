"""Security headers on every response."""

from urllib.parse import urlsplit

from flask import Flask, Response, request

from marketplace.config import Settings


def protect(app: Flask, settings: Settings) -> None:
    """Nothing from third parties runs, frames or watches; tiles come from the configured address only."""
    tiles = urlsplit(settings.map_tiles)
    servers = tiles.netloc.replace("{s}", "*")  # one of several, by a letter
    tile_origin = f" {tiles.scheme}://{servers}" if servers else ""
    policy = "; ".join(
        (
            "default-src 'none'",
            "script-src 'self'",
            "style-src 'self'",
            "font-src 'self'",
            f"img-src 'self' data:{tile_origin}",
            "connect-src 'self'",
            "form-action 'self'",
            "base-uri 'none'",
            "frame-ancestors 'self'",
            "frame-src 'self'",
        )
    )

    @app.after_request
    def add(response: Response) -> Response:
        response.headers.setdefault("Content-Security-Policy", policy)
        response.headers["X-Content-Type-Options"] = "nosniff"
        response.headers["Referrer-Policy"] = "strict-origin-when-cross-origin"
        response.headers["Permissions-Policy"] = "camera=(), microphone=(), geolocation=()"
        if settings.is_https:
            response.headers["Strict-Transport-Security"] = "max-age=31536000"
        if request.endpoint == "static" and request.args.get("v"):
            response.headers["Cache-Control"] = "public, max-age=31536000, immutable"
        elif request.endpoint != "static":
            response.headers.setdefault("Cache-Control", "private, no-cache")
        return response
