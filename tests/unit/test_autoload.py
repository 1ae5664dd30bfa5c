"""Where constants are loaded from: packs and engines, further folders, and what the configuration says of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from sidekiq_gen.rails.app import RailsApp
from support.repos import Repo

if TYPE_CHECKING:
    from pathlib import Path

APPLICATION = "config/application.rb"
INITIALIZER = "config/initializers/zeitwerk.rb"


def app_of(root: Path, files: dict[str, str]) -> RailsApp:
    return RailsApp(Repo(files=files).write(root), None)


def record(name: str) -> str:
    return f"class {name} < ApplicationRecord\nend\n"


@pytest.mark.parametrize(
    ("unit", "files"),
    [
        ("packs/shop/", {}),
        ("packs/shop/cart/", {}),
        ("components/shop/", {}),
        ("modules/shop/", {}),
        ("engines/shop/", {}),
        ("domains/shop/", {"packs.yml": "pack_paths:\n- domains/*\n", "domains/shop/package.yml": ""}),
        ("domains/a/shop/", {"packs.yml": "pack_paths:\n- domains/{a,b}/*\n", "domains/a/shop/package.yml": ""}),
        ("domains/shop/", {"packwerk.yml": "package_paths: domains/**\n", "domains/shop/package.yml": ""}),
        ("domains/shop/", {"packwerk.yml": "cache: true\n", "domains/shop/package.yml": ""}),
        (
            "gems/shop/",
            {"gems.locked": "PATH\n  remote: ./gems/shop\n  specs:\n    shop (0.1.0)\n", "Gemfile.lock": ""},
        ),
    ],
)
def test_a_part_of_a_monolith_has_models_of_its_own(tmp_path: Path, unit: str, files: dict[str, str]) -> None:
    app = app_of(tmp_path, {f"{unit}app/models/cart.rb": record("Cart"), **files})

    assert unit in app.repo.units
    assert app.model_file("Cart") == tmp_path / f"{unit}app/models/cart.rb"


@pytest.mark.parametrize(
    ("unit", "files"),
    [
        ("domains/shop/", {}),
        ("domains/shop/", {"packs.yml": "pack_paths:\n- domains/*\n"}),  # without package.yml it is no pack
        ("../shop/", {"packs.yml": "pack_paths:\n- ../*\n", "../shop/package.yml": ""}),
        ("vendor/shop/", {"packwerk.yml": "{}", "vendor/shop/package.yml": ""}),
        ("components/shop/lib/", {}),
    ],
)
def test_not_every_folder_is_one(tmp_path: Path, unit: str, files: dict[str, str]) -> None:
    app = app_of(tmp_path / "root", {f"{unit}app/models/cart.rb": record("Cart"), **files})

    assert app.repo.units == ("",)
    assert app.model_file("Cart") is None


@pytest.mark.parametrize(
    "setting",
    [
        'config.autoload_paths += Dir[Rails.root.join("app", "models", "{*/}")]',
        'config.autoload_paths += Dir["#{config.root}/app/models/**/"]',
        'config.eager_load_paths += Dir["#{root}/app/models/*"]',
        "config.autoload_paths += %W[#{config.root}/app/models/alerts]",
        "config.autoload_paths += %W(\n  #{config.root}/lib\n  #{Rails.root}/app/models/alerts\n)",
        'config.autoload_paths << "#{root}/app/models/alerts"',
        "config.autoload_paths <<\n  Rails.root.join('lib') <<\n  Rails.root.join('app', 'models', 'alerts')",
        'config.autoload_paths.push(\n  "#{root}/extras",\n  "#{root}/app/models/alerts"\n)',
        "config.autoload_paths.concat %w[./app/models/alerts]",
        "config.autoload_paths += ['app/models/alerts'].collect { |path| Rails.root.join path }",
        'config.autoload_paths << File.join(config.root, "app", "models/alerts")',
        'config.autoload_paths << File.expand_path("../app/models/alerts", __dir__)',
        "config.autoload_paths << File.expand_path('../../app/models/alerts', __FILE__)",
        'config.autoload_paths << "#{__dir__}/../app/models/alerts"',
        'config.autoload_once_paths << Rails.root / "app/models/alerts"',
        'config.paths.add "app/models/alerts", eager_load: true',
        'config.paths.add File.join("app", "models"), autoload: true, glob: "*"',
        'config.paths["app/models"] << "app/models/alerts"',
        'config.paths["app"] << "app/models"',
        'Rails.autoloaders.main.push_dir(Rails.root.join("app/models/alerts"))',
        'Rails.autoloaders.main.collapse("app/models/*")',
        'Rails.autoloaders.each { |loader| loader.collapse(Rails.root.join("app/models/alerts")) }',
    ],
)
def test_a_folder_that_makes_no_namespace(tmp_path: Path, setting: str) -> None:
    files = {"app/models/alerts/late_alert.rb": record("LateAlert"), APPLICATION: f"    {setting}\n", "lib/a.rb": ""}
    app = app_of(tmp_path, files)

    assert app.models == ("LateAlert", "Order", "Restaurant")
    assert app.model_file("LateAlert") == tmp_path / "app/models/alerts/late_alert.rb"
    assert app.model_file("Alerts::LateAlert") is None


@pytest.mark.parametrize(
    "setting",
    [
        '# config.autoload_paths << "app/models/alerts"',
        'config.autoload_paths << "#{gem_dir}/app/models/alerts"',
        'config.autoload_paths << "/app/models/alerts"',
        'config.autoload_paths << "../root/app/models/alerts"',
        'config.paths.add "app/models/alerts"',
        'config.paths["app/views"] << "app/models/alerts"',
        'config.i18n.load_path += Dir[Rails.root.join("app", "models", "*")]',
        "config.autoload_paths << alerts",
    ],
)
def test_other_settings_change_no_name(tmp_path: Path, setting: str) -> None:
    files = {"app/models/alerts/late_alert.rb": record("Alerts::LateAlert"), APPLICATION: f"{setting}\n"}
    app = app_of(tmp_path / "root", files)

    assert app.models == ("Alerts::LateAlert", "Order", "Restaurant")


@pytest.mark.parametrize(
    ("path", "setting", "constant"),
    [
        ("lib/tax/rate.rb", "config.autoload_lib(ignore: %w[assets tasks])", "Tax::Rate"),
        ("lib/tax/rate.rb", "config.autoload_lib_once(ignore: nil)", "Tax::Rate"),
        ("lib/tax/rate.rb", "Rails.autoloaders.main.push_dir('lib/tax', namespace: ::Acme::Tax)", "Acme::Tax::Rate"),
        (
            "lib/tax/rate.rb",
            "loader.push_dir(\"#{Rails.root.join('lib/tax')}\", namespace: Acme)",
            "Acme::Rate",
        ),
        ("app/tax/rate.rb", "", "Rate"),
        ("app/commands/rate.rb", 'config.autoload_paths << "#{root}/app"', "Rate"),
        (
            "app/commands/rate.rb",
            'config.autoload_paths << "#{root}/app"\nDependencies.autoload_paths.delete("app/commands")',
            "Commands::Rate",
        ),
        ("app/tax/vat_rate.rb", 'Rails.autoloaders.main.inflector.inflect("vat_rate" => "VATRate")', "VATRate"),
        ("app/tax/vat/rate.rb", 'autoloader.inflector.inflect("vat": "VAT")', "VAT::Rate"),
        ("app/jobs/feeds/lib/cache.rb", 'autoloader.collapse("app/jobs/feeds/lib")', "Feeds::Cache"),
    ],
)
def test_the_constant_of_a_file(tmp_path: Path, path: str, setting: str, constant: str) -> None:
    app = app_of(tmp_path, {path: "", INITIALIZER: f"{setting}\n"})

    assert list(app.constants.named(constant)) == [path]


@pytest.mark.parametrize(
    ("path", "setting"),
    [
        ("lib/tasks/rate.rb", "config.autoload_lib(ignore: %w[assets tasks])"),
        ("lib/rate.rb", ""),
        ("app/tax/rate.rb", "Rails.autoloaders.main.ignore(Rails.root.join('app/tax'))"),
        ("app/tax/rate.rb", 'Rails.autoloaders.main.ignore("app/tax/rate.rb")'),
        ("app/views/rate.rb", ""),
        ("app/views/rate.rb", 'config.autoload_paths << "#{root}/app"'),
    ],
)
def test_a_file_that_no_constant_is_loaded_from(tmp_path: Path, path: str, setting: str) -> None:
    app = app_of(tmp_path, {path: "class Rate\nend\n", APPLICATION: f"{setting}\n"})

    assert path not in dict(app.repo.app_files)


def test_each_file_is_there_once_under_the_nearest_of_nested_folders(tmp_path: Path) -> None:
    files = {
        APPLICATION: 'config.autoload_paths += Dir["#{root}/app"] + Dir["#{root}/app/models/**/"]\n',
        "app/models/alerts/late/alert.rb": record("Alert"),
        "app/models/concerns/billable.rb": "module Billable\nend\n",
        "app/views/orders/page.rb": "",
        "app/top.rb": "class Top\nend\n",
    }
    app = app_of(tmp_path, files)
    named = [path for path, _ in app.repo.app_files]

    assert len(named) == len(set(named))
    assert {"Alert", "Billable", "Order", "Top"} <= set(app.constants.all_names)
    assert "app/views/orders/page.rb" not in named


@pytest.mark.parametrize(
    ("texts", "namespace"),
    [
        (["module Workers\n  class A\n  end\nend\n", "# class B\nclass Workers::B\nend\n"], "workers"),
        (["class A\nend\n", "class B\nend\n"], ""),
        (["module Workers\n  class A\n  end\nend\n", "class B\nend\n"], ""),
    ],
)
def test_files_say_whether_a_folder_within_another_is_a_namespace(
    tmp_path: Path, texts: list[str], namespace: str
) -> None:
    files = {f"app/workers/{name}.rb": text for name, text in zip("ab", texts, strict=True)}
    app = app_of(tmp_path, {APPLICATION: "config.autoload_paths += %W[#{config.root}/app]\n", **files})

    assert app.repo.autoload.namespace("app/workers") == namespace


@pytest.mark.parametrize(
    ("package", "model"),
    [
        ("enforce_privacy: true\nmetadata:\n  automatic_pack_namespace: true\n", "Shop::Cart"),
        ("metadata:\n  automatic_pack_namespace: true\n  namespace_override: Acme::Store\n", "Acme::Store::Cart"),
        ("metadata:\n  automatic_pack_namespace: false\n", "Cart"),
    ],
)
def test_a_pack_may_be_a_namespace_without_a_folder_for_it(tmp_path: Path, package: str, model: str) -> None:
    files = {"packs/shop/package.yml": package, "packs/shop/app/models/cart.rb": "class Cart\nend\n"}

    assert app_of(tmp_path, files).models == tuple(sorted((model, "Order", "Restaurant")))


def test_an_engine_says_it_relative_to_itself(tmp_path: Path) -> None:
    files = {
        "engines/shop/lib/shop/engine.rb": 'config.autoload_paths << "#{config.root}/app/models/carts"\n',
        "engines/shop/app/models/carts/cart.rb": record("Cart"),
        "app/models/carts/other.rb": record("Carts::Other"),
    }

    assert app_of(tmp_path, files).models == ("Cart", "Carts::Other", "Order", "Restaurant")


def test_a_model_may_live_in_another_folder(tmp_path: Path) -> None:
    app = app_of(tmp_path, {"app/business/ledger.rb": record("Ledger"), "app/business/book.rb": "class Book\nend\n"})

    assert app.model_file("Ledger") == tmp_path / "app/business/ledger.rb"
    assert app.model_file("Book") is None
