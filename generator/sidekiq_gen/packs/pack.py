"""A pack: templates, patterns and attributes that a team shares. A value, read from a folder; nothing in it is run."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

from sidekiq_gen.flags import Flag
from sidekiq_gen.packs.shapes import SHAPES
from sidekiq_gen.values import dataclass

if TYPE_CHECKING:
    from sidekiq_gen.packs.layers import Layer

FILE = "pack.toml"
FOLDER = "templates"

Type = Literal["switch", "text", "number", "choice", "list", "duration"]


@dataclass(frozen=True)
class Asked:
    """Something that a pack asks for: a flag, and the form of its value."""

    name: str
    help: str
    type: Type
    question: str = ""
    metavar: str = ""
    choices: tuple[str, ...] = ()
    shape: str = "word"
    example: Any = None

    @property
    def parameter(self) -> str:
        """The name of its value in answers and templates: ``feature_category``."""
        return self.name.replace("-", "_")

    @property
    def flag(self) -> Flag:
        """Its flag on the command line."""
        metavar = "" if self.type == "switch" or self.choices else self.metavar or self.name.upper().replace("-", "_")
        return Flag(f"--{self.name}", self.help, self.type, metavar, self.choices, question=self.question)

    @property
    def sample(self) -> Any:
        """A value that is right, for showing what it looks like."""
        if self.example is not None:
            return self.example
        text = self.choices[0] if self.choices else SHAPES[self.shape].sample
        samples: dict[str, Any] = {"switch": True, "number": 1, "duration": 60, "list": [text]}
        return samples.get(self.type, text)


@dataclass(frozen=True)
class Attribute(Asked):
    """What every job of the house says: its owner, its category.

    required: whether there is no job without it. default: its value where nothing is said; None for none.
    """

    required: bool = False
    default: Any = None


@dataclass(frozen=True)
class PackPattern(Asked):
    """A pattern of a pack, as ``[patterns.NAME]`` declares it.

    group, layer, kinds: as those of any pattern, by their names. block: whether its ``around`` lays a block around the
    work. names: those that it takes in the job. excludes: the patterns that it cannot be had with.
    needs_record, needs_databases, needs_gems, needs_capabilities: without which it cannot be had; of the databases one.
    """

    summary: str = ""
    paragraph: str = ""
    avoid: str = ""
    cost: str = ""
    group: str = "seen"
    layer: str = "class"
    kinds: tuple[str, ...] = ("record", "plain")
    block: bool = False
    names: tuple[str, ...] = ()
    excludes: tuple[str, ...] = ()
    needs_record: bool = False
    needs_databases: tuple[str, ...] = ()
    needs_gems: tuple[str, ...] = ()
    needs_capabilities: tuple[str, ...] = ()


@dataclass(frozen=True)
class Pack:
    """A pack as it was read.

    name: as its file says. folder: where it is. place: the same as a person reads it. made_for: the releases of this
    program, as a specifier; empty where it does not say. layer: its templates; None without any.
    """

    name: str
    folder: str
    place: str
    made_for: str = ""
    attributes: tuple[Attribute, ...] = ()
    patterns: tuple[PackPattern, ...] = ()
    layer: Layer | None = None

    def __hash__(self) -> int:
        """Cheap: packs that differ in what they hold may have the same."""
        return hash((self.name, self.folder))

    @property
    def flags(self) -> tuple[Flag, ...]:
        """What it adds to the command line."""
        return tuple(asked.flag for asked in (*self.attributes, *self.patterns))
