"""What ``perform_async`` returns, and when that is nil.

Source: sidekiq v8.1.7 lib/sidekiq/client.rb:106, the same in v6.0.0 lib/sidekiq/client.rb:73 (an id only where the
client middleware has let the job through), and lib/sidekiq/transaction_aware_client.rb:28 (an id made beforehand).
sidekiq-unique-jobs v8.1.0 lib/sidekiq_unique_jobs/middleware/client.rb:35 and lock/until_executed.rb:25, the same in
v7.1.29, return nil for a duplicate, but for one that replaces the job that waits.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sidekiq_gen.job.patterns.unique import Unique, UniqueSettings
from sidekiq_gen.near import did_you_mean
from sidekiq_gen.notices import Notice
from sidekiq_gen.sidekiq.unique_duplicates import AFTER_COMMIT, ID_OF_NO_JOB, turns_away_pushes

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sidekiq_gen.job.request import JobRequest
    from sidekiq_gen.rails.app import RailsApp

RETURNS = (
    "`perform_async`, `perform_in` and `perform_at` return the id of the job, a String, or nil when a client "
    "middleware refuses it, as that of sidekiq-unique-jobs does with a duplicate. With Sidekiq.transactional_push! "
    "they return an id in any case: the job is pushed after the commit, so that after a rollback, or for a duplicate, "
    "there is no job of that id."
)

NIL_FOR_A_DUPLICATE = Notice(
    "nil-for-a-duplicate",
    "perform_async returns nil for a duplicate that is not enqueued, and the id of the job otherwise.",
    "Check for nil where the id is stored or waited for.",
)
ID_BEFORE_COMMIT = Notice(
    "id-before-commit",
    "With Sidekiq.transactional_push!, perform_async inside a transaction returns a job id before the job is pushed.",
    "Store that id in the same transaction only: after a rollback there is no such job.",
)


def answer_notices(request: JobRequest, app: RailsApp) -> Iterator[Notice]:
    """What a push of this job returns, where that is not simply its id."""
    if request.context.form == "active-job":
        return  # perform_later returns the job
    unique = (request.child or request).get(Unique)
    refused = unique is not None and turns_away_pushes(unique.lock)
    if app.configured(AFTER_COMMIT):
        yield ID_OF_NO_JOB if refused else ID_BEFORE_COMMIT
    elif refused and isinstance(unique, UniqueSettings):  # Enterprise is closed source
        yield NIL_FOR_A_DUPLICATE


def queue_notices(request: JobRequest, app: RailsApp) -> Iterator[Notice]:
    """That nobody works on the queue of the job, as far as the repo says."""
    if app.served.lacks(request.queue):
        served = ", ".join(app.served.names)
        yield Notice(
            "queue-not-served",
            f"No process that the repo starts works on the queue {request.queue}: the repo serves {served}.",
            did_you_mean(
                request.queue,
                app.served.names,
                f"Add it to config/sidekiq.yml, or pass --queue {app.queue_for(request.context.house).name.value}.",
            ),
        )
