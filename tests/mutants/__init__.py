"""Small wrong changes to the package, each of which some test must notice."""
