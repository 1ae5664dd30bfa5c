"""`upgrade --to`: what another Sidekiq affects in the repo; `upgrade`: rendering generated files again."""
