"""The texts of the first step of a renaming: the old class as a subclass, the spec of the new one and of the old."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from sidekiq_gen.check import nodes
from sidekiq_gen.check.source import Source
from sidekiq_gen.deploys.planning import edited
from sidekiq_gen.deploys.references import find_references
from sidekiq_gen.naming import underscore

if TYPE_CHECKING:
    from sidekiq_gen.check.index import Index
    from sidekiq_gen.deploys.existing import Existing

# It names Sidekiq, so that the file is among those that `check` reads.
_REASON = "# Jobs of this name may still wait in Sidekiq's queues and sets."


def handing_over(job: Existing, new: str) -> bytes:
    """The old file: a class that has everything from the new one."""
    around = list(reversed(job.job.source.nesting(job.job.node)))
    steps = [name.rpartition("::")[2] if at else name for at, name in enumerate(around)]
    source = job.job.source
    keywords = {source.full_name(node): node.type for node in source.of_type("class", "module")}
    lines, margin = [], ""
    for name, full in zip(steps, around, strict=True):
        lines.append(f"{margin}{keywords[full]} {name}")
        margin += "  "
    same = around and job.name.rpartition("::")[0] == new.rpartition("::")[0]
    parent = new.rpartition("::")[2] if same else f"::{new}" if around else new
    own = nodes.text(nodes.field(job.job.node, "name"))
    lines += [f"{margin}{_REASON}", f"{margin}class {own} < {parent}", f"{margin}end"]
    lines += [f"{'  ' * depth}end" for depth in reversed(range(len(around)))]
    return "\n".join([*_magic(job.job.source), *lines, ""]).encode()


def _magic(source: Source) -> list[str]:
    """The magic comments at the top, with the blank line behind them."""
    lines = []
    for line in source.data.decode("utf-8", "surrogateescape").replace("\r\n", "\n").split("\n"):
        if not re.match(r"#.*(?:frozen_string_literal|encoding|typed):", line):
            break
        lines.append(line)
    return [*lines, ""] if lines else []


def moved_test(job: Existing, new: str, index: Index) -> bytes:
    """The spec, about the new name: the job itself still pushes by the old one where it names it."""
    data = job.app.repo.data(job.test) or b""
    without = frozenset(one.path for one in index.files) - {job.test}
    found = find_references(job.name, new, job.app, index, without)
    old, named = (name.replace("::", "").encode() for name in (job.name, new))
    text = edited(data, found.edits.get(job.test, []))
    return re.sub(rb"(?m)^(\s*class )" + old + rb"Test\b", rb"\1" + named + rb"Test", text)


def test_of_handing_over(job: Existing, new: str) -> bytes:
    """The spec of the old class, in the framework and with the first lines of the one that was there."""
    source = Source(job.test, job.app.repo.data(job.test) or b"")
    required = re.findall(r"(?m)^require .*$", source.data.decode("utf-8", "surrogateescape").replace("\r\n", "\n"))
    head = [*_magic(source), *required, ""] if required else _magic(source)
    if job.test.endswith("_spec.rb"):
        bare = re.search(rb"(?m)^(RSpec\.)?describe\b", source.data)
        describe = "describe" if bare and not bare[1] else "RSpec.describe"
        lines = [
            f"{describe} {job.name} do",
            f'  it "hands over to {new}" do',
            f"    expect(described_class).to be < {new}",
            "  end",
            "end",
        ]
    else:
        parent = re.search(rb"(?m)^\s*class [\w:]+ < ([\w:]+)", source.data)
        lines = [
            f"class {job.name.replace('::', '')}Test < {parent[1].decode() if parent else 'ActiveSupport::TestCase'}",
            f"  def test_hands_over_to_{underscore(new).replace('/', '_')}",
            f"    assert_operator {job.name}, :<, {new}",
            "  end",
            "end",
        ]
    return "\n".join([*head, *lines, ""]).encode()
