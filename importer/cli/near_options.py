"""Options that may be meant by one that does not exist: of nearly that name, or the same word in another language."""

import difflib
import unicodedata
from collections.abc import Collection, Sequence

_NEARLY_THE_SAME = 0.75
"""From 0 to 1, as difflib has it, of the names without their dashes."""
_SHORTEST_BEGINNING = 3
_OTHER_WORDS = {
    "--country": ("pais", "pays", "paese", "land"),
    "--sheet": ("hoja", "feuille", "foglio", "blatt", "folha", "aba"),
    "--tag": ("etiqueta", "etiquette", "etichetta"),
    "--yes": ("si", "sim", "oui", "ja"),
    "--account": ("cuenta", "conta", "compte", "konto"),
    "--delimiter": ("separador", "separator", "separateur", "delimitador"),
    "--encoding": ("codificacion", "codificacao", "encodage"),
    "--header-row": ("cabecera", "encabezado", "cabecalho"),
}
"""Without accents; words of languages in which people look for the option first."""
_FILE = frozenset({"file", "files", "input", "archivo", "fichero", "fichier", "arquivo", "datei"})


def near_options(name: str, options: Collection[str]) -> Sequence[str]:
    """Return the options of a command that may be meant, the likeliest first; none where none is near.

    Args:
        name: The option that does not exist, such as `--pais`.
        options: The long options that the command has.

    """
    word = _bare(name)
    known = {option.removeprefix("--"): option for option in options if option.startswith("--")}
    same = [option for option, words in _OTHER_WORDS.items() if word in words and option in options]
    near = difflib.get_close_matches(word, known, cutoff=_NEARLY_THE_SAME)
    begun = [each for each in known if len(word) >= _SHORTEST_BEGINNING and each.startswith(word)]
    return same or [known[each] for each in near or begun]


def is_word_for_file(name: str) -> bool:
    """Tell whether an option that does not exist, such as `--archivo`, is a word for the file, which needs none."""
    return _bare(name) in _FILE


def _bare(name: str) -> str:
    """Return an option's name in lower case, without its dashes and accents."""
    decomposed = unicodedata.normalize("NFKD", name.lstrip("-").casefold())
    return "".join(character for character in decomposed if not unicodedata.combining(character))
