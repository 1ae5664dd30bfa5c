"""Ruby that nobody writes: `check` says what it could not read, and takes no longer than the text is long."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from sidekiq_gen.check.engine import context_of, judge, read_one
from sidekiq_gen.check.parsing import DEEPEST
from sidekiq_gen.check.rules.catalogue import RULES
from sidekiq_gen.rails.project import Where, detect_project
from support.command import sidekiq_gen
from support.growth import LINEAR_AT_MOST, growth
from support.repos import Repo

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

PATH = "app/jobs/some_job.rb"
PUSH = "SomeJob.perform_async(1)\n"


def _job(body: str) -> str:
    return f"class SomeJob\n  include Sidekiq::Job\n  def perform(id)\n{body}  end\nend\n"


def _nested(opening: str, closing: str, inside: str = PUSH) -> Callable[[int], str]:
    return lambda count: _job(opening * count + inside + closing * count)


# By what is nested: so many of them one in the other.
NESTED: dict[str, Callable[[int], str]] = {
    "parentheses": _nested("(", ")", "1"),
    "calls": lambda count: _job("SomeJob.perform_async" + "(" * count + "1" + ")" * count + "\n"),
    "arrays": lambda count: _job("SomeJob.perform_async(" + "[" * count + "]" * count + ")\n"),
    "hashes": lambda count: _job("SomeJob.perform_async(" + "{a: " * count + "1" + "}" * count + ")\n"),
    "interpolations": lambda count: _job("SomeJob.perform_async(" + '"#{' * count + "1" + '}"' * count + ")\n"),
    "sums": lambda count: _job("SomeJob.perform_async(1.day" + " + 1.day" * count + ")\n"),
    "chain": lambda count: _job("SomeJob" + ".set(queue: :a)" * count + ".perform_async(1)\n"),
    "blocks": _nested("all.each do |one|\n", "end\n"),
    "transactions": _nested("Order.transaction do\n", "end\n"),
    "ifs": _nested("if id\n", "end\n"),
    "elsifs": lambda count: _job("if id\n" + "elsif id\n sleep 1\n" * count + "end\n"),
    "begins": _nested("begin\n", "rescue => error\nlogger.warn(error)\nend\n"),
    "classes": lambda count: "class Some\n" * count + "include Sidekiq::Job\ndef perform(id)\nend\n" + "end\n" * count,
    "constants": lambda count: "Sidekiq::" * count + "Job.perform_async(1)\n",
}
_HEAD = "class SomeJob\ninclude Sidekiq::Job\n"
# What is repeated, and with what around it.
REPEATED: dict[str, tuple[str, str, str]] = {
    "jobs": (
        "",
        "class A{}Job\n  include Sidekiq::Job\n  def perform(id)\n    A{}Job.perform_async(id)\n  end\nend\n",
        "",
    ),
    "pushes": (
        "class SomeJob\ninclude Sidekiq::Job\ndef perform(id)\n",
        "SomeJob.perform_async(:a, b: 1)\n",
        "end\nend\n",
    ),
    "arguments": ("SomeJob.perform_async(", "1, ", "1)\n"),
    "parameters": ("class SomeJob\ninclude Sidekiq::Job\ndef perform(", "a{}, ", "b)\nend\nend\n"),
    "options": ("class SomeJob\ninclude Sidekiq::Job\n", "sidekiq_options retry: 5\n", "def perform(id)\nend\nend\n"),
    "comments": ("", "# sidekiq-gen:ignore argument-count\n", "class SomeJob\ninclude Sidekiq::Job\nend\n"),
    "inherits": ("", "class A{} < A1{}\ndef perform(id)\nA{}.perform_async(id)\nend\nend\n", ""),
    "marks": (
        "class SomeJob\ninclude Sidekiq::Job\ndef perform(id)\n",
        "return if order.paid_at?\norder.update!(paid_at: Time.now)\n",
        "end\nend\n",
    ),
    "locks": (
        "class SomeJob\ninclude Sidekiq::Job\ndef perform(id)\n",
        'return if select_value(<<~SQL) == "t"\n  SELECT pg_try_advisory_xact_lock({})\nSQL\n',
        "end\nend\n",
    ),
    "rescues": (
        "class SomeJob\ninclude Sidekiq::Job\ndef perform(id)\nwork\n",
        "rescue => error # so\nlogger.error(error)\n",
        "end\nend\n",
    ),
    "methods": (
        "class SomeJob\ninclude Sidekiq::Job\ndef perform(id)\na1\nend\n",
        "def a{}\na1{}\nexecute('SELECT pg_advisory_xact_lock(1)')\nend\n",
        "end\n",
    ),
    "one line": ("class SomeJob; include Sidekiq::Job; def perform(id); ", "SomeJob.perform_async(1); ", "end; end\n"),
    "unclosed": ("class SomeJob\ninclude Sidekiq::Job\ndef perform(id)\n", "foo(bar do |x|\n", ""),
    "bytes": ("Sidekiq\0", "\x01\udcff perform_async(", ""),
    "quotes": ("Sidekiq ", "\"'`", ""),
    "heredocs that begin": ("Sidekiq\n", "<<~A + ", "\n"),
}


@pytest.fixture(scope="module")
def read(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], tuple[str, ...]]:
    """What all rules find in a file."""
    root = Repo(gems={"sidekiq": "7.3.2", "rails": "7.2.2", "pg": "1.5.9", "sidekiq-unique-jobs": "8.0.10"}).write(
        tmp_path_factory.mktemp("hostile")
    )
    project = detect_project(Where(root=root), root)
    context = context_of(project)
    rules = [rule for rule in RULES if rule.holds(context)]

    def found(text: str) -> tuple[str, ...]:
        facts = read_one(PATH, text.encode("utf-8", "surrogateescape"), rules, context)
        if facts is None:
            return ()
        told = tuple(one.code for one in judge((facts,), project.app, rules, context))
        return (facts.unread, *told) if facts.unread else told

    return found


@pytest.mark.parametrize("name", NESTED)
def test_what_is_nested_is_read_up_to_a_depth(read: Callable[[str], tuple[str, ...]], name: str) -> None:
    """As deep as can be that is still read, and beyond that."""
    for count in (DEEPEST // 4, DEEPEST // 2, DEEPEST, DEEPEST + 50):
        read(NESTED[name](count))
    deep = read(NESTED[name](20_000))

    assert deep in {(f"is nested more than {DEEPEST} deep",), ()}
    assert deep or name == "constants"


@pytest.mark.parametrize("name", REPEATED)
def test_what_is_repeated_takes_as_long_as_it_is(read: Callable[[str], tuple[str, ...]], name: str) -> None:
    before, unit, after = REPEATED[name]

    def make(length: int) -> str:
        return before + "".join(unit.replace("{}", str(one)) for one in range(length // len(unit))) + after

    assert growth(read, make) <= LINEAR_AT_MOST


def test_a_repo_full_of_traps_is_read_to_the_end(tmp_path: Path) -> None:
    job = _job(PUSH)
    root = Repo(files={PATH: job.replace("(1)", "(1, 2)")}).write(tmp_path)
    jobs = root / "app/jobs"
    os.mkfifo(jobs / "pipe_job.rb")
    (jobs / "folder_job.rb").mkdir()
    (jobs / "nowhere_job.rb").symlink_to("nothing.rb")
    (jobs / "outside_job.rb").symlink_to("/etc/hostname")
    (jobs / "circle").symlink_to(jobs)
    (jobs / "large_job.rb").write_text("# Sidekiq::Job\n" + "#" * 1_000_000)
    (jobs / "line_job.rb").write_text("Sidekiq = [" + "1," * 40_000 + "]\n")
    (jobs / "deep_job.rb").write_text(NESTED["blocks"](5_000).replace("SomeJob", "DeepJob"))
    (jobs / "binary_job.rb").write_bytes(b"\x7fELF\0Sidekiq::Job\0" + bytes(range(256)) * 40)
    (jobs / os.fsdecode(b"bytes\xff_job.rb")).write_text(job.replace("SomeJob", "BytesJob").replace("(1)", "(1, 2)"))
    (jobs / "empty_job.rb").write_text("")
    (jobs / "mark_job.rb").write_bytes(
        b"\xef\xbb\xbf" + job.replace("SomeJob", "MarkJob").replace("\n", "\r\n").encode()
    )

    for form in ("json", "sarif"):
        done = sidekiq_gen(root, "check", "--only", "argument-count", "--output-format", form)

        assert done.status == 4, done.err
        assert "Traceback" not in done.err
    told = sidekiq_gen(root, "check", "--only", "argument-count", "-q")
    assert [line.partition(":")[0] for line in told.out.splitlines()] == ["app/jobs/bytes\\xff_job.rb", PATH]
    assert "app/jobs/deep_job.rb is nested more than 150 deep" in told.err
    assert "app/jobs/large_job.rb is larger than 1 MB" in told.err
