"""What was quoted for Ruby, YAML and ERB, read back by a Ruby: a script for it, what it is handed, what it must say."""

from __future__ import annotations

import json
import subprocess
from typing import TYPE_CHECKING

from sidekiq_gen.quoting import ruby_label, ruby_string, ruby_symbol, ruby_text, yaml_scalar
from support.hostile import MARK, as_bytes, texts

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

COUNT = 5_000

# Reads JSON from standard input: Ruby to be evaluated, each with the bytes that it must give, in hexadecimal, and YAML
# likewise. Prints how many it has read, and what differs. No literal may have a token that would be code, which is
# looked at before it is run.
SCRIPT = r"""
require "json"
require "ripper"
require "yaml"
require "erb"

NAMES = %i[on_ident on_const on_kw on_op]
RUN = %i[on_embexpr_beg on_embvar on_backtick]
def shown(value) = value.map { |text| text.to_s.b.unpack1("H*") }

ruby, yaml, mark = JSON.parse($stdin.read).values_at("ruby", "yaml", "mark")
wrong = []
ruby.each do |source, *expected|
  tokens = Ripper.lex(source).map { |_, kind, text,| [kind, text] }
  code = tokens.any? { |kind, text| RUN.include?(kind) || (NAMES.include?(kind) && text.include?(mark)) }
  wrong << source if code || shown([eval(source)].flatten) != expected
rescue SyntaxError => error
  wrong << "#{source}: #{error.message}"
end
yaml.each do |source, *expected|
  read = YAML.safe_load(ERB.new(source, trim_mode: "%-").result)
  wrong << source unless read.flatten.all?(String) && shown(read.flatten) == expected
rescue StandardError => error
  wrong << "#{source}: #{error.message}"
end
puts JSON.generate("read" => ruby.size + yaml.size, "wrong" => wrong.map(&:dump))
"""


def handed() -> str:
    """What the script reads."""
    return json.dumps({"ruby": [*_ruby()], "yaml": [*_yaml()], "mark": MARK})


def _ruby() -> Iterator[list[str]]:
    for text in texts(COUNT):
        inside = as_bytes(text).hex()
        yield [ruby_string(text), inside]
        yield [f'"before {ruby_text(text)}{{1}} behind"', f"{b'before '.hex()}{inside}{b'{1} behind'.hex()}"]
        if _is_characters(text):
            yield [ruby_symbol(text), inside]
            yield [f"{{ {ruby_label(text)}: :{ruby_label(text)} }}.to_a", inside, inside]


def _yaml() -> Iterator[list[str]]:
    for text in filter(_is_characters, texts(COUNT)):
        inside = as_bytes(text).hex()
        one = yaml_scalar(text)
        yield [f"- {one}\n- [{one}, {one}]\n- - {one}\n", *[inside] * 4]


def _is_characters(text: str) -> bool:
    """Whether Ruby takes it for a symbol, and YAML for a text: neither has bytes that are none."""
    return not any("\ud800" <= one <= "\udfff" for one in text)


READ = len([*_ruby(), *_yaml()])


def read_back(ruby: Sequence[str]) -> None:
    """Let a Ruby read all of it; fails with what differs.

    ruby: the command that starts it.
    """
    done = subprocess.run(
        [*ruby, "-e", SCRIPT], input=handed(), capture_output=True, text=True, timeout=300, check=False
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert json.loads(done.stdout) == {"read": READ, "wrong": []}
