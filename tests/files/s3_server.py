"""A small S3 on this machine: one bucket in memory, and nobody gets in without a signature that is right.

The signature is worked out anew from what arrived, after Amazon’s “Signature Version 4” (AWS General
Reference, “Create a signed AWS API request”).
"""

import hashlib
import hmac
from dataclasses import dataclass, field
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from urllib.parse import parse_qsl, quote, unquote, urlsplit
from xml.sax.saxutils import escape, unescape

KEY_ID, SECRET, REGION, BUCKET = "AKIAPLACEFUL", "three old chairs", "eu-west-2", "parish"
EMPTY = hashlib.sha256(b"").hexdigest()


@dataclass
class S3Server:
    """`kept` is what lies in the bucket, by key; `fails` how many requests to answer with 503 first."""

    port: int = 0
    kept: dict[str, bytes] = field(default_factory=dict)
    written: dict[str, datetime] = field(default_factory=dict)
    refused: list[str] = field(default_factory=list)
    fails: int = 0

    def url(self, prefix: str = "files") -> str:
        return f"s3://{BUCKET}/{prefix}?endpoint=http://127.0.0.1:{self.port}&region={REGION}"

    def start(self) -> ThreadingHTTPServer:
        server = self

        class Handler(_Handler):
            s3 = server

        httpd = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.port = httpd.server_address[1]
        Thread(target=httpd.serve_forever, args=(0.02,), daemon=True).start()
        return httpd


class _Handler(BaseHTTPRequestHandler):
    s3: S3Server
    protocol_version = "HTTP/1.1"

    def do_PUT(self) -> None:
        if (key := self._let_in()) is not None:
            self.s3.kept[key], self.s3.written[key] = self.body, datetime.now(UTC)
            self._answer(200, b"", etag=hashlib.md5(self.body, usedforsecurity=False).hexdigest())

    def do_GET(self) -> None:
        if (key := self._let_in()) is None:
            return
        if not key:
            self._answer(200, self._listed())
        elif key in self.s3.kept:
            self._answer(200, self.s3.kept[key], etag="a-mark")
        else:
            self._answer(404, b"<Error><Code>NoSuchKey</Code></Error>")

    def do_DELETE(self) -> None:
        if (key := self._let_in()) is not None:
            self.s3.kept.pop(key, None)
            self._answer(204, b"")

    def do_POST(self) -> None:
        """Many deleted at once, which some clients prefer."""
        if self._let_in() is not None:
            keys = [unescape(part.partition("</Key>")[0]) for part in self.body.decode().split("<Key>")[1:]]
            for key in keys:
                self.s3.kept.pop(key, None)
            gone = "".join(f"<Deleted><Key>{escape(key)}</Key></Deleted>" for key in keys)
            self._answer(200, f"<DeleteResult>{gone}</DeleteResult>".encode())

    def log_message(self, *_: object) -> None:
        """Say nothing."""

    def _let_in(self) -> str | None:
        """The key asked for, once the request is proved to come from whoever holds our secret."""
        self.body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        if self.s3.fails:
            self.s3.fails -= 1
            self._answer(503, b"<Error><Code>SlowDown</Code></Error>")
            return None
        if problem := self._wrong_with_signature():
            self.s3.refused.append(problem)
            self._answer(403, b"<Error><Code>SignatureDoesNotMatch</Code></Error>")
            return None
        bucket, _, key = unquote(urlsplit(self.path).path).lstrip("/").partition("/")
        if bucket != BUCKET:
            self._answer(404, b"<Error><Code>NoSuchBucket</Code></Error>")
            return None
        return key

    def _wrong_with_signature(self) -> str:
        scheme, _, rest = self.headers.get("Authorization", "").partition(" ")
        if scheme != "AWS4-HMAC-SHA256":
            return "not signed"
        given = dict(part.strip().split("=", 1) for part in rest.split(","))
        key_id, day, region, service, end = given["Credential"].split("/")
        if (key_id, region, service, end) != (KEY_ID, REGION, "s3", "aws4_request"):
            return "another account"
        sent = hashlib.sha256(self.body).hexdigest()
        said = self.headers.get("x-amz-content-sha256", "")
        if said not in (sent, "UNSIGNED-PAYLOAD"):
            return "another body"
        parts = urlsplit(self.path)
        query = sorted(parse_qsl(parts.query, keep_blank_values=True))
        names = given["SignedHeaders"].split(";")
        canonical = "\n".join(
            (
                self.command,
                quote(unquote(parts.path), safe="/-_.~"),
                "&".join(f"{quote(name, safe='-_.~')}={quote(value, safe='-_.~')}" for name, value in query),
                *(f"{name}:{' '.join(self.headers.get(name, '').split())}" for name in names),
                "",
                given["SignedHeaders"],
                said,
            )
        )
        at = self.headers["x-amz-date"]
        scope = f"{day}/{region}/{service}/{end}"
        to_sign = "\n".join(("AWS4-HMAC-SHA256", at, scope, hashlib.sha256(canonical.encode()).hexdigest()))
        key = f"AWS4{SECRET}".encode()
        for part in (day, region, service, end):
            key = hmac.digest(key, part.encode(), "sha256")
        right = hmac.new(key, to_sign.encode(), "sha256").hexdigest()
        return "" if hmac.compare_digest(right, given["Signature"]) else "another secret"

    def _listed(self) -> bytes:
        asked = dict(parse_qsl(urlsplit(self.path).query))
        rows = "".join(
            f"<Contents><Key>{escape(key)}</Key><LastModified>{self.s3.written[key]:%Y-%m-%dT%H:%M:%S.000Z}"
            f"</LastModified><ETag>a-mark</ETag><Size>{len(data)}</Size></Contents>"
            for key, data in sorted(self.s3.kept.items())
            if key.startswith(asked.get("prefix", ""))
        )
        return f"<ListBucketResult><IsTruncated>false</IsTruncated>{rows}</ListBucketResult>".encode()

    def _answer(self, status: int, body: bytes, etag: str = "") -> None:
        self.send_response(status)
        if etag:
            self.send_header("ETag", f'"{etag}"')
            self.send_header("Last-Modified", "Mon, 23 Nov 2026 12:00:00 GMT")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)
