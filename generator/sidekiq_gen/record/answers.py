"""Which of the answers were asked for, and which the settings gave."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

from sidekiq_gen.settings import TEMPLATES

if TYPE_CHECKING:
    from sidekiq_gen.flags import Answers
    from sidekiq_gen.rails.app import RailsApp


def divided(answers: Answers, app: RailsApp) -> tuple[dict[str, Any], dict[str, Any]]:
    """What was asked for, and what ``.sidekiq-gen.toml`` said, by parameter; a folder of templates from the root."""
    said = {name: one.value for name, one in answers.items() if one.origin != "settings"}
    typed = said.get(TEMPLATES.parameter)
    if typed and "/" in typed and app.pack:
        said[TEMPLATES.parameter] = f"./{os.path.relpath(app.pack.folder, app.root)}"
    return said, {name: one.value for name, one in answers.items() if one.origin == "settings"}
