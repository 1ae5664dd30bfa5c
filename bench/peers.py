"""Other generators to be measured beside this one: installed into a folder, or said to be missing.

The comparable template: a job class and its spec, a few lines each, with the name put in.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
import venv
from pathlib import Path
from typing import TYPE_CHECKING

from measure import Command

if TYPE_CHECKING:
    from collections.abc import Iterator

# A Rails app that is as small as one can be: no database, no web, nothing but Sidekiq.
SMALLEST_APP = {
    "bin/rails": 'APP_PATH = File.expand_path("../config/application", __dir__)\nrequire "rails/commands"\n',
    "config/application.rb": (
        'require "rails"\nrequire "sidekiq"\nrequire "sidekiq/rails"\n\n'
        "module Smallest\n  class Application < Rails::Application\n    config.eager_load = false\n  end\nend\n"
    ),
    "config/environment.rb": 'require_relative "application"\nRails.application.initialize!\n',
}
HYGEN_TEMPLATES = {
    "_templates/job/new/job.ejs.t": (
        "---\nto: app/jobs/<%= h.changeCase.snake(name) %>_job.rb\n---\n"
        "class <%= name %>Job\n  include Sidekiq::Job\n\n  def perform(id)\n  end\nend\n"
    ),
    "_templates/job/new/spec.ejs.t": (
        "---\nto: spec/jobs/<%= h.changeCase.snake(name) %>_job_spec.rb\n---\n"
        'require "rails_helper"\n\nRSpec.describe <%= name %>Job do\n  it "runs" do\n'
        "    described_class.new.perform(1)\n  end\nend\n"
    ),
}


def python_peers(folder: Path) -> Iterator[tuple[str, Command]]:
    """Generators from PyPI: what it takes until they say their version."""
    for name in ("cookiecutter", "copier"):
        home = folder / name
        venv.create(home, with_pip=True)
        done = subprocess.run([home / "bin" / "python", "-m", "pip", "install", "--quiet", name], check=False)
        if done.returncode:
            print(f"{name}: not measured, it cannot be installed", file=sys.stderr)
        else:
            yield f"{name} --version", Command([str(home / "bin" / name), "--version"])


def hygen(folder: Path) -> Iterator[tuple[str, Command]]:
    """Hygen from npm, with a comparable template."""
    npm, root = shutil.which("npm"), folder / "hygen"
    if npm is None:
        print("hygen: not measured, npm is not installed", file=sys.stderr)
        return
    _write(root, HYGEN_TEMPLATES | {"package.json": "{}\n"})
    if subprocess.run([npm, "install", "--silent", "--no-fund", "hygen"], cwd=root, check=False).returncode:
        print("hygen: not measured, it cannot be installed", file=sys.stderr)
        return
    words = [str(root / "node_modules" / ".bin" / "hygen"), "job", "new", "--name", "ChargeCustomer", "--dry"]
    yield "hygen job new --dry", Command(words, root)


def rails(folder: Path) -> Iterator[tuple[str, Command]]:
    """Sidekiq's own generator, in the smallest app, in the Ruby root of the live tests that has Sidekiq 7."""
    sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "tests"))
    from live.roots import MISSING, Variant, find_roots

    root, app = find_roots().get("trixie"), folder / "rails"
    if root is None:
        print(f"rails g sidekiq:job: not measured, {MISSING}", file=sys.stderr)
        return
    _write(app, SMALLEST_APP)
    words = ["ruby", "bin/rails", "generate", "sidekiq:job", "ChargeCustomer", "--pretend"]
    command = Variant(root, root.version("ruby-sidekiq")).command(words, app=app, env={})
    yield "rails g sidekiq:job --pretend", Command(command)


def _write(root: Path, files: dict[str, str]) -> None:
    for name, text in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
