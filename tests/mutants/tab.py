"""The wrong changes to what is known of a repo, to near misses, and to what a shell is answered."""

from __future__ import annotations

from mutants.runner import Mutation

UNIT = "tests/unit"
KNOWN = (f"{UNIT}/test_known.py",)
NEAR = (f"{UNIT}/test_near.py",)
TAB = (f"{UNIT}/test_completion.py",)

TAB_MUTATIONS = (
    Mutation(
        "a column that Rails sets itself is offered as a mark",
        "job/known_columns.py",
        "if not _NO_MARK.fullmatch(one.value)",
        "if one.value",
        KNOWN,
    ),
    Mutation(
        "a column that no flag can name is offered",
        "job/suggestion.py",
        "if column.type.startswith(kinds) and _is_column(name)",
        "if column.type.startswith(kinds)",
        KNOWN,
    ),
    Mutation(
        "an error that passes by itself is offered as one to give up on",
        "job/known.py",
        "for name in sorted(OF_RUBYS_LIBRARIES) if not _PASSES.search(name)",
        "for name in sorted(OF_RUBYS_LIBRARIES)",
        KNOWN,
    ),
    Mutation(
        "a model called Error makes its heirs errors",
        "rails/error_names.py",
        "near = (",
        "near = () and (",
        KNOWN,
    ),
    Mutation(
        "what cannot be shown may have been meant",
        "near.py",
        "if len(one) > LONGEST or not one.isprintable():",
        "if len(one) > LONGEST:",
        NEAR,
    ),
    Mutation(
        "of an error of a gem it is said that it is not there",
        "job/error_notices.py",
        "return not inner or bool(app.constants.definers.get(outermost))",
        "return True",
        NEAR,
    ),
    Mutation(
        "bash is answered what it keeps anyway",
        "cli/shells.py",
        "_in_bash(value.removeprefix(asked.kept))",
        "_in_bash(value)",
        TAB,
    ),
    Mutation(
        "zsh is handed what it would evaluate",
        "cli/shells.py",
        "if value == _plain(value, _PLAIN)",
        "if value",
        TAB,
    ),
    Mutation(
        "fish offers files where none are meant",
        "cli/shells.py",
        "return (1 if complete(_asked_in_text()).files else 0)",
        "return (1 if not [*complete(_asked_in_text()).values] else 0)",
        TAB,
    ),
    Mutation(
        "a code that is on the line is offered again",
        "cli/codes.py",
        "if rule.code not in named and",
        "if",
        TAB,
    ),
    Mutation(
        "rules that run anyway are offered for --also",
        "cli/codes.py",
        'not (parameter == "also" and rule.on)',
        "True",
        TAB,
    ),
    Mutation(
        "an option is offered that is on the line",
        "cli/completion.py",
        'if word.kind == "list" or word.parameter not in self.given',
        "if word.names",
        TAB,
    ),
    Mutation(
        "the folder of a path that is given for a name is forgotten",
        "job/resolve.py",
        "split_path(typed)[0] or usual.value",
        "usual.value",
        NEAR,
    ),
)
