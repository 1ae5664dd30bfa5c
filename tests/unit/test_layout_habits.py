"""Where the house puts what Ruby leaves free, and how a rendered file follows it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from sidekiq_gen.ruby import dialect, placing
from sidekiq_gen.ruby.brackets import pairs
from sidekiq_gen.ruby.literals import blanked
from sidekiq_gen.style import Layout, Style
from support.command import sidekiq_gen
from support.linted import app
from support.repos import Repo

if TYPE_CHECKING:
    from pathlib import Path

ONE = "class AJob\n  include Sidekiq::Job\n{}end\n"
OUTDENTED = "\n  def perform(id); end\n\nprivate\n\n  def work; end\n"
INDENTED = "\n  def perform(id); end\n\n  private\n    def work; end\n"
FLUSH = "\n  def perform(id); end\n\n  private\n\n  def work; end\n"
RUBY = "AllCops: {TargetRubyVersion"
SHORT = "Style/HashSyntax: "
CALL = "\n  def perform(id)\n    call(\n      id,\n      {}\n    )\n  end\n"


def seen(root: Path, body: str, settings: str | None = None, count: int = 4) -> dict[str, tuple[object, str]]:
    """What is found in a repo with so many jobs of that body: the value and its reason, by name."""
    jobs = {f"app__jobs__{name}_job.rb": ONE.format(body) for name in "abcdefghij"[:count]}
    files = jobs if settings is None else {".rubocop.yml": settings} | jobs
    found = app(root, "rubocop rubocop-performance", **files).layout
    return {name: (said.value, said.reason) for name, said in found.seen.items()}


@pytest.mark.parametrize(
    ("body", "name", "value"),
    [
        (OUTDENTED, "private", "outdented"),
        (INDENTED, "private", "indented"),
        (INDENTED, "airy_private", False),
        (FLUSH, "private", "flush"),
        (FLUSH, "airy_private", True),
        ("  sidekiq_options retry: 5\n", "airy_include", False),
        ("\n  sidekiq_options retry: 5\n", "airy_include", True),
        ("  X = {a: 1}\n  Y = {b: 1}\n  Z = { c: 1 }\n", "spaced_hashes", False),
        ("  X = { a: 1 }\n", "spaced_hashes", True),
        ("\n  def perform\n  rescue => e\n  end\n", "implicit_rescue", True),
        ("\n  def perform\n  rescue StandardError\n  end\n", "implicit_rescue", False),
        (CALL.format("x: 1,"), "argument_commas", "own_lines"),
        (CALL.format("x: 1"), "argument_commas", "none"),
        ("  X = {\n    a: 1,\n  }\n", "hash_commas", "own_lines"),
        ("  X = [\n    1,\n  ]\n", "array_commas", "own_lines"),
    ],
)
def test_what_the_jobs_do(tmp_path: Path, body: str, name: str, value: object) -> None:
    assert seen(tmp_path, body)[name] == (value, "4 of 4 existing jobs")


def test_silence_and_close_votes_leave_the_default(tmp_path: Path) -> None:
    assert seen(tmp_path / "few", INDENTED, count=2)["private"] == ("indented", "2 of 2 existing jobs")
    assert seen(tmp_path / "silent", "\n  def perform; end\n") == {}

    for others, count in (("a", 2), ("abcd", 9)):
        jobs = {
            f"app__jobs__{name}_job.rb": ONE.format(FLUSH if name in others else OUTDENTED)
            for name in "abcdefghi"[:count]
        }
        assert "private" not in app(tmp_path / others, **jobs).layout.seen


@pytest.mark.parametrize(
    ("settings", "name", "value"),
    [
        ("Layout/AccessModifierIndentation: {EnforcedStyle: outdent}", "private", ("outdented", ".rubocop.yml")),
        (
            "Layout/IndentationConsistency: {EnforcedStyle: indented_internal_methods}",
            "private",
            ("indented", ".rubocop.yml"),
        ),
        ("", "private", ("flush", "RuboCop's default")),
        ("Layout/IndentationConsistency: {Enabled: false}", "private", None),
        (
            "Layout/EmptyLinesAroundAccessModifier: {EnforcedStyle: only_before}",
            "airy_private",
            (False, ".rubocop.yml"),
        ),
        ("AllCops: {NewCops: enable}", "airy_include", (True, ".rubocop.yml")),
        ("", "airy_include", None),
        ("Layout/EmptyLinesAfterModuleInclusion: {Enabled: true}", "airy_include", (True, ".rubocop.yml")),
        (
            "Layout/SpaceInsideHashLiteralBraces: {EnforcedStyle: no_space}",
            "spaced_hashes",
            (False, ".rubocop.yml"),
        ),
        ("Layout/SpaceInsideHashLiteralBraces: {EnforcedStyle: compact}", "spaced_hashes", None),
        (
            "Layout/SpaceInsideArrayLiteralBrackets: {EnforcedStyle: space}",
            "spaced_arrays",
            (True, ".rubocop.yml"),
        ),
        (
            "Layout/SpaceInsideBlockBraces: {SpaceBeforeBlockParameters: false}",
            "spaced_parameters",
            (False, ".rubocop.yml"),
        ),
        (
            "Layout/SpaceAroundEqualsInParameterDefault: {EnforcedStyle: no_space}",
            "spaced_defaults",
            (False, ".rubocop.yml"),
        ),
        (
            "Style/TrailingCommaInArguments: {EnforcedStyleForMultiline: comma}",
            "argument_commas",
            ("own_lines", ".rubocop.yml"),
        ),
        (
            "Style/TrailingCommaInHashLiteral: {EnforcedStyleForMultiline: consistent_comma}",
            "hash_commas",
            ("lines", ".rubocop.yml"),
        ),
        (
            "Style/TrailingCommaInArrayLiteral: {EnforcedStyleForMultiline: diff_comma}",
            "array_commas",
            ("line_end", ".rubocop.yml"),
        ),
        ("Style/RescueStandardError: {EnforcedStyle: implicit}", "implicit_rescue", (True, ".rubocop.yml")),
        ("", "documented", (True, "RuboCop's default")),
        ("Style/Documentation: {Enabled: false}", "documented", None),
        ("Style/WordArray: {MinSize: 0}", "words", (1, ".rubocop.yml")),
        ("Style/WordArray: {EnforcedStyle: brackets}", "words", None),
        ("", "words", (2, "RuboCop's default")),
        ("plugins: rubocop-performance\nAllCops: {NewCops: enable}", "zip", (True, ".rubocop.yml")),
        ("plugins: rubocop-performance", "zip", None),
    ],
)
def test_what_the_linter_says(tmp_path: Path, settings: str, name: str, value: object) -> None:
    assert seen(tmp_path, "\n  def perform; end\n", settings).get(name) == value


def test_a_cop_that_no_job_keeps_is_outvoted_but_for_the_line_that_it_puts_in_by_itself(tmp_path: Path) -> None:
    body = "  sidekiq_options retry: 5\n" + OUTDENTED

    found = seen(tmp_path, body, "AllCops: {NewCops: enable}", count=5)

    assert found["private"] == ("outdented", "5 of 5 existing jobs")
    assert found["airy_include"] == (True, ".rubocop.yml")


@pytest.mark.parametrize(
    ("settings", "width"),
    [
        ("", 120),
        ("Layout/LineLength: {Max: 100}", 100),
        ("Layout/LineLength: {Max: 300}", 120),
        ("Layout/LineLength: {Max: 20}", 120),
        ("Layout/LineLength: {Max: many}", 120),
        ("Layout/LineLength: {Enabled: false, Max: 100}", 120),
    ],
)
def test_how_wide_a_line_is(tmp_path: Path, settings: str, width: int) -> None:
    assert app(tmp_path, **{".rubocop.yml": settings}).style.width == width


CANONICAL = """\
class AJob
  include Sidekiq::Job

  sidekiq_options queue: "low"

  def perform(id, count = 1)
    ids = rows.map { |id| [id] } # { |id| [id] }
    log({ id: id }, "{ a: 1 }", ["one", "two"], rows[0], [])
    rows.each { |row| push(id: row, at: { x: {} }) }
    call(
      id,
      at: {
        a: 1
      },
      list: [
        1, 2
      ]
    )
  rescue StandardError => e
    raise "rescue StandardError => e"
  end

  private

  # What it does.
  def work(a, b: 1)
    true
  end

  def other
  end
end
"""


def spoken(source: str, **style: object) -> str:
    """Ruby in the form of the templates, in that of a house."""
    house = Style("double", True, "string", None, layout=Layout(**style))  # type: ignore[arg-type] # noqa: FBT003
    return dialect.spoken(source, house)


def written(**style: object) -> list[tuple[str, str]]:
    """The lines that differ from the canonical form, each with the one that stands there; both without margin."""
    lines = spoken(CANONICAL, **style).split("\n")
    before = CANONICAL.split("\n")
    assert len(lines) == len(before)
    return [(one.strip(), other.strip()) for one, other in zip(before, lines, strict=True) if one != other]


def test_the_default_is_the_form_of_the_templates() -> None:
    assert placing.placed(CANONICAL, Layout(), 120) == CANONICAL


def test_spaces_in_brackets() -> None:
    log = 'log({ id: id }, "{ a: 1 }", ["one", "two"], rows[0], [])'
    assert written(spaced_hashes=False) == [
        (log, log.replace("{ id: id }", "{id: id}")),
        ("rows.each { |row| push(id: row, at: { x: {} }) }", "rows.each { |row| push(id: row, at: {x: {}}) }"),
    ]
    assert written(spaced_arrays=True) == [
        ("ids = rows.map { |id| [id] } # { |id| [id] }", "ids = rows.map { |id| [ id ] } # { |id| [id] }"),
        (log, log.replace('["one", "two"]', '[ "one", "two" ]')),
    ]
    assert written(spaced_parameters=False) == [
        ("ids = rows.map { |id| [id] } # { |id| [id] }", "ids = rows.map {|id| [id] } # { |id| [id] }"),
        ("rows.each { |row| push(id: row, at: { x: {} }) }", "rows.each {|row| push(id: row, at: { x: {} }) }"),
    ]
    assert written(spaced_defaults=False) == [("def perform(id, count = 1)", "def perform(id, count=1)")]


def test_words_arrays_of_one_and_rescues() -> None:
    log = 'log({ id: id }, "{ a: 1 }", ["one", "two"], rows[0], [])'
    assert written(words=2) == [(log, log.replace('["one", "two"]', "%w[one two]"))]
    assert written(words=3) == []
    assert written(zip=True)[0][1].startswith("ids = rows.zip # ")
    assert written(implicit_rescue=True) == [("rescue StandardError => e", "rescue => e")]


def test_commas() -> None:
    assert written(argument_commas="own_lines") == [("]", "],")]
    assert written(hash_commas="own_lines") == [("a: 1", "a: 1,")]
    assert written(array_commas="own_lines") == []
    assert written(array_commas="lines") == [("1, 2", "1, 2,")]
    assert (
        placing.placed("call(\n  a,\n  &block\n)", Layout(argument_commas="lines"), 120) == "call(\n  a,\n  &block\n)"
    )
    assert placing.placed("call(a,\n     b)", Layout(argument_commas="lines"), 120) == "call(a,\n     b)"
    assert placing.placed("def a(\n  b\n)\nend", Layout(argument_commas="lines"), 120) == "def a(\n  b\n)\nend"


def test_private_and_the_methods_below_it() -> None:
    assert written(private="outdented") == [("private", "private")]
    assert "\nprivate\n\n  # What it does.\n" in placing.placed(CANONICAL, Layout(private="outdented"), 120)

    text = placing.placed(CANONICAL, Layout(private="indented", airy_private=False), 120)
    assert text.endswith(
        "  private\n    # What it does.\n    def work(a, b: 1)\n      true\n    end\n\n    def other\n    end\nend\n"
    )
    assert placing.placed(
        "module M\n  class A\n    private\n\n    def b; end\n  end\nend\n", Layout(private="outdented"), 120
    ) == ("module M\n  class A\n  private\n\n    def b; end\n  end\nend\n")


def test_a_block_that_is_only_handed_on_has_no_name() -> None:
    source = "  def a(&block)\n    b(1, &block)\n  end\n"
    assert spoken(source, unnamed_blocks=True) == "  def a(&)\n    b(1, &)\n  end\n"
    source = "  def a(&block)\n    b(\n      1, &block\n    )\n  end\n"
    assert spoken(source, unnamed_blocks=True) == "  def a(&)\n    b(\n      1, &\n    )\n  end\n"
    for body in (
        "    block.call\n    b(1, &block)\n",
        "    c do\n      b(1, &block)\n    end\n",
        "    c do\n      b(\n        1, &block\n      )\n    end\n",
    ):
        kept = f"  def a(&block)\n{body}  end\n"
        assert spoken(kept, unnamed_blocks=True) == kept


def test_a_line_that_gets_too_long_where_it_is_indented_is_broken() -> None:
    source = "class A\n  private\n\n  def b\n    call(alpha, beta, gamma)\n  end\nend\n"

    assert "      call(\n        alpha, beta, gamma\n      )\n" in placing.placed(
        source, Layout(private="indented"), 29
    )


def test_no_line_between_the_include_and_the_options() -> None:
    assert "  include Sidekiq::Job\n  sidekiq_options" in placing.placed(CANONICAL, Layout(airy_include=False), 120)
    other = "  include Sidekiq::Job\n\n  LIMIT = 1\n"
    assert placing.placed(other, Layout(airy_include=False), 120) == other


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("call(1)", "arguments"),
        ("call?(1)", "arguments"),
        ("call.(1)", "arguments"),
        ("x = (1)", "group"),
        ("def a(b)", "parameters"),
        ("->(b)", "parameters"),
        ("a[1]", "index"),
        ("x = [1]", "array"),
        ("each { 1 }", "block"),
        ("-> { 1 }", "block"),
        ("any? { 1 }", "block"),
        ("x = { a: 1 }", "hash"),
        ("return { a: 1 }", "hash"),
        ("a ? { a: 1 } : b", "hash"),
        ("a: { a: 1 }", "hash"),
        ('"x" => { a: 1 }', "hash"),
    ],
)
def test_what_brackets_are(text: str, kind: str) -> None:
    assert next(pairs(blanked(text))).kind == kind


def test_a_write_is_marked_for_rubocop_where_it_minds_that_method() -> None:
    source = (
        'row.update_column(:a, 1)\n  rows.update_all(\n  @row&.update_column(:a, "x")\nraise "x.update_column(1)"\n'
    )
    mark = " # rubocop:disable Rails/SkipsModelValidations"

    assert dialect.directed(source, ()) == source
    assert dialect.directed(source, ("update_column", "touch")) == (
        f"row.update_column(:a, 1){mark}\n  rows.update_all(\n"
        f'  @row&.update_column(:a, "x"){mark}\nraise "x.update_column(1)"\n'
    )
    assert dialect.directed(source, ("update_all",)) == source.replace("update_all(", f"update_all({mark}")


def test_a_job_and_its_spec_follow_the_house(tmp_path: Path) -> None:
    jobs = {f"app/jobs/{name}_job.rb": ONE.format(f"  sidekiq_options retry: 5\n{INDENTED}") for name in "abcd"}
    root = Repo(files=jobs).write(tmp_path)

    assert sidekiq_gen(root, "job", "SyncThing", "--no-input").status == 0

    text = (root / "app/jobs/sync_thing_job.rb").read_text(encoding="utf-8")
    assert "  include Sidekiq::Job\n  sidekiq_options" in text
    assert "\n  private\n    def sync_thing\n      # TODO" in text


@pytest.mark.parametrize(
    ("name", "path", "expected"),
    [
        ("ChargeCustomer", "charge_customer", "# Charges the customer.\nclass ChargeCustomerJob\n"),
        ("Billing::Sync", "billing/sync", "module Billing\n  # Syncs what it is given.\n  class SyncJob\n"),
        ("NightlyDigest", "nightly_digest", "# Nightly digest.\nclass NightlyDigestJob\n"),
    ],
)
def test_a_class_says_what_it_is_where_the_linter_wants_that(
    tmp_path: Path, name: str, path: str, expected: str
) -> None:
    Repo(gems={"rubocop": "1.90.0"}, files={".rubocop.yml": ""}).write(tmp_path)

    sidekiq_gen(tmp_path, "job", name)

    assert expected in (tmp_path / f"app/jobs/{path}_job.rb").read_text(encoding="utf-8")


WORDS = """\
class AJob
  sidekiq_options lock: :until_executed, # so that
                  # it lasts
                  lock_ttl: 5,
                  on_conflict: :log

  def perform(id)
    raise "late" if id > 3
    raise if id
    raise Late, "late"
    log(id: id, at: now)
    log(1, id: id, name: name)
    call(service.call(id), "a.call(id)", &block)
    3.times { create(:order, at: nil) }
    2.times { FactoryBot.create(:order) }
    late.call
    assert_not job
    assert_not_includes list, 1
    log("#{digest([id, 1].to_json)} #{[id, 2]} #{ids[0]}")
  end
end
"""


def test_what_a_migration_adds_stands_in_brackets_as_what_is_raised_does() -> None:
    source = """\
    change_table :orders, bulk: true do |t|
      t.datetime :failed_at
    end
    add_index :orders,
              :charged_at
"""
    assert (
        spoken(source, closed_raise=True)
        == """\
    change_table(:orders, bulk: true) do |t|
      t.datetime(:failed_at)
    end
    add_index(:orders,
              :charged_at)
"""
    )


@pytest.mark.parametrize(
    ("style", "changed"),
    [
        (
            {"aligned_arguments": False},
            [
                (f"{' ' * 18}# it", "    # it"),
                (f"{' ' * 18}lock_ttl: 5,", "    lock_ttl: 5,"),
                (f"{' ' * 18}on_conflict", "    on_conflict"),
            ],
        ),
        (
            {"closed_raise": True},
            [('raise "late" if', 'raise("late") if'), ('raise Late, "late"', 'raise(Late, "late")')],
        ),
        ({"shorthand": "always"}, [("log(id: id, at", "log(id:, at"), ("id: id, name: name", "id:, name:")]),
        ({"shorthand": "together"}, [("id: id, name: name", "id:, name:")]),
        ({"brief_calls": True}, [("service.call(id)", "service.(id)"), ("late.call\n", "late.()\n")]),
        (
            {"lists": True},
            [
                ("3.times { create(:order, at: nil) }", "create_list(:order, 3, at: nil)"),
                ("2.times { FactoryBot.create(:order) }", "FactoryBot.create_list(:order, 2)"),
            ],
        ),
        (
            {"spaced_arrays": True},
            [("digest([id, 1].to_json)} #{[id, 2]}", "digest([ id, 1 ].to_json)} #{[ id, 2 ]}")],
        ),
        ({"refutes": True}, [("assert_not job", "refute job"), ("assert_not_includes", "refute_includes")]),
    ],
)
def test_the_words_of_the_house(style: dict[str, object], changed: list[tuple[str, str]]) -> None:
    expected = WORDS
    for old, new in changed:
        assert old in expected
        expected = expected.replace(old, new)

    assert spoken(WORDS, **style) == expected


@pytest.mark.parametrize(
    ("settings", "name", "value"),
    [
        ("Layout/ArgumentAlignment: {EnforcedStyle: with_fixed_indentation}", "aligned_arguments", False),
        ("Style/LambdaCall: {EnforcedStyle: braces}", "brief_calls", True),
        ("plugins: rubocop-rails\nRails/RefuteMethods: {EnforcedStyle: refute}", "refutes", True),
        ("plugins: rubocop-factory_bot", "lists", True),
        ("Style/MethodCallWithArgsParentheses: {Enabled: true}", "closed_raise", True),
        ("Style/MethodCallWithArgsParentheses: {Enabled: true, AllowedMethods: [raise]}", "closed_raise", None),
        ("Style/MethodCallWithArgsParentheses: {Enabled: true, EnforcedStyle: omit_parentheses}", "closed_raise", None),
        (f"{SHORT}{{EnforcedShorthandSyntax: always}}\n{RUBY}: 3.1}}", "shorthand", "always"),
        (
            f"{SHORT}{{EnforcedShorthandSyntax: consistent}}\n{RUBY}: 3.4}}",
            "shorthand",
            "together",
        ),
        (f"{SHORT}{{EnforcedShorthandSyntax: always}}\n{RUBY}: 3.0}}", "shorthand", None),
        (f"{SHORT}{{EnforcedShorthandSyntax: always}}", "shorthand", None),
        (f"{SHORT}{{EnforcedShorthandSyntax: either}}\n{RUBY}: 3.4}}", "shorthand", None),
    ],
)
def test_the_words_that_the_linter_wants(tmp_path: Path, settings: str, name: str, value: object) -> None:
    found = seen(tmp_path, "\n  def perform; end\n", settings).get(name)

    assert (found[0] if found else None) == value


def test_an_older_rubocop_wants_the_short_form_by_default(tmp_path: Path) -> None:
    files = {".rubocop.yml": "", ".ruby-version": "3.3.0"}

    versions = ("1.21.0", "1.22.0", "1.66.1", "1.67.0")
    found = [app(tmp_path, f"rubocop={version}", **files).layout.style.shorthand for version in versions]

    assert found == ["none", "always", "always", "none"]


def test_the_ruby_that_files_are_for(tmp_path: Path) -> None:
    assert app(tmp_path).rules.ruby("a.rb") is None
    assert app(tmp_path, **{".ruby-version": "ruby-3.4.1\n"}).rules.ruby("a.rb") == (3, 4)
    assert app(tmp_path, **{".rubocop.yml": "AllCops: {TargetRubyVersion: '3.1'}\n"}).rules.ruby("a.rb") == (3, 1)


@pytest.mark.parametrize(("margin", "aligned"), [(" " * 18, True), ("    ", False), ("   ", None)])
def test_where_the_options_of_the_jobs_stand(tmp_path: Path, margin: str, *, aligned: bool | None) -> None:
    found = seen(tmp_path, f"  sidekiq_options queue: :low,\n{margin}retry: 5\n").get("aligned_arguments")

    assert found == (None if aligned is None else (aligned, "4 of 4 existing jobs"))
