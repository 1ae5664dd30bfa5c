"""`sidekiq-gen check`: what is told, in which form, and with which exit status."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from sidekiq_gen.check.rules.catalogue import BY_CODE
from sidekiq_gen.deploys.rules import catalogue
from support.command import sidekiq_gen, tree
from support.repos import Repo

if TYPE_CHECKING:
    from pathlib import Path

WRONG = """\
class WrongJob
  include Sidekiq::Job
  discard_on ArgumentError

  def perform(order_id)
    WrongJob.perform_async(1, 2)
  end
end
"""
RIGHT = "class RightJob\n  include Sidekiq::Job\n\n  def perform(order_id)\n    Order.find(order_id)\n  end\nend\n"
FILES = {"app/jobs/wrong_job.rb": WRONG, "app/jobs/right_job.rb": RIGHT}
SAID = "discard_on is ActiveJob's: a Sidekiq::Job says it with sidekiq_retry_in with :discard."
LINES = [
    "app/jobs/wrong_job.rb:3:3: error: " + SAID + " [active-job-macro]",
    "app/jobs/wrong_job.rb:6:5: error: WrongJob#perform takes 1, and perform_async passes 2. [argument-count]",
]


SOME = ("active-job-macro", "argument-count", "symbol-argument", "unused-ignore")


@pytest.fixture(autouse=True)
def some_rules(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is shown here does not depend on which other rules there are."""
    monkeypatch.setattr("sidekiq_gen.cli.checked.RULES", [BY_CODE[code] for code in SOME])


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A repo in which something is wrong."""
    return Repo(files=FILES).write(tmp_path)


def write(root: Path, path: str, text: str) -> None:
    (root / path).parent.mkdir(parents=True, exist_ok=True)
    (root / path).write_text(text, encoding="utf-8")


def codes(root: Path, *words: str) -> list[str]:
    document: dict[str, Any] = json.loads(sidekiq_gen(root, "check", "--json", *words).out)
    return [one["code"] for one in document["findings"]]


def test_what_is_found_is_told_a_line_each_and_summed_up(root: Path) -> None:
    before = tree(root)

    done = sidekiq_gen(root, "check")

    assert done.status == 4
    assert done.out.splitlines()[:2] == LINES
    assert "\n\n2 findings (2 errors) in 1 file; 2 jobs, " in done.out
    assert "sidekiq-gen check --explain CODE" in done.out
    assert done.err == ""
    assert tree(root) == before


def test_where_nothing_is_wrong_that_is_said(tmp_path: Path) -> None:
    done = sidekiq_gen(Repo(files={"app/jobs/right_job.rb": RIGHT}).write(tmp_path), "check")

    assert done.status == 0
    assert done.out.startswith("Nothing found; 1 job, ")


def test_quiet_leaves_the_findings(root: Path) -> None:
    assert sidekiq_gen(root, "check", "--quiet").out.splitlines() == LINES
    (root / "app/jobs/wrong_job.rb").unlink()
    assert sidekiq_gen(root, "check", "-q").out == ""


def test_json_has_what_docs_check_md_lists(root: Path) -> None:
    done = sidekiq_gen(root, "check", "--json")

    document = json.loads(done.out)
    assert (done.status, done.err) == (4, "")
    assert document["findings"][0] == {
        "code": "active-job-macro",
        "severity": "error",
        "path": "app/jobs/wrong_job.rb",
        "line": 3,
        "column": 3,
        "message": SAID,
        "fixable": False,
    }
    del document["findings"]
    assert document == {
        "schema": 1,
        "command": "check",
        "sidekiq": {"version": "7.3.2", "tree": "7", "source": "gem"},
        "counts": {"error": 2, "warning": 0, "note": 0},
        "ignored": 0,
        "baseline": 0,
        "jobs": 2,
        "files": document["files"],
        "notices": [],
    }
    assert document["files"] >= 2
    assert sidekiq_gen(root, "check", "--output-format", "json").out == done.out


def test_sarif_has_what_code_scanning_needs(root: Path) -> None:
    """The keys that SARIF 2.1.0 requires, and those that GitHub's code scanning reads."""
    write(
        root, "app/jobs/ä b_job.rb", WRONG.replace("WrongJob", "OtherJob").replace("  discard_on", '  "ä"; discard_on')
    )
    done = sidekiq_gen(root, "check", "--output-format", "sarif")

    log = json.loads(done.out)
    (run,) = log["runs"]
    assert (done.status, log["version"]) == (4, "2.1.0")
    assert log["$schema"].endswith("sarif-2.1.0.json")
    driver = run["tool"]["driver"]
    assert driver["name"] == "sidekiq-gen"
    assert [rule["id"] for rule in driver["rules"]] == ["active-job-macro", "argument-count"]
    for rule in driver["rules"]:
        assert {"shortDescription", "fullDescription", "help", "defaultConfiguration"} < rule.keys()
    for result in run["results"]:
        assert result["ruleId"] == driver["rules"][result["ruleIndex"]]["id"]
        assert result["level"] in {"error", "warning", "note"}
        assert result["message"]["text"]
        assert len(result["partialFingerprints"]["sidekiqGen/v1"]) == 16
    places = [result["locations"][0]["physicalLocation"] for result in run["results"]]
    assert places[0]["artifactLocation"] == {"uri": "app/jobs/wrong_job.rb", "uriBaseId": "%SRCROOT%"}
    assert places[-1]["artifactLocation"]["uri"] == "app/jobs/%C3%A4%20b_job.rb"
    assert places[2]["region"] == {"startLine": 3, "startColumn": 8}
    assert len({json.dumps(result["partialFingerprints"]) for result in run["results"]}) == 4


def test_a_finding_keeps_its_print_when_lines_above_it_come(root: Path) -> None:
    def prints() -> list[str]:
        log = json.loads(sidekiq_gen(root, "check", "--output-format", "sarif").out)
        return [result["partialFingerprints"]["sidekiqGen/v1"] for result in log["runs"][0]["results"]]

    before = prints()
    write(root, "app/jobs/wrong_job.rb", f"# A line.\n\n{WRONG}")

    assert prints() == before


def test_github_annotations_are_escaped_and_below_the_checkout(tmp_path: Path) -> None:
    (tmp_path / ".git").mkdir()
    root = Repo(files={"app/jobs/a,b:c%_job.rb": WRONG}).write(tmp_path / "api")

    done = sidekiq_gen(root, "check", "--output-format", "github")

    assert done.out.splitlines()[0].startswith(
        "::error file=api/app/jobs/a%2Cb%3Ac%25_job.rb,line=3,col=3,"
        "title=A macro of ActiveJob in a Sidekiq%3A%3AJob (active-job-macro)::discard_on is ActiveJob's: "
    )
    assert done.out.splitlines()[2].startswith("2 findings (2 errors)")


def test_rules_are_chosen_and_left_out(root: Path) -> None:
    assert codes(root, "--only", "argument-count") == ["argument-count"]
    assert codes(root, "--only", "argument-count,active-job-macro") == ["active-job-macro", "argument-count"]
    assert codes(root, "--except", "argument-count") == ["active-job-macro"]
    write(root, "app/jobs/right_job.rb", RIGHT.replace("Order.find", "# sidekiq-gen:ignore\n    Order.find"))
    assert codes(root, "--severity", "note") == ["unused-ignore", "active-job-macro", "argument-count"]
    assert codes(root, "--severity", "error") == ["active-job-macro", "argument-count"]
    assert sidekiq_gen(root, "check", "--only", "symbol-argument").status == 0


def test_a_rule_that_is_off_is_asked_by_name_alone(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(type(BY_CODE["argument-count"]), "on", False)

    assert codes(root) == ["active-job-macro"]
    assert codes(root, "--also", "argument-count") == ["active-job-macro", "argument-count"]
    assert codes(root, "--only", "argument-count") == ["argument-count"]
    assert "Off\n  It is too often wrong" in sidekiq_gen(root, "check", "--explain", "argument-count").out


@pytest.mark.parametrize("option", ["--only", "--except", "--also", "--explain"])
def test_a_code_that_there_is_not_is_a_mistake(root: Path, option: str) -> None:
    done = sidekiq_gen(root, "check", option, "argument-cuont")

    assert done.status == 2
    assert "is no rule 'argument-cuont'" in done.err
    assert "Did you mean argument-count" in done.err


def test_paths_are_those_of_the_current_folder(root: Path) -> None:
    write(root, "lib/caller.rb", "class Caller\n  def call = WrongJob.perform_async\nend\n")
    app = root / "app"

    assert codes(app, "jobs/wrong_job.rb") == ["active-job-macro", "argument-count"]
    assert codes(app, "jobs/right_job.rb", "../lib/") == ["argument-count"]
    assert codes(app, "..") == ["active-job-macro", "argument-count", "argument-count"]
    assert codes(app, "jobs/right_job.rb") == []
    assert codes(root.parent, "--root", str(root), f"{root.name}/lib") == ["argument-count"]


@pytest.mark.parametrize(("path", "said"), [("app/jobz", "no file or folder app/jobz"), ("/", "is not in the repo")])
def test_a_path_that_is_not_there_is_a_mistake(root: Path, path: str, said: str) -> None:
    done = sidekiq_gen(root, "check", path)

    assert done.status == 2
    assert said in done.err


def test_forms_that_contradict_each_other_are_refused(root: Path) -> None:
    assert sidekiq_gen(root, "check", "--json", "--output-format", "sarif").status == 2
    assert sidekiq_gen(root, "check", "--output-format", "xml").status == 2


def test_every_rule_is_listed_and_explained(tmp_path: Path) -> None:
    """Also outside of a repo."""
    listed = sidekiq_gen(tmp_path, "check", "--rules")
    assert listed.status == 0
    assert [line.split()[0] for line in listed.out.splitlines()] == sorted({**BY_CODE, **catalogue.BY_CODE})
    for rule in (*BY_CODE.values(), *catalogue.RULES):
        told = sidekiq_gen(tmp_path, "check", "--explain", rule.code).out
        assert told.startswith(f"{rule.code} ({rule.severity}): ")
        assert "\n\nWrong\n\n  " in told
        assert "\n\nRight\n\n  " in told
    (described,) = json.loads(sidekiq_gen(tmp_path, "check", "--explain", "argument-count", "--json").out)["rules"]
    assert described["bad"]["app/models/order.rb"].startswith("class Order")


def test_a_comment_ignores_what_is_found_in_its_line_or_below_it(root: Path) -> None:
    text = WRONG.replace("ArgumentError", "ArgumentError # sidekiq-gen:ignore active-job-macro it is defined in a gem")
    text = text.replace(
        "    WrongJob",
        "    # Two are meant.\n    # sidekiq-gen:ignore symbol-argument, argument-count\n    # (#12)\n    WrongJob",
    )
    write(root, "app/jobs/wrong_job.rb", text.replace("(1, 2)", "(1, :two)"))

    done = sidekiq_gen(root, "check")

    assert done.status == 0
    assert done.out.startswith("Nothing found (3 ignored by a comment); 2 jobs")


@pytest.mark.parametrize(
    ("comment", "said"),
    [
        ("ignore", "This comment names no code, and ignores nothing."),
        ("ignore because of the importer", "This comment names no code, and ignores nothing."),
        ("ignore symbol-argument", "Nothing is found here for symbol-argument."),
        ("ignore symbol-argumnet", "There is no rule symbol-argumnet. Did you mean symbol-argument?"),
    ],
)
def test_a_comment_that_ignores_nothing_is_told(root: Path, comment: str, said: str) -> None:
    write(root, "app/jobs/wrong_job.rb", RIGHT.replace("RightJob", "WrongJob # sidekiq-gen:" + comment))

    done = sidekiq_gen(root, "check", "-q")

    assert done.status == 4
    assert done.out == f"app/jobs/wrong_job.rb:1:16: note: {said} [unused-ignore]\n"


def test_a_comment_about_a_rule_that_is_not_for_this_release_is_left_alone(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(type(BY_CODE["symbol-argument"]), "releases", ">=8")
    write(root, "app/jobs/wrong_job.rb", RIGHT.replace("RightJob", "WrongJob # sidekiq-gen:ignore symbol-argument"))

    assert sidekiq_gen(root, "check").status == 0


def test_a_message_stays_one_line_and_no_control_reaches_the_terminal(root: Path) -> None:
    long = f':"{"x" * 5000}"'
    write(
        root,
        "app/jobs/wrong_job.rb",
        RIGHT + f'RightJob.perform_async(:"a\n\x1b[31mb")\nRightJob.perform_async({long})\n',
    )
    write(root, "app/jobs/\x1b[31m\n_job.rb", WRONG.replace("WrongJob", "OtherJob"))

    done = sidekiq_gen(root, "check", "-q")

    assert "\x1b" not in done.out
    assert ':8:24: error: :"a \\x1b[31mb" is a symbol' in done.out
    assert max(map(len, done.out.splitlines())) < 400
