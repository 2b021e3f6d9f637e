"""Assignments, which Scala also writes for maps and lists."""

from glueline_worker.lineage.scala.translator import Translator

_ASSIGNMENTS = frozenset({"=", "+=", "++=", "-=", ":+=", "::="})


def read_expression_or_assignment(translator: Translator) -> str | None:
    """Read an expression or an assignment; return the value of an expression."""
    cursor, writer = translator.cursor, translator.writer
    line = cursor.token.line
    target = translator.expression()
    if not (cursor.token.kind == "op" and cursor.token.text in _ASSIGNMENTS):
        return target
    sign = cursor.advance().text
    value = translator.expression()
    _write_scope(translator, target, line)
    shape = translator.get_shape(target)
    pair = translator.pairs.get(value)
    if sign == "=":
        writer.emit(f"{_make_assignable(target)} = {value}", line)
    elif pair and shape == "map":
        writer.emit(f"{target}[{pair[0]}] = {pair[1]}", line)
    elif shape == "map":
        writer.emit(f"{target}.update({value})", line)
    elif sign in {"+=", ":+="} and shape == "sequence":
        writer.emit(f"{target}.append({value})", line)
    else:
        writer.emit(f"{_make_assignable(target)} += {value}", line)
    return None


def _write_scope(translator: Translator, target: str, line: int) -> None:
    """Write ``nonlocal`` or ``global`` for a name of an outer scope, as Python requires."""
    if not translator.locals or not target.isidentifier() or target in translator.locals[-1]:
        return
    keyword = "nonlocal" if translator.is_local(target) else "global"
    translator.writer.emit(f"{keyword} {target}", line)


def _make_assignable(target: str) -> str:
    """Return a target that Python can assign to: a call becomes an item."""
    if target.endswith(")") and not target.startswith("("):
        name, _, rest = target.partition("(")
        return f"{name}[{rest[:-1]}]"
    return target if target[0].isalpha() else "ignored__"
