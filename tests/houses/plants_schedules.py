"""Defects in what runs by the clock, and in the queues that jobs go to."""

from __future__ import annotations

from typing import TYPE_CHECKING

from houses.planting import Planter
from houses.rewriting import class_name, job_of, with_option
from sidekiq_gen.check.rules.served_queues import started_elsewhere

if TYPE_CHECKING:
    from houses.checked import Checked
    from houses.planting import Rewrite

_GEMS = {"sidekiq-cron": "2.3.1"}
_QUEUES = {"config/sidekiq.yml": ":queues:\n  - default\n  - low\n"}


def _entry(line: str = "0 3 * * *", suffix: str = "", more: int = 0) -> Planter:
    """An entry for the job: at that time, its class with a suffix, and so many arguments more than it takes."""

    def files(text: str) -> dict[str, str]:
        taken = job_of(text).facts.perform
        count = (taken.most if taken and taken.most is not None else 0) + more
        lines = f"planted:\n  cron: '{line}'\n  class: {class_name(text)}{suffix}\n  args: {list(range(count))}\n"
        return {"config/schedule.yml": lines}

    def rewrite(text: str) -> str | None:
        taken = job_of(text).facts.perform
        return text if taken and taken.most is not None and not taken.keywords else None

    return Planter(rewrite, gems=_GEMS, more=files)


def _says_all(house: Checked) -> bool:
    """Whether nothing but what is planted says which queues are served, as far as is known."""
    app = house.project.app
    return app.served.complete and not started_elsewhere(app)


PLANTERS: dict[str, Rewrite | Planter] = {
    "schedule-class": _entry(suffix="Planted"),
    "schedule-arguments": _entry(more=1),
    "schedule-time": _entry("0 24,25 * * *"),
    "schedule-every-minute": _entry("* 3 * * *"),
    "unserved-queue": Planter(
        lambda text: with_option(text, "queue", ":planted_queue"), more=lambda _: _QUEUES, suits=_says_all
    ),
}
