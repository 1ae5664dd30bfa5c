"""What a tag, the metadata and the workflows are held to before anything is published."""

from __future__ import annotations

import re
import runpy
from pathlib import Path
from typing import Any

import pytest
import yaml

from sidekiq_gen import __version__

ROOT = Path(__file__).parents[2]
NOTES = runpy.run_path(str(ROOT / "release/notes.py"))
METADATA = runpy.run_path(str(ROOT / "release/metadata.py"))
WORKFLOWS = sorted((ROOT / ".github/workflows").glob("*.yml"))
CHANGES = (
    "# Changelog\n\n## Unreleased\n\n## 1.2.0 - 2026-03-01\n\n### Added\n\n- A.\n\n## 1.1.0 - 2026-01-01\n\n- B.\n"
)
VALID = "Metadata-Version: 2.4\nName: sidekiq-gen\nVersion: 1.2.0\nDescription-Content-Type: text/markdown\n\n"


def test_the_notes_of_a_release_are_its_section() -> None:
    assert NOTES["notes"]("v1.2.0", "1.2.0", CHANGES) == "### Added\n\n- A.\n"


@pytest.mark.parametrize(
    ("tag", "version", "changes", "said"),
    [
        ("1.2.0", "1.2.0", CHANGES, "The tag 1.2.0 is not that of the package, v1.2.0."),
        ("v1.2.0", "1.3.0", CHANGES, "The tag v1.2.0 is not that of the package, v1.3.0."),
        ("v1.3.0", "1.3.0", CHANGES, "CHANGELOG.md begins with 1.2.0 - 2026-03-01, not with 1.3.0 and a date."),
        ("v1.1.0", "1.1.0", CHANGES, "CHANGELOG.md begins with 1.2.0 - 2026-03-01, not with 1.1.0 and a date."),
        ("v1.2.0", "1.2.0", CHANGES.replace(" - 2026-03-01", ""), "begins with 1.2.0, not with 1.2.0 and a date"),
        ("v1.2.0", "1.2.0", CHANGES.replace("Unreleased\n", "Unreleased\n\n- New.\n"), "has changes under Unreleased"),
        ("v1.2.0", "1.2.0", "# Changelog\n", "CHANGELOG.md begins with nothing"),
    ],
)
def test_a_tag_that_does_not_fit_is_refused(tag: str, version: str, changes: str, said: str) -> None:
    with pytest.raises(ValueError, match=re.escape(said)):
        NOTES["notes"](tag, version, changes)


def test_the_changelog_and_the_package_agree() -> None:
    headings = re.findall(r"^## (.+)$", (ROOT / "CHANGELOG.md").read_text(encoding="utf-8"), re.MULTILINE)
    released = [heading for heading in headings if heading != "Unreleased"]

    assert headings[0] == "Unreleased"
    assert headings.count("Unreleased") == 1
    assert [heading for heading in released if not NOTES["DATED"].fullmatch(heading)] == []
    assert released == [] or released[0].startswith(f"{__version__} - ")
    assert NOTES["package_version"]() == __version__


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (
            f"{VALID}See [the page](https://docs.example/x), [below](#below) and ![it](https://docs.example/x.svg).\n",
            [],
        ),
        (f"{VALID}See [the page](docs/x.md).\n", ["docs/x.md"]),
        (f"{VALID}![it](docs/x.svg)\n", ["docs/x.svg"]),
        (f'{VALID}Here <a href="docs/x.md">it</a> is.\n\n<p><img width="9" src="y.svg"></p>\n', ["docs/x.md", "y.svg"]),
        (f"{VALID}```\n[no](link)\n```\n", []),
    ],
)
def test_links_of_the_description_lead_somewhere(text: str, said: list[str]) -> None:
    wrong = METADATA["problems"](text.encode())

    assert wrong == [f"The description has a link that leads nowhere: {address}" for address in said]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (VALID.replace("2.4", "2.5") + "Text.\n", "Metadata 2.5 is newer than what most tools read."),
        (VALID.replace("Version: 1.2.0", "Version: one") + "Text.\n", "The metadata is not valid: 'one' is invalid"),
        (VALID.replace("text/markdown", "text/plain") + "Text.\n", "There is no description in Markdown."),
        (VALID, "There is no description in Markdown."),
    ],
)
def test_metadata_that_an_index_or_a_tool_would_refuse(text: str, said: str) -> None:
    (wrong,) = METADATA["problems"](text.encode())

    assert wrong.startswith(said)


def steps(path: Path) -> list[tuple[str, dict[str, Any]]]:
    read = yaml.safe_load(path.read_text(encoding="utf-8"))
    jobs = read.get("jobs") or {"action": read["runs"]}
    return [(name, step) for name, job in jobs.items() for step in job["steps"]]


@pytest.mark.parametrize("path", [*WORKFLOWS, ROOT / "action.yml"], ids=lambda path: path.name)
def test_what_github_runs_is_pinned_and_takes_no_script_from_outside(path: Path) -> None:
    lines = re.findall(r"uses: (.*)", path.read_text(encoding="utf-8"))

    assert lines
    assert [line for line in lines if not re.fullmatch(r"[\w-]+/[\w-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+", line)] == []
    assert [step for _, step in steps(path) if "${{" in step.get("run", "")] == []
    checkouts = [step for _, step in steps(path) if step.get("uses", "").startswith("actions/checkout@")]
    assert [step for step in checkouts if step["with"]["persist-credentials"] is not False] == []


def test_the_job_that_publishes_runs_nothing_of_the_repository_and_alone_may_identify_itself() -> None:
    release = yaml.safe_load((ROOT / ".github/workflows/release.yml").read_text(encoding="utf-8"))
    jobs = release["jobs"]

    assert release["permissions"] == {}
    assert [name for name, job in jobs.items() if "id-token" in job["permissions"]] == ["publish"]
    assert [step for step in jobs["publish"]["steps"] if "run" in step] == []
    assert jobs["publish"]["needs"] == "build"
    assert "make release" in [step.get("run") for step in jobs["build"]["steps"]]


def test_the_workflow_tries_every_supported_python() -> None:
    classifiers = re.findall(r":: (3\.\d+)\"", (ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    (setup,) = [
        step for _, step in steps(ROOT / ".github/workflows/release.yml") if "setup-python" in step.get("uses", "")
    ]

    assert sorted(setup["with"]["python-version"].split()) == sorted(classifiers)
