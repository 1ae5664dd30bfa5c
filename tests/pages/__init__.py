"""What writes the pages of docs that come from the code: ``PYTHONPATH=tests python -m pages``, or `make docs`."""
