/*
 * Municipalities and common words of company names, French and German ones in Dutch. Sources: the municipalities' official names
 * in the languages of the country (Statbel's REFNIS list) and the names in use of those that have but one; the words are those of
 * trades and associations as a dictionary has them.
 */
#include "core/normalise_parts.h"

#include <stdlib.h>
#include <string.h>

#include "base/buf.h"

struct said {
	const char *folded, *dutch;
};

/* Both sorted by what is folded. */
static const struct said places[] = {
	{"aerschot", "aarschot"}, {"alost", "aalst"}, {"ambleve", "amel"}, {"anvers", "antwerpen"}, {"arlon", "aarlen"},
	{"ath", "aat"}, {"audenarde", "oudenaarde"}, {"auderghem", "oudergem"}, {"bassenge", "bitsingen"},
	{"bastogne", "bastenaken"}, {"beauvechain", "bevekom"}, {"berchem sainte agathe", "sint agatha berchem"},
	{"bievene", "bever"}, {"blankenberghe", "blankenberge"}, {"bourg leopold", "leopoldsburg"},
	{"braine l alleud", "eigenbrakel"}, {"braine le chateau", "kasteelbrakel"}, {"braine le comte", "s gravenbrakel"},
	{"bruges", "brugge"}, {"brussels", "brussel"}, {"bruxelles", "brussel"}, {"bullange", "bullingen"},
	{"comines", "komen"}, {"comines warneton", "komen waasten"}, {"courtrai", "kortrijk"}, {"coxyde", "koksijde"},
	{"crainhem", "kraainem"}, {"dalhem", "daalhem"}, {"dixmude", "diksmuide"}, {"ellezelles", "elzele"},
	{"enghien", "edingen"}, {"flobecq", "vloesberg"}, {"forest", "vorst"}, {"fourons", "voeren"}, {"furnes", "veurne"},
	{"gand", "gent"}, {"gembloux", "gembloers"}, {"genappe", "genepien"}, {"grammont", "geraardsbergen"},
	{"grez doiceau", "graven"}, {"hal", "halle"}, {"hannut", "hannuit"}, {"huy", "hoei"}, {"ixelles", "elsene"},
	{"jodoigne", "geldenaken"}, {"la calamine", "kelmis"}, {"la hulpe", "terhulpen"}, {"la panne", "de panne"},
	{"laeken", "laken"}, {"leau", "zoutleeuw"}, {"lessines", "lessen"}, {"liege", "luik"}, {"lierre", "lier"},
	{"limbourg", "limburg"}, {"lincent", "lijsem"}, {"looz", "borgloon"}, {"louvain", "leuven"}, {"luttich", "luik"},
	{"malines", "mechelen"}, {"menin", "menen"}, {"messines", "mesen"}, {"molenbeek saint jean", "sint jans molenbeek"},
	{"mons", "bergen"}, {"montaigu zichem", "scherpenheuvel zichem"}, {"mouscron", "moeskroen"}, {"namur", "namen"},
	{"nieuport", "nieuwpoort"}, {"nivelles", "nijvel"}, {"oreye", "oerle"}, {"ostende", "oostende"},
	{"perwez", "perwijs"}, {"renaix", "ronse"}, {"rhode saint genese", "sint genesius rode"}, {"roulers", "roeselare"},
	{"saint gilles", "sint gillis"}, {"saint josse", "sint joost ten node"},
	{"saint josse ten noode", "sint joost ten node"}, {"saint nicolas", "sint niklaas"}, {"saint trond", "sint truiden"},
	{"saint vith", "sankt vith"}, {"schaerbeek", "schaarbeek"}, {"sint joost", "sint joost ten node"},
	{"sint vith", "sankt vith"}, {"soignies", "zinnik"}, {"st vith", "sankt vith"}, {"tamise", "temse"},
	{"termonde", "dendermonde"}, {"thielt", "tielt"}, {"thourout", "torhout"}, {"tirlemont", "tienen"},
	{"tongres", "tongeren"}, {"tournai", "doornik"}, {"tubize", "tubeke"}, {"vilvorde", "vilvoorde"}, {"vise", "wezet"},
	{"waimes", "weismes"}, {"waremme", "borgworm"}, {"watermael boitsfort", "watermaal bosvoorde"}, {"wavre", "waver"},
	{"woluwe saint lambert", "sint lambrechts woluwe"}, {"woluwe saint pierre", "sint pieters woluwe"},
	{"ypres", "ieper"},
};

static const struct said words[] = {
	{"agence", "agentschap"}, {"agence de voyages", "reisbureau"}, {"agence immobiliere", "immokantoor"},
	{"agricole", "landbouw"}, {"agriculture", "landbouw"}, {"alimentation", "voeding"}, {"ameublement", "meubelen"},
	{"animaux", "dieren"}, {"apotheke", "apotheek"}, {"architecte", "architect"}, {"architectes", "architecten"},
	{"architekt", "architect"}, {"architekten", "architecten"}, {"artisanal", "ambachtelijk"},
	{"artisanale", "ambachtelijke"}, {"artisans", "ambachtslui"}, {"arts", "kunsten"}, {"ascenseurs", "liften"},
	{"association", "vereniging"}, {"assurance", "verzekering"}, {"assurances", "verzekeringen"},
	{"assureur", "verzekeraar"}, {"autobus", "bussen"}, {"automobile", "auto"}, {"automobiles", "autos"},
	{"avenir", "toekomst"}, {"avocat", "advocaat"}, {"avocats", "advocaten"}, {"backerei", "bakkerij"},
	{"bateau", "boot"}, {"bateaux", "boten"}, {"batiment", "bouw"}, {"bau", "bouw"}, {"bauunternehmen", "bouwbedrijf"},
	{"bien etre", "welzijn"}, {"bieres", "bieren"}, {"bijouterie", "juwelier"}, {"bijoux", "juwelen"},
	{"blanchisserie", "wasserij"}, {"blumen", "bloemen"}, {"bois", "hout"}, {"boissons", "dranken"},
	{"boucher", "slager"}, {"boucherie", "slagerij"}, {"boulanger", "bakker"}, {"boulangerie", "bakkerij"},
	{"brasserie artisanale", "ambachtelijke brouwerij"}, {"brauerei", "brouwerij"}, {"buchhandlung", "boekhandel"},
	{"bureau d architectes", "architectenbureau"}, {"bureau d etudes", "studiebureau"},
	{"cabinet dentaire", "tandartspraktijk"}, {"camions", "vrachtwagens"}, {"carrelage", "tegels"},
	{"carrelages", "tegels"}, {"centre", "centrum"}, {"chapes", "chapewerken"}, {"charpente", "timmerwerken"},
	{"chaudronnerie", "ketelbouw"}, {"chauffage", "verwarming"}, {"chaussures", "schoenen"}, {"chimie", "chemie"},
	{"chimique", "chemische"}, {"chimiques", "chemische"}, {"coiffeur", "kapper"}, {"coiffure", "kapsalon"},
	{"commerce", "handel"}, {"commerce local", "lokale handel"}, {"commerces", "handel"}, {"commercial", "commerciele"},
	{"commerciale", "commerciele"}, {"communication", "communicatie"}, {"comptabilite", "boekhouding"},
	{"comptable", "boekhouder"}, {"confiserie", "snoepwinkel"}, {"conseil", "advies"}, {"conseils", "advies"},
	{"constructeur", "bouwer"}, {"construction", "bouw"}, {"construction durable", "duurzaam bouwen"},
	{"constructions", "constructies"}, {"couverture", "dakwerken"}, {"creatif", "creatief"}, {"creatifs", "creatieve"},
	{"creative", "creatieve"}, {"creatives", "creatieve"}, {"creche", "kinderdagverblijf"}, {"cuir", "leder"},
	{"cuisines", "keukens"}, {"cuisiniste", "keukens"}, {"culture", "cultuur"}, {"cycles", "fietsen"}, {"dach", "dak"},
	{"dachdeckerei", "dakwerken"}, {"demenagement", "verhuizingen"}, {"demenagements", "verhuizingen"},
	{"dentiste", "tandarts"}, {"developpement", "ontwikkeling"}, {"distribution", "distributie"},
	{"druckerei", "drukkerij"}, {"durable", "duurzame"}, {"eau", "water"}, {"eclairage", "verlichting"},
	{"ecole", "school"}, {"eisenwaren", "ijzerwaren"}, {"electricien", "elektricien"}, {"electricite", "elektriciteit"},
	{"electrique", "elektrische"}, {"electro", "elektro"}, {"electronique", "elektronica"},
	{"elektriker", "elektricien"}, {"elektrizitat", "elektriciteit"}, {"emploi", "werk"}, {"enfants", "kinderen"},
	{"engrais", "meststoffen"}, {"enseignement", "onderwijs"}, {"entrepreneur", "ondernemer"},
	{"entrepreneurs", "ondernemers"}, {"entreprise", "onderneming"}, {"entreprises", "ondernemingen"},
	{"entreprises generales", "algemene ondernemingen"}, {"environnement", "milieu"}, {"epicerie", "kruidenier"},
	{"et", "en"}, {"etude", "studie"}, {"etudes", "studies"}, {"europeen", "europese"}, {"europeenne", "europese"},
	{"fahrrader", "fietsen"}, {"familles", "gezinnen"}, {"federation", "federatie"}, {"femmes", "vrouwen"},
	{"ferme", "hoeve"}, {"fermetures", "sluitingen"}, {"ferronnerie", "smederij"}, {"fils", "zonen"},
	{"fleuriste", "bloemist"}, {"fleurs", "bloemen"}, {"fondation", "stichting"}, {"fonderie", "gieterij"},
	{"forge", "smederij"}, {"formation", "opleiding"}, {"fourniture", "levering"}, {"freres", "gebroeders"},
	{"friseur", "kapsalon"}, {"friseursalon", "kapsalon"}, {"friterie", "frituur"}, {"friture", "frituur"},
	{"fromagerie", "kaasmakerij"}, {"fruits", "fruit"}, {"fur", "voor"}, {"garten", "tuin"},
	{"garten und landschaftsbau", "tuinbouw"}, {"gartenbau", "tuinbouw"}, {"gebruder", "gebroeders"},
	{"general", "algemene"}, {"generale", "algemene"}, {"generales", "algemene"}, {"gestion", "beheer"},
	{"getranke", "dranken"}, {"getrankehandel", "drankenhandel"}, {"glaces", "ijs"}, {"gros oeuvre", "ruwbouw"},
	{"handwerker", "ambachtslui"}, {"haus", "huis"}, {"heizung", "verwarming"}, {"holz", "hout"},
	{"horlogerie", "uurwerken"}, {"hotellerie", "hotelwezen"}, {"huiles", "olie"}, {"immobilien", "vastgoed"},
	{"immobilier", "vastgoed"}, {"immobiliere", "vastgoed"}, {"imprimerie", "drukkerij"},
	{"industriebau", "industriebouw"}, {"industriel", "industriele"}, {"industrielle", "industriele"},
	{"industrielles", "industriele"}, {"industriels", "industriele"}, {"industries", "industrie"},
	{"informatik", "informatica"}, {"informatique", "informatica"}, {"ingenierie", "engineering"},
	{"innovation", "innovatie"}, {"installation", "installatie"}, {"installations", "installaties"},
	{"institut", "instituut"}, {"international", "internationale"}, {"isolation", "isolatie"}, {"jardin", "tuin"},
	{"jardinage", "tuinen"}, {"jardinerie", "tuincentrum"}, {"jardins", "tuinen"}, {"jeunes", "jonge"},
	{"jeunesse", "jeugd"}, {"jouets", "speelgoed"}, {"junge", "jonge"}, {"kreative", "creatieve"}, {"kultur", "cultuur"},
	{"laboratoire", "laboratorium"}, {"laiterie", "melkerij"}, {"landmaschinen", "landbouwmachines"},
	{"landwirtschaft", "landbouw"}, {"lavoir", "wassalon"}, {"legumes", "groenten"}, {"librairie", "boekhandel"},
	{"livres", "boeken"}, {"local", "lokale"}, {"locale", "lokale"}, {"location", "verhuur"},
	{"logement", "huisvesting"}, {"logistique", "logistiek"}, {"lunetterie", "optiek"},
	{"machines agricoles", "landbouwmachines"}, {"maconnerie", "metselwerken"}, {"maison", "huis"},
	{"malerbetrieb", "schilderwerken"}, {"malerei", "schilderwerken"}, {"marbrerie", "marmer"}, {"marche", "markt"},
	{"materiaux", "materialen"}, {"materiaux de construction", "bouwmaterialen"}, {"mecanique", "mechanica"},
	{"mecaniques", "mechanische"}, {"medecin", "arts"}, {"medical", "medische"}, {"medicale", "medische"},
	{"menage", "huishouden"}, {"menuiserie", "schrijnwerkerij"}, {"menuisier", "schrijnwerker"}, {"metal", "metaal"},
	{"metallurgie", "metaal"}, {"metaux", "metalen"}, {"metzgerei", "slagerij"}, {"meubles", "meubelen"},
	{"mobel", "meubelen"}, {"mobilitat", "mobiliteit"}, {"mobilite", "mobiliteit"},
	{"mobilite urbaine", "stedelijke mobiliteit"}, {"moulin", "molen"}, {"musique", "muziek"},
	{"nachhaltige", "duurzame"}, {"national", "nationale"}, {"nettoyage", "schoonmaak"}, {"nouveau", "nieuwe"},
	{"nouvelle", "nieuwe"}, {"optique", "optiek"}, {"organisation", "organisatie"}, {"papeterie", "papierwaren"},
	{"parquet", "parket"}, {"patisserie", "banketbakkerij"}, {"paysagiste", "tuinarchitect"},
	{"peinture", "schilderwerken"}, {"peintures", "schilderwerken"}, {"pepinieres", "boomkwekerij"},
	{"personnes agees", "ouderen"}, {"pharmacie", "apotheek"}, {"photo", "foto"}, {"photographie", "fotografie"},
	{"pierre", "steen"}, {"pierres", "stenen"}, {"piscines", "zwembaden"}, {"plafonnage", "pleisterwerken"},
	{"plastiques", "kunststoffen"}, {"plomberie", "loodgieterij"}, {"plombier", "loodgieter"}, {"pneus", "banden"},
	{"point d appui", "steunpunt"}, {"poissonnerie", "vishandel"}, {"portes", "deuren"}, {"poterie", "pottenbakkerij"},
	{"pour", "voor"}, {"produits", "producten"}, {"projets", "projecten"}, {"publicite", "publiciteit"},
	{"quincaillerie", "ijzerwaren"}, {"recherche", "onderzoek"}, {"regional", "regionale"}, {"reifen", "banden"},
	{"reiseagentur", "reisbureau"}, {"reiseburo", "reisbureau"}, {"reisen", "reizen"}, {"reparation", "herstelling"},
	{"reseau", "netwerk"}, {"revetements", "bekledingen"}, {"salon de coiffure", "kapsalon"}, {"sanitaire", "sanitair"},
	{"sanitar", "sanitair"}, {"sante", "gezondheid"}, {"schreinerei", "schrijnwerkerij"}, {"schuhe", "schoenen"},
	{"schule", "school"}, {"scierie", "zagerij"}, {"securite", "beveiliging"}, {"serrurerie", "slotenmakerij"},
	{"services", "diensten"}, {"social", "sociale"}, {"sohne", "zonen"}, {"sols", "vloeren"}, {"soudure", "laswerken"},
	{"soziale", "sociale"}, {"spedition", "transport"}, {"sportif", "sport"}, {"sports", "sport"},
	{"stiftung", "stichting"}, {"taxis", "taxi"}, {"technique", "technische"}, {"techniques", "technieken"},
	{"telecommunications", "telecommunicatie"}, {"tentures", "gordijnen"}, {"terrassement", "grondwerken"},
	{"terrassements", "grondwerken"}, {"textile", "textiel"}, {"textiles", "textiel"}, {"toiture", "dakwerken"},
	{"toitures", "dakwerken"}, {"tourisme", "toerisme"}, {"traduction", "vertaling"}, {"transports", "transport"},
	{"travail", "werk"}, {"travaux", "werken"}, {"umzuge", "verhuizingen"}, {"und", "en"}, {"union", "unie"},
	{"unternehmen", "onderneming"}, {"unternehmer", "ondernemers"}, {"urbaine", "stedelijke"}, {"usine", "fabriek"},
	{"vacances", "vakantie"}, {"velos", "fietsen"}, {"vente", "verkoop"}, {"ventes", "verkoop"},
	{"verband", "federatie"}, {"verein", "vereniging"}, {"verrerie", "glas"}, {"versicherungen", "verzekeringen"},
	{"vetements", "kledij"}, {"viande", "vlees"}, {"viandes", "vlees"}, {"vignoble", "wijngaard"}, {"vins", "wijnen"},
	{"vitrerie", "glas"}, {"voitures", "wagens"}, {"voyages", "reizen"}, {"wasche", "was"}, {"weine", "wijnen"},
	{"wirtschaft", "economie"}, {"zentrum", "centrum"},
};

enum { PLACE_WORDS = 4, NAME_WORDS = 4 };

const char *dutch_place(const char *folded)
{
	const struct said *said = LOOKUP(places, folded);

	return said ? said->dutch : folded;
}

/* How long the first n words of a text are; 0: it has no more than n - 1. */
static size_t words_long(const char *text, size_t n)
{
	size_t len = 0;

	for (size_t i = 0; i < n; i++) {
		if (i && text[len] != ' ')
			return 0;
		len += i != 0;
		len += strcspn(text + len, " ");
	}
	return len;
}

static const struct said *find(const struct said *table, size_t rows, const char *text, size_t n)
{
	char key[64];
	const char *wanted = key;

	if (n >= sizeof key)
		return NULL;
	memcpy(key, text, n);
	key[n] = '\0';
	return bsearch(&wanted, table, rows, sizeof *table, compare_first);
}

/* What a name says from there on, as far as a table has it; *len: of what it stands for. */
static const char *said_from(const char *name, const char *at, size_t *len)
{
	for (size_t n = NAME_WORDS; n; n--) {
		const struct said *said = NULL;

		*len = words_long(at, n);
		if (*len)
			said = find(words, sizeof words / sizeof *words, at, *len);
		if (!said && *len && at != name && !at[*len])
			said = find(places, sizeof places / sizeof *places, at, *len);
		if (said)
			return said->dutch;
	}
	return NULL;
}

const char *dutch_name(struct arena *arena, const char *folded)
{
	BUF_AUTO struct buf out = {0};
	const char *copied = folded;

	for (const char *at = folded; *at;) {
		size_t len;
		const char *dutch = said_from(folded, at, &len);

		if (dutch) {
			buf_add(&out, copied, (size_t)(at - copied));
			buf_adds(&out, dutch);
			copied = at += len;
		} else {
			at += strcspn(at, " ");
		}
		at += *at == ' ';
	}
	if (copied == folded)
		return folded;
	buf_adds(&out, copied);
	return arena_strdup(arena, out.data);
}
