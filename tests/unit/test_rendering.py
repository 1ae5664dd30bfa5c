from __future__ import annotations

import sys
from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING, Literal

import pytest
from jinja2 import FunctionLoader, TemplateNotFound

from sidekiq_gen.errors import BrokenTemplate
from sidekiq_gen.job.kinds.backfill import BackfillSettings
from sidekiq_gen.job.kinds.fan_out import FanOutSettings
from sidekiq_gen.job.kinds.record import RecordSettings
from sidekiq_gen.job.patterns.catalogue import PATTERNS
from sidekiq_gen.job.patterns.log_context import LogContextSettings
from sidekiq_gen.job.patterns.row_lock import RowLockSettings
from sidekiq_gen.job.rendering import partial_paths, render
from sidekiq_gen.job.request import Chosen, JobContext, JobRequest, RecordCall, RepoFacts
from sidekiq_gen.job.slots import SLOTS
from sidekiq_gen.naming import Argument, JobName, Model
from sidekiq_gen.rails.gems import Tracker
from sidekiq_gen.ruby import templates
from sidekiq_gen.ruby.environment import environment
from sidekiq_gen.ruby.templates import TREES, Partial
from sidekiq_gen.sidekiq.gems import Gems
from sidekiq_gen.sidekiq.release import Release
from sidekiq_gen.style import Style
from support.cases import all_cases
from support.requests import request_for

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from sidekiq_gen.job.request import KindName

ORDER = Argument("order", "record", Model("Order"))
REQUEST = JobRequest(
    JobContext(
        Release(Gems("7.3.2", rails="7.2.2")),
        JobName("charge_customer", "ChargeCustomerJob", "charge_customer_job"),
        "record",
        (ORDER,),
        Model("Order"),
        ORDER,
        "order",
        "postgresql",
        5,
    ),
    RecordSettings("log"),
    "payments",
    "rspec",
    Style("double", frozen_string_literal=True, queue_literal="string", job_module=None),
    RepoFacts(
        (),
        (RecordCall("Order", "create(:order)", "factory"),),
        "ApplicationRecord",
        tracker=Tracker("logger"),
        wrapper=None,
    ),
    (),
)


@contextmanager
def without_a_disk() -> Iterator[list[str]]:
    """Whatever is opened, listed or asked for on a disk meanwhile, templates and modules of the package aside."""
    touched: list[str] = []
    watching = True

    def note(event: str, arguments: tuple[object, ...]) -> None:
        if watching and event in {"open", "os.listdir", "os.scandir", "os.walk"}:
            touched.append(f"{event} {arguments[0]}")

    sys.addaudithook(note)
    try:
        yield touched
    finally:
        watching = False


def test_a_request_is_written_down_and_rendered_without_a_repo() -> None:
    (job, text), (spec, _) = render(REQUEST)

    assert (job, spec) == ("app/jobs/charge_customer_job.rb", "spec/jobs/charge_customer_job_spec.rb")
    assert (
        text
        == """# frozen_string_literal: true

class ChargeCustomerJob
  include Sidekiq::Job

  sidekiq_options queue: "payments", retry: 5

  def perform(order_id)
    order = Order.find_by(id: order_id)
    return logger.warn("skipped: there is no Order #{order_id}") unless order

    charge_customer(order)
  end

  private

  def charge_customer(order)
    # TODO: the work. It can run more than once for the same order.
  end
end
"""
    )


def test_rendering_touches_no_disk(tmp_path_factory: pytest.TempPathFactory) -> None:
    """Templates are read once and then kept: each request is rendered before the disk is watched, and again."""
    known = [request_for(case, tmp_path_factory.mktemp("repo")) for case in all_cases()]
    texts = [render(request) for request in known]

    with without_a_disk() as touched:
        again = [render(request) for request in known]

    assert touched == []
    assert again == texts


def test_a_disk_that_is_touched_is_seen(tmp_path: Path) -> None:
    with without_a_disk() as touched:
        (tmp_path / "file").write_text("x")

    assert touched == [f"open {tmp_path / 'file'}"]


@pytest.fixture
def override(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[dict[str, str]], None]]:
    """Put other templates in the place of those of the package, an empty text for one that is gone."""
    listed = frozenset(environment().list_templates())

    def put(texts: dict[str, str]) -> None:
        own = environment().loader
        assert own is not None

        def find(path: str) -> str:
            if path in texts:
                if not texts[path]:
                    raise TemplateNotFound(path)
                return texts[path]
            return own.get_source(environment(), path)[0]

        monkeypatch.setattr(environment(), "loader", FunctionLoader(find))
        monkeypatch.setattr(environment(), "cache", None)
        gone = {path for path, text in texts.items() if not text}
        monkeypatch.setattr(templates, "paths", lambda _layers=(): listed - gone)
        templates._found.cache_clear()  # noqa: SLF001 - what is kept for a run must not outlive the test

    yield put
    templates._found.cache_clear()  # noqa: SLF001 - what is kept for a run must not outlive the test


def with_patterns(*chosen: Chosen, kind: KindName = "record", settings: object = REQUEST.kind_settings) -> JobRequest:
    return replace(REQUEST, context=replace(REQUEST.context, kind=kind), kind_settings=settings, patterns=tuple(chosen))


ROW_LOCK = Chosen("row-lock", RowLockSettings())
LOG = Chosen("log-context", LogContextSettings((("order_id", "order_id"),), "add"))


def test_what_is_logged_is_known_before_the_record_is_looked_up() -> None:
    (_, job), _ = render(with_patterns(LOG))

    assert job.index("log_start(order_id: order_id)") < job.index("Order.find_by")


@pytest.mark.parametrize("part", ["job", "rspec", "minitest"])
@pytest.mark.parametrize(
    "folder", [*(f"patterns/{pattern.identifier}" for pattern in PATTERNS if not pattern.shapes), "kinds/record"]
)
def test_a_template_that_is_missing_is_an_error(
    override: Callable[[dict[str, str]], None], folder: str, part: Literal["job", "rspec", "minitest"]
) -> None:
    override({f"{tree}/{folder}/{part}.rb.j2": "" for tree in (*TREES, "common")})

    with pytest.raises(BrokenTemplate, match=f"{folder}/{part}.rb.j2 is not in any tree"):
        Partial("8", partial_paths("8", folder, "", part)[0], {}, {})


def test_a_pattern_whose_template_is_missing_is_an_error_and_no_shorter_job(
    override: Callable[[dict[str, str]], None],
) -> None:
    override({"common/patterns/row_lock/job.rb.j2": ""})

    with pytest.raises(BrokenTemplate, match=r"row_lock/job.rb.j2 is not in any tree") as caught:
        render(with_patterns(ROW_LOCK))

    assert caught.value.exit_status == 1


@pytest.mark.parametrize(
    ("macro", "fault"),
    [
        ("{% macro arround(body, leave) %}{{ body }}{% endmacro %}", "has a macro arround, and no slot is called so"),
        ("{% macro around(body) %}{{ body }}{% endmacro %}", "takes other parameters than its slot"),
        ("{% macro setup() %}x{% endmacro %}", "has a macro setup, and no slot is called so"),
    ],
)
def test_a_macro_that_is_no_slot_is_an_error(
    override: Callable[[dict[str, str]], None], macro: str, fault: str
) -> None:
    override({"common/patterns/row_lock/job.rb.j2": macro})

    with pytest.raises(BrokenTemplate, match=fault):
        render(with_patterns(ROW_LOCK))


@pytest.mark.parametrize("slot", ["around", "rescues"])
@pytest.mark.parametrize(
    ("kind", "settings"),
    [("backfill", BackfillSettings(None, locked=False, iterable=True, batch_size=10)),
     ("fan-out", FanOutSettings(REQUEST.context.name, 10, batch=False))],
)  # fmt: skip
def test_a_pattern_that_fills_what_its_kind_does_not_place_is_an_error(
    kind: KindName, settings: object, slot: str, override: Callable[[dict[str, str]], None]
) -> None:
    parameters = ", ".join(SLOTS["job"][slot].parameters)
    override({"common/patterns/row_lock/job.rb.j2": f"{{% macro {slot}({parameters}) %}}x{{% endmacro %}}"})

    with pytest.raises(BrokenTemplate, match=f"fills {slot}, which a job of the kind {kind} does not have"):
        render(with_patterns(ROW_LOCK, kind=kind, settings=settings))


@pytest.mark.parametrize("slot", ["lookup", "call", "entry", "work_method", "job_class"])
def test_a_pattern_that_fills_what_only_a_kind_may_is_an_error(
    slot: str, override: Callable[[dict[str, str]], None]
) -> None:
    override({"common/patterns/row_lock/job.rb.j2": f"{{% macro {slot}() %}}x{{% endmacro %}}"})

    with pytest.raises(BrokenTemplate, match=f"fills {slot}"):
        render(with_patterns(ROW_LOCK))


def test_a_helper_that_two_bring_is_written_once(override: Callable[[dict[str, str]], None]) -> None:
    helper = "{% macro methods() %}\n# The time.\ndef clock\n  Time.now\nend\n{% endmacro %}\n"
    override({f"common/patterns/{name}/job.rb.j2": helper for name in ("row_lock", "log_context/add")})

    (_, job), _ = render(with_patterns(LOG, ROW_LOCK))

    assert job.count("def clock") == job.count("# The time.") == 1


def test_two_helpers_of_one_name_that_differ_are_an_error(override: Callable[[dict[str, str]], None]) -> None:
    macro = "{{% macro methods() %}}\ndef clock\n  {0}\nend\n{{% endmacro %}}\n"
    override({f"common/patterns/{name}/job.rb.j2": macro.format(name) for name in ("row_lock", "log_context/add")})

    with pytest.raises(BrokenTemplate, match="two methods clock that differ"):
        render(with_patterns(LOG, ROW_LOCK))
