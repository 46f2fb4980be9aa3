"""In which countries the language of headers is spoken."""

from importer.mapper.phones.header_language import regions_spoken_in


def test_the_language_with_most_words_counts() -> None:
    """Its countries weigh in the order of how likely they are."""
    weights = regions_spoken_in("nombre telefono city")
    assert list(weights)[:2] == ["ES", "MX"]
    assert weights["ES"] > weights["MX"]
    assert "US" not in weights


def test_english_weighs_less_and_no_word_weighs_nothing() -> None:
    """Headers are in English in many countries."""
    assert regions_spoken_in("first city")["US"] < regions_spoken_in("nombre")["NI"]
    assert regions_spoken_in("") == regions_spoken_in("abc") == {}


def test_of_languages_with_as_many_words_all_count() -> None:
    """Switzerland has two of them."""
    both = regions_spoken_in("telefon telefono vorname cognome")
    assert both["CH"] > both["ES"] if "ES" in both else both["CH"] > both["DE"]
