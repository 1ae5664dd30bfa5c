"""The covering pairs: `make pairs` adds the rows that are missing to those there are.

    python -m support.pairs

A row that is there keeps its name and its values for good. A factor that it does not name is absent in it.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from sidekiq_gen.testing.pairs import Factors
from support.cases import ABSENT, FACTORS, PAIRS, allowed, rows_of_pairs

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sidekiq_gen.testing.pairs import Row

OWN = Factors(FACTORS, ABSENT, allowed)


def text(rows: Mapping[str, Row]) -> str:
    """The file: a line for each row."""
    lines = ",\n".join(f"  {json.dumps(name)}: {json.dumps(row)}" for name, row in rows.items())
    return f"{{\n{lines}\n}}\n"


if __name__ == "__main__":
    there = rows_of_pairs()
    PAIRS.write_text(text(there | OWN.additions(there)), encoding="utf-8")
