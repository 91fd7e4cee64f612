//! What the two documents of a product name -> what they mean, or what is wrong with it.

use std::collections::BTreeMap;

use mesh_contracts::{
    Contract, Gate, LogicalType, Port as DeclaredPort, ProductDescription, Side, closest,
};
use mesh_models::{Algorithm, Division, Measure, ModelError, Order, Pipeline, Search, Task};
use serde_json::Value;

use super::contracts::Contracts;
use super::recipe::{Recipes, cron_of};
use super::{DatasetPlan, InputPort, ModelPlan, SinkLimits, online, watching};
use crate::admitted::Admitted;
use crate::declaration::{Dataset, Declaration, Golden, Model, Source};
use crate::scoring::said;
use crate::{ProductFiles, SdkError};

pub(super) fn datasets(
    description: &ProductDescription,
    declaration: &Declaration,
    contracts: &Contracts,
    files: &ProductFiles,
) -> Result<Vec<DatasetPlan>, SdkError> {
    let outputs = description.output_ports();
    let declared = &declaration.datasets;
    for port in outputs {
        if !declared.contains_key(port.name()) {
            let unknown = unknown("dataset", port.name(), declared.keys());
            let message = format!(
                "product.odps.yaml has an output port {}, and there is {unknown}",
                port.name()
            );
            return Err(SdkError::declaration("datasets", message));
        }
    }
    let mut of = BTreeMap::new();
    for name in declared.keys() {
        let path = format!("datasets.{name}");
        let port = outputs.iter().find(|port| port.name() == name);
        let port = port.ok_or_else(|| {
            let unknown = unknown("output port", name, outputs.iter().map(DeclaredPort::name));
            let message = format!(
                "product.odps.yaml has {unknown}; add one, which names the contract of the rows"
            );
            SdkError::declaration(&path, message)
        })?;
        let contract = contracts
            .find(port.contract_id(), port.version())
            .map_err(|message| SdkError::declaration(&path, message))?;
        of.insert(name.as_str(), contract);
    }
    distinct_names(&of)?;
    let recipes = Recipes { files, of: &of };
    let mut plans = Vec::new();
    for (name, dataset) in declared {
        let path = format!("datasets.{name}");
        check_starting_data(dataset, &path, files)?;
        let others = || declared.iter().filter(|(other, _)| *other != name);
        let fed_by_events = matches!(dataset.from, Source::Port(_) | Source::Model(_));
        if let Some((other, _)) = others().find(|(_, other)| other.from == dataset.from)
            && fed_by_events
        {
            let message =
                format!("dataset {other} takes the same already; one source fills one dataset");
            return Err(SdkError::declaration(format!("{path}.from"), message));
        }
        plans.push(DatasetPlan {
            name: name.clone(),
            contract: of[name.as_str()].clone(),
            from: dataset.from.clone(),
            starting_data: dataset.starting_data.clone(),
            recipe: recipes.of(name, dataset)?,
            admitted: Admitted::of(&of[name.as_str()], contracts.all()),
            sink: sink(dataset, &path)?,
        });
    }
    in_order(plans)
}

/// A contract stands in addresses by its name.
fn distinct_names(of: &BTreeMap<&str, Contract>) -> Result<(), SdkError> {
    let mut ids = BTreeMap::new();
    for (dataset, contract) in of {
        let id = ids.entry(contract.name()).or_insert(contract.id());
        if *id != contract.id() {
            let message = format!(
                "{id} and {} are both named {}: give one of them a name of its own",
                contract.id(),
                contract.name()
            );
            return Err(SdkError::declaration(
                format!("datasets.{dataset}"),
                message,
            ));
        }
    }
    Ok(())
}

fn check_starting_data(
    dataset: &Dataset,
    path: &str,
    files: &ProductFiles,
) -> Result<(), SdkError> {
    let Some(data) = &dataset.starting_data else {
        return Ok(());
    };
    let path = format!("{path}.starting_data");
    if !matches!(dataset.from, Source::Port(_) | Source::Model(_)) {
        let message = "the rows are made from something else; only a dataset whose rows come in at a port can \
                       start with some";
        return Err(SdkError::declaration(path, message));
    }
    files.open(&data.file).map(drop).map_err(|error| {
        SdkError::declaration(
            format!("{path}.file"),
            format!("{} cannot be read: {error}", data.file),
        )
    })
}

fn sink(dataset: &Dataset, path: &str) -> Result<SinkLimits, SdkError> {
    let path = format!("{path}.sink");
    match (&dataset.sink, &dataset.from) {
        (None, _) => Ok(SinkLimits::default()),
        (Some(sink), Source::Port(_) | Source::Model(_)) => SinkLimits::read(sink, &path),
        (Some(_), _) => {
            let message =
                "the rows are made from something else; only a dataset that events fill has a sink";
            Err(SdkError::declaration(path, message))
        }
    }
}

/// Every dataset behind those that it is made of.
fn in_order(mut plans: Vec<DatasetPlan>) -> Result<Vec<DatasetPlan>, SdkError> {
    let mut ordered: Vec<DatasetPlan> = Vec::with_capacity(plans.len());
    while !plans.is_empty() {
        let ready = |plan: &DatasetPlan| {
            let mut reads = plan.recipe.iter().flat_map(|recipe| &recipe.reads);
            reads.all(|read| ordered.iter().any(|done| done.name == *read))
        };
        let (next, rest): (Vec<_>, Vec<_>) = plans.into_iter().partition(ready);
        if next.is_empty() {
            let circle: Vec<&str> = rest.iter().map(|plan| plan.name.as_str()).collect();
            let message = format!(
                "these datasets are made of each other in a circle: {}",
                circle.join(", ")
            );
            let path = format!("datasets.{}.from", circle[0]);
            return Err(SdkError::declaration(path, message));
        }
        ordered.extend(next);
        plans = rest;
    }
    Ok(ordered)
}

pub(super) fn ports(
    description: &ProductDescription,
    datasets: &[DatasetPlan],
    contracts: &Contracts,
) -> Result<Vec<InputPort>, SdkError> {
    let declared = description.input_ports();
    for dataset in datasets {
        if let Source::Port(port) = &dataset.from
            && !declared.iter().any(|input| input.name() == port)
        {
            let path = format!("datasets.{}.from.port", dataset.name);
            let unknown = unknown("input port", port, declared.iter().map(DeclaredPort::name));
            return Err(SdkError::declaration(
                path,
                format!("product.odps.yaml has {unknown}"),
            ));
        }
    }
    let plan = |input: &DeclaredPort| {
        let from = Source::Port(input.name().to_owned());
        let dataset = datasets
            .iter()
            .find(|dataset| dataset.from == from)
            .ok_or_else(|| {
                let message = format!(
                    "no dataset takes what comes in at input port {0}: add one with from: {{ port: {0} }}",
                    input.name()
                );
                SdkError::declaration("datasets", message)
            })?;
        let path = format!("datasets.{}", dataset.name);
        let contract = contracts
            .find(input.contract_id(), input.version())
            .map_err(|message| SdkError::declaration(&path, message))?;
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
    contracts: &Contracts,
    datasets: &[DatasetPlan],
    ports: &[InputPort],
) -> Result<Vec<ModelPlan>, SdkError> {
    for dataset in datasets {
        if let Source::Model(model) = &dataset.from
            && !declaration.models.contains_key(model)
        {
            let path = format!("datasets.{}.from.model", dataset.name);
            let message = unknown("model", model, declaration.models.keys());
            return Err(SdkError::declaration(path, message));
        }
    }
    let plans = declaration.models.iter();
    plans
        .map(|(name, model)| self::model(name, model, contracts, datasets, ports))
        .collect()
}

fn model(
    name: &str,
    model: &Model,
    contracts: &Contracts,
    datasets: &[DatasetPlan],
    ports: &[InputPort],
) -> Result<ModelPlan, SdkError> {
    let path = |field: &str| format!("models.{name}.{field}");
    let input = input(model, datasets, ports)
        .map_err(|message| SdkError::declaration(path("input"), message))?;
    check_features(model, input)
        .map_err(|message| SdkError::declaration(path("features"), message))?;
    if !(0.05..=0.95).contains(&model.training.held_out) {
        let message = "write a share between 0.05 and 0.95 of the cases";
        return Err(SdkError::declaration(path("training.held_out"), message));
    }
    if input.schema().property(&model.answer).is_some() {
        let message = format!(
            "contract {} has it already: the answer would replace it",
            input.name()
        );
        return Err(SdkError::declaration(path("answer"), message));
    }
    let from = Source::Model(name.to_owned());
    let dataset = datasets
        .iter()
        .find(|dataset| dataset.from == from)
        .ok_or_else(|| {
            let message =
                format!("no dataset keeps the scores: add one with from: {{ model: {name} }}");
            SdkError::declaration(path(""), message)
        })?;
    let Some(answer) = dataset.contract.schema().property(&model.answer) else {
        let properties = dataset.contract.schema().properties();
        let names = properties.iter().map(|property| property.name());
        let message = format!(
            "contract {} of dataset {} has {}",
            dataset.contract.name(),
            dataset.name,
            unknown("property", &model.answer, names)
        );
        return Err(SdkError::declaration(path("answer"), message));
    };
    if let Some(difference) = said::differs(model.predicts, answer) {
        let message = format!(
            "contract {} of dataset {} does not fit what a model of {} answers: {difference}",
            dataset.contract.name(),
            dataset.name,
            model.predicts.in_words()
        );
        return Err(SdkError::declaration(path("answer"), message));
    }
    let learns_from = check_training(model, datasets)
        .map_err(|message| SdkError::declaration(path("training.sql"), message))?;
    let pipeline =
        pipeline(model).map_err(|(field, message)| SdkError::declaration(path(&field), message))?;
    let search = search(model, &pipeline).map_err(|(field, message)| {
        SdkError::declaration(path(&format!("training.search.{field}")), message)
    })?;
    check_gate(model, input).map_err(|(field, message)| {
        SdkError::declaration(path(&format!("gate.{field}")), message)
    })?;
    let schedule = model.training.schedule.as_deref().map(cron_of).transpose();
    let schedule =
        schedule.map_err(|message| SdkError::declaration(path("training.schedule"), message))?;
    let rules = watching::rules(model, datasets).map_err(|(field, message)| {
        SdkError::declaration(path(&format!("watch.{field}")), message)
    })?;
    let online = online::plan(model, datasets).map_err(|(field, message)| {
        SdkError::declaration(path(&format!("online{field}")), message)
    })?;
    Ok(ModelPlan {
        name: name.to_owned(),
        declared: model.clone(),
        pipeline,
        search,
        compare_by: compare_by(model),
        learns_from,
        schedule,
        rules,
        online,
        input: input.clone(),
        admitted: Admitted::of(input, contracts.all()),
        max_backlog: dataset.sink.max_backlog,
        output: dataset.contract.clone(),
        dataset: dataset.name.clone(),
    })
}

/// The measure by which two versions of the model are compared.
fn compare_by(model: &Model) -> Measure {
    let usual = model.predicts.usual_measure();
    model.gate.compare_by.unwrap_or(usual)
}

/// The contract of a call.
fn input<'a>(
    model: &Model,
    datasets: &'a [DatasetPlan],
    ports: &'a [InputPort],
) -> Result<&'a Contract, String> {
    let port = ports.iter().find(|port| port.name == model.input);
    let dataset = || datasets.iter().find(|dataset| dataset.name == model.input);
    let contract = port.map(|port| &port.contract);
    contract
        .or_else(|| dataset().map(|dataset| &dataset.contract))
        .ok_or_else(|| {
            let ports = ports.iter().map(|port| port.name.as_str());
            let known = ports.chain(datasets.iter().map(|dataset| dataset.name.as_str()));
            unknown("input port or dataset", &model.input, known)
        })
}

fn check_features(model: &Model, input: &Contract) -> Result<(), String> {
    if model.features.all().next().is_none() {
        return Err("a model looks at something: name at least one feature".to_owned());
    }
    for feature in model.features.all() {
        let Some(property) = input.schema().property(feature) else {
            let properties = input.schema().properties().iter();
            let names = properties.map(|property| property.name());
            let unknown = unknown("property", feature, names);
            return Err(format!("contract {} has {unknown}", input.name()));
        };
        let number = matches!(
            property.logical_type(),
            LogicalType::Integer | LogicalType::Number | LogicalType::Boolean
        );
        if !number {
            return Err(format!(
                "{feature} is a {}, and a model takes numbers, booleans and integer codes",
                property.logical_type().name()
            ));
        }
    }
    Ok(())
}

/// That what a version has to show can be measured and asked. Returns the field that is wrong, and why.
fn check_gate(model: &Model, input: &Contract) -> Result<(), (String, String)> {
    let asked = &model.gate;
    let measures = asked.require.keys().map(|measure| ("require", measure));
    let compare_by = asked
        .compare_by
        .iter()
        .map(|measure| ("compare_by", measure));
    for (field, measure) in measures.chain(compare_by) {
        check_measure(model.predicts, *measure).map_err(|reason| (field.to_owned(), reason))?;
    }
    let gate = Gate::compile(input, Side::Input);
    for (index, golden) in asked.golden.iter().enumerate() {
        if let Err(violations) = gate.check(&golden.record) {
            let broken = violations.iter().map(ToString::to_string);
            let broken: Vec<String> = broken.collect();
            let reason = format!("breaks contract {}: {}", input.name(), broken.join("; "));
            return Err((format!("golden[{index}].record"), reason));
        }
        check_golden(model.predicts, golden)
            .map_err(|(field, reason)| (format!("golden[{index}].{field}"), reason.to_owned()))?;
    }
    Ok(())
}

/// That an example can be answered as it is declared.
fn check_golden(task: Task, golden: &Golden) -> Result<(), (&'static str, &'static str)> {
    let whole = golden.prediction.fract() == 0.0;
    match task {
        Task::YesOrNo if ![0.0, 1.0].contains(&golden.prediction) => {
            Err(("prediction", "write 1 for yes or 0 for no"))
        }
        Task::Class if !whole => Err(("prediction", "write the code of a class, a whole number")),
        Task::YesOrNo | Task::Class if golden.within != 0.0 => {
            Err(("within", "a class is the right one or not; remove it"))
        }
        Task::Quantity if golden.within == 0.0 => Err((
            "within",
            "a quantity is hardly ever met exactly: say how far the answer may be from it, such as 0.5",
        )),
        _ => Ok(()),
    }
}

/// The measures of the task, one after the other.
pub(super) fn measures(task: Task) -> String {
    let known: Vec<&str> = task.measures().iter().map(|known| known.name()).collect();
    known.join(", ")
}

/// That answers of the task are measured so.
pub(super) fn check_measure(task: Task, measure: Measure) -> Result<(), String> {
    if task.measures().contains(&measure) {
        return Ok(());
    }
    let (known, of) = (measures(task), task.in_words());
    Err(format!(
        "{} is not measured of {of}; there are {known}",
        measure.name()
    ))
}

/// What is trained; or the field that keeps it from being, and why.
fn pipeline(model: &Model) -> Result<Pipeline, (String, String)> {
    let parameters = Value::Object(model.parameters.clone());
    let name = model.algorithm.name();
    let pipeline = Pipeline {
        algorithm: Algorithm::named(name, &parameters).map_err(wrong("parameters"))?,
        features: model.features.encoded(),
        seed: model.training.seed,
    };
    pipeline.check().map_err(wrong("features"))?;
    if !model.predicts.is_learned_by(&pipeline.algorithm) {
        let learn = |name: &&str| {
            let algorithm = Algorithm::named(name, &Value::Null);
            algorithm.is_ok_and(|algorithm| model.predicts.is_learned_by(&algorithm))
        };
        let others: Vec<&str> = Algorithm::NAMES.into_iter().filter(learn).collect();
        let message = format!(
            "{name} does not learn {}; there are {}",
            model.predicts.in_words(),
            others.join(", ")
        );
        return Err(("algorithm".to_owned(), message));
    }
    Ok(pipeline)
}

/// How hyper-parameters are found; or the field that is wrong, and why.
fn search(model: &Model, pipeline: &Pipeline) -> Result<Option<Search>, (String, String)> {
    let Some(declared) = &model.training.search else {
        return Ok(None);
    };
    let mut grid = declared.grid.clone();
    for (parameter, value) in &model.parameters {
        if grid.contains_key(parameter) {
            let message =
                "it is in `parameters` already: a hyper-parameter is tried, or the same for all";
            return Err((format!("grid.{parameter}"), message.to_owned()));
        }
        grid.insert(parameter.clone(), vec![value.clone()]);
    }
    let search = Search {
        features: pipeline.features.clone(),
        algorithm: model.algorithm.name().to_owned(),
        grid,
        draws: declared.draws,
        division: Division {
            order: declared.order.unwrap_or(model.predicts.usual_order()),
            folds: declared.folds,
            repeats: 1,
            seed: pipeline.seed,
        },
        measure: declared.measure.unwrap_or(compare_by(model)),
        seed: pipeline.seed,
    };
    check_measure(model.predicts, search.measure)
        .map_err(|message| ("measure".to_owned(), message))?;
    if model.predicts == Task::Quantity && search.division.order == Order::Stratified {
        let message = "there are no classes to cut by; write random or time";
        return Err(("order".to_owned(), message.to_owned()));
    }
    search.check().map_err(wrong("grid"))?;
    Ok(Some(search))
}

/// Where in the part `what` of a declaration something is wrong, and why.
pub(super) fn wrong(what: &'static str) -> impl Fn(ModelError) -> (String, String) {
    move |error| match error {
        ModelError::InvalidParameter { parameter, reason } => {
            (format!("{what}.{parameter}"), reason)
        }
        error => (what.to_owned(), error.to_string()),
    }
}

/// That the training query gives what the model learns from. Tells the datasets that it reads, each with the version of its
/// contract.
fn check_training(
    model: &Model,
    datasets: &[DatasetPlan],
) -> Result<BTreeMap<String, String>, String> {
    let tables: Vec<_> = datasets
        .iter()
        .map(|dataset| (dataset.name.as_str(), dataset.contract.arrow_schema()))
        .collect();
    let checked =
        mesh_storage::check(&model.training.sql, &tables).map_err(|error| error.to_string())?;
    let gives = || checked.gives.fields().iter().map(|field| field.name());
    for wanted in model.features.all().chain([&model.training.target]) {
        if !gives().any(|name| name == wanted) {
            return Err(format!(
                "the query gives {}",
                unknown("column", wanted, gives())
            ));
        }
    }
    let read = datasets
        .iter()
        .filter(|dataset| checked.reads.contains(&dataset.name));
    let versions = read.map(|it| (it.name.clone(), it.contract.version().to_owned()));
    Ok(versions.collect())
}

/// `no dataset cases; did you mean weekly_cases?`, or which there are.
pub(crate) fn unknown<N: AsRef<str>>(
    kind: &str,
    name: &str,
    known: impl IntoIterator<Item = N>,
) -> String {
    let known: Vec<String> = known
        .into_iter()
        .map(|name| name.as_ref().to_owned())
        .collect();
    match closest(name, known.iter().map(String::as_str)) {
        Some(near) => format!("no {kind} {name}; did you mean `{near}`?"),
        None if known.is_empty() => format!("no {kind} {name}, and no other either"),
        None => format!("no {kind} {name}; there is {}", known.join(", ")),
    }
}
