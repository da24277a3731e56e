"""What a prompt says about a sound beside its name."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace

LIMIT = 2.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Traits:
    """0 is the sound as it comes; +-1 is what a plain word says ("distant", "small"), +-1.5 with "very".

    distance  -1 close by, 1 far away: level, high band, reverberation
    size      1 is about an octave lower
    speed     1 is about twice as many events
    force     1 is heavy, loud, dense
    echo      0 dry, 1 a hall, 1.5 a cave
    muffle    1 is heard through a wall
    count     how often something happens; 0: as often as the clip has room for
    material  of what is struck or stepped on; empty: the sound's own
    """

    distance: float = 0
    size: float = 0
    speed: float = 0
    force: float = 0
    echo: float = 0
    muffle: float = 0
    count: int = 0
    material: str = ""

    def plus(self, other: Traits) -> Traits:
        """Degrees add up within +-2; of count and material the first that was said stays."""
        degrees = {
            name: max(-LIMIT, min(LIMIT, getattr(self, name) + getattr(other, name)))
            for name in (field.name for field in fields(self))
            if name not in ("count", "material")
        }
        return replace(self, **degrees, count=self.count or other.count, material=self.material or other.material)

    def times(self, degree: float) -> Traits:
        """Stronger or weaker: "very", "slightly"."""
        degrees = ("distance", "size", "speed", "force", "echo", "muffle")
        return replace(self, **{name: getattr(self, name) * degree for name in degrees})


@dataclass(frozen=True, slots=True)
class Layer:
    """One sound of a scene."""

    family: str
    traits: Traits = Traits()


Scene = tuple[Layer, ...]
