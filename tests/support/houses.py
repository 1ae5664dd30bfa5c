"""Jobs and their specs that a repo has already, so that it has habits."""

from __future__ import annotations

JOB = """# frozen_string_literal: true

class {}Job
  include Sidekiq::Job

  sidekiq_options queue: "default", retry: 5

  def perform(id)
  end
end
"""


def house(*specs: str, place: str = "spec/jobs", folder: str = "app/jobs") -> dict[str, str]:
    """Jobs in a folder, each with one of these specs; {} in a spec stands for the name of the job."""
    files = {}
    for letter, spec in zip("abcdefgh", specs, strict=False):
        ending = "test" if "test" in place.split("/") else "spec"
        files[f"{folder}/{letter}_job.rb"] = JOB.format(letter.upper())
        files[f"{place}/{letter}_job_{ending}.rb"] = spec.replace("{}", f"{letter.upper()}Job")
    return files
