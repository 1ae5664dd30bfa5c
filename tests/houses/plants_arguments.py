"""Defects where a job is pushed: what is handed over, how often, by which method and for when."""

from __future__ import annotations

from typing import TYPE_CHECKING

from houses.planting import Planter
from houses.rewriting import class_name, in_perform, job_of

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from houses.checked import Checked
    from houses.planting import Rewrite

STRICT = {"sidekiq": "8.1.7"}


def _arguments(text: str, last: str = "") -> str:
    """As many arguments as `perform` needs, the last of them another."""
    taken = job_of(text).facts.perform
    given = [str(number) for number in range(taken.least if taken else 0)]
    if last and given:
        given[-1] = last
    return ", ".join(given)


def _one_too_many(text: str) -> str | None:
    taken = job_of(text).facts.perform
    if taken is None or taken.most is None:
        return None
    given = ", ".join(str(number) for number in range(taken.most + 1))
    return in_perform(text, f"{class_name(text)}.perform_async({given})")


def _handing(
    value: str,
    gems: Mapping[str, str] | None = None,
    before: str = "",
    suits: Callable[[Checked], bool] = lambda _: True,
) -> Planter:
    """The job pushes itself with a value as its last argument."""

    def rewrite(text: str) -> str | None:
        given = _arguments(text, value)
        return in_perform(text, f"{before}{class_name(text)}.perform_in(60, {given})") if given else None

    return Planter(rewrite, gems=gems or STRICT, suits=suits)


def _called(line: str, gems: Mapping[str, str] | None = None, forms: tuple[str, ...] = ()) -> Planter:
    """A model calls the job: ``%s`` is its class."""
    model = "class Planted\n  def plant(given)\n    {}\n  end\nend\n"
    return Planter(
        gems=gems or {},
        more=lambda text: {"app/models/planted.rb": model.format(line % f"::{class_name(text)}")},
        forms=forms,  # type: ignore[arg-type]
    )


PLANTERS: dict[str, Rewrite | Planter] = {
    "argument-count": _one_too_many,
    "symbol-argument": _handing(":planted"),
    "symbol-key-argument": _handing("{ planted: 1 }"),
    "record-argument": _handing("planted", before="planted = Planted.find_by(name: 1)\n"),
    "time-argument": _handing("2.days.from_now"),
    "complex-argument": _handing("(1..5)"),
    "lossy-argument": _handing(
        "Time.current", {"sidekiq": "6.5.12"}, suits=lambda house: not house.context.strict_said
    ),
    "perform-later-on-sidekiq-job": _called("%s.set(wait: 60).perform_later(given)"),
    "perform-async-on-active-job": _called("%s.perform_async(given)", forms=("active-job",)),
    "push-on-instance": _called("%s.new.perform_async(given)"),
    "push-time": _called("%s.perform_at(Date.tomorrow, given)"),
    "bulk-arguments": _called("%s.perform_bulk(Planted.where(given: given).pluck(:id))"),
    "bulk-at": _called("%s.perform_bulk([[given]], at: 300)", STRICT),
}
