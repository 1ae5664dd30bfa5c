"""``python -m sidekiq_gen`` and the installed command."""

from __future__ import annotations

import sys


def main() -> None:
    """Run the command line and exit with its status."""
    try:
        from sidekiq_gen.cli.app import INTERRUPTED, run
    except KeyboardInterrupt:  # before anything could be asked
        sys.exit(130)
    try:
        sys.exit(run(sys.argv[1:]))
    except KeyboardInterrupt:
        sys.exit(INTERRUPTED)


if __name__ == "__main__":
    main()
