"""What a finding is known by when lines above it come and go: its rule, its file, and the text of its line."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sidekiq_gen.check.rule import Finding
    from sidekiq_gen.rails.files import Repo

_LENGTH = 16  # hexadecimal digits


def prints_of(findings: Iterable[Finding], repo: Repo) -> dict[Finding, str]:
    """The print of each finding: 16 hexadecimal digits, the same for findings in lines that read the same."""
    lines: dict[str, list[bytes]] = {}
    found = {}
    for one in findings:
        if one.path not in lines:
            lines[one.path] = (repo.data(one.path) or b"").split(b"\n")
        text = lines[one.path][one.line - 1] if one.line <= len(lines[one.path]) else b""
        said = b"\0".join([one.code.encode(), one.path.encode("utf-8", "surrogateescape"), b" ".join(text.split())])
        found[one] = hashlib.sha256(said).hexdigest()[:_LENGTH]
    return found
