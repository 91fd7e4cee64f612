//! A running product -> its entry in the catalog.

mod model;
mod profile;

use chrono::Utc;
use mesh_catalog::{
    ContractEntry, ContractRef, DatasetEntry, Direction, Entry, Failure, Port, QualityEntry,
    RuleResult, RuleStatus, ServiceLevelResult, ServiceLevelStatus, example,
};
use mesh_sdk::{Contract, DatasetState, Kept, QualityReport, RunningProduct, Verdict};

pub(crate) fn entry(running: &RunningProduct) -> Entry {
    let product = running.product();
    let description = product.description();
    let address = format!("/products/{}", product.name());
    Entry {
        product: product.name().to_owned(),
        domain: product.domain().to_owned(),
        title: product.name().to_owned(),
        version: description.version().to_owned(),
        status: description.status().to_owned(),
        purpose: description.purpose().to_owned(),
        owner: description.team().to_owned(),
        tags: description.tags().to_vec(),
        urn: format!("urn:mesh:{}:{}", product.domain(), product.name()),
        ports: ports(running, &address),
        contracts: product
            .contracts()
            .into_iter()
            .map(ContractEntry::from)
            .collect(),
        datasets: running.datasets().into_iter().map(dataset).collect(),
        models: running
            .model_states()
            .map(|state| model::entry(&state, &address))
            .collect(),
        untrained: running.untrained().map(str::to_owned).collect(),
        address,
        registered_at: Utc::now(),
        failure: None,
    }
}

fn ports(running: &RunningProduct, address: &str) -> Vec<Port> {
    let product = running.product();
    let inputs = product.input_ports().iter().map(|port| Port {
        name: port.name().to_owned(),
        direction: Direction::Input,
        description: port.contract().description().to_owned(),
        urn: product.urn(port.name(), port.contract()),
        address: format!("{address}/ports/{}", port.name()),
        contract: Some(contract_ref(port.contract())),
        dataset: Some(port.dataset().to_owned()),
        example: example(port.contract()),
    });
    let outputs = product
        .output_ports()
        .map(|(name, description, contract)| Port {
            name: name.to_owned(),
            direction: Direction::Output,
            description: description.to_owned(),
            urn: product.urn(name, contract),
            address: format!("{address}/query"),
            contract: Some(contract_ref(contract)),
            dataset: Some(name.to_owned()),
            example: None,
        });
    let scoring = product.scoring_ports().map(|port| Port {
        name: port.model.to_owned(),
        direction: Direction::Scoring,
        description: port.description.to_owned(),
        urn: product.urn(port.model, port.output),
        address: format!("{address}/models/{}/score", port.model),
        contract: Some(contract_ref(port.output)),
        dataset: Some(port.dataset.to_owned()),
        example: example(port.input),
    });
    inputs.chain(outputs).chain(scoring).collect()
}

fn contract_ref(contract: &Contract) -> ContractRef {
    ContractRef {
        id: contract.id().to_owned(),
        name: contract.name().to_owned(),
        version: contract.version().to_owned(),
    }
}

fn dataset(state: DatasetState) -> DatasetEntry {
    DatasetEntry {
        contract: state.contract,
        rows: state.rows,
        version: i64::try_from(state.version).unwrap_or(i64::MAX),
        updated_at: state.updated_at,
        location: Some(state.location),
        from: Some(state.origin),
        refreshed_at: state.refresh.as_ref().and_then(|state| state.refreshed_at),
        failure: state
            .refresh
            .and_then(|state| state.failure)
            .map(|failure| Failure {
                message: failure.reason,
                since: failure.since,
            }),
        quality: state.quality.map(|report| quality(&report)),
        profile: state.profile.map(|profile| profile::entry(&profile)),
        correlations: state
            .correlations
            .iter()
            .map(|correlations| profile::correlations(correlations))
            .collect(),
        name: state.name,
    }
}

fn quality(report: &QualityReport) -> QualityEntry {
    let results = report.results.iter().map(|result| RuleResult {
        rule: result.rule.clone(),
        property: result.property.clone(),
        sentence: result.sentence.clone(),
        status: match result.verdict {
            Verdict::Passed => RuleStatus::Passed,
            Verdict::Failed => RuleStatus::Failed,
            Verdict::NotRun => RuleStatus::NotRun,
        },
        observed: result.observed,
        threshold: result.threshold.clone(),
        severity: result.severity.clone(),
        reason: result.reason.clone(),
    });
    let levels = report.service_levels.iter();
    let levels = levels.map(|level| ServiceLevelResult {
        property: level.property.clone(),
        sentence: level.sentence.clone(),
        status: match level.kept {
            Kept::Kept => ServiceLevelStatus::Kept,
            Kept::Broken => ServiceLevelStatus::Broken,
            Kept::NotMeasured => ServiceLevelStatus::NotMeasured,
        },
        observed: level.observed.clone(),
        reason: level.reason.clone(),
    });
    QualityEntry {
        checked_at: report.checked_at,
        version: i64::try_from(report.version).unwrap_or(i64::MAX),
        results: results.collect(),
        service_levels: levels.collect(),
    }
}
