//! Scores, for each folder in DIR, `rows.f32` with `model.onnx`, and writes beside them `values.f32` (probabilities, or quantities) and
//! `labels.i64`, or `refused.txt` with the reason. All numbers are little-endian.
//!
//!     cargo run -p mesh-models --example score -- DIR

use std::error::Error;
use std::fs;
use std::path::{Path, PathBuf};

use mesh_models::{Model, Scores};

fn main() -> Result<(), Box<dyn Error>> {
    let dir = PathBuf::from(std::env::args_os().nth(1).ok_or("usage: score DIR")?);
    // A network that panics is refused: a line is enough.
    std::panic::set_hook(Box::new(|panic| match panic.location() {
        Some(place) => eprintln!("stopped at {place}"),
        None => eprintln!("stopped"),
    }));
    for folder in fs::read_dir(dir)? {
        score(&folder?.path())?;
    }
    Ok(())
}

fn score(folder: &Path) -> Result<(), Box<dyn Error>> {
    let model = match Model::from_onnx(&fs::read(folder.join("model.onnx"))?) {
        Ok(model) => model,
        Err(reason) => return Ok(fs::write(folder.join("refused.txt"), reason.to_string())?),
    };
    let rows = fs::read(folder.join("rows.f32"))?;
    let rows = rows
        .chunks_exact(4)
        .map(|value| f32::from_le_bytes([value[0], value[1], value[2], value[3]]));
    let mut scores = Scores::new();
    model.score(&rows.collect::<Vec<_>>(), &mut scores)?;
    let values = scores.probabilities().iter().chain(scores.quantities());
    let values: Vec<u8> = values.flat_map(|value| value.to_le_bytes()).collect();
    let labels: Vec<u8> = scores
        .labels()
        .iter()
        .flat_map(|label| label.to_le_bytes())
        .collect();
    fs::write(folder.join("values.f32"), values)?;
    fs::write(folder.join("labels.i64"), labels)?;
    Ok(())
}
