"""The schedule that install writes for its health check, read by a real sidekiq-cron or sidekiq-scheduler."""

from __future__ import annotations

from typing import TYPE_CHECKING

from live.installed import installed
from live.server import SidekiqServer

if TYPE_CHECKING:
    from pathlib import Path

    from live.app import App
    from live.processes import Processes
    from live.report import Note
    from live.roots import Scheduled
    from live.services import Redis

EVERY_FIVE_MINUTES, EVERY_MINUTE = '"*/5 * * * *"', '"* * * * *"'
# sidekiq-cron looks only every half a minute. Source: v1.12.0 lib/sidekiq/cron/launcher.rb:18.
GEMS = """# frozen_string_literal: true

require "{gem}"
Sidekiq::Options[:cron_poll_interval] = 1 if defined?(Sidekiq::Options)
"""


def test_the_health_check_is_enqueued_by_the_gem_that_is_locked(
    processes: Processes, scheduled_variant: Scheduled, app: App, redis: Redis, tmp_path: Path, promise: Note
) -> None:
    variant, gem, version = scheduled_variant
    files = installed(variant, tmp_path, "--health-check", gem=f"{gem} {version}")
    written = [path for path, text in files.items() if EVERY_FIVE_MINUTES in text]
    assert written == ["config/schedule.yml" if gem == "sidekiq-cron" else "config/sidekiq.yml"]
    files[written[0]] = files[written[0]].replace(EVERY_FIVE_MINUTES, EVERY_MINUTE)
    app.write(files | {"config/initializers/00_gems.rb": GEMS.format(gem=gem)})

    with SidekiqServer.start(processes, variant, app, redis) as server:
        server.wait_until(lambda: server.ended() > 0, 130)
        executed = {entry.job_class for entry in server.executions}

    promise(variant, "install", "schedule", f"{gem} {version} enqueues the health check", 1)
    assert executed == {"SidekiqHealthCheckJob"}
