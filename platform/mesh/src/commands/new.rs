//! `mesh new`: a data product from a template, and from a CSV file if there is one.

use std::io::IsTerminal;
use std::path::{Path, PathBuf};

use anyhow::{Context, bail};
use clap::Args;
use dialoguer::{Input, Select};
use mesh_scaffold::{InferOptions, NewProduct, Scaffold, Templates};
use mesh_sdk::DataProduct;

#[derive(Args)]
pub(crate) struct New {
    /// Name of the product, as it stands in addresses: small letters, digits and hyphens.
    name: Option<String>,
    /// Domain whose team owns it.
    #[arg(long)]
    domain: Option<String>,
    /// What it is made from: dataset, model or rust.
    #[arg(long)]
    template: Option<String>,
    /// CSV file to infer the contract from and to start with.
    #[arg(long, value_name = "FILE")]
    from_csv: Option<PathBuf>,
    /// Column that a model is to tell: yes or no where it allows, else one of a few codes, or a quantity; for the template model.
    #[arg(long, value_name = "COLUMN")]
    target: Option<String>,
    /// Team that owns it [default: the domain's data team].
    #[arg(long)]
    team: Option<String>,
    /// Number that stands for a missing value, such as -9; may be given several times.
    #[arg(long, value_name = "NUMBER", allow_hyphen_values = true)]
    missing: Vec<f64>,
    /// Folder of the meshwork sources, for the template rust.
    #[arg(long, value_name = "DIR")]
    meshwork: Option<PathBuf>,
    /// Folder to make [default: the name, in this folder].
    #[arg(long, value_name = "DIR")]
    into: Option<PathBuf>,
    /// Only show what would be made.
    #[arg(long)]
    dry_run: bool,
}

pub(crate) fn run(args: New) -> anyhow::Result<()> {
    let templates = Templates::builtin()?;
    let args = if std::io::stdin().is_terminal() && std::io::stderr().is_terminal() {
        asked(args, &templates)?
    } else {
        args
    };
    let name = needed(args.name, "a name: mesh new NAME")?;
    let domain = needed(
        args.domain,
        "the domain whose team owns the product: --domain DOMAIN",
    )?;
    let known = templates
        .list()
        .map(|(name, ..)| name)
        .collect::<Vec<_>>()
        .join(", ");
    let template = needed(
        args.template,
        &format!("a template: --template with one of {known}"),
    )?;
    let folder = args.into.unwrap_or_else(|| PathBuf::from(&name));

    let mut scaffold = Scaffold::new(&name, &domain, &template)
        .mesh_schema(&format!("{:#}\n", mesh_sdk::mesh_yaml_schema()));
    if let Some(csv) = args.from_csv {
        scaffold = scaffold.csv(csv);
    }
    if let Some(target) = &args.target {
        scaffold = scaffold.target(target);
    }
    if let Some(team) = &args.team {
        scaffold = scaffold.team(team);
    }
    scaffold = scaffold.options(InferOptions {
        sentinels: args.missing,
        ..InferOptions::default()
    });
    if template == "rust" {
        let sources = needed(
            args.meshwork,
            "the meshwork sources that a crate builds on: --meshwork DIR",
        )?;
        let sources = sources_of(&sources)?;
        scaffold = scaffold.answer("meshwork", sources.display().to_string());
    }
    let product = scaffold.build(&templates)?;
    if args.dry_run {
        show(&folder, &product);
        eprintln!("nothing was written; leave out --dry-run to make it");
        return Ok(());
    }
    if folder.exists() {
        bail!(
            "{} is there already: choose another name, or a folder with --into DIR",
            folder.display()
        );
    }
    product.write(&folder)?;
    // What was made has to run: a mistake in it is ours.
    DataProduct::from_files(folder.clone())
        .context("what was made cannot be read back; please report this")?;
    show(&folder, &product);
    next(&folder, &template);
    Ok(())
}

fn next(folder: &Path, template: &str) {
    let folder = folder.display();
    eprintln!("\nNext:\n");
    match template {
        "rust" => {
            eprintln!("  cd {folder} && cargo run -- up    # run it");
            eprintln!("  cargo test                   # its code and its data");
        }
        _ => {
            eprintln!("  mesh up {folder}       # run it; changed files are loaded at once");
            eprintln!("  mesh test {folder}     # its starting data, transforms and rules");
        }
    }
    eprintln!("  {folder}/README.md     # what to edit");
}

fn needed<T>(value: Option<T>, what: &str) -> anyhow::Result<T> {
    value.with_context(|| format!("mesh new needs {what}"))
}

/// The folder of the sources, in full: the product may be anywhere.
fn sources_of(folder: &Path) -> anyhow::Result<PathBuf> {
    if !folder.join("mesh-sdk/Cargo.toml").is_file() {
        bail!(
            "{} has no mesh-sdk in it: name the folder of the meshwork sources with --meshwork DIR",
            folder.display()
        );
    }
    Ok(folder.canonicalize()?)
}

/// The tree, and what a person should look at.
fn show(folder: &Path, product: &NewProduct) {
    println!("{}/", folder.display());
    for (path, content) in product.files() {
        println!("  {:<44} {:>9} bytes", path.display(), content.len());
    }
    let notes = product.notes();
    if !notes.is_empty() {
        eprintln!("\nFor review:");
    }
    for note in notes {
        eprintln!("  - {note}");
    }
}

/// Asks a person for what was not said.
fn asked(mut args: New, templates: &Templates) -> anyhow::Result<New> {
    let ask = |question: &str| Input::<String>::new().with_prompt(question).interact_text();
    if args.name.is_none() {
        args.name = Some(ask("Name of the product (small letters, digits, hyphens)")?);
    }
    if args.domain.is_none() {
        args.domain = Some(ask("Domain whose team owns it")?);
    }
    if args.template.is_none() {
        let (names, described): (Vec<&str>, Vec<String>) = templates
            .list()
            .map(|(name, _, description)| (name, format!("{name:<8} {description}")))
            .unzip();
        let chosen = Select::new()
            .with_prompt("Template")
            .items(&described)
            .default(0)
            .interact()?;
        args.template = Some(names[chosen].to_owned());
        if args.from_csv.is_none() {
            let file: String = Input::new()
                .with_prompt("CSV file to start from (empty: a small example)")
                .allow_empty(true)
                .interact_text()?;
            args.from_csv = (!file.is_empty()).then(|| file.into());
        }
        if args.template.as_deref() == Some("model")
            && args.from_csv.is_some()
            && args.target.is_none()
        {
            args.target = Some(ask("Column that the model is to tell")?);
        }
    }
    Ok(args)
}
