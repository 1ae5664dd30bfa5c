"""``python -m sidekiq_gen`` and the installed command."""

from __future__ import annotations

import sys


def main() -> None:
    """Run the command line and exit with its status."""
    from sidekiq_gen.cli.app import run

    sys.exit(run(sys.argv[1:]))


if __name__ == "__main__":
    main()
