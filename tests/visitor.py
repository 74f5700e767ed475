"""Somebody with a browser and no JavaScript, who checks every page on the way."""

from typing import Any
from urllib.parse import urlsplit

from bs4 import BeautifulSoup, Tag
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.datastructures import FileStorage
from werkzeug.test import TestResponse

from tests.invariants import check_page

HTML = "text/html"
FIELDS = ["input", "textarea", "select"]


class Visitor:
    """One person's browser; `page` is what they see now."""

    def __init__(self, app: Flask) -> None:
        self.app = app
        self.client: FlaskClient = app.test_client()
        self.response: TestResponse
        self.path = "/"

    def open(self, path: str, *, status: int = 200) -> "Visitor":
        return self._went(self._ask("GET", path), status)

    def click(self, words: str, *, status: int = 200) -> "Visitor":
        """Follow the link with exactly these words, or the first that begins with them."""
        links = list(self.page.find_all("a", href=True))
        exact = [link for link in links if said(link) == words]
        found = exact or [link for link in links if said(link).startswith(words)]
        assert found, f"no link “{words}” on {self.path}; there are {[said(link) for link in links]}"
        return self.open(str(found[0]["href"]), status=status)

    def press(self, words: str, /, *, status: int = 200, **answers: Any) -> "Visitor":
        """Fill in the form that has this button, by field name or label, and press it."""
        page = self.page
        button = _button(page, words, self.path)
        form = _form_of(page, button)
        assert form is not None, f"“{words}” is a button outside a form"
        fields = [field for field in page.find_all(FIELDS) if _form_of(page, field) is form]
        values = _values(fields)
        for name, answer in answers.items():
            assert any(field.get("name") == name for field in fields), f"no field {name}"
            values = [(key, value) for key, value in values if key != name]
            several = answer if isinstance(answer, list | tuple) else [answer]
            values += [(name, each if isinstance(each, FileStorage) else str(each)) for each in several]
        if button.get("name"):
            values.append((str(button["name"]), str(button.get("value", ""))))
        path = str(button.get("formaction") or form.get("action") or self.path)
        if str(form.get("method", "get")).lower() == "post":
            data: dict[str, list[Any]] = {}
            for key, value in values:
                data.setdefault(key, []).append(value)
            return self._went(self._ask("POST", path, data=data), status)
        return self._went(self._ask("GET", path.partition("?")[0], query_string=values), status)

    def sign_in(self, email: str, password: str) -> "Visitor":
        return self.open("/sign-in").press("Sign in", email=email, password=password)

    @property
    def page(self) -> BeautifulSoup:
        return BeautifulSoup(self.response.text, "html.parser")

    @property
    def text(self) -> str:
        """What the page says in its main part, as one line."""
        main = self.page.find("main")
        return said(main) if main else said(self.page)

    @property
    def heading(self) -> str:
        return said(self.page.find("h1"))

    def _ask(self, method: str, path: str, **sent: Any) -> TestResponse:
        # A context of its own: the test's would carry the person and the rows of one request into the next.
        with self.app.app_context():
            return self.client.open(path, method=method, **sent)

    def _went(self, response: TestResponse, status: int) -> "Visitor":
        for _ in range(5):
            if response.status_code not in (301, 302, 303, 307, 308):
                break
            response = self._ask("GET", response.headers["Location"])
        self.response = response
        self.path = urlsplit(response.request.url).path
        query = urlsplit(response.request.url).query
        self.path += f"?{query}" if query else ""
        assert response.status_code == status, f"{self.path} answered {response.status_code}, not {status}"
        if response.mimetype == HTML:
            check_page(response.text, where=self.path)
        return self


def said(tag: Tag | None) -> str:
    """The words of an element, as one line."""
    return " ".join(tag.get_text(" ").split()) if tag else ""


def _button(page: BeautifulSoup, words: str, path: str) -> Tag:
    buttons = list(page.find_all("button"))
    found = [each for each in buttons if said(each) == words]
    assert found, f"no button “{words}” on {path}; there are {[said(each) for each in buttons]}"
    return found[0]


def _form_of(page: BeautifulSoup, field: Tag) -> Tag | None:
    """The form a field or a button belongs to: the one it names, or the one it stands in."""
    named = field.get("form")
    return page.find("form", id=named) if named else field.find_parent("form")


def _values(fields: list[Tag]) -> list[tuple[str, Any]]:
    """What a browser would send of a form with these fields as they stand."""
    found: list[tuple[str, Any]] = []
    for field in fields:
        name = field.get("name")
        if not name or field.has_attr("disabled"):
            continue
        kind = str(field.get("type", "text"))
        if field.name == "textarea":
            found.append((str(name), field.get_text()))
        elif field.name == "select":
            chosen = field.find_all("option", selected=True) or field.find_all("option")[:1]
            found += [(str(name), str(option.get("value", ""))) for option in chosen]
        elif kind in ("checkbox", "radio"):
            if field.has_attr("checked"):
                found.append((str(name), str(field.get("value", "on"))))
        elif kind not in ("submit", "button", "file"):
            found.append((str(name), str(field.get("value", ""))))
    return found
