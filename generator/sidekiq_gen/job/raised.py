"""Errors as specs raise them: each made by its own initializer, as far as the repo, Ruby or Rails shows how."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sidekiq_gen.rails.errors import RUBYS_OWN

if TYPE_CHECKING:
    from sidekiq_gen.rails.errors import ErrorClass

# Classes of Ruby's libraries whose initializer needs no argument. Source: `new` of each on Ruby 3.1, 3.3 and 3.4.
OF_RUBYS_LIBRARIES = frozenset(
    "Date::Error JSON::ParserError Net::HTTPBadResponse Net::OpenTimeout Net::ProtocolError "
    "Net::ReadTimeout Net::WriteTimeout OpenSSL::SSL::SSLError SocketError Timeout::Error URI::InvalidURIError "
    "Zlib::Error".split()
)
# The same for Rails. Source: rails v6.0.0 and v8.1.0 activerecord/lib/active_record/errors.rb and validations.rb:18
# (RecordInvalid).
OF_RAILS = frozenset(
    f"ActiveRecord::{name}"
    for name in (
        "ActiveRecordError ConnectionNotEstablished ConnectionTimeoutError Deadlocked InvalidForeignKey "
        "LockWaitTimeout NotNullViolation QueryCanceled RangeError ReadOnlyRecord RecordInvalid RecordNotDestroyed "
        "RecordNotFound RecordNotSaved RecordNotUnique SerializationFailure StaleObjectError StatementInvalid "
        "StatementTimeout TransactionRollbackError ValueTooLong"
    ).split()
)
_ALL = frozenset(OF_RUBYS_LIBRARIES | OF_RAILS | RUBYS_OWN) - {"SystemCallError"}  # which wants to be told a number


def is_of_ruby_or_rails(error: str) -> bool:
    """Whether a class is one of those that are known of Ruby, its libraries or Rails."""
    return error in _ALL or error.startswith(("Errno::", "ActiveRecord::", "ActiveJob::", "Sidekiq::"))


def raised(error: str, known: ErrorClass | None) -> str:
    """Ruby that makes an error of a class: ``PaymentGateway::CardDeclined.new``.

    known: its class, where the repo has it. One whose initializer nobody can read, or that needs what nobody can make
    up, is made without it.
    """
    if known:
        made = known.made(plain=known.root in _ALL or known.root.startswith("Errno::"))
    else:
        made = f"{error}.new" if error in _ALL or error.startswith("Errno::") else ""
    return made or f"{error}.allocate"
