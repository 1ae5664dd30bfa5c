"""What a tag, the metadata and the workflows are held to before anything is published."""

from __future__ import annotations

import re
import runpy
import shutil
from email import message_from_string
from pathlib import Path
from typing import Any

import pytest
import yaml
from hatchling.metadata.core import ProjectMetadata
from hatchling.metadata.spec import construct_metadata_file_2_4
from hatchling.plugin.manager import PluginManager

from sidekiq_gen import __version__

ROOT = Path(__file__).parents[2]
NOTES = runpy.run_path(str(ROOT / "release/notes.py"))
METADATA = runpy.run_path(str(ROOT / "release/metadata.py"))
WORKFLOWS = sorted((ROOT / ".github/workflows").glob("*.yml"))
CHANGES = (
    "# Changelog\n\n## Unreleased\n\n## 1.2.0 - 2026-03-01\n\n### Added\n\n- A.\n\n## 1.1.0 - 2026-01-01\n\n- B.\n"
)
ADDRESS = "https://code.example/owner/name"
TAG = f"v{__version__}"
README = """# A

See [the
page](docs/a.md#b), [it](https://docs.example/), [below](#below) and ![a picture](docs/a.svg).

```ruby
rows[0](docs/a.md)
```

<img alt="b" src="docs/b.svg" width="9"> and <source srcset="docs/c.svg"> and <img src="https://docs.example/d.svg">
"""
ALONE = """# A

See the
page, [it](https://docs.example/), [below](#below) and .

```ruby
rows[0](docs/a.md)
```

 and  and <img src="https://docs.example/d.svg">
"""
ABSOLUTE = f"""# A

See [the
page]({ADDRESS}/blob/{TAG}/docs/a.md#b), [it](https://docs.example/), [below](#below) and \
![a picture]({ADDRESS}/raw/{TAG}/docs/a.svg).

```ruby
rows[0](docs/a.md)
```

<img alt="b" src="{ADDRESS}/raw/{TAG}/docs/b.svg" width="9"> and <source srcset="{ADDRESS}/raw/{TAG}/docs/c.svg"> and \
<img src="https://docs.example/d.svg">
"""
URLS = [
    f"Source, {ADDRESS}",
    f"Documentation, {ADDRESS}/blob/{TAG}/README.md",
    f"Changelog, {ADDRESS}/blob/{TAG}/CHANGELOG.md",
    f"Issues, {ADDRESS}/issues",
]
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


def sources(folder: Path, readme: str = README) -> Path:
    (folder / "generator/sidekiq_gen").mkdir(parents=True)
    for name in ("pyproject.toml", "hatch_build.py", "LICENSE", "generator/sidekiq_gen/__init__.py"):
        shutil.copy(ROOT / name, folder / name)
    (folder / "README.md").write_text(readme, encoding="utf-8")
    return folder


def metadata_of(folder: Path, address: str | None, monkeypatch: pytest.MonkeyPatch) -> str:
    """METADATA of a wheel or PKG-INFO of an sdist, as hatchling writes it when the folder is built."""
    if address is None:
        monkeypatch.delenv("SIDEKIQ_GEN_ADDRESS", raising=False)
    else:
        monkeypatch.setenv("SIDEKIQ_GEN_ADDRESS", address)
    return construct_metadata_file_2_4(ProjectMetadata(str(folder), PluginManager()))


@pytest.mark.parametrize(
    ("address", "urls", "description"),
    [
        (None, None, ALONE),
        ("", None, ALONE),
        (ADDRESS, URLS, ABSOLUTE),
        (f"{ADDRESS}/", URLS, ABSOLUTE),
    ],
)
def test_links_and_addresses_of_the_metadata_come_from_the_address_of_the_repository(
    address: str | None, urls: list[str] | None, description: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = metadata_of(sources(tmp_path), address, monkeypatch)

    read = message_from_string(text)
    assert read.get_all("Project-URL") == urls
    assert read.get_payload() == description
    assert read["Version"] == __version__
    assert "Dynamic" not in read


@pytest.mark.parametrize("address", ["code.example/owner/name", "https://code.example", "https://code.example/a b/c"])
def test_what_is_no_address_ends_the_build(address: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(ValueError, match="SIDEKIQ_GEN_ADDRESS is no address of a repository: "):
        metadata_of(sources(tmp_path), address, monkeypatch)


@pytest.mark.parametrize("then", [None, ADDRESS, "https://else.example/another/one"])
@pytest.mark.parametrize("first", [None, ADDRESS])
def test_a_wheel_says_what_the_sdist_says_that_it_is_built_from(
    first: str | None, then: str | None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    sdist = sources(tmp_path)
    said = metadata_of(sdist, first, monkeypatch)
    (sdist / "PKG-INFO").write_text(said, encoding="utf-8")

    assert metadata_of(sdist, then, monkeypatch) == said


@pytest.mark.parametrize("address", [None, ADDRESS])
def test_every_link_of_readme_leads_somewhere_in_the_metadata(
    address: str | None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def in_the_checkout(path: str) -> bytes | None:
        return (ROOT / path).read_bytes() if (ROOT / path).is_file() else None

    folder = sources(tmp_path, (ROOT / "README.md").read_text(encoding="utf-8"))
    text = metadata_of(folder, address, monkeypatch).encode()

    assert METADATA["problems"](text) == []
    assert METADATA["astray"](text, in_the_checkout) == []
    assert (f"]({ADDRESS}/blob/{TAG}/docs/".encode() in text) == bool(address)


@pytest.mark.parametrize(
    ("link", "wrong"),
    [
        ("blob/v1.2.0/docs/a.md", False),
        ("blob/v1.2.0/docs/a.md#what-it-costs-and---why", False),
        ("raw/v1.2.0/docs/a.md", False),
        ("issues", False),
        ("blob/v1.2.0/docs/a.md#gone", True),
        ("blob/v1.2.0/docs/b.md", True),
        ("blob/v1.1.0/docs/a.md", True),
        ("docs/a.md", True),
    ],
)
def test_what_points_into_the_repository_is_in_the_commit(link: str, wrong: bool) -> None:  # noqa: FBT001 - a column
    files = {"docs/a.md": b"# A\n\n## What it `costs`, and - why?\n"}
    urls = f"Project-URL: Source, {ADDRESS}\nProject-URL: Issues, {ADDRESS}/issues\n"
    text = VALID.rstrip() + f"\n{urls}\nSee [it]({ADDRESS}/{link}) and [that]({ADDRESS}s/else.md).\n"

    said = METADATA["astray"](text.encode(), files.get)

    assert said == [f"This is not in the commit: {ADDRESS}/{link}"] * wrong


def test_an_address_in_the_metadata_is_looked_up_in_the_commit_as_well() -> None:
    urls = f"Project-URL: Source, {ADDRESS}\nProject-URL: Issues, {ADDRESS}/issues\n"
    urls += f"Project-URL: Changelog, {ADDRESS}/blob/v1.2.0/CHANGELOG.md\n"

    said = METADATA["astray"]((VALID.rstrip() + f"\n{urls}\nText.\n").encode(), {}.get)

    assert said == [f"This is not in the commit: {ADDRESS}/blob/v1.2.0/CHANGELOG.md"]


def test_the_workflow_tells_the_build_where_the_repository_is() -> None:
    release = yaml.safe_load((ROOT / ".github/workflows/release.yml").read_text(encoding="utf-8"))

    said = release["jobs"]["build"]["env"]
    assert said == {"SIDEKIQ_GEN_ADDRESS": "${{ github.server_url }}/${{ github.repository }}"}


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


def test_the_job_that_publishes_the_site_runs_nothing_of_the_repository() -> None:
    site = yaml.safe_load((ROOT / ".github/workflows/site.yml").read_text(encoding="utf-8"))
    jobs = site["jobs"]

    assert site["permissions"] == {}
    assert jobs["build"]["permissions"] == {"contents": "read"}
    assert jobs["build"]["if"] == "vars.PUBLISH_SITE == 'true'"
    assert [step for step in jobs["deploy"]["steps"] if "run" in step or "checkout" in step["uses"]] == []
    assert jobs["deploy"]["needs"] == "build"
    assert re.search(r"^site:", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE)


def test_the_workflow_tries_every_supported_python() -> None:
    classifiers = re.findall(r":: (3\.\d+)\"", (ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    (setup,) = [
        step for _, step in steps(ROOT / ".github/workflows/release.yml") if "setup-python" in step.get("uses", "")
    ]

    assert sorted(setup["with"]["python-version"].split()) == sorted(classifiers)
