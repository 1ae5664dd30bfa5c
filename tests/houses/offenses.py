"""RuboCop of the youngest live root, with a house's own configuration, over some of its files.

Nothing of a house is executed: its Gemfile is emptied, and cops of its own are left out.
"""

from __future__ import annotations

import json
import re
import shutil
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import yaml

from live.rubocop import Offense

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from pathlib import Path

    from live.processes import Processes
    from live.roots import Variant

LIMIT = 580.0  # seconds
TRIES = 40  # so many entries of a configuration may be unknown to this RuboCop
GEMS = ".houses-gems"
OF_ROOT = ("rubocop", "rubocop-rails", "rubocop-rspec", "rubocop-minitest")
# Writes a gem specification without dependencies for each folder, so that RuboCop finds the gem by its name.
REGISTER = f"""
module Kernel; def `(*) = ""; end # git, which lists files that are not needed
%w[gems specifications].each {{ |folder| FileUtils.mkdir_p("/app/{GEMS}/#{{folder}}") }}
Dir["/app/*/*.gemspec"].each do |file|
  spec = Dir.chdir(File.dirname(file)) {{ Gem::Specification.load(file) }} or abort("cannot read #{{file}}")
  spec.dependencies.clear
  spec.files = spec.executables = []
  FileUtils.ln_s("../../#{{File.basename(File.dirname(file))}}", "/app/{GEMS}/gems/#{{spec.full_name}}")
  File.write("/app/{GEMS}/specifications/#{{spec.full_name}}.gemspec", spec.to_ruby)
end
"""
STANDARD = ("standard", "standard-custom", "standard-performance")
_COP = re.compile(r"`(?P<name>[A-Z]\w+(?:/\w+)*/(?:\w+|\*))`")
_PARAMETER = re.compile(r"obsolete parameter `?(?P<key>\w+)`? \(for `?(?P<name>[\w/]+)`?\)")
_REQUIRED = re.compile(
    r"^ *(?:- *|require: *|plugins: *)[\"']?(?P<name>\./\S+(?<!\.yml)|(?:rubocop|standard)[-/\w]*?)[\"']?:? *$"
)


@dataclass(frozen=True)
class Linter:
    """RuboCop, and gems of cops and configurations: name -> a folder with its gemspec."""

    processes: Processes
    variant: Variant
    gems: Mapping[str, Path]

    @cached_property
    def home(self) -> Path:
        """The gems as RubyGems wants them, to be copied into each house. Raises RuntimeError."""
        folder = self.processes.folder("gems")
        for name, source in self.gems.items():
            shutil.copytree(source, folder / name, ignore=shutil.ignore_patterns("spec", "test", "docs", ".git"))
        argv = ["/usr/bin/ruby", "-rfileutils", "-e", REGISTER]
        done = self.variant.run(self.processes, argv, app=folder, env={}, timeout=LIMIT)
        if done.returncode:
            raise RuntimeError(done.stderr)
        return folder / GEMS

    def offenses(self, root: Path, paths: Sequence[str]) -> list[Offense]:
        """What RuboCop says about files of a house; the house is a copy, whose configuration is changed.

        What this RuboCop or these gems do not know is left out of the configuration. Raises RuntimeError when RuboCop
        cannot be run at all.
        """
        if not paths or not has_linter(root):
            return []
        self._configure(root)
        argv = ["/usr/bin/rubocop", "--format", "json", "--cache", "false", "--force-exclusion"]
        argv += ["--ignore-unrecognized-cops", *paths]
        env = {"GEM_HOME": f"/app/{GEMS}", "LANG": "C.UTF-8"}
        for _ in range(TRIES):
            done = self.variant.run(self.processes, argv, app=root, env=env, timeout=LIMIT)
            if "An error occurred" in done.stderr:
                raise RuntimeError(done.stderr[-2000:])
            if '{"metadata"' in done.stdout:
                return list(_read(done.stdout[done.stdout.index('{"metadata"') :]))
            if not _forget(root, done.stdout + done.stderr):
                said = [line for line in (done.stdout + done.stderr).splitlines() if not line.startswith("/")]
                raise RuntimeError("\n".join(said[-12:]))
        raise RuntimeError(f"after {TRIES} changes the configuration is still refused")

    def _configure(self, root: Path) -> None:
        """Lay the gems down, and take out of the configuration what is not there."""
        shutil.copytree(self.home, root / GEMS)
        if (root / "Gemfile").exists():
            (root / "Gemfile").write_text("", encoding="utf-8")
        if not (root / ".rubocop.yml").exists():
            (root / ".rubocop.yml").write_text(yaml.safe_dump(self._standard(root)), encoding="utf-8")
        known = {*OF_ROOT, *self.gems}

        def stays(line: str) -> bool:
            found = _REQUIRED.match(line)
            return found is None or found["name"] in known

        for file in _configurations(root):
            lines = _without_gems(file.read_text(encoding="utf-8"), known).splitlines()
            file.write_text("\n".join(filter(stays, lines)) + "\n", encoding="utf-8")

    def _standard(self, root: Path) -> dict[str, object]:
        """The configuration that standard makes; where its gems are not given, RuboCop's own."""
        file = root / ".standard.yml"
        settings = (yaml.safe_load(file.read_text(encoding="utf-8")) if file.exists() else None) or {}
        more = [path for path in settings.get("extend_config", []) if (root / path).exists()]
        ignored = [path for path in settings.get("ignore", []) if isinstance(path, str)]
        gems = [name for name in STANDARD if name in self.gems]
        plugins = [name for name in ("rubocop-performance", "standard-custom") if name in self.gems]
        return {
            "plugins": plugins,
            "inherit_gem": dict.fromkeys(gems, "config/base.yml"),
            "inherit_from": more,
            "AllCops": {"Exclude": ignored},
        }


def has_linter(root: Path) -> bool:
    """Whether a house is held to RuboCop or standard at all."""
    lockfile = root / "Gemfile.lock"
    locked = lockfile.exists() and re.search(r"^    standard \(", lockfile.read_text(encoding="utf-8"), re.MULTILINE)
    return bool(locked) or (root / ".rubocop.yml").exists() or (root / ".standard.yml").exists()


def _read(output: str) -> Iterator[Offense]:
    for file in json.loads(output)["files"]:
        for offense in file["offenses"]:
            yield Offense(file["path"], offense["location"]["start_line"], offense["cop_name"], offense["message"])


def _configurations(root: Path) -> list[Path]:
    """The files that a configuration of RuboCop may be in."""
    own = (".rubocop*.yml", ".rubocop/*.yml", "config/*rubocop*.yml", "config/rubocop/*.yml", ".custom_cops.yml")
    patterns = (*own, f"{GEMS}/gems/*/*.yml", f"{GEMS}/gems/*/config/*.yml")
    return [path for pattern in patterns for path in root.glob(pattern)]


def _without_gems(text: str, known: Iterable[str]) -> str:
    """A configuration that inherits from no gem but those that are known."""
    inherited = re.search(r"^inherit_gem:.*\n(?:[ #].*\n|\n)*", text, re.MULTILINE)
    if not inherited:
        return text
    entries = re.split(r"^(?=  [\w-]+:)", inherited[0], flags=re.MULTILINE)
    kept = [entry for entry in entries[1:] if entry.strip().partition(":")[0] in known]
    return text.replace(inherited[0], "".join([entries[0], *kept]) if kept else "", 1)


def _forget(root: Path, complaint: str) -> bool:
    """Take out of the configuration what RuboCop refuses; whether anything was."""
    parameters = [(found["name"], found["key"]) for found in _PARAMETER.finditer(complaint)]
    cops = [] if parameters else _COP.findall(complaint)
    changed = False
    for file in _configurations(root):
        text = new = file.read_text(encoding="utf-8")
        for cop in cops:
            name = cop.replace("/*", r"(?:/\w+)*")
            new = re.sub(rf"^{name}:.*\n(?:[ #-].*\n|\n)*", "", new, flags=re.MULTILINE)
        for cop, key in parameters:
            new = re.sub(rf"(^{cop}:.*\n(?:[ #].*\n|\n)*?) +{key}:.*\n(?: +-.*\n)*", r"\1", new, flags=re.MULTILINE)
        if new != text:
            file.write_text(new, encoding="utf-8")
            changed = True
    return changed
