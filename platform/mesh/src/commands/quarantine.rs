//! `mesh quarantine`: what broke its contract in a product of the running mesh, and putting it in again.

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::Context;
use clap::{Args, Subcommand};
use mesh_platform::identity::Scope;
use serde_json::{Map, Value, json};

use crate::commands::client::{Asking, Mesh, text};
use crate::message::counted;

#[derive(Subcommand)]
pub(crate) enum Quarantine {
    /// List what waits, the newest first.
    List(List),
    /// Show an entry: what is wrong with it, and its data as they came.
    Show(Show),
    /// Put entries in again, once the contract or the data are mended.
    Replay(Replay),
}

#[derive(Args)]
pub(crate) struct List {
    #[command(flatten)]
    of: Of,
    /// Only what was for this dataset.
    #[arg(long)]
    dataset: Option<String>,
    /// Only what broke this rule, such as schema-unknown.
    #[arg(long, value_name = "RULE")]
    reason: Option<String>,
    /// Entries at most.
    #[arg(long, default_value_t = 20, value_parser = clap::value_parser!(u16).range(1..=1000))]
    limit: u16,
    /// Go on behind this entry.
    #[arg(long, value_name = "ID")]
    after: Option<String>,
}

#[derive(Args)]
pub(crate) struct Show {
    #[command(flatten)]
    of: Of,
    /// The entry, as the list names it.
    id: String,
}

#[derive(Args)]
pub(crate) struct Replay {
    #[command(flatten)]
    of: Of,
    /// The dataset that the entries were for.
    #[arg(long)]
    dataset: String,
    /// Only these entries.
    ids: Vec<String>,
    /// Only those that broke this rule.
    #[arg(long, value_name = "RULE")]
    reason: Option<String>,
    /// Put in the record of this JSON file instead of what came for the entry.
    #[arg(long = "record", value_name = "ID=FILE", value_parser = mended)]
    records: Vec<(String, PathBuf)>,
}

#[derive(Args)]
struct Of {
    /// The product.
    product: String,
    #[command(flatten)]
    asking: Asking,
}

fn mended(text: &str) -> Result<(String, PathBuf), String> {
    let (id, file) = text
        .split_once('=')
        .ok_or("write the id of an entry, = and a file, such as 0-17-9f3c12ab=mended.json")?;
    Ok((id.to_owned(), PathBuf::from(file)))
}

pub(crate) async fn run(command: &Quarantine) -> anyhow::Result<ExitCode> {
    match command {
        Quarantine::List(args) => list(args).await,
        Quarantine::Show(args) => show(args).await,
        Quarantine::Replay(args) => replay(args).await,
    }
}

async fn list(args: &List) -> anyhow::Result<ExitCode> {
    let mesh = mesh(&args.of)?;
    let mut parameters = vec![("limit", args.limit.to_string())];
    let optional = [
        ("dataset", &args.dataset),
        ("reason", &args.reason),
        ("after", &args.after),
    ];
    for (name, value) in optional {
        parameters.extend(value.clone().map(|value| (name, value)));
    }
    let answer = mesh.ask(mesh.get("").query(&parameters)).await?;
    if args.of.asking.json {
        println!("{answer:#}");
        return Ok(ExitCode::SUCCESS);
    }
    let entries = answer["entries"].as_array().map_or(&[][..], Vec::as_slice);
    for entry in entries {
        println!(
            "{:<24} {:<27} {:<20} {}",
            text(&entry["id"]),
            text(&entry["received_at"]),
            text(&entry["dataset"]),
            reasons(&entry["reasons"])
        );
    }
    let product = &args.of.product;
    match (entries, answer["next"].as_str()) {
        ([], _) => println!("nothing waits in the quarantine of {product}"),
        (_, Some(next)) => {
            println!("… `mesh quarantine list {product} --after {next}` lists further ones");
        }
        ([first, ..], None) => println!(
            "`mesh quarantine show {product} {}` shows one as it came",
            text(&first["id"])
        ),
    }
    Ok(ExitCode::SUCCESS)
}

async fn show(args: &Show) -> anyhow::Result<ExitCode> {
    let mesh = mesh(&args.of)?;
    let entry = mesh.ask(mesh.get(&format!("/{}", args.id))).await?;
    if args.of.asking.json {
        println!("{entry:#}");
        return Ok(ExitCode::SUCCESS);
    }
    for field in [
        "id",
        "dataset",
        "event_id",
        "received_at",
        "topic",
        "partition",
        "offset",
        "source",
        "type",
        "subject",
        "schema",
        "headers",
        "replay",
    ] {
        if !entry[field].is_null() {
            println!("{field:<12} {}", text(&entry[field]));
        }
    }
    for reason in entry["reasons"].as_array().into_iter().flatten() {
        println!("{:<12} {}", "broken", reason_in_words(reason));
    }
    println!("\n{}", text(&entry["data"]));
    if entry["replay"].is_null() {
        println!(
            "\n`mesh quarantine replay {} --dataset {} {}` puts it in again, with `--record {}=FILE` as it is in a file",
            args.of.product,
            text(&entry["dataset"]),
            args.id,
            args.id
        );
    }
    Ok(ExitCode::SUCCESS)
}

/// The quarantine of the product.
fn mesh(of: &Of) -> anyhow::Result<Mesh> {
    let missing = format!("; `mesh quarantine list {}` lists what waits", of.product);
    Mesh::of(
        &of.asking,
        &of.product,
        "quarantine",
        Scope::Quarantine,
        missing,
    )
}

/// Ends well if everything that was asked for is in its dataset.
async fn replay(args: &Replay) -> anyhow::Result<ExitCode> {
    let mesh = mesh(&args.of)?;
    let mut records = Map::new();
    for (id, file) in &args.records {
        let text = std::fs::read_to_string(file)
            .with_context(|| format!("cannot read {}", file.display()))?;
        let record: Value = serde_json::from_str(&text)
            .with_context(|| format!("{} holds no JSON record", file.display()))?;
        records.insert(id.clone(), record);
    }
    let mut wish = json!({
        "dataset": args.dataset, "ids": args.ids, "reason": args.reason, "records": records, "after": null,
    });
    let mut answers = Vec::new();
    loop {
        let answer = mesh.ask(mesh.post("/replay").json(&wish)).await?;
        let next = answer["next"].clone();
        answers.push(answer);
        if next.is_null() {
            break;
        }
        wish["after"] = next;
    }
    let all = |what: &str| -> Vec<Value> {
        let lists = answers.iter().filter_map(|answer| answer[what].as_array());
        lists.flatten().cloned().collect()
    };
    let refused = all("refused");
    if args.of.asking.json {
        let answer = json!({ "stored": all("stored"), "there": all("there"), "refused": refused });
        println!("{answer:#}");
    } else {
        for entry in &refused {
            println!("✗ {}: {}", text(&entry["id"]), reasons(&entry["errors"]));
        }
        println!(
            "{} stored, {} there already, {} still broken",
            counted(all("stored").len(), "event"),
            all("there").len(),
            refused.len()
        );
    }
    Ok(match refused.is_empty() {
        true => ExitCode::SUCCESS,
        false => ExitCode::FAILURE,
    })
}

/// `age: maximum, sex: required`
fn reasons(reasons: &Value) -> String {
    let reasons = reasons.as_array().into_iter().flatten();
    let reasons = reasons.map(|reason| match reason["field"].as_str() {
        None | Some("") => text(&reason["rule"]),
        Some(field) => format!("{field}: {}", text(&reason["rule"])),
    });
    reasons.collect::<Vec<_>>().join(", ")
}

fn reason_in_words(reason: &Value) -> String {
    let field = match reason["field"].as_str() {
        None | Some("") => String::new(),
        Some(field) => format!("{field}: "),
    };
    format!(
        "{field}expected {}; found {} ({})",
        text(&reason["expected"]),
        text(&reason["found"]),
        text(&reason["rule"])
    )
}
