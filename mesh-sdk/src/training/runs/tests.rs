use std::sync::Arc;
use std::time::Duration;

use mesh_storage::{Engine, Limits, Policy};
use tempfile::TempDir;

use super::{End, RunState, Runs, RunsError, TrainingRuns};
use crate::training::{Cause, Wanted};

struct Table(TempDir);

impl Table {
    fn new() -> Table {
        Table(tempfile::tempdir().unwrap())
    }

    /// As another process would.
    async fn open(&self) -> Arc<Runs> {
        Runs::open("m", self.training_runs().await).await.unwrap()
    }

    async fn training_runs(&self) -> TrainingRuns {
        let engine = Arc::new(Engine::new(Limits::default()).unwrap());
        TrainingRuns::open(self.0.path(), engine).await.unwrap()
    }
}

fn wanted() -> Wanted {
    Wanted {
        cause: Cause::AdHoc,
        why: "to see".to_owned(),
        asked_by: "somebody".to_owned(),
        promote: true,
    }
}

fn end(state: RunState) -> End {
    End {
        state,
        version: None,
        stage: None,
        result: "so it is".to_owned(),
    }
}

#[tokio::test]
async fn a_run_that_is_wanted_twice_is_one() {
    let table = Table::new();
    let (here, there) = (table.open().await, table.open().await);
    here.want("a", &wanted()).await.unwrap();
    here.want("a", &wanted()).await.unwrap();
    there.want("a", &wanted()).await.unwrap();
    assert_eq!(table.open().await.all().len(), 1);
}

#[tokio::test]
async fn a_run_is_noted_behind_what_others_have_noted_meanwhile() {
    let table = Table::new();
    let here = table.training_runs().await;
    let dataset = here.dataset().clone();
    let (here, there) = (Runs::open("m", here).await.unwrap(), table.open().await);
    for run in ["a", "b"] {
        there.want(run, &wanted()).await.unwrap();
    }
    // As it is every second: what is known of the table is more than what is known of the runs.
    dataset.maintain(&Policy::default()).await.unwrap();
    here.want("c", &wanted()).await.unwrap();
    for runs in [here, table.open().await] {
        let noted: Vec<_> = runs.all().into_iter().map(|run| run.run).collect();
        assert_eq!(noted, ["c", "b", "a"]);
    }
}

#[tokio::test]
async fn runs_are_begun_in_the_order_in_which_they_were_wanted() {
    let table = Table::new();
    let runs = table.open().await;
    for run in ["a", "b"] {
        runs.want(run, &wanted()).await.unwrap();
    }
    for run in ["a", "b"] {
        let (next, _) = runs.next().await.unwrap().unwrap();
        assert_eq!((next.run.as_str(), next.state), (run, RunState::Started));
        runs.end(run, end(RunState::Succeeded)).await.unwrap();
    }
    assert!(runs.next().await.unwrap().is_none());
}

#[tokio::test]
async fn a_run_that_a_crash_ended_is_begun_again_and_given_up_after_three_times() {
    let table = Table::new();
    table.open().await.want("a", &wanted()).await.unwrap();
    for _ in 0..3 {
        let (begun, _) = table.open().await.next().await.unwrap().unwrap();
        assert_eq!(begun.run, "a");
    }
    let runs = table.open().await;
    assert!(runs.next().await.unwrap().is_none());
    let given_up = runs.find("a").unwrap();
    assert_eq!(given_up.state, RunState::Failed);
    assert!(given_up.result.unwrap().contains("ended 3 times"));
}

#[tokio::test]
async fn a_run_that_waits_is_cancelled_at_once_and_one_that_is_over_not_at_all() {
    let table = Table::new();
    let runs = table.open().await;
    runs.want("a", &wanted()).await.unwrap();
    let cancelled = runs.cancel("a", "somebody").await.unwrap();
    assert_eq!(cancelled.state, RunState::Cancelled);
    assert!(runs.next().await.unwrap().is_none());
    let again = runs.cancel("a", "somebody").await;
    assert!(matches!(again, Err(RunsError::Over { .. })));
    let unknown = runs.cancel("b", "somebody").await;
    assert!(matches!(unknown, Err(RunsError::NoRun { .. })));
}

#[tokio::test]
async fn a_run_that_has_begun_is_told_to_end() {
    let table = Table::new();
    let runs = table.open().await;
    runs.want("a", &wanted()).await.unwrap();
    let (_, cancel) = runs.next().await.unwrap().unwrap();
    runs.cancel("a", "somebody").await.unwrap();
    assert!(cancel.is_cancelled());
}

#[tokio::test]
async fn a_run_that_begins_while_it_is_cancelled_is_told_to_end_and_may_end() {
    let table = Table::new();
    let runs = table.open().await;
    runs.want("a", &wanted()).await.unwrap();
    let turn = runs.turn.lock().await;
    let (here, there) = (runs.clone(), runs.clone());
    let begun = tokio::spawn(async move { here.next().await });
    // Until the one that begins it waits for its turn, which it has first then.
    tokio::time::sleep(Duration::from_millis(200)).await;
    let cancelled = tokio::spawn(async move { there.cancel("a", "somebody").await });
    tokio::task::yield_now().await;
    drop(turn);
    let cancelled = cancelled.await.unwrap().unwrap();
    match begun.await.unwrap().unwrap() {
        Some((_, cancel)) => {
            assert_eq!(cancelled.state, RunState::Started);
            assert!(cancel.is_cancelled());
            runs.end("a", end(RunState::Cancelled)).await.unwrap();
        }
        // On a machine that took longer.
        None => assert_eq!(cancelled.state, RunState::Cancelled),
    }
}

#[tokio::test]
async fn a_run_that_is_put_back_is_begun_again_as_often_as_it_takes() {
    let table = Table::new();
    table.open().await.want("a", &wanted()).await.unwrap();
    for _ in 0..5 {
        let runs = table.open().await;
        let (begun, _) = runs.next().await.unwrap().unwrap();
        assert_eq!(begun.run, "a");
        runs.put_back("a").await.unwrap();
    }
    assert_eq!(
        table.open().await.find("a").unwrap().state,
        RunState::Waiting
    );
}
