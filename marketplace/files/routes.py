"""Handing files out to whoever may see them."""

import logging
from io import BytesIO
from typing import Any

from flask import Blueprint, Response, abort, current_app, request, send_file
from flask.typing import ResponseReturnValue

from marketplace.access import requires
from marketplace.files import services
from marketplace.files.kept import NotKept, StoreUnavailable
from marketplace.files.models import File

bp = Blueprint("files", __name__)
log = logging.getLogger(__name__)

# Opened by itself, a file may load nothing, run nothing and is of no site.
_POLICY = "default-src 'none'; sandbox"


@bp.app_url_value_preprocessor
def make_room(endpoint: str | None, values: dict[str, Any] | None) -> None:
    """Let more be sent to views that take files; this runs before anything reads the form."""
    view = current_app.view_functions.get(endpoint or "")
    if most_bytes := getattr(view, "most_bytes", 0):
        request.max_content_length = most_bytes


@bp.get("/files/<int:file_id>/<name>")
@requires("file.see", File)
def show(file: File, name: str) -> ResponseReturnValue:
    """A file under its name; a picture is shown in the page (small with `?size=small`), the rest is saved."""
    if name != file.name:
        abort(404)
    small = file.is_image and request.args.get("size") == "small"
    mark = f"{file.sha256}-small" if small else file.sha256
    if request.if_none_match.contains(mark):
        return _guarded(Response(status=304), mark)
    try:
        data = services.contents(file, small=small)
    except NotKept:
        log.exception("a file is gone from the store", extra={"file": file.id})
        abort(404)
    except StoreUnavailable:
        log.exception("the store is away", extra={"file": file.id})
        abort(503)
    answer = send_file(
        BytesIO(data), file.media_type, as_attachment=not file.is_image, download_name=file.name, etag=False
    )
    return _guarded(answer, mark)


def _guarded(answer: Response, mark: str) -> Response:
    answer.set_etag(mark)
    answer.headers["Content-Security-Policy"] = _POLICY
    answer.headers["Cross-Origin-Resource-Policy"] = "same-origin"
    answer.headers["Cache-Control"] = "private, no-cache"  # asked for anew each time: rights may have changed
    return answer
