"""Every rendered spec is green on the real releases, and red for the job without one of its patterns."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from live import rendered
from live.rubocop import lay_out, rubocop, ruby_warnings
from live.specs import run_specs
from sidekiq_gen.job.patterns.catalogue import PATTERNS

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from live.app import App
    from live.processes import Processes
    from live.report import Note
    from live.roots import Variant
    from live.specs import Framework, Report
    from support.cases import Case


def of_framework(cases: Iterable[Case], framework: Framework, folder: Path) -> list[rendered.Rendered]:
    made = [
        rendered.render(case, folder / str(number))
        for number, case in enumerate(cases)
        if case.repo.rspec == (framework == "rspec") and case.repo.adapter == "pg"
    ]
    assert len(made) > 30
    return made


def run(
    processes: Processes,
    variant: Variant,
    app: App,
    framework: Framework,
    files: dict[str, str],
    *,
    until_failure: bool = False,
) -> Report:
    app.write(files)
    return run_specs(processes, variant, app, framework, until_failure=until_failure)


@pytest.mark.parametrize("framework", ["rspec", "minitest"])
def test_every_rendered_spec_is_green(
    processes: Processes, variant: Variant, app: App, framework: Framework, tmp_path: Path, promise: Note
) -> None:
    made = of_framework(rendered.cases(variant), framework, tmp_path)

    report = run(processes, variant, app, framework, {path: text for one in made for path, text in one.files.items()})

    for kind, pattern in sorted({(one.kind, pattern) for one in made for pattern in (*one.patterns, "none")}):
        own = [
            one
            for one in made
            if one.kind == kind and (pattern in one.patterns or (pattern == "none" and not one.patterns))
        ]
        promise(variant, kind, pattern, f"its {framework} spec is green", len(own))
    assert report.failures == []
    assert "unknown OID" not in report.output
    assert sorted(report.files) == sorted(one.spec for one in made)
    assert all(report.files.values())


@pytest.mark.parametrize("framework", ["rspec", "minitest"])
def test_a_job_without_one_of_its_patterns_fails_its_spec(
    processes: Processes, variant: Variant, app: App, framework: Framework, tmp_path: Path, promise: Note
) -> None:
    mutants: dict[str, str] = {}
    files: dict[str, str] = {}
    unseen: set[str] = set()
    for one in of_framework(rendered.share_of_cases(variant), framework, tmp_path):
        for pattern in one.patterns:
            spec = one
            if pattern != one.patterns[0]:  # each mutant has a name of its own
                whole = replace(one.case, job=f"{one.case.job}No{pattern.replace('-', '').capitalize()}")
                spec = rendered.render(whole, tmp_path)
            poorer = rendered.render(rendered.without(spec.case, pattern), tmp_path)
            assert spec.files[spec.job] != poorer.files[poorer.job]
            if spec.files[spec.spec] == poorer.files[poorer.spec]:
                unseen.add(pattern)
                continue
            files |= {poorer.job: poorer.files[poorer.job], spec.spec: spec.files[spec.spec]}
            mutants[spec.spec] = f"{one.case.name} without {pattern}"

    report = run(processes, variant, app, framework, files, until_failure=True)

    promise(variant, "record", "every pattern", f"its {framework} spec fails without it", len(mutants))
    survivors = [
        name for spec, name in mutants.items() if all(example.status == "passed" for example in report.files[spec])
    ]
    assert survivors == []
    assert unseen == {pattern.name for pattern in PATTERNS if pattern.unseen}  # their scenarios show what they do
    assert len(mutants) > 30


@pytest.mark.parametrize("framework", ["rspec", "minitest"])
def test_a_job_whose_work_fails_fails_its_spec(
    processes: Processes, variant: Variant, app: App, framework: Framework, tmp_path: Path, promise: Note
) -> None:
    every = (*rendered.share_of_cases(variant), *rendered.row_cases(variant), *rendered.key_cases(variant))
    first: dict[str, str] = {}
    for number, case in enumerate(every):
        if case.repo.rspec != (framework == "rspec") or case.repo.adapter not in {"pg", "sqlite3"}:
            continue
        one = rendered.render(case, tmp_path / str(number))
        wrong = rendered.with_work(one.files, 'raise "the work is wrong"')
        app.write(one.files | wrong)
        specs = [one.spec_of(path) for path, text in wrong.items() if text != one.files[path]]
        first |= {spec: rendered.first_example(one.files[spec]) for spec in specs}

    # The first example of each is enough: rspec runs it before the others, Minitest alone.
    report = run_specs(
        processes,
        variant,
        app,
        framework,
        sorted(first),
        until_failure=framework == "rspec",
        examples={*first.values()},
    )

    promise(variant, "all", "every combination", f"its {framework} spec fails where the work does", len(first))
    survivors = [
        f"{spec}: {name}"
        for spec, name in first.items()
        if "failed" not in [example.status for example in report.files[spec] if example.is_called(name)]
    ]
    assert survivors == []
    assert len(first) > 60


def test_the_mark_is_read_again_inside_the_lock(
    processes: Processes, variant: Variant, app: App, tmp_path: Path
) -> None:
    again = [
        one
        for one in of_framework(rendered.share_of_cases(variant), "rspec", tmp_path)
        if ".reload.charged_at?" in one.files[one.job]
    ]
    # A record that does the work itself is watched, and a stale copy of it is not: such a spec has no such example.
    made = [one for one in again if "--calls Order#" not in one.case.arguments]
    files = {
        path: text.replace(".reload.charged_at?", ".charged_at?") for one in made for path, text in one.files.items()
    }

    report = run(processes, variant, app, "rspec", files, until_failure=True)

    survivors = [one.case.name for one in made if all(e.status == "passed" for e in report.files[one.spec])]
    assert survivors == []
    assert len(made) > 5


@pytest.mark.parametrize("framework", ["rspec", "minitest"])
def test_what_is_rendered_for_mysql_is_green_on_mariadb(
    processes: Processes, variant: Variant, mysql_app: App, framework: Framework, tmp_path: Path, promise: Note
) -> None:
    mysql = [
        replace(case, repo=replace(case.repo, adapter="mysql2"))
        for case in rendered.cases(variant)
        if case.repo.rspec == (framework == "rspec")
        and ("--lock-scope session" in case.arguments or "--row-lock" in case.arguments)
    ]
    made = [rendered.render(case, tmp_path / str(number)) for number, case in enumerate(mysql)]

    files = {path: text for one in made for path, text in one.files.items()}
    report = run(processes, variant, mysql_app, framework, files)

    promise(variant, "record", "session and row locks", f"its {framework} spec is green on MariaDB", len(made))
    assert report.failures == []
    assert sorted(report.files) == sorted(one.spec for one in made)
    assert len(made) > 5


def test_the_youngest_rubocop_and_its_rails_cops_find_nothing(
    processes: Processes, variant: Variant, forky: Variant, tmp_path: Path, promise: Note
) -> None:
    made = (
        rendered.render(replace(case, repo=replace(case.repo, quotes=None, comment=None)), tmp_path / str(number)).files
        for number, case in enumerate(rendered.cases(variant))
    )
    folder = lay_out(tmp_path / "rendered", made)

    offenses = rubocop(processes, forky, folder) + ruby_warnings(processes, forky, folder)

    promise(
        variant,
        "all",
        "every combination",
        "RuboCop 1.91 with rubocop-rails finds nothing",
        len(list(folder.rglob("*.rb"))),
    )
    assert [str(offense) for offense in offenses] == []
