"""How many dead jobs are kept, and for how long: what is asked for, and what the release makes of it.

Source: sidekiq v6.0.0 lib/sidekiq.rb:35, v7.3.3 lib/sidekiq/api.rb:823, v7.3.5 lib/sidekiq/api.rb:824, v8.1.7
lib/sidekiq/config.rb:35. The CLI and every other process read the same object: v7.0.0 lib/sidekiq/cli.rb:27.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from sidekiq_gen.errors import InvalidInput
from sidekiq_gen.flags import Flag, answer
from sidekiq_gen.notices import Notice
from sidekiq_gen.rails import yaml
from sidekiq_gen.ruby import layout
from sidekiq_gen.values import dataclass

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from sidekiq_gen.flags import Answers
    from sidekiq_gen.sidekiq.release import Release

LimitName = Literal["dead_max_jobs", "dead_timeout"]

LEAST = 2  # one less than the limit is kept: ZREMRANGEBYRANK dead 0 -LIMIT
MOST = 10_000_000
LONGEST = 10 * 365 * 86_400

LIMIT_FLAGS = (
    Flag("--dead-max-jobs", "How many dead jobs Sidekiq keeps [Sidekiq's default: 10000].", "number", metavar="N"),
    Flag(
        "--dead-timeout",
        "How long Sidekiq keeps a dead job: 30d, 12h, 3600 [Sidekiq's default: 180d].",
        "duration",
        metavar="DURATION",
        longest=LONGEST,
    ),
)


@dataclass(frozen=True)
class DeadLimits:
    """What is to be kept; None for what was not asked for.

    max_jobs: the number of dead jobs. timeout: seconds.
    """

    max_jobs: int | None = None
    timeout: int | None = None

    def assignment(self, name: LimitName) -> str:
        """The Ruby that says it, behind the object of the settings: ``[:dead_max_jobs] = 500``."""
        if name == "dead_max_jobs":
            return f"[:dead_max_jobs] = {layout.integer(self.max_jobs or 0)}"
        return f"[:dead_timeout_in_seconds] = {layout.whole_seconds(self.timeout or 0)}"

    @property
    def names(self) -> tuple[LimitName, ...]:
        """The settings that say it."""
        known: dict[LimitName, int | None] = {"dead_max_jobs": self.max_jobs, "dead_timeout": self.timeout}
        return tuple(name for name, value in known.items() if value is not None)


def resolve_limits(answers: Answers) -> DeadLimits:
    """Decide about them.

    Raises:
        InvalidInput: a number of jobs makes no sense.
    """
    jobs = answer(answers, "dead_max_jobs")
    if jobs is not None and not LEAST <= jobs <= MOST:
        raise InvalidInput(
            f"--dead-max-jobs {jobs} is not a number of jobs that can be kept.",
            hint=f"Give a number from {LEAST} to {MOST}.",
            code="invalid-limit",
        )
    return DeadLimits(jobs, answer(answers, "dead_timeout"))


def settings_object(release: Release) -> str:
    """The object whose ``[]=`` changes a setting for every process, outside of every block."""
    can = release.capabilities
    if can.default_configuration:
        return "Sidekiq.default_configuration"
    return "Sidekiq" if can.module_index else "Sidekiq.options"


def limit_notices(
    limits: DeadLimits, release: Release, said: Sequence[tuple[LimitName, str]], configuration: str
) -> Iterator[Notice]:
    """What is to be known of them.

    said: each to which the initializer itself gives another value already, with its path.
    configuration: the text of config/sidekiq.yml.
    """
    options = dict(zip(("dead_max_jobs", "dead_timeout"), (flag.option for flag in LIMIT_FLAGS), strict=True))
    for name, path in said:
        yield Notice(
            "dead-limit-set",
            f"{path} gives {name} another value, so that {options[name]} changes nothing.",
            "Change the value there.",
        )
    keys = {yaml.key(key) for key in yaml.mapping(yaml.load(configuration))}
    for name in limits.names:
        if any(key.startswith(name) for key in keys):
            yield Notice(
                "dead-limit-set",
                f"config/sidekiq.yml sets {name}, too; the initializer is loaded after it, and counts.",
                "Take it out of one of the two.",
            )
    if limits.names and not release.capabilities.dead_limits_for_kills:
        yield Notice(
            "dead-limits-of-kills",
            f"In Sidekiq {release.text}, a job killed in the Web UI or with DeadSet#kill trims the Dead set to "
            "Sidekiq's defaults, 10,000 jobs and 180 days, whatever is configured.",
            "Upgrade to 7.3.5 or later to keep more than that.",
        )
