"""How the repo names its tables, where it does not leave that to Rails.

Source: rails v8.1.0 activerecord/lib/active_record/model_schema.rb:167 (the settings and what they are by default),
:621 (whether a name is a plural), :627 (prefix and suffix), railties/lib/rails/engine.rb:397 (an engine's own prefix).
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from sidekiq_gen.regex import regex
from sidekiq_gen.values import dataclass

if TYPE_CHECKING:
    from sidekiq_gen.rails.files import Repo

_BASE = r"^[^#\n]*?\b(?:active_record|ActiveRecord::Base)\."
_SINGULAR = regex(rf"{_BASE}pluralize_table_names\s*=\s*false\b", re.MULTILINE, needs=".pluralize_table_names")
_AFFIX = regex(rf"{_BASE}table_name_(prefix|suffix)\s*=\s*[\"'](\w+)[\"']", re.MULTILINE, needs="table_name_")


@dataclass(frozen=True)
class TableNames:
    """What the configuration says of the names of all tables.

    plural: whether they are plurals. prefix, suffix: what stands before and behind the name of each.
    """

    plural: bool = True
    prefix: str = ""
    suffix: str = ""


def find_table_names(repo: Repo) -> TableNames:
    """What the configuration of the application and of production and the initializers say, the last one at last."""
    paths = ("config/application.rb", "config/environments/production.rb", *repo.files("config/initializers"))
    code = "\n".join(text for path in paths if "table_name" in (text := repo.read(path) or ""))
    affixes = {found[1]: found[2] for found in _AFFIX.finditer(code)}
    return TableNames(not _SINGULAR.search(code), affixes.get("prefix", ""), affixes.get("suffix", ""))
