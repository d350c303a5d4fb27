"""Tables from which the demo's companies and people are made up. Nobody and nothing here exists; towns do."""

GIVEN = (("Ma", "Jo", "Li", "Ka", "Wo", "El", "Ti", "Sa", "Ro", "Ne", "Fem", "Bra", "Lou", "Ju", "Ar", "Vé", "Noë",
          "Yan"),
         ("ren", "lien", "tijn", "ra", "nel", "vin", "ke", "nou", "wien", "bert", "lle", "dries", "mar", "zo", "thé",
          "nick"))
FAMILY_HEAD = ("Bra", "Kel", "Vor", "Ster", "Mo", "Hul", "Dam", "Ver", "Lam", "Cool", "Pee", "Wau", "Goe", "Riet",
               "Schel",
               "Tim", "Bu", "Noy", "Cla", "Zwa", "Ol", "Haer", "Mee", "Dob")
FAMILY_TAIL = ("kelmans", "stermans", "brouck", "laere", "donck", "peel", "terman", "velde", "rinckx", "schot", "minne",
               "hoeve", "baert", "ghem", "wijns", "zele", "loo", "vinck", "torre", "mael")
PARTICLES = ("", "", "", "", "", "", "Van ", "Van ", "De ", "De ", "Van den ", "Van de ", "van der ", "D'")

CORE_HEAD = ("Ax", "Bel", "Cor", "Dra", "El", "Flan", "Gro", "Hal", "In", "Jor", "Kem", "Lys", "Mer", "Nor", "Oc",
             "Pro",
             "Qua", "Rin", "Sil", "Tor", "Ul", "Vex", "Wes", "Xan", "Yp", "Zen", "Émi", "Bré", "Kös", "Thé")
CORE_MIDDLE = ("", "", "a", "e", "i", "o", "ta", "ne", "ri", "lo", "mi", "va")
CORE_TAIL = ("bo", "dax", "fin", "gon", "lis", "mark", "nova", "pex", "quin", "ron", "sta", "tex", "vel", "wick",
             "xon", "zar",
             "landt", "mondt", "donck", "rijn")
# what it does -> activity in NACE-BEL 2025
SECTORS = (("Techniek", "43210"), ("Bouw", "41001"), ("Bakkerij", "10711"), ("Software", "62100"),
           ("Interieur", "43320"),
           ("Logistiek", "49410"), ("Zorg", "87300"), ("Metaal", "25110"), ("Drukwerk", "18120"), ("Tuinen", "81300"),
           ("Advies", "70200"), ("Verpakking", "17210"), ("Textiel", "13200"), ("Houtwerk", "16230"),
           ("Foods", "10890"),
           ("& Zonen", "43220"), ("& Partners", "69201"), ("Gebroeders", "43410"), ("Studio", "74110"),
           ("Events", "82300"))

# form -> (KBO code, what older records call it, its code)
FORMS = {"BV": ("610", "BVBA", "015"), "NV": ("014", "NV", "014"), "VZW": ("017", "VZW", "017"),
         "CV": ("706", "CVBA", "008"),
         "CommV": ("612", "Comm.V", "012"), "VOF": ("011", "VOF", "011"), "": (None, "", None)}
FORM_WEIGHTS = (52, 18, 9, 4, 4, 3, 10)

STREET_HEAD = ("Molen", "Kerk", "Linden", "Station", "Nijverheids", "Veld", "Beuken", "Haven", "Kapel", "Ambachten",
               "Dorps",
               "Kanaal", "Heide", "Wilgen", "Bruggen", "Abdij", "Steenoven", "Vlas", "Boomgaard", "Koopman")
STREET_TAIL = ("straat", "laan", "weg", "steenweg", "plein", "dreef", "lei", "kaai")

# postal code, town, desk of the innovation centre (none outside the five provinces), area code
TOWNS = (("2000", "Antwerpen", "antwerpen", "3"), ("2300", "Turnhout", "antwerpen", "14"),
         ("2800", "Mechelen", "antwerpen", "15"),
         ("2440", "Geel", "antwerpen", "14"), ("2500", "Lier", "antwerpen", "3"), ("2850", "Boom", "antwerpen", "3"),
         ("3500", "Hasselt", "limburg", "11"), ("3600", "Genk", "limburg", "89"),
         ("3800", "Sint-Truiden", "limburg", "11"),
         ("3700", "Tongeren-Borgloon", "limburg", "12"), ("3960", "Bree", "limburg", "89"),
         ("9000", "Gent", "oost-vlaanderen", "9"),
         ("9300", "Aalst", "oost-vlaanderen", "53"), ("9100", "Sint-Niklaas", "oost-vlaanderen", "3"),
         ("9700", "Oudenaarde", "oost-vlaanderen", "55"), ("9070", "Destelbergen", "oost-vlaanderen", "9"),
         ("9400", "Ninove", "oost-vlaanderen", "54"), ("3000", "Leuven", "vlaams-brabant", "16"),
         ("1800", "Vilvoorde", "vlaams-brabant", "2"), ("1500", "Halle", "vlaams-brabant", "2"),
         ("3290", "Diest", "vlaams-brabant", "13"), ("1731", "Zellik", "vlaams-brabant", "2"),
         ("3300", "Tienen", "vlaams-brabant", "16"), ("8000", "Brugge", "west-vlaanderen", "50"),
         ("8500", "Kortrijk", "west-vlaanderen", "56"), ("8800", "Roeselare", "west-vlaanderen", "51"),
         ("8400", "Oostende", "west-vlaanderen", "59"), ("8900", "Ieper", "west-vlaanderen", "57"),
         ("8970", "Poperinge", "west-vlaanderen", "57"), ("1000", "Brussel", "", "2"), ("1300", "Waver", "", "10"))
DESKS = ("antwerpen", "limburg", "oost-vlaanderen", "vlaams-brabant", "west-vlaanderen")

ROLES = ("Zaakvoerder", "Bestuurder", "Boekhouder", "Aankoper", "Personeelsverantwoordelijke", "Projectleider",
         "Verkoper",
         "Productieleider", "Innovatiemanager", "Preventieadviseur", "Secretaris")
DECIDERS = ("Zaakvoerder", "Bestuurder")
MAILBOXES = ("info", "sales", "boekhouding", "contact", "admin", "hello")
FREE_MAIL = ("postvak.example", "gratismail.example", "thuispost.example")
REASONS = ("vraagt begeleiding bij productinnovatie", "wil een haalbaarheidsstudie",
           "zoekt een partner voor digitalisering",
           "heeft de innovatiescan ingevuld", "wil steun aanvragen voor een prototype", "wil duurzamer verpakken",
           "zoekt hulp bij personeelsbeleid", "vraagt een audit van de werkvloer")
KINDS = ("academie", "inspiratiesessie", "toolkit", "webinar", "scan", "wervingssessie")
TOPICS = ("slim verpakken", "digitale zorg", "circulair bouwen", "nieuwe verdienmodellen", "data op de werkvloer",
          "de klant als ontwerper", "octrooien in het kort", "werven in krapte")
