"""Encodings of before Unicode are told apart by the letters of their languages."""
# ruff: noqa: RUF001 - the texts are of many scripts

import pytest

from importer.model.plain_text import wrapped_text
from importer.readers.text.legacy_codecs import guess_codec, reads_well

WORDS = [
    *(
        (codec, text)
        for codec in ("cp1252", "cp850", "mac-roman")
        for text in (
            "Teléfono;Nombre\nVíctor Muñoz\nBegoña Peña",
            "Hélène Besançon\nÉloïse;Nîmes",
            "Jürgen Größer\nBärbel Öz;Äußere",
            "João Conceição",
            "José",
            "Telemóvel\nInês",
            "¿Sigue libre?",
        )
    ),
    ("cp1252", "Hélène d’Arc;Nîmes"),
    ("cp1252", "“hola” – ¿qué?"),
    ("cp1252", "Noè;caffè"),
    ("cp1252", "RAMÓN NÚÑEZ;CÁDIZ"),
    ("cp1252", "Åsa Ek;Malmö\nSøren Kjær"),
    ("cp1252", "Muñoz\nMüller\nLefèvre\nSørensen"),
    ("cp1252", "Jón Þór Guðmundsson\nBjörk Guðmundsdóttir;Reykjavík"),
    *(
        (codec, text)
        for codec in ("cp1250", "iso8859-2", "cp852")
        for text in ("Łukasz Wójcik\nMałgorzata Zięba\nŚwiątek", "Dvořák;Novák\nČerný;Procházka\nŽižková")
    ),
    ("cp1250", "Szőke Erzsébet\nKovács Gergő"),
    ("cp1250", "Ştefan Ionuţ Brânză"),
    ("cp1250", "Željko Šarić"),
    *((codec, "Ayşe Yılmaz\nÇağlar Öztürk\nİbrahim Şahin") for codec in ("cp1254", "iso8859-9", "cp857")),
    ("cp1254", "Ayşe"),
    *((codec, "Žukauskas;Šarūnas\nEglė") for codec in ("cp1257", "cp775")),
    *((codec, "Анна Сергеевна\nДмитрий Петров") for codec in ("cp1251", "koi8-r", "cp866", "iso8859-5")),
    ("cp1251", "ИВАНОВ\nПЕТРОВ"),
    *((codec, "Γιώργος Παπαδόπουλος\nΜαρία") for codec in ("cp1253", "cp737")),
    ("cp1255", "יוסי כהן\nשרה לוי"),
    ("cp1256", "محمد علي\nفاطمة"),
    ("cp932", "電話;名前\nさとう たろう\nスズキ ハナコ"),
    ("euc_jp", "電話;名前\nさとう たろう\nスズキ ハナコ"),
    ("gb18030", "电话;姓名\n王小明\n李丽华\n北京市"),
    ("cp949", "전화;이름\n김민수\n이영희 서울"),
]


@pytest.mark.parametrize(("codec", "text"), WORDS)
def test_a_few_words_are_read_as_they_were_written(codec: str, text: str) -> None:
    """Whichever codec is named, the text is the one that was written."""
    content = text.encode(codec)
    assert content.decode(guess_codec(content).codec) == text


@pytest.mark.parametrize(("codec", "text"), [one for one in WORDS if one[0] in {"cp1252", "cp850", "cp1250", "cp1254"}])
def test_the_word_shown_differs_between_the_candidates(codec: str, text: str) -> None:
    """Both readings of it are shown, and the option for the other one."""
    guess = guess_codec(text.encode(codec))
    assert guess.example in text
    assert guess.example != guess.other_example
    note = guess.note()
    assert f'"{guess.example}"' in note
    assert f'"{guess.other_example}"' in note
    assert f"--encoding {guess.other}." in note
    assert len(wrapped_text(f"clientes de 2026.csv: {note}", 80).splitlines()) <= 2


@pytest.mark.parametrize("codec", ["iso8859-15", "mac-roman"])
def test_old_macs_end_lines_otherwise(codec: str) -> None:
    """Where the letters alone could be of either, the line ends tell."""
    content = "García\rJosé\r".encode("mac-roman" if codec == "mac-roman" else "cp1252")
    assert content.decode(guess_codec(content, old_mac=True).codec) == "García\rJosé\r"


@pytest.mark.parametrize(
    ("text", "well"),
    [("Begoña", True), ("L’Oréal", True), ("GarcÃ", False), ("Mu¤oz", False), ("Jos\x8d", False), ("aпb", False)],
)
def test_what_gives_no_words_is_noticed(text: str, well: bool) -> None:  # noqa: FBT001 - expected
    """Capitals after small letters, signs and controls within words, scripts side by side."""
    assert reads_well(text) is well
