"""The wrong changes to where constants are loaded from, where jobs go, and what tables are called."""

from __future__ import annotations

from mutants.runner import Mutation

UNIT = "tests/unit"
AUTOLOAD = (f"{UNIT}/test_autoload.py",)
FOLDERS = (f"{UNIT}/test_folders.py",)
TABLES = (f"{UNIT}/test_tables.py",)

FOLDER_MUTATIONS = (
    Mutation(
        "a folder within another that is loaded from as well is walked twice",
        "rails/autoload.py",
        "without=_inside(root.folder, in_order)",
        "without=()",
        AUTOLOAD,
    ),
    Mutation(
        "a collapsed folder is a namespace",
        "rails/autoload.py",
        "            if folder not in self.settings.collapsed:\n                yield",
        "            if folder:\n                yield",
        AUTOLOAD,
    ),
    Mutation(
        "the namespace of push_dir is forgotten",
        "rails/autoload.py",
        'namespaces.get(folder, ""), source)',
        '"", source)',
        AUTOLOAD,
    ),
    Mutation(
        "a folder that is taken out of autoload_paths is put in",
        "rails/autoload_settings.py",
        'if operator in {"-=", ".delete"}:',
        'if operator in {"-="}:',
        AUTOLOAD,
    ),
    Mutation(
        "a folder of packs.yml without package.yml is a pack",
        "rails/units.py",
        'for package in packages if repo.is_file(f"{package}/{PACKAGE}"))',
        "for package in packages)",
        AUTOLOAD,
    ),
    Mutation(
        "a job goes beside those of the outermost namespace rather than the nearest",
        "rails/house/folders.py",
        "range(len(namespaces), 0, -1)",
        "range(1, len(namespaces) + 1)",
        FOLDERS,
    ),
    Mutation(
        "a namespace is a part's own where half of it is elsewhere",
        "rails/house/folders.py",
        "return unit if count * 2 > inside.total() else",
        "return unit if count else",
        FOLDERS,
    ),
    Mutation(
        "the namespace of a folder is repeated in the path",
        "naming.py",
        "    paths = paths[len(outer) :] if paths[: len(outer)] == outer and len(paths) > len(outer) else paths\n",
        "",
        FOLDERS,
    ),
    Mutation(
        "a rule of the repo for plurals comes after Rails' own",
        "rails/inflections.py",
        "if fitting is None and regular is None:",
        "if regular is None:",
        TABLES,
    ),
    Mutation(
        "tables are plurals in any case",
        "rails/models.py",
        "return constants.inflections.pluralize if plural else str",
        "return constants.inflections.pluralize",
        TABLES,
    ),
)
