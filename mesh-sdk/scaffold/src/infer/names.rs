//! Header cells -> column names that a contract, a dataset and SQL take.

/// A column's name, and what its header says beside it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Name {
    pub(super) name: String,
    /// The header as it was written.
    pub(super) title: Option<String>,
    /// What stands in brackets at its end, `USD`.
    pub(super) unit: Option<String>,
}

const LONGEST_NAME: usize = 58;
const LONGEST_TITLE: usize = 120;
const LONGEST_UNIT: usize = 12;

/// One name for each of `width` columns, no two alike.
pub(super) fn names(header: Option<&[String]>, width: usize) -> Vec<Name> {
    let mut names: Vec<Name> = Vec::with_capacity(width);
    for index in 0..width {
        let written = header.and_then(|header| header.get(index));
        let mut name = name(written.map_or("", String::as_str), index);
        name.name = distinct(name.name, |taken| {
            names.iter().any(|other| other.name == taken)
        });
        names.push(name);
    }
    names
}

/// The name, or the name with the first number that makes it one of its own.
fn distinct(name: String, taken: impl Fn(&str) -> bool) -> String {
    if !taken(&name) {
        return name;
    }
    let numbered = (2..).map(|number| format!("{name}_{number}"));
    numbered
        .into_iter()
        .find(|name| !taken(name))
        .unwrap_or(name)
}

fn name(written: &str, index: usize) -> Name {
    let mut words = String::new();
    let mut previous = ' ';
    for c in written.chars() {
        // PatientName is patient_name, and IPAddress stays one word: a capital starts one after a small letter.
        if c.is_uppercase() && (previous.is_lowercase() || previous.is_numeric()) {
            words.push('_');
        }
        push(&mut words, c);
        previous = c;
    }
    let mut name = words
        .split('_')
        .filter(|word| !word.is_empty())
        .collect::<Vec<_>>()
        .join("_");
    name.truncate(LONGEST_NAME);
    let name = match name.trim_end_matches('_') {
        "" => format!("column_{}", index + 1),
        name if name.starts_with(|c: char| c.is_ascii_digit()) => format!("_{name}"),
        name => name.to_owned(),
    };
    let title: String = written
        .chars()
        .filter(|c| super::text::is_printable(c.encode_utf8(&mut [0; 4])))
        .take(LONGEST_TITLE)
        .collect();
    Name {
        name,
        title: (!title.trim().is_empty()).then(|| title.trim().to_owned()),
        unit: unit(written),
    }
}

/// A letter of a header as small ASCII letters; what is none parts words.
fn push(words: &mut String, c: char) {
    let spelled = match c {
        'ä' | 'Ä' | 'æ' | 'Æ' => "ae",
        'ö' | 'Ö' | 'œ' | 'Œ' => "oe",
        'ü' | 'Ü' => "ue",
        'ß' => "ss",
        'à' | 'á' | 'â' | 'ã' | 'å' | 'À' | 'Á' | 'Â' | 'Ã' | 'Å' => "a",
        'ç' | 'Ç' => "c",
        'è' | 'é' | 'ê' | 'ë' | 'È' | 'É' | 'Ê' | 'Ë' => "e",
        'ì' | 'í' | 'î' | 'ï' | 'Ì' | 'Í' | 'Î' | 'Ï' => "i",
        'ñ' | 'Ñ' => "n",
        'ò' | 'ó' | 'ô' | 'õ' | 'ø' | 'Ò' | 'Ó' | 'Ô' | 'Õ' | 'Ø' => "o",
        'ù' | 'ú' | 'û' | 'Ù' | 'Ú' | 'Û' => "u",
        '#' => "_number_",
        '%' => "_percent_",
        '\'' | '’' => "",
        c if c.is_ascii_alphanumeric() => {
            words.push(c.to_ascii_lowercase());
            return;
        }
        _ => "_",
    };
    words.push_str(spelled);
}

fn unit(written: &str) -> Option<String> {
    let (_, unit) = written
        .trim()
        .strip_suffix([')', ']'])?
        .rsplit_once(['(', '['])?;
    let unit = unit.trim();
    let short = (1..=LONGEST_UNIT).contains(&unit.chars().count());
    (short && super::text::is_printable(unit)).then(|| unit.to_owned())
}

#[cfg(test)]
mod tests {
    use super::{Name, names};

    fn named(header: &[&str]) -> Vec<String> {
        let header: Vec<String> = header.iter().map(|name| (*name).to_owned()).collect();
        let names = names(Some(&header), header.len());
        names.into_iter().map(|Name { name, .. }| name).collect()
    }

    #[test]
    fn headers_become_column_names() {
        let header = [
            "Freight Cost (USD)",
            "PO / SO #",
            "PatientName",
            "Straße",
            "2020",
            "größe",
        ];
        let expected = [
            "freight_cost_usd",
            "po_so_number",
            "patient_name",
            "strasse",
            "_2020",
            "groesse",
        ];
        assert_eq!(named(&header), expected);
    }

    #[test]
    fn every_column_has_a_name_of_its_own() {
        let header = ["a", "A", "", "a_2", "!", "日本"];
        assert_eq!(
            named(&header),
            ["a", "a_2", "column_3", "a_2_2", "column_5", "column_6"]
        );
        assert_eq!(names(None, 2)[1].name, "column_2");
    }

    #[test]
    fn brackets_at_the_end_are_a_unit() {
        let header = ["Weight (kg)".to_owned(), "Item Description".to_owned()];
        let names = names(Some(&header), 2);
        assert_eq!(names[0].unit.as_deref(), Some("kg"));
        assert_eq!(names[1].unit, None);
    }

    #[test]
    fn long_headers_are_cut() {
        let long = "x".repeat(500);
        let names = named(&[&long, &long]);
        assert!(names.iter().all(|name| name.len() <= 64), "{names:?}");
    }
}
