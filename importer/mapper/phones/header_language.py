"""In which countries the language of a sheet's headers is spoken. Pure."""

from collections.abc import Mapping

_SPOKEN_IN = {
    "es": ("ES", "MX", "AR", "CO", "CL", "PE", "EC", "UY", "VE", "BO", "PY", "CR", "GT", "DO", "PA", "HN", "SV", "NI"),
    "pt": ("BR", "PT", "AO", "MZ"),
    "it": ("IT", "CH"),
    "fr": ("FR", "BE", "CH", "LU", "MA", "SN", "CI"),
    "de": ("DE", "AT", "CH"),
    "en": ("US", "GB", "IE", "AU", "NZ", "ZA", "IN", "NG", "KE"),
}
"""Where the languages are spoken, the most of the service's users first."""
_WORDS = {
    "es": "telefono telefonos movil moviles celular nombre nombres apellido apellidos correo ciudad direccion cliente"
    " clientes contacto contactos hoja notas etiquetas pais fecha provincia",
    "pt": "telefone telemovel celular nome sobrenome apelido cidade endereco cliente clientes contato contatos"
    " etiquetas planilha folha notas pais estado",
    "it": "telefono cellulare nome cognome citta indirizzo cliente clienti contatto contatti foglio note"
    " paese provincia",
    "fr": "telephone portable nom prenom ville adresse client clients courriel feuille pays numero",
    "de": "telefon handy handynummer vorname nachname name ort stadt strasse plz kunde kunden kontakt kontakte tabelle",
    "en": "phone mobile cell name first last city address customer customers contact contacts sheet state zip country",
}
"""Words of headers and of files' names, folded."""
COMMON = frozenset(region for regions in _SPOKEN_IN.values() for region in regions[:2])
"""The first two countries of each language."""
_WEIGHT, _WEIGHT_OF_ENGLISH = 3.0, 1.0
"""English headers are in many a sheet of other countries."""


def regions_spoken_in(words: str) -> Mapping[str, float]:
    """Return the regions where the language of the words is spoken, each with how much that speaks for it.

    Args:
        words: The sheet's headers and the file's name, folded. Of languages with as many of them, all count.

    """
    told = words.split()
    hits = {language: sum(word in known.split() for word in told) for language, known in _WORDS.items()}
    most = max(hits.values())
    weights: dict[str, float] = {}
    for language in (one for one, count in hits.items() if count == most > 0):
        for place, region in enumerate(_SPOKEN_IN[language]):
            weight = (_WEIGHT_OF_ENGLISH if language == "en" else _WEIGHT) - place / 20
            weights[region] = weights.get(region, 0.0) + weight
    return weights
