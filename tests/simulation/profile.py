"""What a seed makes of a school day: who is there, and how badly everything goes."""

from __future__ import annotations

from dataclasses import dataclass

from eschool_sync.protocol.messages import MAX_VERDICTS
from tests.simulation.dice import Dice

CAST = (
    "maths", "maths_2", "english", "english_2", "russian", "substitute", "deputy", "officer",
    "guardian", "pupil",
)  # fmt: skip
"""Who may have a replica; ``maths_2`` is a second device of the mathematics teacher."""

NETWORK = (
    "request_lost", "request_late", "request_cut", "request_repeated", "answer_lost",
    "answer_cut", "answer_old", "old_request_first",
)  # fmt: skip
ENCRYPTED_ONE_IN = 16
RESTORED = 0.15
"""How often the server is put back from a backup, perhaps more than once."""

STATEMENTS = 160
"""A process that is about to die does so within so many statements."""

EVERYTHING = 0.5
"""How often the school has something for every command to act on."""


@dataclass(frozen=True, slots=True)
class Profile:
    """How a seed's day goes; rates are probabilities of one message or step.

    Attributes:
        steps: Of each phase; after a phase everything heals and is checked.
        network: Weight of each fault of the wire.
        network_rate: How often a message meets one.
        meanwhile_rate: How often something else happens while a message is on its way.
        crash_rate: How often a process is about to die when it begins something.
        full_rate: How often a replica's disk is about to be full.
        server_full_rate: How often the server's is, of its requests: few write more than a row.
        weights: Of the kinds of steps.
        with_all: There is something for every command to act on.
        most_verdicts: That one answer tells; whoever waits for more asks again.
    """

    cast: tuple[str, ...]
    phases: int
    steps: int
    network: dict[str, float]
    network_rate: float
    meanwhile_rate: float
    crash_rate: float
    full_rate: float
    server_full_rate: float
    weights: dict[str, float]
    encrypted: bool
    with_all: bool
    most_verdicts: int

    @classmethod
    def drawn(cls, dice: Dice) -> Profile:
        """Draw a profile: some days are calm, on some nothing works."""
        cast = tuple(dice.some_of(CAST, dice.between(2, 5)))
        calm = dice.chance(0.1)
        faults = dice.some_of(NETWORK, dice.between(1, len(NETWORK)))
        encrypted = dice.below(ENCRYPTED_ONE_IN) == 0
        # A school is built for each process once; those of the rare seeds are spared.
        with_all = not encrypted and dice.chance(EVERYTHING)
        return cls(
            cast=cast,
            phases=dice.between(1, 2),
            steps=dice.between(10, 32),
            network={name: 1 + dice.below(4) for name in faults},
            network_rate=0.0 if calm else dice.one_of((0.1, 0.3, 0.6)),
            meanwhile_rate=dice.one_of((0.0, 0.2, 0.5)),
            crash_rate=0.0 if calm else dice.one_of((0.0, 0.05, 0.2)),
            full_rate=0.0 if calm else dice.one_of((0.0, 0.0, 0.05)),
            server_full_rate=0.0 if calm else dice.one_of((0.0, 0.0, 0.05, 0.2)),
            weights=_weights(dice, calm=calm, with_all=with_all),
            encrypted=encrypted,
            with_all=with_all,
            most_verdicts=dice.one_of((MAX_VERDICTS, MAX_VERDICTS, 2)),
        )


def _weights(dice: Dice, *, calm: bool, with_all: bool) -> dict[str, float]:
    weights: dict[str, float] = {
        "act": 10,
        "group": dice.one_of((0.5, 2)),
        "sync": dice.one_of((3, 6, 12)),
        "role": dice.one_of((0, 1.5, 5)),
        "office": dice.one_of((3, 6, 10) if with_all else (0, 1.5, 5)),
        "pass": dice.one_of((0.5, 2)),
        "refused": dice.one_of((0, 1.5)),
        "import": dice.one_of((0, 0.5, 1.5)),
    }
    if not calm:
        weights |= {
            "poison": dice.one_of((0, 0.7)),
            "kill": dice.one_of((0, 0.7)),
            "restart": dice.one_of((0, 0.7)),
            "clock": dice.one_of((0, 1.5)),
            "link": dice.one_of((0, 1)),
            "second": dice.one_of((0, 2, 4)),
            "damage": dice.one_of((0, 0, 0.7)),
            "enrol": dice.one_of((0, 0, 0.5)),
            "clone": dice.one_of((0, 0, 0, 0.6)),
            "upgrade": dice.one_of((0, 0, 0, 0.6)),
        }
    if not calm and dice.chance(RESTORED):
        weights |= {"backup": 0.7, "restore": 0.7, "operator": 2}
    elif not calm:
        # What an old copy has forgotten is nowhere any more once the server has forgotten it, too.
        weights |= {"old_copy": dice.one_of((0, 0, 0, 3))}
    return weights
