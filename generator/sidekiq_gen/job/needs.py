"""What a job needs of the table it works on: columns and an index, which a migration can add."""

from __future__ import annotations

from typing import Literal, TypeAlias

from sidekiq_gen.values import dataclass

ColumnType = Literal["datetime", "date", "boolean", "integer", "string"]
_TOLD_BY_VALUE: dict[str, ColumnType] = {"Time.current": "datetime", "Date.current": "date", "true": "boolean"}


@dataclass(frozen=True)
class Column:
    """A column that the job reads and writes.

    default: the Ruby of what it holds from the beginning; empty for null.
    """

    name: str
    type: ColumnType
    default: str = ""

    @property
    def options(self) -> str:
        """What a migration says of it besides, behind its type."""
        return f", null: false, default: {self.default}" if self.default else ""


@dataclass(frozen=True)
class Index:
    """An index that finds the rows with work to do, in the order of the primary key, however many are done.

    mark: the column that says which they are. condition: the same as SQL.
    """

    mark: str
    condition: str


Need: TypeAlias = Column | Index


def written(column: str, value: str, otherwise: ColumnType = "string") -> Column:
    """The column into which a job writes this Ruby; its type is told by it, else it is the other one."""
    return Column(column, _TOLD_BY_VALUE.get(value, otherwise), "false" if value == "true" else "")
