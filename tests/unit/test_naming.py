"""From what is typed to the names of Ruby."""

from __future__ import annotations

import pytest

from sidekiq_gen.errors import InvalidInput
from sidekiq_gen.naming import (
    Argument,
    JobName,
    Model,
    camelize,
    parse_argument,
    parse_column,
    parse_error_class,
    parse_job_name,
    parse_model,
    parse_queue,
    underscore,
)
from sidekiq_gen.reserved import CORE_CONSTANTS, KEYWORDS, TAKEN_METHODS


@pytest.mark.parametrize(
    ("constant", "path"),
    [
        ("ProcessOrder", "process_order"),
        ("Billing::ChargeCustomer", "billing/charge_customer"),
        ("HTMLToPDF", "html_to_pdf"),
        ("SyncV2", "sync_v2"),
        ("process_order", "process_order"),
    ],
)
def test_constants_become_paths(constant: str, path: str) -> None:
    assert underscore(constant) == path


@pytest.mark.parametrize(
    ("path", "acronyms", "constant"),
    [
        ("process_order", (), "ProcessOrder"),
        ("billing/charge_customer", (), "Billing::ChargeCustomer"),
        ("sync_api", (), "SyncApi"),
        ("sync_api", ("API",), "SyncAPI"),
        ("api/html_api_doc", ("API", "HTML"), "API::HTMLAPIDoc"),
        ("restful_api", ("RESTful", "API"), "RESTfulAPI"),
    ],
)
def test_paths_become_constants(path: str, acronyms: tuple[str, ...], constant: str) -> None:
    assert camelize(path, acronyms) == constant
    assert underscore(constant, acronyms) == path


@pytest.mark.parametrize(
    ("constant", "acronym", "path"),
    [
        ("UIntReader", "UI", "u_int_reader"),
        ("UIReader", "UI", "ui_reader"),
        ("ReadUI", "UI", "read_ui"),
        ("GUIReader", "UI", "gui_reader"),
    ],
)
def test_an_acronym_is_a_word_of_its_own(constant: str, acronym: str, path: str) -> None:
    assert underscore(constant, (acronym,)) == path


@pytest.mark.parametrize(
    ("typed", "name"),
    [
        ("ProcessOrder", JobName("process_order", "ProcessOrderJob", "process_order_job")),
        (" ProcessOrder ", JobName("process_order", "ProcessOrderJob", "process_order_job")),
        ("A", JobName("a", "AJob", "a_job")),
        ("a1", JobName("a1", "A1Job", "a1_job")),
        ("process_2fa", JobName("process_2fa", "Process2faJob", "process_2fa_job")),
        ("process__order_", JobName("process_order", "ProcessOrderJob", "process_order_job")),
        ("jobs/import", JobName("jobs/import", "Jobs::ImportJob", "jobs/import_job")),
        ("JobImport", JobName("job_import", "JobImportJob", "job_import_job")),
        ("Workerjob", JobName("worker", "WorkerJob", "worker_job")),
        ("job/worker/import", JobName("job/worker/import", "Job::Worker::ImportJob", "job/worker/import_job")),
        ("String::", None),
        ("StringJob", JobName("string", "StringJob", "string_job")),
        ("x" * 120, JobName("x" * 120, f"X{'x' * 119}Job", f"{'x' * 120}_job")),
    ],
)
def test_job_names(typed: str, name: JobName | None) -> None:
    if name is None:
        with pytest.raises(InvalidInput):
            parse_job_name(typed, suffix="Job")
    else:
        assert parse_job_name(typed, suffix="Job") == name


@pytest.mark.parametrize("typed", ["ProcessOrder", "process_order_job", "ProcessOrderWorker"])
@pytest.mark.parametrize(
    ("suffix", "class_name", "stem"),
    [
        ("Job", "ProcessOrderJob", "process_order_job"),
        ("Worker", "ProcessOrderWorker", "process_order_worker"),
        ("", "ProcessOrder", "process_order"),
    ],
)
def test_suffixes(typed: str, suffix: str, class_name: str, stem: str) -> None:
    assert parse_job_name(typed, suffix=suffix) == JobName("process_order", class_name, stem)


IMPOSSIBLE = (
    "",
    " ",
    "1abc",
    "_x",
    "a::::b",
    "a//b",
    "::A",
    "A::",
    "/etc/x",
    "../x",
    "a/../b",
    "./a",
    "a.rb",
    "a--b",
    "a  b",
    "a\nb",
    "a\n",
    "a\0b",
    "a;b",
    "a#{b}",
    '"a"',
    "\N{COLLISION SYMBOL}",
    "\xc4nderung",
    "\u0430dmin",  # a Cyrillic a
    "\udcff",
    "Job",
    "worker",
    "Billing::Job",
    "billing/worker",
    "class",
    "Class",
    "END",
    "begin",
    "Begin::Work",
    "billing/end",
    "billing/self_job",
    "x" * 121,
    "a/" * 4000 + "b",
)


@pytest.mark.parametrize("typed", [name for name in IMPOSSIBLE if name != "a\n"], ids=lambda name: ascii(name)[:20])
def test_impossible_names(typed: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        parse_job_name(typed, suffix="Job")

    assert (caught.value.code, caught.value.exit_status) == ("invalid-name", 2)
    assert caught.value.message.isprintable()
    assert caught.value.message.endswith(".")
    assert len(caught.value.message) < 150
    assert caught.value.hint.startswith(("Use ", "Say ", "Choose "))


@pytest.mark.parametrize("keyword", sorted(KEYWORDS))
def test_reserved_words_are_no_names(keyword: str) -> None:
    for typed in (keyword, f"billing/{keyword}", f"{keyword}/bill"):
        with pytest.raises(InvalidInput) as caught:
            parse_job_name(typed, suffix="Job")
        assert caught.value.code == "invalid-name"


@pytest.mark.parametrize("constant", sorted(CORE_CONSTANTS))
def test_what_ruby_and_rails_own_is_not_reopened(constant: str) -> None:
    acronyms = ("IO",)
    alone = [] if constant == "ActiveJob" else [(constant, "")]  # that is Active, with a suffix
    for typed, suffix in [(f"{constant}::Fix", "Job"), *alone]:
        with pytest.raises(InvalidInput) as caught:
            parse_job_name(typed, suffix=suffix, acronyms=acronyms)
        assert caught.value.code == "invalid-name"
    if constant.lower() not in KEYWORDS:
        assert parse_job_name(f"Billing::{constant}", suffix="Job", acronyms=acronyms).namespaces == ("Billing",)


@pytest.mark.parametrize("typed", ["EbaySync", "ebay/sync", "Shop::EbaySync", "sync::ebay"])
def test_an_acronym_in_small_letters_begins_no_constant(typed: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        parse_job_name(typed, suffix="Job", acronyms=("API", "eBay"))

    assert caught.value.code == "invalid-name"
    assert "eBay" in caught.value.message
    assert caught.value.hint == (
        'config/initializers/inflections.rb has the acronym "eBay": put another word before it.'
    )
    with pytest.raises(InvalidInput):
        parse_model("ebay_order", ("eBay",))
    with pytest.raises(InvalidInput):
        parse_argument("ebay:record", ("eBay",))


def test_an_acronym_in_small_letters_may_stand_inside() -> None:
    assert parse_job_name("SyncEbay", suffix="Job", acronyms=("eBay",)).class_name == "SynceBayJob"
    assert parse_model("EbayOrder", ("eBay",)).name == "EbayOrder"
    assert parse_argument("ebay:string", ("eBay",)).name == "ebay"


@pytest.mark.parametrize("within", ["\u00c4rger", "eBay", "Billing::eBay"])
def test_a_folder_that_is_no_constant(within: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        parse_job_name("Sync", suffix="Job", within=within)

    assert (caught.value.code, "--dir" in caught.value.hint) == ("invalid-name", True)


def test_the_parts_of_a_name() -> None:
    name = parse_job_name("Billing::Cards::ChargeCustomer", suffix="Job")

    assert name.namespaces == ("Billing", "Cards")
    assert name.bare_class == "ChargeCustomerJob"
    assert name.words == ("charge", "customer")
    assert name.method == "charge_customer"
    assert name.slug == "billing--cards--charge-customer"


def test_no_two_jobs_have_the_same_slug() -> None:
    names = ("Billing::ChargeCustomer", "BillingChargeCustomer", "Billing::Charge::Customer", "BillingCharge::Customer")

    assert len({parse_job_name(name, suffix="Job").slug for name in names}) == len(names)


@pytest.mark.parametrize("method", sorted(TAKEN_METHODS - {"_context"} - KEYWORDS))
def test_the_work_never_redefines_a_method(method: str) -> None:
    assert parse_job_name(f"x/{method}_job", suffix="Job").method == "work"


@pytest.mark.parametrize(
    ("typed", "model", "variable"),
    [
        ("Order", "Order", "order"),
        ("order", "Order", "order"),
        ("line_item", "LineItem", "line_item"),
        ("billing/invoice", "Billing::Invoice", "invoice"),
        ("Billing::Invoice", "Billing::Invoice", "invoice"),
        ("billing::invoice", "Billing::Invoice", "invoice"),
        ("APIKey", "APIKey", "api_key"),
        ("Legacy_Order", "Legacy_Order", "legacy_order"),
    ],
)
def test_models(typed: str, model: str, variable: str) -> None:
    parsed = parse_model(typed)

    assert (parsed.name, parsed.variable) == (model, variable)


@pytest.mark.parametrize(
    "typed",
    [
        "",
        "::Order",
        "Order::",
        "order.rb",
        "a b",
        "1",
        "\xc4",
        "\udcff",
        "Class",
        "self",
        "x" * 121,
    ],
)
def test_impossible_models(typed: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        parse_model(typed)

    assert (caught.value.code, caught.value.exit_status) == ("invalid-model", 2)


@pytest.mark.parametrize(
    ("typed", "argument", "parameter"),
    [
        ("amount:decimal", Argument("amount", "decimal"), "amount"),
        ("name", Argument("name", "string"), "name"),
        ("order:record", Argument("order", "record", Model("Order")), "order_id"),
        ("order_id:record", Argument("order", "record", Model("Order")), "order_id"),
        ("line_item:record", Argument("line_item", "record", Model("LineItem")), "line_item_id"),
        ("order_id:integer", Argument("order_id", "integer"), "order_id"),
        ("id:record", Argument("id", "record", Model("Id")), "id_id"),
        ("a_1:string", Argument("a_1", "string"), "a_1"),
    ],
)
def test_arguments(typed: str, argument: Argument, parameter: str) -> None:
    parsed = parse_argument(typed)

    assert parsed == argument
    assert parsed.parameter == parameter


@pytest.mark.parametrize(
    "typed",
    [
        *("", ":", ":string", "A:string", "Order:record", "a b:string", "a-b:string", "a?:string", "@a:string", "*a"),
        *("1a:string", "\xe4:string", "\udcff:string", "a\n:string", "_1:string", "_", "_order:record", "x" * 121),
        *(f"{word}:string" for word in sorted(KEYWORDS)),
        *("_id:record", "_:record", "__:record", "_2:record", "self_id:record", "class:record"),
        *("a:text", "a:Integer", "a:integer ", "a:record:x", "a::string", "a:string:", "a:\udcff"),
    ],
    ids=ascii,
)
def test_impossible_arguments(typed: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        parse_argument(typed)

    assert (caught.value.code, caught.value.exit_status) == ("invalid-argument", 2)
    assert caught.value.message.isprintable()


@pytest.mark.parametrize(
    ("typed", "constant"),
    [
        ("ActiveRecord::RecordInvalid", "ActiveRecord::RecordInvalid"),
        ("::KeyError", "KeyError"),
        ("A_B::C1", "A_B::C1"),
    ],
)
def test_error_classes(typed: str, constant: str) -> None:
    assert parse_error_class(typed) == constant


@pytest.mark.parametrize(
    "typed", ["", "keyError", "A::b", "A::", "::", "::::A", "A B", "A,B", "A;exit", "A\n", "\xc4A", "\udcff", "X" * 121]
)
def test_impossible_error_classes(typed: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        parse_error_class(typed)

    assert (caught.value.code, caught.value.exit_status) == ("invalid-error-class", 2)


@pytest.mark.parametrize("typed", ["default", "low-priority", "a.b:c/d_e", "1", "_x", "Mailers"])
def test_queues(typed: str) -> None:
    assert parse_queue(typed) == typed


@pytest.mark.parametrize(
    "typed", ["", "-a", ":a", "a b", 'a"b', "a'b", "a\nb", "a\n", "a\\", "#{a}", "\xe4", "\udcff", "a\0"]
)
def test_impossible_queues(typed: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        parse_queue(typed)

    assert (caught.value.code, caught.value.exit_status) == ("invalid-queue", 2)


@pytest.mark.parametrize("typed", ["charged_at", "done", "_x", "a1"])
def test_columns(typed: str) -> None:
    assert parse_column(typed) == typed


@pytest.mark.parametrize(
    "typed", ["", "ChargedAt", "charged at", "1a", "class", "charged_at?", "a.b", "a\n", "\xe4", "\udcff"]
)
def test_impossible_columns(typed: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        parse_column(typed)

    assert (caught.value.code, caught.value.exit_status) == ("invalid-column", 2)
