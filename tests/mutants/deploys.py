"""The wrong changes to what is said and done between deploys."""

from __future__ import annotations

from mutants.runner import Mutation

UNIT = "tests/unit"
AGAINST = (f"{UNIT}/test_against.py",)
RULES = (f"{UNIT}/test_change_rules.py",)
RENAME = (f"{UNIT}/test_rename.py",)
ARGUMENT = (f"{UNIT}/test_argument.py",)

DEPLOY_MUTATIONS = (
    Mutation(
        "a partial clone fetches, and runs what the repo says",
        "deploys/git.py",
        '"GIT_ALLOW_PROTOCOL": "none", ',
        "",
        (*AGAINST, "-k", "partial"),
    ),
    Mutation(
        "another repository is read where a hook names one",
        "deploys/git.py",
        'if not name.startswith("GIT_")',
        "if name",
        (*AGAINST, "-k", "hook"),
    ),
    Mutation(
        "a revision may be an option",
        "deploys/git.py",
        'if not ref or ref.startswith("-") or not ref.isprintable():',
        "if not ref:",
        (*AGAINST, "-k", "no_revision"),
    ),
    Mutation(
        "a file that has changed is taken for the same",
        "deploys/against.py",
        ".hexdigest() == blob.name",
        '.hexdigest() != ""',
        RULES,
    ),
    Mutation(
        "a constant for the new class is no old class",
        "deploys/rules/classes.py",
        "return [one for one in missing if one.name not in made]",
        "return missing",
        (*AGAINST, "-k", "what_counts"),
    ),
    Mutation(
        "a class of that name anywhere is the old class",
        "deploys/rules/classes.py",
        "around if one[1] else (*around, one[2].decode())",
        "around if one[1] else (one[2].decode(),)",
        (*AGAINST, "-k", "what_counts"),
    ),
    Mutation(
        "the last step of a change is reported for ever",
        "deploys/rules/arguments.py",
        "and not (given and min(given) >= after.least)",
        "",
        (*AGAINST, "-k", "what_counts"),
    ),
    Mutation(
        "arguments that changed places are not told",
        "deploys/rules/arguments.py",
        "after.names.index(one) != at",
        "after.names.index(one) > at + 1",
        RULES,
    ),
    Mutation(
        "the old class is not a subclass",
        "deploys/handover.py",
        "class {own} < {parent}",
        "class {own}",
        RENAME,
    ),
    Mutation(
        "a constant of another namespace is renamed as well",
        "deploys/references.py",
        "elif resolved(written, _around(source, node), names) == old:",
        'elif written.endswith(old.rpartition("::")[2]):',
        (*RENAME, "-k", "reference"),
    ),
    Mutation(
        "the old class goes while it is still named",
        "deploys/renaming.py",
        "if found.lines:",
        "if found.lines and found.unsure:",
        (*RENAME, "-k", "stays"),
    ),
    Mutation(
        "callers are switched before the old class hands over",
        "deploys/renaming.py",
        "if parent != new or own.perform is not None:",
        "if own.perform is None and parent != new:",
        (*RENAME, "-k", "refused"),
    ),
    Mutation(
        "the record stays with the old name",
        "deploys/records.py",
        "book.changed({entry.key: None, renamed.key: renamed})",
        "book.changed({renamed.key: renamed})",
        (*RENAME, "-k", "record"),
    ),
    Mutation(
        "a file that was edited counts as unedited once its job has another name",
        "deploys/records.py",
        "or identity(left.before) not in ids",
        "",
        RENAME,
    ),
    Mutation(
        "places are named in an order that changes from run to run",
        "deploys/concerned.py",
        "return sorted(found, key=lambda push: (push.path, push.line))",
        "return found",
        ARGUMENT,
    ),
    Mutation(
        "an argument is required that callers do not hand over",
        "deploys/parameters.py",
        "push.shapes is not None and len(push.shapes) <= at",
        "push.shapes is not None and len(push.shapes) < at",
        (*ARGUMENT, "-k", "life"),
    ),
    Mutation(
        "an argument goes that callers still hand over",
        "deploys/parameters.py",
        "if giving:",
        "if giving and parameter in perform.names[:-1]:",
        (*ARGUMENT, "-k", "life"),
    ),
    Mutation(
        "a new argument hides what perform calls",
        "deploys/parameters.py",
        "if parameter in perform.names or uses(perform, parameter):",
        "if parameter in perform.names:",
        (*ARGUMENT, "-k", "refused"),
    ),
)
