"""What the build adds to a wheel: every template as Jinja has compiled it, and the list of them."""

from __future__ import annotations

import re
import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

HEAD = '"""The templates as Jinja has compiled them: written by the build."""\n\n'
# Names in branches that are never taken: nothing is escaped as HTML, and every filter is there.
UNREACHED = ("Markup", "internalcode", "TemplateRuntimeError")


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
