#include "support/corpus_words.h"

#define LIST(...)                                                                                                      \
	{                                                                                                              \
		(const char *const[]){__VA_ARGS__}, sizeof((const char *const[]){__VA_ARGS__}) / sizeof(const char *)  \
	}
#define COUNT(a) (sizeof(a) / sizeof *(a))

static const struct corpus_word trades[] = {
	{"Bakkerij", "Boulangerie",
		"B\xc3\xa4"
		"ckerei"},
	{"Slagerij", "Boucherie", "Metzgerei"},
	{"Garage", "Garage", "Autohaus"},
	{"Bouwonderneming", "Entreprise de construction", "Bauunternehmen"},
	{"Dakwerken", "Toitures", "Bedachungen"},
	{"Schrijnwerkerij", "Menuiserie", "Schreinerei"},
	{"Elektro", "\xc3\x89lectricit\xc3\xa9", "Elektro"},
	{"Apotheek", "Pharmacie", "Apotheke"},
	{"Kapsalon", "Coiffure", "Friseursalon"},
	{"Drukkerij", "Imprimerie", "Druckerei"},
	{"Transport", "Transports", "Transporte"},
	{"Schilderwerken", "Peinture", "Malerbetrieb"},
	{"Tuinen", "Jardins", "G\xc3\xa4rten"},
	{"Loodgieterij", "Plomberie", "Sanit\xc3\xa4r"},
	{"Verwarming", "Chauffage", "Heizungsbau"},
	{"Restaurant", "Restaurant", "Restaurant"},
	{"Brouwerij", "Brasserie", "Brauerei"},
	{"Traiteur", "Traiteur", "Partyservice"},
	{"Optiek", "Optique", "Optik"},
	{"Juwelier", "Bijouterie", "Juwelier"},
	{"Meubelen", "Meubles",
		"M\xc3\xb6"
		"bel"},
	{"Metaalbouw", "Constructions m\xc3\xa9talliques", "Metallbau"},
	{"Grondwerken", "Terrassements", "Tiefbau"},
	{"Verzekeringen", "Assurances", "Versicherungen"},
	{"Immobili\xc3\xabn", "Immobili\xc3\xa8re", "Immobilien"},
	{"Boekhouding", "Comptabilit\xc3\xa9", "Buchhaltung"},
	{"Advocatenkantoor", "Cabinet d'avocats", "Anwaltskanzlei"},
	{"Architectenbureau", "Bureau d'architectes", "Architekturb\xc3\xbcro"},
	{"Dierenarts", "V\xc3\xa9t\xc3\xa9rinaire", "Tierarztpraxis"},
	{"Tandartspraktijk", "Cabinet dentaire", "Zahnarztpraxis"},
	{"Bloemen", "Fleurs", "Blumen"},
	{"Fietsen", "Cycles",
		"Fahrr\xc3\xa4"
		"der"},
	{"Carrosserie", "Carrosserie", "Karosserie"},
	{"Reisbureau", "Agence de voyages", "Reiseb\xc3\xbcro"},
	{"Schoenen", "Chaussures", "Schuhe"},
	{"Textiel", "Textiles", "Textil"},
	{"Keukens", "Cuisines",
		"K\xc3\xbc"
		"chen"},
	{"Houthandel", "Commerce de bois", "Holzhandel"},
	{"Glaswerken", "Vitrerie", "Glaserei"},
	{"Isolatie", "Isolation", "Isolierung"},
	{"Koeltechniek", "Technique du froid", "K\xc3\xa4ltetechnik"},
	{"Landbouwmachines", "Machines agricoles", "Landmaschinen"},
	{"Veevoeders", "Aliments pour b\xc3\xa9tail", "Futtermittel"},
	{"Notariskantoor", "\xc3\x89tude notariale", "Notariat"},
	{"Uitgeverij",
		"\xc3\x89"
		"ditions",
		"Verlag"},
	{"Kleding", "V\xc3\xaatements", "Mode"},
	{"Wijnhandel", "Vins", "Weinhandel"},
	{"Rijschool",
		"Auto-\xc3\xa9"
		"cole",
		"Fahrschule"},
};
const struct corpus_words corpus_trades = {trades, COUNT(trades)};

/* "Huis van de Handel Brussel", "Maison du Commerce Bruxelles". */
static const struct corpus_word institutions[] = {
	{"Centrum voor", "Centre pour", "Zentrum f\xc3\xbcr"},
	{"Huis voor", "Maison pour", "Haus f\xc3\xbcr"},
	{"Vereniging voor", "Association pour", "Verein f\xc3\xbcr"},
	{"Federatie voor",
		"F\xc3\xa9"
		"d\xc3\xa9ration pour",
		"Verband f\xc3\xbcr"},
	{"Instituut voor", "Institut pour", "Institut f\xc3\xbcr"},
	{"Forum voor", "Forum pour", "Forum f\xc3\xbcr"},
	{"Steunpunt voor", "Point d'appui pour", "St\xc3\xbctzpunkt f\xc3\xbcr"},
	{"Netwerk voor", "R\xc3\xa9seau pour", "Netzwerk f\xc3\xbcr"},
};
const struct corpus_words corpus_institutions = {institutions, COUNT(institutions)};

static const struct corpus_word themes[] = {
	{"Duurzaam Bouwen", "Construction Durable", "Nachhaltiges Bauen"},
	{"Sociale Economie",
		"\xc3\x89"
		"conomie Sociale",
		"Sozialwirtschaft"},
	{"Jonge Ondernemers", "Jeunes Entrepreneurs", "Junge Unternehmer"},
	{"Lokale Handel", "Commerce Local", "Lokalen Handel"},
	{"Beroepsopleiding", "Formation Professionnelle", "Berufsbildung"},
	{"Digitale Zorg", "Soins Num\xc3\xa9riques", "Digitale Pflege"},
	{"Creatieve Industrie",
		"Industries Cr\xc3\xa9"
		"atives",
		"Kreativwirtschaft"},
	{"Stedelijke Mobiliteit", "Mobilit\xc3\xa9 Urbaine", "Stadtverkehr"},
	{"Hernieuwbare Energie", "\xc3\x89nergie Renouvelable", "Erneuerbare Energie"},
	{"Voedselveiligheid",
		"S\xc3\xa9"
		"curit\xc3\xa9 Alimentaire",
		"Lebensmittelsicherheit"},
	{"Volwassenenvorming",
		"\xc3\x89"
		"ducation des Adultes",
		"Erwachsenenbildung"},
	{"Kunst en Cultuur", "Art et Culture", "Kunst und Kultur"},
};
const struct corpus_words corpus_themes = {themes, COUNT(themes)};

const struct corpus_list corpus_surnames[3] = {
	LIST("Peeters", "Janssens", "Maes", "Jacobs", "Mertens", "Willems", "Claes", "Goossens", "Wouters", "De Smet",
		"Vermeulen", "Pauwels", "Hermans", "Aerts", "Michiels", "Martens", "De Clercq", "De Vos", "Van Damme",
		"Janssen", "Van den Broeck", "Smets", "Claeys", "Stevens", "Hendrickx", "De Backer", "Devos", "Desmet",
		"Van de Velde", "Vandenberghe", "Lemmens", "Coppens", "De Cock", "Wauters", "De Pauw", "Segers",
		"Verhoeven", "Cools", "De Meyer", "Bogaert", "Moens", "Verbeke", "Declercq", "Van Dyck", "Timmermans",
		"Bosmans", "Christiaens", "Van Hoof", "Dewitte", "Thijs", "Van den Bossche", "Verstraete", "Goethals",
		"Cornelis", "De Bruyn", "Baert", "Peters", "Vandevelde", "Baeten", "Geerts", "Lievens", "Verhaegen",
		"Wuyts", "Smet", "Van Looy", "Casteels", "De Ridder", "Verlinden", "Vercammen", "Nijs", "De Coninck",
		"Lauwers", "Dierckx", "Raes", "Van Acker", "Thys", "Vandamme", "De Wilde", "Pieters", "Moons", "Gielen",
		"Vermeersch", "Bauwens", "Schepers", "Daems", "Roels", "De Graeve", "Gijsbrechts", "Van Hecke",
		"Verschueren", "Boonen", "Callens", "Deprez", "Everaert", "Huysmans", "Ceulemans", "D'Hondt",
		"Van Herck", "Lenaerts", "Vervoort", "Steenackers", "Vandeputte", "Debruyne", "Vanhoutte", "Vandewalle",
		"Naessens", "Vlaeminck", "Dhaenens", "Temmerman", "Verheyen", "Meeus", "Cuypers", "Snoeck", "Truyens",
		"Windels", "Oosterlinck", "Kerckhove", "Haesebrouck", "Vanderlinden", "Van der Auwera", "Van Eeckhout",
		"Schoonjans", "Tanghe", "Lefever", "Matthys", "Buyse"),
	LIST("Dubois", "Lambert", "Dupont", "Martin", "Simon", "Laurent", "Denis", "Leroy", "Renard", "Lejeune",
		"Gerard", "Fran\xc3\xa7ois", "Noel", "Collard", "Henry", "Mathieu", "Charlier", "Gilles", "Delvaux",
		"Thiry", "Marchal", "Lemaire", "Jacquemin", "Evrard", "Bertrand", "Dumont", "Piron", "Bastin",
		"Lecomte", "Massart", "Leclercq", "Servais", "Adam", "Rousseau", "Wauthier", "Hubert", "Poncelet",
		"Fontaine", "Cornet", "Deprez", "Collin", "Degueldre", "Pirard", "Dethier", "Gustin", "Halleux",
		"Jadot", "Lognoul",
		"Mar\xc3\xa9"
		"chal",
		"Toussaint"),
	LIST("M\xc3\xbcller", "Schmitz", "Schmidt", "Meyer", "Weber", "Hilgers", "Kessel", "Radermacher", "Niessen",
		"Heinen", "Lenz", "Bong", "Krings", "Palm", "Thomas", "Wiesen", "Keutgen", "Franzen"),
};

const struct corpus_list corpus_given[3] = {
	LIST("Jan", "Marc", "Luc", "Peter", "Dirk", "Koen", "Johan", "Els", "An", "Tom", "Bart", "Kris", "Griet", "Wim",
		"Sofie", "Karel", "Lieve", "Filip", "Nele", "Stijn", "Geert", "Ilse", "Patrick", "Veerle", "Joris",
		"Katrien", "Pieter", "Hilde", "Steven", "Tine", "Frank", "Inge", "Wouter", "Leen", "Guy", "Sarah",
		"Rik", "Annelies", "Jeroen", "Lies", "Bram", "Evi", "Hans", "Ruth", "Sven", "Eva", "Yves", "Greet",
		"Jef", "Mieke"),
	LIST("Jean", "Michel", "Philippe", "Marie", "Anne", "Pierre", "Nathalie", "Alain", "Isabelle", "Luc",
		"Val\xc3\xa9rie", "Fran\xc3\xa7oise", "Olivier", "Sophie", "Christophe", "Didier", "Beno\xc3\xaet",
		"C\xc3\xa9"
		"cile",
		"Thierry", "Pascal", "Laurence", "Vincent", "Catherine", "Xavier"),
	LIST("Karl", "Hans", "Werner", "Petra", "Manfred", "Sabine", "J\xc3\xbcrgen", "Monika", "Guido", "Renate",
		"Ralf", "Ingrid"),
};

const struct corpus_list corpus_adjectives[2] = {
	LIST("Algemene", "Vlaamse", "Technische", "Industri\xc3\xable", "Kempense", "Limburgse", "Antwerpse", "Gentse",
		"Moderne", "Nationale", "Europese", "Brabantse", "Waaslandse", "Verenigde", "Regionale", "Eerste"),
	LIST("G\xc3\xa9n\xc3\xa9rale", "Technique", "Industrielle", "Li\xc3\xa9geoise", "Bruxelloise", "Wallonne",
		"Moderne", "Nationale",
		"Europ\xc3\xa9"
		"enne",
		"R\xc3\xa9gionale"),
};
const struct corpus_list corpus_fields[2] = {
	LIST("Bouw", "Metaal", "Hout", "Isolatie", "Verwarmings", "Transport", "Elektro", "Glas", "Verpakkings",
		"Beton", "Meubel", "Textiel", "Staal", "Grond", "Tuin", "Voedings", "Kunststof", "Water", "Lucht",
		"Machine"),
	LIST("Construction", "Isolation", "Menuiserie", "Distribution",
		"M\xc3\xa9"
		"canique",
		"Chaudronnerie", "Alimentation", "Emballage", "Transport", "Ventilation", "Maintenance", "Fonderie"),
};
const struct corpus_list corpus_kinds[2] = {
	LIST("Onderneming", "Constructies", "Technieken", "Service", "Centrale", "Industrie", "Groep", "Maatschappij",
		"Bedrijf", "Werken", "Installaties", "Projecten"),
	LIST("Soci\xc3\xa9t\xc3\xa9", "Entreprise", "Compagnie", "Centrale", "Agence", "Coop\xc3\xa9rative"),
};

const struct corpus_list corpus_syllables = LIST("lu", "mo", "ra", "ve", "no", "ta", "ki", "sol", "vi", "ax", "en",
	"tri", "qua", "zen", "pro", "al", "or", "be", "fi", "dra", "cy", "mi", "gal", "per", "sta", "tec", "ul", "ver",
	"xi", "yo", "zi", "hel", "ne", "opti", "pla", "ri", "san", "ter", "um", "wa", "bri", "cla", "del", "eco", "flo",
	"gra", "hy", "in", "ju", "ka");
const struct corpus_list corpus_endings = LIST("tech", "soft", "plan", "bouw", "care", "cor", "lux", "net", "data",
	"lab", "mat", "form", "line", "print", "food", "tex", "dis", "ria", "nova", "pack", "team", "link", "vita",
	"co", "med", "graph", "trans", "steel", "wood", "foods");
const struct corpus_list corpus_activities = LIST("Bouw", "Immo", "Projects", "Logistics", "Trading", "Services",
	"Technics", "Transport", "Consulting", "Engineering", "Retail", "Food", "Energy", "Rental", "Solutions",
	"Productions", "Design", "Export", "International", "Belgium");
const struct corpus_list corpus_holdings =
	LIST("Holding", "Invest", "Management", "Group", "Beheer", "Consult", "Participaties");
/* After "De Gouden", "'t", "Atelier". */
const struct corpus_list corpus_signs = LIST("Zwaan", "Leeuw", "Molen", "Anker", "Ster", "Appel", "Vos", "Roos",
	"Sleutel", "Kroon", "Pauw", "Arend", "Linde", "Brug", "Haven", "Toren", "Lantaarn", "Wereld", "Valk", "Klok",
	"Druif", "Haas", "Reiger", "Zolder", "Kelder", "Hoeve", "Kamer", "Keuken", "Tafel", "Lepel", "Spiegel", "Parel",
	"Beer", "Dolfijn", "Vlinder", "Bij", "Wolk", "Maan", "Zon", "Zee");
const struct corpus_list corpus_prefixes = LIST("De Gouden", "De Witte", "De Blauwe", "De Oude", "De Kleine", "'t",
	"Atelier", "Caf\xc3\xa9", "Huize", "Villa", "Bistro", "Studio", "La Petite", "Het Groene", "Casa", "Maison");
const struct corpus_list corpus_jobs =
	LIST("zaakvoerder", "bestuurder", "directeur", "boekhouder", "administratie", "verkoop", "personeelsdienst",
		"productieleider", "marketing", "g\xc3\xa9rant", "IT-verantwoordelijke", "innovatiemanager");

static const struct corpus_word abbreviations[] = {
	{"Gebroeders", "Gebr.", NULL},
	{"& Zonen", "& Zn", NULL},
	{"\xc3\x89tablissements", "Ets.", NULL},
	{"Algemene", "Alg.", NULL},
	{"Onderneming", "Ond.", NULL},
	{"onderneming", "ond.", NULL},
	{"Industri\xc3\xable", "Ind.", NULL},
	{"Technische", "Techn.", NULL},
	{"Technieken", "Techn.", NULL},
	{"Constructies", "Constr.", NULL},
	{"Maatschappij", "Mij", NULL},
	{"Soci\xc3\xa9t\xc3\xa9", "St\xc3\xa9", NULL},
	{"Fr\xc3\xa8res", "Frs", NULL},
	{"Entreprise", "Entr.", NULL},
	{"Verzekeringen", "Verz.", NULL},
	{"Vereniging", "Ver.", NULL},
	{"Instituut", "Inst.", NULL},
	{"Engineering", "Eng.", NULL},
	{"International", "Int.", NULL},
	{"Management", "Mgmt", NULL},
	{"Consulting", "Cons.", NULL},
};
const struct corpus_words corpus_abbreviations = {abbreviations, COUNT(abbreviations)};
