//! `mesh model`: the versions of a model of the running mesh, and which of them answers.

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::Context;
use clap::{Args, Subcommand};
use mesh_platform::identity::Scope;
use serde_json::{Value, json};

use crate::ProductList;
use crate::cli::Evaluate;
use crate::commands::client::{Asking, Mesh, text};
use crate::commands::{evaluate, train};

#[derive(Subcommand)]
pub(crate) enum Model {
    /// Cross-validate a model on the newest version of its data, and print the report.
    Evaluate(Evaluate),
    /// List the versions of a model, the newest first.
    Versions(Versions),
    /// Tell which version answered when, and who decided it.
    History(History),
    /// Tell how a model does once it answers: drift, measures with and without labels, and what was done about it.
    Quality(Versions),
    /// List the training runs of a model, the newest first.
    Runs(Versions),
    /// Cancel a training run.
    Cancel(Cancel),
    /// Bring a model that was trained elsewhere, as a new version.
    Import(Import),
    /// Write the ONNX file of a version, for phones, browsers and other runtimes.
    Export(Export),
    /// Put a version into Production, if it passes the gate.
    Promote(Decide),
    /// Take a version out of Production, or out of what may get there.
    Archive(Decide),
    /// Put a version on trial beside the one in Production; without --share, tell what its trial has shown.
    Trial(Trial),
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
pub(crate) struct Cancel {
    #[command(flatten)]
    of: Of,
    /// Id of the run.
    run: String,
}

#[derive(Args)]
pub(crate) struct Import {
    #[command(flatten)]
    of: Of,
    /// An ONNX file.
    file: PathBuf,
    /// Where it came from: the tool, the data, the revision of the code.
    #[arg(long)]
    origin: String,
}

#[derive(Args)]
pub(crate) struct Export {
    #[command(flatten)]
    of: Of,
    /// Number of the version [default: the one in Production].
    #[arg(long)]
    version: Option<u64>,
    /// The file to write [default: MODEL-VERSION.onnx].
    #[arg(long, value_name = "FILE")]
    output: Option<PathBuf>,
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
pub(crate) struct Trial {
    #[command(flatten)]
    of: Of,
    /// Number of the version.
    version: u64,
    /// Share of the calls that it answers, from 0 to 1; with 0 it is only asked the same, and what it says is kept.
    #[arg(long, requires = "why")]
    share: Option<f64>,
    /// End the trial; the version stays in Staging.
    #[arg(long, requires = "why", conflicts_with = "share")]
    end: bool,
    /// For those who ask later.
    #[arg(long, value_name = "REASON")]
    why: Option<String>,
}

#[derive(Args)]
pub(crate) struct Rollback {
    #[command(flatten)]
    of: Of,
    /// The version that is to go: nothing is done if another is in Production by now.
    #[arg(long, value_name = "VERSION")]
    from: Option<u64>,
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
        Model::Quality(args) => quality(args).await,
        Model::Runs(args) => runs(args).await,
        Model::Cancel(args) => cancel(args).await,
        Model::Import(args) => import(args).await,
        Model::Export(args) => export(args).await,
        Model::Promote(args) => decide(args, "Production").await,
        Model::Archive(args) => decide(args, "Archived").await,
        Model::Trial(args) => trial(args).await,
        Model::Rollback(args) => roll_back(args).await,
    }
}

fn mesh(of: &Of, scope: Scope) -> anyhow::Result<Mesh> {
    let (product, model) = evaluate::named(&of.model)?;
    let missing = missing(&of.model);
    Mesh::of(
        &of.asking,
        product,
        format!("models/{model}"),
        scope,
        missing,
    )
}

/// What to try where a version or a run is missing.
pub(crate) fn missing(model: &str) -> String {
    format!(
        "; `mesh model versions {model}` lists the versions, `mesh model runs {model}` the training runs"
    )
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
            "{:>4}  {:<10}  {:<27}  {:<22}  {}",
            version["version"],
            text(&version["stage"]),
            text(&version["trained_at"]),
            text(&version["algorithm"]),
            worth(version),
        );
    }
    Ok(ExitCode::SUCCESS)
}

/// `accuracy 0.851`, or the mean absolute error of what tells a quantity.
fn worth(version: &Value) -> String {
    let (name, measure) = match version["predicts"] == "quantity" {
        true => ("mean absolute error", "mae"),
        false => ("accuracy", "accuracy"),
    };
    let value = &version["report"]["measures"][measure]["value"];
    // Of a version that was recorded without a report.
    let value = value
        .as_f64()
        .or(version["evaluation"]["accuracy"].as_f64());
    format!("{name} {:.3}", value.unwrap_or(f64::NAN))
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

/// What the newest look of each kind says, and what was done.
async fn quality(args: &Versions) -> anyhow::Result<ExitCode> {
    let mesh = mesh(&args.of, Scope::Query)?;
    let answer = mesh.ask(mesh.get("/quality")).await?;
    if args.of.asking.json {
        println!("{answer:#}");
        return Ok(ExitCode::SUCCESS);
    }
    let findings = answer["findings"].as_array().map_or(&[][..], Vec::as_slice);
    for kind in ["drift", "estimate", "performance", "action"] {
        let of_kind = || findings.iter().filter(|finding| finding["kind"] == kind);
        let Some(newest) = of_kind().next_back() else {
            continue;
        };
        let (look, version) = (&newest["look"], &newest["version"]);
        println!(
            "{kind}, look {look} at {}: version {version}, {} answers",
            text(&newest["at"]),
            newest["cases"]
        );
        for finding in of_kind().filter(|finding| kind == "action" || finding["look"] == *look) {
            println!("  {}", found_in_words(finding));
        }
    }
    if findings.is_empty() {
        println!(
            "nothing was looked at yet: a look is at as many answers as `watch.batch` says, 500 where it says nothing"
        );
    }
    Ok(ExitCode::SUCCESS)
}

/// `✗ chol  0.310  (0.121)` or `retrain: look 7: drift: …`
fn found_in_words(finding: &Value) -> String {
    let subject = text(&finding["subject"]);
    if finding["kind"] == "action" {
        let refused = finding["detail"]["refused"].as_str();
        let refused = refused.map(|reason| format!(" (not done: {reason})"));
        let why = text(&finding["detail"]["why"]);
        return format!(
            "{} {subject}: {why}{}",
            text(&finding["at"]),
            refused.unwrap_or_default()
        );
    }
    let number = |field: &str| finding[field].as_f64().map(|number| format!("{number:.3}"));
    let mark = if finding["found"] == true {
        "✗"
    } else {
        "✓"
    };
    let value = number("value").unwrap_or_else(|| "-".to_owned());
    let interval = number("low").zip(number("high"));
    let interval = interval.map(|(low, high)| format!(" [{low}, {high}]"));
    let bound = number("bound").map(|bound| format!("  ({bound})"));
    format!(
        "{mark} {subject:<18} {value}{}{}",
        interval.unwrap_or_default(),
        bound.unwrap_or_default()
    )
}

async fn runs(args: &Versions) -> anyhow::Result<ExitCode> {
    let mesh = mesh(&args.of, Scope::Query)?;
    let answer = mesh.ask(mesh.get("/runs")).await?;
    if args.of.asking.json {
        println!("{answer:#}");
        return Ok(ExitCode::SUCCESS);
    }
    for run in answer["runs"].as_array().into_iter().flatten() {
        println!("{}  {}", text(&run["at"]), train::in_words(run));
    }
    Ok(ExitCode::SUCCESS)
}

async fn cancel(args: &Cancel) -> anyhow::Result<ExitCode> {
    let mesh = mesh(&args.of, Scope::Models)?;
    let path = format!("/runs/{}/cancel", args.run);
    let run = mesh.ask(mesh.post(&path)).await?;
    match args.of.asking.json {
        true => println!("{run:#}"),
        false => println!("{}", train::in_words(&run)),
    }
    Ok(ExitCode::SUCCESS)
}

async fn import(args: &Import) -> anyhow::Result<ExitCode> {
    let file = args.file.display();
    let onnx = std::fs::read(&args.file).with_context(|| format!("cannot read {file}"))?;
    let mesh = mesh(&args.of, Scope::Models)?;
    let request = mesh.post("/versions").query(&[("origin", &args.origin)]);
    let request = request.header("content-type", "application/octet-stream");
    let version = mesh.ask(request.body(onnx)).await?;
    let (model, number) = (&args.of.model, &version["version"]);
    match args.of.asking.json {
        true => println!("{version:#}"),
        false => println!(
            "version {number}: {} on {} cases held out; `mesh model promote {model} {number} --why REASON` puts it to the gate",
            worth(&version),
            version["report"]["cases"],
        ),
    }
    Ok(ExitCode::SUCCESS)
}

async fn export(args: &Export) -> anyhow::Result<ExitCode> {
    let mesh = mesh(&args.of, Scope::Models)?;
    let number = match args.version {
        Some(number) => number,
        None => {
            let serving = mesh.ask(mesh.get("")).await?;
            let number = serving["version"].as_u64();
            number.context("no version is in Production: name one with --version")?
        }
    };
    let onnx = mesh
        .bytes(mesh.get(&format!("/versions/{number}/model.onnx")))
        .await?;
    let (_, model) = evaluate::named(&args.of.model)?;
    let usual = || PathBuf::from(format!("{model}-{number}.onnx"));
    let file = args.output.clone().unwrap_or_else(usual);
    std::fs::write(&file, &onnx).with_context(|| format!("cannot write {}", file.display()))?;
    println!("{}: version {number}, {} bytes", file.display(), onnx.len());
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
    let wish = json!({ "why": args.why, "from": args.from });
    told(
        &args.of,
        &mesh.ask(mesh.post("/rollback").json(&wish)).await?,
    )
}

async fn trial(args: &Trial) -> anyhow::Result<ExitCode> {
    let path = |rest: &str| format!("/versions/{}/{rest}", args.version);
    let decided = match (args.share, args.end) {
        (Some(share), _) => Some((path("trial"), json!({ "share": share, "why": args.why }))),
        (None, true) => Some((
            path("stage"),
            json!({ "stage": "Staging", "why": args.why }),
        )),
        (None, false) => None,
    };
    if let Some((path, wish)) = decided {
        let mesh = mesh(&args.of, Scope::Models)?;
        return told(&args.of, &mesh.ask(mesh.post(&path).json(&wish)).await?);
    }
    let mesh = mesh(&args.of, Scope::Query)?;
    let report = mesh.ask(mesh.get(&path("trial"))).await?;
    if args.of.asking.json {
        println!("{report:#}");
        return Ok(ExitCode::SUCCESS);
    }
    let number = |value: &Value| value.as_f64().unwrap_or(f64::NAN);
    println!(
        "version {} {} since {}, answering {} % of the calls",
        report["version"],
        if report["on_trial"] == true {
            "is on trial"
        } else {
            "was on trial"
        },
        text(&report["since"]),
        number(&report["share"]) * 100.0
    );
    println!(
        "  asked {} calls that others answered:{} mean difference {:.4}",
        report["calls"],
        match &report["other_predictions"] {
            Value::Null => String::new(),
            otherwise => format!(" {otherwise} answered otherwise,"),
        },
        number(&report["mean_difference"])
    );
    let comparison = &report["comparison"];
    if comparison.is_null() {
        println!(
            "  the truth is known of {}: too few to compare by",
            report["labelled"]
        );
    } else {
        let better = &comparison["better_by"];
        println!(
            "  {} on {} calls whose truth is known: {:.4}, and {:.4} of what answered; better by {:.4} [{:.4}, {:.4}]",
            text(&comparison["measure"]),
            comparison["cases"],
            number(&comparison["challenger"]),
            number(&comparison["champion"]),
            number(&better["value"]),
            number(&better["interval"]["low"]),
            number(&better["interval"]["high"])
        );
    }
    Ok(ExitCode::SUCCESS)
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
    let trial = change["trial"].as_f64();
    let trial = trial.map(|share| format!(", on trial with {} % of the calls,", share * 100.0));
    let frozen = change["freezes"] == true;
    let frozen = frozen.then(|| ", the model frozen,".to_owned());
    format!(
        "{}  version {} became {}{} by {}: {}",
        text(&change["at"]),
        change["version"],
        text(&change["stage"]),
        trial.or(frozen).unwrap_or_default(),
        text(&change["decided_by"]),
        text(&change["why"])
    )
}
