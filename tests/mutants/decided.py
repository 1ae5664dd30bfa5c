"""The wrong changes to what is decided about files that are there, to what is removed, and to what is said of it."""

from __future__ import annotations

from mutants.runner import Mutation

UNIT = "tests/unit"
DECIDED = (f"{UNIT}/test_decided.py",)
DESTROY = (f"{UNIT}/test_destroy.py",)
SAID = (f"{UNIT}/test_next_steps.py",)
LINT = (f"{UNIT}/test_lint.py",)

DECIDED_MUTATIONS = (
    Mutation(
        "the printed line overwrites the job that a fan-out was only to enqueue",
        "cli/decided.py",
        "if all(yes.values()) and not also_child:",
        "if all(yes.values()):",
        DECIDED,
    ),
    Mutation(
        "the printed line leaves out what was inserted",
        "cli/decided.py",
        "elif not any(yes.values()) and not inserts:",
        "elif not any(yes.values()):",
        DECIDED,
    ),
    Mutation(
        "a file that went through the merge tool is overwritten by the printed line",
        "cli/decided.py",
        "file.status in _YES and file.path not in by_hand for",
        "file.status in _YES for",
        DECIDED,
    ),
    Mutation(
        "what is named to be kept is overwritten with --force",
        "cli/decided.py",
        'if file.path in self.keep and file.status in {"conflict", "force"}:',
        'if file.path in self.keep and file.status == "conflict":',
        DECIDED,
    ),
    Mutation(
        "an edited file is removed without asking",
        "job/removal.py",
        'file.status in {"identical", "force"} else',
        'file.status in {"identical", "force", "conflict"} else',
        DESTROY,
    ),
    Mutation(
        "an edited child is removed with its fan-out",
        "job/removal.py",
        'if all(file.status == "remove" for file in there):',
        "if there:",
        DESTROY,
    ),
    Mutation(
        "a class is removed from a file of another name",
        "job/removal.py",
        "    if directory == path:\n        raise",
        "    if not directory:\n        raise",
        DESTROY,
    ),
    Mutation(
        "a folder that is empty after destroy stays",
        "changes/undo.py",
        "        if entry.after is None:\n            with _going_on(entry, failed):",
        "        if entry.before is None:\n            with _going_on(entry, failed):",
        DESTROY,
    ),
    Mutation(
        "work is called done by a column that is not there",
        "job/checklist.py",
        "if name in done and missing and name in _BY_COLUMNS:",
        "if name in done and missing and migrated and name in _BY_COLUMNS:",
        SAID,
    ),
    Mutation(
        "the checklist speaks of a job that was left as it is",
        "job/checklist.py",
        "    if job_path not in ours:\n        return []\n",
        "",
        SAID,
    ),
    Mutation(
        "a date is enqueued as an object",
        "job/next_steps.py",
        '_AS_TEXT = {"date": ".iso8601", "time"',
        '_AS_TEXT = {"time"',
        SAID,
    ),
    Mutation(
        "the repo's linter runs although it was refused",
        "cli/run.py",
        "if self.opted_out or not plan.writes:",
        "if not plan.writes:",
        LINT,
    ),
    Mutation(
        "a condition of the app's settings is taken for no condition",
        "rails/house/linter.py",
        "any(_CORRECTS.fullmatch(line)",
        "any(_CORRECTS.match(line)",
        LINT,
    ),
)
