//! Which columns are likely to tell who a person is. A guess that a person reviews: it would rather flag one too many.

use super::column::Column;
use super::property::Kind;

/// Who may see a column.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Classification {
    /// Everybody of the organisation.
    Internal,
    /// Helps to tell who a person is, together with others.
    Restricted,
    /// Protected health information: tells who a person is.
    Phi,
}

impl Classification {
    /// As contracts write it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Internal => "internal",
            Self::Restricted => "restricted",
            Self::Phi => "phi",
        }
    }
}

/// Longer text tells stories, and stories name people.
const FREE_TEXT: u64 = 200;

/// Word of a name -> what it says about a person, in English, German, Spanish and French.
const IDENTIFIERS: &[(&str, &[&str])] = &[
    (
        "a patient",
        &[
            "patient",
            "patientin",
            "paciente",
            "pat",
            "patid",
            "subject",
            "participant",
            "proband",
            "person",
        ],
    ),
    (
        "a record number",
        &["mrn", "krankenakte", "historia_clinica"],
    ),
    (
        "a social security number",
        &["ssn", "nhs", "nino", "nss", "dni", "sozialversicherung"],
    ),
    (
        "an insurance number",
        &[
            "insurance",
            "versicherung",
            "versichertennummer",
            "kvnr",
            "aseguradora",
            "assurance",
            "medicare",
            "medicaid",
        ],
    ),
    (
        "a birthday",
        &[
            "birth",
            "birthday",
            "birthdate",
            "dob",
            "geburt",
            "geburtsdatum",
            "geburtstag",
            "nacimiento",
            "naissance",
        ],
    ),
    (
        "a person's name",
        &[
            "surname",
            "lastname",
            "firstname",
            "forename",
            "fullname",
            "nachname",
            "vorname",
            "familienname",
            "nombre",
            "apellido",
            "apellidos",
            "prenom",
            "nom",
            "username",
            "initials",
        ],
    ),
    ("a mail address", &["email", "mail", "correo", "courriel"]),
    (
        "a telephone number",
        &[
            "phone",
            "telephone",
            "tel",
            "telefon",
            "telefonnummer",
            "telefono",
            "mobile",
            "handy",
            "movil",
            "fax",
        ],
    ),
    (
        "an address",
        &[
            "address",
            "adresse",
            "anschrift",
            "direccion",
            "street",
            "strasse",
            "calle",
            "rue",
            "zip",
            "zipcode",
            "postcode",
            "postal",
            "plz",
            "postleitzahl",
        ],
    ),
    (
        "a network address",
        &["ip", "ipv4", "ipv6", "ipaddress", "mac"],
    ),
    ("a device", &["serial", "seriennummer", "imei", "udi"]),
    (
        "an identity document or account",
        &["passport", "reisepass", "pasaporte", "passeport", "iban"],
    ),
];

/// Parts that make a word one of the above wherever they stand in it.
const STEMS: &[(&str, &str)] = &[
    ("a patient", "patient"),
    ("an insurance number", "versicher"),
    ("a birthday", "birth"),
    ("a birthday", "geburt"),
    ("a mail address", "email"),
    ("a telephone number", "telefon"),
    ("a person's name", "surname"),
];

/// Words that help to tell who a person is, or that tell of a person's health.
const QUASI_IDENTIFIERS: &[&str] = &[
    "age",
    "alter",
    "edad",
    "sex",
    "gender",
    "geschlecht",
    "sexo",
    "sexe",
    "genero",
    "race",
    "ethnicity",
    "ethnic",
    "religion",
    "nationality",
    "marital",
    "occupation",
    "beruf",
    "admission",
    "discharge",
    "aufnahme",
    "entlassung",
    "death",
    "deceased",
    "diagnosis",
    "diagnose",
    "diagnostico",
    "icd",
    "icd10",
    "disease",
];

/// Words before `name` that make it the name of a thing.
const THINGS: &[&str] = &[
    "product",
    "brand",
    "drug",
    "item",
    "vendor",
    "supplier",
    "company",
    "country",
    "region",
    "state",
    "district",
    "site",
    "facility",
    "file",
    "column",
    "table",
    "event",
    "model",
    "test",
    "group",
    "category",
    "type",
    "department",
    "ward",
    "unit",
    "code",
    "variable",
    "study",
    "disease",
];

/// Words of a quantity, which tells nothing of one person.
const QUANTITIES: &[&str] = &[
    "count", "number", "total", "sum", "rate", "share", "fraction", "percent", "cases", "cost",
    "price", "value", "amount", "anzahl", "anteil",
];

/// The classification of a column, and in words why.
pub(super) fn classify(column: &Column, kind: Kind) -> (Classification, Option<String>) {
    let words: Vec<&str> = column.name.name.split('_').collect();
    if let Some(reason) = column.content.suspicion(column.present) {
        return (Classification::Phi, Some(format!("its {reason}")));
    }
    if !is_quantity(column, kind, &words)
        && let Some(what) = identifier(&words)
    {
        return (
            Classification::Phi,
            Some(format!("its name speaks of {what}")),
        );
    }
    if words.iter().any(|word| QUASI_IDENTIFIERS.contains(word)) {
        let reason = "its name speaks of what, with other columns, can tell who a person is";
        return (Classification::Restricted, Some(reason.to_owned()));
    }
    if kind == Kind::String && column.longest > FREE_TEXT {
        let reason = "long free text may name people";
        return (Classification::Restricted, Some(reason.to_owned()));
    }
    (Classification::Internal, None)
}

/// A measure or an amount: a number with decimals or a unit, or one that is named for a quantity.
fn is_quantity(column: &Column, kind: Kind, words: &[&str]) -> bool {
    let numeric = matches!(kind, Kind::Integer | Kind::Number);
    let counted = words.iter().any(|word| QUANTITIES.contains(word)) && !column.unique();
    kind == Kind::Number || numeric && (column.name.unit.is_some() || counted && !id_number(words))
}

/// `insurance_number` is no quantity, `number_of_patients` is.
fn id_number(words: &[&str]) -> bool {
    words.last() == Some(&"number")
}

fn identifier(words: &[&str]) -> Option<&'static str> {
    let listed = IDENTIFIERS
        .iter()
        .find(|(_, names)| words.iter().any(|word| names.contains(word)));
    let stem = || {
        STEMS
            .iter()
            .find(|(_, stem)| words.iter().any(|word| word.contains(stem)))
            .map(|(what, _)| *what)
    };
    let name = || {
        let at = words.iter().position(|word| *word == "name")?;
        let of_a_thing = words[..at].iter().any(|word| THINGS.contains(word));
        (!of_a_thing).then_some("a person's name")
    };
    let device = || {
        let numbered = ["id", "number", "nr", "no"];
        let device = words.iter().any(|word| ["device", "geraet"].contains(word));
        (device && words.iter().any(|word| numbered.contains(word))).then_some("a device")
    };
    listed
        .map(|(what, _)| *what)
        .or_else(stem)
        .or_else(name)
        .or_else(device)
}
