"""`sidekiq-gen templates`: what is overridden, and copies of built-in templates."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from sidekiq_gen import __version__
from sidekiq_gen.packs.copied import fingerprint
from sidekiq_gen.ruby.environment import built_in
from sidekiq_gen.ruby.library import paths
from support.command import sidekiq_gen, tree
from support.repos import Repo

FOLDER = "lib/templates/sidekiq_gen"
JOB = f"{FOLDER}/common/job.rb.j2"


def test_without_any_nothing_is_overridden(tmp_path: Path) -> None:
    done = sidekiq_gen(Repo().write(tmp_path), "templates")

    assert done.status == 0
    assert done.out.startswith(f"Nothing is overridden: all {len(paths())} templates are built in")


def test_a_copy_holds_the_original_behind_a_line_that_says_so(tmp_path: Path) -> None:
    done = sidekiq_gen(Repo().write(tmp_path), "templates", "copy", "common/job.rb.j2")

    assert (done.status, done.out.split()) == (0, ["create", JOB])
    first, _, rest = (tmp_path / JOB).read_text().partition("\n")
    source = built_in("common/job.rb.j2")
    assert rest == source
    assert first == f"{{# copied from sidekiq-gen {__version__}, {fingerprint(str(source))} #}}"


def test_jobs_are_the_same_with_a_copy_of_each_template(tmp_path: Path) -> None:
    root = Repo(unique_jobs="8.0.10").write(tmp_path / "repo")
    line = ("job", "Settle", "order:record", "--advisory-lock", "--log-context", "--unique", "until_executed", "--json")
    words = (*line, "--no-record")  # the record says what templates there are
    before = json.loads(sidekiq_gen(root, *words, "--pretend").out)

    sidekiq_gen(root, "templates", "copy", "common", "7", "6.5", "8", "active_job", "--quiet")

    assert len(tree(root / FOLDER)) == len(paths())
    assert json.loads(sidekiq_gen(root, *words, "--pretend").out) == before


def test_a_folder_is_copied_with_what_is_in_it(tmp_path: Path) -> None:
    done = sidekiq_gen(Repo().write(tmp_path), "templates", "copy", f"{FOLDER}/common/patterns/row_lock/")

    names = [f"{FOLDER}/common/patterns/row_lock/{part}.rb.j2" for part in ("job", "minitest", "rspec")]
    assert done.out.split() == [word for name in names for word in ("create", name)]


def test_what_is_there_is_asked_about(tmp_path: Path) -> None:
    own = Repo(files={JOB: "mine\n"}).write(tmp_path)

    refused = sidekiq_gen(own, "templates", "copy", "common/job.rb.j2")
    kept = sidekiq_gen(own, "templates", "copy", "common/job.rb.j2", "--skip")
    pretended = sidekiq_gen(own, "templates", "copy", "common/job.rb.j2", "--force", "--pretend", "--json")

    assert (refused.status, kept.status, pretended.status) == (3, 0, 0)
    assert (own / JOB).read_text() == "mine\n"
    assert json.loads(pretended.out)["files"][0]["status"] == "force"
    assert sidekiq_gen(own, "templates", "copy", "common/job.rb.j2", "--force").status == 0
    assert (own / JOB).read_text() != "mine\n"


@pytest.mark.parametrize(
    ("typed", "hint"),
    [
        ("job.rb.j2", "Did you mean common/job.rb.j2?"),
        ("patterns/row_lock", "common/patterns/row_lock"),
        ("common/patterns/rowlock", "common/patterns/row_lock"),
        ("../../etc/passwd", "templates --all lists them"),
        ("", "templates --all lists them"),
    ],
)
def test_what_is_no_template_is_told_with_what_is_near(tmp_path: Path, typed: str, hint: str) -> None:
    before = tree(Repo().write(tmp_path))

    done = sidekiq_gen(tmp_path, "templates", "copy", typed)

    assert (done.status, tree(tmp_path)) == (2, before)
    assert hint in done.err


def test_the_list_says_whose_a_template_is(tmp_path: Path) -> None:
    Repo(files={JOB: "{# copied from sidekiq-gen 0.0.1, 00000000 #}\n"}).write(tmp_path)

    shown = sidekiq_gen(tmp_path, "templates")
    document = json.loads(sidekiq_gen(tmp_path, "templates", "--json").out)

    assert f"repo      {JOB}\n" in shown.out
    assert f"The other {len(paths()) - 1} templates are built in" in shown.out
    assert "built-in original has changed" in shown.err
    own = {"path": "common/job.rb.j2", "origins": ["repo", "built-in"], "place": JOB, "copied_from": "0.0.1"}
    assert own in document["templates"]
    assert len(document["templates"]) == len(paths())
    assert [notice["code"] for notice in document["notices"]] == ["template-outdated"]


def test_all_of_them_are_listed_when_asked(tmp_path: Path) -> None:
    done = sidekiq_gen(Repo().write(tmp_path), "templates", "list", "--all")

    assert [line.split()[1] for line in done.out.splitlines()] == sorted(paths())


def test_the_templates_of_a_pack_are_listed(tmp_path: Path) -> None:
    pack = Path(__file__).resolve().parents[2] / "examples/pack-forge"
    root = Repo(files={f"{FOLDER}/common/house/job.rb.j2": "{% macro hooks() %}{% endmacro %}\n"}).write(tmp_path)

    given = sidekiq_gen(root, "templates", "--templates", str(pack))
    shutil.copytree(pack, root / "tools/forge")
    (root / ".sidekiq-gen.toml").write_text('[job]\ntemplates = "./tools/forge"\nfeature-category = "billing"\n')
    named = json.loads(sidekiq_gen(root, "templates", "--json").out)["templates"]

    assert f"  pack      {pack}/templates/common/kinds/plain/job.rb.j2\n" in given.out
    assert {one["path"]: one["origins"] for one in named}["common/house/job.rb.j2"] == ["repo", "pack"]
    assert {one["path"]: one["origins"] for one in named}["common/kinds/plain/job.rb.j2"] == ["pack", "built-in"]


@pytest.mark.parametrize(
    "words",
    [
        ("copy",),
        ("list", "common/job.rb.j2"),
        ("check", "./a", "./b"),
        ("copy", "common/job.rb.j2", "--update"),
        ("check", "--all"),
        ("--no-rubocop",),
        ("remove",),
    ],
)
def test_what_makes_no_sense_is_told(tmp_path: Path, words: tuple[str, ...]) -> None:
    assert sidekiq_gen(Repo().write(tmp_path), "templates", *words).status == 2
