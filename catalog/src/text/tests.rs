use super::*;

fn marked(text: &str, words: &[&str]) -> String {
    let words: Vec<String> = words.iter().map(|word| (*word).to_owned()).collect();
    mark(text, &words)
        .iter()
        .map(|part| {
            if part.is_marked() {
                format!("[{}]", part.text)
            } else {
                part.text.clone()
            }
        })
        .collect()
}

#[test]
fn words_are_marked_without_regard_to_case() {
    assert_eq!(
        marked("Risk of Heart disease", &["heart", "risk"]),
        "[Risk] of [Heart] disease"
    );
}

#[test]
fn overlapping_words_are_marked_once() {
    assert_eq!(marked("heart", &["hea", "eart"]), "[hea][rt]");
    assert_eq!(marked("heart", &["heart", "ear"]), "[heart]");
}

#[test]
fn letters_that_grow_in_lower_case_do_not_shift_the_marks() {
    assert_eq!(marked("İİ rate ÄÖ", &["rate"]), "İİ [rate] ÄÖ");
    assert_eq!(marked("ÄÖ", &["ö"]), "Ä[Ö]");
}

#[test]
fn text_without_the_words_stays_whole() {
    assert_eq!(marked("pressure", &["heart", ""]), "pressure");
    assert_eq!(mark("", &["x".to_owned()]), []);
}

#[test]
fn an_excerpt_shows_the_surroundings_of_the_word() {
    let text = format!("{}needle{}", "a ".repeat(100), " b".repeat(100));
    let shown = excerpt(&text, &["needle".to_owned()], 40);
    assert!(
        shown.starts_with('…') && shown.ends_with('…') && shown.contains("needle"),
        "{shown}"
    );
    assert!(shown.chars().count() <= 42);
}

#[test]
fn an_excerpt_of_multibyte_text_cuts_between_characters() {
    assert_eq!(excerpt(&"ä".repeat(10), &[], 4), "ääää…");
    assert_eq!(excerpt("ää", &[], 4), "ää");
}
