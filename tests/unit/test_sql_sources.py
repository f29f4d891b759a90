"""Nothing reaches the database as SQL but what ships as a file, stands as a literal, or psycopg put together."""

import ast
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parents[2] / "discord_airflow"
DOORS = {"execute", "executemany", "copy"}
TEXT_METHODS = {"format", "join", "replace", "format_map"}


def is_text(node, known):
    """Whether an expression is a plain text."""
    if isinstance(node, ast.Name):
        return any(is_text(value, {}) for value in known.get(node.id, ()))
    return isinstance(node, ast.JoinedStr) or (isinstance(node, ast.Constant) and isinstance(node.value, str))


def is_assembled(node, known):
    """Whether an expression puts a text together; *known* are the values that names were given."""
    if isinstance(node, ast.Name):
        return any(is_assembled(value, {}) for value in known.get(node.id, ()))
    if isinstance(node, ast.BinOp):
        return is_text(node.left, known) or is_text(node.right, known)
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in TEXT_METHODS:
        return is_text(node.func.value, known)
    return isinstance(node, ast.JoinedStr)


def findings(source):
    """The lines of a module on which assembled text is handed to the database."""
    tree = ast.parse(source)
    known = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
            known.setdefault(node.targets[0].id, []).append(node.value)
    calls = (node for node in ast.walk(tree) if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute))
    return [
        each.lineno for each in calls if each.func.attr in DOORS and each.args and is_assembled(each.args[0], known)
    ]


def test_no_statement_is_assembled_from_text():
    """
    In no module, beside what the type checker refuses.
    """
    found = {path.name: findings(path.read_text(encoding="utf-8")) for path in PACKAGE.rglob("*.py")}
    assert len(found) > 150
    assert {name: lines for name, lines in found.items() if lines} == {}


@pytest.mark.parametrize(
    "bad",
    [
        'c.execute(f"SELECT {x}")',
        'c.execute("SELECT " + x)',
        'c.execute("SELECT %s" % x)',
        'c.execute("SELECT {}".format(x))',
        'q = f"SELECT {x}"; c.executemany(q, rows)',
        'q = "SELECT "; c.copy(q + x)',
        'c.execute(" ".join(parts))',
    ],
)
def test_assembled_text_is_seen(bad):
    """
    The test itself works.
    """
    assert findings(bad) == [1]
