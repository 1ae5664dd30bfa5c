"""The table ``[check]`` of ``.sidekiq-gen.toml``."""

from __future__ import annotations

from sidekiq_gen.settings import Setting

TABLE = "check"
SEVERITIES = ("error", "warning", "note")
SETTINGS = (
    Setting("only", "The codes of the rules that are asked, and no others.", "list"),
    Setting("except", "The codes of rules whose findings are not told.", "list"),
    Setting("also", "The codes of rules that are off, and are asked all the same.", "list"),
    Setting("severity", "The lowest severity that is told.", "choice", choices=SEVERITIES),
    Setting(
        "exclude",
        "Files and folders of which nothing is told, relative to the root, with * and ** where wanted; behind a colon "
        'the codes that are meant: "lib/legacy", "app/jobs/old_*.rb: sleep-in-job, argument-count".',
        "list",
    ),
    Setting(
        "baseline",
        "Where the baseline is, relative to the root [default: .sidekiq-gen-baseline.json].",
        "text",
        pattern=r"(?!/)(?!.*(?:^|/)\.\.?(?:/|$))[^\0-\x1f\\:*?\"'<>|]+",
        shape="a path below the root",
    ),
)
