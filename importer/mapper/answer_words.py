"""What cells say for yes and no, in small letters: exports, and the languages in which headers are known."""
# ruff: noqa: RUF001 - the words are of many scripts

YES = frozenset({
    *("yes", "true", "y", "on", "t", "1"),
    *("si", "sí", "sì", "sim", "oui", "ja", "tak", "ano", "áno", "kyllä", "da", "evet", "igen", "jah", "jā", "taip"),
    *("да", "так", "ναι", "כן", "نعم", "はい", "是", "예", "네"),
})  # fmt: skip
NO = frozenset({
    *("no", "false", "n", "off", "f", "0"),
    *("nein", "non", "não", "nie", "ne", "nee", "nej", "nei", "ei", "nu", "nem", "nē"),
    *("hayır", "hayir", "нет", "ні", "не", "όχι", "οχι", "לא", "لا", "いいえ", "否", "아니요"),
})  # fmt: skip
