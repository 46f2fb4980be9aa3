"""The words of headers, in the languages of the service's users and some more, and what each class of them means.

Words are written as people do; `header_guess` folds them: small letters, no accents, no punctuation. A term of several
words wins over its parts. Compounds and languages that write words together are found by `STEMS`, within a word.
"""

WORDS = """
whatsapp: whatsapp, whats app, whatsap, watsapp, wasap, whats, wa, wsp, wpp, zap, zapzap, wa number, no wa,
    nomor wa, واتساب, וואטסאפ, واتس
mobile: mobilul, mobilus, мобилен, mobile, mobiles, mob, mobil, mobiel, cell, cellphone, cel, cell phone, моб,
    mobitel, mobitela, celular, celulares, cellulare, cellulari, movil, móviles, handy, natel, gsm, portable,
    telemóvel, telemóveis, tlm, tmv, sms, kom, komórka, cep, ceptel, cep telefonu, cep no, handphone, hp, no hp,
    nomor hp, di động, sđt di động, smartphone
phone: teléfono de contacto, telefonul, tlfno contacto, tfno contacto, telefon nr, telefonnr, telefoonnr,
    телефону, phone, phones, telephone, telephones, tel, tels, tele, telf, telef, tlf, tlfn, tfno, tfn, tfo,
    tlfno, telno, ph, phn, phno, phone e164, e164, fone, fono, fon, msisdn, teléfono, teléfonos, telefone,
    telefones, telefon, telefoon, numéro de contact, contact number, contact no, contact nr, número de contacto,
    num contacto, numero di contatto, número de contato, kontaktnummer, contactnummer, caller id, wa id,
    telepon, điện thoại, sđt, số điện thoại, identificador, identificatore, identifiant, identifier, phone
    number, llamar a
number: number, num, número, no, nr, nro, nummer, n, nos, numbers, nomor, numer, číslo, broj, številka, număr,
    numărul, numarasi, szám, номер, αριθμός, 号码, 番号
landline: home, work, office, business, landline, fixed, fijo, fija, fisso, fixo, casa, oficina, trabajo,
    laboral, particular, domicilio, domicile, bureau, ufficio, uff, ab, abitazione, residencial, comercial,
    privat, privado, geschäftlich, festnetz, dienstlich, trabalho, escritório, thuis, vast, werk, arbeit,
    travail, maison, fixe, ev, domowy, służbowy, stacjonarny, company phone, desk, reception, centralita
other: 2, 3, 4, 5, 6, 7, 8, 9, second, secondary, other, otro, otra, altro, altra, outro, outra, autre, andere,
    alt, alternate, alternative, alternativo, alternativa, shipping, envío, lieferung, spedizione, livraison,
    delivery, entrega, additional, adicional, secundario, secondario, backup, weitere, weiteres, zweite, default
    address
relative: apoderado, apoderada, representante legal, parent guardian, mother, father, parent, parents, guardian,
    spouse, partner, padre, madre, tutor, tutora, cónyuge, esposa, esposo, mutter, vater, eltern, mère, père,
    genitore, mãe, pai, husband, wife, next of kin, emergency, emergencia, emergenza, urgence, notfall,
    referral, referred by, referido, accompanying, acompañante
fax: fax, telefax, telex, pager
full_name: ime i prezime, ime in priimek, nume si prenume, nume prenume, nume complet, nom i cognoms, nom
    complert, apellidos nombre s, ім'я та прізвище, fullname, full name, complete name, name and surname, first
    and last name, first last name, name surname, nombre completo, nombre y apellido, nombre y apellidos,
    nombres y apellidos, apellidos y nombre, apellidos y nombres, apellido y nombre, nombre apellidos, nombre
    apellido, apellidos nombre, nome completo, nome e cognome, cognome e nome, nome cognome, cognome nome, nome
    e sobrenome, nom complet, nom et prénom, nom et prénoms, prénom et nom, nom prénom, vollständiger name, vor
    und nachname, vorname nachname, vorname und nachname, name vorname, nachname vorname, nominativo,
    kundenname, kontaktname, volledige naam, imię i nazwisko, nazwisko i imię, ad soyad, adi soyadi, adsoyad,
    fulde navn, fullt navn, fullständigt namn, teljes név, jméno a příjmení, nama lengkap, họ tên, họ và tên,
    tên khách hàng, klantnaam, фио, полное имя, имя и фамилия, الاسم الكامل, שם מלא, 姓名, 氏名, お名前, 성명, 客户姓名,
    ονοματεπώνυμο, meno a priezvisko, priezvisko a meno, піб, име и фамилия
first_name: prenume, ім'я, імʼя, etunimet, firstnames, given names, firstname, first name, forename, given name,
    givenname, fname, f name, first, vorname, prénom, prénoms, primer nombre, nombre de pila, nombre propio,
    primeiro nome, nome próprio, primo nome, voornaam, roepnaam, imię, fornavn, förnamn, etunimi, křestní jméno,
    keresztnév, nama depan, adi
last_name: priezvisko, cognoms, cognom, prezime, priimek, прізвище, фамилие, nume de familie, apellidos 1 y 2,
    lastnames, lastname, last name, surname, surnames, familyname, family name, lname, l name, last, apellido,
    apellidos, primer apellido, apellido 1, 1er apellido, apellido paterno, cognome, cognomi, sobrenome,
    sobrenomes, apelido, apelidos, último nome, nachname, familienname, zuname, achternaam, nom de famille, nom
    famille, nazwisko, soyad, soyadi, soyisim, efternavn, efternamn, etternavn, sukunimi, příjmení, vezetéknév,
    nama belakang, фамилия, επώνυμο, שם משפחה, اسم العائلة, primeiro apelido, primo cognome
second_last_name: segundo apellido, apellido 2, 2º apellido, 2do apellido, apellido materno, second surname,
    second last name, segundo apelido
name: namen, nombre s, name, names, nombre, nombres, nome, nomi, nom, noms, naam, namn, navn, nimi, név, nama,
    tên, isim, ad, jméno, имя, الاسم, اسم, שם, 名前, 이름, ชื่อ, नाम, όνομα, numele, nume, ime, meno, име, neve
person: ansprechpartner, ansprechpartnerin, interlocuteur, kontaktperson, contactpersoon, interlocutor, usuaria,
    huesped principal, cap de familia, persona de contacto, destinataire, adressat, debitor, abonado, abonnent,
    abonné, assicurato, asegurado, tomador, reservist, inviter, customer, customers, client, clients, clientele,
    cliente, clientes, clienta, clienti, clientela, kunde, kunden, kundin, contact, contacts, contacto,
    contactos, contatto, contatti, contato, contatos, kontakt, kontakte, patient, patients, paciente, pacientes,
    paziente, guest, guests, huésped, huéspedes, invitee, invitado, invitada, attendee, asistente, participant,
    participants, participante, teilnehmer, partecipante, student, pupil, alumno, alumna, alumnos, aluno, élève,
    schüler, estudiante, member, members, socio, socia, miembro, mitglied, membre, adhérent, employee,
    employees, empleado, empleada, mitarbeiter, dipendente, funcionário, colaborador, person, persona, personne,
    lead, prospect, buyer, comprador, acheteur, käufer, subscriber, suscriptor, titular, recipient,
    destinatario, passenger, pasajero, passeggero, tenant, inquilino, mieter, locataire, applicant, candidate,
    candidato, solicitante, interesado, interesada, interessent, donor, donante, resident, caller, friend,
    voter, beneficiary, beneficiario, músteri, müşteri, klient, klienci, klant, kund, asiakas, ügyfél, zákazník,
    khách hàng, pelanggan, billing, bill to, facturación, rechnung, facturation, fatturazione, клиент, 客户, 顧客,
    고객, عميل, العميل, לקוח, πελάτης, ग्राहक, owner of pet, booker, bride, groom, player, jugador, driver,
    conductor, empfänger
display_name: display name, public name, profile name, push name, screen name, known as, visible name,
    anzeigename, nombre público, nombre visible, nombre mostrado, nombre para mostrar, nome visualizzato,
    nome de exibição, nom affiché, wa name
saved_name: saved name, nombre guardado
nickname: nickname, nick, alias, username, user name, login, apodo, spitzname, surnom, soprannome, apelido
    carinhoso
legal_name: razón social, ragione sociale, raison sociale, razão social, denominación social, business name,
    legal name, company name, nombre de la empresa, nombre empresa, nome azienda, nome da empresa, nom de la
    société, nom entreprise, firmenname, nombre fiscal, firmenbezeichnung, organization name, organisation name,
    nombre comercial, trade name, bedrijfsnaam, nazwa firmy, nazwa,
    nazwa klienta, nazwa kontrahenta, název, název firmy, název klienta, název zákazníka, názov, názov firmy,
    naziv, naziv tvrtke, naziv firme, denumire, denumirea, название, наименование, название компании, назва,
    назва компанії, ticari ünvan, firma ünvani
company: company, empresa, azienda, firma, organization, organisation, organización, société, entreprise,
    unternehmen, compañía, negocio, şirket, bedrijf, firm, ditta, empresa cliente, organisme
middle_name: middle name, middle, second name, segundo nombre, secondo nome, segundo nome, deuxième prénom,
    additional name, weitere vornamen, zweiter vorname, otros nombres, tussenvoegsel, infix, nombre 2
tags: tag, tags, label, labels, segment, segments, etiqueta, etiquetas, segmento, segmentos, etichetta,
    etichette, segmenti, marcador, marcadores, étiquette, étiquettes, segmente, schlagwort, schlagworte,
    schlagwörter, stichwort, stichworte
note: note, notes, remark, remarks, comment, comments, nota, notas, observación, observaciones, comentario,
    comentarios, osservazione, osservazioni, commento, commenti, observação, observações, remarque, remarques,
    commentaire, commentaires, notiz, notizen, bemerkung, bemerkungen, anmerkung, anmerkungen, kommentar,
    kommentare
assigned_user: owner, assignee, agent, agente, responsable, responsabile, responsável, propietario,
    proprietario, asignado, assegnatario, propriétaire, bearbeiter, betreuer, zuständiger, assigned user,
    assigned to, assigned agent, usuario asignado, asignado a, utente assegnato, assegnato a, usuário atribuído,
    atribuído a, utilisateur assigné, assigné a, attribué a, zugewiesen an
team: team, equipo, équipe, squadra, team name, team uuid, nombre del equipo, nome del team, nome da equipe, nom
    de l équipe
channel: channel, canal, canale, kanal, channel uuid, channel title, channel name
bot_status: bot, botstatus, bot status, estado del bot, estado bot, stato del bot, stato bot, status do bot,
    estado do bot, statut du bot, état du bot
country: country, país, paese, pays, land, nation, nazione, nación, staat, countrycode, ländercode,
    laenderkennung, country code, phone country, phone country code, country of residence, código de país,
    código país, calling code, país de residencia, codice paese, prefisso paese, code pays, pays de résidence,
    land code, dial code, country region, prefijo, prefisso, prefixo, vorwahl, indicatif, código do país, phone
    code, phone prefix, mobile country code
address: address, mailing, dirección, indirizzo, endereço, adresse, postal, residence
consent: consent, consents, consentimiento, consenso, consentement, einwilligung, consentimento, opt in, optin,
    opted in, accepts marketing, accepts sms marketing, accepts email marketing, allow broadcast,
    allowbroadcast, allow sms, aceptas, acepta, acepto, autorizas, autoriza, autorizo, aceita, aceito, accetti,
    accetta, acconsenti, autorizzi, acceptez, accepte, autorisez, einverstanden, zustimmung, newsletter,
    suscrito, subscribed, gdpr, rgpd, lopd, permission, marketing consent, agree to receive, consentiment,
    acceptation, zgoda, zgody, zgodę, akceptuję, souhlas, souhlasu, souhlasí, souhlasím, súhlas, súhlasu,
    súhlasí, súhlasím, akkoord, samtycker, samtykker, acord marketing, onay, onayi, izin, izni, riza, rizasi,
    согласие, согласия, согласен, согласна, згоду, згода, згоден, съгласие, suglasnost, saglasnost, pristanak,
    privola, privolitev, soglasje, hozzájárul, nõusolek, piekrišana, sutikimas, הסכמה, موافقة
refusal: no consent, sin consentimiento, senza consenso, sans consentement, keine einwilligung, brak zgody, nie
    wyraża zgody, bez zgody, nesouhlas, nesouhlasí, bez souhlasu, nesúhlas, nesúhlasí, bez súhlasu, geen
    toestemming, ej samtycke, ikke samtykke, ei suostumusta, fără consimțământ, onay yok, izin yok, без
    согласия, не согласен, без згоди, без съгласие, unsubscribed, unsubscribe, do not contact, do not disturb,
    opt out, optout, opted out, no contactar, dado de baja, blocked, bloqueado, gesperrt, abgemeldet, désabonné,
    disiscritto, descadastrado, exclude, robinson, lista robinson, dnc
filler: of, the, a, an, your, my, is, are, what, s, please, enter, and, with, including, incl, include, for, to,
    in, on, de, del, della, dello, dei, do, da, dos, di, d, du, des, la, le, les, el, los, las, l, il, lo, o,
    os, as, der, die, das, e, y, et, und, su, tu, cuál, es, qué, ton, votre, vos, quel, quelle, est, ihr, ihre,
    wie, lautet, ist, deine, dein, mit, avec, con, com, qual, seu, sua, il tuo, tuo, tua, i, main, primary,
    default, principal, principale, haupt, 1, value, valor, wert, valore, valeur, current, actual, full,
    complete, completo, campo, field, with country code, con prefijo, con código de país, incl country code,
    including country code, con prefisso, mit vorwahl, mit ländervorwahl, avec indicatif, com ddd, com ddi, ddd,
    international, internacional, internazionale, active, preferred, preferido, valid, normalized, formatted,
    raw, private, personal, personale, personnel, persönlich, escribe, indica, introduce
thing: mascota, haustier, animal, tienda, sucursal, almacén, producte, artículo, referencia, asunto, subject,
    zona, provincia, province, país id, sector, cargo, puesto, posición, ruolo, rolle, role, seguro, banco,
    aseguradora, matrícula, vehículo, vehicle, model, marca, curs, clase, equipo id, agency, agencia, network,
    web, ruta, turno, horario, type, tipo, typ, id, ids, uuid, status, estado, stato, statut, code, código, ext,
    extension, verified, product, producto, produkt, prodotto, produit, campaign, campaña, form, formulario, ad
    name, ad id, ad set, adset, event, evento, file, city, ciudad, ort, ville, street, calle, plan, list, group,
    grupo, gruppe, school, class, pet, hotel, domain, service, servicio, item, course, curso, project, proyecto,
    page, department, state, bank, process, template, source, prefix, suffix, phonetic, yomi, email, mail, date,
    fecha, datum, birthday, url, website, total, amount, count, platform, job, position, title, room, table,
    branch, category, brand, carrier, operator, provider, system, order, invoice, ticket, reference, store,
    shop, device, host, ip, listing, account, bot name, language
staff: user, sales, salesperson, seller, vendedor, vendedora, verkäufer, venditore, vendeur, rep, advisor,
    asesor, asesora, assigned, created by, manager, organizer, organiser, teacher, profesor, doctor, médico,
    arzt, médecin, staff, technician, técnico, author, comercial asignado, berater, stylist, instructor,
    trainer, consultant
"""
"""Per class its terms, with commas. The names of fields are classes of the headers that feed them."""

STEMS = """
mobile: mobil, handy, celular, cellul, movil, komork, matkapuh, whatsap, κινητ, мобильн, сотов, جوال, موبايل,
    محمول, נייד, 手机, 手機, 携帯, 휴대, 핸드폰, มือถือ, मोबाइल, व्हाट्सएप
phone: telefon, telephon, telefoon, rufnummer, puhelin, phonenum, телефон, τηλεφων, هاتف, تلفون, טלפון, 电话, 電話,
    전화, โทร, फोन, ফোন
consent: einwilligung, toestemming, samtyck, samtykke, suostumu, markkinointilup, consimtam, hozzajarulas, συγκαταθ,
    同意, 동의
"""
"""Per class, what a word of it has in it."""
