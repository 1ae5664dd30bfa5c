"""Holds what a package index reads of a release against its rules, and the description against what it can show.

    python release/metadata.py [FOLDER]

FOLDER (dist/ unless said otherwise) holds one wheel and one sdist. Both carry the same metadata, in a version that
uploaders and mirrors of recent years read. An index shows the description, which comes from README.md, on a page of its
own: a relative link leads nowhere there, and a relative image is broken. Where the metadata names the repository, what
points into it has to be there in the commit that is checked out, down to the heading.
"""

from __future__ import annotations

import itertools
import re
import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING

from markdown_it import MarkdownIt
from packaging.errors import ExceptionGroup
from packaging.metadata import Metadata

if TYPE_CHECKING:
    from collections.abc import Callable

    from markdown_it.token import Token

ROOT = Path(__file__).resolve().parents[1]
# Twine reads 2.5 from 7.0.0 on (pypa/twine#1327); hatchling writes it by default.
NEWEST = (2, 4)
ADDRESSES = re.compile(r"""\b(?:href|src|srcset)\s*=\s*["']?([^"'\s>]+)""")


def main(folder: Path) -> None:
    """Check the wheel and the sdist of a folder.

    Raises:
        SystemExit: something is wrong, and what.
    """
    wheel, sdist = (next(folder.glob(pattern)) for pattern in ("*.whl", "*.tar.gz"))
    text = of_wheel(wheel)
    wrong = problems(text) or astray(text, committed)
    if of_sdist(sdist) != text:
        wrong.append("The metadata of the sdist is not that of the wheel.")
    if wrong:
        sys.exit("\n".join(wrong))
    named = Metadata.from_email(text, validate=True).project_urls
    sys.stdout.write("The metadata is valid, and every link of the description leads somewhere.\n")
    sys.stdout.write(f"The address of the repository: {named['Source'] if named else 'none'}\n")


def of_wheel(path: Path) -> bytes:
    """METADATA of a wheel."""
    with zipfile.ZipFile(path) as archive:
        return archive.read(next(name for name in archive.namelist() if name.endswith(".dist-info/METADATA")))


def of_sdist(path: Path) -> bytes:
    """PKG-INFO of an sdist."""
    with tarfile.open(path) as archive:
        file = archive.extractfile(f"{path.name.removesuffix('.tar.gz')}/PKG-INFO")
        return file.read() if file else b""


def problems(text: bytes) -> list[str]:
    """What an index would refuse, or show broken; a sentence each. text: METADATA of a wheel."""
    try:
        metadata = Metadata.from_email(text, validate=True)
    except ExceptionGroup as group:
        return [f"The metadata is not valid: {error}" for error in group.exceptions]
    wrong = []
    if tuple(map(int, metadata.metadata_version.split("."))) > NEWEST:
        wrong.append(f"Metadata {metadata.metadata_version} is newer than what most tools read.")
    if metadata.description_content_type != "text/markdown" or not (metadata.description or "").strip():
        wrong.append("There is no description in Markdown.")
    return wrong + [f"The description has a link that leads nowhere: {one}" for one in dead(metadata.description or "")]


def dead(markdown: str) -> list[str]:
    """The addresses of links and images, in Markdown or HTML, that are neither absolute nor within the text."""
    return [address for address in addresses(markdown) if not re.match(r"https?://|mailto:|#", address)]


def addresses(markdown: str) -> list[str]:
    """Where links and images lead, in Markdown or HTML."""
    tokens = parsed(markdown)
    found = [str(token.attrs[name]) for token in tokens for name in ("href", "src") if name in token.attrs]
    for token in tokens:
        if token.type in {"html_block", "html_inline"}:
            found += ADDRESSES.findall(token.content)
    return found


def parsed(markdown: str) -> list[Token]:
    """The tokens of a text, those inside others as well."""
    blocks = MarkdownIt("commonmark").enable("table").parse(markdown)
    return [token for block in blocks for token in (block, *(block.children or ()))]


def astray(text: bytes, read: Callable[[str], bytes | None]) -> list[str]:
    """What points into the repository and finds nothing there; a sentence each.

    text: METADATA of a wheel, which is valid. read: what a path of the repository has; None: nothing is there.
    """
    metadata = Metadata.from_email(text, validate=True)
    named = metadata.project_urls or {}
    source = named.get("Source")
    if not source:
        return []
    inside = re.compile(rf"{re.escape(source)}/(?:blob|raw)/v{re.escape(str(metadata.version))}/([^#]+)#?(.*)")
    every = [*named.values(), *addresses(metadata.description or "")]
    wrong = []
    for address in (one for one in every if one.startswith(f"{source}/") and one != named["Issues"]):
        found = inside.fullmatch(address)
        content = read(found[1]) if found else None
        if not found or content is None or (found[2] and found[2] not in headings(content.decode())):
            wrong.append(f"This is not in the commit: {address}")
    return wrong


def headings(markdown: str) -> set[str]:
    """What the headings of a page are linked by: "What it does" is ``what-it-does``."""
    tokens = parsed(markdown)
    titles = [after.content for token, after in itertools.pairwise(tokens) if token.type == "heading_open"]
    return {re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-") for title in titles}


def committed(path: str) -> bytes | None:
    """What a file has in the commit that is checked out; None: there is no such file."""
    command = ["git", "-c", "safe.directory=*", "show", f"HEAD:{path}"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, check=False)
    return None if done.returncode else done.stdout


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT / "dist")
