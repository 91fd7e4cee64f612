//! `mesh model`: the versions of a model of the running mesh, and which of them answers.

use std::process::ExitCode;

use clap::{Args, Subcommand};
use mesh_platform::identity::Scope;
use serde_json::{Value, json};

use crate::ProductList;
use crate::cli::Evaluate;
use crate::commands::client::{Asking, Mesh, text};
use crate::commands::evaluate;

#[derive(Subcommand)]
pub(crate) enum Model {
    /// Cross-validate a model on the newest version of its data, and print the report.
    Evaluate(Evaluate),
    /// List the versions of a model, the newest first.
    Versions(Versions),
    /// Tell which version answered when, and who decided it.
    History(History),
    /// Put a version into Production, if it passes the gate.
    Promote(Decide),
    /// Take a version out of Production, or out of what may get there.
    Archive(Decide),
    /// Let the version answer again that was in Production before.
    Rollback(Rollback),
}

#[derive(Args)]
struct Of {
    /// The model, as product/model.
    model: String,
    #[command(flatten)]
    asking: Asking,
}

#[derive(Args)]
pub(crate) struct Versions {
    #[command(flatten)]
    of: Of,
}

#[derive(Args)]
pub(crate) struct History {
    #[command(flatten)]
    of: Of,
    /// Only what was in Production at this time, such as 2026-01-31T12:00:00Z.
    #[arg(long, value_name = "TIME")]
    at: Option<String>,
}

#[derive(Args)]
pub(crate) struct Decide {
    #[command(flatten)]
    of: Of,
    /// Number of the version.
    version: u64,
    /// For those who ask later.
    #[arg(long, value_name = "REASON")]
    why: String,
}

#[derive(Args)]
pub(crate) struct Rollback {
    #[command(flatten)]
    of: Of,
    /// For those who ask later.
    #[arg(long, value_name = "REASON")]
    why: String,
}

pub(crate) async fn run(command: &Model, built_in: ProductList) -> anyhow::Result<ExitCode> {
    match command {
        Model::Evaluate(args) => {
            evaluate::run(args, built_in).await?;
            Ok(ExitCode::SUCCESS)
        }
        Model::Versions(args) => versions(args).await,
        Model::History(args) => history(args).await,
        Model::Promote(args) => decide(args, "Production").await,
        Model::Archive(args) => decide(args, "Archived").await,
        Model::Rollback(args) => roll_back(args).await,
    }
}

fn mesh(of: &Of, scope: Scope) -> anyhow::Result<Mesh> {
    let (product, model) = evaluate::named(&of.model)?;
    let missing = format!("; `mesh model versions {}` lists the versions", of.model);
    Mesh::of(&of.asking, product, format!("models/{model}"), scope, missing)
}

async fn versions(args: &Versions) -> anyhow::Result<ExitCode> {
    let mesh = mesh(&args.of, Scope::Models)?;
    let answer = mesh.ask(mesh.get("/versions")).await?;
    if args.of.asking.json {
        println!("{answer:#}");
        return Ok(ExitCode::SUCCESS);
    }
    let versions = answer["versions"].as_array().into_iter().flatten();
    for version in versions.rev() {
        println!(
            "{:>4}  {:<10}  {:<27}  {:<22}  accuracy {:.3}",
            version["version"],
            text(&version["stage"]),
            text(&version["trained_at"]),
            text(&version["algorithm"]),
            version["evaluation"]["accuracy"].as_f64().unwrap_or(f64::NAN),
        );
    }
    Ok(ExitCode::SUCCESS)
}

async fn history(args: &History) -> anyhow::Result<ExitCode> {
    let mesh = mesh(&args.of, Scope::Query)?;
    let at = args.at.iter().map(|at| ("at", at)).collect::<Vec<_>>();
    let answer = mesh.ask(mesh.get("/history").query(&at)).await?;
    if args.of.asking.json {
        println!("{answer:#}");
        return Ok(ExitCode::SUCCESS);
    }
    let changes = answer["changes"].as_array().map_or(&[][..], Vec::as_slice);
    for change in changes {
        println!("{}", in_words(change));
    }
    if let (Some(at), []) = (&args.at, changes) {
        println!("no version of {} was in Production at {at}", args.of.model);
    }
    Ok(ExitCode::SUCCESS)
}

async fn decide(args: &Decide, stage: &str) -> anyhow::Result<ExitCode> {
    let mesh = mesh(&args.of, Scope::Models)?;
    let wish = json!({ "stage": stage, "why": args.why });
    let path = format!("/versions/{}/stage", args.version);
    told(&args.of, &mesh.ask(mesh.post(&path).json(&wish)).await?)
}

async fn roll_back(args: &Rollback) -> anyhow::Result<ExitCode> {
    let mesh = mesh(&args.of, Scope::Models)?;
    let wish = json!({ "why": args.why });
    told(&args.of, &mesh.ask(mesh.post("/rollback").json(&wish)).await?)
}

fn told(of: &Of, change: &Value) -> anyhow::Result<ExitCode> {
    match of.asking.json {
        true => println!("{change:#}"),
        false => println!("{}", in_words(change)),
    }
    let checks = change["gate"]["checks"].as_array().into_iter().flatten();
    for check in checks.filter(|_| !of.asking.json) {
        println!("  ✓ {}: {}", text(&check["check"]), text(&check["found"]));
    }
    Ok(ExitCode::SUCCESS)
}

/// `2026-01-31T12:00:00Z  version 2 became Production by developer: better on women`
fn in_words(change: &Value) -> String {
    format!(
        "{}  version {} became {} by {}: {}",
        text(&change["at"]),
        change["version"],
        text(&change["stage"]),
        text(&change["decided_by"]),
        text(&change["why"])
    )
}
