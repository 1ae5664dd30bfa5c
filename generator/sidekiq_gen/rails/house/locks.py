"""What existing jobs take a lock with, where that is a method of the house or of a gem."""

from __future__ import annotations

import re
from collections import Counter
from itertools import islice
from typing import TYPE_CHECKING

from sidekiq_gen.regex import regex
from sidekiq_gen.sourced import Sourced

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sidekiq_gen.rails.house.jobs import JobFile

MAXIMUM_CALLS = 50
# A call with a block. What ActiveRecord has itself is no helper: with_lock, lock!.
_CALL = regex(
    r"(?<!\w)(?!with_lock\b)(\w{0,30}with_\w{0,30}lock\w{0,30}!?)[ (][^\n]*(?:\bdo\b|\{)", re.MULTILINE, needs="with_"
)


def find_lock_helper(job_files: Sequence[JobFile]) -> Sourced[str] | None:
    """The method that most jobs lock with, with how many do; one that a job defines for itself is none."""
    used = Counter(
        name
        for job in job_files
        if "with_" in job.code and "lock" in job.code  # cheaper by far, and hardly any job has either
        for name in {found[1] for found in islice(_CALL.finditer(job.code), MAXIMUM_CALLS)}
        if f"def {name}" not in job.code
    )
    if not used:
        return None
    name, count = used.most_common(1)[0]
    return Sourced(name, "repo", f"{count} of {len(job_files)} existing jobs")
