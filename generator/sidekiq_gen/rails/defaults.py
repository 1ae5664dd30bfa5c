"""What the repo makes the default of every Sidekiq job."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Literal

from sidekiq_gen.rails import yaml
from sidekiq_gen.rails.code import code_lines
from sidekiq_gen.rails.literals import read_value
from sidekiq_gen.regex import regex

if TYPE_CHECKING:
    from sidekiq_gen.rails.files import Repo
    from sidekiq_gen.rails.literals import Node

# Source: sidekiq v8.0.8 lib/sidekiq/job_retry.rb:73.
SIDEKIQS_OWN = 25

_OPTIONS = regex(r"^[^#\n]*\bSidekiq\.default_(?:job|worker)_options\s*=\s*", re.MULTILINE)
_MOST = regex(r"^[^#\n]*\[:max_retries\]\s*=\s*([0-9]{1,9})\b", re.MULTILINE)


def default_options(repo: Repo) -> dict[str, Node]:
    """What initializers give to ``Sidekiq.default_job_options``, or ``default_worker_options``, before 7.0."""
    for path in repo.files("config"):
        text = repo.read(path) or ""
        if "Sidekiq.default_" in text:
            code = "\n".join(code_lines(text))
            found = _OPTIONS.search(code)
            if found:
                return dict(read_value(code, found.end()).items)
    return {}


def default_retry(repo: Repo) -> int | Literal[False]:
    """How often Sidekiq retries a job that says nothing.

    Source: sidekiq v8.0.8 lib/sidekiq.rb:82 (the options), lib/sidekiq/job_retry.rb:77 (``max_retries`` for ``true``).
    """
    said = default_options(repo).get("retry")
    if said and said.kind == "number" and re.fullmatch(r"[0-9]{1,9}", said.text):
        return int(said.text)
    if said and said.text == "false":
        return False
    configuration = yaml.mapping(yaml.of_file(repo, "config/sidekiq.yml"))
    most = next((yaml.number(value) for key, value in configuration.items() if yaml.key(key) == "max_retries"), None)
    if most is not None:
        return most
    for path in repo.files("config"):
        found = _MOST.search(repo.read(path) or "")
        if found:
            return int(found[1])
    return SIDEKIQS_OWN
