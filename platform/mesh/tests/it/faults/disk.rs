use std::io::{ErrorKind, Write};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use super::trial::{Log, Trial};
use crate::process::{Mesh, Setup};

/// Puts the tables of `mesh up --data-dir DIR` on a disk of their own that only the mesh sees, and becomes it.
const ON_A_SMALL_DISK: &str = r#"
    set -e
    mv "$4/products" "$4/moved"
    mkdir "$4/products"
    mount -t tmpfs -o size=64m,mode=700 small "$4/products"
    cp -a "$4/moved/." "$4/products"
    exec "$@"
"#;

#[tokio::test(flavor = "multi_thread")]
#[ignore = "meets Kafka: deploy/integration/run faults"]
async fn the_disk_of_the_tables_is_full() {
    let words = [
        "unshare",
        "--user",
        "--map-root-user",
        "--mount",
        "sh",
        "-c",
        ON_A_SMALL_DISK,
        "sh",
    ];
    let setup = Setup {
        by: words.map(str::to_owned).to_vec(),
        ..Setup::default()
    };
    let mut trial =
        Trial::begin_as("the disk of the tables full for 5 s", Log::Kafka(1), setup).await;
    tokio::time::sleep(Duration::from_secs(3)).await;
    let ballast = as_it_sees(&trial.mesh, "products/ballast");
    fill(&ballast);
    let filled = Instant::now();
    while filled.elapsed() < Duration::from_secs(5) {
        fill(&ballast);
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    let errors = trial.mesh.stderr();
    assert!(
        errors.contains("sink cannot get on"),
        "the full disk was not felt: {errors}"
    );
    let emptied = Instant::now();
    std::fs::remove_file(&ballast).unwrap();
    trial.recovers(emptied).await;
    trial.prove().await;
}

/// A file of the data folder, on the disks that the mesh has.
fn as_it_sees(mesh: &Mesh, file: &str) -> PathBuf {
    let folder = mesh.folder.path().strip_prefix("/").unwrap();
    Path::new(&format!("/proc/{}/root", mesh.process()))
        .join(folder)
        .join(file)
}

/// Leaves no room on the disk.
fn fill(ballast: &Path) {
    let mut file = std::fs::File::options()
        .create(true)
        .append(true)
        .open(ballast)
        .unwrap();
    let block = [0; 64 << 10];
    loop {
        match file.write(&block) {
            Ok(0) => return,
            Ok(_) => {}
            Err(error) if error.kind() == ErrorKind::StorageFull => return,
            Err(error) => panic!("{}: {error}", ballast.display()),
        }
    }
}
