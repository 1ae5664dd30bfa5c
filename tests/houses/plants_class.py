"""Defects in the class of a job: how it is made, its options, its blocks, and what perform does."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from houses.planting import Planter
from houses.rewriting import first_argument, in_class, in_perform, job_of, text_with, with_option
from sidekiq_gen.check import nodes

if TYPE_CHECKING:
    from collections.abc import Mapping

    from houses.planting import Rewrite


def _in_class(lines: str, gems: Mapping[str, str] | None = None) -> Planter:
    return Planter(lambda text: in_class(text, lines), gems=gems or {})


def _option(key: str, value: str, gems: Mapping[str, str] | None = None) -> Planter:
    return Planter(lambda text: with_option(text, key, value), gems=gems or {})


def _keywords(text: str) -> str | None:
    method = job_of(text).perform
    parameters = nodes.field(method, "parameters")
    name = first_argument(text)
    if parameters is None or not name:
        return None
    return text_with(text, parameters.start_byte, parameters.end_byte, f"({name}:)")


def _renamed(text: str) -> str | None:
    job = job_of(text)
    name = nodes.field(job.perform, "name")
    inherits = nodes.field(job.node, "superclass") is not None
    return None if name is None or inherits else text_with(text, name.start_byte, name.end_byte, "call")


def _in_active_job(text: str) -> str | None:
    job = job_of(text)
    name = nodes.field(job.node, "name")
    inside = nodes.field(job.node, "superclass")
    if name is None or inside is not None or not re.search(r"include Sidekiq::", text):
        return None
    return text_with(text, name.end_byte, name.end_byte, " < ActiveJob::Base")


def _read_with_a_symbol(text: str) -> str | None:
    name = first_argument(text)
    body = nodes.text(nodes.field(job_of(text).perform, "body"))
    if not name or re.search(rf"\b{name}\s*\|?\|?=|\|.*\b{name}\b.*\||\b{name}\.\w+!", body):
        return None
    return in_perform(text, f"planted = {name}[:planted]")


def _two_options(text: str) -> str | None:
    with_retry = with_option(text, "retry", "5")
    return with_option(with_retry, "retry_for", "3600") if with_retry else None


def _unused_block(text: str) -> str | None:
    with_retry = with_option(text, "retry", "false")
    return in_class(with_retry, "sidekiq_retry_in { 10 }") if with_retry else None


PLANTERS: dict[str, Rewrite | Planter] = {
    "active-job-macro": lambda text: in_class(text, "discard_on ActiveRecord::RecordNotFound\n"),
    "keyword-perform": _keywords,
    "private-perform": lambda text: in_class(text, "private\n"),
    "missing-perform": _renamed,
    "initialize-arguments": lambda text: in_class(text, "def initialize(planted)\n  @planted = planted\nend\n"),
    "sidekiq-in-active-job": _in_active_job,
    "queue-as": lambda text: in_class(text, "queue_as { :planted }"),
    "symbol-access": _read_with_a_symbol,
    "logger-keywords": lambda text: in_perform(text, 'logger.info "planted", planted: 1'),
    "unknown-option": _option("retries", "5"),
    "option-value": _option("retry", '"5"'),
    "early-retry-for": _option("retry_for", "3600", {"sidekiq": "7.0.9"}),
    "retry-beside-retry-for": Planter(_two_options, gems={"sidekiq": "8.1.7"}),
    "queue-option-in-active-job": _option("queue", ":planted"),
    "unused-retry-block": _unused_block,
    "retry-in-duration": _in_class(
        "sidekiq_retry_in do |count|\n  next 1.hour if count > 5\n\n  30\nend", {"sidekiq": "6.5.12"}
    ),
    "retry-in-symbol": _in_class(
        "sidekiq_retry_in { |_, error| error.is_a?(KeyError) ? :kill : 30 }", {"sidekiq": "6.4.2"}
    ),
    "retry-in-ignored": _in_class(
        "sidekiq_retry_in do |_, error|\n  case error\n  when KeyError then :dead\n  end\nend"
    ),
    "retry-in-third-argument": _in_class(
        'sidekiq_retry_in { |_, _, job| job["retry_count"].to_i }', {"sidekiq": "7.0.7"}
    ),
    "retry-block-missing": _in_class("sidekiq_retry_in 30"),
    "exhausted-discard": _in_class(
        "sidekiq_retries_exhausted do |job|\n  puts job\n  :discard\nend", {"sidekiq": "7.1.6"}
    ),
    "retry-block-in-active-job": _in_class("sidekiq_retry_in { 30 }", {"sidekiq": "7.1.2"}),
}
