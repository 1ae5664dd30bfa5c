"""Wrong changes to the check of packs, and to the copies of templates."""

from __future__ import annotations

from mutants.runner import Mutation

CHECK = ("tests/unit/test_check.py", "-k", "wrong_is_found or put_right")
PACK = ("tests/unit/test_example_pack.py", "-k", "wrong_with or become_code")
COMMAND = ("tests/unit/test_templates_command.py",)

CHECK_MUTATIONS = (
    Mutation(
        "snapshots are written although something else is wrong",
        "cli/checks.py",
        "if update and not wrong else",
        "if update else",
        CHECK,
    ),
    Mutation(
        "a check that has found something ends as if it had not",
        "cli/checks.py",
        "return FOUND if wrong else 0",
        "return 0",
        CHECK,
    ),
    Mutation(
        "a snapshot of nothing is left where it is",
        "testing/check.py",
        "        if path not in wanted:\n            yield",
        "        if path in wanted and path not in there:\n            yield",
        CHECK,
    ),
    Mutation(
        "a command that Ruby would run is data",
        "testing/ruby.py",
        "command = true if kind == :on_backtick",
        "command = false if kind == :on_backtick",
        ("tests/snapshots/test_ruby.py", "-k", "data_is_code"),
    ),
    Mutation(
        "a pattern that no job can have is not missed",
        "testing/check.py",
        "if pattern.name in subject.own - seen:",
        "if pattern.name in seen - subject.own:",
        PACK,
    ),
    Mutation(
        "what a user says is not tried with quotes in it",
        "testing/poison.py",
        "        yield from _values(attribute.flag)",
        "        yield from ()",
        PACK,
    ),
    Mutation(
        "a copy does not say of which original it is",
        "ruby/copies.py",
        'return f"{header(__version__, source)}\\n{source}"',
        'return f"{source}"',
        COMMAND,
    ),
    Mutation(
        "looking a template up is counted against the time of another one",
        "ruby/sandbox.py",
        "        if parent is not None:\n            self._step()",
        "        self._step()",
        ("tests/unit/test_overrides.py", "-k", "time_is"),
    ),
)
