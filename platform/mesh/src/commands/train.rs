//! `mesh train`: has the running mesh train a model, and shows how far it is.

use std::process::ExitCode;
use std::time::Duration;

use clap::Args;
use indicatif::{ProgressBar, ProgressStyle};
use mesh_platform::identity::Scope;
use serde_json::{Value, json};

use crate::commands::client::{Asking, Mesh, text};
use crate::commands::{evaluate, model};

/// Between two looks at a run.
const PAUSE: Duration = Duration::from_millis(200);

#[derive(Args)]
pub(crate) struct Train {
    /// The model, as product/model.
    #[arg(default_value = "bracelet-cardiology/heart-risk")]
    model: String,
    /// For those who ask later.
    #[arg(
        long,
        value_name = "REASON",
        default_value = "asked for on the command line"
    )]
    why: String,
    /// Leave the version in Staging, whatever it shows.
    #[arg(long)]
    stage: bool,
    /// Do not wait until the run is over.
    #[arg(long)]
    detach: bool,
    #[command(flatten)]
    asking: Asking,
}

pub(crate) async fn run(args: &Train) -> anyhow::Result<ExitCode> {
    let (product, name) = evaluate::named(&args.model)?;
    let missing = model::missing(&args.model);
    let mesh = |scope| {
        let path = format!("models/{name}");
        Mesh::of(&args.asking, product, path, scope, missing.clone())
    };
    let asking = mesh(Scope::Models)?;
    let wish = json!({ "why": args.why, "promote": !args.stage });
    let mut run = asking.ask(asking.post("/train").json(&wish)).await?;
    if !args.detach {
        run = watch(&mesh(Scope::Query)?, run).await?;
    }
    match args.asking.json {
        true => println!("{run:#}"),
        false => println!("{}", in_words(&run)),
    }
    Ok(match run["state"].as_str() {
        Some("Failed" | "Cancelled") => ExitCode::FAILURE,
        _ => ExitCode::SUCCESS,
    })
}

/// Shows a run until it is over.
async fn watch(mesh: &Mesh, mut run: Value) -> anyhow::Result<Value> {
    let style = ProgressStyle::with_template("{spinner} {msg} {wide_bar} {pos}/{len} {elapsed}");
    let bar = ProgressBar::new(1).with_style(style?);
    let path = format!("/runs/{}", text(&run["run"]));
    while matches!(run["state"].as_str(), Some("Waiting" | "Started")) {
        let progress = &run["progress"];
        bar.set_length(progress["of"].as_u64().unwrap_or(1));
        bar.set_position(progress["done"].as_u64().unwrap_or(0));
        bar.set_message(progress["step"].as_str().unwrap_or("waiting").to_owned());
        tokio::time::sleep(PAUSE).await;
        run = mesh.ask(mesh.get(&path)).await?;
    }
    bar.finish_and_clear();
    Ok(run)
}

/// `Succeeded  version 2: accuracy 0.851 …; Production  (run …)`
pub(crate) fn in_words(run: &Value) -> String {
    let result = run["result"].as_str().unwrap_or("not over yet");
    format!(
        "{:<9}  {result}  (run {})",
        text(&run["state"]),
        text(&run["run"])
    )
}
