"""The wrong changes to codes, exit codes and keys, which pages promise."""

from __future__ import annotations

from mutants.runner import Mutation

CODES = ("tests/unit/test_codes.py",)
KEYS = ("tests/unit/test_json_page.py",)

ANSWER_MUTATIONS = (
    Mutation("an error has another code", "naming.py", 'code="invalid-queue"', 'code="invalid-queue-name"', CODES),
    Mutation(
        "a value that makes no sense is a refusal",
        "errors.py",
        "    exit_status = 2\n",
        "    exit_status = 1\n",
        CODES,
    ),
    Mutation("a notice has another code", "job/lacks.py", '"no-index",', '"index-missing",', CODES),
    Mutation("a finding has another key", "check/report/document.py", '"fixable":', '"can_be_fixed":', KEYS),
    Mutation("a document has another key", "cli/many.py", '{"jobs": jobs}', '{"written": jobs}', KEYS),
)
