/// A life-cycle word with the tone and the icon that go with it; never colour alone.
pub(crate) struct Status {
    pub(crate) word: String,
    /// Class of the style sheet.
    pub(crate) tone: &'static str,
    pub(crate) icon: &'static str,
}

impl Status {
    /// Of a product, a contract or a model's stage. A word the catalog does not know is shown as it is.
    pub(crate) fn of(word: &str) -> Self {
        let (tone, icon) = match word.to_lowercase().as_str() {
            "active" | "production" => ("ok", "tick"),
            "proposed" | "draft" | "staging" => ("info", "ring"),
            "deprecated" => ("warn", "triangle"),
            "retired" | "archived" => ("quiet", "bars"),
            _ => ("quiet", "ring"),
        };
        let mut letters = word.chars();
        let word = letters
            .next()
            .map(|first| first.to_uppercase().chain(letters).collect())
            .unwrap_or_default();
        Self { word, tone, icon }
    }
}
