"""Tab in real shells, as somebody has it who has run --install-completion."""

from __future__ import annotations

import re
import sys
import warnings
from pathlib import Path
from typing import TYPE_CHECKING

import pexpect  # type: ignore[import-untyped]
import pytest

from support.repos import Repo
from support.tools import require

if TYPE_CHECKING:
    from collections.abc import Iterator

SHELLS = ("bash", "zsh", "fish")
BARE = {"bash": ["--norc", "-i"], "zsh": ["-f", "-i"], "fish": ["--no-config", "-i"]}
TAB, START, END, ENTER = "\t", "\x01", "\x05", "\r"
_CONTROLS = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]|\x1b[=>]")
_BETWEEN = r"(?:\x1b\[[0-9;?]*[A-Za-z]|\x1b\(B)*"  # what may stand between two letters: fish paints what is typed
# Whatever of it were evaluated would leave a file behind.
EVIL = "$(touch pwned)`touch pwned`"
MODEL = 'class Order < ApplicationRecord\n  enum :state, { "on hold" => 0, paid: 1, failed: 2 }\nend\n'
REPO = Repo(
    files={
        "config/sidekiq.yml": ":queues:\n  - critical\n  - payments\n  - default\n",
        "app/models/order.rb": MODEL,
        f"lib/{EVIL}.rb": "class Gone < StandardError; end\nclass Lost < StandardError; end\n",
        "jobs.toml": "",
        "zebra/x": "",
    }
)
# What is typed before Tab, and the last word of the line then.
COMPLETED = (
    ("inst", "install"),
    ("job X --check-t", "--check-then-act"),
    ("job X --queue pay", "payments"),
    ("job X --queue=pay", "--queue=payments"),
    ("job X --model Ord", "Order"),
    ("job X --model Order --check-then-act char", "charged_at"),
    ("job X --model Order --check-then-act state=paid:f", "state=paid:failed"),
    ("job X --model Order --check-then-act state=paid:o", "state=paid:on hold"),
    ("job X --discard-on PaymentGateway::Card", "PaymentGateway::CardDeclined"),
    ("job X --discard-on Gon", "Gone"),
    ("job X --unique until_and", "until_and_while_executing"),
    ("job X order:rec", "order:record"),
    ("patterns adv", "advisory-lock"),
    ("job Sett", "SettleOrder"),
    ("job --from jobs.t", "jobs.toml"),
    ("info --root zeb", "zebra"),
    # Files that are there, where none are meant: nothing is completed.
    ("job X --queue zeb", "zeb"),
    ("job X --retry-after-limit job", "job"),
    ("patterns jobs", "jobs"),
)
# What is typed before Tab, what is shown then, and what zsh and fish say of it.
SHOWN = (
    ("job X --queue ", ("critical", "payments", "default"), ""),
    ("job X --on-locked ", ("skip", "retry"), "drop the run"),
    ("in", ("info", "install"), "Show what was detected"),
    ("job X --discard-on ", ("Gone", "Lost"), "touch pwned"),
)


@pytest.fixture(name="root", scope="module")
def _root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return REPO.write(tmp_path_factory.mktemp("repo"))


class Shell:
    """One shell of a user whose home has nothing but what --install-completion has put there."""

    def __init__(self, name: str, root: Path, home: Path) -> None:
        self.name, self._root, self._home = name, root, home
        self._path = require(name, f"apt-get install {name}")
        self._count = 0

    def install(self) -> set[str]:
        """Install completion as the shell's own user does; returns the files that are then in the home."""
        self._start(BARE[self.name])
        self._child.send(f"sidekiq-gen --install-completion{ENTER}")
        self._child.expect("completion installed in")
        self.leave()
        return {path.relative_to(self._home).as_posix() for path in self._home.rglob("*") if path.is_file()}

    def start(self) -> None:
        self._start(["-i"])
        self._child.send(f"printf '<%s>\\n' ready{ENTER}")  # what comes before the first prompt is no key press
        self._child.expect("<ready>")

    def _start(self, arguments: list[str]) -> None:
        environment = {
            **{name: str(self._home) for name in ("HOME", "ZDOTDIR")},
            **{f"XDG_{name}_HOME": str(self._home / f".{name.lower()}") for name in ("DATA", "CACHE", "STATE")},
            "XDG_CONFIG_HOME": str(self._home / ".config"),
            "PATH": f"{Path(sys.executable).parent}:/usr/bin:/bin",
            "LANG": "C.UTF-8",
            "TERM": "xterm",
        }
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", DeprecationWarning)  # the threads of pytest-xdist are no matter to a fork
            self._child = pexpect.spawn(
                self._path,
                arguments,
                cwd=str(self._root),
                env=environment,
                encoding="utf-8",
                timeout=20,
                dimensions=(50, 160),
            )
        self._child.delaybeforesend = None

    def words_after_tab(self, line: str, *shown: str) -> list[str]:
        """The words that the line has after Tab, as the shell itself hands them to a command.

        shown: what is to be seen before, in whatever order; bash shows it at a second Tab.
        """
        self._count += 1
        self._child.send(f"sidekiq-gen {line}{TAB}{TAB if shown and self.name == 'bash' else ''}")
        missing = list(shown)
        while missing:
            missing.pop(self._child.expect([_BETWEEN.join(map(re.escape, text)) for text in missing]))
        self._child.send(f"{START}printf '<%s>\\n' {END} end{self._count}{ENTER}")
        self._child.expect(f"<end{self._count}>")
        return re.findall(r"<([^<>%\r\n]+)>", _CONTROLS.sub("", self._child.before))

    def leave(self) -> None:
        self._child.send(f"exit{ENTER}")
        self._child.expect(pexpect.EOF)
        self._child.close()


INSTALLED = {
    "bash": {".bash_completions/sidekiq-gen.sh", ".bashrc"},
    "zsh": {".zfunc/_sidekiq-gen", ".zshrc"},
    "fish": {".config/fish/completions/sidekiq-gen.fish"},
}


@pytest.fixture(name="shell", scope="module", params=SHELLS)
def _shell(request: pytest.FixtureRequest, root: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shell]:
    shell = Shell(request.param, root, tmp_path_factory.mktemp("home"))
    assert shell.install() >= INSTALLED[request.param]
    shell.start()
    shell.words_after_tab("")  # with the script of typer, the first Tab of a zsh only loads that script
    yield shell
    shell.leave()


def test_tab(shell: Shell, root: Path) -> None:
    found = [(line, shell.words_after_tab(line)[-1].rstrip("/")) for line, _ in COMPLETED]
    assert found == list(COMPLETED)
    for line, values, told in SHOWN:
        shell.words_after_tab(line, *values, *([told] if shell.name != "bash" else []))
    assert not (root / "pwned").exists()
