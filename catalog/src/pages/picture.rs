/// A picture, the sentence that says what it shows, and the numbers that it was drawn from.
pub(super) struct PictureView {
    /// Unique on the page; the headline's id.
    pub(super) anchor: String,
    pub(super) title: String,
    /// Made by the catalog itself, with every text in it escaped.
    pub(super) svg: String,
    pub(super) caption: String,
    pub(super) table: Table,
}

/// Its first column is what its rows are about.
pub(super) struct Table {
    pub(super) head: Vec<&'static str>,
    pub(super) rows: Vec<Vec<String>>,
}
