use plotters::style::Color;
use plotters_backend::BackendColor;

/// What a line, a face or a text of a drawing stands for. It is a class: the style sheet has the colours of both themes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Ink {
    Grid,
    Axis,
    Label,
    /// What chance, or a perfect model, would give.
    Ideal,
    /// How far a number may go.
    Bound,
    /// Where a number lies with 95% confidence.
    Band,
    /// When another version began to answer.
    Change,
    /// What the model learnt from.
    Reference,
    /// What it is asked now.
    Current,
    /// How the version before did.
    Previous,
    Series1,
    Series2,
    Series3,
    Series4,
}

impl Ink {
    pub(super) const ALL: [Self; 14] = [
        Self::Grid,
        Self::Axis,
        Self::Label,
        Self::Ideal,
        Self::Bound,
        Self::Band,
        Self::Change,
        Self::Reference,
        Self::Current,
        Self::Previous,
        Self::Series1,
        Self::Series2,
        Self::Series3,
        Self::Series4,
    ];

    /// One of four in turn.
    pub(super) fn series(index: usize) -> Self {
        [Self::Series1, Self::Series2, Self::Series3, Self::Series4][index % 4]
    }

    pub(super) fn class(self) -> &'static str {
        match self {
            Self::Grid => "grid",
            Self::Axis => "axis",
            Self::Label => "label",
            Self::Ideal => "ideal",
            Self::Bound => "bound",
            Self::Band => "band",
            Self::Change => "change",
            Self::Reference => "reference",
            Self::Current => "current",
            Self::Previous => "previous",
            Self::Series1 => "series-1",
            Self::Series2 => "series-2",
            Self::Series3 => "series-3",
            Self::Series4 => "series-4",
        }
    }

    /// That of a colour made by [`Color`] of an ink.
    pub(super) fn of(colour: BackendColor) -> Self {
        let (number, _, _) = colour.rgb;
        Self::ALL
            .get(usize::from(number))
            .copied()
            .unwrap_or(Self::Label)
    }
}

/// Plotters passes colours on to what draws; these are numbers of inks.
impl Color for Ink {
    fn to_backend_color(&self) -> BackendColor {
        BackendColor {
            alpha: 1.0,
            rgb: (*self as u8, 0, 0),
        }
    }
}
