use std::path::{Path, PathBuf};
use std::sync::Arc;

use arrow_array::cast::AsArray;
use arrow_array::{Array, RecordBatch};
use arrow_schema::DataType;
use futures::TryStreamExt;
use mesh_storage::{
    Engine, FileRows, Limits, StorageError, TableSource, read_csv_text, read_delta, read_parquet,
};
use tempfile::tempdir;

use super::{all, batch, beat, engine_over, open, read_up_to};

fn file(folder: &Path, content: impl AsRef<[u8]>) -> PathBuf {
    let path = folder.join("data.csv");
    std::fs::write(&path, content).unwrap();
    path
}

async fn batches(rows: FileRows) -> Result<Vec<RecordBatch>, StorageError> {
    rows.batches().try_collect().await
}

async fn cells(path: &Path, delimiter: u8) -> Vec<Vec<Option<String>>> {
    let rows = read_csv_text(path, delimiter).await.unwrap();
    let mut cells = Vec::new();
    for batch in batches(rows).await.unwrap() {
        for row in 0..batch.num_rows() {
            let columns = batch.columns().iter().map(|column| {
                let column = column.as_string::<i32>();
                column.is_valid(row).then(|| column.value(row).to_owned())
            });
            cells.push(columns.collect());
        }
    }
    cells
}

/// What is wrong with a CSV file of this content, after its path.
async fn problem(content: impl AsRef<[u8]>) -> String {
    let folder = tempdir().unwrap();
    let path = file(folder.path(), content);
    let read = async { batches(read_csv_text(&path, b',').await?).await };
    let error = read.await.unwrap_err();
    assert_eq!(error.code(), "file-unreadable");
    let prefix = format!("{}: ", path.display());
    error.to_string().strip_prefix(&prefix).unwrap().to_owned()
}

#[tokio::test]
async fn csv_is_text_under_the_names_of_its_header() {
    let folder = tempdir().unwrap();
    let path = file(
        folder.path(),
        "\u{feff}who; rate\nana;61.0\n\n\"luis; \"\"jr\"\"\";\n\"two\nlines\";007\n",
    );
    let rows = read_csv_text(&path, b';').await.unwrap();
    let schema = rows.schema();
    let names: Vec<_> = schema.fields().iter().map(|field| field.name()).collect();
    assert_eq!(names, ["who", "rate"]);
    assert!(
        schema
            .fields()
            .iter()
            .all(|field| *field.data_type() == DataType::Utf8)
    );
    let text = |text: &str| Some(text.to_owned());
    assert_eq!(
        cells(&path, b';').await,
        [
            [text("ana"), text("61.0")],
            [text("luis; \"jr\""), None],
            [text("two\nlines"), text("007")],
        ]
    );
}

#[tokio::test]
async fn csv_of_any_length_comes_in_batches() {
    let folder = tempdir().unwrap();
    let lines: String = (0..150_000).map(|n| format!("{n},x\n")).collect();
    let path = file(folder.path(), format!("n,x\n{lines}"));
    let rows = read_csv_text(&path, b',').await.unwrap();
    let sizes: Vec<_> = batches(rows)
        .await
        .unwrap()
        .iter()
        .map(RecordBatch::num_rows)
        .collect();
    assert_eq!(sizes, [65_536, 65_536, 18_928]);

    let cell = "x".repeat(1 << 20);
    let lines = format!("1,{cell}\n").repeat(40);
    let path = file(folder.path(), format!("n,x\n{lines}"));
    let rows = read_csv_text(&path, b',').await.unwrap();
    let sizes: Vec<_> = batches(rows)
        .await
        .unwrap()
        .iter()
        .map(RecordBatch::num_rows)
        .collect();
    assert_eq!(sizes, [32, 8]);
}

#[tokio::test]
async fn what_is_wrong_with_csv_is_said_with_its_line_and_without_its_cells() {
    let ragged = problem("a,b\n1,2\n\n\"x\ny\",2\nsecret,2,3\n").await;
    assert!(
        ragged.starts_with("line 6 has 3 cells, the header has 2."),
        "{ragged}"
    );
    let short = problem("a,b\nsecret\n").await;
    assert!(
        short.starts_with("line 2 has 1 cells, the header has 2."),
        "{short}"
    );
    assert_eq!(
        problem(b"a,b\n1,2\n1,caf\xe9\n").await,
        "line 3, column b: the cell is not UTF-8. Save the file as UTF-8"
    );
    let endless = problem(format!("a,b\n1,2\n\"1,{}\n", "2\n".repeat(9 << 20))).await;
    assert_eq!(
        endless,
        "the row that begins in line 3 has more than 16 MiB. Is a quote left open?"
    );
    assert_eq!(
        problem("").await,
        "it is empty: the first line gives the names of the columns"
    );
    assert_eq!(problem("a,,c\n").await, "line 1: column 2 has no name");
    assert_eq!(
        problem("a,b,a\n").await,
        "line 1: two columns have the name a"
    );
}

#[tokio::test]
async fn a_file_that_is_not_there_or_not_what_it_seems_is_refused() {
    let folder = tempdir().unwrap();
    let missing = folder.path().join("missing");
    let text = file(folder.path(), "a,b\n");
    let answers = [
        read_csv_text(&missing, b',').await.err(),
        read_parquet(&missing).await.err(),
        read_parquet(&text).await.err(),
        read_delta(&missing).await.err(),
        read_delta(folder.path()).await.err(),
    ];
    for error in answers {
        let error = error.unwrap();
        assert!(matches!(error, StorageError::File { .. }), "{error:?}");
    }
    assert!(!missing.exists());
}

#[tokio::test]
async fn files_are_tables_of_a_query() {
    let folder = tempdir().unwrap();
    let dataset = Arc::new(open(folder.path()).await.unwrap());
    let rows = batch(&[beat("ana", 61.0), beat("luis", 72.5)]);
    dataset
        .append(&rows, &read_up_to("topic/0", 2))
        .await
        .unwrap();
    // A name that would mean several files, and no ending that says what it is.
    let parquet = folder.path().join("beats [a*]");
    dataset.snapshot_to(&parquet).await.unwrap();
    let delta = folder.path().join("beats");
    let from_delta = batches(read_delta(&delta).await.unwrap()).await.unwrap();

    let engine = engine_over(&dataset);
    engine.add_table("file", TableSource::Parquet(parquet));
    engine.add_table("folder", TableSource::DeltaFolder(delta));
    engine.add_table(
        "batches",
        TableSource::Batches(from_delta[0].schema(), from_delta),
    );
    for table in ["beats", "file", "folder", "batches"] {
        let sql = format!("SELECT who, rate, device['model'] FROM {table}");
        assert_eq!(all(&engine, &sql).await, ["ana,61.0,B1", "luis,72.5,B1"]);
    }
    let rows = engine
        .query("SELECT * FROM file, folder, batches, beats")
        .await
        .unwrap();
    let versions: Vec<_> = rows
        .sources()
        .iter()
        .map(|(name, version)| (name.as_str(), *version))
        .collect();
    assert_eq!(versions, [("beats", 1), ("folder", 1)]);
}

#[tokio::test]
async fn a_table_that_cannot_be_read_fails_the_query_that_names_it() {
    let engine = Engine::new(Limits::default()).unwrap();
    let missing = PathBuf::from("no-such-file.parquet");
    engine.add_table("file", TableSource::Parquet(missing));
    let error = engine.query("SELECT * FROM file").await.err().unwrap();
    assert_eq!(error.code(), "file-unreadable");
    assert_eq!(all(&engine, "SELECT 1").await, ["1"]);
}
