"""Guess the column mapping from a sheet's header, where no config has one.

Headers are recognised by synonyms in English, Spanish, Italian, Portuguese, French and German. All are folded: small
letters, no accents, words with one space between. A header belongs to a kind of column if it is one of the kind's
synonyms; or if all its words are among them, but for `FILLERS`.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import chain
from types import MappingProxyType
from typing import Any

from importer.mapper.header import folded_name
from importer.mapper.options import FIELDS, REQUIRED, ColumnOptions

_NAME_KINDS = ("full_name", "first_name", "last_name", "name")
_FIRST_BESIDE_LAST = frozenset({"vorname", "prenom"})
"""Beside these, a column called just `Name` or `Nom` holds the last name."""


def _terms(text: str) -> frozenset[str]:
    return frozenset(" ".join(term.split()) for term in text.split(","))


FILLERS = _terms("""
    number, num, numero, no, nr, n, nummer, of, the, de, del, della, dello, do, da, di, d, du, des, la, le, el, l, il,
    lo, o, os, as, der, die, das, a, e, y, et, und, and, customer, customers, client, clients, cliente, clientes,
    clienti, clientela, kunde, kunden, kundin, contact, contacts, contacto, contactos, contatto, contatti, contato,
    contatos, kontakt, kontakte, main, primary, default, principal, principale, haupt, 1, 2, 3
""")
_TERMS_BY_KIND = """
identifier: identifier, phone, phonenumber, telephone, tel, mobile, mobilephone, cell, cellphone, whatsapp,
    whatsappnumber, wa, msisdn, telefono, fono, movil, celular, cel, cellulare, telefone, telemovel, portable, wsp, wpp,
    zap, telefon, telefonnummer, handy, handynummer, mobil, mobilnummer, mobiltelefon, rufnummer, mobilfunk,
    mobilfunknummer, identificador, identificatore, identifiant, contact number, numero de contacto, numero di contatto,
    numero de contato
full_name: fullname, kundenname, kontaktname, nominativo, full name, first and last name, name and surname,
    nombre completo, nombre y apellido, nombre y apellidos, nombres y apellidos, nome completo, nome e cognome,
    nome e sobrenome, nom complet, nom et prenom, vollstandiger name, vor und nachname
first_name: firstname, forename, prenom, vorname, givenname, first name, given name, primer nombre, primeiro nome
last_name: lastname, surname, familyname, apellido, apellidos, cognome, cognomi, sobrenome, sobrenomes, apelido,
    apelidos, nachname, familienname, zuname, last name, family name, primer apellido, ultimo nome, nom de famille
name: name, nombre, nombres, nome, nom
tags: tag, tags, label, labels, segment, segments, etiqueta, etiquetas, segmento, segmentos, etichetta, etichette,
    segmenti, marcador, marcadores, etiquette, etiquettes, segmente, schlagwort, schlagworte, schlagworter, stichwort,
    stichworte
note: note, notes, remark, remarks, comment, comments, nota, notas, observacion, observaciones, comentario, comentarios,
    osservazione, osservazioni, commento, commenti, observacao, observacoes, remarque, remarques, commentaire,
    commentaires, notiz, notizen, bemerkung, bemerkungen, anmerkung, anmerkungen, kommentar, kommentare
assigned_user: owner, assignee, agent, agente, responsable, responsabile, responsavel, propietario, proprietario,
    asignado, assegnatario, proprietaire, bearbeiter, betreuer, zustandiger, assigned user, assigned to, assigned agent,
    usuario asignado, asignado a, utente assegnato, assegnato a, usuario atribuido, atribuido a, utilisateur assigne,
    assigne a, attribue a, zugewiesen an
team: team, equipo, equipe, squadra, team name, team uuid, nombre del equipo, nome del team, nome da equipe,
    nom de l equipe
channel: channel, canal, canale, kanal, channel uuid, channel title, channel name
bot_status: bot, botstatus, bot status, estado del bot, estado bot, stato del bot, stato bot, status do bot,
    estado do bot, statut du bot, etat du bot
country: country, pais, paese, pays, land, nation, nazione, nacion, staat, countrycode, landercode, laenderkennung,
    country code, phone country, phone country code, country of residence, codigo de pais, codigo pais,
    pais de residencia, codice paese, prefisso paese, code pays, pays de residence, land code
"""
SYNONYMS = {kind: _terms(terms) for kind, terms in re.findall(r"(\w+): ([^:]+)\n", _TERMS_BY_KIND)}


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
    kinds = list(map(_kind, header))
    by_kind = {kind: [name for name, its in zip(header, kinds, strict=True) if its == kind] for kind in SYNONYMS}
    candidates = {field: tuple(_names(by_kind) if field == "name" else by_kind[field]) for field in FIELDS}
    sure = {field: found[0] for field, found in candidates.items() if len(found) == 1}
    used = {field: candidates[field][0] for field in REQUIRED if candidates[field]} | sure
    tags = candidates["tags"]
    if tags:
        sure["tags"] = ", ".join(tags)
    doubtful = {field: found for field, found in candidates.items() if found and field not in sure}
    return Guess(
        columns=with_fields(ColumnOptions(tags=tags), used),
        unmistakable=MappingProxyType(sure),
        doubtful=MappingProxyType(doubtful),
        missing=tuple(field for field, found in candidates.items() if not found),
    )


def with_fields(columns: ColumnOptions, chosen: Mapping[str, str]) -> ColumnOptions:
    """Return the columns with the chosen header, or text with headers in braces, of each field; tags stay as is."""
    texts: dict[str, Any] = {field: text for field, text in chosen.items() if field != "tags"}
    return replace(columns, **texts)


def _kind(name: str) -> str:
    """Return the kind of a header; empty where it has none."""
    plain = folded_name(name)
    telling = set(plain.split()) - FILLERS
    by_phrase = (kind for kind, terms in SYNONYMS.items() if plain in terms)
    by_words = (kind for kind, terms in SYNONYMS.items() if telling and telling <= terms)
    return next(chain(by_phrase, by_words), "")


def _names(by_kind: Mapping[str, Sequence[str]]) -> Sequence[str]:
    """Return the candidates for the name: single columns, or a first and a last name together."""
    full, first, last, plain = (by_kind[kind] for kind in _NAME_KINDS)
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
