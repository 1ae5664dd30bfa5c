"""Random initializers and configurations: every line stays, and Ruby does what it did before, and what was inserted."""

from __future__ import annotations

import difflib
import json
import os
import random
import subprocess
from typing import TYPE_CHECKING, Any

from sidekiq_gen.install.insertion import Addition, insert
from sidekiq_gen.install.queues import insert_queues
from support.tools import require

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

SEED = int(os.environ.get("FUZZ_SEED", "20260101"))
RUNS = int(os.environ.get("FUZZ_RUNS", "300"))
ADDITIONS = (
    Addition("push", "top", "# Why.\nSidekiq.ours!"),
    Addition("client", "client", "config.ours { |chain| chain.add(1) }"),
    Addition("server", "server", "config.ours << lambda do |job|\n  job\nend"),
)
# What a file says to Sidekiq, in order, for both sides; every call counts.
LISTEN = """
require "json"
class Listener < BasicObject
  def initialize(name, said) = (@name, @said = name, said)
  def method_missing(name, *arguments, &block)
    @said << "#{@name}.#{name}"
    block&.call(self)
    self
  end
  def respond_to_missing?(*) = true
end
module Rails
  def self.env = Struct.new(:name) { def test? = false }.new
end
module Sidekiq
  class << self
    attr_accessor :said
    def configure_client = yield(Listener.new("client", said))
    def configure_server = yield(Listener.new("server", said))
    def method_missing(name, *) = said << "Sidekiq.#{name}"
    def respond_to_missing?(*) = true
  end
end
heard = JSON.parse($stdin.read).map do |text|
  Sidekiq.said = []
  source = text.dup.force_encoding("UTF-8")
  RubyVM::InstructionSequence.compile(source.split(/^__END__\\r?$/).first || "").eval
  Sidekiq.said
end
puts JSON.generate(heard)
"""
YAML = """
require "erb"
require "json"
require "yaml"
heard = JSON.parse($stdin.read).map do |text|
  YAML.safe_load(ERB.new(text, trim_mode: "-").result, permitted_classes: [Symbol], aliases: true) || {}
end
puts JSON.generate(heard)
"""
BODIES = (
    "config.redis = { url: 'redis://x' }",
    "config.on(:startup) do\n  config.started\nend",
    "# config.ours << commented\n",
    "if ENV['NEVER_SET']\n  config.never\nend",
    "next unless Rails.env\nconfig.late",
    "TEXT = <<~TEXT.lines\n  end\n  config\nTEXT\nconfig.texted",
    "config.queues = %w[\n  a\n  b\n]",
    "config.queues = %w[\nMARGIN:end\nMARGIN:]",
    "TEXTS = <<TEXTS.lines\nMARGIN:end\nMARGIN:TEXTS",
    "",
)
PIECES = (
    "# frozen_string_literal: true",
    "require 'json'",
    "Sidekiq.strict_args!",
    "Sidekiq.logged! if ENV['NEVER_SET']",
    "=begin\nSidekiq.configure_server do |config|\nend\n=end",
    "LIMITS = { a: 1,\nb: 2 }.freeze",
    "helper = ->(config) { config.helped }\nSidekiq.configure_client(&helper)",
    "Sidekiq.configure_server { |c| c.one_line }",
    "if ENV['NEVER_SET']\n  Sidekiq.configure_server do |config|\n    config.never\n  end\nend",
    "words = <<~WORDS\nend\nSidekiq.configure_server do |config|\nWORDS",
    "",
    "\t",
)


def initializer(chance: random.Random) -> str:
    pieces = []
    for _ in range(chance.randrange(6)):
        if chance.random() < 0.4:
            pieces.append(chance.choice(PIECES))
            continue
        margin = chance.choice(("  ", "    ", "\t", ""))
        name = chance.choice(("config", "c", "sidekiq_config"))
        bodies = [chance.choice(BODIES) for _ in range(chance.randrange(4))]
        lines = [
            line.removeprefix("MARGIN:") if "MARGIN:" in line else margin + line if line.strip() else ""
            for body in bodies
            for line in body.replace("config.", f"{name}.").split("\n")
        ]
        side = chance.choice(("server", "server", "client"))
        ending = chance.choice(("end", "end", "end # of it", "end if Rails.env", "end; Sidekiq.more"))
        pieces.append(
            "\n".join([f"Sidekiq.configure_{side} do |{name}|{chance.choice(('', ' # why'))}", *lines, ending])
        )
    text = chance.choice(("\n", "\n\n")).join(pieces) + chance.choice(("", "\n", "\n\n"))
    if chance.random() < 0.1:
        text += "\n__END__\nend\n"
    return text.replace("\n", "\r\n") if chance.random() < 0.2 else text


def configuration(chance: random.Random) -> str:
    key = chance.choice((":queues:", "queues:"))
    dash = chance.choice(("  - ", "- ", "    -  "))
    entries = chance.sample(
        ("default", "[low, 1]", '"quick,2"', "critical # first", "[a.b, 10]   # ten", "'b-c'", ":sym"),
        chance.randint(1, 4),
    )
    blocks = [
        chance.choice((f"{key}\n" + "\n".join(dash + entry for entry in entries), f"{key} [{entries[0][:3]}]", "")),
        chance.choice(
            (":concurrency: 5", ":concurrency: <%= ENV.fetch('NEVER_SET', 7) %>", "concurrency: &c 5 # five", "")
        ),
        chance.choice(("production:\n  :concurrency: 3", "production:\n  :queues:\n    - x", "")),
        chance.choice((":schedule:\n  job:\n    cron: '* * * * *' # often", "# only a remark", "")),
        chance.choice(("<% if ENV['NEVER_SET'] %>\n:logfile: x\n<% end -%>", "<%# why %>", "")),
    ]
    chance.shuffle(blocks)
    text = chance.choice(("", "---\n")) + chance.choice(("\n", "\n\n")).join(filter(None, blocks))
    text += chance.choice(("", "\n", "\n\n"))
    return text.replace("\n", "\r\n") if chance.random() < 0.2 else text


def require_every_byte(before: str, after: str) -> None:
    """Every line with its end is still there, in order; a last line without an end may have got one."""
    old, new = before.splitlines(keepends=True), after.splitlines(keepends=True)
    if old and not old[-1].endswith("\n") and old[-1] not in new:
        old[-1] += "\r\n" if "\r\n" in before else "\n"
    lost = [line for line in difflib.ndiff(old, new) if line.startswith("- ")]
    assert lost == [], (before, after)


def by_ruby(script: str, texts: Sequence[str], folder: Path) -> list[Any]:
    ruby = require("ruby", "apt-get install ruby")
    done = subprocess.run(
        [ruby, "-W0", "-e", script], cwd=folder, input=json.dumps(texts), capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    heard: list[Any] = json.loads(done.stdout)
    return heard


def test_an_initializer_does_what_it_did_and_what_was_inserted(tmp_path: Path) -> None:
    texts = []
    for number in range(RUNS):
        before = initializer(random.Random(f"{SEED} {number}"))  # noqa: S311 - no secret
        after = insert(before, ADDITIONS)
        if after is None:
            continue
        require_every_byte(before, after)
        texts += [before, after]
    assert len(texts) > RUNS

    heard = by_ruby(LISTEN, texts, tmp_path)

    for number in range(0, len(texts), 2):
        said, says = heard[number], heard[number + 1]
        ours = [call for call in says if "ours" in call]
        assert sorted(ours) == ["Sidekiq.ours!", "client.ours", "server.ours"], texts[number + 1]
        # "<<" belongs to our handler, "add" to our middleware.
        rest = [call for call in says if call not in ours and not call.endswith((".<<", ".add"))]
        assert rest == [call for call in said if not call.endswith((".<<", ".add"))], texts[number + 1]


def test_a_configuration_says_what_it_said_and_has_the_queue(tmp_path: Path) -> None:
    texts = []
    for number in range(RUNS):
        before = configuration(random.Random(f"{SEED} {number}"))  # noqa: S311 - no secret
        after = insert_queues(before, ["mail"])
        if after is None:
            continue
        require_every_byte(before, after)
        texts += [before, after]
    assert len(texts) > RUNS // 2

    heard = by_ruby(YAML, texts, tmp_path)

    for number in range(0, len(texts), 2):
        said, says = heard[number], heard[number + 1]
        key = next(key for key in says if key.removeprefix(":") == "queues")
        queues = says.pop(key)
        there = said.pop(key, [["default", 1]])
        assert queues[:-1] == there, texts[number + 1]
        assert queues[-1] in ("mail", ["mail", 1], "mail,1"), texts[number + 1]
        assert says == said, texts[number + 1]
