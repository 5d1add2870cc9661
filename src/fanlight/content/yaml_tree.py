"""YAML to plain values with a map from each path to its line.

Numbers keep their digits: a decimal in a file becomes a `Decimal`, never a float. Duplicate keys,
anchors used to loop, and documents of over 64 levels are faults.
"""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError
from ruamel.yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from fanlight.core.errors import Fault

_MAX_DEPTH = 64


def load_tree(text: str) -> tuple[Any, dict[str, int], list[Fault]]:
    """Parse one YAML document into (values, line of each path, faults). Lines are 1-based."""
    yaml = YAML(typ="safe", pure=True)
    try:
        root = yaml.compose(text)
    except MarkedYAMLError as problem:
        mark = problem.problem_mark or problem.context_mark
        line = mark.line + 1 if mark else None
        return None, {}, [Fault("", f"is not readable YAML: {problem.problem or problem.context}", line, _hint(str(problem.problem)))]
    except Exception as problem:  # noqa: BLE001 - ruamel raises ReaderError and ValueError for odd bytes
        return None, {}, [Fault("", f"is not readable YAML: {type(problem).__name__}")]
    if root is None:
        return None, {}, [Fault("", "is empty", 1)]
    lines: dict[str, int] = {}
    faults: list[Fault] = []
    return _value(root, "", lines, faults, 0), lines, faults


def _hint(problem: str) -> str:
    if "mapping values are not allowed" in problem:
        return "Put quotes around a text that holds a colon."
    if "tab" in problem or "\\t" in problem:
        return "Indent with spaces, not tabs."
    if "could not find expected ':'" in problem:
        return "A key needs a colon after it."
    return ""


def _value(node: Node, path: str, lines: dict[str, int], faults: list[Fault], depth: int) -> Any:
    lines.setdefault(path, node.start_mark.line + 1)
    if depth > _MAX_DEPTH:
        faults.append(Fault(path, f"is nested over {_MAX_DEPTH} levels deep", node.start_mark.line + 1))
        return None
    if isinstance(node, MappingNode):
        values: dict[str, Any] = {}
        for key_node, value_node in node.value:
            key = str(key_node.value)
            child = f"{path}.{key}" if path else key
            if key in values:
                faults.append(Fault(child, "is given twice", key_node.start_mark.line + 1, "Keep one of them."))
            lines[child] = key_node.start_mark.line + 1
            values[key] = _value(value_node, child, lines, faults, depth + 1)
        return values
    if isinstance(node, SequenceNode):
        return [_value(child, f"{path}[{i}]", lines, faults, depth + 1) for i, child in enumerate(node.value)]
    return _scalar(node, path, faults) if isinstance(node, ScalarNode) else None


def _scalar(node: ScalarNode, path: str, faults: list[Fault]) -> Any:
    kind = str(node.tag).rsplit(":", 1)[-1]
    readers: dict[str, Callable[[str], Any]] = {
        "int": lambda text: int(text.replace("_", ""), 0) if text[:2].lower() in ("0x", "0o") else int(text),
        "float": Decimal,
        "bool": lambda text: text.lower() == "true",
        "null": lambda text: None,
    }
    read = readers.get(kind)
    if read is None or node.style in ("'", '"', "|", ">"):
        return node.value
    try:
        number = read(node.value)
    except (ArithmeticError, ValueError):
        return node.value
    if isinstance(number, Decimal) and not number.is_finite():
        faults.append(Fault(path, f"{node.value} is not a number", node.start_mark.line + 1))
    return number
