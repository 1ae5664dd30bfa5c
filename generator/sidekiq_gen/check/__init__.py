"""Reading the jobs that a repo has: what is wrong with them on the releases that are locked.

`parsing` and `nodes` read Ruby, `source` is one file of it, `jobs` and `pushes` what matters in it. `facts` is what is
kept of a file, `index` what all files say together. `rule` says what a rule is, `rules/` holds them, `engine` runs
them.
"""
