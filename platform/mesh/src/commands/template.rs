//! `mesh template`: a product that was made from a template takes over what the template has learned since.

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Args, Subcommand};
use mesh_scaffold::{FileState, Templates, Upgrade as Plan, plan_upgrade};

#[derive(Subcommand)]
pub(crate) enum Template {
    /// List the templates and their versions.
    List,
    /// Merge a newer version of the template into the product; conflicts are marked as git marks them.
    Upgrade(Upgrade),
}

#[derive(Args)]
pub(crate) struct Upgrade {
    /// Folder of the product.
    #[arg(value_name = "PRODUCT_DIR", default_value = ".")]
    product: PathBuf,
    /// Version to go to [default: the newest].
    #[arg(long, value_name = "VERSION")]
    to: Option<String>,
    /// Change nothing; end with 1 if there is a newer version.
    #[arg(long)]
    check: bool,
}

pub(crate) fn run(command: &Template) -> anyhow::Result<ExitCode> {
    let templates = Templates::builtin()?;
    match command {
        Template::List => {
            for (name, newest, description) in templates.list() {
                println!("{name:<8} {newest:<8} {description}");
            }
            Ok(ExitCode::SUCCESS)
        }
        Template::Upgrade(args) => {
            let plan = plan_upgrade(&args.product, &templates, args.to.as_deref())?;
            upgrade(args, &plan)
        }
    }
}

fn upgrade(args: &Upgrade, plan: &Plan) -> anyhow::Result<ExitCode> {
    let template = plan.template();
    if !plan.is_available() {
        println!("template {template} {} is the newest", plan.from());
        return Ok(ExitCode::SUCCESS);
    }
    println!("template {template} {} -> {}", plan.from(), plan.to());
    for file in plan.files() {
        if let Some(what) = word(file.state()) {
            println!("  {what:<10} {}", file.path().display());
        }
    }
    if args.check {
        println!(
            "`mesh template upgrade {}` makes it so",
            args.product.display()
        );
        return Ok(ExitCode::FAILURE);
    }
    plan.apply(&args.product)?;
    if plan.has_conflicts() {
        println!(
            "resolve what stands between <<<<<<< and >>>>>>> in the files in conflict, then `mesh test`"
        );
        return Ok(ExitCode::FAILURE);
    }
    println!("done; `mesh test {}` tries it", args.product.display());
    Ok(ExitCode::SUCCESS)
}

/// What becomes of a file; nothing if it stays as it is.
fn word(state: FileState) -> Option<&'static str> {
    Some(match state {
        FileState::Unchanged => return None,
        FileState::Updated => "updated",
        FileState::Added => "added",
        FileState::Removed => "removed",
        FileState::Merged => "merged",
        FileState::Conflicted => "CONFLICT",
        FileState::Kept => "kept",
        FileState::Deleted => "deleted",
    })
}
