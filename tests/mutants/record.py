"""The wrong changes to what is recorded of what was generated, and to what `upgrade` makes of it."""

from __future__ import annotations

from mutants.runner import Mutation

UNIT = "tests/unit"
RECORD = (f"{UNIT}/test_record.py",)
UPGRADE = (f"{UNIT}/test_upgrade_rendered.py",)
MERGING = (f"{UNIT}/test_merging.py",)

RECORD_MUTATIONS = (
    Mutation(
        "the record is made of what it held before the lock was had, and loses what others have recorded",
        "changes/plan.py",
        "    text = plan.record.text(plan, before)\n",
        "    text = plan.record.text(plan, None)\n",
        (f"{UNIT}/test_concurrency.py", "-k", "different_jobs"),
    ),
    Mutation(
        "a file that was kept counts as written",
        "record/recording.py",
        "    return file.status in _WRITTEN",
        "    return True",
        RECORD,
    ),
    Mutation(
        "somebody else's file that lacks nothing counts as written by install",
        "record/recording.py",
        "return file.before is not None and identity(file.before) in ids",
        "return file.before is not None",
        RECORD,
    ),
    Mutation(
        "what was recorded of a kept file is forgotten",
        "record/recording.py",
        "known = {**(old.files if old else {}), **ours}",
        "known = ours",
        RECORD,
    ),
    Mutation(
        "an entry goes although a file of it stays",
        "record/recording.py",
        "replace(old, files=files) if files else None}",
        "None}",
        RECORD,
    ),
    Mutation(
        "the second side of a conflict in the record goes before the first",
        "record/book.py",
        "lines.setdefault(read_key(line), line)",
        "lines[read_key(line)] = line",
        RECORD,
    ),
    Mutation(
        "what git shows of the old text in a conflict counts as an entry",
        "record/book.py",
        "merged, in_base = True, mark == _BASE",
        "merged = True",
        RECORD,
    ),
    Mutation(
        "a record of a later release is rewritten",
        "record/book.py",
        'if line.removeprefix(_VERSION)[:2] != "1,":',
        "if not line:",
        RECORD,
    ),
    Mutation(
        "what the settings said is recorded as if it had been asked for",
        "record/answers.py",
        'said = {name: one.value for name, one in answers.items() if one.origin != "settings"}\n    typed',
        "said = {name: one.value for name, one in answers.items()}\n    typed",
        RECORD,
    ),
    Mutation(
        "a job moves to another folder when the habit of the house does",
        "job/recorded.py",
        'found: dict[str, Any] = {"dir": context.directory, "test"',
        'found: dict[str, Any] = {"test"',
        RECORD,
    ),
    Mutation(
        "a file that was written for another release is asked about when it is to be removed",
        "job/removal.py",
        "unchanged = file.before is not None and identity(file.before) in written.get(file.path, ())",
        "unchanged = False",
        RECORD,
    ),
    Mutation(
        "what the linter has corrected counts as edited",
        "cli/noted.py",
        "record = apply(Plan(root, (), Corrected(found)), hold).record if found else None",
        "record = None",
        (f"{UNIT}/test_lint.py", "-k", "recorded"),
    ),
    Mutation(
        "an edit is overwritten where both sides changed the same lines",
        "upgrade/rendered.py",
        "if unedited and merged.conflicts:",
        "if merged.conflicts:",
        UPGRADE,
    ),
    Mutation(
        "a file that was removed is written again",
        "upgrade/rendered.py",
        "            if before is None:\n",
        "            if before is None and (before := b'') is None:\n",
        UPGRADE,
    ),
    Mutation(
        "what the repo shows otherwise today is taken for a change of the release",
        "upgrade/rendered.py",
        "return old if old is not None and (same_makers or _id(old) == ids[0]) else None",
        "return old if old is not None and _id(old) == ids[0] else None",
        UPGRADE,
    ),
    Mutation(
        "a text of other templates is taken for the one that was written",
        "upgrade/rendered.py",
        "return old if old is not None and (same_makers or _id(old) == ids[0]) else None",
        "return old",
        UPGRADE,
    ),
    Mutation(
        "markers of an earlier merge are merged once more",
        "upgrade/rendered.py",
        'marked = [path for path in entry.files if has_markers(_text(there[path] or b""))]',
        "marked: list[str] = []",
        UPGRADE,
    ),
    Mutation(
        "the initializer that install has written hides what it would write",
        "upgrade/rendered.py",
        "return without(project.with_pack(found(named, root, root) if named else None), frozenset(entry.files))",
        "return project.with_pack(found(named, root, root) if named else None)",
        UPGRADE,
    ),
    Mutation(
        "git's text is forgotten after a merge",
        "upgrade/rendered.py",
        ", ids[-1])))",
        ",)))",
        UPGRADE,
    ),
    Mutation(
        "what only one side has changed is a conflict",
        "upgrade/merging.py",
        "    if theirs == base:\n        return ours, ours\n",
        "",
        MERGING,
    ),
    Mutation(
        "what both have kept is looked for on one side alone",
        "upgrade/merging.py",
        "low, high = max(start, begin), min(end, stop)",
        "low, high = start, end",
        MERGING,
    ),
    Mutation(
        "a marker stands behind a line without an end",
        "upgrade/merging.py",
        'return [line if line.endswith("\\n") else f"{line}\\n" for line in lines]',
        "return list(lines)",
        MERGING,
    ),
)
