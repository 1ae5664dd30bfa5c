"""The templates as a wheel has them, for tests of a checkout."""

from __future__ import annotations

import sys
from importlib.machinery import SourceFileLoader
from importlib.util import module_from_spec, spec_from_loader
from pathlib import Path
from typing import TYPE_CHECKING

from sidekiq_gen.ruby import library, runtime

if TYPE_CHECKING:
    from types import ModuleType

    import pytest

ROOT = Path(__file__).resolve().parents[2]


def build_hook() -> ModuleType:
    """The hook of the build, hatch_build.py, which is no package."""
    loader = SourceFileLoader("hatch_build", str(ROOT / "hatch_build.py"))
    spec = spec_from_loader("hatch_build", loader)
    assert spec
    module = module_from_spec(spec)
    loader.exec_module(module)
    return module


def compile_templates(folder: Path) -> ModuleType:
    """The package of all compiled templates, written into a folder as the build writes it."""
    package = folder / "compiled"
    package.mkdir()
    build_hook().write(ROOT, package)
    loader = SourceFileLoader(runtime.COMPILED, str(package / "__init__.py"))
    spec = spec_from_loader(runtime.COMPILED, loader, is_package=True)
    assert spec
    module = module_from_spec(spec)
    loader.exec_module(module)
    return module


def use(compiled: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    """Have the command render these, as an installed wheel does."""
    runtime.template.cache_clear()
    monkeypatch.setitem(sys.modules, runtime.COMPILED, compiled)
    monkeypatch.setattr(library, "_built", lambda: compiled)
