"""SQL scripts: the statements within BEGIN … END, IF and loops, and what DECLARE and SET say."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from glueline_worker.lineage.sql.lexer import MADE, SqlToken
from glueline_worker.lineage.sql.pipes import split_at_commas
from glueline_worker.lineage.sql.rewrites import fold_text
from glueline_worker.lineage.word_sets import split_words

_LABELLED = split_words("BEGIN LOOP WHILE FOR REPEAT")
_UNTIL_THEN = split_words("IF ELSEIF ELSIF WHEN CASE")
_ALONE = split_words("ELSE LOOP REPEAT")
_NO_FLOW = split_words("END LEAVE ITERATE UNTIL SIGNAL RESIGNAL")
_TRANSACTION = split_words("TRANSACTION TRAN WORK READ ISOLATION")
_STATEMENTS = split_words(
    "ALTER BEGIN CREATE DELETE DROP EXEC EXECUTE INSERT MERGE SELECT SET TRUNCATE UPDATE"
)
_HANDLERS = split_words("CONTINUE EXIT UNDO")
_CONTROL = _LABELLED | _UNTIL_THEN | _ALONE | _NO_FLOW | {"DECLARE"}


def has_control(tokens: Sequence[SqlToken]) -> bool:
    """Tell whether a statement begins with words that control a script."""
    return tokens[0].upper in _CONTROL or (len(tokens) > 1 and tokens[1].text == ":")


class BlockPart(NamedTuple):
    """A statement within a block, or the end of a loop, which has no tokens."""

    tokens: Sequence[SqlToken]
    row: str | None = None
    """The name of the loop's row ("" for none), if the statement is the query of a FOR."""


def unwrap_blocks(tokens: Sequence[SqlToken]) -> list[BlockPart]:
    """Return the statements that stand behind the words of control before them."""
    found: list[BlockPart] = []
    while tokens:
        word = tokens[0].upper
        if len(tokens) > 2 and tokens[1].text == ":" and tokens[2].upper in _LABELLED:  # noqa: PLR2004
            tokens = tokens[2:]
        elif word == "BEGIN":
            if len(tokens) > 1 and tokens[1].upper in _TRANSACTION:
                return found
            tokens = tokens[1:]
            tokens = tokens[2:] if [t.upper for t in tokens[:2]] == ["NOT", "ATOMIC"] else tokens
        elif word in _ALONE:
            tokens = tokens[1:]
        elif word in _UNTIL_THEN or word in {"WHILE", "FOR"}:
            end = _find_word(tokens, "THEN" if word in _UNTIL_THEN else "DO")
            if end is None:
                return [*found, BlockPart(_skip_condition(tokens))]
            found += [_find_loop_query(tokens[:end])] if word == "FOR" else []
            tokens = tokens[end + 1 :]
        elif word in _NO_FLOW:
            return [*found, *_end_loop(tokens)]
        elif word == "DECLARE" and _is_handler(tokens):
            begin = _find_word(tokens, "BEGIN")
            tokens = tokens[begin:] if begin is not None else ()
        else:
            return [*found, BlockPart(tokens)]
    return found


def read_assignment(
    tokens: Sequence[SqlToken], known: Mapping[str, str | None]
) -> dict[str, str | None]:
    """Return the variables that DECLARE or SET names, with their texts where these are constant."""
    words = [token.upper or token.text for token in tokens]
    at = 1
    for skipped in ("OR", "REPLACE", "VARIABLE", "VAR"):
        at += words[at : at + 1] == [skipped]
    names: list[str] = []
    while at < len(tokens) and tokens[at].kind in {"word", "quoted"}:
        names.append(tokens[at].value.lower())
        at += 1
        while words[at : at + 1] == ["."] and at + 1 < len(tokens):
            names[-1] = tokens[at + 1].value.lower()
            at += 2
        if words[at : at + 1] != [","]:
            break
        at += 1
    value = next((i for i in range(at, len(words)) if words[i] in {"DEFAULT", "="}), None)
    text = fold_text(tokens[value + 1 :], known) if value is not None else None
    return dict.fromkeys(names, text)


def find_immediate_text(tokens: Sequence[SqlToken], known: Mapping[str, str | None]) -> str | None:
    """Return the text that EXECUTE IMMEDIATE runs; None if it is known only at run time."""
    end = next(
        (i for i, token in enumerate(tokens) if token.upper in {"INTO", "USING"}), len(tokens)
    )
    return fold_text(tokens[2:end], known) or None


def fill_arguments(
    inner: Sequence[SqlToken], tokens: Sequence[SqlToken], known: Mapping[str, str | None]
) -> list[SqlToken]:
    """Put the values of USING in the places of ``?`` and ``:name`` in a text that is executed.

    What is no constant is NULL, a value that no column goes into; as a name, it stays open.
    """
    values = _list_arguments(tokens, known)
    named = {name.lower(): value for name, value in values if name}
    turn = iter(values)
    result: list[SqlToken] = []
    for index, token in enumerate(inner):
        if token.kind != "placeholder" or token.text[0] not in "?:":
            result.append(token)
            continue
        if token.text == "?":
            value = next(turn, ("", _NULL))[1]
        else:
            value = named.get(token.text[1:].lower(), _NULL)
        is_name = [each.upper for each in inner[max(0, index - 2) : index]][:1] == ["IDENTIFIER"]
        result.append(token if value is _NULL and is_name else value)
    return result


_NULL = SqlToken("word", "NULL", MADE, "NULL")


def _list_arguments(
    tokens: Sequence[SqlToken], known: Mapping[str, str | None]
) -> list[tuple[str, SqlToken]]:
    """Return the names and values in ``USING a, b AS name``."""
    at = _find_word(tokens, "USING")
    rest = tokens[at + 1 :] if at is not None else ()
    if rest and rest[0].text == "(" and rest[-1].text == ")":
        rest = rest[1:-1]
    found: list[tuple[str, SqlToken]] = []
    for part in split_at_commas(rest):
        is_named = len(part) > 2 and part[-2].upper == "AS"  # noqa: PLR2004
        value = _make_constant(part[:-2] if is_named else part, known)
        found.append((part[-1].value if is_named else "", value))
    return found


def _make_constant(value: Sequence[SqlToken], known: Mapping[str, str | None]) -> SqlToken:
    if len(value) == 1 and value[0].text.isdecimal():
        return value[0]._replace(start=MADE)
    text = fold_text(value, known) if value else None
    if text is None:
        return _NULL
    return SqlToken("string", "'" + text.replace("'", "''") + "'", MADE)


def _is_handler(tokens: Sequence[SqlToken]) -> bool:
    return len(tokens) > 2 and tokens[1].upper in _HANDLERS and tokens[2].upper == "HANDLER"  # noqa: PLR2004


def _find_word(tokens: Sequence[SqlToken], word: str) -> int | None:
    """Return the place of a word outside parentheses and CASE … END."""
    depth = 0
    for index, token in enumerate(tokens):
        if token.text in {"(", ")"}:
            depth += 1 if token.text == "(" else -1
        elif index and token.upper == "CASE":
            depth += 1
        elif token.upper == "END" and depth:
            depth -= 1
        elif token.upper == word and depth == 0:
            return index
    return None


def _skip_condition(tokens: Sequence[SqlToken]) -> Sequence[SqlToken]:
    """Return the statement after SQL Server's ``IF condition``, which has no THEN."""
    depth = 0
    for index, token in enumerate(tokens):
        depth += (token.text == "(") - (token.text == ")")
        if depth == 0 and index > 1 and token.upper in _STATEMENTS:
            rest = tokens[index:]
            return rest[1:] if token.upper == "BEGIN" and len(rest) > 1 else rest
    return tokens


def _end_loop(tokens: Sequence[SqlToken]) -> list[BlockPart]:
    is_loop = [token.upper for token in tokens[:2]] == ["END", "FOR"]
    return [BlockPart(())] if is_loop else []


def _find_loop_query(tokens: Sequence[SqlToken]) -> BlockPart:
    """Return the query of ``FOR row AS query DO``."""
    if len(tokens) > 2 and tokens[2].upper == "AS":  # noqa: PLR2004
        return BlockPart(tokens[3:], tokens[1].value.lower())
    return BlockPart(tokens[1:], "")
