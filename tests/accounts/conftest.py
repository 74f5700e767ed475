"""Passwords hashed quickly, where how hard they are to guess is not the matter."""

import pytest
from argon2 import PasswordHasher

from marketplace.accounts import services


@pytest.fixture
def quick_hashes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(services, "HASHER", PasswordHasher(time_cost=1, memory_cost=64, parallelism=1))
