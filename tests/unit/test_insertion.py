"""What install puts into files that are somebody's own: in one certain place, with every other byte kept."""

from __future__ import annotations

import difflib

import pytest

from sidekiq_gen.install.insertion import Addition, insert
from sidekiq_gen.install.queues import insert_queues
from sidekiq_gen.install.wiring import PARTS, find_wiring
from sidekiq_gen.sidekiq.gems import Gems
from sidekiq_gen.sidekiq.release import Release

DEATH = Addition("config.death_handlers <<", "server", "config.death_handlers << lambda do |job, error|\n  TELL\nend")
PUSH = Addition("Sidekiq.transactional_push!", "top", "# Why.\nSidekiq.transactional_push!")
CLIENT = Addition("the client", "client", "config.client_middleware { |chain| chain.add(Mine) }")
SERVER = "Sidekiq.configure_server do |config|\n  config.redis = {}\nend\n"
DEATH_IN_SERVER = (
    "Sidekiq.configure_server do |config|\n"
    "  config.redis = {}\n\n  config.death_handlers << lambda do |job, error|\n    TELL\n  end\nend\n"
)
DEATH_APART = (
    "\nSidekiq.configure_server do |config|\n  config.death_handlers << lambda do |job, error|\n    TELL\n  end\nend\n"
)


def only_adds(before: str, after: str) -> bool:
    """Whether every line of a text, with its end, is in another in the same order."""
    changes = difflib.ndiff(before.splitlines(keepends=True), after.splitlines(keepends=True))
    return not any(line.startswith("- ") for line in changes)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (SERVER, DEATH_IN_SERVER),
        (f"# Mine\n\n{SERVER}\nFOO = 1\n", f"# Mine\n\n{DEATH_IN_SERVER}\nFOO = 1\n"),
        ("", DEATH_APART.lstrip("\n")),
        ("# Nothing yet", f"# Nothing yet\n{DEATH_APART}"),
        ("# Nothing yet\n\n", f"# Nothing yet\n{DEATH_APART}"),
        (f"{SERVER}{SERVER}", f"{SERVER}{SERVER}{DEATH_APART}"),  # which of the two?
        ("Sidekiq.configure_server { |c| c.redis = {} }\n",
         f"Sidekiq.configure_server {{ |c| c.redis = {{}} }}\n{DEATH_APART}"),
        ("Sidekiq.configure_server do |config|\nend\n",
         ("Sidekiq.configure_server do |config|\n  config.death_handlers << lambda do |job, error|\n"
         "    TELL\n  end\nend\n")),
        ("Sidekiq.configure_server do |config| # why\n  # nothing\nend # of it",
         ("Sidekiq.configure_server do |config| # why\n  # nothing\n\n"
         "  config.death_handlers << lambda do |job, error|\n    TELL\n  end\nend # of it")),
        ("Sidekiq.configure_server do |sq|\n\tsq.redis = {}\n\nend\n",
         ("Sidekiq.configure_server do |sq|\n\tsq.redis = {}\n\n\tsq.death_handlers << lambda do |job, error|\n"
         "\t\tTELL\n\tend\nend\n")),
        ("Sidekiq.configure_server do |config|\n    config.redis = {}\nend\n",
         ("Sidekiq.configure_server do |config|\n    config.redis = {}\n\n"
         "    config.death_handlers << lambda do |job, error|\n      TELL\n    end\nend\n")),
        # What looks like the end of the block is none: text, a condition, a heredoc.
        ("Sidekiq.configure_server do |config|\n  X = <<~TEXT\nend\n  TEXT\nend\n",
         ("Sidekiq.configure_server do |config|\n  X = <<~TEXT\nend\n  TEXT\n\n"
         "  config.death_handlers << lambda do |job, error|\n    TELL\n  end\nend\n")),
        ("Sidekiq.configure_server do |config|\n  config.x\nend if ENV['X']\n",
         f"Sidekiq.configure_server do |config|\n  config.x\nend if ENV['X']\n{DEATH_APART}"),
        ("Sidekiq.configure_server do |config|\nconfig.x\nend\n",
         f"Sidekiq.configure_server do |config|\nconfig.x\nend\n{DEATH_APART}"),
        ("Sidekiq.configure_server do |config|\n  next if ENV['X']\n\n  config.x\nend\n",
         f"Sidekiq.configure_server do |config|\n  next if ENV['X']\n\n  config.x\nend\n{DEATH_APART}"),
        ("Sidekiq.configure_server do |config|\n  config.queues = %w[\nend\n]\nend\n",
         f"Sidekiq.configure_server do |config|\n  config.queues = %w[\nend\n]\nend\n{DEATH_APART}"),
        ("Sidekiq.configure_server do |config|\n  X = <<TEXT\nend\nTEXT\nend\n",
         f"Sidekiq.configure_server do |config|\n  X = <<TEXT\nend\nTEXT\nend\n{DEATH_APART}"),
        # Whether anything there is ever run is not known.
        ("if ENV['X']\n  Sidekiq.configure_server do |config|\n    config.x\n  end\nend\n", None),
        ("Rails.application.config.to_prepare do\n  Sidekiq.strict_args!\nend\n", None),
        ("Sidekiq.strict_args! if defined?(Sidekiq)\n", None),
        ("return unless defined?(Sidekiq)\n\nSidekiq.strict_args!\n", None),
        (f"{SERVER}__END__\nnotes\n", None),
        (f"{SERVER}__END__\r\nnotes\r\n", None),
    ],
)  # fmt: skip
def test_a_handler_goes_into_the_one_block_of_its_side_or_into_one_of_its_own(before: str, after: str | None) -> None:
    assert insert(before, [DEATH]) == after


def test_what_belongs_outside_goes_to_the_end_and_blocks_of_the_other_side_stay() -> None:
    before = SERVER.replace("server", "client")

    assert insert(before, [PUSH, DEATH, CLIENT]) == (
        "Sidekiq.configure_client do |config|\n  config.redis = {}\n\n"
        "  config.client_middleware { |chain| chain.add(Mine) }\nend\n"
        f"\n# Why.\nSidekiq.transactional_push!\n{DEATH_APART}"
    )


@pytest.mark.parametrize("before", [SERVER, DEATH_APART, f"\ufeff# BOM\n{SERVER}", "# \udcff\n", "# no end", "\t\n"])
@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_line_ends_stay_and_what_is_new_has_them_too(before: str, newline: str) -> None:
    before = before.replace("\n", newline)
    after = insert(before, [PUSH, DEATH])

    assert after is not None
    if "\n" not in before:
        assert after.startswith(f"{before}\n")
    else:
        assert only_adds(before, after)
        assert after.count("\r\n") == (after.count("\n") if newline == "\r\n" else 0)


def test_nothing_to_insert_changes_nothing() -> None:
    assert insert("return\n", []) == "return\n"


QUEUES = ":queues:\n  - default\n"


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (QUEUES, f"{QUEUES}  - mail\n"),
        ("---\n# all\n:concurrency: 5\n" + QUEUES, f"---\n# all\n:concurrency: 5\n{QUEUES}  - mail\n"),
        ("queues:\n- default # first\n", "queues:\n- default # first\n- mail\n"),
        ("queues:\n\n  # why\n  -   [default, 2]   # first\n\n  # last\n:a: 3\n",
         "queues:\n\n  # why\n  -   [default, 2]   # first\n  -   [mail, 1]\n\n  # last\n:a: 3\n"),
        ('queues:\n  - "default,2"\n', 'queues:\n  - "default,2"\n  - mail,1\n'),
        ("# mine\n:queues:\n  - default", "# mine\n:queues:\n  - default\n  - mail\n"),
        (":concurrency: <%= ENV['N'] %>\n:queues:\n  - default\n",
         ":concurrency: <%= ENV['N'] %>\n:queues:\n  - default\n  - mail\n"),
        ("<% if ENV['L'] %>\n:logfile: x\n<% end %>\n:queues:\n  - default\n<% x.each do |y| %>\n:a: 1\n<% end %>\n",
         ("<% if ENV['L'] %>\n:logfile: x\n<% end %>\n:queues:\n  - default\n  - mail\n"
         "<% x.each do |y| %>\n:a: 1\n<% end %>\n")),
        ("production:\n  :concurrency: 25\n:queues:\n  - default\n:schedule:\n  a:\n    queue: x\n",
         "production:\n  :concurrency: 25\n:queues:\n  - default\n  - mail\n:schedule:\n  a:\n    queue: x\n"),
        (":a: &x\n  b: 1\n:c: *x\n:queues:\n  - default\n",
         ":a: &x\n  b: 1\n:c: *x\n:queues:\n  - default\n  - mail\n"),
        # No list yet: only default is served.
        ("", ":queues:\n  - [default, 1]\n  - [mail, 1]\n"),
        ("---\n# nothing", "---\n# nothing\n:queues:\n  - [default, 1]\n  - [mail, 1]\n"),
        (":concurrency: 5\n", ":concurrency: 5\n:queues:\n  - [default, 1]\n  - [mail, 1]\n"),
        ("concurrency: 5\nproduction:\n  timeout: 8\n",
         "concurrency: 5\nproduction:\n  timeout: 8\nqueues:\n  - [default, 1]\n  - [mail, 1]\n"),
        (":concurrency: <%= ENV.fetch('N', 5) %> # why\n",
         ":concurrency: <%= ENV.fetch('N', 5) %> # why\n:queues:\n  - [default, 1]\n  - [mail, 1]\n"),
        # Where there is doubt, nothing.
        (":queues: [default]\n", None),
        (":queues: default\n", None),
        (":queues:\n  - <%= ENV['Q'] %>\n", None),
        (":queues: &q\n  - default\n", None),
        (":queues:\n  - *q\n", None),
        (":queues:\n  -\tdefault\n", None),
        (":queues:\n  - default\n    - other\n", None),
        (":queues:\n  - default\n   - other\n", None),
        (":queues:\n  - default\nproduction:\n  :queues:\n    - default\n", None),
        (":queues:\n  - default\n:limits:\n  :queues: 5\n", None),
        ("<% if ENV['Q'] %>\n:queues:\n  - default\n<% end %>\n", None),
        ("<% [1].each do |x| %>\n:queues:\n  - default\n<% end %>\n", None),
        ("<%% if x %>\n:queues:\n  - default\n", None),
        (":concurrency: 5\n<%= more %>\n", None),
        (":a:\n  <% if x %>\n  b: 1\n  <% end %>\n", None),
        ("{concurrency: 5}\n", None),
        (":a: 1\n...\n", None),
        ("--- \n:a: 1\n---\n:b: 1\n", None),
        ("queues: [\n", None),
        ("- a\n", None),
        ("  :concurrency: 5\n", None),
    ],
)  # fmt: skip
@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_queues_go_to_the_end_of_the_one_plain_list(before: str, after: str | None, newline: str) -> None:
    merged = insert_queues(before.replace("\n", newline), ["mail"])

    if "\n" not in before:  # nothing says which line ends the file has
        newline = "\n"
    assert merged == (after if after is None else after.replace("\n", newline))


def test_queues_that_yaml_would_read_as_something_else_are_quoted() -> None:
    assert insert_queues(QUEUES, ["no", "8"]) == f'{QUEUES}  - "no"\n  - "8"\n'


CAN = Release(Gems("7.3.2", unique_jobs="8.0.10")).capabilities
WIRED = """
Sidekiq.configure_client do |config|
  config.client_middleware { |chain| chain.add SidekiqUniqueJobs::Middleware::Client }
end
Sidekiq.configure_server do |config|
  config.client_middleware do |chain|
    chain.add SidekiqUniqueJobs::Middleware::Client
  end
  config.server_middleware do |chain|
    chain.add SidekiqUniqueJobs::Middleware::Server
  end
  SidekiqUniqueJobs::Server.configure(config)
end
"""


@pytest.mark.parametrize(
    ("text", "missing"),
    [
        (WIRED, []),
        ("", ["client", "server_client", "server", "upkeep"]),
        (WIRED.replace("  SidekiqUniqueJobs::Server.configure", "  # SidekiqUniqueJobs::Server.configure"), ["upkeep"]),
        (WIRED.partition("Sidekiq.configure_server")[0], ["server_client", "server", "upkeep"]),
        (f"Sidekiq.configure_server{WIRED.partition('Sidekiq.configure_server')[2]}", ["client"]),
        ("Sidekiq.configure_client { |c| c.client_middleware { |m| m.add SidekiqUniqueJobs::Middleware::Client } }",
         ["server_client", "server", "upkeep"]),
        ("WIRE = ->(config) { config.client_middleware { |m| m.add SidekiqUniqueJobs::Middleware::Client } }",
         ["server", "upkeep"]),
    ],
)  # fmt: skip
def test_the_wiring_of_unique_jobs_is_known_by_its_parts(text: str, missing: list[str]) -> None:
    found = find_wiring([("config/initializers/mine.rb", text)], "config/initializers/theirs.rb", CAN)

    assert [part.name for part in found.missing] == missing
    wired = len(missing) < len(PARTS)
    assert found.home == ("config/initializers/mine.rb" if wired else "config/initializers/theirs.rb")


def test_an_old_sidekiq_unique_jobs_needs_no_upkeep() -> None:
    can = Release(Gems("6.4.1", unique_jobs="7.0.0")).capabilities

    assert [part.name for part in find_wiring([], "x.rb", can).missing] == ["client", "server_client", "server"]
