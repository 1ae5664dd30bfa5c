"""A hook of mkdocs: pages of the site that are files of the root, and links between the two."""

from __future__ import annotations

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


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Adds the pages of the root."""
    for name in PAGES:
        files.append(File.generated(config, name, abs_src_path=str(ROOT / name)))
    return files


def on_page_markdown(markdown: str, page: Page, config: MkDocsConfig, files: Files) -> str:  # noqa: ARG001 - mkdocs' names
    """Turns links of the repo into links of the site, and lets Markdown be read inside HTML, as GitHub does."""
    uri = page.file.src_uri
    folder = posixpath.dirname(uri if uri in PAGES else f"docs/{uri}")

    def turned(link: re.Match[str]) -> str:
        target = posixpath.normpath(posixpath.join(folder, link[1]))
        if target not in PAGES and not target.startswith("docs/"):
            return link[1]
        return posixpath.relpath(target.removeprefix("docs/"), posixpath.dirname(uri) or ".")

    return _TAG.sub(r"<\1 markdown>", _IMAGE.sub(turned, _LINK.sub(turned, markdown)))
