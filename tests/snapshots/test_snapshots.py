from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from support import compiled
from support.cases import Case, all_cases
from support.install_cases import InstallCase, install_cases
from support.shown import NOT_READ, choose, elsewhere, read, sections, sections_of

if TYPE_CHECKING:
    from types import ModuleType

    from pytest_snapshot.plugin import Snapshot

FOLDER = Path(__file__).with_name("rendered")
ELSEWHERE = elsewhere()
SHOWN = [case for case in read() if case.name not in ELSEWHERE]
ASK = "`make snapshots` writes down which cases have one"


def shown(name: str) -> list[str]:
    """The files in the snapshot of a case."""
    return sections_of((FOLDER / f"{name}.txt").read_text(encoding="utf-8"))


@pytest.fixture(scope="session")
def templates_of_a_wheel(tmp_path_factory: pytest.TempPathFactory) -> ModuleType:
    return compiled.compile_templates(tmp_path_factory.mktemp("wheel"))


# These are rendered by what the build compiles, all others here by Jinja from the sources: one text for both.
@pytest.mark.parametrize("case", SHOWN, ids=lambda case: case.name)
def test_a_case_renders_what_it_rendered_before(
    case: Case,
    tmp_path: Path,
    snapshot: Snapshot,
    templates_of_a_wheel: ModuleType,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    compiled.use(templates_of_a_wheel, monkeypatch)
    snapshot.snapshot_dir = FOLDER
    texts = [f"$ sidekiq-gen {case.line}\n", *sections(case.run(tmp_path))]

    snapshot.assert_match("\n".join(texts), f"{case.name}.txt")


@pytest.mark.parametrize("case", [case for case in read() if case.name in ELSEWHERE], ids=lambda case: case.name)
def test_a_case_without_a_snapshot_renders_what_others_show(case: Case, tmp_path: Path) -> None:
    texts = sections(case.run(tmp_path))

    for text, name in zip(texts, ELSEWHERE[case.name], strict=True):
        assert text in shown(name), f"differs from {name}: {ASK}"


def test_every_snapshot_shows_a_file_that_no_other_shows() -> None:
    assert choose({case.name: shown(case.name) for case in SHOWN}) == {}, ASK


def test_every_case_is_read_or_is_a_pair_or_a_triple() -> None:
    names = {case.name for case in SHOWN} | set(ELSEWHERE)

    assert [case.name for case in all_cases() if case.name not in names and not case.name.startswith(NOT_READ)] == []
    assert names <= {case.name for case in all_cases()}


def test_there_is_no_snapshot_of_anything_else() -> None:
    names = {case.name for case in SHOWN} | {case.name for case in install_cases()}

    assert {path.stem for path in FOLDER.glob("*.txt")} == names


@pytest.mark.parametrize("case", install_cases(), ids=lambda case: case.name)
def test_an_installation_is_what_it_was_before(case: InstallCase, tmp_path: Path, snapshot: Snapshot) -> None:
    snapshot.snapshot_dir = FOLDER
    texts = [f"$ sidekiq-gen {case.line}\n"]
    texts += [f"--- {path}\n{text}" for path, text in case.render(tmp_path).items()]

    snapshot.assert_match("\n".join(texts), f"{case.name}.txt")
