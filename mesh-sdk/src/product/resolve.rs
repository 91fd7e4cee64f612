//! What the two documents of a product name -> what they mean, or what is wrong with it.

use mesh_contracts::{Contract, Port as DeclaredPort, ProductDescription};

use super::{DatasetPlan, InputPort, ModelPlan};
use crate::SdkError;
use crate::declaration::{Dataset, Declaration, Model, Source};

pub(super) fn datasets(
    description: &ProductDescription,
    declaration: &Declaration,
) -> Result<Vec<DatasetPlan>, SdkError> {
    let outputs = description.output_ports();
    for port in outputs {
        if !declaration.datasets.contains_key(port.name()) {
            let message = format!(
                "output port {} has no dataset here; the datasets are {}",
                port.name(),
                names(declaration.datasets.keys())
            );
            return Err(SdkError::declaration("datasets", message));
        }
    }
    let plan = |(name, dataset): (&String, &Dataset)| {
        let path = format!("datasets.{name}");
        let port = outputs
            .iter()
            .find(|port| port.name() == name)
            .ok_or_else(|| {
                let message =
                    "no output port of this name in product.odps.yaml gives it a contract";
                SdkError::declaration(&path, message)
            })?;
        Ok(DatasetPlan {
            name: name.clone(),
            contract: published(port.contract_id(), port.version(), &path)?,
            from: dataset.from.clone(),
            starting_data: dataset.starting_data.clone(),
        })
    };
    let datasets: Vec<DatasetPlan> = declaration
        .datasets
        .iter()
        .map(plan)
        .collect::<Result<_, SdkError>>()?;
    for (index, dataset) in datasets.iter().enumerate() {
        if let Some(other) = datasets[..index]
            .iter()
            .find(|other| other.from == dataset.from)
        {
            let path = format!("datasets.{}.from", dataset.name);
            let message = format!(
                "dataset {} takes the same already; one source fills one dataset",
                other.name
            );
            return Err(SdkError::declaration(path, message));
        }
    }
    Ok(datasets)
}

pub(super) fn ports(
    description: &ProductDescription,
    datasets: &[DatasetPlan],
) -> Result<Vec<InputPort>, SdkError> {
    let declared = description.input_ports();
    for dataset in datasets {
        if let Source::Port(port) = &dataset.from
            && !declared.iter().any(|input| input.name() == port)
        {
            let path = format!("datasets.{}.from.port", dataset.name);
            let known = names(declared.iter().map(|input| input.name()));
            let message = format!("product.odps.yaml has no input port {port}; it has {known}");
            return Err(SdkError::declaration(path, message));
        }
    }
    let plan = |input: &DeclaredPort| {
        let from = Source::Port(input.name().to_owned());
        let dataset = datasets
            .iter()
            .find(|dataset| dataset.from == from)
            .ok_or_else(|| {
                let message = format!(
                    "no dataset takes what comes in at input port {}",
                    input.name()
                );
                SdkError::declaration("datasets", message)
            })?;
        let path = format!("datasets.{}", dataset.name);
        let contract = published(input.contract_id(), input.version(), &path)?;
        let of = |contract: &Contract| (contract.id().to_owned(), contract.version().to_owned());
        if of(&contract) != of(&dataset.contract) {
            let message = format!(
                "input port {} and output port {} name different contracts, or versions of one",
                input.name(),
                dataset.name
            );
            return Err(SdkError::declaration(path, message));
        }
        Ok(InputPort {
            name: input.name().to_owned(),
            contract,
            dataset: dataset.name.clone(),
        })
    };
    declared.iter().map(plan).collect()
}

pub(super) fn models(
    declaration: &Declaration,
    datasets: &[DatasetPlan],
    ports: &[InputPort],
) -> Result<Vec<ModelPlan>, SdkError> {
    let plan = |(name, model): (&String, &Model)| {
        let path = |field: &str| format!("models.{name}.{field}");
        let input = ports
            .iter()
            .find(|port| port.name() == model.input)
            .ok_or_else(|| {
                let known = names(ports.iter().map(InputPort::name));
                let message = format!("no input port {}; the ports are {known}", model.input);
                SdkError::declaration(path("input"), message)
            })?;
        let properties = input.contract.schema().properties();
        if let Some(unknown) = model.features.all().find(|feature| {
            !properties
                .iter()
                .any(|property| property.name() == *feature)
        }) {
            let known = names(properties.iter().map(|property| property.name()));
            let message = format!(
                "{unknown} is not in contract {}: {known}",
                input.contract.name()
            );
            return Err(SdkError::declaration(path("features"), message));
        }
        if !(0.05..=0.95).contains(&model.training.held_out) {
            let message = "a share between 0.05 and 0.95 of the cases";
            return Err(SdkError::declaration(path("training.held_out"), message));
        }
        if properties
            .iter()
            .any(|property| property.name() == model.answer)
        {
            let message = format!(
                "contract {} has it already: the answer would replace it",
                input.contract.name()
            );
            return Err(SdkError::declaration(path("answer"), message));
        }
        let dataset = datasets
            .iter()
            .find(|dataset| dataset.from == Source::Model(name.clone()))
            .ok_or_else(|| {
                let message =
                    format!("no dataset keeps the scores: add one with from: {{ model: {name} }}");
                SdkError::declaration("datasets", message)
            })?;
        let answered = dataset.contract.schema().properties();
        if !answered
            .iter()
            .any(|property| property.name() == model.answer)
        {
            let message = format!("contract {} has no such property", dataset.contract.name());
            return Err(SdkError::declaration(path("answer"), message));
        }
        Ok(ModelPlan {
            name: name.clone(),
            declared: model.clone(),
            input: input.contract.clone(),
            output: dataset.contract.clone(),
            dataset: dataset.name.clone(),
        })
    };
    declaration.models.iter().map(plan).collect()
}

fn published(id: &str, version: &str, path: &str) -> Result<Contract, SdkError> {
    mesh_contracts::published::find(id, Some(version)).ok_or_else(|| {
        let all = mesh_contracts::published::all();
        let known = all
            .iter()
            .map(|contract| format!("{} {}", contract.id(), contract.version()));
        let message = format!(
            "no contract {id} {version} is published; there are {}",
            known.collect::<Vec<_>>().join(", ")
        );
        SdkError::declaration(path, message)
    })
}

fn names<N: AsRef<str>>(names: impl IntoIterator<Item = N>) -> String {
    let names: Vec<String> = names
        .into_iter()
        .map(|name| name.as_ref().to_owned())
        .collect();
    names.join(", ")
}
