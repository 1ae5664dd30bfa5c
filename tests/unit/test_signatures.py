"""What is read of the methods of a class: their parameters, and who may call them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from sidekiq_gen.rails.constants import Constants
from sidekiq_gen.rails.files import Repo
from sidekiq_gen.rails.signatures import Parameters, read_callable

if TYPE_CHECKING:
    from pathlib import Path

    from sidekiq_gen.rails.signatures import Callable

BASE = """class ApplicationService
  def self.call(...)
    new(...).call
  end
end
"""


def read(folder: Path, text: str, name: str = "Pay", others: dict[str, str] | None = None) -> Callable:
    files = {"app/services/pay.rb": text, "app/services/application_service.rb": BASE, **(others or {})}
    for path, content in files.items():
        target = folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(content, encoding="utf-8")
    found = read_callable(Constants(Repo(folder)), name)
    assert found
    return found


def shown(parameters: Parameters | None) -> str:
    """``order, amount=, key:, note:=, *, **``."""
    if parameters is None:
        return "unknown"
    return ", ".join(
        ("**" if one.keyword else "*") + one.name
        if one.rest
        else one.name + ":" * one.keyword + "=" * (not one.required)
        for one in parameters
    )


@pytest.mark.parametrize(
    ("text", "parameters"),
    [
        ("def self.call(order, amount_cents:, key:)", "order, amount_cents:, key:"),
        ("def self.call order, amount_cents:", "order, amount_cents:"),
        ("def self.call", ""),
        ("def self.call()", ""),
        ("def self.call; end", ""),
        ("def self.call = new.call", ""),
        ("def self.call(order) = new(order).call", "order"),
        (
            'def self.call(order, note = "a, b (c", *rest, key: nil, **options, &block)',
            "order, note=, *rest, key:=, **options",
        ),
        ("def self.call(order, tags = [1, 2], pair: { a: 1, b: [2] }, name: )", "order, tags=, pair:=, name:"),
        ("def self.call(*, **nil)", "*"),
        ("def self.call((one, two), three)", ", three"),
        (
            "def self.call(order, # the order, (all of it)\n    key:, # a key\n    note: nil # none\n  )",
            "order, key:, note:=",
        ),
        ("def self.call(\n    order:,\n    user: order.user\n  )", "order:, user:="),
        ("def self.call order,\n                key:", "order, key:"),
        ("def Pay.call(order)", "order"),
        ("class << self\n    def call(order, key: nil)\n      1\n    end\n  end", "order, key:="),
        (
            "class << self\n    private\n    def x; end\n    public\n    def call(a)\n    end\n  end",
            "a",
        ),
        ("extend self\n  def call(order)\n  end", "order"),
        ("module_function\n\n  def call(order)\n  end", "order"),
        ("def call(order)\n  end\n  module_function :call", "order"),
        ("module_function def call(order)\n  end", "order"),
        ("define_singleton_method(:call) { |order| order }", "unknown"),
        ("class << self\n    delegate :call, to: :client\n  end", "unknown"),
        (
            "def self.call(order, ...)\n    new(order, ...).call\n  end\n  def initialize(order, key:)\n  end",
            "order, *",
        ),
    ],
)
def test_the_parameters_of_a_method_of_the_class(tmp_path: Path, text: str, parameters: str) -> None:
    own = read(tmp_path, f"class Pay\n  {text}\nend\n")

    assert shown(own.signature("call")) == parameters
    assert own.of_class["call"].public


@pytest.mark.parametrize(
    "forwarding",
    [
        "def self.call(...)\n    new(...).call\n  end",
        "def self.call(*args, **options, &block)\n    new(*args, **options).call(&block)\n  end",
        "def self.call(*args) = new(*args).call",
        "def self.call(...) = new(...).call",
        "class << self\n    def call(*)\n      new(*).call\n    end\n  end",
    ],
)
def test_a_method_that_hands_all_on_to_new_takes_what_initialize_takes(tmp_path: Path, forwarding: str) -> None:
    own = read(
        tmp_path, f"class Pay\n  {forwarding}\n\n  def initialize(order, key:)\n  end\n\n  def call\n  end\nend\n"
    )

    assert shown(own.signature("call")) == "order, key:"
    assert shown(own.of_instance["call"].parameters) == ""


def test_a_superclass_hands_on_to_the_initialize_of_the_class(tmp_path: Path) -> None:
    own = read(tmp_path, "class Pay < ApplicationService\n  def initialize(order:)\n  end\n  def call; end\nend\n")

    assert shown(own.signature("call")) == "order:"


def test_without_initialize_new_takes_nothing(tmp_path: Path) -> None:
    own = read(tmp_path, "class Pay < ApplicationService\n  def call; end\nend\n")

    assert shown(own.signature("call")) == ""
    assert own.class_complete


@pytest.mark.parametrize(
    "line", ["extend Dry::Initializer", "include Virtus.model", "include ActiveModel::Model", "include Interactor"]
)
def test_what_a_gem_initializes_is_unknown(tmp_path: Path, line: str) -> None:
    own = read(tmp_path, f"class Pay\n  {line}\n\n  def call\n  end\nend\n")

    assert own.initializer is None
    assert not own.class_complete


def test_a_struct_is_unknown(tmp_path: Path) -> None:
    own = read(tmp_path, "class Pay < Struct.new(:order)\n  def call\n  end\nend\n")

    assert own.initializer is None


@pytest.mark.parametrize(
    "text",
    [
        "def call(order)\n  end\n  private :call",
        "private\n\n  def call(order)\n  end",
        "private def call(order)\n  end",
        "protected\n\n  def call(order)\n  end",
    ],
)
def test_a_private_method(tmp_path: Path, text: str) -> None:
    own = read(tmp_path, f"class Pay\n  {text}\nend\n")

    assert not own.of_instance["call"].public
    assert shown(own.of_instance["call"].parameters) == "order"


@pytest.mark.parametrize(
    "text",
    [
        "def self.call(order)\n  end\n  private_class_method :call",
        "private_class_method def self.call(order)\n  end",
        "class << self\n    private\n\n    def call(order)\n    end\n  end",
        "class << self\n    def call(order)\n    end\n    private :call\n  end",
    ],
)
def test_a_private_method_of_the_class(tmp_path: Path, text: str) -> None:
    assert not read(tmp_path, f"class Pay\n  {text}\nend\n").of_class["call"].public


def test_private_says_nothing_of_methods_of_the_class(tmp_path: Path) -> None:
    own = read(tmp_path, "class Pay\n  private\n\n  def self.call(order)\n  end\nend\n")

    assert own.of_class["call"].public


def test_methods_of_modules(tmp_path: Path) -> None:
    concern = """module Callable
  extend ActiveSupport::Concern

  class_methods do
    def call(...)
      new(...).call
    end
  end
end
"""
    nested = """module Nested
  module ClassMethods
    def run(order)
    end
  end

  def stop(now: true)
  end
end
"""
    others = {
        "app/services/callable.rb": concern,
        "app/services/nested.rb": nested,
        "lib/runs.rb": "module Runs\n  def start(order)\n  end\nend\n",
    }
    text = "class Pay\n  include Callable\n  include Nested\n  extend Runs\n  def initialize(order)\n  end\nend\n"

    own = read(tmp_path, text, others=others)

    assert [shown(own.signature(name)) for name in ("call", "run", "start")] == ["order", "order", "order"]
    assert shown(own.of_instance["stop"].parameters) == "now:="
    assert own.class_complete


def test_a_class_inside_a_module_of_the_same_file(tmp_path: Path) -> None:
    text = (
        "module Pay\n  class Card\n    def self.charge(order)\n    end\n  end\n\n  def self.charge(other)\n  end\nend\n"
    )

    assert shown(read(tmp_path, text, "Pay::Card").signature("charge")) == "order"
    assert shown(read(tmp_path, text).signature("charge")) == "other"


def test_nothing_is_read_where_nothing_is(tmp_path: Path) -> None:
    assert read_callable(Constants(Repo(tmp_path)), "Pay") is None
