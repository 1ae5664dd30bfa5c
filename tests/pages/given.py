"""What skeletons and the templates of `install` are given besides slots and facts, for docs/templates.md."""

# What the skeletons are given besides the slots.
OF_SKELETONS = {
    "superclass": "the base class with its `<`: ` < ApplicationJob`; empty for none",
    "performing": "in a test without mocha, the methods that run the job inside its stubs; else empty",
    "named": "the records, as in `records`, whose variables the setup or the examples use",
}
OF_INSTALL = {
    "can": "the capabilities of the release",
    "job_module": "what a job includes: `Sidekiq::Job`",
    "tracker": "the name of the error tracker",
    "reporter": "what already reports errors of jobs, by name: `sentry-sidekiq`; None where nothing does",
    "report_error": "Ruby that reports `error`, with the job of `context`",
    "report_death": "Ruby that reports a job that has died: `job` and `error`",
    "alert": "Ruby that reports that too many jobs are dead: `dead`",
    "calls": "what these two call: `calls.receiver`, `calls.report`, `calls.alert`",
    "shown_class": "Ruby for the class of `job`, without its wrapper",
    "shown_arguments": "Ruby for the arguments of `job`, without its wrapper",
    "batches": "whether batches push before the commit, as those of Sidekiq Pro do",
    "settings": "Ruby for the object whose `[]=` changes a setting for every process",
    "limits": "how many dead jobs are kept, and for how long",
    "cron": "when the health check runs, as cron writes it",
    "queues": "the queues, as YAML writes them",
    "health": "the health check: its class, its path and its test; none where there is none",
    "superclass": "its base class with `<`; empty for none",
    "threshold": "from how many dead jobs on it alerts, as Ruby",
    "queue": "its queue, as Ruby",
    "indent": "a function that indents a text: `indent(text, 1)`",
}
