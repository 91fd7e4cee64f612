use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Args, ValueEnum};
use mesh_contracts::{Direction, Verdict};

use super::read;
use crate::message::counted;

#[derive(Args)]
pub(crate) struct Diff {
    /// The version that is there.
    old: PathBuf,
    /// The version to come.
    new: PathBuf,
    /// Judge by those who send to the port, by those who read from it, or by both.
    #[arg(long, value_enum, default_value_t = Port::Both)]
    port: Port,
    /// Print the changes as JSON.
    #[arg(long)]
    json: bool,
}

#[derive(Clone, Copy, ValueEnum)]
enum Port {
    Input,
    Output,
    Both,
}

impl Port {
    fn directions(self) -> &'static [Direction] {
        match self {
            Self::Input => &[Direction::Input],
            Self::Output => &[Direction::Output],
            Self::Both => &[Direction::Input, Direction::Output],
        }
    }
}

/// Ends with 1 if a change breaks somebody.
pub(super) fn run(args: &Diff) -> anyhow::Result<ExitCode> {
    let (old, new) = (read(&args.old)?, read(&args.new)?);
    let diff = mesh_contracts::diff(&old, &new);
    let directions = args.port.directions();
    let worst = |verdict: &dyn Fn(Direction) -> Verdict| {
        let verdicts = directions.iter().map(|direction| verdict(*direction));
        verdicts.max().unwrap_or(Verdict::Cosmetic)
    };
    if args.json {
        let changes = diff.changes().iter().map(|change| {
            serde_json::json!({
                "path": change.path(),
                "change": change.sentence(),
                "verdict": worst(&|direction| change.verdict(direction)).to_string(),
                "input": change.verdict(Direction::Input).to_string(),
                "output": change.verdict(Direction::Output).to_string(),
                "rule": change.rule().id,
                "because": change.rule().because,
            })
        });
        println!("{:#}", serde_json::Value::from_iter(changes));
    } else {
        for change in diff.changes() {
            let verdict = worst(&|direction| change.verdict(direction)).to_string();
            println!("{verdict:<10}  {}", change.sentence());
            println!(
                "{:<10}  {}: {}",
                "",
                change.rule().id,
                change.rule().because
            );
        }
        let verdict = worst(&|direction| diff.verdict(direction));
        match diff.changes().len() {
            0 => eprintln!("no change"),
            changes => eprintln!(
                "{} {} -> {}: {}, {}",
                new.name(),
                old.version(),
                new.version(),
                counted(changes, "change"),
                verdict
            ),
        }
    }
    Ok(match worst(&|direction| diff.verdict(direction)) {
        Verdict::Breaking => ExitCode::FAILURE,
        _ => ExitCode::SUCCESS,
    })
}
