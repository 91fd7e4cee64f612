//! What a product needs to answer by its models, and to have them trained.

use std::sync::Arc;

use chrono::Utc;
use mesh_storage::{Dataset, Engine};
use uuid::Uuid;

use super::{PARTITIONS, Start};
use crate::SdkError;
use crate::ingest::Ingest;
use crate::lifecycle::{Lifecycle, LifecycleError, MESH, ModelHistory};
use crate::platform_dataset::KeepError;
use crate::product::{Events, ModelPlan};
use crate::registry::{ModelVersion, Registry};
use crate::running::Training;
use crate::scoring::requests::Requests;
use crate::scoring::{Scoring, in_sql};
use crate::sink::backlog::Backlog;
use crate::training::{
    self, Asker, Cause, Learner, RunState, Runs, Schedule, Trainer, TrainingRun, TrainingRuns,
    Wanted,
};
use crate::watching::{Challenger, ChallengerScores, ModelQuality, Watched, Watcher};

/// What the models of a product have in common: the datasets that the platform keeps of them, and what they learn by.
struct Kept {
    history: ModelHistory,
    runs: TrainingRuns,
    quality: ModelQuality,
    challengers: ChallengerScores,
    /// Sees the product's datasets, and gives way to everything else.
    learner: Arc<Engine>,
    /// Which text of the product trains.
    revision: String,
}

impl Kept {
    fn datasets(&self) -> [Arc<Dataset>; 4] {
        let Kept {
            history,
            runs,
            quality,
            challengers,
            ..
        } = self;
        [
            history.dataset(),
            runs.dataset(),
            quality.dataset(),
            challengers.dataset(),
        ]
        .map(Arc::clone)
    }
}

impl Start<'_> {
    pub(super) async fn models(&mut self) -> Result<(), SdkError> {
        let plans = self.running.product.models().to_vec();
        if plans.is_empty() {
            return Ok(());
        }
        let folder = self.folder.join("datasets");
        let kept = Kept {
            history: ModelHistory::open(&folder, self.keeper.clone()).await?,
            runs: TrainingRuns::open(&folder, self.keeper.clone()).await?,
            quality: ModelQuality::open(&folder, self.keeper.clone()).await?,
            challengers: ChallengerScores::open(&folder, self.keeper.clone()).await?,
            learner: self.learner.clone(),
            revision: training::revision(&self.running.product)?,
        };
        for dataset in kept.datasets() {
            self.running.engine.add(dataset.clone());
            self.running.kept.push(dataset);
        }
        for plan in plans {
            self.serve(&plan, &kept).await?;
        }
        Ok(())
    }

    /// Serves the version of a model that is in Production. One is trained where there is none by the present declaration,
    /// and goes into Production if it passes the gate.
    async fn serve(&mut self, plan: &ModelPlan, kept: &Kept) -> Result<(), SdkError> {
        let folder = self.folder.join("models").join(&plan.name);
        let registry = Arc::new(Registry::open(
            folder,
            &plan.name,
            self.starting.vault.clone(),
        )?);
        let lifecycle = Lifecycle::open(plan.clone(), registry.clone(), kept.history.clone());
        let lifecycle = Arc::new(lifecycle.await.map_err(LifecycleError::at_start)?);
        lifecycle.adopt().await.map_err(LifecycleError::at_start)?;
        let stop = self.tasks.stop.clone();
        self.tasks
            .spawn(lifecycle.clone().follow(self.changes.clone(), stop));
        for function in in_sql::functions(plan, &lifecycle) {
            self.running.engine.add_function(function);
        }
        let lifecycles = &mut self.running.lifecycles;
        lifecycles.insert(plan.name.clone(), lifecycle.clone());
        self.training(plan, kept, registry, &lifecycle).await?;
        let product = &self.running.product;
        let topic = product.topic(Events::Model(&plan.name));
        let source = product.urn(&plan.name, &plan.output);
        let way = self.way(&topic);
        let scoring = Arc::new(Scoring::new(plan, topic, source, lifecycle, way));
        let models = &mut self.running.models;
        models.insert(plan.name.clone(), scoring.clone());
        self.requests(plan, scoring).await
    }

    /// Lets a model be asked by messages too.
    async fn requests(&mut self, plan: &ModelPlan, scoring: Arc<Scoring>) -> Result<(), SdkError> {
        let product = &self.running.product;
        let topic = product.topic(Events::Requests(&plan.name));
        let group = format!("{}.{}.score", product.name(), plan.name);
        let part = format!("{}/{}", product.name(), plan.name);
        let source = product.urn(&plan.name, &plan.input);
        self.create_topic(&topic, PARTITIONS).await?;
        let backlog = Arc::new(Backlog::new(plan.max_backlog));
        self.backlogs.insert(topic.clone(), backlog.clone());
        let (contract, admitted) = (plan.input.clone(), plan.admitted.clone());
        let ingest =
            Ingest::of_requests(contract, admitted, topic.clone(), source, self.way(&topic));
        self.running
            .requests
            .insert(plan.name.clone(), Arc::new(ingest));
        let requests = Requests {
            log: self.starting.log.clone(),
            topic,
            group,
            scoring,
            admitted: plan.admitted.clone(),
            quarantine: self.quarantine.clone(),
            dataset: plan.dataset.clone(),
            backlog,
            changes: self.changes.clone(),
            healthy: self.starting.health(&part),
        };
        let stop = self.tasks.stop.clone();
        self.tasks.spawn(requests.run(stop));
        Ok(())
    }

    /// Trains a version where none was by the present declaration; others once they are asked for.
    async fn training(
        &mut self,
        plan: &ModelPlan,
        kept: &Kept,
        registry: Arc<Registry>,
        lifecycle: &Arc<Lifecycle>,
    ) -> Result<(), SdkError> {
        let product = &self.running.product;
        let (name, model) = (product.name().to_owned(), plan.name.clone());
        let topic = product.topic(Events::Training(&model));
        let source = product.urn(&model, &plan.output);
        self.create_topic(&topic, 1).await?;
        let runs = Runs::open(&model, kept.runs.clone()).await;
        let runs = runs.map_err(KeepError::at_start)?;
        let trainer = Arc::new(Trainer {
            product: name.clone(),
            plan: plan.clone(),
            revision: kept.revision.clone(),
            engine: kept.learner.clone(),
            registry: registry.clone(),
            lifecycle: lifecycle.clone(),
            runs: runs.clone(),
            room: self.starting.training.clone(),
            changes: self.changes.clone(),
            turn: Default::default(),
        });
        let asker = Asker {
            log: self.starting.log.clone(),
            topic: topic.clone(),
            source,
            model: model.clone(),
        };
        let versions = lifecycle.versions();
        let mut trained_here = versions
            .iter()
            .rev()
            .filter(|it| it.imported.is_none() && it.answers.is_none());
        let is_current = |version: &ModelVersion| version.is_trained_by(plan);
        let is_trained = trained_here.next().is_some_and(is_current);
        if !is_trained && !lifecycle.is_frozen() {
            self.train(&asker, &trainer).await?;
        }
        let stop = self.tasks.stop.clone();
        self.tasks.spawn(trainer.run(stop.clone()));
        if let Some(cron) = &plan.schedule {
            let newest = lifecycle.versions().last().map(|newest| newest.trained_at);
            let schedule = Schedule {
                cron: cron.clone(),
                asker: asker.clone(),
                runs: runs.clone(),
                lifecycle: lifecycle.clone(),
                since: newest.unwrap_or_else(Utc::now),
            };
            self.tasks.spawn(schedule.run(stop.clone()));
        }
        let requests = training::Requests {
            log: self.starting.log.clone(),
            topic,
            group: format!("{name}.{model}.train"),
            runs: runs.clone(),
            quarantine: self.quarantine.clone(),
            healthy: self.starting.health(&format!("{name}/{model} training")),
        };
        self.tasks.spawn(requests.run(stop));
        self.watching(plan, kept, lifecycle, &asker).await?;
        if let Some(online) = &plan.online {
            let learner = Learner {
                product: name,
                plan: plan.clone(),
                online: online.clone(),
                engine: kept.learner.clone(),
                datasets: self.running.datasets.clone(),
                registry,
                lifecycle: lifecycle.clone(),
                runs: runs.clone(),
                asker: asker.clone(),
                changes: self.changes.clone(),
            };
            let stop = self.tasks.stop.clone();
            self.tasks.spawn(learner.run(stop));
        }
        let training = Training { asker, runs };
        self.running.training.insert(model, training);
        Ok(())
    }

    /// Watches a model once it answers.
    async fn watching(
        &mut self,
        plan: &ModelPlan,
        kept: &Kept,
        lifecycle: &Arc<Lifecycle>,
        asker: &Asker,
    ) -> Result<(), SdkError> {
        let alerts = self.running.product.topic(Events::Alerts(&plan.name));
        self.create_topic(&alerts, 1).await?;
        let watched = Arc::new(Watched::default());
        let watcher = Watcher {
            product: self.running.product.name().to_owned(),
            plan: plan.clone(),
            engine: kept.learner.clone(),
            datasets: self.running.datasets.clone(),
            lifecycle: lifecycle.clone(),
            quality: kept.quality.clone(),
            log: self.starting.log.clone(),
            alerts,
            asker: asker.clone(),
            changes: self.changes.clone(),
            clock: self.starting.clock(),
            watched: watched.clone(),
        };
        let stop = self.tasks.stop.clone();
        self.tasks.spawn(watcher.run(stop));
        self.running.watched.insert(plan.name.clone(), watched);
        if let Some(answers) = self.running.datasets.get(&plan.dataset) {
            let challenger = Challenger {
                plan: plan.clone(),
                engine: kept.learner.clone(),
                answers: answers.clone(),
                lifecycle: lifecycle.clone(),
                scores: kept.challengers.clone(),
                changes: self.changes.clone(),
            };
            let stop = self.tasks.stop.clone();
            self.tasks.spawn(challenger.run(stop));
        }
        Ok(())
    }

    /// Trains a version before anything is served, and puts it into Production if it passes the gate. Without cases to learn
    /// from there is none, and the product starts nevertheless.
    async fn train(&self, asker: &Asker, trainer: &Arc<Trainer>) -> Result<(), SdkError> {
        let step = self.starting.step(format!("training {}", asker.model));
        let failed = |reason: String| SdkError::Training {
            model: asker.model.clone(),
            reason,
        };
        // One that a crash ended is begun again, and given up some time. What another process is at now, it does as the model is
        // declared there.
        let alone = trainer.registry.train_alone();
        let alone = alone.map_err(|error| failed(error.to_string()))?.is_some();
        let is_ours = |run: &TrainingRun| {
            run.is_begun_at_start() && (alone || run.state == RunState::Waiting)
        };
        let begun = trainer.runs.all().into_iter().find(is_ours);
        let run = match begun {
            Some(begun) => begun.run,
            None => {
                let run = Uuid::now_v7().to_string();
                let wanted = Wanted {
                    cause: Cause::Declared,
                    why: "trained as the model is declared now".to_owned(),
                    asked_by: MESH.to_owned(),
                    promote: true,
                };
                asker.ask(&run, &wanted).await?;
                let noted = trainer.runs.want(&run, &wanted).await;
                noted.map_err(|error| failed(error.to_string()))?;
                run
            }
        };
        let worked = trainer.work(&self.tasks.stop).await;
        worked.map_err(|error| failed(error.to_string()))?;
        let ended = trainer.runs.find(&run);
        let ended = ended.map_err(|error| failed(error.to_string()))?;
        let result = ended.result.unwrap_or_default();
        match ended.state {
            RunState::Succeeded | RunState::Unchanged => step.done(result),
            // Its cases may be yet to come, through the ports that are about to open.
            RunState::Failed | RunState::Cancelled => step.done(format!(
                "no version: {result}; mesh train {}/{} tries again",
                trainer.product, asker.model
            )),
            // The process is about to end.
            RunState::Waiting | RunState::Started => step.skipped(),
        }
        Ok(())
    }
}
