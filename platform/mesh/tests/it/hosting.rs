//! `mesh up` with products in folders, whose files change while it runs.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::fixture::Folder;
use crate::process::{Mesh, mesh, text};

/// How long a changed file may take to show.
const PATIENCE: Duration = Duration::from_secs(30);

const MESH_YAML: &str = "wards/mesh.yaml";
const CONTRACT: &str = "wards/contracts/beds.odcs.yaml";
const TRANSFORM: &str = "wards/transforms/beds_per_day.sql";

struct Hosted {
    folder: Folder,
    mesh: Mesh,
    token: String,
}

impl Hosted {
    async fn up() -> Hosted {
        let folder = Folder::with_product();
        let mesh = Mesh::up_with(&[&folder.at("wards")]).await;
        let token = mesh.token();
        Hosted {
            folder,
            mesh,
            token,
        }
    }

    async fn query(&self, sql: &str) -> Vec<Value> {
        self.mesh.query(&self.token, "wards", sql).await
    }

    /// The only number of the only row.
    async fn number(&self, sql: &str) -> u64 {
        let rows = self.query(sql).await;
        let mut cells = rows[0].as_object().unwrap().values();
        cells.next().and_then(Value::as_u64).unwrap()
    }

    async fn beds(&self) -> u64 {
        self.number("SELECT count(*) FROM beds").await
    }

    /// The event id, once the record is accepted.
    async fn post(&self, record: &Value) -> String {
        let port = format!("{}/ports/beds", self.mesh.product("wards"));
        let request = self.mesh.client.post(port).bearer_auth(&self.token);
        let answer = request.json(record).send().await.unwrap();
        let status = answer.status();
        let answer: Value = answer.json().await.unwrap();
        assert_eq!(status, 202, "{answer}");
        answer["event_ids"][0].as_str().unwrap().to_owned()
    }

    /// Why the newest files cannot be run, or null.
    async fn failure(&self) -> Value {
        self.mesh.entry("wards").await["failure"]["message"].clone()
    }

    async fn until_failed(&self, part: &str) {
        until(part, async || {
            let failure = self.failure().await;
            failure.as_str().is_some_and(|told| told.contains(part))
        })
        .await;
    }

    async fn until_mended(&self) {
        until("no failure", async || self.failure().await.is_null()).await;
    }

    fn reloads(&self) -> usize {
        let told = self.mesh.stderr();
        told.matches("wards: its files changed; loaded again")
            .count()
    }

    async fn until_reloaded(&self, times: usize) {
        until("loaded again", async || self.reloads() >= times).await;
    }
}

async fn until(what: &str, holds: impl AsyncFn() -> bool) {
    let started = Instant::now();
    while !holds().await {
        assert!(started.elapsed() < PATIENCE, "never: {what}");
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}

fn bed(number: usize) -> Value {
    json!({
        "ward_name": format!("w{number}"),
        "beds_total": 11,
        "seen_on": "2026-01-05",
    })
}

#[tokio::test(flavor = "multi_thread")]
async fn a_product_in_a_folder_is_answered_listed_and_greeted() {
    let hosted = Hosted::up().await;
    assert_eq!(hosted.beds().await, 3);
    let page = format!("{}/products/wards", hosted.mesh.origin);
    let pages = [page, format!("{}/", hosted.mesh.origin)];
    for page in pages {
        let answer = hosted.mesh.client.get(&page).send().await.unwrap();
        assert_eq!(answer.status(), 200, "{page}");
        assert!(answer.text().await.unwrap().contains("wards"), "{page}");
    }
    assert_eq!(hosted.mesh.entry("wards").await["domain"], "testing");
    let greeting = hosted.mesh.stdout();
    let greets = greeting
        .lines()
        .any(|line| line.trim() == "wards                    2 datasets, 0 models");
    assert!(
        greets && greeting.contains("/products/wards/query"),
        "{greeting}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_changed_transform_changes_the_answer() {
    let hosted = Hosted::up().await;
    let records = "SELECT records FROM beds_per_day";
    assert_eq!(hosted.number(records).await, 3);
    hosted.folder.edit(
        TRANSFORM,
        "count(*) AS records",
        "count(*) * 100 AS records",
    );
    until("the new answer", async || {
        hosted.number(records).await == 300
    })
    .await;
    assert!(hosted.failure().await.is_null());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_mistake_is_shown_and_what_ran_goes_on_until_it_is_mended() {
    let hosted = Hosted::up().await;
    hosted
        .folder
        .edit(MESH_YAML, "{ port: beds }", "{ prot: beds }");
    hosted.until_failed("mesh.yaml:5:").await;
    assert_eq!(hosted.beds().await, 3);
    hosted.post(&bed(1)).await;
    until("the posted row", async || hosted.beds().await == 4).await;
    let told = hosted.mesh.stderr();
    assert!(
        told.contains("wards: its files changed, and cannot be run: mesh.yaml:5:"),
        "{told}"
    );
    hosted
        .folder
        .edit(MESH_YAML, "{ prot: beds }", "{ port: beds }");
    hosted.until_mended().await;
    assert_eq!(hosted.beds().await, 4);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_product_that_is_loaded_again_does_not_hide_the_failure_of_another() {
    let (broken, changed) = (Folder::with_product(), Folder::with_product());
    changed.edit("wards/product.odps.yaml", "name: wards", "name: clinics");
    let folders = [broken.at("wards"), changed.at("wards")];
    let mesh = Mesh::up_with(&[&folders[0], &folders[1]]).await;
    let failure = async |product: &str| mesh.entry(product).await["failure"]["message"].clone();
    broken.edit(MESH_YAML, "{ port: beds }", "{ prot: beds }");
    until("the failure", async || failure("wards").await.is_string()).await;
    changed.edit(
        TRANSFORM,
        "count(*) AS records",
        "count(*) * 100 AS records",
    );
    until("the reload", async || {
        mesh.stderr()
            .contains("clinics: its files changed; loaded again")
    })
    .await;
    assert!(failure("wards").await.is_string());
    assert!(failure("clinics").await.is_null());
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_that_is_accepted_while_files_change_is_lost() {
    let hosted = Arc::new(Hosted::up().await);
    let done = Arc::new(AtomicBool::new(false));
    let sending = {
        let (hosted, done) = (hosted.clone(), done.clone());
        tokio::spawn(async move {
            let mut accepted = Vec::new();
            while !done.load(Ordering::Relaxed) {
                accepted.push(hosted.post(&bed(accepted.len())).await);
            }
            accepted
        })
    };
    for edit in 1..=3 {
        let factor = |edit: usize| format!("count(*) * {edit} AS records");
        match edit {
            1 => hosted
                .folder
                .edit(TRANSFORM, "count(*) AS records", &factor(1)),
            _ => hosted
                .folder
                .edit(TRANSFORM, &factor(edit - 1), &factor(edit)),
        }
        hosted.until_reloaded(edit).await;
    }
    done.store(true, Ordering::Relaxed);
    let mut accepted = sending.await.unwrap();
    assert!(accepted.len() > 20, "only {} were accepted", accepted.len());
    let all = 3 + accepted.len() as u64;
    until("all rows", async || hosted.beds().await >= all).await;
    let mut stored: Vec<String> = hosted
        .query("SELECT event_id FROM beds WHERE ward_name LIKE 'w%'")
        .await
        .iter()
        .map(|row| row["event_id"].as_str().unwrap().to_owned())
        .collect();
    accepted.sort_unstable();
    stored.sort_unstable();
    assert_eq!(stored, accepted);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_optional_column_that_comes_is_taken_at_once() {
    let hosted = Hosted::up().await;
    let comment = "      - { name: comment, logicalType: string }\n      - name: event_id\n";
    hosted
        .folder
        .edit(CONTRACT, "      - name: event_id\n", comment);
    hosted.until_reloaded(1).await;
    let mut record = bed(1);
    record["comment"] = "full by noon".into();
    hosted.post(&record).await;
    let with_comment = "SELECT count(*) FROM beds WHERE comment = 'full by noon'";
    until("the comment", async || {
        hosted.number(with_comment).await == 1
    })
    .await;
    assert_eq!(hosted.beds().await, 4);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_column_of_another_type_is_refused_and_what_ran_goes_on() {
    let hosted = Hosted::up().await;
    let contract = hosted.folder.read(CONTRACT);
    let (before, column) = contract.split_once("- name: beds_total\n").unwrap();
    let column = column
        .replacen("logicalType: integer", "logicalType: string", 1)
        .replacen(
            "logicalTypeOptions: {",
            "logicalTypeOptions: { maxLength: 9 } # {",
            1,
        )
        .replacen("examples: [", "examples: [\"10\"] # [", 1);
    hosted
        .folder
        .write(CONTRACT, &format!("{before}- name: beds_total\n{column}"));
    hosted.until_failed("column beds_total: ").await;
    hosted.post(&bed(1)).await;
    until("the posted row", async || hosted.beds().await == 4).await;
    hosted.folder.write(CONTRACT, &contract);
    hosted.until_mended().await;
}

/// The table of one dataset could grow, and another cannot: neither does.
#[tokio::test(flavor = "multi_thread")]
async fn a_refused_change_of_one_dataset_leaves_the_others_as_they_are() {
    let hosted = Hosted::up().await;
    let per_day = "wards/contracts/beds-per-day.odcs.yaml";
    let (contract, of_day) = (hosted.folder.read(CONTRACT), hosted.folder.read(per_day));
    let comment = "      - { name: comment, logicalType: string }\n      - name: event_id\n";
    hosted
        .folder
        .edit(per_day, "- name: records\n", "- name: rows\n");
    hosted.folder.edit(TRANSFORM, "AS records", "AS rows");
    hosted
        .folder
        .edit(CONTRACT, "      - name: event_id\n", comment);
    hosted.until_failed("column records: ").await;
    hosted.post(&bed(1)).await;
    until("the posted row", async || hosted.beds().await == 4).await;
    hosted.folder.write(CONTRACT, &contract);
    hosted.folder.write(per_day, &of_day);
    hosted.folder.edit(TRANSFORM, "AS rows", "AS records");
    hosted.until_mended().await;
    assert_eq!(hosted.number("SELECT records FROM beds_per_day").await, 4);
}

#[test]
fn a_second_product_of_a_name_is_refused() {
    let (folder, other) = (Folder::with_product(), Folder::with_product());
    let data = tempfile::tempdir().unwrap();
    let up = |products: &[&str]| {
        let at = [
            "up",
            "--listen",
            "127.0.0.1:0",
            "--data-dir",
            text(data.path()),
        ];
        mesh(&[&at[..], products].concat())
    };
    let (first, second) = (folder.at("wards"), other.at("wards"));
    let parts = [
        "there are two products named wards: ",
        text(&first),
        text(&second),
        "product.odps.yaml",
    ];
    up(&[text(&first), text(&second)]).told(&parts);
    folder.edit("wards/product.odps.yaml", "name: wards", "name: logistics");
    let parts = [
        "there are two products named logistics: ",
        "built in",
        text(&first),
    ];
    up(&[text(&first)]).told(&parts);
    assert!(
        data.path().read_dir().unwrap().next().is_none(),
        "nothing was opened"
    );
}

#[test]
fn a_product_with_a_mistake_is_told_before_anything_starts() {
    let folder = Folder::with_product();
    folder.edit(MESH_YAML, "{ port: beds }", "{ prot: beds }");
    folder
        .mesh("up wards --listen 127.0.0.1:0 --data-dir data")
        .told(&[
            "the product in wards cannot be read: mesh.yaml:5:",
            "did you mean `port`?",
        ]);
    folder
        .mesh("up nowhere --listen 127.0.0.1:0 --data-dir data")
        .told(&["there is no folder nowhere", "`mesh new`"]);
    assert!(!folder.at("data").exists());
}
