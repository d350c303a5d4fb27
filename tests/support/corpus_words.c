#include "support/corpus_words.h"

#define LIST(...)                                                                             \
	{                                                                                     \
		(const char *const[]){ __VA_ARGS__ }, sizeof((const char *const[]){ __VA_ARGS__ }) / sizeof(const char *) \
	}
#define COUNT(a) (sizeof(a) / sizeof *(a))

static const struct corpus_place flanders[] = {
	{ "2000", "Antwerpen", "Anvers", "03" }, { "9000", "Gent", "Gand", "09" }, { "8000", "Brugge", "Bruges", "050" },
	{ "3000", "Leuven", "Louvain", "016" }, { "2800", "Mechelen", "Malines", "015" },
	{ "8500", "Kortrijk", "Courtrai", "056" }, { "3500", "Hasselt", NULL, "011" }, { "9300", "Aalst", "Alost", "053" },
	{ "9100", "Sint-Niklaas", "Saint-Nicolas", "03" }, { "8400", "Oostende", "Ostende", "059" },
	{ "3600", "Genk", NULL, "089" }, { "8800", "Roeselare", "Roulers", "051" }, { "2018", "Antwerpen", "Anvers", "03" },
	{ "2060", "Antwerpen", "Anvers", "03" }, { "2100", "Deurne", NULL, "03" }, { "2140", "Borgerhout", NULL, "03" },
	{ "2170", "Merksem", NULL, "03" }, { "2600", "Berchem", NULL, "03" }, { "2610", "Wilrijk", NULL, "03" },
	{ "2660", "Hoboken", NULL, "03" }, { "2300", "Turnhout", NULL, "014" }, { "2200", "Herentals", NULL, "014" },
	{ "2400", "Mol", NULL, "014" }, { "2440", "Geel", NULL, "014" }, { "2500", "Lier", "Lierre", "03" },
	{ "2830", "Willebroek", NULL, "03" }, { "2850", "Boom", NULL, "03" }, { "2900", "Schoten", NULL, "03" },
	{ "2930", "Brasschaat", NULL, "03" }, { "2950", "Kapellen", NULL, "03" }, { "2960", "Brecht", NULL, "03" },
	{ "2220", "Heist-op-den-Berg", NULL, "015" }, { "2260", "Westerlo", NULL, "014" }, { "2320", "Hoogstraten", NULL, "03" },
	{ "2390", "Malle", NULL, "03" }, { "2490", "Balen", NULL, "014" }, { "2560", "Nijlen", NULL, "03" },
	{ "2570", "Duffel", NULL, "015" }, { "2640", "Mortsel", NULL, "03" }, { "2650", "Edegem", NULL, "03" },
	{ "2880", "Bornem", NULL, "03" }, { "3700", "Tongeren", "Tongres", "012" },
	{ "3800", "Sint-Truiden", "Saint-Trond", "011" }, { "3920", "Lommel", NULL, "011" }, { "3960", "Bree", NULL, "089" },
	{ "3680", "Maaseik", NULL, "089" }, { "3630", "Maasmechelen", NULL, "089" }, { "3550", "Heusden-Zolder", NULL, "011" },
	{ "3580", "Beringen", NULL, "011" }, { "3590", "Diepenbeek", NULL, "011" }, { "3740", "Bilzen", NULL, "089" },
	{ "3520", "Zonhoven", NULL, "011" }, { "3530", "Houthalen-Helchteren", NULL, "011" }, { "9030", "Mariakerke", NULL, "09" },
	{ "9040", "Sint-Amandsberg", NULL, "09" }, { "9050", "Gentbrugge", NULL, "09" }, { "9120", "Beveren", NULL, "03" },
	{ "9160", "Lokeren", NULL, "09" }, { "9200", "Dendermonde", "Termonde", "052" }, { "9400", "Ninove", NULL, "054" },
	{ "9500", "Geraardsbergen", "Grammont", "054" }, { "9600", "Ronse", "Renaix", "055" },
	{ "9700", "Oudenaarde", "Audenarde", "055" }, { "9800", "Deinze", NULL, "09" }, { "9900", "Eeklo", NULL, "09" },
	{ "9230", "Wetteren", NULL, "09" }, { "9240", "Zele", NULL, "052" }, { "9620", "Zottegem", NULL, "09" },
	{ "9880", "Aalter", NULL, "09" }, { "9940", "Evergem", NULL, "09" }, { "9060", "Zelzate", NULL, "09" },
	{ "9140", "Temse", "Tamise", "03" }, { "9220", "Hamme", NULL, "052" }, { "8200", "Sint-Andries", NULL, "050" },
	{ "8300", "Knokke-Heist", NULL, "050" }, { "8310", "Assebroek", NULL, "050" }, { "8530", "Harelbeke", NULL, "056" },
	{ "8540", "Deerlijk", NULL, "056" }, { "8550", "Zwevegem", NULL, "056" }, { "8560", "Wevelgem", NULL, "056" },
	{ "8600", "Diksmuide", "Dixmude", "051" }, { "8620", "Nieuwpoort", "Nieuport", "058" },
	{ "8630", "Veurne", "Furnes", "058" }, { "8700", "Tielt", NULL, "051" }, { "8790", "Waregem", NULL, "056" },
	{ "8820", "Torhout", NULL, "050" }, { "8870", "Izegem", NULL, "051" }, { "8900", "Ieper", "Ypres", "057" },
	{ "8930", "Menen", "Menin", "056" }, { "8970", "Poperinge", NULL, "057" }, { "3001", "Heverlee", NULL, "016" },
	{ "3010", "Kessel-Lo", NULL, "016" }, { "3200", "Aarschot", NULL, "016" }, { "3290", "Diest", NULL, "013" },
	{ "3300", "Tienen", "Tirlemont", "016" }, { "3400", "Landen", NULL, "011" }, { "1500", "Halle", "Hal", "02" },
	{ "1600", "Sint-Pieters-Leeuw", NULL, "02" }, { "1700", "Dilbeek", NULL, "02" }, { "1730", "Asse", NULL, "02" },
	{ "1800", "Vilvoorde", "Vilvorde", "02" }, { "1830", "Machelen", NULL, "02" }, { "1850", "Grimbergen", NULL, "02" },
	{ "1930", "Zaventem", NULL, "02" }, { "1980", "Zemst", NULL, "015" }, { "3080", "Tervuren", NULL, "02" },
	{ "3090", "Overijse", NULL, "02" },
};
static const struct corpus_place brussels[] = {
	{ "1000", "Brussel", "Bruxelles", "02" }, { "1050", "Elsene", "Ixelles", "02" }, { "1180", "Ukkel", "Uccle", "02" },
	{ "1030", "Schaarbeek", "Schaerbeek", "02" }, { "1070", "Anderlecht", NULL, "02" },
	{ "1080", "Sint-Jans-Molenbeek", "Molenbeek-Saint-Jean", "02" }, { "1020", "Laken", "Laeken", "02" },
	{ "1040", "Etterbeek", NULL, "02" }, { "1060", "Sint-Gillis", "Saint-Gilles", "02" }, { "1090", "Jette", NULL, "02" },
	{ "1140", "Evere", NULL, "02" }, { "1150", "Sint-Pieters-Woluwe", "Woluwe-Saint-Pierre", "02" },
	{ "1160", "Oudergem", "Auderghem", "02" }, { "1170", "Watermaal-Bosvoorde", "Watermael-Boitsfort", "02" },
	{ "1190", "Vorst", "Forest", "02" }, { "1200", "Sint-Lambrechts-Woluwe", "Woluwe-Saint-Lambert", "02" },
	{ "1210", "Sint-Joost-ten-Node", "Saint-Josse-ten-Noode", "02" },
};
static const struct corpus_place wallonia[] = {
	{ "4000", "Luik", "Li\xc3\xa8ge", "04" }, { "5000", "Namen", "Namur", "081" }, { "6000", "Charleroi", NULL, "071" },
	{ "7000", "Bergen", "Mons", "065" }, { "7500", "Doornik", "Tournai", "069" }, { "1300", "Waver", "Wavre", "010" },
	{ "1400", "Nijvel", "Nivelles", "067" }, { "4500", "Hoei", "Huy", "085" }, { "4800", "Verviers", NULL, "087" },
	{ "7700", "Moeskroen", "Mouscron", "056" }, { "7100", "La Louvi\xc3\xa8re", NULL, "064" },
	{ "1420", "Eigenbrakel", "Braine-l'Alleud", "02" }, { "5030", "Gembloers", "Gembloux", "081" },
	{ "4600", "Wezet", "Vis\xc3\xa9", "04" }, { "6700", "Aarlen", "Arlon", "063" },
};
static const struct corpus_place east[] = {
	{ "4700", "Eupen", NULL, "087" }, { "4780", "Sankt Vith", "Saint-Vith", "080" }, { "4720", "Kelmis", "La Calamine", "087" },
	{ "4730", "Raeren", NULL, "087" }, { "4760", "B\xc3\xbcllingen", "Bullange", "080" },
	{ "4750", "B\xc3\xbctgenbach", "Butgenbach", "080" },
};
const struct corpus_places corpus_places[CORPUS_REGIONS] = {
	[CORPUS_FLANDERS] = { flanders, COUNT(flanders) },
	[CORPUS_BRUSSELS] = { brussels, COUNT(brussels) },
	[CORPUS_WALLONIA] = { wallonia, COUNT(wallonia) },
	[CORPUS_EAST] = { east, COUNT(east) },
};

static const struct corpus_word streets[] = {
	{ "Kerkstraat", "Rue de l'\xc3\x89glise", "Kirchstra\xc3\x9f" "e" },
	{ "Stationsstraat", "Rue de la Station", "Bahnhofstra\xc3\x9f" "e" },
	{ "Molenstraat", "Rue du Moulin", "M\xc3\xbchlenstra\xc3\x9f" "e" }, { "Nieuwstraat", "Rue Neuve", "Neustra\xc3\x9f" "e" },
	{ "Schoolstraat", "Rue de l'\xc3\x89" "cole", "Schulstra\xc3\x9f" "e" },
	{ "Hoogstraat", "Rue Haute", "Hochstra\xc3\x9f" "e" }, { "Veldstraat", "Rue des Champs", "Feldstra\xc3\x9f" "e" },
	{ "Industrielaan", "Avenue de l'Industrie", "Industriestra\xc3\x9f" "e" },
	{ "Grote Markt", "Grand-Place", "Marktplatz" }, { "Marktplein", "Place du March\xc3\xa9", "Alter Markt" },
	{ "Gentsesteenweg", "Chauss\xc3\xa9" "e de Gand", NULL }, { "Antwerpsesteenweg", "Chauss\xc3\xa9" "e d'Anvers", NULL },
	{ "Brusselsesteenweg", "Chauss\xc3\xa9" "e de Bruxelles", NULL }, { "Leuvensesteenweg", "Chauss\xc3\xa9" "e de Louvain", NULL },
	{ "Mechelsesteenweg", "Chauss\xc3\xa9" "e de Malines", NULL }, { "Kapellestraat", "Rue de la Chapelle", "Kapellenstra\xc3\x9f" "e" },
	{ "Dorpsstraat", "Rue du Village", "Dorfstra\xc3\x9f" "e" }, { "Dorpsplein", "Place du Village", "Dorfplatz" },
	{ "Bergstraat", "Rue de la Montagne", "Bergstra\xc3\x9f" "e" }, { "Beekstraat", "Rue du Ruisseau", "Bachstra\xc3\x9f" "e" },
	{ "Bosstraat", "Rue du Bois", "Waldstra\xc3\x9f" "e" }, { "Eikenlaan", "Avenue des Ch\xc3\xaanes", "Eichenallee" },
	{ "Lindelaan", "Avenue des Tilleuls", "Lindenallee" }, { "Beukenlaan", "Avenue des H\xc3\xaatres", "Buchenallee" },
	{ "Kasteelstraat", "Rue du Ch\xc3\xa2teau", "Schlossstra\xc3\x9f" "e" }, { "Kloosterstraat", "Rue du Couvent", "Klosterstra\xc3\x9f" "e" },
	{ "Kanaalstraat", "Rue du Canal", NULL }, { "Koning Albertlaan", "Avenue du Roi Albert", NULL },
	{ "Koning Leopoldlaan", "Avenue du Roi L\xc3\xa9opold", NULL }, { "Astridlaan", "Avenue Reine Astrid", NULL },
	{ "Leopold II-laan", "Boulevard L\xc3\xa9opold II", NULL }, { "Wetstraat", "Rue de la Loi", NULL },
	{ "Handelskaai", "Quai du Commerce", NULL }, { "Havenstraat", "Rue du Port", NULL },
	{ "Vaartstraat", "Rue du Canal", NULL }, { "Steenweg op Gent", "Chauss\xc3\xa9" "e de Gand", NULL },
	{ "Tulpenstraat", "Rue des Tulipes", "Tulpenweg" }, { "Rozenlaan", "Avenue des Roses", "Rosenweg" },
	{ "Zandstraat", "Rue du Sable", "Sandweg" }, { "Groenstraat", "Rue Verte", "Gr\xc3\xbcner Weg" },
	{ "Langestraat", "Rue Longue", "Langer Weg" }, { "Kortestraat", "Rue Courte", NULL },
	{ "Ambachtenlaan", "Avenue des Artisans", "Handwerkerweg" }, { "Nijverheidsstraat", "Rue de l'Industrie", NULL },
	{ "Ondernemersstraat", "Rue des Entrepreneurs", NULL }, { "Researchpark", "Parc Scientifique", NULL },
	{ "Bedrijvenpark Noord", "Parc d'Activit\xc3\xa9s Nord", NULL }, { "Sint-Jansstraat", "Rue Saint-Jean", "Sankt-Johann-Stra\xc3\x9f" "e" },
	{ "Sint-Pietersplein", "Place Saint-Pierre", NULL }, { "Oude Baan", "Vieux Chemin", "Alter Weg" },
	{ "Provinciebaan", "Route Provinciale", NULL }, { "Heidestraat", "Rue de la Bruy\xc3\xa8re", "Heideweg" },
	{ "Meersstraat", "Rue des Pr\xc3\xa9s", "Wiesenweg" }, { "Spoorwegstraat", "Rue du Chemin de Fer", NULL },
	{ "Burgemeester Maesstraat", "Rue du Bourgmestre Maes", NULL }, { "Doktersstraat", "Rue du Docteur", NULL },
	{ "Vrijheidslaan", "Avenue de la Libert\xc3\xa9", NULL }, { "Stadsvest", "Rempart de la Ville", NULL },
	{ "Parklaan", "Avenue du Parc", "Parkstra\xc3\x9f" "e" }, { "Sportlaan", "Avenue des Sports", "Sportweg" },
};
const struct corpus_words corpus_streets = { streets, COUNT(streets) };

static const struct corpus_word trades[] = {
	{ "Bakkerij", "Boulangerie", "B\xc3\xa4" "ckerei" }, { "Slagerij", "Boucherie", "Metzgerei" },
	{ "Garage", "Garage", "Autohaus" }, { "Bouwonderneming", "Entreprise de construction", "Bauunternehmen" },
	{ "Dakwerken", "Toitures", "Bedachungen" }, { "Schrijnwerkerij", "Menuiserie", "Schreinerei" },
	{ "Elektro", "\xc3\x89lectricit\xc3\xa9", "Elektro" }, { "Apotheek", "Pharmacie", "Apotheke" },
	{ "Kapsalon", "Coiffure", "Friseursalon" }, { "Drukkerij", "Imprimerie", "Druckerei" },
	{ "Transport", "Transports", "Transporte" }, { "Schilderwerken", "Peinture", "Malerbetrieb" },
	{ "Tuinen", "Jardins", "G\xc3\xa4rten" }, { "Loodgieterij", "Plomberie", "Sanit\xc3\xa4r" },
	{ "Verwarming", "Chauffage", "Heizungsbau" }, { "Restaurant", "Restaurant", "Restaurant" },
	{ "Brouwerij", "Brasserie", "Brauerei" }, { "Traiteur", "Traiteur", "Partyservice" },
	{ "Optiek", "Optique", "Optik" }, { "Juwelier", "Bijouterie", "Juwelier" },
	{ "Meubelen", "Meubles", "M\xc3\xb6" "bel" }, { "Metaalbouw", "Constructions m\xc3\xa9talliques", "Metallbau" },
	{ "Grondwerken", "Terrassements", "Tiefbau" }, { "Verzekeringen", "Assurances", "Versicherungen" },
	{ "Immobili\xc3\xabn", "Immobili\xc3\xa8re", "Immobilien" }, { "Boekhouding", "Comptabilit\xc3\xa9", "Buchhaltung" },
	{ "Advocatenkantoor", "Cabinet d'avocats", "Anwaltskanzlei" }, { "Architectenbureau", "Bureau d'architectes", "Architekturb\xc3\xbcro" },
	{ "Dierenarts", "V\xc3\xa9t\xc3\xa9rinaire", "Tierarztpraxis" }, { "Tandartspraktijk", "Cabinet dentaire", "Zahnarztpraxis" },
	{ "Bloemen", "Fleurs", "Blumen" }, { "Fietsen", "Cycles", "Fahrr\xc3\xa4" "der" },
	{ "Carrosserie", "Carrosserie", "Karosserie" }, { "Reisbureau", "Agence de voyages", "Reiseb\xc3\xbcro" },
	{ "Schoenen", "Chaussures", "Schuhe" }, { "Textiel", "Textiles", "Textil" },
	{ "Keukens", "Cuisines", "K\xc3\xbc" "chen" }, { "Houthandel", "Commerce de bois", "Holzhandel" },
	{ "Glaswerken", "Vitrerie", "Glaserei" }, { "Isolatie", "Isolation", "Isolierung" },
	{ "Koeltechniek", "Technique du froid", "K\xc3\xa4ltetechnik" }, { "Landbouwmachines", "Machines agricoles", "Landmaschinen" },
	{ "Veevoeders", "Aliments pour b\xc3\xa9tail", "Futtermittel" }, { "Notariskantoor", "\xc3\x89tude notariale", "Notariat" },
	{ "Uitgeverij", "\xc3\x89" "ditions", "Verlag" }, { "Kleding", "V\xc3\xaatements", "Mode" },
	{ "Wijnhandel", "Vins", "Weinhandel" }, { "Rijschool", "Auto-\xc3\xa9" "cole", "Fahrschule" },
};
const struct corpus_words corpus_trades = { trades, COUNT(trades) };

/* "Huis van de Handel Brussel", "Maison du Commerce Bruxelles". */
static const struct corpus_word institutions[] = {
	{ "Centrum voor", "Centre pour", "Zentrum f\xc3\xbcr" }, { "Huis voor", "Maison pour", "Haus f\xc3\xbcr" },
	{ "Vereniging voor", "Association pour", "Verein f\xc3\xbcr" }, { "Federatie voor", "F\xc3\xa9" "d\xc3\xa9ration pour", "Verband f\xc3\xbcr" },
	{ "Instituut voor", "Institut pour", "Institut f\xc3\xbcr" }, { "Forum voor", "Forum pour", "Forum f\xc3\xbcr" },
	{ "Steunpunt voor", "Point d'appui pour", "St\xc3\xbctzpunkt f\xc3\xbcr" }, { "Netwerk voor", "R\xc3\xa9seau pour", "Netzwerk f\xc3\xbcr" },
};
const struct corpus_words corpus_institutions = { institutions, COUNT(institutions) };

static const struct corpus_word themes[] = {
	{ "Duurzaam Bouwen", "Construction Durable", "Nachhaltiges Bauen" }, { "Sociale Economie", "\xc3\x89" "conomie Sociale", "Sozialwirtschaft" },
	{ "Jonge Ondernemers", "Jeunes Entrepreneurs", "Junge Unternehmer" }, { "Lokale Handel", "Commerce Local", "Lokalen Handel" },
	{ "Beroepsopleiding", "Formation Professionnelle", "Berufsbildung" }, { "Digitale Zorg", "Soins Num\xc3\xa9riques", "Digitale Pflege" },
	{ "Creatieve Industrie", "Industries Cr\xc3\xa9" "atives", "Kreativwirtschaft" }, { "Stedelijke Mobiliteit", "Mobilit\xc3\xa9 Urbaine", "Stadtverkehr" },
	{ "Hernieuwbare Energie", "\xc3\x89nergie Renouvelable", "Erneuerbare Energie" }, { "Voedselveiligheid", "S\xc3\xa9" "curit\xc3\xa9 Alimentaire", "Lebensmittelsicherheit" },
	{ "Volwassenenvorming", "\xc3\x89" "ducation des Adultes", "Erwachsenenbildung" }, { "Kunst en Cultuur", "Art et Culture", "Kunst und Kultur" },
};
const struct corpus_words corpus_themes = { themes, COUNT(themes) };

const struct corpus_list corpus_surnames[3] = {
	LIST("Peeters", "Janssens", "Maes", "Jacobs", "Mertens", "Willems", "Claes", "Goossens", "Wouters", "De Smet",
		"Vermeulen", "Pauwels", "Hermans", "Aerts", "Michiels", "Martens", "De Clercq", "De Vos", "Van Damme",
		"Janssen", "Van den Broeck", "Smets", "Claeys", "Stevens", "Hendrickx", "De Backer", "Devos", "Desmet",
		"Van de Velde", "Vandenberghe", "Lemmens", "Coppens", "De Cock", "Wauters", "De Pauw", "Segers", "Verhoeven",
		"Cools", "De Meyer", "Bogaert", "Moens", "Verbeke", "Declercq", "Van Dyck", "Timmermans", "Bosmans",
		"Christiaens", "Van Hoof", "Dewitte", "Thijs", "Van den Bossche", "Verstraete", "Goethals", "Cornelis",
		"De Bruyn", "Baert", "Peters", "Vandevelde", "Baeten", "Geerts", "Lievens", "Verhaegen", "Wuyts", "Smet",
		"Van Looy", "Casteels", "De Ridder", "Verlinden", "Vercammen", "Nijs", "De Coninck", "Lauwers", "Dierckx",
		"Raes", "Van Acker", "Thys", "Vandamme", "De Wilde", "Pieters", "Moons", "Gielen", "Vermeersch", "Bauwens",
		"Schepers", "Daems", "Roels", "De Graeve", "Gijsbrechts", "Van Hecke", "Verschueren", "Boonen", "Callens",
		"Deprez", "Everaert", "Huysmans", "Ceulemans", "D'Hondt", "Van Herck", "Lenaerts", "Vervoort", "Steenackers",
		"Vandeputte", "Debruyne", "Vanhoutte", "Vandewalle", "Naessens", "Vlaeminck", "Dhaenens", "Temmerman",
		"Verheyen", "Meeus", "Cuypers", "Snoeck", "Truyens", "Windels", "Oosterlinck", "Kerckhove", "Haesebrouck",
		"Vanderlinden", "Van der Auwera", "Van Eeckhout", "Schoonjans", "Tanghe", "Lefever", "Matthys", "Buyse"),
	LIST("Dubois", "Lambert", "Dupont", "Martin", "Simon", "Laurent", "Denis", "Leroy", "Renard", "Lejeune", "Gerard",
		"Fran\xc3\xa7ois", "Noel", "Collard", "Henry", "Mathieu", "Charlier", "Gilles", "Delvaux", "Thiry", "Marchal",
		"Lemaire", "Jacquemin", "Evrard", "Bertrand", "Dumont", "Piron", "Bastin", "Lecomte", "Massart", "Leclercq",
		"Servais", "Adam", "Rousseau", "Wauthier", "Hubert", "Poncelet", "Fontaine", "Cornet", "Deprez", "Collin",
		"Degueldre", "Pirard", "Dethier", "Gustin", "Halleux", "Jadot", "Lognoul", "Mar\xc3\xa9" "chal", "Toussaint"),
	LIST("M\xc3\xbcller", "Schmitz", "Schmidt", "Meyer", "Weber", "Hilgers", "Kessel", "Radermacher", "Niessen", "Heinen",
		"Lenz", "Bong", "Krings", "Palm", "Thomas", "Wiesen", "Keutgen", "Franzen"),
};

const struct corpus_list corpus_given[3] = {
	LIST("Jan", "Marc", "Luc", "Peter", "Dirk", "Koen", "Johan", "Els", "An", "Tom", "Bart", "Kris", "Griet", "Wim",
		"Sofie", "Karel", "Lieve", "Filip", "Nele", "Stijn", "Geert", "Ilse", "Patrick", "Veerle", "Joris", "Katrien",
		"Pieter", "Hilde", "Steven", "Tine", "Frank", "Inge", "Wouter", "Leen", "Guy", "Sarah", "Rik", "Annelies",
		"Jeroen", "Lies", "Bram", "Evi", "Hans", "Ruth", "Sven", "Eva", "Yves", "Greet", "Jef", "Mieke"),
	LIST("Jean", "Michel", "Philippe", "Marie", "Anne", "Pierre", "Nathalie", "Alain", "Isabelle", "Luc", "Val\xc3\xa9rie",
		"Fran\xc3\xa7oise", "Olivier", "Sophie", "Christophe", "Didier", "Beno\xc3\xaet", "C\xc3\xa9" "cile", "Thierry",
		"Pascal", "Laurence", "Vincent", "Catherine", "Xavier"),
	LIST("Karl", "Hans", "Werner", "Petra", "Manfred", "Sabine", "J\xc3\xbcrgen", "Monika", "Guido", "Renate", "Ralf",
		"Ingrid"),
};

const struct corpus_list corpus_adjectives[2] = {
	LIST("Algemene", "Vlaamse", "Technische", "Industri\xc3\xable", "Kempense", "Limburgse", "Antwerpse", "Gentse", "Moderne",
		"Nationale", "Europese", "Brabantse", "Waaslandse", "Verenigde", "Regionale", "Eerste"),
	LIST("G\xc3\xa9n\xc3\xa9rale", "Technique", "Industrielle", "Li\xc3\xa9geoise", "Bruxelloise", "Wallonne", "Moderne", "Nationale",
		"Europ\xc3\xa9" "enne", "R\xc3\xa9gionale"),
};
const struct corpus_list corpus_fields[2] = {
	LIST("Bouw", "Metaal", "Hout", "Isolatie", "Verwarmings", "Transport", "Elektro", "Glas", "Verpakkings", "Beton",
		"Meubel", "Textiel", "Staal", "Grond", "Tuin", "Voedings", "Kunststof", "Water", "Lucht", "Machine"),
	LIST("Construction", "Isolation", "Menuiserie", "Distribution", "M\xc3\xa9" "canique", "Chaudronnerie", "Alimentation",
		"Emballage", "Transport", "Ventilation", "Maintenance", "Fonderie"),
};
const struct corpus_list corpus_kinds[2] = {
	LIST("Onderneming", "Constructies", "Technieken", "Service", "Centrale", "Industrie", "Groep", "Maatschappij", "Bedrijf",
		"Werken", "Installaties", "Projecten"),
	LIST("Soci\xc3\xa9t\xc3\xa9", "Entreprise", "Compagnie", "Centrale", "Agence", "Coop\xc3\xa9rative"),
};

const struct corpus_list corpus_syllables = LIST("lu", "mo", "ra", "ve", "no", "ta", "ki", "sol", "vi", "ax", "en", "tri", "qua",
	"zen", "pro", "al", "or", "be", "fi", "dra", "cy", "mi", "gal", "per", "sta", "tec", "ul", "ver", "xi", "yo", "zi", "hel",
	"ne", "opti", "pla", "ri", "san", "ter", "um", "wa", "bri", "cla", "del", "eco", "flo", "gra", "hy", "in", "ju", "ka");
const struct corpus_list corpus_endings = LIST("tech", "soft", "plan", "bouw", "care", "cor", "lux", "net", "data", "lab", "mat",
	"form", "line", "print", "food", "tex", "dis", "ria", "nova", "pack", "team", "link", "vita", "co", "med", "graph",
	"trans", "steel", "wood", "foods");
const struct corpus_list corpus_activities = LIST("Bouw", "Immo", "Projects", "Logistics", "Trading", "Services", "Technics",
	"Transport", "Consulting", "Engineering", "Retail", "Food", "Energy", "Rental", "Solutions", "Productions", "Design",
	"Export", "International", "Belgium");
const struct corpus_list corpus_holdings = LIST("Holding", "Invest", "Management", "Group", "Beheer", "Consult", "Participaties");
/* After "De Gouden", "'t", "Atelier". */
const struct corpus_list corpus_signs = LIST("Zwaan", "Leeuw", "Molen", "Anker", "Ster", "Appel", "Vos", "Roos", "Sleutel", "Kroon",
	"Pauw", "Arend", "Linde", "Brug", "Haven", "Toren", "Lantaarn", "Wereld", "Valk", "Klok", "Druif", "Haas", "Reiger", "Zolder",
	"Kelder", "Hoeve", "Kamer", "Keuken", "Tafel", "Lepel", "Spiegel", "Parel", "Beer", "Dolfijn", "Vlinder", "Bij", "Wolk", "Maan",
	"Zon", "Zee");
const struct corpus_list corpus_prefixes = LIST("De Gouden", "De Witte", "De Blauwe", "De Oude", "De Kleine", "'t", "Atelier", "Caf\xc3\xa9",
	"Huize", "Villa", "Bistro", "Studio", "La Petite", "Het Groene", "Casa", "Maison");
const struct corpus_list corpus_jobs = LIST("zaakvoerder", "bestuurder", "directeur", "boekhouder", "administratie", "verkoop",
	"personeelsdienst", "productieleider", "marketing", "g\xc3\xa9rant", "IT-verantwoordelijke", "innovatiemanager");

static const struct corpus_word abbreviations[] = {
	{ "Gebroeders", "Gebr.", NULL }, { "& Zonen", "& Zn", NULL }, { "\xc3\x89tablissements", "Ets.", NULL },
	{ "Algemene", "Alg.", NULL }, { "Onderneming", "Ond.", NULL }, { "onderneming", "ond.", NULL },
	{ "Industri\xc3\xable", "Ind.", NULL }, { "Technische", "Techn.", NULL }, { "Technieken", "Techn.", NULL },
	{ "Constructies", "Constr.", NULL }, { "Maatschappij", "Mij", NULL }, { "Soci\xc3\xa9t\xc3\xa9", "St\xc3\xa9", NULL },
	{ "Fr\xc3\xa8res", "Frs", NULL }, { "Entreprise", "Entr.", NULL }, { "Verzekeringen", "Verz.", NULL },
	{ "Vereniging", "Ver.", NULL }, { "Instituut", "Inst.", NULL }, { "Engineering", "Eng.", NULL },
	{ "International", "Int.", NULL }, { "Management", "Mgmt", NULL }, { "Consulting", "Cons.", NULL },
};
const struct corpus_words corpus_abbreviations = { abbreviations, COUNT(abbreviations) };
