"""The docs as a site: it is built without a network, loads nothing from elsewhere, and a wrong link ends the build."""

from __future__ import annotations

import importlib.util
import json
import os
import re
import subprocess
import sys
from html.parser import HTMLParser
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
# Whoever looks for another host is told that there is none.
BUILD = """
import runpy, sys

def no_network(event, arguments):
    if event in {"socket.connect", "socket.getaddrinfo"}:
        raise OSError(f"{event}: {arguments}")

sys.addaudithook(no_network)
runpy.run_module("mkdocs", run_name="__main__", alter_sys=True)
"""
WRONG = """
[no page](missing.md), [no heading](README.md#missing), [a file that is no page](../pyproject.toml)

![no picture](missing.svg)
"""


class Loads(HTMLParser):
    """What a browser fetches for a page, without being asked to."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.found: set[str] = set()
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        named = given.get("href") if tag == "link" and given.get("rel") not in {"prev", "next"} else given.get("src")
        if named:
            self.found.add(named)


def run(*command: str) -> subprocess.CompletedProcess[str]:
    if importlib.util.find_spec("mkdocs") is None:
        there = sys.version_info >= (3, 11) and os.environ.get("CI")
        (pytest.fail if there else pytest.skip)("mkdocs is not installed: make site")
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False, stdin=subprocess.DEVNULL)


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("site")
    done = run(sys.executable, "-c", BUILD, "build", "--site-dir", str(folder))
    assert done.returncode == 0, done.stderr
    return folder


def test_the_pages_load_nothing_from_elsewhere(site: Path) -> None:
    pages = {path: Loads(path.read_text(encoding="utf-8")).found for path in site.rglob("*.html")}
    styles = [
        found for path in site.rglob("*.css") for found in re.findall(r"url\(['\"]?([^)'\"]+)", path.read_text("utf-8"))
    ]
    outside = re.compile(r"(?!data:)[a-z]+:|//", re.IGNORECASE)

    assert len(pages) > 10
    assert all(any(load.endswith("iframe-worker.js") for load in loads) for loads in pages.values())
    assert [load for load in {*styles, *set().union(*pages.values())} if outside.match(load)] == []


def test_everything_that_a_page_loads_is_there(site: Path) -> None:
    for page in site.rglob("*.html"):
        if page.name != "404.html":  # a server's, with addresses from its root
            loads = Loads(page.read_text(encoding="utf-8")).found
            assert [load for load in loads if not (page.parent / load.partition("?")[0]).exists()] == []


def test_the_search_knows_every_page_and_can_be_read_from_a_folder(site: Path) -> None:
    index = json.loads((site / "search/search_index.json").read_text(encoding="utf-8"))
    found = {entry["location"].partition("#")[0] or "index.html" for entry in index["docs"]}

    assert found == {path.relative_to(site).as_posix() for path in site.rglob("*.html")} - {"404.html"}
    assert (site / "search/search_index.js").read_text(encoding="utf-8").startswith("var __index = ")
    assert any(entry["location"] == "rules/symbol-argument.html#what-to-do" for entry in index["docs"])


def test_each_code_has_an_anchor_and_is_found_by_its_name(site: Path) -> None:
    index = json.loads((site / "search/search_index.json").read_text(encoding="utf-8"))
    found = {entry["location"]: entry for entry in index["docs"]}
    page = (site / "errors.html").read_text(encoding="utf-8")
    codes = re.findall(r"^\| `([a-z-]+)` \|", (ROOT / "docs/errors.md").read_text(encoding="utf-8"), re.MULTILINE)

    assert len(codes) > 200
    assert [code for code in codes if page.count(f'id="{code}"') != 1] == []
    assert [code for code in codes if found[f"errors.html#{code}"]["title"] != code] == []
    assert "not a valid queue name" in found["errors.html#invalid-queue"]["text"]


def test_code_in_a_table_is_shown_as_on_github(site: Path) -> None:
    assert r"`--lock-scope transaction\|session`" in (ROOT / "docs/job.md").read_text(encoding="utf-8")

    assert "<code>--lock-scope transaction|session</code>" in (site / "job.html").read_text(encoding="utf-8")


def test_links_between_the_root_and_docs_lead_to_pages(site: Path) -> None:
    start = (site / "index.html").read_text(encoding="utf-8")

    assert 'href="check.html"' in start
    assert 'href="CONTRIBUTING.html"' in start


def test_make_site_fails_on_a_wrong_link_and_on_a_page_outside_the_navigation(tmp_path: Path) -> None:
    docs = tmp_path / "docs"
    docs.mkdir()
    (docs / "wrong.md").write_text(WRONG, encoding="utf-8")
    (docs / "alone.md").write_text("# Alone\n", encoding="utf-8")
    (docs / "found").mkdir()
    (docs / "found/one.md").write_text("# One\n", encoding="utf-8")
    (tmp_path / "mkdocs.yml").write_text(
        f"INHERIT: {ROOT}/mkdocs.yml\nhooks: [{ROOT}/docs/site_pages.py]\ndocs_dir: docs\nextra_css: []\n"
        "nav: [README.md, CHANGELOG.md, CONTRIBUTING.md, SECURITY.md, wrong.md, gone.md, Found: [found/*.md]]\n",
        encoding="utf-8",
    )

    options = f"SITE=--config-file {tmp_path}/mkdocs.yml --site-dir {tmp_path}/site"

    # What is installed here is taken as it is: -o.
    done = run(
        "make", "-o", ".venv/ready", "-o", ".venv/ready-for-site", f"BIN={Path(sys.executable).parent}", "site", options
    )

    said = done.stdout
    assert done.returncode == 2
    assert "/site/index.html" not in said
    assert "'missing.md', but the target is not found" in said
    assert "'README.md#missing', but the doc 'README.md' does not contain an anchor '#missing'" in said
    assert "'../pyproject.toml'" in said
    assert "'missing.svg'" in said
    assert "gone.md" in said
    assert "alone.md" in said
    assert "found/" not in said


def test_readme_shows_the_picture_of_a_run() -> None:
    picture = (ROOT / "docs/run.svg").read_text(encoding="utf-8")

    assert "](docs/run.svg)" in (ROOT / "README.md").read_text(encoding="utf-8")
    assert ">app/jobs/charge_customer_job.rb</text>" in picture
    assert "order.reload.charged_at?" in picture
