/*
 * The common record as JSON-LD with OSLO names.
 *
 * The context is the document's own and complete: the published ones differ between repositories, define terms twice
 * and change, so none is fetched. Names that OSLO does not have are in a vocabulary of the project. Sources: OSLO
 * Organisatie, Persoon, Generiek and Toestemming; URIs of KBO codes under data.vlaanderen.be, of NACE under
 * vocab.belgif.be.
 */
#include "core/normalise.h"
#include "core/record.h"

#include <string.h>

#define ORG "http://www.w3.org/ns/org#"
#define REGORG "http://www.w3.org/ns/regorg#"
#define SKOS "http://www.w3.org/2004/02/skos/core#"
#define FOAF "http://xmlns.com/foaf/0.1/"
#define LOCN "http://www.w3.org/ns/locn#"
#define SCHEMA "http://schema.org/"
#define VLAANDEREN "https://data.vlaanderen.be/ns/"
#define CONCEPT "https://data.vlaanderen.be/id/concept/"

static const struct term {
	const char *name, *uri;
	bool reference; /* its value is a URI */
} terms[] = {
	{"Organisatie", ORG "Organization", false},
	{"GeregistreerdeOrganisatie", REGORG "RegisteredOrganization", false},
	{"Vestiging", ORG "Site", false},
	{"Persoon", "http://www.w3.org/ns/person#Person", false},
	{"Positie", ORG "Post", false},
	{"Contactpunt", SCHEMA "ContactPoint", false},
	{"Adresvoorstelling", LOCN "Address", false},
	{"Identificator", "http://www.w3.org/ns/adms#Identifier", false},
	{"Toestemming", VLAANDEREN "toestemming#Toestemming", false},
	{"wettelijkeNaam", REGORG "legalName", false},
	{"voorkeursnaam", SKOS "prefLabel", false},
	{"alternatieveNaam", SKOS "altLabel", false},
	{"registratie", REGORG "registration", false},
	{"identificator", SKOS "notation", false},
	{"toegekendDoorString", "http://www.w3.org/ns/adms#schemaAgency", false},
	{"rechtsvorm", VLAANDEREN "organisatie#rechtsvorm", true},
	{"rechtstoestand", VLAANDEREN "organisatie#rechtstoestand", true},
	{"orgStatus", REGORG "orgStatus", true},
	{"activiteit", REGORG "orgActivity", true},
	{"heeftVestiging", ORG "hasSite", false},
	{"heeftPrimaireVestiging", ORG "hasPrimarySite", false},
	{"vestigingsAdres", ORG "siteAddress", false},
	{"contactinfo", SCHEMA "contactPoint", false},
	{"email", SCHEMA "email", false},
	{"telefoon", SCHEMA "telephone", false},
	{"website", FOAF "page", false},
	{"voornaam", FOAF "givenName", false},
	{"achternaam", FOAF "familyName", false},
	{"aanschrijfvorm", "http://www.w3.org/2006/vcard/ns#honorific-prefix", false},
	{"rol", ORG "role", false},
	{"bekleedt", ORG "holds", false},
	{"positieBij", ORG "postIn", true},
	{"straatnaam", LOCN "thoroughfare", false},
	{"huisnummer", VLAANDEREN "adres#Adresvoorstelling.huisnummer", false},
	{"busnummer", VLAANDEREN "adres#Adresvoorstelling.busnummer", false},
	{"postcode", LOCN "postCode", false},
	{"gemeentenaam", VLAANDEREN "adres#gemeentenaam", false},
	{"land", VLAANDEREN "adres#land", false},
	{"volledigAdres", LOCN "fullAddress", false},
	{"status", VLAANDEREN "toestemming#status", false},
	{"gegevenOp", VLAANDEREN "toestemming#gegevenOp", false},
	{"gegevenVoor", VLAANDEREN "toestemming#gegevenVoor", false},
};

static json_t *context(void)
{
	json_t *out = json_pack("{s:s}", "@vocab", "urn:doorstroom:");

	for (size_t i = 0; i < sizeof(terms) / sizeof(terms[0]); i++)
		json_object_set_new(out, terms[i].name,
			terms[i].reference ? json_pack("{s:s, s:s}", "@id", terms[i].uri, "@type", "@id")
					   : json_string(terms[i].uri));
	return out;
}

/* In which object below the record's own a field stands. */
enum place {
	PLACE_SELF,
	PLACE_CONTACT_POINT,
	PLACE_ADDRESS,
	PLACE_POSITION,
	PLACE_CONSENT,
	PLACE_IDENTIFIER,
	PLACE_SITE
};

static enum place place_of(const struct field *f)
{
	static const char *const address[] = {
		"straatnaam", "huisnummer", "busnummer", "postcode", "gemeentenaam", "land", "volledigAdres"};

	if (!strncmp(f->oslo, "Contactpunt.", 12))
		return PLACE_CONTACT_POINT;
	for (size_t i = 0; i < sizeof(address) / sizeof(address[0]); i++)
		if (!strcmp(f->oslo, address[i]))
			return PLACE_ADDRESS;
	if (!strcmp(f->oslo, "Positie") || !strcmp(f->oslo, "rol"))
		return PLACE_POSITION;
	if (f->kind == VALUE_CONSENT)
		return PLACE_CONSENT;
	if (f->kind == VALUE_ENTERPRISE)
		return PLACE_IDENTIFIER;
	return f->kind == VALUE_ESTABLISHMENT ? PLACE_SITE : PLACE_SELF;
}

static json_t *typed(const char *type)
{
	return json_pack("{s:s}", "@type", type);
}

/* The object at name, made with that type if it is not there yet. */
static json_t *child(json_t *parent, const char *name, const char *type)
{
	json_t *out = json_object_get(parent, name);

	if (!out) {
		out = typed(type);
		json_object_set_new(parent, name, out);
	}
	return out;
}

static void append(json_t *parent, const char *name, json_t *value)
{
	json_t *list = json_object_get(parent, name);

	if (!list) {
		list = json_array();
		json_object_set_new(parent, name, list);
	}
	json_array_append_new(list, value);
}

static json_t *identifier(const char *number)
{
	return json_pack("{s:s, s:s, s:s}", "@type", "Identificator", "identificator", number, "toegekendDoorString",
		"Kruispuntbank van Ondernemingen");
}

/* KBO codes, activities and references as URIs; what does not look like one of them as it is. */
static json_t *self_value(const struct field *f, const char *value)
{
	const bool plain = !value[strspn(value, "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ")];

	if (!strcmp(f->oslo, "rechtsvorm") && plain)
		return json_sprintf(CONCEPT "Rechtsvormtype/v1/%s", value);
	if (!strcmp(f->oslo, "orgStatus") && plain)
		return json_sprintf(CONCEPT "OrganisatieStatus/v1/%s", value);
	if (!strcmp(f->oslo, "rechtstoestand") && plain)
		return json_sprintf(CONCEPT "Rechtstoestandtype/v1/%s", value);
	if (f->kind == VALUE_NACE && !strncmp(value, "20", 2) && strlen(value) > 5 && value[4] == ':')
		return json_sprintf("https://vocab.belgif.be/auth/nace%.4s/%s", value, value + 5);
	if (f->kind == VALUE_REF)
		return json_pack("{s:o}", "@id", json_sprintf("urn:uuid:%s", value));
	if (f->kind == VALUE_BOOL && (!strcmp(value, "true") || !strcmp(value, "false")))
		return json_boolean(*value == 't');
	return json_string(value);
}

static json_t *consent(const struct field *f, const char *value)
{
	size_t state = strcspn(value, " ");
	const char *when = value + state + (value[state] == ' ');
	json_t *out = json_pack("{s:s, s:s, s:s#}", "@type", "Toestemming", "gegevenVoor", f->name + strlen("consent."),
		"status", value, (int)state);

	if (*when)
		json_object_set_new(out, "gegevenOp", json_stringn(when, strcspn(when, " ")));
	return out;
}

static void add_value(json_t *out, const struct field *f, const char *value)
{
	const char *name = *f->oslo ? f->oslo : f->name;
	json_t *at;

	switch (place_of(f)) {
	case PLACE_SELF:
		if (f->set)
			append(out, name, self_value(f, value));
		else
			json_object_set_new(out, name, self_value(f, value));
		break;
	case PLACE_CONTACT_POINT:
		at = typed("Contactpunt");
		json_object_set_new(at, name + strlen("Contactpunt."), json_string(value));
		append(out, "contactinfo", at);
		break;
	case PLACE_ADDRESS:
		at = child(child(out, "heeftPrimaireVestiging", "Vestiging"), "vestigingsAdres", "Adresvoorstelling");
		json_object_set_new(at, name, json_string(value));
		break;
	case PLACE_POSITION:
		at = child(out, "bekleedt", "Positie");
		if (f->kind == VALUE_REF)
			json_object_set_new(at, "positieBij", json_sprintf("urn:uuid:%s", value));
		else
			json_object_set_new(at, name, json_string(value));
		break;
	case PLACE_CONSENT:
		append(out, "toestemming", consent(f, value));
		break;
	case PLACE_IDENTIFIER:
		if (enterprise_number_valid(value))
			json_object_set_new(out, "@type", json_string("GeregistreerdeOrganisatie"));
		json_object_set_new(out, name, identifier(value));
		break;
	case PLACE_SITE:
		append(out, name, json_pack("{s:s, s:o}", "@type", "Vestiging", "registratie", identifier(value)));
		break;
	}
}

json_t *record_jsonld(const struct record *r, const char *hub_id)
{
	static const char *const types[] = {"Organisatie", "Persoon", "Doorverwijzing", "Deelname"};
	json_t *out = json_pack("{s:o, s:o, s:s}", "@context", context(), "@id", json_sprintf("urn:uuid:%s", hub_id),
		"@type", types[r->type]);
	unsigned n = field_count(r->type);

	for (unsigned i = 0; i < n; i++) {
		const struct field *f = field_at(r->type, i);
		const char *cursor = r->v[i], *s;
		size_t len;

		if (!cursor || !*cursor)
			continue;
		if (!f->set) {
			add_value(out, f, cursor);
			continue;
		}
		while ((s = set_next(&cursor, &len))) {
			AUTO(free) char *one = strndup(s, len);

			add_value(out, f, one);
		}
	}
	return out;
}
