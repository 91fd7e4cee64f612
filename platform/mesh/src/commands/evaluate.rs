//! `mesh model evaluate`: what a model is worth on the product's starting data.

use anyhow::Context;
use mesh_sdk::{CrossValidation, CrossValidationReport};

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
    let validation = CrossValidation {
        folds: args.folds.into(),
        repeats: args.repeats.into(),
        seed: args.seed,
    };
    let bar = progress::bar(
        u64::from(args.folds) * u64::from(args.repeats),
        "cross-validating",
    );
    let mut advance = |done: usize, _total: usize| bar.set_position(done as u64);
    let report = mesh_sdk::cross_validate(&alone.running, model, validation, &mut advance).await;
    bar.finish_and_clear();
    alone.stop().await;
    let report = report?;
    match args.json {
        true => println!("{}", serde_json::to_string_pretty(&report)?),
        false => print(&args.model, args, &report),
    }
    Ok(())
}

fn print(model: &str, args: &Evaluate, report: &CrossValidationReport) {
    println!(
        "{model}: {}-fold stratified cross-validation, repeated {} times, seed {}, {} cases",
        args.folds,
        args.repeats,
        args.seed,
        report
            .folds
            .iter()
            .filter(|fold| fold.repeat == 0)
            .map(|fold| fold.cases)
            .sum::<usize>()
    );
    println!("  {:<10} {:>7} {:>7}", "", "mean", "sd");
    println!(
        "  {:<10} {:>7.4} {:>7.4}",
        "accuracy", report.accuracy.mean, report.accuracy.sd
    );
    println!(
        "  {:<10} {:>7.4} {:>7.4}",
        "AUC", report.auc.mean, report.auc.sd
    );
    println!("  sd is that of the single folds");
}
