"""The table ``[check]`` of ``.sidekiq-gen.toml``."""

from __future__ import annotations

from sidekiq_gen.settings import Setting

TABLE = "check"
SEVERITIES = ("error", "warning", "note")
SETTINGS = (
    Setting("only", "The codes of the only rules to run.", "list"),
    Setting("except", "The codes of rules whose findings are not reported.", "list"),
    Setting("also", "The codes of rules to run although they are off by default.", "list"),
    Setting("severity", "The lowest severity to report.", "choice", choices=SEVERITIES),
    Setting(
        "exclude",
        "Files and folders to exclude, relative to the root, with * and **; after a colon, the codes to exclude there: "
        '"lib/legacy", "app/jobs/old_*.rb: sleep-in-job, argument-count".',
        "list",
    ),
    Setting(
        "baseline",
        "The path of the baseline, relative to the root [default: .sidekiq-gen-baseline.json].",
        "text",
        pattern=r"(?!/)(?!.*(?:^|/)\.\.?(?:/|$))[^\0-\x1f\\:*?\"'<>|]+",
        shape="a path below the root",
    ),
)
