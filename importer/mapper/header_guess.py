"""Guess the column mapping from a sheet's header, where no config has one.

Headers are recognised by synonyms in English, Spanish, Italian, Portuguese, French and German. All are folded: small
letters, no accents, words with one space between. A header belongs to a kind of column if it is one of the kind's
`PHRASES`; or if, without `FILLERS`, all its words are among the kind's `WORDS`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

from importer.mapper.header import folded_name
from importer.mapper.options import FIELDS, REQUIRED, ColumnOptions, with_fields

_NAME_KINDS = ("full_name", "first_name", "last_name", "name")
_FIRST_BESIDE_LAST = frozenset({"vorname", "prenom"})
"""Beside these, a column called just `Name` or `Nom` holds the last name."""


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


def _phrases(text: str) -> frozenset[str]:
    return frozenset(" ".join(phrase.split()) for phrase in text.split(","))


FILLERS = _words("""
    number num numero no nr n nummer of the de del della dello do da di d du des la le el l il lo o os as der die das
    a e y et und and
    customer customers client clients cliente clientes clienti clientela kunde kunden kundin
    contact contacts contacto contactos contatto contatti contato contatos kontakt kontakte
    main primary default principal principale haupt 1 2 3
""")

WORDS = {
    "identifier": _words("""
        identifier phone phonenumber telephone tel mobile mobilephone cell cellphone whatsapp whatsappnumber wa msisdn
        telefono fono movil celular cel cellulare telefone telemovel portable wsp wpp zap
        telefon telefonnummer handy handynummer mobil mobilnummer mobiltelefon rufnummer mobilfunk mobilfunknummer
        identificador identificatore identifiant
    """),
    "full_name": _words("fullname kundenname kontaktname nominativo"),
    "first_name": _words("firstname forename prenom vorname givenname"),
    "last_name": _words("""
        lastname surname familyname apellido apellidos cognome cognomi sobrenome sobrenomes apelido apelidos
        nachname familienname zuname
    """),
    "name": _words("name nombre nombres nome nom"),
    "tags": _words("""
        tag tags label labels segment segments etiqueta etiquetas segmento segmentos etichetta etichette segmenti
        marcador marcadores etiquette etiquettes segmente schlagwort schlagworte schlagworter stichwort stichworte
    """),
    "note": _words("""
        note notes remark remarks comment comments nota notas observacion observaciones comentario comentarios
        osservazione osservazioni commento commenti observacao observacoes remarque remarques commentaire commentaires
        notiz notizen bemerkung bemerkungen anmerkung anmerkungen kommentar kommentare
    """),
    "assigned_user": _words("""
        owner assignee agent agente responsable responsabile responsavel propietario proprietario asignado assegnatario
        proprietaire bearbeiter betreuer zustandiger
    """),
    "team": _words("team equipo equipe squadra"),
    "channel": _words("channel canal canale kanal"),
    "bot_status": _words("bot botstatus"),
    "country": _words("country pais paese pays land nation nazione nacion staat countrycode landercode laenderkennung"),
}

PHRASES = {
    "identifier": _phrases("contact number, numero de contacto, numero di contatto, numero de contato"),
    "full_name": _phrases("""
        full name, first and last name, name and surname, nombre completo, nombre y apellido, nombre y apellidos,
        nombres y apellidos, nome completo, nome e cognome, nome e sobrenome, nom complet, nom et prenom,
        vollstandiger name, vor und nachname
    """),
    "first_name": _phrases("first name, given name, primer nombre, primeiro nome"),
    "last_name": _phrases("last name, family name, primer apellido, ultimo nome, nom de famille"),
    "assigned_user": _phrases("""
        assigned user, assigned to, assigned agent, usuario asignado, asignado a, utente assegnato, assegnato a,
        usuario atribuido, atribuido a, utilisateur assigne, assigne a, attribue a, zugewiesen an
    """),
    "team": _phrases("team name, team uuid, nombre del equipo, nome del team, nome da equipe, nom de l equipe"),
    "channel": _phrases("channel uuid, channel title, channel name"),
    "bot_status": _phrases("""
        bot status, estado del bot, estado bot, stato del bot, stato bot, status do bot, estado do bot, statut du bot,
        etat du bot
    """),
    "country": _phrases("""
        country code, phone country, phone country code, country of residence, codigo de pais, codigo pais,
        pais de residencia, codice paese, prefisso paese, code pays, pays de residence, land code
    """),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Guess:
    """A guessed mapping, and how sure it is."""

    columns: ColumnOptions
    """The mapping to use or to show; a doubtful field has its first candidate if it is required, else none."""
    unmistakable: Mapping[str, str]
    """Field to its only candidate, a header or a text with headers in braces; tags to all of theirs, with commas."""
    doubtful: Mapping[str, tuple[str, ...]]
    """Field to its candidates, of which the user must choose."""
    missing: tuple[str, ...]
    """Fields that no column feeds."""


def guess(header: Sequence[str]) -> Guess:
    """Return the mapping that the headers suggest."""
    by_kind = _by_kind(header)
    candidates = {field: by_kind[field] for field in FIELDS if field != "name"} | {"name": _names(by_kind)}
    sure = {field: found[0] for field, found in candidates.items() if len(found) == 1}
    used = {field: candidates[field][0] for field in REQUIRED if candidates[field]} | sure
    tags = tuple(candidates["tags"])
    if tags:
        sure["tags"] = ", ".join(tags)
    return Guess(
        columns=with_fields(ColumnOptions(tags=tags), used),
        unmistakable=MappingProxyType(sure),
        doubtful=MappingProxyType(
            {field: tuple(candidates[field]) for field in FIELDS if candidates[field] and field not in sure}
        ),
        missing=tuple(field for field in FIELDS if not candidates[field]),
    )


def _by_kind(header: Sequence[str]) -> dict[str, list[str]]:
    """Return per kind of column the headers of that kind, in the sheet's order."""
    by_kind: dict[str, list[str]] = {kind: [] for kind in WORDS}
    for name in header:
        plain = folded_name(name)
        if kind := next((kind for kind in WORDS if _is_kind(plain, kind)), ""):
            by_kind[kind].append(name)
    return by_kind


def _is_kind(plain: str, kind: str) -> bool:
    if any(plain in phrases for phrases in PHRASES.values()):
        return plain in PHRASES.get(kind, ())
    telling = set(plain.split()) - FILLERS
    return bool(telling) and telling <= WORDS[kind]


def _names(by_kind: Mapping[str, Sequence[str]]) -> list[str]:
    """Return the candidates for the name: single columns, or a first and a last name together."""
    full, first, last, plain = (list(by_kind[kind]) for kind in _NAME_KINDS)
    if full:
        return full
    match first, last, plain:
        case [one], [other], _:
            return [*plain, _together(one, other)]
        case [], [other], [one]:  # Nombre, Apellidos
            return [_together(one, other)]
        case [one], [], [other]:
            together = _together(one, other)
            return [together] if folded_name(one) in _FIRST_BESIDE_LAST else [other, together]
        case _:
            return [*plain, *first, *last]


def _together(first: str, last: str) -> str:
    return f"{{{first}}} {{{last}}}"
