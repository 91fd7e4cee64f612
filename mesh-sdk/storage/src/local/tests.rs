use futures::TryStreamExt;
use tempfile::TempDir;

use super::*;

struct Log {
    folder: TempDir,
    store: LocalStore,
}

impl Log {
    fn of(names: &[&str]) -> Log {
        let folder = tempfile::tempdir().unwrap();
        std::fs::create_dir(folder.path().join("_delta_log")).unwrap();
        for name in names {
            std::fs::write(folder.path().join("_delta_log").join(name), "").unwrap();
        }
        Log {
            folder,
            store: LocalStore::default(),
        }
    }

    /// What is listed after `offset`, by the file system itself or by name.
    async fn listed(&self, store: &dyn ObjectStore, offset: &str) -> Vec<String> {
        let log = Path::from_absolute_path(self.folder.path().join("_delta_log")).unwrap();
        let listed = store.list_with_offset(Some(&log), &log.clone().join(offset));
        let listed: Vec<_> = listed.try_collect().await.unwrap();
        let mut names: Vec<_> = listed
            .iter()
            .map(|entry| entry.location.filename().unwrap().to_owned())
            .collect();
        names.sort();
        names
    }

    async fn same(&self, offset: &str) -> Vec<String> {
        let expected = self.listed(self.store.0.as_ref(), offset).await;
        assert_eq!(self.listed(&self.store, offset).await, expected, "{offset}");
        expected
    }
}

#[tokio::test]
async fn what_came_after_a_version_is_what_the_folder_has() {
    let log = Log::of(&[
        "00000000000000000007.checkpoint.parquet",
        "00000000000000000007.json",
        "00000000000000000008.json",
        "00000000000000000009.checkpoint.parquet",
        "00000000000000000009.json",
    ]);
    assert_eq!(log.same("00000000000000000007").await.len(), 5);
    assert_eq!(log.same("00000000000000000008").await.len(), 3);
    assert_eq!(log.same("00000000000000000009").await.len(), 2);
    assert_eq!(log.same("00000000000000000010").await.len(), 0);
    // From here on it is not known what comes next.
    assert_eq!(log.same("00000000000000000001").await.len(), 5);
    assert_eq!(log.same("00000000000000000008.json").await.len(), 2);
}
