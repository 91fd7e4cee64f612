//! What was measured, for people: a line per rule, a picture before the words.

use mesh_sdk::{ContractTest, DatasetState, QualityReport, RuleResult, Verdict};

pub(super) fn contract_test(test: &ContractTest) {
    println!(
        "{} {}: {} rows, {} of them broken",
        test.contract, test.contract_version, test.rows, test.broken_rows
    );
    for broken in &test.listed {
        for violation in &broken.violations {
            println!("  ✗ row {}: {violation}", broken.row);
        }
    }
    let unlisted = test.broken_rows - test.listed.len() as u64;
    if unlisted > 0 {
        println!("  ✗ and {unlisted} more rows");
    }
    rules(&test.results);
    summary(&test.results);
}

pub(super) fn dataset(report: &QualityReport) {
    println!(
        "{}: {} rows, contract {} {}",
        report.dataset, report.rows, report.contract, report.contract_version
    );
    rules(&report.results);
}

fn rules(results: &[RuleResult]) {
    for result in results {
        let (mark, told) = match (result.verdict, result.observed, &result.reason) {
            (Verdict::Passed, Some(observed), _) => ("✓", format!("found {observed}")),
            (Verdict::Failed, Some(observed), _) => {
                let mark = if result.is_breach() { "✗" } else { "!" };
                (
                    mark,
                    format!("found {observed}, asked for {}", result.threshold),
                )
            }
            (_, _, Some(reason)) => ("○", format!("not run: {reason}")),
            (verdict, ..) => ("○", verdict.word().to_owned()),
        };
        println!("  {mark} {}: {} ({told})", result.rule, result.sentence);
    }
}

fn summary(results: &[RuleResult]) {
    let count = |verdict| {
        results
            .iter()
            .filter(|result| result.verdict == verdict)
            .count()
    };
    println!(
        "{} rules passed, {} failed, {} not run",
        count(Verdict::Passed),
        count(Verdict::Failed),
        count(Verdict::NotRun)
    );
}

/// Prints the reports of a product's datasets; whether they keep their contracts.
pub(super) fn product(reports: &[QualityReport]) -> bool {
    reports.iter().for_each(dataset);
    let results: Vec<RuleResult> = reports
        .iter()
        .flat_map(|report| report.results.clone())
        .collect();
    summary(&results);
    !results.iter().any(RuleResult::is_breach)
}

/// Tells of the rows of a product's files that broke their contract; how many there are.
pub(super) fn quarantined(states: &[DatasetState]) -> u64 {
    let of = |state: &DatasetState| state.refresh.as_ref().map_or(0, |made| made.quarantined);
    for state in states.iter().filter(|state| of(state) > 0) {
        eprintln!(
            "  \u{2717} {}: {} rows of its file break the contract and are in quarantine",
            state.name,
            of(state)
        );
    }
    states.iter().map(of).sum()
}
