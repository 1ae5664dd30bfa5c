"""Defects in the body of a job class."""

from __future__ import annotations

from typing import TYPE_CHECKING

from houses.rewriting import in_class

if TYPE_CHECKING:
    from houses.planting import Planter, Rewrite

PLANTERS: dict[str, Rewrite | Planter] = {
    "active-job-macro": lambda text: in_class(text, "discard_on ActiveRecord::RecordNotFound\n"),
}
