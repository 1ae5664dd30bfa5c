"""Rendered migrations: they run up and down, and the query of a claim uses the index."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from live import rendered
from live.ruby import run_ruby

if TYPE_CHECKING:
    from pathlib import Path

    from live.app import App
    from live.processes import Processes
    from live.report import Note
    from live.roots import Variant

# What the orders of the live app have, as far as the jobs below ask for it.
SCHEMA = """ActiveRecord::Schema.define(version: 2026_01_01_000000) do
  create_table "orders", force: :cascade do |t|
    t.string "status"
    t.boolean "notified"
    t.datetime "processed_at"
  end
end
"""
CLAIMS = {
    "ClaimByTime": "--attempts tries --next-attempt rests_until --on-exhausted --mark-failed gave_up_at",
    "ClaimByBoolean": "--check-then-act notified",
    "ClaimByMissing": "--check-then-act exported",
    "ClaimByState": "--check-then-act status=waiting:exported",
}
RUN = """
20.times do |slice|
  Order.insert_all!(
    Array.new(1000) do |n|
      { id: slice * 1000 + n + 1, processed_at: Time.current, notified: true, status: "exported",
        created_at: Time.current, updated_at: Time.current }
    end
  )
end
ActiveRecord::Migration.verbose = false
ActiveRecord::Migrator.migrations_paths = ["/app/db/migrate"]
pool = ActiveRecord::Base.connection_pool
connection = ActiveRecord::Base.connection
context = (pool.respond_to?(:migration_context) ? pool : connection).migration_context
shape = lambda do
  connection.schema_cache.clear!
  [connection.columns("orders").map(&:name).sort, connection.indexes("orders").map(&:name).sort]
end
before = shape.call
context.migrate
Order.reset_column_information
up = shape.call
Order.update_all(exported: true)
Order.where(id: [5, 15_000]).update_all(processed_at: nil, notified: nil, exported: false, status: "waiting")
connection.execute(connection.adapter_name.match?(/mysql/i) ? "ANALYZE TABLE orders" : "VACUUM ANALYZE orders")
plans = %w[ClaimByTimeJob ClaimByBooleanJob ClaimByMissingJob ClaimByStateJob].to_h do |name|
  query = name.constantize.new.send(:backlog).reorder(:id).limit(1).lock("FOR UPDATE SKIP LOCKED").to_sql
  [name, connection.select_rows("EXPLAIN #{query}").flatten.join(" ")]
end
ClaimByTimeJob.new.perform
done = Order.where(processed_at: nil).none?
context.rollback(context.migrations.size)
Order.reset_column_information
puts JSON.generate(added: up.map.with_index { |names, place| names - before[place] }, plans: plans, done: done,
                   same: shape.call == before)
"""


@pytest.mark.parametrize("adapter", ["pg", "mysql2"])
def test_a_migration_runs_up_and_down_and_its_index_is_used(
    processes: Processes,
    variant: Variant,
    request: pytest.FixtureRequest,
    tmp_path: Path,
    promise: Note,
    adapter: str,
) -> None:
    app: App = request.getfixturevalue("app" if adapter == "pg" else "mysql_app")
    case = rendered.target(rendered.scenario(variant, "--kind claim", adapter), variant, "ClaimByTime")
    there: dict[str, str] = {"db/schema.rb": SCHEMA}
    for number, (name, flags) in enumerate(CLAIMS.items()):
        arguments = f"--model Order --kind claim {flags} --migration --test none"
        one = replace(case, repo=replace(case.repo, files=there), arguments=arguments, job=name)
        files = rendered.render(one, tmp_path / str(number)).files
        app.write({path: text.replace("# TODO: ", "nil # ") for path, text in files.items()})
        there |= {path: text for path, text in files.items() if path.startswith("db/migrate/")}

    found: dict[str, Any] = json.loads(run_ruby(processes, variant, app, RUN).splitlines()[-1])

    promise(variant, "claim", "none", f"--migration runs up and down, and its index is used ({adapter})", len(CLAIMS))
    assert found["added"] == [
        ["exported", "gave_up_at", "rests_until", "tries"],
        [f"index_orders_on_open_{mark}" for mark in ("exported", "notified", "processed_at", "status")],
    ]
    assert (found["done"], found["same"]) == (True, True)
    marks = dict(zip(found["plans"], ("processed_at", "notified", "exported", "status"), strict=True))
    assert [plan for name, plan in found["plans"].items() if f"index_orders_on_open_{marks[name]}" not in plan] == []
