"""The wrong changes to lists of jobs, and to what is remembered from one job to the next."""

from __future__ import annotations

from mutants.runner import Mutation

UNIT = "tests/unit"
MANY = (f"{UNIT}/test_many.py",)
NEIGHBOURS = (f"{UNIT}/test_neighbours.py",)
MEMORY = (f"{UNIT}/test_memory.py",)

LIST_MUTATIONS = (
    Mutation(
        "the second of two jobs of one name replaces the first",
        "job/many.py",
        "if first != index:",
        "if first > index:",
        MANY,
    ),
    Mutation(
        "the jobs of a list are written although one cannot be had",
        "job/many.py",
        "    if making.faults:\n        raise",
        "    if not making.jobs:\n        raise",
        MANY,
    ),
    Mutation(
        "of two texts for one file the first is written",
        "job/many.py",
        "if before.text != file.text:",
        "if before.path != file.path:",
        MANY,
    ),
    Mutation(
        "a switch that is false is overruled by the settings",
        "job/many.py",
        "sorted(job.off & defaults.values.keys())",
        "sorted(job.off & listed.defaults.keys())",
        MANY,
    ),
    Mutation(
        "two migrations of a list have one version",
        "job/migrations.py",
        "    names = (*app.names(folder), *planned)",
        "    names = (*app.names(folder), *list(planned)[:0])",
        MANY,
    ),
    Mutation(
        "a column that another job adds is added again",
        "job/migrations.py",
        "            return True\n        if isinstance(need, Column)",
        "            return False\n        if isinstance(need, Column)",
        MANY,
    ),
    Mutation(
        "a header in a text over several lines begins a job",
        "toml.py",
        'return "\\n" * text.count("\\n") or text',
        "return text",
        MANY,
    ),
    Mutation(
        "the unknown words of a new job are forgotten",
        "rails/house/neighbours.py",
        "unknown = (UNKNOWN,) if",
        "unknown = () if",
        NEIGHBOURS,
    ),
    Mutation(
        "what is remembered for some arguments is given for all",
        "memory.py",
        "key = (arguments, *named.items()) if named else arguments",
        "key = arguments",
        MEMORY,
    ),
)
