"""Constants are where the configuration is read to put them: Rails itself loads each from the very file."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from live.ruby import run_ruby
from live.specs import run_specs
from sidekiq_gen.rails.app import RailsApp
from support.command import sidekiq_gen

if TYPE_CHECKING:
    from live.app import App
    from live.processes import Processes
    from live.report import Note
    from live.roots import Variant

APPLICATION = "config/application.rb"
# Rails 6.1 takes eager_load_paths from paths the first time that they are asked for: paths come first.
SETTINGS = """
    config.paths["app"] << "packs/shop/app"
    config.paths["app/models"] << "packs/shop/cart/app/models"
    config.paths.add "domain", eager_load: true, glob: "{pricing,audit}"
    config.autoload_paths += Dir[Rails.root.join("app", "models", "{alerts,late/*}")]
    config.eager_load_paths << "#{config.root}/extras" << root.join("app").to_s
"""
INITIALIZER = """
ActiveSupport::Dependencies.autoload_paths.delete(Rails.root.join("app/workers").to_s)
loader = Rails.autoloaders.main
module Tax
end
loader.push_dir(Rails.root.join("lib/tax"), namespace: ::Tax)
loader.collapse("app/services/*/internal")
loader.ignore(Rails.root.join("extras/console"), "extras/sketch.rb")
loader.inflector.inflect("html_page" => "HTMLPage", "vat" => "VAT")
"""
JOB = "module Workers\n  class {name}\n    include Sidekiq::Worker\n\n    def perform(id)\n    end\n  end\nend\n"
# By path, what a file defines there; none of it where nothing may be loaded.
CONSTANTS = {
    "app/models/alerts/late_alert.rb": "LateAlert",
    "app/models/late/fees/fee.rb": "Fee",
    "app/models/late/reminder.rb": "Late::Reminder",
    "app/models/concerns/billable.rb": "Billable",
    "app/services/feeds/internal/cache.rb": "Feeds::Cache",
    "app/services/html_page.rb": "HTMLPage",
    "app/services/vat/rate.rb": "VAT::Rate",
    "extras/tool/box.rb": "Tool::Box",
    "lib/tax/bracket.rb": "Tax::Bracket",
    "domain/pricing/quote.rb": "Quote",
    "packs/shop/app/models/shop/basket.rb": "Shop::Basket",
    "packs/shop/app/public/shop_front.rb": "ShopFront",
    "packs/shop/app/models/concerns/sold.rb": "Sold",
    "packs/shop/cart/app/models/cart_line.rb": "CartLine",
    "app/top.rb": "Top",
}
IGNORED = ("extras/console/start.rb", "extras/sketch.rb", "domain/other/x.rb", "lib/other.rb")


def definition(name: str) -> str:
    """A module of that name, in those around it."""
    *outer, own = name.split("::")
    around = "".join(f"module {one}\n" for one in outer)
    return f"# frozen_string_literal: true\n\n{around}module {own}\nend\n" + "end\n" * len(outer)


def test_rails_loads_each_constant_from_the_file_that_is_read_to_define_it(
    processes: Processes, variant: Variant, app: App, promise: Note
) -> None:
    text = (app.folder / APPLICATION).read_text(encoding="utf-8")
    app.write(
        {path: definition(name) for path, name in CONSTANTS.items()}
        | dict.fromkeys(IGNORED, 'raise "this is not to be loaded"\n')
        | {f"app/workers/{name.lower()}.rb": JOB.format(name=name) for name in ("Mail", "Drop", "Sync")}
        | {
            APPLICATION: text.replace("    config.secret_key_base", f"{SETTINGS}    config.secret_key_base"),
            "config/initializers/autoload.rb": INITIALIZER,
        }
    )
    read = RailsApp(app.folder, None).constants
    expected = {read.name_of(name): path for path, name in read.repo.app_files}

    done = sidekiq_gen(app.folder, "job", "ExportOrder", "--sidekiq-version", variant.sidekiq, "--test", "rspec")
    asked = (
        "JSON.parse(ARGV.first).to_h { |name| [name, (Object.const_get(name); Object.const_source_location(name))] }"
    )
    found = run_ruby(processes, variant, app, f"puts JSON.generate({asked})", json.dumps([*expected]))
    report = run_specs(processes, variant, app)

    promise(variant, "record", "", "has the path and name that Rails autoloads, in packs and collapsed folders too", 1)
    places = json.loads(found.splitlines()[-1])
    assert {name: file.removeprefix("/app/") for name, (file, _) in places.items()} == expected
    assert {name: path for path, name in CONSTANTS.items()}.items() <= expected.items()
    assert not set(IGNORED) & set(expected.values())
    assert done.status == 0, done.err
    job = (app.folder / "app/workers/export_order.rb").read_text(encoding="utf-8")
    assert "module Workers\n  class ExportOrder\n" in job
    assert [*report.files] == ["spec/workers/export_order_spec.rb"]
    assert not report.failures
