"""What ``sidekiq-gen info`` says about the specs of the house, each habit with its evidence."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sidekiq_gen.cli.habit import Habit, habit_of
from sidekiq_gen.style import test_path

if TYPE_CHECKING:
    from sidekiq_gen.rails.app import RailsApp
    from sidekiq_gen.rails.house.specs import SpecHabits


def habits_of_specs(app: RailsApp) -> tuple[Habit, ...]:
    """The habits for the specs of jobs, in the order in which they are shown; none without a framework."""
    specs, framework = app.spec_habits, app.test_framework
    if specs is None or framework is None:
        return ()
    folder = test_path(framework, app.conventions.job_dir.value, "", specs.style) or ""
    return (
        habit_of("spec_place", specs.place, "Specs go to", folder.rpartition("/")[0]),
        habit_of("spec_helper", specs.helper, "Specs require", specs.helper.value or "nothing"),
        *(_of_rspec(specs) if framework == "rspec" else _of_minitest(specs)),
        _where_seen(
            habit_of(
                "spec_factories",
                specs.bare_factories,
                "Records come from",
                "create(:order)" if specs.bare_factories.value else "create(:order) with the name of the library",
            )
        ),
        _where_seen(habit_of("spec_group", specs.group, "Examples stand in", specs.group.value or "no group")),
        _where_seen(
            habit_of("spec_inline", specs.inline, "A job only run is", "unnamed" if specs.inline.value else "named")
        ),
    )


def _of_rspec(specs: SpecHabits) -> tuple[Habit, ...]:
    kind = f", type: :{specs.type.value}" if specs.type.value else ""
    entry = "describe" if specs.bare.value else "RSpec.describe"
    return (
        Habit("spec_entry", entry, "Specs begin with", f"{entry} ...{kind}", specs.bare.reason),
        habit_of("spec_type", specs.type, ""),
        _where_seen(habit_of("spec_negation", specs.negation, "Expected not")),
        _where_seen(habit_of("spec_instance", specs.instance, "The job is called")),
    )


def _of_minitest(specs: SpecHabits) -> tuple[Habit, ...]:
    return (
        habit_of("spec_superclass", specs.superclass, "Tests inherit"),
        _where_seen(habit_of("spec_example", specs.example, "Tests begin with")),
        _where_seen(habit_of("spec_doubles", specs.doubles, "Methods stubbed by")),
    )


def _where_seen(habit: Habit) -> Habit:
    """A habit that people are told of only where the repo shows it."""
    return habit if habit.reason else Habit(habit.key, habit.value, "", habit.text)
