"""Files in S3-compatible storage, through obstore (the extra `s3`)."""

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

from marketplace.errors import NotSetUp
from marketplace.files.kept import NotKept, StoreUnavailable, usable

PATIENCE = timedelta(seconds=20)  # for one answer
RETRYING = timedelta(seconds=15)  # altogether: somebody waits for a page


@dataclass(frozen=True, slots=True)
class S3Store:
    """A bucket, or the part of it under a prefix. `bucket` is obstore's store."""

    bucket: Any

    @classmethod
    def from_url(cls, url: str, key_id: str, secret: str) -> "S3Store":
        """`s3://BUCKET/PREFIX?endpoint=https://…&region=…`; without an endpoint, Amazon's.

        Without a key, the machine's own rights are used, as obstore finds them.
        """
        try:
            from obstore.store import S3Store as Bucket
        except ImportError:
            raise NotSetUp('FILES_URL is set, so install the extra: pip install "placeful[s3]".') from None
        parts = urlsplit(url)
        asked = {name: values[-1] for name, values in parse_qs(parts.query).items()}
        account: dict[str, Any] = {"access_key_id": key_id, "secret_access_key": secret} if key_id else {}
        endpoint: dict[str, Any] = {"endpoint": asked["endpoint"]} if asked.get("endpoint") else {}
        return cls(
            Bucket(
                parts.netloc,
                prefix=parts.path.strip("/") or None,
                region=asked.get("region", "us-east-1"),
                client_options={
                    "timeout": PATIENCE,
                    "connect_timeout": timedelta(seconds=5),
                    "allow_http": asked.get("endpoint", "").startswith("http://"),
                },
                retry_config={"max_retries": 2, "retry_timeout": RETRYING},
                **account,
                **endpoint,
            )
        )

    def write(self, key: str, data: bytes) -> None:
        # In one piece: a request answered with yes is kept whole, and nothing half sent lingers.
        self._ask("put", usable(key), data, use_multipart=False)

    def read(self, key: str) -> bytes:
        return bytes(self._ask("get", usable(key)))

    def delete(self, key: str) -> None:
        with suppress(NotKept):  # some servers say so
            self._ask("delete", usable(key))

    def keys(self, *, before: datetime) -> Iterator[str]:
        import obstore

        try:
            for batch in obstore.list(self.bucket):
                yield from (each["path"] for each in batch if each["last_modified"] < before)
        except obstore.exceptions.BaseError as problem:
            raise StoreUnavailable(str(problem)) from problem

    def _ask(self, verb: str, key: str, *given: Any, **how: Any) -> Any:
        """Ask obstore; what it has to say against it becomes one of our two exceptions."""
        import obstore

        try:
            answer = getattr(obstore, verb)(self.bucket, key, *given, **how)
            return answer.bytes() if verb == "get" else answer
        except FileNotFoundError:  # obstore says it in Python’s own words
            raise NotKept(key) from None
        except obstore.exceptions.BaseError as problem:
            raise StoreUnavailable(str(problem)) from problem
