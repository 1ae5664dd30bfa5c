"""Wrong changes to the report of a move, and to the rules on what a release no longer takes."""

from __future__ import annotations

from mutants.runner import Mutation

REPORT = ("tests/unit/test_upgrade.py",)
REQUIREMENTS = ("tests/unit/test_requirements.py",)
REMOVED = ("tests/unit/test_rules_removed.py",)
PARAMS = ("tests/unit/test_rules_params.py",)

MOVE_MUTATIONS = (
    Mutation(
        "a report that names what comes first ends as if there were nothing",
        "cli/upgrade_report.py",
        "return FOUND if found.first else 0",
        "return 0",
        REPORT,
    ),
    Mutation(
        "what is wrong today already is told as news",
        "upgrade/touched.py",
        "if _place(one) not in before:",
        "if True:",
        REPORT,
    ),
    Mutation(
        "what can be bundled neither now nor then is told as news",
        "upgrade/pairs.py",
        "if rails and pair and pair != impossible_pair(now.version, rails.version):",
        "if rails and pair:",
        REPORT,
    ),
    Mutation(
        "a gem of a branch is judged by its number",
        "upgrade/pairs.py",
        'if gem.source != "gem":',
        "if False:",
        REPORT,
    ),
    Mutation(
        "a gem that the Gemfile asks for is said to go",
        "upgrade/orphans.py",
        "or lockfile.is_direct(_REDIS):",
        "or False:",
        REPORT,
    ),
    Mutation(
        "the newest image of a major version is taken for its first",
        "upgrade/surroundings.py",
        'else f"~> {numbers}.0"',
        'else f"= {numbers}"',
        REPORT,
    ),
    Mutation(
        "~> 6.5 allows 7",
        "sidekiq/requirements.py",
        "numbers = list(bound.release[:-1] or bound.release)",
        "numbers = list(bound.release[:1])\n    numbers[0] += 1",
        REQUIREMENTS,
    ),
    Mutation(
        "two requirements that no version fulfils are possible at once",
        "sidekiq/requirements.py",
        "allows(first, version) and allows(second, version)",
        "allows(first, version) or allows(second, version)",
        REQUIREMENTS,
    ),
    Mutation(
        "a branch that asks for the version is not heeded",
        "check/settings.py",
        "if condition is not None and condition != node and _ASKING.search(nodes.text(condition)):",
        "if False:",
        REMOVED,
    ),
    Mutation(
        "a comparison with 1 is taken for a branch on the number",
        "check/rules/redis_calls.py",
        'return nodes.text(nodes.field(above, "operator")) in {"&&", "||", "and", "or"}',
        "return True",
        REMOVED,
    ),
    Mutation(
        "a rescue around the app's own Redis is taken for Sidekiq's",
        "check/rules/redis_calls.py",
        "if _pushes_or_asks(body) and not any(own in body for own in _OWN_REDIS):",
        "if _pushes_or_asks(body):",
        REMOVED,
    ),
    Mutation(
        "milliseconds that are divided are told all the same",
        "check/rules/job_data.py",
        'in {"-", "+"}',
        'in {"-", "+", "/"}',
        REMOVED,
    ),
    Mutation(
        "a handler that takes any number of arguments is told",
        "check/rules/error_handlers.py",
        'any(one.type == "splat_parameter" for one in parameters.named_children)',
        "False",
        REMOVED,
    ),
    Mutation(
        "a hash with indifferent access passes",
        "check/rules/params.py",
        "refused = {_PARAMETERS, _INDIFFERENT} if exact else {_PARAMETERS}",
        "refused = {_PARAMETERS}",
        PARAMS,
    ),
)
