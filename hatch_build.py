"""What the build adds: the description with links that work elsewhere, and every template as Jinja has compiled it."""

from __future__ import annotations

import os
import re
import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface
from hatchling.metadata.plugin.interface import MetadataHookInterface

ADDRESS = "SIDEKIQ_GEN_ADDRESS"  # a variable with where the repository is on the web: https://HOST/OWNER/NAME
HEAD = '"""The templates as Jinja has compiled them: written by the build."""\n\n'
# Names in branches that are never taken: nothing is escaped as HTML, and every filter is there.
UNREACHED = ("Markup", "internalcode", "TemplateRuntimeError")


# Code in a fence is left as it is; then an image, a link, and what HTML loads or links to.
RELATIVE = re.compile(
    r"""
      ^```.*?^```
    | (?P<image>!\[[^\[\]]*\]\() (?!https?:) (?P<picture>[^()\s]+) \)
    | \[(?P<text>[^\[\]]+)\]\( (?!https?:|mailto:|\#) (?P<page>[^()\s]+) \)
    | (?P<element><(?:img|source)\b[^>]*?\bsrc(?:set)?=") (?!https?:) (?P<source>[^"\s]+) (?P<rest>"[^>]*>)
    """,
    re.MULTILINE | re.DOTALL | re.VERBOSE,
)


class Description(MetadataHookInterface):
    """Gives the metadata README.md as its description, and the addresses of the project where one is known.

    What an sdist says of itself holds for the wheel that is built from it: hatchling takes it from PKG-INFO before it
    asks (`ProjectMetadata.core_raw_metadata` in hatchling/metadata/core.py).
    """

    PLUGIN_NAME = "custom"

    def update(self, metadata: dict[str, Any]) -> None:
        """Set ``readme`` and ``urls``.

        Raises:
            ValueError: SIDEKIQ_GEN_ADDRESS is set, and is no address.
        """
        if "readme" not in metadata:
            address, tag = os.environ.get(ADDRESS, "").rstrip("/"), f"v{metadata['version']}"
            text = (Path(self.root) / "README.md").read_text(encoding="utf-8")
            metadata["readme"] = {"content-type": "text/markdown", "text": description(text, address, tag)}
            metadata["urls"] = urls(address, tag)
        metadata.setdefault("urls", {})


def urls(address: str, tag: str) -> dict[str, str]:
    """The addresses of the project, by the labels that a package index knows; none without an address.

    Raises:
        ValueError: the address is set, and is none.
    """
    if not address:
        return {}
    if not re.fullmatch(r"https://[^\s/<>()]+(/[^\s/<>()]+)+", address):
        raise ValueError(f"{ADDRESS} is no address of a repository: {address}")
    return {
        "Source": address,
        "Documentation": f"{address}/blob/{tag}/README.md",
        "Changelog": f"{address}/blob/{tag}/CHANGELOG.md",
        "Issues": f"{address}/issues",
    }


def description(readme: str, address: str, tag: str) -> str:
    """README.md for a page that stands alone.

    Relative links and images point into the repository at the tag; without an address, a link becomes its text and an
    image is left out.
    """

    def replaced(found: re.Match[str]) -> str:
        if found["page"]:
            return f"[{found['text']}]({address}/blob/{tag}/{found['page']})" if address else found["text"]
        if found["picture"]:
            return f"{found['image']}{address}/raw/{tag}/{found['picture']})" if address else ""
        if found["source"]:
            return f"{found['element']}{address}/raw/{tag}/{found['source']}{found['rest']}" if address else ""
        return found[0]

    return RELATIVE.sub(replaced, readme)


class CompiledTemplates(BuildHookInterface):  # type: ignore[type-arg] # generic in its configuration
    """Compiles the templates into a wheel; a checkout that is installed as it is renders its sources."""

    PLUGIN_NAME = "custom"
    _folder: TemporaryDirectory[str] | None = None

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Write them into a folder, which becomes ``sidekiq_gen/compiled`` in the wheel."""
        if version == "editable":
            return
        self._folder = TemporaryDirectory()
        write(Path(self.root), Path(self._folder.name))
        build_data["force_include"][self._folder.name] = "sidekiq_gen/compiled"

    def finalize(self, version: str, build_data: dict[str, Any], artifact_path: str) -> None:
        """Remove the folder."""
        del version, build_data, artifact_path
        if self._folder:
            self._folder.cleanup()


def write(root: Path, folder: Path) -> None:
    """Compile the templates of a checkout: the same bytes from the same sources.

    root: of the checkout. folder: where the modules go.

    Raises:
        jinja2.TemplateSyntaxError: one cannot be compiled. ValueError: one needs more of Jinja than the package has
        without it.
    """
    sys.path.insert(0, str(root / "generator"))
    from sidekiq_gen.ruby.environment import built_in, declared, environment, own_paths
    from sidekiq_gen.ruby.runtime import module_name

    paths = sorted(own_paths())
    lines = [f"    {path!r}: {tuple(sorted(declared(path)))!r},\n" for path in paths]
    (folder / "__init__.py").write_text(f"{HEAD}DECLARED = {{\n{''.join(lines)}}}\n", encoding="utf-8")
    for path in paths:
        text = of_the_runtime(environment().compile(str(built_in(path)), path, raw=True, defer_init=True))
        (folder / f"{module_name(path)}.py").write_text(text, encoding="utf-8")


def of_the_runtime(compiled: str) -> str:
    """A module as Jinja has compiled it, taking from `sidekiq_gen.ruby.runtime` what it would take from Jinja.

    Raises:
        ValueError: it uses something that is not there.
    """
    from jinja2.runtime import exported

    from sidekiq_gen.ruby.runtime import PROVIDED, environment

    line, _, rest = compiled.partition("\n")
    if not line.startswith("from jinja2.runtime import "):
        raise ValueError(f"Jinja has another way to begin what it compiles: {line}")
    lacking = {name for name in exported if re.search(rf"\b{name}\b", rest)} - {*PROVIDED, *UNREACHED}
    lacking |= set(re.findall(r"environment\.filters\['(\w+)'\]", rest)) - set(environment.filters)
    lacking |= set(re.findall(r"environment\.tests\['(\w+)'\]", rest))
    if lacking:
        raise ValueError(f"a template needs {', '.join(sorted(lacking))}, which sidekiq_gen/ruby/runtime.py lacks")
    return f"from sidekiq_gen.ruby.runtime import {', '.join(PROVIDED)}\n{rest}"
