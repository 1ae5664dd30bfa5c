"""Programs that tests need and a contributor's machine may not have."""

from __future__ import annotations

import os
import shutil

import pytest


def require(program: str, how: str) -> str:
    """The path of a program; without it the test is skipped, and in CI it fails."""
    path = shutil.which(program)
    if path is None:
        message = f"{program} is not installed: {how}"
        if os.environ.get("CI"):
            pytest.fail(message)
        pytest.skip(message)
    return path
