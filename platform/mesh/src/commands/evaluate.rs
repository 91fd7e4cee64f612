//! `mesh model evaluate`: what a model is worth on the product's starting data.

use anyhow::Context;
use mesh_sdk::Validation;

use super::alone::Alone;
use crate::cli::Evaluate;
use crate::{ProductList, progress};

/// Product and model of `product/model`.
pub(crate) fn named(model: &str) -> anyhow::Result<(&str, &str)> {
    model
        .split_once('/')
        .context("name the model as product/model, such as bracelet-cardiology/heart-risk")
}

pub(crate) async fn run(args: &Evaluate, built_in: ProductList) -> anyhow::Result<()> {
    let (product, model) = named(&args.model)?;
    let products = built_in()?;
    let known: Vec<String> = products
        .iter()
        .map(|product| product.name().to_owned())
        .collect();
    let product = products
        .into_iter()
        .find(|known| known.name() == product)
        .with_context(|| {
            format!(
                "there is no product {product}; there are {}",
                known.join(", ")
            )
        })?;

    // The report is about what the product ships.
    let alone = Alone::start(product).await?;
    let bar = progress::bar(
        u64::from(args.folds) * u64::from(args.repeats),
        "cross-validating",
    );
    let mut advance = |done: usize, _total: usize| bar.set_position(done as u64);
    let (folds, repeats) = (args.folds.into(), args.repeats.into());
    let validating = mesh_sdk::cross_validate(
        &alone.running,
        model,
        folds,
        repeats,
        args.seed,
        &mut advance,
    );
    let report = validating.await;
    bar.finish_and_clear();
    alone.stop().await;
    let report = report?;
    match args.json {
        true => println!("{}", serde_json::to_string_pretty(&report)?),
        false => print(&args.model, args, &report),
    }
    Ok(())
}

fn print(model: &str, args: &Evaluate, report: &Validation) {
    let once = report.folds.iter().take(args.folds.into());
    println!(
        "{model}: {}-fold cross-validation, repeated {} times, seed {}, {} cases",
        args.folds,
        args.repeats,
        args.seed,
        once.map(|fold| fold.cases).sum::<usize>()
    );
    println!("  {:<18} {:>9} {:>9}", "", "mean", "sd");
    for (measure, summary) in &report.measures {
        println!(
            "  {:<18} {:>9.4} {:>9.4}",
            measure.name(),
            summary.mean,
            summary.sd
        );
    }
    println!("  sd is that of the single folds");
}
