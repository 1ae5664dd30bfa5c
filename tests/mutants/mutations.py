"""The wrong changes. Each is one that a slip of the hand could make, and one that a user would pay for."""

from __future__ import annotations

from mutants.runner import Mutation

UNIT = "tests/unit"
SAFEGUARDS = (f"{UNIT}/test_safeguards.py",)
KINDS = (f"{UNIT}/test_kinds.py",)
CONTRACT = (f"{UNIT}/test_contract.py",)
INSTALL = (f"{UNIT}/test_install.py",)
APP = (f"{UNIT}/test_app.py",)
CONVENTIONS = (f"{UNIT}/test_conventions.py",)
NAMING = (f"{UNIT}/test_naming.py",)
LOCKFILE = (f"{UNIT}/test_lockfile.py",)
APPLY = (f"{UNIT}/test_apply.py",)
PLAN = (f"{UNIT}/test_plan.py",)
LAYOUT = (f"{UNIT}/test_ruby_layout.py",)
TRACKERS = (f"{UNIT}/test_trackers.py",)
REFUSED = (f"{UNIT}/test_bad_input.py", "-k", "class-exists or contradictory")

JOB = (
    Mutation(
        "another record is marked failed when the record is not the first argument",
        "job/facts.py",
        'else f"[{index}]"',
        'else f"[{index - 1}]"',
        SAFEGUARDS,
    ),
    Mutation(
        "the first argument is taken for the record wherever that stands",
        "job/facts.py",
        'return ".first" if index == 0',
        'return ".first" if index >= 0',
        SAFEGUARDS,
    ),
    Mutation(
        "a second class of the name of a fan-out's job is written, since the first is in another file",
        "job/pipeline.py",
        "other = own if own.is_file() else app.defined_elsewhere(name, own)",
        "other = own if own.is_file() else None",
        KINDS,
    ),
    Mutation(
        "safeguards are silently not laid over a fan-out's job that is there",
        "job/pipeline.py",
        "    if child.patterns:\n",
        "    if not child.patterns:\n",
        KINDS,
    ),
    Mutation(
        "a second class of the job's name is written",
        "job/pipeline.py",
        "    if not force:\n        _refuse_a_second_class",
        "    if force:\n        _refuse_a_second_class",
        REFUSED,
    ),
    Mutation(
        "nobody is told that a lock's end loses jobs",
        "job/patterns/unique.py",
        "if hazard and settings.ttl:",
        "if hazard and not settings.ttl:",
        SAFEGUARDS,
    ),
    Mutation(
        "nobody is told that a lock has no end",
        "job/patterns/unique.py",
        "if hazard and not settings.ttl:",
        "if hazard and settings.ttl:",
        SAFEGUARDS,
    ),
    Mutation(
        "a lock gets an end that loses jobs without being asked for",
        "job/patterns/unique.py",
        "    if unique_jobs.ttl_hazard(lock, _version(app)):\n        return None\n",
        "",
        SAFEGUARDS,
    ),
    Mutation(
        "a word is written into a column that is called failed",
        "job/failure.py",
        '"failed": "boolean"}',
        '"failed": "string"}',
        SAFEGUARDS,
    ),
    Mutation(
        "a time is written into a failure column that is called _on",
        "job/failure.py",
        '"_on": "date"',
        '"_on": "datetime"',
        SAFEGUARDS,
    ),
    Mutation(
        "a word is written into a failure column that is called _at",
        "job/failure.py",
        '"_at": "datetime"',
        '"_at": "string"',
        SAFEGUARDS,
    ),
    Mutation(
        "a state that the enum does not know is written",
        "job/failure.py",
        "if values and FAILED in values.values and",
        "if values and FAILED not in values.values and",
        ("tests/unit/test_states.py",),
    ),
    Mutation(
        "a value that the column lacks is written when it is named",
        "job/failure.py",
        "or (value and not values.complete)",
        "or value",
        ("tests/unit/test_states.py",),
    ),
    Mutation(
        "what is called with a part of the error is a wrapper",
        "rails/wrappers.py",
        'arguments[0][1] == Node("other", error) for error',
        'arguments[0][1].kind == "other" for error',
        ("tests/unit/test_proofs.py",),
    ),
    Mutation(
        "never to retry is taken over",
        "rails/conventions.py",
        'or outcome.value == "never"',
        "",
        ("tests/unit/test_proofs.py",),
    ),
    Mutation(
        "default is taken where nobody serves it",
        "rails/queues.py",
        "if not served.lacks(preferred):",
        "if preferred:",
        ("tests/unit/test_proofs.py",),
    ),
    Mutation(
        "true is written into a mark that is called _on",
        "job/mark.py",
        '"date" if column.endswith("_on")',
        '"boolean" if column.endswith("_on")',
        SAFEGUARDS,
    ),
    Mutation(
        "true is written into a mark that is called _at",
        "job/mark.py",
        '"datetime" if column.endswith("_at") else "boolean"',
        '"boolean"',
        SAFEGUARDS,
    ),
    Mutation(
        "a time is written into any mark that the schema does not show",
        "job/mark.py",
        'else "datetime" if column.endswith("_at") else "boolean"',
        'else "datetime"',
        SAFEGUARDS,
    ),
    Mutation(
        "a boolean mark that is false is not found by the query for what is left",
        "job/mark.py",
        'return "[false, nil]" if self.value == "true" else "nil"',
        'return "nil"',
        ("tests/snapshots/test_snapshots.py",),
    ),
    Mutation(
        "a job that claims rows is said to do them twice",
        "job/kinds/claim.py",
        '            "idempotent": "done work is not done again",\n',
        "",
        KINDS,
    ),
    Mutation(
        "a backfill without row locks is said to be locked",
        "job/kinds/backfill.py",
        "        if settings.locked:\n            done |=",
        "        if settings.mark:\n            done |=",
        KINDS,
    ),
    Mutation(
        "the checklist says that a job without a spec is tested",
        "job/checklist.py",
        'if request.test != "none":',
        'if request.test == "none":',
        CONTRACT,
    ),
    Mutation(
        "a fan-out of one word gives its job that word, in the singular",
        "job/kinds/fan_out.py",
        "if one != last and verbs:",
        "if one != last:",
        KINDS,
    ),
    Mutation(
        "a fan-out enqueues itself",
        "job/kinds/fan_out.py",
        "if child.class_name == name.class_name:",
        "if child.class_name != child.class_name:",
        KINDS,
    ),
    Mutation(
        "a batch is written without Sidekiq Pro",
        "job/kinds/fan_out.py",
        "if batch and ",
        "if not batch and ",
        KINDS,
    ),
    Mutation(
        "rows are claimed on a database that cannot lock them",
        "job/kinds/claim.py",
        'if context.database == "sqlite":',
        'if context.database == "mysql":',
        KINDS,
    ),
    Mutation(
        "a job's id is the key of another job as well",
        "job/interactions.py",
        'return key.parts == ("jid",)',
        'return key.parts != ("jid",)',
        SAFEGUARDS,
    ),
    Mutation(
        "an error is tried again and given up at once",
        "job/interactions.py",
        "return not set(retry_after.errors).isdisjoint(discard.errors)",
        "return set(retry_after.errors) == set(discard.errors) == set()",
        SAFEGUARDS,
    ),
    Mutation(
        "a job leaves a block with return",
        "job/rendering.py",
        'leave = "next"',
        'leave = "return"',
        ("tests/snapshots/test_snapshots.py",),
    ),
    Mutation(
        "the record is not read again under its lock",
        "job/facts.py",
        'return record.name + (".reload" if any(',
        'return record.name + (".reload" if not any(',
        ("tests/snapshots/test_snapshots.py",),
    ),
    Mutation(
        "the same key is given to every record",
        "job/facts.py",
        "return f'\"{key.separator.join([key.lead, *parts])}\"'",
        "return f'\"{key.lead}\"'",
        (f"{UNIT}/test_corpus_jobs.py",),
    ),
    Mutation(
        "retries may take any time",
        "job/retries.py",
        "if not 0 < seconds <= LONGEST:",
        "if not 0 <= seconds <= LONGEST:",
        SAFEGUARDS,
    ),
    Mutation(
        "retry_for is written for a Sidekiq that ignores it",
        "job/retries.py",
        "if not project.release.capabilities.retry_for:",
        "if project.release.capabilities.retry_for:",
        SAFEGUARDS,
    ),
    Mutation(
        "too few retries are recommended in place of a time",
        "job/retries.py",
        "total += count**4 + 15",
        "total += count**5 + 15",
        SAFEGUARDS,
    ),
    Mutation(
        "--mark-failed is ignored where there is no record",
        "job/patterns/on_exhausted.py",
        "        if not context.record:\n            raise Refused(",
        "        if context.record:\n            raise Refused(",
        SAFEGUARDS,
    ),
)

INSTALLED = (
    Mutation(
        "a sidekiq.yml with ERB is edited",
        "install/existing.py",
        'and "<%" not in text ',
        "",
        INSTALL,
    ),
    Mutation(
        "a sidekiq.yml with CRLF is edited",
        "install/existing.py",
        ' and "\\r" not in text',
        "",
        INSTALL,
    ),
    Mutation(
        "a sidekiq.yml that speaks of queues twice is edited",
        "install/existing.py",
        ' or text.count("queues") != 1',
        "",
        INSTALL,
    ),
    Mutation(
        "errors are reported twice",
        "install/settings.py",
        "return trackers.reports_by_itself(app.tracker) is None",
        "return True",
        INSTALL,
    ),
    Mutation(
        "a push waits for a commit where nothing can tell it of one",
        "install/settings.py",
        "return bool(can.transactional_push and active_record and (builtin or",
        "return bool(can.transactional_push and active_record or (builtin or",
        INSTALL,
    ),
)

REPO = (
    Mutation(
        "a variant of a factory stands in for the model's own",
        "rails/factories.py",
        "for name in factory.names), factory.nested))",
        "for name in factory.names), not factory.nested))",
        APP,
    ),
    Mutation(
        "a variant of a factory is as good as any that comes after it",
        "rails/factories.py",
        "for name in factory.names), factory.nested))",
        "for name in factory.names),))",
        APP,
    ),
    Mutation(
        "any factory of the model stands in for the one that bears its name",
        "rails/factories.py",
        "(not any(fold(name) in own for name in factory.names), factory.nested)",
        "(factory.nested,)",
        APP,
    ),
    Mutation(
        "RuboCop's defaults are taken for rules that stand elsewhere",
        "rails/linter.py",
        'if document.get("inherit_gem") or elsewhere or (',
        'if document.get("inherit_gem") or (',
        CONVENTIONS,
    ),
    Mutation(
        "a cop that is switched off decides on quotes",
        "rails/linter.py",
        "    if enabled and enabled.value is False:\n        return None\n    if style and",
        "    if style and",
        CONVENTIONS,
    ),
    Mutation(
        "a lock file named alone is taken for one without a repo",
        "rails/project.py",
        "        found = where.lockfile.parent",
        "        found = start",
        CONTRACT,
    ),
    Mutation(
        "the repo is not the nearest one above",
        "rails/lockfile.py",
        "for folder in (start, *start.parents) if",
        "for folder in (start,) if",
        CONTRACT,
    ),
    Mutation(
        "a tie of the house is taken for a habit",
        "rails/conventions.py",
        "if not ranking or (ranking[1:] and ranking[0][1] == ranking[1][1]):",
        "if not ranking:",
        CONVENTIONS,
    ),
    Mutation(
        "base classes vote on style",
        "rails/conventions.py",
        "jobs = [job for job in job_files if not job.base]",
        "jobs = [job for job in job_files]",
        CONVENTIONS,
    ),
    Mutation(
        "a constraint is taken for the version",
        "rails/lockfile.py",
        'r" {4}([^',
        'r" {4,6}([^',
        LOCKFILE,
    ),
    Mutation(
        "a pre-release counts as the release",
        "sidekiq/gems.py",
        '{known[1]}{known[2]}" if known else',
        '0" if known else',
        LOCKFILE,
    ),
    Mutation(
        "a lock file with conflict markers is read",
        "rails/lockfile.py",
        "    if conflict:\n",
        "    if not conflict:\n",
        LOCKFILE,
    ),
    Mutation(
        "columns of another table are taken for the model's",
        "rails/schema.py",
        '[\\"\']?(?!\\w)([^\\n]*)$"',
        '[\\"\']?([^\\n]*)$"',
        APP,
    ),
    Mutation(
        "a table without an id is taken for one with it",
        "rails/schema.py",
        "if (key and key[3]) or (named and named[2]):",
        "if named and named[2]:",
        APP,
    ),
)

NAMES = (
    Mutation(
        "an acronym is found inside a word",
        "naming.py",
        "{re.escape(acronym)}(?![a-z])",
        "{re.escape(acronym)}",
        NAMING,
    ),
    Mutation(
        "an acronym is found at the end of another",
        "naming.py",
        'rf"(?<![A-Z]){re.escape',
        'rf"{re.escape',
        NAMING,
    ),
    Mutation(
        "a class of Ruby's own is opened again",
        "naming.py",
        'if name.class_name.split("::")[0] in CORE_CONSTANTS:',
        'if name.class_name.split("::")[-1] in CORE_CONSTANTS:',
        NAMING,
    ),
)

RUBY = (
    Mutation(
        "a string with a backslash changes its meaning",
        "ruby/layout.py",
        r"""re.search(r"#\{|'|\\", text)""",
        r"""re.search(r"#\{|'", text)""",
        LAYOUT,
    ),
    Mutation(
        "a string with an apostrophe does not parse",
        "ruby/layout.py",
        r"""re.search(r"#\{|'|\\", text)""",
        r"""re.search(r"#\{|\\", text)""",
        LAYOUT,
    ),
    Mutation(
        "a string in a comment gets other quotes",
        "ruby/layout.py",
        "    | (?: ^ | (?<=\\s) ) \\# [^\\n]*\n",
        "",
        LAYOUT,
    ),
    Mutation(
        "a string inside another gets other quotes",
        "ruby/layout.py",
        "    | \\'(?: [^\\'\\\\\\n] | \\\\. )*\\'\n",
        "",
        LAYOUT,
    ),
    Mutation(
        "a string with an escape is cut in two",
        "ruby/layout.py",
        r" | \\. | \#(?!\{) |",
        r" | \#(?!\{) |",
        LAYOUT,
    ),
    Mutation(
        "a string inside an interpolation is cut in two",
        "ruby/layout.py",
        r"""[^{}"\n] | "[^"\n]*" | """,
        r"""[^{}"\n] | """,
        LAYOUT,
    ),
    Mutation(
        "an interpolation becomes plain text",
        "ruby/layout.py",
        r"\#(?![{$@]) )* )",
        r"\# )* )",
        LAYOUT,
    ),
    Mutation(
        "a method is called that this Bugsnag does not have",
        "ruby/trackers.py",
        'Version("6.23")',
        'Version("6.24")',
        TRACKERS,
    ),
    Mutation(
        "a method is called that this Appsignal does not have",
        "ruby/trackers.py",
        '_APPSIGNAL_REPORT = Version("4.0")',
        '_APPSIGNAL_REPORT = Version("3.13")',
        TRACKERS,
    ),
    Mutation(
        "errors that Rails reports are reported twice",
        "ruby/trackers.py",
        'SpecifierSet(">=7.2.3,!=8.0.0,!=8.0.1")',
        'SpecifierSet(">=7.2.3,!=8.0.0,!=8.0.1,!=8.0.2")',
        TRACKERS,
    ),
)

WRITTEN = (
    Mutation(
        "a file that was changed meanwhile is overwritten",
        "changes/apply.py",
        "    if contents(file.path, target) != file.before:\n",
        "    if contents(file.path, target) is None:\n",
        APPLY,
    ),
    Mutation(
        "a file that was written stays when a later one fails",
        "changes/apply.py",
        "        else:\n            undo.callback(_take_back, one)\n",
        "",
        APPLY,
    ),
    Mutation(
        "an old text is lost when a later file fails",
        "changes/apply.py",
        "    undo.callback(_put_back, one, backup)\n",
        "",
        APPLY,
    ),
    Mutation(
        "new folders stay when a file fails",
        "changes/apply.py",
        "            folders.callback(_discard_folder, folder)\n",
        "",
        APPLY,
    ),
    Mutation(
        "a backup stays beside the file",
        "changes/apply.py",
        "            _discard(backup)\n\n",
        "            pass\n\n",
        APPLY,
    ),
    Mutation(
        "a file loses its mode",
        "changes/apply.py",
        "        os.fchmod(descriptor, stat.S_IMODE(model.st_mode))\n",
        "        pass\n",
        APPLY,
    ),
    Mutation(
        "Ctrl-C is heard only at the end",
        "changes/apply.py",
        "        if waiting:\n            raise KeyboardInterrupt\n",
        "        pass\n",
        APPLY,
    ),
    Mutation(
        "a file of another text is overwritten unasked",
        "changes/plan.py",
        'return "skip" if skip else "conflict"',
        'return "skip" if skip else "force"',
        PLAN,
    ),
    Mutation(
        "a file outside of the repo is written",
        "changes/plan.py",
        " or root not in target.parents",
        "",
        PLAN,
    ),
)

MUTATIONS = (*JOB, *INSTALLED, *REPO, *NAMES, *RUBY, *WRITTEN)
