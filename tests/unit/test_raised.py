"""How a spec makes the errors that a job meets: by their own initializers, where these can be read."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from sidekiq_gen.job.raised import raised
from sidekiq_gen.rails.app import RailsApp
from sidekiq_gen.rails.errors import error_class
from support.repos import Repo

if TYPE_CHECKING:
    from pathlib import Path

GATEWAY = """\
module Gateway
  class Error < StandardError; end

  class Declined < Error
  end

  class Told < Error
    def initialize(message, code: nil)
      super(message)
    end
  end

  class Open < Error
    def initialize(message = "later", *details, after: 30)
      super(message)
    end
  end

  class Answered < Error
    def initialize(response)
      super(response.body)
    end
  end

  class Coded < Error
    def initialize(message, code:)
      super(message)
    end
  end

  class Stale < ActiveRecord::StaleObjectError; end

  class Refused < Errno::ECONNREFUSED; end

  class Foreign < Stripe::CardError; end

  class Numbered < SystemCallError; end
end
"""


@pytest.mark.parametrize(
    ("error", "made"),
    [
        ("Gateway::Declined", "Gateway::Declined.new"),
        ("Gateway::Told", 'Gateway::Told.new("failed")'),
        ("Gateway::Open", "Gateway::Open.new"),
        ("Gateway::Answered", "Gateway::Answered.allocate"),
        ("Gateway::Coded", "Gateway::Coded.allocate"),
        ("Gateway::Stale", "Gateway::Stale.new"),
        ("Gateway::Refused", "Gateway::Refused.new"),
        ("Gateway::Foreign", "Gateway::Foreign.allocate"),
        ("Gateway::Numbered", "Gateway::Numbered.allocate"),
        ("ActiveRecord::RecordInvalid", "ActiveRecord::RecordInvalid.new"),
        ("Net::ReadTimeout", "Net::ReadTimeout.new"),
        ("Errno::ECONNRESET", "Errno::ECONNRESET.new"),
        ("KeyError", "KeyError.new"),
        ("SystemCallError", "SystemCallError.allocate"),
        ("Stripe::CardError", "Stripe::CardError.allocate"),
    ],
)
def test_an_error_is_made_by_its_own_initializer(tmp_path: Path, error: str, made: str) -> None:
    root = Repo(files={"app/services/gateway.rb": GATEWAY}).write(tmp_path)

    assert raised(error, error_class(RailsApp(root, None), error)) == made
