"""Prints the lowest version of each dependency that pyproject.toml allows, as constraints for pip."""

from __future__ import annotations

import re
import sys
from importlib.metadata import requires


def lowest(requirements: list[str]) -> list[str]:
    """``["typer<0.21,>=0.17"]`` -> ``["typer==0.17"]``; what an extra asks for is left out.

    Raises:
        ValueError: one has no lower bound.
    """
    lines = []
    for text in requirements:
        requirement, _, marker = text.partition(";")
        found = re.match(r"([\w.-]+).*>=([\d.]+)", requirement)
        if found is None:
            raise ValueError(f"no lower bound: {text}")
        if "extra ==" not in marker:
            lines.append(f"{found[1]}=={found[2]}{f'; {marker.strip()}' if marker else ''}")
    return lines


if __name__ == "__main__":
    sys.stdout.write("\n".join(lowest(requires("sidekiq-gen") or [])) + "\n")
