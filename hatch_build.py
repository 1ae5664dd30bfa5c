"""What the build adds to a wheel: every template as Jinja has compiled it, and the list of them."""

from __future__ import annotations

import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

HEAD = '"""The templates as Jinja has compiled them: written by the build."""\n\n'


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
        jinja2.TemplateSyntaxError: one cannot be compiled.
    """
    sys.path.insert(0, str(root / "generator"))
    from sidekiq_gen.ruby.environment import declared, environment, line_of_jinja, paths

    environment().compile_templates(folder, zip=None, ignore_errors=False)
    lines = [f"    {path!r}: {tuple(sorted(declared(path)))!r},\n" for path in sorted(paths())]
    text = f"{HEAD}JINJA = {line_of_jinja()!r}\nDECLARED = {{\n{''.join(lines)}}}\n"
    (folder / "__init__.py").write_text(text, encoding="utf-8")
