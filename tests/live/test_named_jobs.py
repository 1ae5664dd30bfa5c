"""Jobs whose arguments and models are called what the templates' own Ruby is called: their specs are green."""

from __future__ import annotations

import random
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import inflection
import pytest

from live import rendered
from live.specs import run_specs
from sidekiq_gen.job.kinds.catalogue import KINDS
from sidekiq_gen.naming import camelize
from sidekiq_gen.reserved import CORE_CONSTANTS
from support.command import sidekiq_gen
from support.identifiers import variables

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from live.app import App
    from live.processes import Processes
    from live.report import Note
    from live.roots import Variant
    from live.specs import Framework

ARGUMENTS, MODELS = 40, 20  # for each kind
TYPES = ("string", "integer", "date", "array", "decimal")
# What is laid over the jobs, in turn, by what they are about.
FLAGS = {
    "record": (
        "",
        "--advisory-lock --check-then-act charged_at --idempotency-key",
        "--row-lock --on-exhausted --mark-failed failed_at --log-context",
        "--discard-on PaymentGateway::CardDeclined --retry-after PaymentGateway::RateLimited",
    ),
    "nothing": ("", "--advisory-lock", "--log-context --on-exhausted", "--retry-after PaymentGateway::RateLimited"),
    "rows": ("", "--check-then-act charged_at"),
}
MODEL = "# frozen_string_literal: true\n\nclass {} < ApplicationRecord\nend\n"
TABLES = """# frozen_string_literal: true

%w[{}].map(&:tableize).uniq.each do |name|
  ActiveRecord::Base.connection.create_table(name) do |t|
    t.datetime :charged_at
    t.datetime :processed_at
    t.datetime :failed_at
  end
end
"""


@dataclass
class Made:
    """What was rendered. files: path below the app -> text. lines: path of a spec -> its command line."""

    files: dict[str, str] = field(default_factory=dict)
    lines: dict[str, str] = field(default_factory=dict)
    kinds: list[str] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)


def lines() -> Iterator[tuple[str, str, str]]:
    """Of each command line the kind, the word that is tried, and what follows the name; the same in every run."""
    chance = random.Random(9)  # noqa: S311 - no secret
    models = [word for word in variables() if camelize(word) not in CORE_CONSTANTS and not word.endswith("_id")]
    for kind in KINDS:
        model = "" if kind.about == "nothing" else "--model Order"
        for number, word in enumerate(chance.sample(variables(), ARGUMENTS)):
            flags = FLAGS[kind.about][number % len(FLAGS[kind.about])]
            yield kind.name, word, f"{word}:{TYPES[number % len(TYPES)]} {model} --kind {kind.name} {flags}"
        for number, word in enumerate(chance.sample(models, MODELS) if kind.about != "nothing" else ()):
            flags = FLAGS[kind.about][number % len(FLAGS[kind.about])]
            yield kind.name, camelize(word), f"--model {camelize(word)} --kind {kind.name} {flags}"


def render(variant: Variant, framework: Framework, folder: Path) -> Made:
    """Every command line in a repo of its own, with a model of that name where it is about one."""
    made, models = Made(), []
    for number, (kind, word, arguments) in enumerate(lines()):
        case = rendered.scenario(variant, arguments)
        case = rendered.target(case, variant, f"SettleAccounts{number}")
        files = (
            {f"app/models/{inflection.underscore(word)}.rb": MODEL.format(word)}
            if f"--model {word} " in arguments
            else {}
        )
        place = replace(case.repo, rspec=framework == "rspec", files=files)
        root = place.write(folder / str(number))
        before = set(root.rglob("*"))
        done = sidekiq_gen(root, "job", case.job, *arguments.split(), "--no-input")
        assert done.status in {0, 1, 2}, f"{arguments}\n{done.err}"
        if done.status:
            made.refused.append(f"{arguments}: {done.err.splitlines()[0]}")
            continue
        new = {path.relative_to(root).as_posix(): path for path in root.rglob("*.rb") if path not in before}
        made.files |= files | {path: file.read_text(encoding="utf-8") for path, file in new.items()}
        made.lines |= {path: arguments for path in new if not path.startswith("app/")}
        made.kinds.append(kind)
        models += [word] if files else []
    made.files["db/schema/zz_names.rb"] = TABLES.format(" ".join(dict.fromkeys(models)))
    return made


@pytest.mark.parametrize("framework", ["rspec", "minitest"])
def test_specs_are_green_whatever_an_argument_or_a_model_is_called(
    processes: Processes, forky: Variant, app: App, framework: Framework, tmp_path: Path, promise: Note
) -> None:
    made = render(forky, framework, tmp_path)
    app.write(made.files)

    report = run_specs(processes, forky, app, framework)

    for kind in KINDS:
        count = made.kinds.count(kind.name)
        promise(forky, kind.name, "none", f"its {framework} spec is green with names of the templates", count)
        assert count > ARGUMENTS // 2, made.refused
    red = sorted({made.lines.get(failure.partition(": ")[0], failure) for failure in report.failures})
    assert not red, "\n".join([f"{len(red)} of {len(made.lines)}:", *red, *report.failures[:20]])
    assert sorted(report.files) == sorted(made.lines)
    assert all(report.files.values())
