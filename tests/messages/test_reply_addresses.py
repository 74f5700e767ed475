"""Addresses that answer letters: ours alone, for a while, and as mail programs leave them."""

from dataclasses import replace
from datetime import timedelta

import pytest

from marketplace.messages.addresses import Told, Worth, read_address, reply_address
from tests.factories import NOON


@pytest.fixture
def domain(app, monkeypatch) -> None:
    monkeypatch.setitem(
        app.config, "SETTINGS", replace(app.config["SETTINGS"], reply_domain="reply.durham.example")
    )


@pytest.mark.usefixtures("domain")
def test_an_address_says_whose_answer_it_is_and_about_what(app):
    address = reply_address(12, 3456, now=NOON)

    assert read_address(address, now=NOON) == Told(12, 3456, Worth.GOOD)
    assert read_address(address.upper(), now=NOON) == Told(12, 3456, Worth.GOOD)
    assert len(reply_address(2**31 - 1, 2**31 - 1, now=NOON).partition("@")[0]) <= 64


@pytest.mark.usefixtures("domain")
def test_an_address_grows_old(app):
    address = reply_address(12, 3456, now=NOON)

    assert read_address(address, now=NOON + timedelta(days=60)) == Told(12, 3456, Worth.GOOD)
    assert read_address(address, now=NOON + timedelta(days=61)) == Told(12, 3456, Worth.OLD)


@pytest.mark.usefixtures("domain")
@pytest.mark.parametrize(
    "change",
    [
        lambda address: address.replace("reply+c-", "reply+d-"),
        lambda address: address.replace("reply+", "replay+"),
        lambda address: address.replace("@reply.durham", "@elsewhere"),
        lambda address: address.replace("-", "-0", 1),
        lambda address: "reply+c-2o0-ab-" + "a" * 20 + "@reply.durham.example",
        lambda address: "",
        lambda address: "@" * 5000,
    ],
)
def test_nothing_but_what_we_signed_is_believed(app, change):
    assert read_address(change(reply_address(12, 3456, now=NOON)), now=NOON) is None


def test_where_no_mail_comes_back_there_are_no_addresses(app):
    assert reply_address(12, 3456, now=NOON) == ""
    assert read_address("reply+c-2o0-ab-aaaaaaaaaaaaaaaaaaaa@", now=NOON) is None
