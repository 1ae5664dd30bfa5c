"""Wrong changes to `check`: what is kept, ignored, known, chosen and rewritten."""

from __future__ import annotations

from mutants.runner import Mutation

COMMAND = ("tests/unit/test_check_command.py",)
CACHE = ("tests/unit/test_check_cache.py",)
BASELINE = ("tests/unit/test_check_baseline.py",)
FIX = ("tests/unit/test_check_fix.py", "-k", "not calls_certain")

CHECKED_MUTATIONS = (
    Mutation(
        "a file that may change again without its times showing it is kept",
        "check/gathering.py",
        "max(stamp[:2]) < now - SETTLED",
        "True",
        CACHE,
    ),
    Mutation(
        "what is kept for another release is taken for this one",
        "check/gathering.py",
        "if head == stored(key).encode() else {}",
        "if head else {}",
        CACHE,
    ),
    Mutation(
        "what another process fails at is read by nobody",
        "check/processes.py",
        "        if answer is None:\n            found |= _read(share, app, rules, context)\n",
        "        if answer is None:\n            continue\n",
        CACHE,
    ),
    Mutation(
        "one more of what is in the baseline is known as well",
        "check/baseline.py",
        "                left[key] -= 1\n",
        "",
        BASELINE,
    ),
    Mutation(
        "a comment with a line to itself is about that line",
        "check/ignores.py",
        "                covers = below\n",
        "",
        COMMAND,
    ),
    Mutation(
        "a rewrite after which it is still found is made",
        "check/fixing.py",
        "after[path, code] <= before[path, code] - count",
        "True",
        FIX,
    ),
    Mutation(
        "a rewrite that is no Ruby is made",
        "check/fixing.py",
        "if parse(new).has_error and not parse(data).has_error:",
        "if False:",
        FIX,
    ),
    Mutation(
        "a colon in a path ends an annotation's property",
        "check/report/github.py",
        '.replace(":", "%3A")',
        "",
        COMMAND,
    ),
    Mutation(
        "columns count bytes",
        "check/source.py",
        'return len(before.decode("utf-8", "replace")) + 1',
        "return len(before) + 1",
        COMMAND,
    ),
)
