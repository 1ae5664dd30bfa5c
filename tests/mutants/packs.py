"""The wrong changes to templates of a repo and to packs: which counts, what they may do, what is checked."""

from __future__ import annotations

from mutants.runner import Mutation

UNIT = "tests/unit"
OVERRIDES = (f"{UNIT}/test_overrides.py", "-k", "not hostile")
HOSTILE = (f"{UNIT}/test_overrides.py", "-k")
PACKS = (f"{UNIT}/test_packs.py",)

PACK_MUTATIONS = (
    Mutation(
        "the built-in macro beats that of the repo",
        "ruby/templates.py",
        "for origin in reversed(origins(path, layers))",
        "for origin in origins(path, layers)",
        OVERRIDES,
    ),
    Mutation(
        "a pack beats the repo",
        "rails/app.py",
        "return (own, *of_pack) if own else of_pack",
        "return (*of_pack, own) if own else of_pack",
        PACKS,
    ),
    Mutation(
        "a method of a text may make it as long as it likes",
        "ruby/sandbox.py",
        'return attr in methods or (attr in getattr(obj, "_fields", ()))',
        'return attr in methods or not attr.startswith("_")',
        (*HOSTILE, "hostile and method"),
    ),
    Mutation(
        "a file of the repo names a pack anywhere on the disk",
        "packs/found.py",
        "if inside is not None and not reading.is_within",
        "if inside is None and not reading.is_within",
        PACKS,
    ),
    Mutation(
        "a value goes into Ruby whatever it looks like",
        "packs/shapes.py",
        "if isinstance(text, str) and not (len(text) <= LONGEST and",
        "if isinstance(text, str) and not (len(text) <= LONGEST or",
        PACKS,
    ),
    Mutation(
        "an attribute that has to be there is left out",
        "job/attributes.py",
        "if value is None and attribute.required:",
        "if value is None and not attribute.required:",
        PACKS,
    ),
    Mutation(
        "a pack takes a flag that there is",
        "job/packs.py",
        "if asked.flag.option in options:",
        "if asked.name in options:",
        PACKS,
    ),
    Mutation(
        "a pattern of a pack needs nothing",
        "job/patterns/declared.py",
        "if needs.needs_databases and context.database not in needs.needs_databases:",
        "if needs.needs_databases and context.database is None:",
        PACKS,
    ),
    Mutation(
        "names that the house takes meet those of arguments",
        "job/names.py",
        'folders += ["house/"] if layers else []',
        'folders += ["house/"] if not layers else []',
        PACKS,
    ),
    Mutation(
        "a pack for other releases is taken",
        "packs/declared.py",
        "if not fits:",
        "if fits is None:",
        PACKS,
    ),
    Mutation(
        "a copy of an old original is not told",
        "packs/copied.py",
        "if original is None or fingerprint(original) != claim[1]:",
        "if original is None:",
        OVERRIDES,
    ),
)
