"""Good inputs to begin with (`seeds/`), and parts that inputs are made of (`words/`). All of them are made up."""

from __future__ import annotations

from pathlib import Path

FOLDER = Path(__file__).parent
LOCKFILES = FOLDER.parent / "fixtures/lockfiles"
SHORT = 12_000  # bytes; a longer lock file says nothing more
DIVIDER = b"\n%%\n"  # between the files of one input


def seeds(*folders: str) -> tuple[bytes, ...]:
    """The files of folders of seeds."""
    return tuple(path.read_bytes() for folder in folders for path in sorted((FOLDER / "seeds" / folder).iterdir()))


def seed(path: str) -> bytes:
    """One of them: ``ruby/order.rb``."""
    return (FOLDER / "seeds" / path).read_bytes()


def lockfiles() -> tuple[bytes, ...]:
    """Those of the fixtures that are short, and more."""
    found = (path.read_bytes() for path in sorted(LOCKFILES.glob("*.lock")))
    return (*(data for data in found if len(data) < SHORT), *seeds("lockfiles"))


def together(*files: str | bytes) -> bytes:
    """An input of several files."""
    return DIVIDER.join(file.encode() if isinstance(file, str) else file for file in files)


def words(*names: str) -> tuple[str, ...]:
    """The words of files of words, one on each line, with the escapes of Python."""
    lines = (line for name in names for line in (FOLDER / f"words/{name}.txt").read_text("ascii").splitlines())
    return tuple(line.encode().decode("unicode_escape") for line in lines)
