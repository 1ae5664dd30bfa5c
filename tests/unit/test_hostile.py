"""Every file that is read, in every state that makes trouble: one sentence or nothing, and the right exit code."""

from __future__ import annotations

import json
import os
import random
import resource
import shutil
import signal
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from sidekiq_gen import reading
from support.command import sidekiq_gen
from support.repos import SCHEMA, SERVICES, Repo

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

NOBODY = 65534
# Safety nets, no assertions: what hangs or fills the memory would take the whole suite with it.
MEMORY = 2 << 30
SECONDS = 120

JOB = (
    "class SettleJob\n  include Sidekiq::Job\n  sidekiq_options queue: :low, retry: 5\n\n"
    "  def perform(order_id)\n    Order.find_by(id: order_id)&.settle!\n  end\nend\n"
)
# What is read, each with a text as people write it.
FILES = {
    "Gemfile.lock": Repo(gems={"rubocop": "1.60.0"}).lockfile(),
    ".sidekiq-gen.toml": '[job]\nqueue = "low"\n',
    "config/database.yml": "default: &default\n  adapter: postgresql\nproduction:\n  <<: *default\n",
    "config/sidekiq.yml": ":queues:\n  - [low, 2]\n  - default\n",
    "config/schedule.yml": "nightly:\n  cron: '0 0 * * *'\n  class: SettleJob\n",
    ".rubocop.yml": "Style/StringLiterals:\n  EnforcedStyle: single_quotes\n",
    ".standard.yml": "ignore:\n  - 'db/**/*'\n",
    "packs.yml": "pack_paths:\n  - packs/*\n",
    "packwerk.yml": "package_paths:\n  - packs/*\n",
    "db/schema.rb": SCHEMA,
    "db/structure.sql": "CREATE TABLE public.orders (\n    id bigint NOT NULL,\n    state character varying\n);\n",
    "app/models/order.rb": "class Order < ApplicationRecord\n  enum :state, { open: 'open', paid: 'paid' }\nend\n",
    "app/jobs/settle_job.rb": JOB,
    "app/services/settle_order.rb": SERVICES["app/services/settle_order.rb"],
    "lib/billing.rb": "module Billing\nend\n",
    "spec/jobs/settle_job_spec.rb": "RSpec.describe SettleJob do\n  it 'works' do\n  end\nend\n",
    "spec/rails_helper.rb": "require 'spec_helper'\n",
    "spec/factories.rb": "FactoryBot.define do\n  factory :order\nend\n",
    "spec/fixtures/orders.yml": "one:\n  total_cents: 1\n",
    ".rspec": "--require spec_helper\n",
    "config/application.rb": "module Shop\n  class Application < Rails::Application\n  end\nend\n",
    "config/initializers/inflections.rb": "ActiveSupport::Inflector.inflections do |one|\n  one.acronym 'API'\nend\n",
    "config/initializers/sidekiq.rb": "Sidekiq.configure_server do |config|\nend\n",
    "Gemfile": "source 'https://gems.example/'\n",
    "Procfile": "worker: bundle exec sidekiq -q low\n",
    ".ruby-version": "3.3.0\n",
}
COMMANDS = (
    ("info", "--json"),
    ("job", "Billing::ChargeOrder", "--model", "Order", "--check-then-act", "charged_at", "--pretend"),
    ("install", "--pretend"),
)

LAUGHS = "a0: &a0 [x, x, x, x]\n" + "".join(f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]\n" for n in range(1, 12))


def _linked(target: str) -> Callable[[Path, bytes], None]:
    return lambda path, _text: path.symlink_to(target)


def _written(change: Callable[[bytes], bytes]) -> Callable[[Path, bytes], None]:
    return lambda path, text: (path.write_bytes(change(text)), None)[1]


def _huge(path: Path, text: bytes) -> None:
    with path.open("wb") as file:
        file.write(text)
        file.truncate(reading.LOCKFILE + 1)


def _closed(path: Path, text: bytes) -> None:
    path.write_bytes(text)
    path.chmod(0o000)


# What may be in the place of a file.
STATES: dict[str, Callable[[Path, bytes], None]] = {
    "fifo": lambda path, _text: os.mkfifo(path),
    "folder": lambda path, _text: path.mkdir(),
    "device": _linked("/dev/zero"),
    "outside": _linked("/etc/passwd"),
    "loop": lambda path, _text: path.symlink_to(path.name),
    "huge": _huge,
    "closed": _closed,
    "empty": _written(lambda _text: b""),
    "bomb": _written(lambda _text: LAUGHS.encode()),
    "brackets": _written(lambda _text: b"[" * 30_000),
    "latin1": _written(lambda text: text + b"# caf\xe9 \xff\xfe\n"),
    "nul": _written(lambda text: text + b"\0\n"),
    "escapes": _written(lambda text: text + b"# \x1b]0;title\x07 \x1b[31m \xc2\x9b31m \xe2\x80\xae\n"),
    "noise": _written(lambda _text: random.Random(13).randbytes(20_000)),  # noqa: S311 - the same for everybody
    "digits": _written(lambda text: text + b"9" * 5_000 + b"\n"),
}
# These make no difference to what is read.
HARMLESS: dict[str, Callable[[bytes], bytes]] = {
    "windows": lambda text: text.replace(b"\n", b"\r\n"),
    "bom": lambda text: b"\xef\xbb\xbf" + text,
    "no newline": lambda text: text.rstrip(b"\n"),
}


def _in_a_child(root: Path, *, privileged: bool) -> list[tuple[int, str, str]]:
    """What the commands give, in a process of bounded memory and processor time, as nobody unless privileged."""
    reading_end, writing_end = os.pipe()
    child = os.fork()
    if child == 0:  # pragma: no cover - another process
        try:
            os.close(reading_end)
            resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
            resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
            if not privileged:
                os.setgid(NOBODY)
                os.setuid(NOBODY)
            finished = [sidekiq_gen(root, *command) for command in COMMANDS]
            told = json.dumps([(done.status, done.out, done.err) for done in finished])
            with os.fdopen(writing_end, "w") as pipe:
                pipe.write(told)
        finally:
            os._exit(0)
    os.close(writing_end)
    with os.fdopen(reading_end) as pipe:
        text = pipe.read()
    _, status = os.waitpid(child, 0)
    assert not os.WIFSIGNALED(status), signal.Signals(os.WTERMSIG(status)).name
    return [(code, out, err) for code, out, err in json.loads(text)]


@pytest.fixture(scope="module", autouse=True)
def _loaded(tmp_path_factory: pytest.TempPathFactory) -> None:
    """Load all that the commands load: nobody may not even read this Python where it is that of the superuser."""
    root = Repo(files=FILES).write(tmp_path_factory.mktemp("loaded"))
    assert [sidekiq_gen(root, *command).status for command in COMMANDS] == [0, 0, 0]


@pytest.fixture
def root() -> Iterator[Path]:
    """A repo that everybody may read, as the folders of pytest are for its user alone."""
    folder = Path(tempfile.mkdtemp())
    folder.chmod(0o755)
    yield Repo(files=FILES).write(folder / "repo")
    shutil.rmtree(folder)


@pytest.mark.parametrize("path", FILES)
def test_one_sentence_or_nothing(root: Path, path: str) -> None:
    target = root / path
    for state, put in STATES.items():
        if target.is_dir() and not target.is_symlink():
            target.rmdir()
        target.unlink(missing_ok=True)
        put(target, FILES[path].encode())
        unread = state == "closed" and os.geteuid() == 0
        done = _in_a_child(root, privileged=not unread)
        for code, out, err in done:
            told = (path, state, code, err)
            assert code in {0, 1, 2}, told
            assert not {"SIDEKIQ_GEN_DEBUG", "Traceback"} & {*err.replace("=", " ").split()}, told
            assert not {"\x1b", "\x9b", "\x07"} & {*out, *err}, told
            assert (err.startswith("error") and err.count("error  ") == 1) if code else not err.startswith("error"), (
                told
            )
        # Without its lockfile a repo is none, and settings that cannot be understood are no wish of anybody's.
        assert done[0][0] == 0 or path in {"Gemfile.lock", ".sidekiq-gen.toml"}, (path, state, done[0])


@pytest.mark.parametrize("path", FILES)
def test_the_form_of_lines_makes_no_difference(root: Path, path: str) -> None:
    target = root / path
    before = [sidekiq_gen(root, *command) for command in COMMANDS[:2]]
    assert [done.status for done in before] == [0, 0], before[-1].err
    for name, change in HARMLESS.items():
        target.write_bytes(change(FILES[path].encode()))
        assert [sidekiq_gen(root, *command) for command in COMMANDS[:2]] == before, name
