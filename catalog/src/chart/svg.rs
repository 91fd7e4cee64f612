use std::convert::Infallible;
use std::fmt::{Arguments, Write};

use plotters_backend::text_anchor::{HPos, VPos};
use plotters_backend::{
    BackendColor, BackendCoord, BackendStyle, BackendTextStyle, DrawingBackend, DrawingErrorKind,
    FontTransform,
};

use super::escaped;
use super::ink::Ink;

type Done = Result<(), DrawingErrorKind<Infallible>>;

/// Writes what plotters draws as elements of SVG that have classes and no colours, fonts or styles of their own.
pub(super) struct Svg<'a> {
    into: &'a mut String,
    size: (u32, u32),
}

impl<'a> Svg<'a> {
    pub(super) fn new(into: &'a mut String, size: (u32, u32)) -> Self {
        Self { into, size }
    }

    /// `element` in an ink, unless that is to be invisible.
    fn put(
        &mut self,
        colour: BackendColor,
        kind: &str,
        element: &str,
        rest: Arguments<'_>,
    ) -> Done {
        if colour.alpha > 0.0 {
            let class = Ink::of(colour).class();
            // A string takes whatever is written to it.
            let _ = writeln!(self.into, "<{element} class=\"{kind}{class}\" {rest}");
        }
        Ok(())
    }
}

fn kind(filled: bool) -> &'static str {
    if filled { "face " } else { "stroke " }
}

fn points(path: impl IntoIterator<Item = BackendCoord>) -> String {
    let points: Vec<String> = path.into_iter().map(|(x, y)| format!("{x},{y}")).collect();
    points.join(" ")
}

impl DrawingBackend for Svg<'_> {
    type ErrorType = Infallible;

    fn get_size(&self) -> (u32, u32) {
        self.size
    }

    fn ensure_prepared(&mut self) -> Done {
        Ok(())
    }

    fn present(&mut self) -> Done {
        Ok(())
    }

    fn draw_pixel(&mut self, (x, y): BackendCoord, colour: BackendColor) -> Done {
        let rest = format_args!("x=\"{x}\" y=\"{y}\" width=\"1\" height=\"1\"/>");
        self.put(colour, kind(true), "rect", rest)
    }

    fn draw_line<S: BackendStyle>(
        &mut self,
        (x1, y1): BackendCoord,
        (x2, y2): BackendCoord,
        style: &S,
    ) -> Done {
        let rest = format_args!("x1=\"{x1}\" y1=\"{y1}\" x2=\"{x2}\" y2=\"{y2}\"/>");
        self.put(style.color(), kind(false), "line", rest)
    }

    fn draw_rect<S: BackendStyle>(
        &mut self,
        (left, top): BackendCoord,
        (right, bottom): BackendCoord,
        style: &S,
        fill: bool,
    ) -> Done {
        let (x, width) = (left.min(right), (right - left).abs());
        let (y, height) = (top.min(bottom), (bottom - top).abs());
        let rest = format_args!("x=\"{x}\" y=\"{y}\" width=\"{width}\" height=\"{height}\"/>");
        self.put(style.color(), kind(fill), "rect", rest)
    }

    fn draw_path<S: BackendStyle, I: IntoIterator<Item = BackendCoord>>(
        &mut self,
        path: I,
        style: &S,
    ) -> Done {
        let rest = format_args!("points=\"{}\"/>", points(path));
        self.put(style.color(), kind(false), "polyline", rest)
    }

    fn draw_circle<S: BackendStyle>(
        &mut self,
        (x, y): BackendCoord,
        radius: u32,
        style: &S,
        fill: bool,
    ) -> Done {
        let rest = format_args!("cx=\"{x}\" cy=\"{y}\" r=\"{radius}\"/>");
        self.put(style.color(), kind(fill), "circle", rest)
    }

    fn fill_polygon<S: BackendStyle, I: IntoIterator<Item = BackendCoord>>(
        &mut self,
        corners: I,
        style: &S,
    ) -> Done {
        let rest = format_args!("points=\"{}\"/>", points(corners));
        self.put(style.color(), kind(true), "polygon", rest)
    }

    fn draw_text<S: BackendTextStyle>(
        &mut self,
        text: &str,
        style: &S,
        (x, y): BackendCoord,
    ) -> Done {
        let anchor = match style.anchor().h_pos {
            HPos::Left => "start",
            HPos::Right => "end",
            HPos::Center => "middle",
        };
        let dy = match style.anchor().v_pos {
            VPos::Top => "0.76em",
            VPos::Center => "0.5ex",
            VPos::Bottom => "-0.5ex",
        };
        let turn = match style.transform() {
            FontTransform::None => 0,
            FontTransform::Rotate90 => 90,
            FontTransform::Rotate180 => 180,
            FontTransform::Rotate270 => 270,
        };
        let turned = if turn == 0 {
            String::new()
        } else {
            format!(" transform=\"rotate({turn} {x} {y})\"")
        };
        let text = escaped(text);
        let rest = format_args!(
            "x=\"{x}\" y=\"{y}\" dy=\"{dy}\" text-anchor=\"{anchor}\"{turned}>{text}</text>"
        );
        self.put(style.color(), "", "text", rest)
    }
}
