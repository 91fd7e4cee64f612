//! How models are watched, as it is declared -> as it is done.

use std::collections::BTreeMap;

use mesh_models::{Measure, Task};

use super::DatasetPlan;
use super::resolve::{check_measure, measures, unknown};
use crate::declaration::{Action, Found, Model};
use crate::watching::Rule;

/// What is done about what is found; or the field that is wrong, and why.
pub(super) fn rules(
    model: &Model,
    datasets: &[DatasetPlan],
) -> Result<Vec<Rule>, (String, String)> {
    let watch = &model.watch;
    if let Some(labels) = &watch.labels {
        check_labels(labels, datasets).map_err(|message| ("labels".to_owned(), message))?;
    }
    let rules = watch.rules.iter().enumerate();
    rules
        .map(|(place, rule)| {
            let wrong = |field: &str, message: String| (format!("rules[{place}].{field}"), message);
            if rule.then.is_empty() {
                let message = "name what is done: alert, retrain, roll-back or freeze".to_owned();
                return Err(wrong("then", message));
            }
            if let Found::Beyond(bounds) = &rule.when {
                check_bounds(model.predicts, bounds).map_err(|message| wrong("when", message))?;
            }
            let pause = humantime::parse_duration(&rule.pause);
            let pause = pause.map_err(|_| {
                let message = format!(
                    "`{}` is no duration; write one such as 6h or 1d",
                    rule.pause
                );
                wrong("pause", message)
            })?;
            let mut then = rule.then.clone();
            if then.contains(&Action::Freeze) {
                // Once it is frozen it could not be rolled back any more.
                then.sort_by_key(|action| *action != Action::RollBack);
            }
            Ok(Rule {
                when: rule.when.clone(),
                then,
                looks: rule.looks,
                pause,
            })
        })
        .collect()
}

fn check_bounds(task: Task, bounds: &BTreeMap<Measure, f64>) -> Result<(), String> {
    if bounds.is_empty() {
        return Err(format!("give a bound of {}", measures(task)));
    }
    bounds
        .keys()
        .try_for_each(|measure| check_measure(task, *measure))
}

/// That the statement gives what labels are.
fn check_labels(labels: &str, datasets: &[DatasetPlan]) -> Result<(), String> {
    let tables: Vec<_> = datasets
        .iter()
        .map(|dataset| (dataset.name.as_str(), dataset.contract.arrow_schema()))
        .collect();
    let checked = mesh_storage::check(labels, &tables).map_err(|error| error.to_string())?;
    let gives = || checked.gives.fields().iter().map(|field| field.name());
    for wanted in ["answer", "truth"] {
        if !gives().any(|name| name == wanted) {
            return Err(format!(
                "the query gives {}",
                unknown("column", wanted, gives())
            ));
        }
    }
    Ok(())
}
