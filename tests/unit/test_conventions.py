from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from sidekiq_gen.rails.app import RailsApp
from sidekiq_gen.rails.house.conventions import Conventions
from sidekiq_gen.rails.lockfile import Lockfile, parse_lockfile
from sidekiq_gen.sourced import Sourced

if TYPE_CHECKING:
    from sidekiq_gen.rails.house.jobs import JobFile


def put(root: Path, path: str, text: str) -> None:
    (root / path).parent.mkdir(parents=True, exist_ok=True)
    (root / path).write_text(text, encoding="utf-8")


def lock(*gems: str) -> Lockfile:
    """A lock file with these gems; one with a ``!`` is asked for by the Gemfile itself."""
    specs = "".join(f"    {gem.rstrip('!')} (1.0.0)\n" for gem in gems)
    direct = "".join(f"  {gem.rstrip('!')}\n" for gem in gems if gem.endswith("!"))
    return parse_lockfile(f"GEM\n  specs:\n{specs}\nDEPENDENCIES\n{direct}", Path("Gemfile.lock"))


def conventions(root: Path, *gems: str) -> Conventions:
    return RailsApp(root, lock(*gems)).conventions


def job(name: str, body: str = "", module: str = "Sidekiq::Job") -> str:
    return f"class {name}\n  include {module}\n{body}\n  def perform(id); end\nend\n"


DEFAULTS = Conventions(
    quotes=Sourced("double", "default"),
    frozen_string_literal=Sourced(value=True, origin="default"),
    job_dir=Sourced("app/jobs", "default"),
    suffix=Sourced("Job", "default"),
    job_module=Sourced(None, "default"),
    queue=Sourced(None, "default"),
    queue_literal=Sourced("string", "default"),
    retry=Sourced(None, "default"),
    first_option=Sourced("queue", "default"),
    base=Sourced("", "default"),
    short_base=Sourced(value=False, origin="default"),
    compact=Sourced(value=False, origin="default"),
    on_missing=Sourced(None, "default"),
    rescues=Sourced(value=False, origin="default"),
    logger=Sourced("logger", "default"),
)


def test_an_empty_repo_gets_the_defaults(tmp_path: Path) -> None:
    assert conventions(tmp_path) == DEFAULTS
    assert conventions(tmp_path, "rubocop!") == DEFAULTS
    assert RailsApp(tmp_path / "missing", None).conventions == DEFAULTS


def test_the_majority_of_the_jobs_decides(tmp_path: Path) -> None:
    magic = "# frozen_string_literal: true\n\n"
    options = "  sidekiq_options queue: :low, retry: 5\n  NAME = 'low'"
    for name in ("first", "second", "third"):
        put(
            tmp_path,
            f"app/workers/{name}_worker.rb",
            magic + job(f"{name.title()}Worker", options, module="Sidekiq::Worker"),
        )
    put(
        tmp_path,
        "app/jobs/fourth_job.rb",
        job("FourthJob", '  sidekiq_options queue: "high", retry: 1\n  NAME = "high"\n  OTHER = "x"'),
    )
    put(tmp_path, ".rubocop.yml", "Style: {Enabled: false}\n")

    assert conventions(tmp_path, "rubocop!") == Conventions(
        quotes=Sourced("single", "repo", "3 of 4 existing jobs"),
        frozen_string_literal=Sourced(value=True, origin="repo", reason="3 of 4 existing jobs"),
        job_dir=Sourced("app/workers", "repo", "3 of 4 existing jobs"),
        suffix=Sourced("Worker", "repo", "3 of 4 existing jobs"),
        job_module=Sourced("Sidekiq::Worker", "repo", "3 of 4 existing jobs"),
        queue=Sourced("low", "repo", "3 of 4 existing jobs"),
        queue_literal=Sourced("symbol", "repo", "3 of 4 existing jobs"),
        retry=Sourced("5", "repo", "3 of 4 existing jobs"),
        first_option=Sourced("queue", "repo", "4 of 4 existing jobs"),
        base=Sourced("", "repo", "4 of 4 existing jobs"),
        short_base=Sourced(value=False, origin="default"),
        compact=Sourced(value=False, origin="default"),
        on_missing=Sourced(None, "default"),
        rescues=Sourced(value=False, origin="default"),
        logger=Sourced("logger", "default"),
    )


def test_a_tie_decides_nothing(tmp_path: Path) -> None:
    put(
        tmp_path,
        "app/sidekiq/a_job.rb",
        "# frozen_string_literal: true\n" + job("AJob", '  sidekiq_options queue: "a", retry: 1\n  X = "x"'),
    )
    put(
        tmp_path,
        "app/workers/b_worker.rb",
        job("BWorker", "  sidekiq_options queue: :b\n  X = 'x'", module="Sidekiq::Worker"),
    )

    assert conventions(tmp_path) == replace(DEFAULTS, base=Sourced("", "repo", "2 of 2 existing jobs"))


def test_no_suffix_is_a_habit_too(tmp_path: Path) -> None:
    put(tmp_path, "app/jobs/entry_deleter.rb", job("EntryDeleter"))
    put(tmp_path, "app/jobs/user_deleter.rb", job("UserDeleter"))
    put(tmp_path, "app/jobs/mail_job.rb", job("MailJob"))

    assert conventions(tmp_path).suffix == Sourced("", "repo", "2 of 3 existing jobs")


def test_packs_modules_and_engines_are_looked_through(tmp_path: Path) -> None:
    for folder in ("packs/a", "modules/b", "engines/c"):
        put(tmp_path, f"{folder}/app/workers/x/{folder[-1]}_worker.rb", job("Worker", module="Sidekiq::Worker"))
    put(tmp_path, "modules/b/app/workers/d_worker.rb", job("DWorker", module="Sidekiq::Worker"))

    app = RailsApp(tmp_path, None)

    assert [file.path for file in app.job_files] == [
        "packs/a/app/workers/x/a_worker.rb",
        "modules/b/app/workers/d_worker.rb",
        "modules/b/app/workers/x/b_worker.rb",
        "engines/c/app/workers/x/c_worker.rb",
    ]
    assert app.conventions.job_dir == Sourced("app/workers", "repo", "4 of 4 existing jobs")


def test_heirs_of_a_sidekiq_base_class_are_jobs_and_those_of_active_job_are_not(tmp_path: Path) -> None:
    put(tmp_path, "app/jobs/application_job.rb", "class ApplicationJob < ActiveJob::Base\nend\n")
    put(tmp_path, "app/jobs/mail_job.rb", "class MailJob < ApplicationJob\n  def perform; end\nend\n")
    put(tmp_path, "app/jobs/base_job.rb", "class BaseJob\n  include Sidekiq::Worker\nend\n")
    put(tmp_path, "app/jobs/sync_job.rb", "class SyncJob < BaseJob\n  def perform; end\nend\n")
    put(tmp_path, "app/jobs/deep_sync_job.rb", "class DeepSyncJob < ::SyncJob\n  def perform; end\nend\n")
    put(tmp_path, "app/jobs/plain.rb", "class Plain\n  # include Sidekiq::Job\nend\n")

    app = RailsApp(tmp_path, None)

    assert [(file.path, file.base) for file in app.job_files] == [
        ("app/jobs/base_job.rb", True),
        ("app/jobs/deep_sync_job.rb", False),
        ("app/jobs/sync_job.rb", False),
    ]
    assert app.conventions.suffix == Sourced("Job", "repo", "2 of 2 existing jobs")
    assert app.conventions.job_module == Sourced("Sidekiq::Worker", "repo", "1 of 1 existing jobs")


def test_an_application_job_can_be_sidekiqs(tmp_path: Path) -> None:
    put(tmp_path, "app/jobs/application_job.rb", "class ApplicationJob\n  include Sidekiq::Job\nend\n")
    put(tmp_path, "app/jobs/mail_job.rb", "class MailJob < ApplicationJob\n  def perform; end\nend\n")

    assert [file.path for file in RailsApp(tmp_path, None).job_files] == [
        "app/jobs/application_job.rb",
        "app/jobs/mail_job.rb",
    ]


def test_a_superclass_is_looked_up_from_the_inside_out(tmp_path: Path) -> None:
    put(tmp_path, "app/workers/base.rb", "module Workers\n  class Base\n    include Sidekiq::Worker\n  end\nend\n")
    put(tmp_path, "app/workers/mail.rb", "module Workers\n  class Mail < Base\n    def perform; end\n  end\nend\n")
    put(tmp_path, "app/workers/post.rb", "module Workers\n  class Post < Workers::Base\n  end\nend\n")
    put(tmp_path, "app/jobs/application_job.rb", "class ApplicationJob\n  include Sidekiq::Job\nend\n")
    put(tmp_path, "app/jobs/engine/application_job.rb", "class Engine::ApplicationJob < ActiveJob::Base\nend\n")
    put(tmp_path, "app/jobs/engine/run_job.rb", "module Engine\n  class RunJob < ApplicationJob\n  end\nend\n")

    app = RailsApp(tmp_path, None)

    assert [(file.path, file.base) for file in app.job_files] == [
        ("app/jobs/application_job.rb", True),
        ("app/workers/base.rb", True),
        ("app/workers/mail.rb", False),
        ("app/workers/post.rb", False),
    ]
    assert app.conventions.suffix == Sourced("", "repo", "2 of 2 existing jobs")
    assert app.conventions.job_dir == Sourced("app/workers", "repo", "2 of 2 existing jobs")


@pytest.mark.parametrize(
    ("include", "module"),
    [
        ("include Sidekiq::Job", "Sidekiq::Job"),
        ("include ::Sidekiq::Worker", "Sidekiq::Worker"),
        ("include(Sidekiq::Job)", "Sidekiq::Job"),
        ("include Auditing, Sidekiq::Job", "Sidekiq::Job"),
        ("include Sidekiq::IterableJob", None),
    ],
)
def test_the_forms_of_an_include(tmp_path: Path, include: str, module: str | None) -> None:
    put(tmp_path, "app/jobs/a_job.rb", f"class AJob\n  {include}\nend\n")

    assert [file.module for file in RailsApp(tmp_path, None).job_files] == [module]


@pytest.mark.parametrize(
    "line",
    ["# include Sidekiq::Job", "include Sidekiq::Job::Setter", "include Sidekiq::Jobs", "puts 'Sidekiq::Job'"],
)
def test_what_is_no_include(tmp_path: Path, line: str) -> None:
    put(tmp_path, "app/jobs/a_job.rb", f"class AJob\n  {line}\nend\n")
    put(
        tmp_path,
        "app/jobs/b_job.rb",
        "=begin\n  include Sidekiq::Job\n=end\nclass BJob\nend\n__END__\ninclude Sidekiq::Job\n",
    )

    assert RailsApp(tmp_path, None).job_files == ()


def read_job(tmp_path: Path, body: str) -> JobFile:
    put(tmp_path, "app/jobs/a_job.rb", job("AJob", body))
    return RailsApp(tmp_path, None).job_files[0]


@pytest.mark.parametrize(
    ("options", "queue", "retries"),
    [
        ("sidekiq_options queue: :low, retry: 3", ("low", "symbol"), "3"),
        ("sidekiq_options(queue: 'low', retry: false)", ("low", "string"), "false"),
        ('sidekiq_options :queue => "low", :retry => 0', ("low", "string"), "0"),
        ('sidekiq_options "queue" => :low', ("low", "symbol"), ""),
        ('sidekiq_options queue: :"very-low"', ("very-low", "symbol"), ""),
        ("sidekiq_options retry: 25,\n                  queue: :low", ("low", "symbol"), "25"),
        ("sidekiq_options queue: LOW, retry: 5.minutes", None, ""),
        ("sidekiq_options no_queue: :low", None, ""),
        ("# sidekiq_options queue: :low", None, ""),
    ],
)
def test_the_options_of_a_job(tmp_path: Path, options: str, queue: tuple[str, str] | None, retries: str) -> None:
    file = read_job(tmp_path, f"  {options}")

    assert (file.queue and (file.queue.name, file.queue.literal), file.retry) == (queue, retries)


def test_the_usual_number_of_retries_is_that_of_most_jobs_and_a_tie_has_none(tmp_path: Path) -> None:
    for name, retries in {"a": "7", "b": "false"}.items():
        put(tmp_path, f"app/jobs/{name}_job.rb", job(name.upper(), f"  sidekiq_options retry: {retries}"))
    assert conventions(tmp_path).retry == Sourced(None, "default")

    for name in "cd":
        put(tmp_path, f"app/jobs/{name}_job.rb", job(name.upper(), "  sidekiq_options retry: 7"))
    assert conventions(tmp_path).retry == Sourced("7", "repo", "3 of 3 existing jobs")


@pytest.mark.parametrize(
    ("body", "quotes"),
    [
        ("""  A = 'a'\n  B = 'b'\n  C = "c" """, "single"),
        ("""  A = "a" # it's 'this' and 'that'""", "double"),
        ("""  A = 'a'\n  B = "b #{c}"\n  D = "d\\n"\n  E = "it's" """, "single"),
        ("""  A = "a"\n  B = '"b"'\n  C = '#{c}' """, "double"),
        ("""  A = <<~SQL\n    'a' 'b' 'c'\n  SQL\n  B = "b" """, "double"),
        ("""  # 'a' 'b'\n  B = "b" """, "double"),
    ],
)
def test_only_literals_that_could_have_either_quotes_count(tmp_path: Path, body: str, quotes: str) -> None:
    put(tmp_path, "app/jobs/a_job.rb", job("AJob", body))

    assert conventions(tmp_path).quotes == Sourced(quotes, "repo", "1 of 1 existing jobs")


def test_a_magic_comment_must_stand_at_the_top_and_say_true(tmp_path: Path) -> None:
    put(tmp_path, "app/jobs/a_job.rb", "# frozen_string_literal: false\n" + job("AJob"))
    put(tmp_path, "app/jobs/b_job.rb", job("BJob") + "# frozen_string_literal: true\n")
    put(tmp_path, "app/jobs/c_job.rb", "# encoding: utf-8\n# -*- frozen-string-literal: true -*-\n" + job("CJob"))

    assert conventions(tmp_path).frozen_string_literal == Sourced(
        value=False, origin="repo", reason="2 of 3 existing jobs"
    )


DEFAULT = "RuboCop's default"


def rules(root: Path, *gems: str) -> tuple[object, object]:
    found = conventions(root, *gems)
    return (
        (found.quotes.value, found.quotes.reason),
        (found.frozen_string_literal.value, found.frozen_string_literal.reason),
    )


@pytest.mark.parametrize(
    ("gem", "comment"),
    [
        ("standard", False),
        ("rubocop-rails-omakase", False),
        ("rubocop-govuk", False),
        ("rubocop-shopify", True),
    ],
)
def test_a_shared_configuration(tmp_path: Path, gem: str, comment: bool) -> None:  # noqa: FBT001
    assert rules(tmp_path, f"{gem}!", "rubocop") == (("double", gem), (comment, gem))
    assert rules(tmp_path, "rubocop!") == (("double", ""), (True, ""))
    put(tmp_path, ".rubocop.yml", f"inherit_gem:\n  {gem}: rubocop.yml\n")
    assert rules(tmp_path, "rubocop!", gem) == (("double", gem), (comment, gem))


@pytest.mark.parametrize(
    ("settings", "quotes", "comment"),
    [
        ("Style/StringLiterals: {EnforcedStyle: single_quotes}", ("single", ".rubocop.yml"), (True, DEFAULT)),
        ("Style/StringLiterals: {EnforcedStyle: double_quotes}", ("double", ".rubocop.yml"), (True, DEFAULT)),
        ("Style/StringLiterals: {Enabled: true}", ("single", ".rubocop.yml"), (True, DEFAULT)),
        ("Style/StringLiterals: {Enabled: false, EnforcedStyle: single_quotes}", ("double", ""), (True, DEFAULT)),
        ("Style/StringLiterals: {Exclude: [db/**/*]}", ("single", DEFAULT), (True, DEFAULT)),
        (
            "Style/FrozenStringLiteralComment: {Enabled: false}",
            ("single", DEFAULT),
            (False, ".rubocop.yml"),
        ),
        (
            "Style/FrozenStringLiteralComment: {EnforcedStyle: never}",
            ("single", DEFAULT),
            (False, ".rubocop.yml"),
        ),
        (
            "Style/FrozenStringLiteralComment: {EnforcedStyle: always}",
            ("single", DEFAULT),
            (True, ".rubocop.yml"),
        ),
        ("Style/FrozenStringLiteralComment: {Enabled: true}", ("single", DEFAULT), (True, ".rubocop.yml")),
        (
            "AllCops: {Exclude: [!ruby/regexp /x/]}\nStyle/StringLiterals: {EnforcedStyle: single_quotes}",
            ("single", ".rubocop.yml"),
            (True, DEFAULT),
        ),
        ("AllCops: {NewCops: enable}", ("single", DEFAULT), (True, DEFAULT)),
        ("AllCops: {DisabledByDefault: true}", ("double", ""), (True, "")),
        ("Style/StringLiterals: [", ("double", ""), (True, "")),
        ("- nonsense", ("double", ""), (True, "")),
    ],
)
def test_rubocop_yml(tmp_path: Path, settings: str, quotes: object, comment: object) -> None:
    put(tmp_path, ".rubocop.yml", settings)

    assert rules(tmp_path, "rubocop!") == (quotes, comment)


def test_a_cop_that_is_kept_by_some_outvotes_the_jobs_and_one_that_hardly_any_keeps_does_not(tmp_path: Path) -> None:
    put(tmp_path, ".rubocop.yml", "")
    for number in range(9):
        put(tmp_path, f"app/jobs/a{number}_job.rb", job(f"A{number}Job", '  NAME = "x"'))
    put(tmp_path, "app/jobs/b_job.rb", job("BJob", "  NAME = 'x'"))
    assert rules(tmp_path, "rubocop!") == (("single", DEFAULT), (False, "10 of 10 existing jobs"))

    put(tmp_path, "app/jobs/c_job.rb", job("CJob", '  NAME = "x"'))
    assert rules(tmp_path, "rubocop!") == (("double", "10 of 11 existing jobs"), (False, "11 of 11 existing jobs"))


def test_standard_has_the_last_word(tmp_path: Path) -> None:
    put(tmp_path, ".rubocop.yml", "Style/StringLiterals:\n  EnforcedStyle: single_quotes\n")

    assert rules(tmp_path, "standard!", "rubocop!") == (("double", "standard"), (False, "standard"))
    assert rules(tmp_path, "standard", "rubocop!") == (("single", ".rubocop.yml"), (True, DEFAULT))


def test_rubocop_yml_inherits_local_files(tmp_path: Path) -> None:
    put(
        tmp_path,
        ".rubocop.yml",
        "inherit_gem: {rubocop-shopify: rubocop.yml}\n"
        "inherit_from:\n- https://gems.example/rubocop.yml\n- /etc/rubocop.yml\n- ../outside.yml\n- config/house.yml\n"
        "- .rubocop/*.yml\n- missing.yml\n"
        "Style/StringLiterals: {Enabled: true}\n",
    )
    put(tmp_path, "config/house.yml", "inherit_from: quotes.yml\nStyle/FrozenStringLiteralComment: {Enabled: false}\n")
    put(tmp_path, "config/quotes.yml", "Style/StringLiterals: {EnforcedStyle: double_quotes}\n")
    put(tmp_path, ".rubocop/style.yml", "Style/StringLiterals: {EnforcedStyle: single_quotes}\n")
    put(tmp_path.parent, "outside.yml", "Style/StringLiterals: {EnforcedStyle: double_quotes}\n")

    assert rules(tmp_path, "rubocop!") == (("single", ".rubocop/style.yml"), (False, "config/house.yml"))


@pytest.mark.parametrize("inherited", ["https://gems.example/rubocop.yml", "[house.yml, http://gems.example/x.yml]"])
def test_rules_that_stand_elsewhere_are_not_guessed(tmp_path: Path, inherited: str) -> None:
    put(tmp_path, ".rubocop.yml", f"inherit_from: {inherited}\n")

    assert rules(tmp_path, "rubocop!") == (("double", ""), (True, ""))


def test_files_that_inherit_each_other_end(tmp_path: Path) -> None:
    put(tmp_path, ".rubocop.yml", "inherit_from: other.yml\nStyle/StringLiterals: {EnforcedStyle: single_quotes}\n")
    put(tmp_path, "other.yml", "inherit_from: .rubocop.yml\nStyle/FrozenStringLiteralComment: {Enabled: false}\n")

    assert rules(tmp_path, "rubocop!") == (("single", ".rubocop.yml"), (False, "other.yml"))


def test_a_configuration_outside_the_root_is_not_followed(tmp_path: Path) -> None:
    root = tmp_path / "app"
    put(tmp_path, "rubocop.yml", "Style/StringLiterals: {EnforcedStyle: single_quotes}\n")
    root.mkdir()
    (root / ".rubocop.yml").symlink_to(tmp_path / "rubocop.yml")

    assert rules(root, "rubocop!") == (("double", ""), (True, ""))
