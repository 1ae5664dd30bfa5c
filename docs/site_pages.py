"""A hook of mkdocs: pages of the site that are files of the root, and links between the two."""

from __future__ import annotations

import json
import posixpath
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mkdocs.structure.files import File, Files

if TYPE_CHECKING:
    from mkdocs.config.defaults import MkDocsConfig
    from mkdocs.structure.pages import Page

ROOT = Path(__file__).parents[1]
PAGES = ("README.md", "CHANGELOG.md", "CONTRIBUTING.md", "SECURITY.md")
_LINK = re.compile(r"(?<=\]\()(?![a-z]+:|#)([^)#\s]+)")
_IMAGE = re.compile(r'(?<=src=")(?![a-z]+:)([^"]+)')
CODES = "errors.md"
_CODE = re.compile(r"<tr>(?=\s*<td><code>([a-z]+(?:-[a-z]+)*)</code></td>)")
_CELL = re.compile(r"<td>(?:(?!</td>|<pre).)*</td>")
_WORD = re.compile(r"<code>([^<\s]{1,26})</code>")
_ROW = re.compile(r'<tr id="(?P<code>[a-z-]+)">\s*<td>.*?</td>(?P<rest>.*?)</tr>', re.DOTALL)
_ANY_TAG = re.compile(r"<[^>]+>")
_TAG = re.compile(r"<(details|table|tr|td)>")


def on_config(config: MkDocsConfig) -> None:
    """Replaces each entry of the navigation that has a `*` by the pages that it matches, by name."""
    config.nav = _spread(config.nav or [], Path(config.docs_dir))


def _spread(entries: list[Any], folder: Path) -> list[Any]:
    spread: list[Any] = []
    for entry in entries:
        if isinstance(entry, str) and "*" in entry:
            spread += sorted(path.relative_to(folder).as_posix() for path in folder.glob(entry))
        elif isinstance(entry, dict):
            spread.append(
                {title: _spread(below, folder) if isinstance(below, list) else below for title, below in entry.items()}
            )
        else:
            spread.append(entry)
    return spread


def on_page_content(html: str, page: Page, config: MkDocsConfig, files: Files) -> str:  # noqa: ARG001 - mkdocs' names
    r"""Gives each row of a code an anchor, such as ``errors.html#invalid-queue``, and shows code as GitHub does.

    In code inside a table, ``\|`` stands for ``|``. Short code stays on one line.
    """
    if page.file.src_uri == CODES:
        anchored: set[str] = set()

        def anchor(row: re.Match[str]) -> str:
            if row[1] in anchored:  # it stands in two tables
                return row[0]
            anchored.add(row[1])
            return f'<tr id="{row[1]}">'

        html = _CODE.sub(anchor, html)
    html = _CELL.sub(lambda cell: cell[0].replace(r"\|", "|"), html)
    return _WORD.sub(r'<code class="word">\1</code>', html)


def on_post_build(config: MkDocsConfig) -> None:
    """Lets a search find each code: as the title of an entry, since a word in a long table counts for little."""
    site = Path(config.site_dir)
    index = site / "search/search_index.json"
    known = json.loads(index.read_text(encoding="utf-8"))
    uri = Path(CODES).with_suffix(".html").as_posix()
    page = (site / uri).read_text(encoding="utf-8") if (site / uri).exists() else ""
    for row in _ROW.finditer(page):
        text = _ANY_TAG.sub("", row["rest"]).strip()
        known["docs"].append({"location": f"{uri}#{row['code']}", "title": row["code"], "text": text})
    index.write_text(json.dumps(known), encoding="utf-8")


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Adds the pages of the root."""
    for name in PAGES:
        files.append(File.generated(config, name, abs_src_path=str(ROOT / name)))
    return files


def on_page_markdown(markdown: str, page: Page, config: MkDocsConfig, files: Files) -> str:  # noqa: ARG001 - mkdocs' names
    """Turns links of the repo into links of the site, and lets Markdown be read inside HTML, as GitHub does.

    In a search, the many pages of rules come after the others.
    """
    uri = page.file.src_uri
    if uri.startswith("rules/"):
        page.meta["search"] = {"boost": 0.3}  # the guides come first
    folder = posixpath.dirname(uri if uri in PAGES else f"docs/{uri}")

    def turned(link: re.Match[str]) -> str:
        target = posixpath.normpath(posixpath.join(folder, link[1]))
        if target not in PAGES and not target.startswith("docs/"):
            return link[1]
        return posixpath.relpath(target.removeprefix("docs/"), posixpath.dirname(uri) or ".")

    return _TAG.sub(r"<\1 markdown>", _IMAGE.sub(turned, _LINK.sub(turned, markdown)))
