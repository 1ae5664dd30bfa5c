"""Wrong changes to the rules of `check` on locks, errors, threads, marks and pushes."""

from __future__ import annotations

from mutants.runner import Mutation

LOCKS = ("tests/unit/test_rules_locks.py",)
RUNNING = ("tests/unit/test_rules_running.py",)

LOCK_RULE_MUTATIONS = (
    Mutation(
        "a lock in a method that is called inside a transaction is told of",
        "check/jobs.py",
        "and called not in found and nodes.inside_call(site, around) is None",
        "and called not in found",
        LOCKS,
    ),
    Mutation(
        "a transaction that a method of the job opens for its block is not seen",
        "check/jobs.py",
        "around = calls | self._passing(calls)",
        "around = calls",
        LOCKS,
    ),
    Mutation(
        "commas inside a function of SQL part its arguments",
        "check/sql.py",
        'if letter == "," and depth == 0:',
        'if letter == ",":',
        LOCKS,
    ),
    Mutation(
        "a lock of a session counts as kept although an ensure calls what unlocks",
        "check/rules/advisory_locks.py",
        "nodes.text(one) in unlocking or nodes.method_name(one) in unlocking",
        "nodes.method_name(one) in unlocking",
        LOCKS,
    ),
    Mutation(
        "a name that stands for a lock is judged as the lock that it stands for",
        "check/rules/unique_options.py",
        "looked_at = kind.validated if name == kind.name else SIDES",
        "looked_at = kind.validated",
        LOCKS,
    ),
    Mutation(
        "replace is rewritten where a run asks for its strategy as well",
        "check/rules/unique_options.py",
        'or said.type == "hash" or "server" in kind.consulted',
        'or said.type == "hash"',
        LOCKS,
    ),
    Mutation(
        "a ttl that all jobs are given is not seen",
        "check/rules/unique_setup.py",
        "if app.configured(_GLOBAL_TTL):",
        "if False:",
        LOCKS,
    ),
    Mutation(
        "the last retry does not count for how long a lock has to live",
        "check/rules/unique_ttl.py",
        "for count in range(retries))",
        "for count in range(retries - 1))",
        LOCKS,
    ),
    Mutation(
        "a throttled job of a base class that no file shows is told to lack its module",
        "check/rules/throttled.py",
        "and not included & _MODULES and not unseen",
        "and not included & _MODULES",
        LOCKS,
    ),
    Mutation(
        "a rescue that a comment explains is told of",
        "check/rules/errors.py",
        "            if _is_explained(rescue, commented):\n                continue\n",
        "",
        RUNNING,
    ),
    Mutation(
        "a rescue in the middle of perform counts as its end",
        "check/rules/errors.py",
        'return around.type == "begin" and bool(last) and last[0].id == around.id',
        'return around.type == "begin"',
        RUNNING,
    ),
    Mutation(
        "a mark of another column is taken for the one that guards",
        "check/rules/marks.py",
        "return column in nodes.pairs(statement) or any",
        "return bool(nodes.pairs(statement)) or any",
        RUNNING,
    ),
    Mutation(
        "a line in the log counts as work after a mark",
        "check/rules/marks.py",
        'if nodes.method_name(first) in _LOGGING and (not on or "logger" in on.lower()):',
        'if nodes.method_name(first) in _LOGGING and on == "Rails.logger":',
        RUNNING,
    ),
    Mutation(
        "a push in a block for after the commit is told of",
        "check/rules/pushing.py",
        "            if nodes.method_name(call) in _AFTER_COMMIT:\n                return\n",
        "",
        RUNNING,
    ),
    Mutation(
        "a lock of the house's own counts as a transaction",
        "check/rules/pushing.py",
        "return on is not None and not nodes.constant(on) and not nodes.positional(call)",
        "return True",
        RUNNING,
    ),
    Mutation(
        "pushes are told of although they wait for the commit",
        "check/rules/pushing.py",
        "return push.method in (_BULK if context.waits else _NOW) and",
        "return push.method in _NOW and",
        RUNNING,
    ),
    Mutation(
        "a query for what belongs to somebody counts as the whole table",
        "check/rules/loading.py",
        'frozenset({"identifier", "instance_variable"',
        'frozenset({"instance_variable"',
        RUNNING,
    ),
    Mutation(
        "what an ensure sets back counts as left behind",
        "check/rules/threads.py",
        "if changed and changed not in back:",
        "if changed:",
        RUNNING,
    ),
    Mutation(
        "a job that pushes itself under a condition counts as one that always does",
        "check/rules/threads.py",
        "            if _may_leave(statement):\n                return\n",
        "",
        RUNNING,
    ),
)
