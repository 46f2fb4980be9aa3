"""Exports that are known by their headers: a line each. Their mapping is checked by the values as any other is.

    what it is | headers that tell it, all of them | columns of the phone, best first | columns of the name, best first

The headers are those of the programs' documentation and of public files (November 2026). Columns that a file lacks are
passed over; an empty part says nothing that the headers' words do not say.
"""

KNOWN_EXPORTS = """
a Google Contacts export | Phone 1 - Value; First Name | Phone 1 - Value; Phone 2 - Value; Phone 3 - Value |
    {First Name} {Last Name}; Organization Name
a Google Contacts export | Phone 1 - Value; Given Name | Phone 1 - Value; Phone 2 - Value; Phone 3 - Value | Name;
    {Given Name} {Family Name}; Organization 1 - Name
an Outlook export | E-mail Address; Mobile Phone; Home Phone | Mobile Phone; Business Phone; Home Phone | {First
    Name} {Last Name}; Company
an Outlook export | E-Mail-Adresse; Mobiltelefon; Telefon (privat) | Mobiltelefon; Telefon geschäftlich; Telefon
    (privat) | {Vorname} {Nachname}; Firma
an Outlook export | Dirección de correo electrónico; Teléfono móvil; Teléfono del trabajo | Teléfono móvil; Teléfono
    del trabajo; Teléfono particular; Particular | {Nombre} {Apellidos}; Organización; Compañía
an Outlook export | Adresse de messagerie; Tél. mobile; Téléphone (domicile) | Tél. mobile; Téléphone (bureau);
    Téléphone (domicile) | {Prénom} {Nom}; Société
an Outlook export | Indirizzo posta elettronica; Cellulare; Telefono (ab.) | Cellulare; Telefono (uff.); Telefono
    (ab.) | {Nome} {Cognome}; Società
an Outlook export | Endereço de email; Celular; Telefone residencial | Celular; Telefone comercial; Telefone
    residencial | {Nome} {Sobrenome}; Empresa
an iCloud export | First name; Last name; Nickname; Organization; Mobile; Postal Code | Mobile; Home; Work |
    {First name} {Last name}; Organization
a HubSpot export | Record ID; Contact owner; Lead Status | Mobile Phone Number; Phone Number | {First Name} {Last
    Name}
a Shopify customer export | Accepts Email Marketing; Total Spent; Tax Exempt | Phone; Default Address Phone |
    {First Name} {Last Name}; Default Address Company
a Shopify customer export | Accepts Marketing; Total Spent; Tax Exempt | Phone | {First Name} {Last Name}; Company
a WooCommerce user export | user_login; user_email; billing_phone | billing_phone; shipping_phone | {first_name}
    {last_name}; {billing_first_name} {billing_last_name}; display_name; billing_company
a WooCommerce order export | Order Number; Phone (Billing) | Phone (Billing); Phone (Shipping) | {First Name
    (Billing)} {Last Name (Billing)}; Company (Billing)
a WooCommerce order export | Order ID; Billing Phone | Billing Phone; Shipping Phone | {Billing First Name}
    {Billing Last Name}; Billing Company
a Stripe customer export | Created (UTC); Delinquent; Phone | Phone | Name; Description
a Mailchimp export | MEMBER_RATING; OPTIN_TIME; LEID | Phone Number; SMS Phone Number | {First Name} {Last Name}
a Brevo export | EMAIL; SMS; FIRSTNAME; LASTNAME | WHATSAPP; SMS | {FIRSTNAME} {LASTNAME}
a Brevo export | CONTACT ID; EMAIL; SMS | WHATSAPP; SMS | {NOMBRE} {APELLIDOS}; {PRENOM} {NOM}; {NOME} {COGNOME}
a Wix export | Email subscriber status; Phone 1; Last Name | Phone 1; Phone 2; Phone 3 | {First Name} {Last Name};
    Company
an Odoo export | External ID; Company Type | Mobile; Phone | Name; Display Name
an Odoo export | Salesperson; Activities; Phone | Mobile; Phone | Name; Display Name
a Salesforce export | Account Name; Mailing Street; Account Owner | Mobile; Phone | {First Name} {Last Name}; Full
    Name
a Salesforce export | ISDELETED; MASTERRECORDID; ACCOUNTID | MOBILEPHONE; PHONE | NAME; {FIRSTNAME} {LASTNAME}
a Zendesk export | external_id; role; organization; phone | phone | name
an Intercom export | Signed up; Last seen; First seen; Phone | Phone | Name
a respond.io export | ContactID; Lifecycle; Phone Number | Phone Number | {First Name} {Last Name}
a WATI export | AllowBroadcast; CountryCode; Phone | Phone | Name
a Chatwoot export | phone_number; identifier; company_name | phone_number | name
a Meta lead ads export | ad_id; form_id; is_organic | phone_number; numéro_de_téléphone; telefonnummer |
    full_name; {first_name} {last_name}
a Calendly export | Invitee Name; Invitee Email; Event Type Name | Text Reminder Number | Invitee Name; {Invitee
    First Name} {Invitee Last Name}
a Typeform export | Start Date (UTC); Submit Date (UTC); Network ID | |
a Google Forms export | Timestamp | |
a Google Forms export | Marca temporal | |
a Google Forms export | Zeitstempel | |
a Google Forms export | Horodateur | |
a Google Forms export | Informazioni cronologiche | |
a Google Forms export | Carimbo de data/hora | |
an Eventbrite export | Order #; Attendee #; Ticket Type | Cell Phone; Mobile Phone; Home Phone; Work Phone |
    {First Name} {Last Name}
a SuiteCRM export | Office Phone; Assigned User Name; Mobile | Mobile; Office Phone; Home | {First Name} {Last
    Name}
a WhatsApp group export | Public Name; Saved Name | Phone Number | Saved Name; Public Name
"""
