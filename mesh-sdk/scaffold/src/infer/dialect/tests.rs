use super::{Dialect, Header};

fn sniff(text: &str) -> (char, bool) {
    let dialect = Dialect::sniff(text.as_bytes(), true, None, Header::Detect);
    (char::from(dialect.delimiter), dialect.has_header)
}

#[test]
fn the_delimiter_is_the_one_that_cuts_rows_alike() {
    assert_eq!(sniff("a,b\n1,2\n").0, ',');
    assert_eq!(sniff("a;b\n1,5;2,5\n").0, ';');
    assert_eq!(sniff("a\tb, c\n1\tx, y\n").0, '\t');
    assert_eq!(sniff("a|b\n1|2\n").0, '|');
    assert_eq!(sniff("a\nx;y\nz\n").0, ',', "no delimiter at all");
    assert_eq!(sniff("note,b\n\"x;y;z;1;2\",1\n\"u;v;w;1;2\",2\n").0, ',');
}

#[test]
fn a_first_row_of_numbers_is_data() {
    assert!(!sniff("63.0,1.0,?,0\n67.0,1.0,4.0,1\n").1);
    assert!(sniff("age,2001\n63,1\n").1);
    assert!(sniff("?,?\n63,1\n").1, "no number says nothing");
}
