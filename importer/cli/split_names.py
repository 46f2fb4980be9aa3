"""Names of files with spaces that were typed without quotes: the shell makes several words of one name."""

import itertools
from collections.abc import Callable, Sequence

_MOST_WORDS = 30
"""Of a longer command line, such as a pattern that the shell expanded, no name is put together."""


def with_whole_names(words: Sequence[str], is_file: Callable[[str], bool]) -> Sequence[str] | None:
    """Return the words of a command line, those that together are the name of a file joined; None: none are.

    Args:
        words: What was typed after the command's name.
        is_file: Whether there is a file of that name. A word that is one by itself begins no longer name.

    """
    if len(words) > _MOST_WORDS:
        return None
    alone = [is_file(word) for word in words]
    for first, last in itertools.combinations(range(len(words)), 2):
        name = " ".join(words[first : last + 1])
        if not any(alone[first : last + 1]) and is_file(name):
            return [*words[:first], name, *(with_whole_names(words[last + 1 :], is_file) or words[last + 1 :])]
    return None
