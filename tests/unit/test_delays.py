"""What gives the delay of an error: its class in the repo proves it, or somebody says so; and its spec."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from sidekiq_gen.errors import DecisionNeeded, InvalidInput
from sidekiq_gen.job.delays import limits_of, parse_expression, read_delay
from sidekiq_gen.rails.constants import Constants
from sidekiq_gen.rails.errors import find_error
from sidekiq_gen.rails.files import Repo as Files
from support.command import sidekiq_gen
from support.repos import Repo

if TYPE_CHECKING:
    from sidekiq_gen.rails.errors import ErrorClass

JOB, SPEC = "app/jobs/charge_customer_job.rb", "spec/jobs/charge_customer_job_spec.rb"
GATEWAY = """module Gateway
  class Error < StandardError; end
  class Declined < Error; end

  class Busy < Error
    attr_reader :wait, :retry_after

    def initialize(message = nil, retry_after: nil)
      super(message)
      @retry_after = retry_after
    end

    class << self
      def attempts = 3
    end

    def left(now)
      now - 1
    end

    private

    def secret = 1
  end

  class Later < Busy
    private :wait
  end
  class Soon < Error; def retry_after = 5; end
  Quick = Class.new(Busy)

  class Counted < StandardError
    attr_reader :retry_after

    def initialize(retry_after, message = "busy")
      @retry_after = Integer(retry_after)
      super(message)
    end
  end

  class OfResponse < StandardError
    attr_reader :retry_after

    def initialize(response, retry_after)
      @response = response
      @retry_after = retry_after
    end
  end

  class Long < StandardError
    attr_reader :code,
                :retry_after

    def initialize(
      message = "busy",
      retry_after: nil
    )
      super(message)
      @retry_after = retry_after
    end
  end

  class Set < StandardError
    attr_accessor :retry_after
  end

  class Mixed < StandardError
    include Gateway::Delayed
  end

  module Delayed
    def retry_after
      [@seconds, 3].max
    end
  end

  class Http < Faraday::Error
    def retry_after
      response.headers["Retry-After"]
    end
  end

  class Foreign < Faraday::Error; end
  class Open < Error
    include Foreign::Delays
  end
end
"""


def known(folder: Path, name: str) -> ErrorClass | None:
    for path in ("app/services/gateway.rb", "lib/api/errors.rb"):
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
    (folder / "app/services/gateway.rb").write_text(GATEWAY)
    (folder / "lib/api/errors.rb").write_text("class Api::Late < Gateway::Busy\nend\n")
    return find_error(Constants(Files(folder)), name)


NEW = '{}.new("busy", retry_after: {{}})'


@pytest.mark.parametrize(
    ("name", "readers", "complete", "made"),
    [
        ("Gateway::Declined", (), True, ""),
        ("Gateway::Busy", ("wait", "retry_after"), True, NEW.format("Gateway::Busy")),
        ("Gateway::Later", ("retry_after",), True, NEW.format("Gateway::Later")),
        ("Gateway::Quick", ("wait", "retry_after"), True, NEW.format("Gateway::Quick")),
        ("Api::Late", ("wait", "retry_after"), True, NEW.format("Api::Late")),
        ("Gateway::Soon", ("retry_after",), True, ""),
        ("Gateway::Counted", ("retry_after",), True, 'Gateway::Counted.new({}, "busy")'),
        ("Gateway::OfResponse", ("retry_after",), True, ""),
        ("Gateway::Long", ("code", "retry_after"), True, NEW.format("Gateway::Long")),
        ("Gateway::Set", ("retry_after",), True, "Gateway::Set.new.tap { |error| error.retry_after = {} }"),
        ("Gateway::Mixed", ("retry_after",), True, ""),
        ("Gateway::Http", ("retry_after",), False, ""),
        ("Gateway::Foreign", (), False, ""),
        ("Gateway::Open", (), False, ""),
    ],
)
def test_what_an_error_of_the_repo_can_be_asked(
    tmp_path: Path, name: str, readers: tuple[str, ...], made: str, *, complete: bool
) -> None:
    found = known(tmp_path, name)

    assert found
    assert (found.readers, found.complete, found.made_with("retry_after")) == (readers, complete, made)


@pytest.mark.parametrize(
    ("name", "number", "literal"),
    [
        ("Gateway::Busy", False, None),
        ("Gateway::Soon", True, 5),
        ("Gateway::Counted", True, None),
        ("Gateway::Mixed", False, None),
        ("Gateway::Http", False, None),
    ],
)
def test_what_always_gives_a_number(tmp_path: Path, name: str, literal: int | None, *, number: bool) -> None:
    found = known(tmp_path, name)

    assert found
    assert (found.gives_number("retry_after"), found.literal("retry_after")) == (number, literal)


@pytest.mark.parametrize("name", ["Net::ReadTimeout", "Busy", "IOError", "Gateway::Busy::Inner"])
def test_what_the_repo_does_not_define(tmp_path: Path, name: str) -> None:
    assert known(tmp_path, name) is None


@pytest.mark.parametrize(
    ("typed", "expression", "number", "made"),
    [
        ("30", "30", True, "X.allocate"),
        ("0030", "30", True, "X.allocate"),
        ("wait", "error.wait", False, "busy(X.allocate, :wait, {})"),
        ("error.wait.to_i", "error.wait.to_i", True, "busy(X.allocate, :wait, {})"),
        ("Integer(error.wait)", "Integer(error.wait)", True, ""),
        (
            'error.response.headers["retry-after"]',
            'error.response.headers["retry-after"]',
            False,
            'busy(X.allocate, :response, Struct.new(:headers).new({ "retry-after" => {} }))',
        ),
        (
            'response&.[]("x")',
            'error.response&.[]("x")',
            False,
            "",
        ),
        (
            "response[:headers]['x']",
            "error.response[:headers]['x']",
            False,
            "busy(X.allocate, :response, { headers: { 'x' => {} } })",
        ),
        (
            'response.fetch("error")',
            'error.response.fetch("error")',
            False,
            'busy(X.allocate, :response, { "error" => {} })',
        ),
        ("[error.wait, 5].max", "[error.wait, 5].max", False, ""),
        ("error.message[/(\\d+/]", "error.message[/(\\d+/]", False, ""),
        ("error.message[/\\(\\d+/]", "error.message[/\\(\\d+/]", False, ""),
    ],
)
def test_what_gives_a_delay_is_what_somebody_says(typed: str, expression: str, made: str, *, number: bool) -> None:
    delay = read_delay("X", typed, None)

    assert (delay.expression, delay.number, delay.made) == (expression, number, made)


@pytest.mark.parametrize(
    "typed",
    ["", " ", "0", "3601", "9" * 40, "a;b", "wait # x", "wait\nx", "(wait", "wait)", "[(wait])", '"x', "`ls`", "%x(ls)",
     "w" * 101, "#{x}", "-5", "=30", "/x/", "\x00", "x\u2028y"],
)  # fmt: skip
def test_what_is_no_expression_is_refused(typed: str) -> None:
    with pytest.raises(InvalidInput, match=r"is not a delay|is not a length of time"):
        parse_expression(typed)


def test_what_nothing_proves_has_to_be_decided() -> None:
    with pytest.raises(DecisionNeeded, match="has a retry_after"):
        read_delay("Net::ReadTimeout", None, None)


@pytest.mark.parametrize(("seconds", "limits"), [(-5, (1, 5)), (2, (2, 6)), (30, (30, 41)), (10**9, (3600, 4504))])
def test_between_what_a_delay_is(seconds: int, limits: tuple[int, int]) -> None:
    assert limits_of(seconds) == limits


@pytest.mark.parametrize(
    ("error", "status", "code", "hint"),
    [
        ("Net::ReadTimeout", 3, "delay-unknown", "'Net::ReadTimeout=30'"),
        ("Faraday::TooManyRequestsError", 3, "delay-unknown", "=error.retry_after"),
        ("PaymentGateway::CardDeclined", 1, "no-retry-after", "'PaymentGateway::CardDeclined=30'"),
        (
            "SearchIndex::Late",
            1,
            "no-retry-after",
            "It has wait: say what gives it in seconds: --retry-after 'Sea",
        ),
        ("PaymentGateway::RateLimited=0", 2, "invalid-duration", "30m"),
        ("PaymentGateway::RateLimited=", 2, "invalid-expression", "'Api::Busy=error."),
    ],
)
def test_an_error_without_a_proven_delay_is_refused(
    tmp_path: Path, error: str, status: int, code: str, hint: str
) -> None:
    done = sidekiq_gen(
        Repo().write(tmp_path), "job", "ChargeCustomer", "order:record", "--retry-after", error, "--json"
    )

    told = json.loads(done.out)["error"]
    assert (done.status, told["code"]) == (status, code)
    assert hint in told["hint"]
    assert not (tmp_path / JOB).exists()


def test_two_words_for_the_delay_of_one_error_are_refused(tmp_path: Path) -> None:
    flags = ["--retry-after", "KeyError=30", "--retry-after", "::KeyError=60"]

    done = sidekiq_gen(Repo().write(tmp_path), "job", "ChargeCustomer", "order:record", *flags, "--json")

    assert json.loads(done.out)["error"]["code"] == "contradictory-patterns"


def texts(root: Path, *errors: str) -> tuple[str, str]:
    """The job and its spec for these errors."""
    flags = [word for error in errors for word in ("--retry-after", error)]
    done = sidekiq_gen(Repo().write(root), "job", "ChargeCustomer", "order:record", *flags, "--json")
    assert done.status == 0, done.out
    assert json.loads(done.out)["command_line"].count("--retry-after") == len(errors)
    return (root / JOB).read_text(encoding="utf-8"), (root / SPEC).read_text(encoding="utf-8")


def test_whatever_form_a_delay_may_have_is_read(tmp_path: Path) -> None:
    job, spec = texts(tmp_path, "PaymentGateway::RateLimited")

    assert "seconds = seconds_until(error.retry_after).clamp(1, MAX_DELAY)\n" in job
    assert "Time.httpdate(moment)" in job
    assert 'PaymentGateway::RateLimited.new("busy", retry_after: 30)' in spec
    for form in (
        "nil",
        '"soon"',
        '"120"',
        "-5",
        "10**9",
        "5.minutes",
    ):
        assert f"    {form} => [" in spec
    for moment in ("2.minutes.from_now", "2.minutes.from_now.httpdate"):
        assert f"    asked = {moment}\n" in spec
    assert "define_singleton_method" not in spec


def test_what_is_always_a_number_is_only_kept_in_bounds(tmp_path: Path) -> None:
    job, spec = texts(tmp_path, "SearchIndex::Late=wait")

    assert "seconds = error.wait.clamp(1, MAX_DELAY)\n" in job
    assert "seconds_until" not in job
    assert "DEFAULT_DELAY" not in job
    assert "expect(error).to respond_to(method)" in spec
    assert "nil =>" not in spec


def test_a_number_needs_no_method(tmp_path: Path) -> None:
    job, spec = texts(tmp_path, "Net::ReadTimeout=90")

    assert "  rescue Net::ReadTimeout\n" in job
    assert "self.class.perform_in(rand(90..116), order_id, reschedules + 1)" in job
    assert "delay" not in job
    assert "be_between(90, 116)" in spec


def test_each_error_is_asked_in_its_own_way(tmp_path: Path) -> None:
    job, spec = texts(
        tmp_path, "PaymentGateway::RateLimited", "SearchIndex::Busy", "IOError=error.message[/[0-9]+/]", "KeyError=90"
    )

    assert "    when PaymentGateway::RateLimited, SearchIndex::Busy then error.retry_after\n" in job
    assert "    when IOError then error.message[/[0-9]+/]\n    when KeyError then 90\n" in job
    assert "allow(job).to receive(:delay_after).and_return(30)" in spec  # nothing says how such an error is made


def test_the_storefront_shows_it(tmp_path: Path) -> None:
    service = Path(__file__).parents[2] / "examples/storefront/app/services/payment_gateway.rb"
    (tmp_path / "app/services").mkdir(parents=True)
    (tmp_path / "app/services/payment_gateway.rb").write_text(service.read_text())

    found = find_error(Constants(Files(tmp_path)), "PaymentGateway::RateLimited")

    assert found
    assert found.made_with("retry_after") == 'PaymentGateway::RateLimited.new("busy", retry_after: {})'
