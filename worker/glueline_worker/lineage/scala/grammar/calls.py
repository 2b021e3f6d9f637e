"""Members, arguments and blocks behind a value."""

from glueline_worker.lineage.scala import methods
from glueline_worker.lineage.scala.declarations import MAPS, SEQUENCES
from glueline_worker.lineage.scala.grammar.arguments import read_call_arguments
from glueline_worker.lineage.scala.grammar.blocks import read_block
from glueline_worker.lineage.scala.grammar.collection_loops import read_collection_loop
from glueline_worker.lineage.scala.json_text import make_json_expression
from glueline_worker.lineage.scala.methods import CallArguments
from glueline_worker.lineage.scala.translator import Translator

_COLLECTIONS = SEQUENCES | MAPS | {"Arrays"}
_PACKAGES = frozenset({"collection", "immutable", "mutable"})
_WRAPPERS = frozenset({"Some", "Option", "Right", "Left", "Success", "Try", "BigDecimal"})
_TAKES_BLOCK = _WRAPPERS | {"Future", "blocking"}
_HOLDS_NO_ITEMS = frozenset({"function", "number"})
_JSON = "JsonOptions"


def read_postfix(translator: Translator, value: str) -> str:
    """Read all members and calls behind ``value``."""
    cursor = translator.cursor
    while True:
        line = cursor.token.line
        if cursor.take("."):
            value = _read_member(translator, value, cursor.advance().text)
        elif cursor.is_at("["):
            cursor.skip_group()
        elif cursor.is_at("("):
            value = make_application(translator, value, _read_all_arguments(translator, value))
        elif cursor.is_at("{") and _takes_block(translator, value):
            value = make_application(translator, value, CallArguments([read_block(translator)]))
        elif cursor.is_at("_") and cursor.peek().text not in {"=>", ".", "("}:
            cursor.advance()  # the function itself: load _
        else:
            return value
        value = translator.writer.shorten(value, line)


def make_call(translator: Translator, target: str, name: str, arguments: CallArguments) -> str:
    """Return ``target.name(arguments)``."""
    if name in {"put", "setProperty", "update"} and len(arguments.positional) > 1:
        key, value = arguments.positional[:2]
        translator.writer.emit(f"{target}[{key}] = {value}", translator.cursor.token.line)
        return target
    if name == "format" and (target == "String" or translator.get_shape(target) == "text"):
        return methods.make_format_call(target, arguments)
    if name in _COLLECTIONS | {_JSON}:  # mutable.Map(…)
        return make_application(translator, name, arguments)
    if name == "apply" or (name in {"asList", "of"} and target in _COLLECTIONS):
        return make_application(translator, target, arguments)
    if name == "getResolvedOptions":
        return f"getResolvedOptions({arguments.render()})"
    return methods.make_method_call(target, name, arguments)


def make_application(translator: Translator, callee: str, arguments: CallArguments) -> str:
    """Return ``callee(arguments)``: a call, a collection, or an item of one."""
    first = arguments.get(0)
    if callee in _COLLECTIONS:
        return _make_collection(translator, callee, arguments)
    if first is None:
        return methods.NOW if callee in methods.DATE_CLASSES else f"{callee}({arguments.render()})"
    if callee in _WRAPPERS or (callee in methods.DATE_CLASSES and first == methods.NOW):
        return first
    if callee == _JSON:
        return _make_options(translator, first)
    if callee == "DynamicFrame" and len(arguments.positional) > 1:
        return f'DynamicFrame.fromDF({first}, {arguments.positional[1]}, "frame")'
    is_item = _is_item(translator, callee, arguments)
    return f"{callee}[{first}]" if is_item else f"{callee}({arguments.render()})"


def _read_all_arguments(translator: Translator, callee: str) -> CallArguments:
    """Read the arguments of a call, those of a curried function in one list."""
    found = read_call_arguments(translator)
    curried = translator.declarations.curried
    while translator.cursor.is_at("(") and callee.removeprefix("self.") in curried:
        more = read_call_arguments(translator)
        found = CallArguments([*found.positional, *more.positional], {**found.named, **more.named})
    return found


def _read_member(translator: Translator, target: str, name: str) -> str:
    cursor = translator.cursor
    is_own = target == "self" and not translator.members
    if is_own or target in translator.declarations.objects:
        return translator.translate_name(name)
    cursor.skip_type_arguments()
    if cursor.is_at("(", "{"):
        if (loop := read_collection_loop(translator, target, name)) is not None:
            return loop
        is_call = cursor.is_at("(")
        arguments = (
            read_call_arguments(translator) if is_call else CallArguments([read_block(translator)])
        )
        return make_call(translator, target, name, arguments)
    if name == "empty" and target in _COLLECTIONS:
        return make_application(translator, target, CallArguments())
    is_package = target.rpartition(".")[2] in _PACKAGES
    return name if is_package else methods.make_selection(target, name)


def _takes_block(translator: Translator, value: str) -> bool:
    return value in translator.declarations.functions or value in _TAKES_BLOCK


def _make_collection(translator: Translator, callee: str, arguments: CallArguments) -> str:
    if callee not in MAPS:
        return f"[{', '.join(arguments.positional)}]"
    pairs = (translator.pairs.get(item) for item in arguments.positional)
    return f"{{{', '.join(f'{pair[0]}: {pair[1]}' for pair in pairs if pair)}}}"


def _make_options(translator: Translator, value: str) -> str:
    """Return the dictionary of ``JsonOptions(value)``: a text of JSON, or a map."""
    pieces = translator.texts.get(value)
    parsed = None if pieces is None else make_json_expression(pieces)
    if parsed:
        return parsed
    return value if translator.get_shape(value) == "map" else f"json.loads({value})"


def _is_item(translator: Translator, callee: str, arguments: CallArguments) -> bool:
    """Tell whether a call takes an item: one argument of a variable that holds no function."""
    name = callee.removeprefix("self.")
    declarations = translator.declarations
    return (
        len(arguments.positional) == 1
        and not arguments.named
        and name not in declarations.functions | declarations.classes
        and declarations.shapes.get(name, "function") not in _HOLDS_NO_ITEMS
    )
