"""Wrong changes to the rules of `check` on jobs, what they are handed, schedules and queues."""

from __future__ import annotations

from mutants.runner import Mutation

ARGUMENTS = ("tests/unit/test_rules_arguments.py",)
JOBS = ("tests/unit/test_rules_jobs.py",)
SCHEDULES = ("tests/unit/test_rules_schedules.py",)

JOB_RULE_MUTATIONS = (
    Mutation(
        "perform_inline refuses what other pushes refuse, in every release",
        "check/rules/arguments.py",
        "return context.strict and (push.method not in _INLINE or",
        "return context.strict and (True or",
        ARGUMENTS,
    ),
    Mutation(
        "strict arguments that are switched off are not seen",
        "check/switches.py",
        "strict = said[1] is None",
        "strict = True",
        ARGUMENTS,
    ),
    Mutation(
        "a method is read again for each of its locals",
        "check/shapes.py",
        "@lru_cache(maxsize=1)",
        "@lru_cache(maxsize=0)",
        ARGUMENTS,
    ),
    Mutation(
        "a parameter that is set again is what it is set to",
        "check/shapes.py",
        "for name in _names(parameters) if parameters is not None else ():",
        "for name in ():",
        ARGUMENTS,
    ),
    Mutation(
        "a class that turns its arguments round itself is judged by what its callers hand it",
        "check/engine.py",
        "own = bool(finding.method) and index.defines(name, finding.method)",
        "own = False",
        ARGUMENTS,
    ),
    Mutation(
        "a block that may give something else is judged by its last value",
        "check/pushes.py",
        "if made and not _leaves(made) else None",
        "if made else None",
        JOBS,
    ),
    Mutation(
        "what a branch of sidekiq_retry_in gives is not seen",
        "check/nodes.py",
        'branches = [one for one in body.named_children if one.type in {"when", "else"}]',
        "branches: list[Node] = []",
        JOBS,
    ),
    Mutation(
        "a method is public whatever is said after it",
        "check/jobs.py",
        "                word = nodes.method_name(call)\n",
        "                pass\n",
        JOBS,
    ),
    Mutation(
        "a job that others inherit from has to have a perform",
        "check/rules/job_class.py",
        "job.name in heirs or",
        "",
        JOBS,
    ),
    Mutation(
        "a day of the week behind seconds is a zone",
        "check/cron.py",
        ' and not _pattern("day of the week").fullmatch(fields[-1])',
        "",
        SCHEDULES,
    ),
    Mutation(
        "what ERB computes is counted as if it were written out",
        "check/schedules.py",
        'computed = "<%" in below',
        "computed = False",
        SCHEDULES,
    ),
    Mutation(
        "a process that gets queues from a variable works on those that are read",
        "rails/queues.py",
        "complete = not any(process.computed for process in processes)",
        "complete = True",
        SCHEDULES,
    ),
    Mutation(
        "Capistrano and charts start no processes",
        "check/rules/served_queues.py",
        "or started_elsewhere(app)",
        "",
        SCHEDULES,
    ),
)
