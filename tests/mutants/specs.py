"""Wrong changes in how the specs of the house are read, and a spec is written in its form."""

from __future__ import annotations

from mutants.runner import Mutation

SPECS = ("tests/unit/test_specs.py",)
MOCHA = ("tests/unit/test_mocha.py",)
FACTORIES = ("tests/unit/test_factories.py",)

SPEC_MUTATIONS = (
    Mutation(
        "a spec requires nothing though nothing requires its helper",
        "rails/house/specs.py",
        "helper if helper.value or self._helped else",
        "helper if True else",
        SPECS,
    ),
    Mutation(
        "what asks a hook stands among what runs the job",
        "ruby/spec_forms.py",
        "inside = [one for one in examples if not _HOOK.search(one)]",
        "inside = examples",
        SPECS,
    ),
    Mutation(
        "the job takes the name of a record of its spec",
        "ruby/spec_forms.py",
        'if re.search(rf"\\b{style.instance}\\b", source):',
        "if False:",
        SPECS,
    ),
    Mutation(
        "Mocha stubs where the lockfile does not have it",
        "rails/house/specs.py",
        "one.doubles if self._mocha else None",
        "one.doubles",
        MOCHA,
    ),
    Mutation(
        "the lookup finds its record under any key",
        "ruby/mocha.py",
        'found: ["", f".with(',
        'found: ["", f".without(',
        MOCHA,
    ),
    Mutation(
        "a factory makes a record of a class that does not inherit from the model",
        "rails/factories.py",
        "[factory for factory in factories if factory.model in heirs]",
        "[factory for factory in factories if fold(factory.names[0]) in own]",
        FACTORIES,
    ),
)
