//! `mesh token`: a token of the development issuer.

use std::time::Duration;

use anyhow::{Context, bail};
use mesh_platform::identity::{DevIssuer, Scope};

use crate::cli::Token;
use crate::commands::up;

pub(crate) fn run(args: &Token) -> anyhow::Result<()> {
    let folder = args.data.path()?;
    let address = up::address_of(&folder).with_context(|| {
        format!(
            "there is no mesh in {}: start one with `mesh up`",
            folder.display()
        )
    })?;
    let issuer = DevIssuer::open(&up::identity_of(&folder), &address)?;
    let scopes = args
        .scope
        .iter()
        .map(|name| scope(name))
        .collect::<anyhow::Result<Vec<_>>>()?;
    let valid_for = Duration::from_secs(u64::from(args.hours) * 3600);
    println!("{}", issuer.token(&args.user, &scopes, valid_for)?);
    Ok(())
}

/// A scope by its name, with or without `mesh.` before it.
fn scope(name: &str) -> anyhow::Result<Scope> {
    let short = |scope: Scope| scope.name().trim_start_matches("mesh.");
    let wanted = name.trim_start_matches("mesh.");
    if let Some(scope) = Scope::ALL.into_iter().find(|scope| short(*scope) == wanted) {
        return Ok(scope);
    }
    bail!(
        "there is no scope {name:?}; there are {}",
        Scope::ALL.map(short).join(", ")
    )
}
