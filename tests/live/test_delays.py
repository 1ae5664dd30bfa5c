"""When a job comes back whose error names a delay, in whatever form, by the time that is in Redis."""

from __future__ import annotations

import json
import time
from typing import TYPE_CHECKING

import pytest

from live import rendered
from live.ruby import run_ruby
from live.server import SidekiqServer
from sidekiq_gen.job.delays import limits_of

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from live.app import App
    from live.processes import Processes
    from live.report import Note
    from live.roots import Variant
    from live.services import Redis

# What the error names, and after how many seconds the job is due at the earliest.
FORMS = {
    "nil": 60,
    '"soon"': 60,
    '"120"': 120,
    "120": 120,
    "120.5": 120,
    "2.minutes": 120,
    "2.minutes.from_now": 120,
    "Time.now + 120": 120,
    "2.minutes.from_now.httpdate": 120,
    "-5": 1,
    "2.hours.ago": 1,
    "10_000_000_000": 3600,
    "Time.utc(2099)": 3600,
    "Time.utc(2099).httpdate": 3600,
    "Float::INFINITY": 3600,
}
FOREIGN = """
reply = Net::HTTPTooManyRequests.new("1.1", "429", "Too Many Requests")
reply["Retry-After"] = "120"
raise Net::HTTPClientException.new("busy", reply)
"""
SLACK = 12.0  # seconds between the push and the look at it


def due(redis: Redis, app: App) -> dict[str, tuple[float, list[object]]]:
    """What is scheduled, by class: in how many seconds, and with which arguments."""
    found = redis.values(app.redis_url, "ZRANGE", "schedule", 0, -1, "WITHSCORES")
    entries = [json.loads(entry) for entry in found[::2]]
    waits = [float(score) - time.time() for score in found[1::2]]
    return {entry["class"]: (wait, entry["args"]) for entry, wait in zip(entries, waits, strict=True)}


@pytest.mark.scenario("retry-after")
def test_a_job_comes_back_in_time_whatever_the_form_of_the_delay(
    processes: Processes, variant: Variant, app: App, redis: Redis, tmp_path: Path, promise: Note
) -> None:
    works = {
        f"Form{number}": ("PaymentGateway::RateLimited", f"raise PaymentGateway::RateLimited.new(retry_after: {form})")
        for number, form in enumerate(FORMS)
    }
    expected = {f"Form{number}Job": seconds for number, seconds in enumerate(FORMS.values())}
    works["Fixed"] = ("Net::ReadTimeout=300", "raise Net::ReadTimeout")
    works["Counted"] = ("SearchIndex::Late=wait", 'raise SearchIndex::Late, "wait 300 seconds"')
    works["Foreign"] = ('Net::HTTPClientException=response["retry-after"]', FOREIGN)
    expected |= {"FixedJob": 300, "CountedJob": 300, "ForeignJob": 120}
    for name, (error, work) in works.items():
        write(variant, app, tmp_path, name, error, work)
    pushes = "; ".join(f"{name}.perform_async(1)" for name in expected)
    run_ruby(processes, variant, app, f"Order.create!(id: 1); {pushes}")

    with SidekiqServer.start(processes, variant, app, redis) as server:
        server.drain(count=len(expected))
        found = due(redis, app)

    promise(variant, "record", "retry-after", "number, text, date, time, duration: that delay, at most an hour", 18)
    arguments = {name: handed for name, (_, handed) in found.items()}
    assert {name: arguments.get(name) for name in late(expected)} == {name: [1, 1] for name in late(expected)}
    for name, seconds in late(expected).items():
        least, most = limits_of(seconds)
        assert least - SLACK < found[name][0] < most + 1, name  # one asks for half a second
    assert redis.call(app.redis_url, "ZCARD", "retry") == 0


def late(expected: Mapping[str, int]) -> dict[str, int]:
    """Those that are not due again at once, as the server may have taken them."""
    return {name: seconds for name, seconds in expected.items() if seconds > 1}


def write(variant: Variant, app: App, folder: Path, name: str, error: str, work: str) -> None:
    one = rendered.job_class(f"order:record --retry 0 --retry-after {error}", variant, name, folder)
    texts = rendered.with_work(one.files, work)
    app.write({path: f'require "net/http"\n\n{text}' for path, text in texts.items()})
