"""Whether jobs that are pushed inside a transaction wait for its commit."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from sidekiq_gen.rails.code import code_lines
from sidekiq_gen.regex import regex

if TYPE_CHECKING:
    from sidekiq_gen.rails.app import RailsApp
    from sidekiq_gen.sidekiq.release import Release

_WAIT = regex(
    r"^[^#\n]*(?:\btransactional_push!|\bTransactionAwareClient\b)",
    re.MULTILINE,
    needs=("transactional_push!", "TransactionAwareClient"),
)
_RAILTIE = regex(r"^[ \t]*require\b.*/railtie\b", re.MULTILINE)
_ACTIVE_RECORD = regex(r"\brails/all\b|\bactive_?record\b")


def pushes_wait(app: RailsApp) -> bool:
    """Whether somewhere under ``config`` pushes have been told to wait for the commit; by itself no release does.

    Source: v8.1.7 lib/sidekiq/job.rb:395 (a plain client, unless an option or a thread names another).
    """
    return app.configured(_WAIT)


def has_transactions(app: RailsApp) -> bool:
    """Whether ActiveRecord is loaded: it is locked as a part of Rails also where nothing requires it."""
    locked = app.gem("activerecord") or app.gem("rails")
    loaded = "\n".join(code_lines(app.repo.read("config/application.rb") or ""))
    return bool(locked and app.databases) and not (_RAILTIE.search(loaded) and not _ACTIVE_RECORD.search(loaded))


def pushes_after_commit(app: RailsApp, release: Release) -> bool:
    """Whether ``Sidekiq.transactional_push!`` works: it raises where it finds nothing to wait for the commit with.

    Without ActiveRecord it is a NameError: sidekiq v8.1.7 lib/sidekiq/transaction_aware_client.rb:50.
    """
    can = release.capabilities
    builtin = can.transactional_push_builtin and can.after_all_transactions_commit
    waits = can.transactional_push and (builtin or app.gem("after_commit_everywhere"))
    return bool(waits and has_transactions(app))
