"""The example in the spec of a job that says which payloads its perform takes."""

from __future__ import annotations

import re

from sidekiq_gen.regex import binary_regex

_END = binary_regex(rb"^end[ \t]*\r?\n?\Z", re.MULTILINE)


def example_for(path: str, job: str, parameter: str, before: int) -> str:
    """An example that holds as long as payloads with and without an argument can be run; empty without a spec.

    path: of the spec. job: the class. before: how many arguments stand before it. Its text depends on nothing else, so
    that a later step finds it again.
    """
    if path.endswith("_spec.rb"):
        return (
            f'  it "runs payloads without {parameter} and with it" do\n'
            f"    expect(described_class.new).to respond_to(:perform).with({before}..{before + 1}).arguments\n"
            "  end\n"
        )
    if path.endswith("_test.rb"):
        return (
            f"  def test_runs_payloads_without_{parameter}_and_with_it\n"
            f"    assert_equal %i[opt {parameter}], {job}.instance_method(:perform).parameters[{before}]\n"
            "  end\n"
        )
    return ""


def with_example(data: bytes, example: str) -> bytes | None:
    """The spec with the example at its end; None where there is no certain place."""
    end = _END.search(data)
    if not example or end is None or example.encode() in data:
        return None
    newline = b"\r\n" if b"\r\n" in data else b"\n"
    text = example.encode().replace(b"\n", newline)
    return data[: end.start()] + newline + text + data[end.start() :]


def without_example(data: bytes, example: str) -> bytes | None:
    """The spec without it; None where it is not there, or was changed."""
    for newline in (b"\n", b"\r\n"):
        text = newline + example.encode().replace(b"\n", newline)
        if example and text in data:
            return data.replace(text, b"", 1)
    return None
