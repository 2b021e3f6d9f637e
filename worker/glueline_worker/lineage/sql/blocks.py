"""SQL scripts: the statements within BEGIN … END, IF and loops, and what DECLARE and SET say."""

from collections.abc import Mapping, Sequence

from glueline_worker.lineage.sql.lexer import SqlToken
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


def unwrap_blocks(tokens: Sequence[SqlToken]) -> list[Sequence[SqlToken]]:
    """Return the statements that stand behind the words of control before them."""
    found: list[Sequence[SqlToken]] = []
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
                return [*found, _skip_condition(tokens)]
            query = _find_loop_query(tokens[:end]) if word == "FOR" else ()
            found += [query] if query else []
            tokens = tokens[end + 1 :]
        elif word in _NO_FLOW:
            return found
        elif word == "DECLARE" and _is_handler(tokens):
            begin = _find_word(tokens, "BEGIN")
            tokens = tokens[begin:] if begin is not None else ()
        else:
            return [*found, tokens]
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


def _find_loop_query(tokens: Sequence[SqlToken]) -> Sequence[SqlToken]:
    """Return the query of ``FOR row AS query DO``."""
    at = _find_word(tokens, "AS")
    return tokens[at + 1 :] if at is not None else tokens[1:]
