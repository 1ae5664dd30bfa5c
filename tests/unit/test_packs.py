"""Packs: what they bring, where they come from, and what is wrong with one."""

from __future__ import annotations

import contextlib
import io
import json
import random
import shlex
import sys
from time import gmtime
from typing import TYPE_CHECKING, Any

import pytest
import typer

from sidekiq_gen.cli import preview, widgets
from sidekiq_gen.cli.commands import build_app
from sidekiq_gen.cli.console import Console
from sidekiq_gen.cli.prompts import ask_for_job
from sidekiq_gen.errors import InvalidInput, Refused
from sidekiq_gen.job.packs import found
from sidekiq_gen.job.patterns.base import GROUPS, LAYERS
from sidekiq_gen.job.pipeline import Generated, generate_job
from sidekiq_gen.job.resolve import all_flags
from sidekiq_gen.packs import declared
from sidekiq_gen.packs.found import find_pack
from sidekiq_gen.rails.project import Where, detect_project
from support.command import sidekiq_gen
from support.repos import Repo
from support.requests import answers

if TYPE_CHECKING:
    from pathlib import Path

    from sidekiq_gen.cli.talk import Question, Reply
    from sidekiq_gen.flags import Answers
    from support.command import Finished

PACK = """name = "ledger"
sidekiq-gen = ">=0.0.1"

[house.owner]
help = "The team that owns the job."
question = "Which team owns it?"
choices = ["billing", "search"]
required = true

[house.feature-category]
help = "Its feature category."
shape = "name"
default = "jobs"

[patterns.audit]
summary = "write an audit record"
help = "Write an audit record around the work."
type = "text"
shape = "constant"
layer = "work"
block = true
excludes = ["row-lock"]
example = "Audit"
names = ["audit"]

[patterns.audit.needs]
record = true
databases = ["postgresql"]

[patterns.paused]
summary = "stop while the feature is paused"
"""
FILES = {
    "pack.toml": PACK,
    "templates/common/house/job.rb.j2": "{% macro includes() %}\nowner :{{ house.owner }}\n"
    "feature_category :{{ house.feature_category }}\n{% endmacro %}\n",
    "templates/common/patterns/audit/job.rb.j2": "{# names: entry #}\n{% macro around(body, leave) %}\n"
    "{{ audit.value }}.wrap(the_record) do |entry|\n  {{ body | indent(2) }}\nend\n{% endmacro %}\n",
    "templates/common/patterns/audit/rspec.rb.j2": '{% macro examples() %}\nit "is audited" do\n  the_run\nend\n'
    "{% endmacro %}\n",
    "templates/common/patterns/paused/job.rb.j2": "{% macro start() %}\nreturn if Paused.now?\n{% endmacro %}\n",
}


def lay_out(folder: Path, files: dict[str, str]) -> Path:
    for path, text in files.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(text, encoding="utf-8")
    return folder


@pytest.fixture
def repo(tmp_path: Path) -> Path:
    """A repo with a pack in it."""
    root = Repo().write(tmp_path / "repo")
    lay_out(root / "lib/ledger", FILES)
    return root


def job(root: Path, *words: str) -> Finished:
    return sidekiq_gen(root, "job", "ProcessOrder", "--no-input", *words)


def class_of(root: Path, done: Finished) -> str:
    assert done.status == 0, done.err
    return (root / "app/jobs/process_order_job.rb").read_text(encoding="utf-8")


OWNED = ("--templates", "./lib/ledger", "--owner", "billing")


def test_every_job_says_what_the_house_says(repo: Path) -> None:
    text = class_of(repo, job(repo, *OWNED))
    assert "  include Sidekiq::Job\n  owner :billing\n  feature_category :jobs\n" in text


def test_its_patterns_are_patterns(repo: Path) -> None:
    done = job(repo, *OWNED, "--audit", "Audit::Trail", "--paused", "--check-then-act", "charged_at", "--json")
    text = class_of(repo, done)
    line = json.loads(done.out)["command_line"]
    assert "return if Paused.now?\n\n    order = " in text
    assert "Audit::Trail.wrap(order) do |entry|\n      " in text
    assert line.endswith("--owner billing --audit Audit::Trail --paused --no-input")
    spec = (repo / "spec/jobs/process_order_job_spec.rb").read_text(encoding="utf-8")
    assert 'it "is audited" do' in spec
    (repo / "app/jobs/process_order_job.rb").unlink()
    (repo / "spec/jobs/process_order_job_spec.rb").unlink()
    assert sidekiq_gen(repo, *shlex.split(line)[1:]).status == 0
    assert (repo / "app/jobs/process_order_job.rb").read_text(encoding="utf-8") == text


def test_names_that_what_the_house_says_takes_are_taken(repo: Path) -> None:
    path = "templates/common/house/job.rb.j2"
    lay_out(repo / "lib/ledger", {path: "{# names: since #}\n" + FILES[path]})
    done = job(repo, *OWNED, "order:record", "since:date")
    assert "'since' cannot be the name of an argument" in done.err


def test_what_the_house_says_goes_around_nothing(repo: Path) -> None:
    path = "templates/common/house/job.rb.j2"
    lay_out(repo / "lib/ledger", {path: "\n{% macro around(body, leave) %}{{ body }}{% endmacro %}\n"})
    done = job(repo, *OWNED)
    assert f"./lib/ledger/{path}, line 2, fills around, which a job of the kind record does not have" in done.err


def test_what_leaves_early_inside_of_its_block_is_next(repo: Path) -> None:
    lay_out(repo / "lib/ledger", {"pack.toml": PACK.replace('layer = "work"', 'layer = "context"')})
    text = class_of(repo, job(repo, *OWNED, "--audit", "Audit", "--check-then-act", "charged_at"))
    assert "next if order.charged_at" in text


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (("--owner", "billing", "--audit", "audit"), "invalid-value", "--audit audit makes no sense"),
        (("--owner", "billing", "--audit", "A", "--row-lock"), "contradictory-patterns", "exclude each other"),
        (("--owner", "billing", "--audit", "A", "--database", "mysql"), "needs-database", "--audit needs postgresql"),
        (("--owner", "billing", "--feature-category", "a b"), "invalid-value", "--feature-category"),
        (("--owner", "billing", "--feature-category", "x#{exit}"), "invalid-value", "--feature-category"),
        ((), "needs-attribute", "Every job of the pack ledger says --owner, one of billing, search."),
        (("--owner", "sales"), "usage", "--owner"),
    ],
)
def test_what_cannot_be_had_is_refused(repo: Path, words: tuple[str, ...], code: str, said: str) -> None:
    done = job(repo, "--templates", "./lib/ledger", *words, "--json")
    error = json.loads(done.out)["error"]
    assert (error["code"], said in error["message"]) == (code, True), error


def test_a_pattern_without_its_record_gem_or_capability_is_refused(repo: Path) -> None:
    needs = '[patterns.audit.needs]\ngems = ["no-such-gem"]\n'
    plain = ("job", "Rebuild", "--no-input", *OWNED, "--audit", "Audit", "--json")
    assert json.loads(sidekiq_gen(repo, *plain).out)["error"]["code"] == "needs-record"
    text = PACK.partition("[patterns.audit.needs]")[0]
    lay_out(repo / "lib/ledger", {"pack.toml": text + needs})
    assert "--audit needs the gem no-such-gem." in job(repo, *OWNED, "--audit", "Audit").err
    lay_out(repo / "lib/ledger", {"pack.toml": text + '[patterns.audit.needs]\ncapabilities = ["context_add"]\n'})
    assert job(repo, *OWNED, "--audit", "Audit").status == 0
    old = Repo("6.0.7").write(repo.parent / "old")
    lay_out(
        old / "lib/ledger", {**FILES, "pack.toml": text + '[patterns.audit.needs]\ncapabilities = ["context_add"]\n'}
    )
    assert "--audit needs context_add, which Sidekiq 6.0.7 does not have." in job(old, *OWNED, "--audit", "Audit").err


def test_the_repo_comes_before_the_pack_and_the_pack_before_what_is_built_in(repo: Path) -> None:
    call = "{% macro call() %}\nfrom_ORIGIN\n{% endmacro %}\n"
    path = "common/kinds/record/job.rb.j2"
    lay_out(repo / "lib/ledger/templates", {path: call.replace("ORIGIN", "pack")})
    assert "from_pack" in class_of(repo, job(repo, *OWNED))
    lay_out(repo / "lib/templates/sidekiq_gen", {path: call.replace("ORIGIN", "repo")})
    text = class_of(repo, job(repo, *OWNED, "--force"))
    assert "from_repo" in text
    assert "owner :billing" in text


def test_the_file_of_the_repo_names_a_pack_and_answers_its_flags(repo: Path) -> None:
    settings = '[job]\ntemplates = "./lib/ledger"\nowner = "search"\n'
    (repo / ".sidekiq-gen.toml").write_text(settings, encoding="utf-8")
    done = job(repo, "--paused", "--json")
    text = class_of(repo, done)
    assert "owner :search" in text
    assert "Paused.now?" in text
    assert "--templates" not in json.loads(done.out)["command_line"]  # the file says it to whoever runs that
    plain = job(repo, "--force", "--without", "templates")
    assert "owner" not in class_of(repo, plain)


def test_a_file_of_the_repo_names_no_folder_outside_of_it(repo: Path) -> None:
    lay_out(repo.parent / "elsewhere", FILES)
    for named in ("../elsewhere", str(repo.parent / "elsewhere")):
        (repo / ".sidekiq-gen.toml").write_text(f'[job]\ntemplates = "{named}"\n', encoding="utf-8")
        assert json.loads(job(repo, "--json").out)["error"]["code"] == "pack-outside"
    (repo / ".sidekiq-gen.toml").unlink()
    (repo / "lib/away").symlink_to(repo.parent / "elsewhere")
    (repo / ".sidekiq-gen.toml").write_text('[job]\ntemplates = "./lib/away"\n', encoding="utf-8")
    assert json.loads(job(repo, "--json").out)["error"]["code"] == "pack-outside"
    assert job(repo, "--templates", "../elsewhere", "--owner", "billing").status == 0  # a person may


def test_a_list_of_jobs_has_its_pack_and_its_flags(repo: Path) -> None:
    text = """[defaults]
templates = "./lib/ledger"
owner = "billing"

[[job]]
name = "ProcessOrder"
audit = "Audit"

[[job]]
name = "ChargeOrder"
model = "Order"
owner = "search"
"""
    (repo / "jobs.toml").write_text(text, encoding="utf-8")
    done = sidekiq_gen(repo, "job", "--from", "jobs.toml", "--no-input")
    assert done.status == 0, done.err
    jobs = {path.stem: path.read_text(encoding="utf-8") for path in (repo / "app/jobs").iterdir()}
    assert "owner :billing" in jobs["process_order_job"]
    assert "Audit.wrap" in jobs["process_order_job"]
    assert "owner :search" in jobs["charge_order_job"]
    (repo / "jobs.toml").write_text(text.replace("audit =", "audti ="), encoding="utf-8")
    done = sidekiq_gen(repo, "job", "--from", "jobs.toml", "--no-input")
    assert "jobs.toml, line 7: [[job]] has no key audti. hint Did you mean audit?" in " ".join(done.err.split())
    (repo / "jobs.toml").write_text('[[job]]\nname = "A"\ntemplates = "./nowhere"\n', encoding="utf-8")
    assert "jobs.toml, line 3" in sidekiq_gen(repo, "job", "--from", "jobs.toml", "--no-input").err


def test_install_goes_through_a_pack(repo: Path) -> None:
    lay_out(repo / "lib/ledger/templates", {"common/install/dead.rake.j2": "# ours\n"})
    done = sidekiq_gen(repo, "install", "--no-input", "--templates", "./lib/ledger", "--json")
    assert "--templates ./lib/ledger" in json.loads(done.out)["command_line"]
    tasks = repo / "lib/tasks/sidekiq_dead.rake"
    assert "# ours" in tasks.read_text(encoding="utf-8")
    tasks.unlink()
    (repo / ".sidekiq-gen.toml").write_text('[install]\ntemplates = "./lib/ledger"\n', encoding="utf-8")
    done = sidekiq_gen(repo, "install", "--no-input", "--json", "--force")
    assert "--templates" not in json.loads(done.out)["command_line"]
    assert "# ours" in tasks.read_text(encoding="utf-8")


def test_its_patterns_are_in_the_catalogue_and_its_flags_in_the_help(repo: Path) -> None:
    known = json.loads(sidekiq_gen(repo, "patterns", "--templates", "./lib/ledger", "--json").out)["patterns"]
    own = {one["name"]: one for one in known if one["name"] in {"audit", "paused"}}
    assert own["audit"]["available"] is True
    assert own["audit"]["flags"] == ["--audit"]
    assert own["paused"]["description"] == "stop while the feature is paused"
    shown = sidekiq_gen(repo, "patterns", "audit", "--templates", "./lib/ledger").out
    assert "Audit.wrap(" in shown
    helped = sidekiq_gen(repo, "job", "--templates", "./lib/ledger", "--help").out
    assert "--feature-category" in helped


def test_its_jobs_are_undone_with_it(repo: Path) -> None:
    assert job(repo, *OWNED, "--paused").status == 0
    done = sidekiq_gen(repo, "destroy", "job", "ProcessOrder", *OWNED, "--paused", "--no-input")
    assert done.status == 0, done.err
    assert not (repo / "app/jobs/process_order_job.rb").exists()


def test_what_it_asks_for_is_asked_on_a_terminal(repo: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    replies: dict[str, Reply] = {"Which team owns it?": "search", "Which safeguards?": ["audit"]}
    replies["Write an audit record around the work?"] = "Audit"
    seen: dict[str, Question] = {}

    def ask(question: Question, offered: Reply) -> Reply:
        seen[question.text] = question
        return replies.get(question.text, offered)

    monkeypatch.setattr(widgets, "ask", ask)
    monkeypatch.setattr(widgets, "on_the_terminal", contextlib.nullcontext)
    monkeypatch.setattr(preview, "confirm", lambda *_: "yes")
    project = detect_project(Where(root=repo), repo).with_pack(find_pack("./lib/ledger", repo))
    console = Console(io.StringIO(), io.StringIO(), quiet=False, json=False)

    def make(wanted: Answers) -> Generated:
        return generate_job(wanted, project, gmtime())

    given = answers("ProcessOrder --model Order")
    asked, made = ask_for_job(given, project, console, make=make, where=Where())
    assert asked["owner"].value == "search"
    assert "feature_category" not in asked  # it has no question, and a default
    assert seen["Which safeguards?"].lines()
    text = made.plan.files[0].text
    assert "owner :search" in text
    assert "Audit.wrap(order) do |entry|" in text


def test_whatever_stands_in_a_pack_it_is_read_or_refused(repo: Path) -> None:
    chance = random.Random(14)  # noqa: S311 - no secret
    words = [*PACK.split(), "[house]", "[patterns]", "[[patterns.audit]]", "{}", "[]", "0", "-1", "1e9", "\x00", "nan"]
    words.append('"\\u202e"')
    said: list[str] = []
    for _ in range(400):
        parts = PACK.split(" ")
        for _ in range(chance.randint(1, 4)):
            parts[chance.randrange(len(parts))] = chance.choice(words)
        lay_out(repo / "lib/ledger", {"pack.toml": " ".join(parts)})
        try:
            found("./lib/ledger", repo)
        except (InvalidInput, Refused) as error:
            said.append(error.message)
    assert [message for message in said if not message.isprintable()] == []
    assert 10 < len(said) < 400


# What is wrong with a pack.toml: what stands in place of a part of it, the line, what is said.
WRONG = {
    "no TOML": ('name = "ledger"', "name = ", 1, "It is no TOML"),
    "no name": ('name = "ledger"\n', "", None, "It has no name"),
    "a name": ('name = "ledger"', 'name = "My Pack"', 1, 'name = "My Pack" makes no sense'),
    "key": ("required = true", "requierd = true", 8, "[house.owner] has no key requierd. Did you mean required?"),
    "top": ('sidekiq-gen = ">', 'sidekiq_gne = ">', 2, "The file has no key sidekiq_gne. Did you mean sidekiq-gen?"),
    "release": (">=0.0.1", ">=99", 2, "This pack is made for sidekiq-gen >=99"),
    "specifier": (">=0.0.1", "newest", 2, 'sidekiq-gen = "newest" makes no sense'),
    "type": ('type = "text"\nshape = "c', 'type = "txt"\nshape = "c', 18, 'type = "txt" makes no sense'),
    "layer": ('layer = "work"', 'layer = "wrok"', 20, 'layer = "wrok" makes no sense'),
    "default": ('default = "jobs"', 'default = "Jobs!"', 13, "makes no sense"),
    "default of a list": (
        'default = "jobs"',
        "default = [1]",
        13,
        "[house.feature-category] default = [...] makes no sense",
    ),
    "example": ('example = "Audit"', 'example = "audit"', 23, "audit audit makes no sense"),
    "choice": ('["billing", "search"]', '["billing\\n", "search"]', 7, "makes no sense"),
    "choices": (
        'choices = ["billing',
        'type = "text"\nchoices = ["billing',
        7,
        "type and choices contradict each other",
    ),
    "excludes": ('["row-lock"]', '["row-lcok"]', 15, "excludes has row-lcok. Did you mean row-lock?"),
    "needs": ('["postgresql"]', '["postgres"]', 28, "databases has postgres. Did you mean postgresql?"),
    "needs at all": (
        "[patterns.audit.needs]\nrecord",
        "[patterns.audit.needs]\nmodel",
        27,
        "[patterns.audit.needs] has no key model",
    ),
    "flag": ("[patterns.paused]", "[patterns.advisory-lock]", 30, "--advisory-lock is there already"),
    "attribute": ("[house.owner]", "[house.queue]", 4, "--queue is there already"),
    "reserved": ("[patterns.paused]", "[patterns.force]", 30, "--force is a flag of the command itself"),
    "fact": ("[patterns.paused]", "[patterns.record]", 30, "record is a fact of templates already"),
    "twice": ("[patterns.paused]", "[patterns.owner]", 30, "--owner is an attribute of the house as well"),
    "flag name": ("[patterns.paused]", '[patterns."Paus ed"]', None, "cannot be the name of a flag"),
    "a word of Python": ("[house.owner]", "[house.class]", 4, "class is a word of Python or of templates"),
    "a word of templates": ("[patterns.paused]", "[patterns.self]", 30, "self is a word of Python or of templates"),
    "a parameter": ("[house.owner]", "[house.listed]", 4, "--listed is a flag of the command itself"),
    "no summary": ('summary = "stop while the feature is paused"', "", 30, "[patterns.paused] has no help"),
    "no table": ("[house.owner]", "[house]\nowner = 1\n[house.oner]", 5, "house.owner is not a table"),
}


@pytest.mark.parametrize(("before", "after", "line", "said"), WRONG.values(), ids=WRONG)
def test_what_is_wrong_with_a_pack_is_told_with_its_line(
    repo: Path, before: str, after: str, line: int | None, said: str
) -> None:
    assert before in PACK
    lay_out(repo / "lib/ledger", {"pack.toml": PACK.replace(before, after, 1)})
    error = json.loads(job(repo, *OWNED, "--json").out)["error"]
    place = f"./lib/ledger/pack.toml, line {line}: " if line else "./lib/ledger/pack.toml: "
    assert error["code"] == "invalid-pack"
    assert error["message"].startswith(place), error
    assert said in f"{error['message']} {error['hint']}", error


def test_a_pack_that_is_not_there_is_told(repo: Path) -> None:
    def code(*words: str) -> Any:
        return json.loads(job(repo, "--templates", *words, "--json").out)["error"]["code"]

    assert code("./nowhere") == "unknown-pack"
    assert code("no-such-pack") == "unknown-pack"
    assert code("./app/") == "invalid-pack"  # a folder without a pack.toml
    (repo / "lib/ledger/pack.toml").unlink()
    (repo / "lib/ledger/pack.toml").symlink_to("/dev/zero")
    assert code("./lib/ledger") == "invalid-pack"


def test_an_installed_pack_is_found_and_not_imported(
    repo: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    site = tmp_path / "site"
    lay_out(site / "ledger_pack", {**FILES, "__init__.py": "raise SystemExit('imported')\n"})
    entry = "[sidekiq_gen.packs]\nledger = ledger_pack\ngone = no_such_module_at_all\n"
    info = {"METADATA": "Metadata-Version: 2.1\nName: ledger-pack\nVersion: 1.0\n", "entry_points.txt": entry}
    lay_out(site / "ledger_pack-1.0.dist-info", info)
    monkeypatch.syspath_prepend(str(site))
    done = job(repo, "--templates", "ledger", "--owner", "billing", "--json")
    assert "owner :billing" in class_of(repo, done)
    assert "--templates ledger --owner billing" in json.loads(done.out)["command_line"]
    assert "ledger_pack" not in sys.modules
    assert "Did you mean ledger?" in job(repo, "--templates", "ledgr").err
    assert json.loads(job(repo, "--templates", "gone", "--json").out)["error"]["code"] == "invalid-pack"


def test_equal_packs_are_equal_and_read_again_when_they_change(repo: Path) -> None:
    one, again = find_pack("./lib/ledger", repo), find_pack("./lib/ledger", repo)
    assert one == again
    assert {one: 1}[again] == 1
    lay_out(repo / "lib/ledger", {"pack.toml": PACK.replace("Which team", "What team")})
    assert find_pack("./lib/ledger", repo) != one


def test_what_packs_may_name_is_what_there_is() -> None:
    assert tuple(GROUPS) == declared.GROUPS
    assert LAYERS == declared.LAYERS


def test_no_pack_can_take_a_flag_of_the_command_itself() -> None:
    command = typer.main.get_command(build_app(["job"])).commands["job"]  # type: ignore[attr-defined]
    options = {word.removeprefix("--") for one in command.params for word in (*one.opts, *one.secondary_opts)}
    options |= {str(one.name).replace("_", "-") for one in command.params}
    own = {flag.option.removeprefix("--") for flag in all_flags()}
    assert {word for word in options - own if not word.startswith("-")} <= declared.RESERVED
