"""What must not stand in a package, found in its syntax tree.

Each scan returns the lines of its findings, so that a test can try it on a bad example first:
a scan that finds nothing anywhere proves nothing.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Collection, Iterator

# Each of these runs text or bytes as code.
RUNNING_NAMES = frozenset({"eval", "exec"})
RUNNING_MODULES = frozenset({"pickle", "cPickle", "marshal", "shelve", "dill", "jsonpickle"})
RUNNING_CALLS = frozenset({"yaml.load", "yaml.unsafe_load", "os.system", "os.popen"})
SHELL_CALLS = frozenset({"subprocess.getoutput", "subprocess.getstatusoutput"})

# A verb in capitals is meant as SQL; in small letters only with the words that follow it there,
# since an English sentence may well begin with "update".
SQL_VERB = re.compile(r"\s*(SELECT|INSERT|UPDATE|DELETE|CREATE|DROP|ALTER|REPLACE|WITH)\s")
SQL_SENTENCE = re.compile(
    r"\s*(select\b.*\bfrom\b|insert\s+(or\s+\w+\s+)?into\b|update\b.*\bset\b|delete\s+from\b"
    r"|(create|drop)\s+((unique|temp|temporary|virtual)\s+)*"
    r"(table|index|trigger|view|schema|database|role|user)\b|alter\s+table\b)",
    re.IGNORECASE | re.DOTALL,
)
LOOKUPS = (".select", ".first", ".page")
SECRET_NAME = re.compile(r"secret|token|passw|passphrase|private_key|api_?key", re.IGNORECASE)
SECRET_VALUE = re.compile(r"[0-9a-fA-F]{32,}|[A-Za-z0-9+/_-]{40,}={0,2}")


def dangerous_lines(tree: ast.AST) -> list[int]:
    """Return the lines that run text as code, unpack foreign objects or start a shell."""
    return [node.lineno for node in _nodes(tree) if _is_dangerous(node)]


def random_lines(tree: ast.AST) -> list[int]:
    """Return the lines that import the guessable random source."""
    return [node.lineno for node in _nodes(tree) if "random" in _imported(node)]


def built_sql_lines(tree: ast.AST) -> list[int]:
    """Return the lines where values are put into the text of an SQL statement."""
    return [node.lineno for node in _nodes(tree) if _is_built(node) and _is_sql(_beginning(node))]


def secret_lines(tree: ast.AST) -> list[int]:
    """Return the lines where a name that means a secret is given a long random text."""
    found = []
    for node in _nodes(tree):
        value = getattr(node, "value", None)
        if isinstance(value, ast.Constant) and isinstance(value.value, str | bytes):
            text = value.value if isinstance(value.value, str) else value.value.decode("latin-1")
            names = " ".join(_assigned(node))
            if SECRET_NAME.search(names) and SECRET_VALUE.fullmatch(text):
                found.append(node.lineno)
    return found


def part_first_lines(tree: ast.AST, besides: Collection[str] = ()) -> list[int]:
    """Return the lines that look rows of a lesson up by their part before the lesson.

    Args:
        tree: To look in.
        besides: Names of tables that are not found by the lesson.
    """
    return [
        node.lineno
        for node in _nodes(tree)
        if isinstance(node, ast.Call)
        and ast.unparse(node.func).endswith(LOOKUPS)
        and "lesson_id" in _named_after(node, "part")
        and ast.unparse(node.args[0]) not in besides
    ]


def _named_after(call: ast.Call, name: str) -> list[str | None]:
    """Return the names of a call's arguments that stand after one of them."""
    names = [each.arg for each in call.keywords]
    return names[names.index(name) :] if name in names else []


def _nodes(tree: ast.AST) -> Iterator[ast.expr | ast.stmt | ast.keyword]:
    for node in ast.walk(tree):
        if isinstance(node, ast.expr | ast.stmt | ast.keyword):
            yield node


def _is_dangerous(node: ast.AST) -> bool:
    if isinstance(node, ast.Name):
        return node.id in RUNNING_NAMES
    if isinstance(node, ast.Attribute):
        return ast.unparse(node) in RUNNING_CALLS | SHELL_CALLS
    if isinstance(node, ast.keyword):
        is_false = isinstance(node.value, ast.Constant) and node.value.value is False
        return node.arg == "shell" and not is_false
    if isinstance(node, ast.ImportFrom):
        full = {f"{node.module}.{alias.name}" for alias in node.names}
        return bool(full & (RUNNING_CALLS | SHELL_CALLS)) or bool(_imported(node) & RUNNING_MODULES)
    return bool(_imported(node) & RUNNING_MODULES)


def _imported(node: ast.AST) -> set[str]:
    if isinstance(node, ast.Import):
        return {alias.name.partition(".")[0] for alias in node.names}
    if isinstance(node, ast.ImportFrom):
        return {(node.module or "").partition(".")[0]}
    return set()


def _is_built(node: ast.AST) -> bool:
    if isinstance(node, ast.JoinedStr):
        return any(isinstance(part, ast.FormattedValue) for part in node.values)
    if isinstance(node, ast.BinOp):
        return isinstance(node.op, ast.Mod | ast.Add)
    return _is_text_method(node)


def _is_text_method(node: ast.AST) -> bool:
    return (
        isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr in {"format", "format_map", "replace", "join"}
    )


def _beginning(node: ast.AST) -> str:
    """Return the text that is built, with ``?`` for what is put in."""
    if isinstance(node, ast.Constant):
        return node.value if isinstance(node.value, str) else ""
    if isinstance(node, ast.JoinedStr):
        return "".join(_beginning(part) or "?" for part in node.values)
    if isinstance(node, ast.BinOp):
        return _beginning(node.left) + (_beginning(node.right) or "?")
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
        return _beginning(node.func.value)
    return ""


def _is_sql(text: str) -> bool:
    return bool(SQL_VERB.match(text) or SQL_SENTENCE.match(text))


def _assigned(node: ast.AST) -> list[str]:
    if isinstance(node, ast.Assign):
        return [ast.unparse(target) for target in node.targets]
    if isinstance(node, ast.AnnAssign):
        return [ast.unparse(node.target)]
    if isinstance(node, ast.keyword):
        return [node.arg or ""]
    return []
