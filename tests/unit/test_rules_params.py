"""The parameters of a request, handed to a job."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from sidekiq_gen.check.rule import Example
from sidekiq_gen.check.rules.params import RULES
from support.rules import findings

if TYPE_CHECKING:
    from pathlib import Path

JOB = "class ExampleJob\n  include Sidekiq::Job\n  def perform(order)\n  end\nend\n"
METHODS = """
  def order_params
    @order_params ||= params.require(:order).permit(:total)
  end

  def order_hash
    order_params.to_h
  end
"""


def found(argument: str, root: Path, sidekiq: str = "7.3.2", path: str = "app/controllers/orders_controller.rb") -> int:
    text = f"class OrdersController\n  def create\n    ExampleJob.perform_async(1, {argument})\n  end\n{METHODS}end\n"
    return len(findings(Example({"app/jobs/example_job.rb": JOB, path: text}, sidekiq=sidekiq), root, list(RULES)))


@pytest.mark.parametrize(
    "argument",
    ["params", "params.permit(:a)", "order_params", "order_params.slice(:a)", "order_hash"],
)
def test_what_is_no_hash_is_found(tmp_path: Path, argument: str) -> None:
    assert found(argument, tmp_path) == 1


@pytest.mark.parametrize("argument", ["params[:id]", "order_hash.to_h", "order_params.to_h.to_hash", "other_params"])
def test_what_is_plain_is_not(tmp_path: Path, argument: str) -> None:
    assert found(argument, tmp_path) == 0


def test_an_indifferent_hash_passes_before_classes_are_compared(tmp_path: Path) -> None:
    assert found("order_hash", tmp_path, "7.0.3") == 0
    assert found("order_params", tmp_path, "7.0.3") == 1


def test_params_of_anything_but_a_controller_may_be_a_hash(tmp_path: Path) -> None:
    assert found("params", tmp_path, path="app/services/orders.rb") == 0
