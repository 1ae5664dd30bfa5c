"""What is known to be clean is not looked at again, anything else is."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from support import clean
from support.clean import Clean, rubocop_version

if TYPE_CHECKING:
    from pathlib import Path

ONE, OTHER = ("app/jobs/a_job.rb", "class AJob\nend\n"), ("app/jobs/b_job.rb", "class BJob\nend\n")


@pytest.fixture(autouse=True)
def _in_a_folder_of_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clean, "FOLDER", tmp_path / "clean")


def test_only_what_is_kept_is_known() -> None:
    assert Clean("style", "1.39").without([ONE, OTHER]) == [ONE, OTHER]
    Clean("style", "1.39").keep([ONE])

    assert Clean("style", "1.39").without([ONE, OTHER]) == [OTHER]
    assert Clean("another", "1.39").without([ONE]) == [ONE]


@pytest.mark.parametrize("text", [(ONE[0], OTHER[1]), (OTHER[0], ONE[1]), (ONE[0], ONE[1] + "\n")])
def test_another_path_or_text_is_not_known(text: tuple[str, str]) -> None:
    Clean("style", "1.39").keep([ONE])

    assert Clean("style", "1.39").without([text]) == [text]


def test_what_another_version_said_does_not_count() -> None:
    Clean("style", "1.39").keep([ONE])

    assert Clean("style", "1.40").without([ONE]) == [ONE]


def test_what_is_no_longer_rendered_is_forgotten() -> None:
    Clean("style", "1.39").keep([ONE])
    Clean("style", "1.39").keep([OTHER])

    assert Clean("style", "1.39").without([ONE]) == [ONE]


def test_the_version_names_the_parser_and_ruby() -> None:
    assert "Parser" in rubocop_version()
    assert "ruby" in rubocop_version()
