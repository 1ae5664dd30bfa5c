"""One target in a process of its own, guided by the coverage of the package, for a time. Needs atheris.

Whatever is wrong with an input is noted, with the smallest input that shows it, and the run goes on.
"""

from __future__ import annotations

import argparse
import re
import sys
from pathlib import Path

PACKAGE = "sidekiq_gen"
STUCK = 60  # seconds, of the clock, after which libFuzzer itself gives up: the machine may be busy
MEMORY = 2048  # megabytes


def main() -> None:
    """Never returns: libFuzzer ends the process."""
    parser = argparse.ArgumentParser()
    parser.add_argument("target")
    parser.add_argument("--seconds", type=int, required=True)
    parser.add_argument("--at", type=Path, required=True)
    parser.add_argument("--seed", type=int, default=0)
    given = parser.parse_args()

    import atheris

    with atheris.instrument_imports(include=[PACKAGE]):
        from fuzz.catalogue import TARGETS
        from fuzz.target import attempt
    target = TARGETS[given.target]
    corpus, findings = given.at / target.name / "corpus", given.at / target.name / "findings"
    for folder in (corpus, findings):
        folder.mkdir(parents=True, exist_ok=True)
    for number, seed in enumerate(target.seeds):
        attempt(target, seed)  # what is imported on first use takes its time now
        (corpus / f"seed-{number}").write_bytes(seed)
    words = given.at / target.name / "words"
    words.write_text("".join(f'"{_escaped(word)}"\n' for word in target.words if word), encoding="ascii")

    def one(data: bytes) -> None:
        defect = attempt(target, data)
        if defect and defect.sign == "slow":
            defect = attempt(target, data) and attempt(target, data)
        if defect:
            _note(findings, data, defect.sign, defect.told)

    options = {
        "max_total_time": given.seconds,
        "max_len": target.longest,
        "dict": words,
        "timeout": STUCK,
        "rss_limit_mb": MEMORY,
        "artifact_prefix": f"{findings}/",
        "seed": given.seed,
        "print_final_stats": 1,
        "verbosity": 1,
    }
    atheris.Setup([sys.argv[0], *(f"-{name}={value}" for name, value in options.items()), str(corpus)], one)
    atheris.Fuzz()


def _note(folder: Path, data: bytes, sign: str, told: str) -> None:
    """Keep the smallest input for each defect."""
    path = folder / re.sub(r"[^\w.-]+", "-", sign)
    if not path.exists() or path.stat().st_size > len(data):
        path.write_bytes(data)
        path.with_name(f"{path.name}.told").write_text(f"{sign}\n{told}", encoding="utf-8", errors="backslashreplace")


def _escaped(word: str) -> str:
    """A word as a dictionary of libFuzzer has it."""
    return "".join(chr(byte) if 32 <= byte < 127 and byte not in b'"\\' else f"\\x{byte:02x}" for byte in word.encode())


if __name__ == "__main__":
    main()
