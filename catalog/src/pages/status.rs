use super::health::Standing;

/// A word with the tone and the icon that go with it; never colour alone.
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

    /// Of a promise, or of all promises of something.
    pub(crate) fn standing(standing: Standing) -> Self {
        match standing {
            Standing::Kept => Self::new("Kept", "ok", "tick"),
            Standing::AtRisk => Self::new("At risk", "warn", "triangle"),
            Standing::Broken => Self::new("Broken", "bad", "cross"),
            Standing::NotChecked => Self::new("Not checked", "quiet", "ring"),
        }
    }

    /// Of what a model is asked, against what it learnt from.
    pub(crate) fn drift(drifted: bool) -> Self {
        if drifted {
            Self::new("Drifted", "warn", "triangle")
        } else {
            Self::new("Steady", "ok", "tick")
        }
    }

    /// Of a product whose newest files are not what runs.
    pub(crate) fn not_loaded() -> Self {
        Self::new("Not loaded", "bad", "cross")
    }

    /// Of data that nobody measured.
    pub(crate) fn simulated() -> Self {
        Self::new("Simulated data", "info", "simulated")
    }

    fn new(word: &str, tone: &'static str, icon: &'static str) -> Self {
        Self {
            word: word.to_owned(),
            tone,
            icon,
        }
    }
}
