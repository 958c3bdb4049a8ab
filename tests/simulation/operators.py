"""``python -m tests.simulation.operators``: bugs drawn by seed with cosmic-ray's operators.

Each is hunted by the simulation first, with few seeds; what it does not find goes to the tests that
run the changed lines. Changes of annotations alone, and of what makes an object small or keeps it
from being changed (``slots``, ``frozen``), are no bugs and are not drawn.
"""

from __future__ import annotations

import argparse
import ast
import difflib
import json
import re
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from cosmic_ray.ast import ast_nodes, get_ast  # type: ignore[import-untyped]
from cosmic_ray.mutating import mutate_code  # type: ignore[import-untyped]
from cosmic_ray.plugins import get_operator, operator_names  # type: ignore[import-untyped]

from tests.simulation.covered import Covered, statements_at
from tests.simulation.dice import Dice
from tests.simulation.mutants.hunt import SLEEPS_AFTER, Fate, hunt_all
from tests.simulation.mutants.mutant import ROOT, Mutant

TARGETS = (
    *(
        f"eschool_sync/replica/{name}.py"
        for name in ("exchange", "confirmed", "outbox", "opened", "position", "held")
    ),
    *(
        f"eschool_sync/server/{name}.py"
        for name in ("school", "judge", "pushes", "answers", "outgoing", "known", "heads")
    ),
    *(
        f"eschool_sync/protocol/{name}.py"
        for name in ("messages", "push", "columns", "frames", "envelope", "evidence")
    ),
    *(
        f"eschool_core/store/{name}.py"
        for name in ("ledger", "store", "digest", "read_cache", "database")
    ),
)
SHAPE = ("slots", "frozen")
LIMIT_SECONDS = 400
"""Of a core, for the tests of one bug, unless told otherwise."""


@dataclass(frozen=True, slots=True)
class Drawn:
    """What became of a drawn bug.

    Attributes:
        killer: ``simulation``, ``tests`` or ``""``.
        found: What the seed told, or the test that failed; or who looked and found nothing.
    """

    path: str
    operator: str
    change: str
    killer: str
    found: str
    seconds: float


def families() -> dict[str, list[str]]:
    """Return the operators by what they replace, so that no kind of change drowns the others."""
    found: dict[str, list[str]] = {}
    for name in operator_names():
        found.setdefault(re.sub(r"_[A-Za-z]+$", "", name), []).append(name)
    return dict(sorted(found.items()))


def draw(dice: Dice) -> Mutant | None:
    """Draw a change; None where the operator finds no place in the file."""
    path = dice.one_of(TARGETS)
    text = (ROOT / path).read_text()
    family = dice.one_of(tuple(families().values()))
    operators = [get_operator(name)() for name in sorted(family) if not _needs_arguments(name)]
    places = [
        (operator, place) for operator in operators for place in range(_count(text, operator))
    ]
    if not places:
        return None
    operator, place = dice.one_of(places)
    changed = mutate_code(text, operator, place)
    if changed is None or not _is_other(text, changed):
        return None
    return _Whole(type(operator).__name__, path, text, changed, _change(text, changed))


class _Whole(Mutant):
    """A change of a whole text."""

    def source(self) -> str:
        return self.new


def _needs_arguments(name: str) -> bool:
    return bool(get_operator(name).arguments())


def _count(text: str, operator: Any) -> int:
    nodes = ast_nodes(get_ast(text))
    return sum(len(list(operator.mutation_positions(node))) for node in nodes)


def _change(old: str, new: str) -> str:
    lines = difflib.unified_diff(old.splitlines(), new.splitlines(), lineterm="", n=0)
    return " → ".join(line[1:].strip() for line in list(lines)[3:])[:200]


def _is_other(old: str, new: str) -> bool:
    """Whether two texts differ in what they do, and both are programs."""
    try:
        return _bare(old) != _bare(new)
    except SyntaxError:
        return False


def _bare(text: str) -> str:
    tree = ast.parse(text)
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef):
            node.returns = None
        if isinstance(node, ast.arg):
            node.annotation = None
        if isinstance(node, ast.AnnAssign):
            node.annotation = ast.Constant(None)
        if isinstance(node, ast.ClassDef):
            for call in (one for one in node.decorator_list if isinstance(one, ast.Call)):
                call.keywords = [word for word in call.keywords if word.arg not in SHAPE]
    return ast.dump(tree)


def drawn(count: int, seed: int) -> Iterator[Mutant]:
    """Yield different changes, the same for the same seed and text."""
    dice, known = Dice(seed), set[str]()
    while len(known) < count:
        mutant = draw(dice)
        if mutant is not None and mutant.new not in known:
            known.add(mutant.new)
            yield replace(mutant, name=f"{len(known)} {mutant.name}")


def judge(mutant: Mutant, fate: Fate, covered: Covered | None, limit: int = LIMIT_SECONDS) -> Drawn:
    """Say what the seeds found of a change; let the tests look for what they did not find."""
    started = time.perf_counter() - fate.seconds
    killer, found = ("simulation", fate.found) if fate.killed else ("", "")
    if covered is not None and not fate.killed:
        killer, found = _tested(mutant, covered, limit)
    seconds = round(time.perf_counter() - started, 1)
    return Drawn(mutant.path, mutant.name, mutant.breaks, killer, found, seconds)


def asked(mutant: Mutant, covered: Covered) -> list[str]:
    """Return the tests that run what is changed, the quickest first."""
    old = (ROOT / mutant.path).read_text()
    matcher = difflib.SequenceMatcher(None, old.splitlines(), mutant.source().splitlines())
    lines = [
        line
        for tag, start, end, *_ in matcher.get_opcodes()
        if tag != "equal"
        for line in range(start + 1, max(end, start + 1) + 1)
    ]
    return covered.of(mutant.path, statements_at(old, lines))


def _tested(mutant: Mutant, covered: Covered, limit: int) -> tuple[str, str]:
    """Return killer and test; tests that run out of time have found nothing."""
    tests = asked(mutant, covered)
    if not tests:
        return "", "no test runs it"
    with tempfile.TemporaryDirectory() as folder:
        source, names = Path(folder) / "changed.py", Path(folder) / "tests"
        source.write_text(mutant.source())
        names.write_text("\n".join(tests))
        command = [sys.executable, "-m", "tests.simulation.mutants.tested", mutant.module]
        try:
            done = subprocess.run(
                [*command, str(source), str(names), str(limit)],
                cwd=ROOT,
                capture_output=True,
                text=True,
                timeout=SLEEPS_AFTER,
                check=False,
            )
        except subprocess.TimeoutExpired:
            return "", f"{len(tests)} tests wait for something"
    if done.returncode == -signal.SIGPROF:
        return "", f"{len(tests)} tests ran out of time"
    if not done.returncode:
        return "", f"{len(tests)} tests"
    failed = re.search(r"^(?:FAILED|ERROR) (\S+)", done.stdout, re.MULTILINE)
    return "tests", failed[1] if failed else "it does not start"


def known(path: Path) -> list[Drawn]:
    """Return what a run that was cut off has written; nothing if there was none."""
    lines = path.read_text().splitlines() if path.exists() else []
    return [Drawn(**json.loads(line)) for line in lines]


def main() -> int:
    """Draw, hunt, and write one line of JSON for each; the summary comes last."""
    parser = argparse.ArgumentParser(
        prog="python -m tests.simulation.operators", description=__doc__
    )
    parser.add_argument("--count", type=int, default=100, help="how many are drawn")
    parser.add_argument("--seed", type=int, default=1, help="of the draw")
    parser.add_argument("--seeds", type=int, default=25, help="of the simulation, for each")
    parser.add_argument("--covered", type=Path, help="of tests.simulation.covered; else no test")
    parser.add_argument("--limit", type=int, default=LIMIT_SECONDS, help="seconds for its tests")
    parser.add_argument("--resume", type=Path, help="file to which lines are added; go on there")
    chosen = parser.parse_args()
    covered = Covered.load(chosen.covered) if chosen.covered else None
    results = known(chosen.resume) if chosen.resume else []
    done = {(result.path, result.operator, result.change) for result in results}
    for mutant in drawn(chosen.count, chosen.seed):
        if (mutant.path, mutant.name, mutant.breaks) in done:
            continue
        [fate] = hunt_all([mutant], chosen.seeds, 1)
        results.append(judge(mutant, fate, covered, chosen.limit))
        line = json.dumps(asdict(results[-1]), ensure_ascii=False)
        print(line, flush=True)
        if chosen.resume:
            with chosen.resume.open("a") as file:
                file.write(line + "\n")
    by = [result.killer for result in results]
    summary = {
        "drawn": len(results),
        "by simulation": by.count("simulation"),
        "by tests": by.count("tests"),
        "survived": by.count(""),
    }
    print(json.dumps(summary))
    return 0


if __name__ == "__main__":
    sys.exit(main())
