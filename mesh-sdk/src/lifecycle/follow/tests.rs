use std::path::Path;

use mesh_platform::server::Readiness;
use mesh_platform::vault::Vault;
use mesh_storage::{Engine, Limits};

use super::*;
use crate::lifecycle::{Decider, ModelHistory};
use crate::registry::{Registry, Stage};
use crate::{Clock, DataProduct, EventsConfig, Host, HostConfig};

const MODEL: &str = "heart-risk";

#[tokio::test(flavor = "multi_thread")]
async fn what_one_process_decides_holds_in_the_others() {
    let folder = tempfile::tempdir().unwrap();
    let vault = Arc::new(Vault::open(&folder.path().join("keys")).unwrap());
    let config = HostConfig {
        data_dir: folder.path().to_owned(),
        events: EventsConfig::default(),
        progress: Box::new(|_| {}),
        readiness: Readiness::new(),
        clock: Clock::default(),
        vault: Some(vault.clone()),
    };
    let mut host = Host::open(config).await.unwrap();
    let sources = Path::new(env!("CARGO_MANIFEST_DIR")).join("../products/bracelet-cardiology");
    let product = DataProduct::from_files(sources).unwrap();
    let product = host.start(product).await.unwrap();

    // As another process opens it.
    let kept = folder.path().join("products/bracelet-cardiology");
    let registry = Registry::open(kept.join("models").join(MODEL), MODEL, vault).unwrap();
    let engine = Arc::new(Engine::new(Limits::default()).unwrap());
    let history = ModelHistory::open(&kept.join("datasets"), engine)
        .await
        .unwrap();
    let plan = product.plan(MODEL).unwrap().clone();
    let other = Lifecycle::open(plan, Arc::new(registry), history);
    let other = Arc::new(other.await.unwrap());
    assert!(other.serving().is_some());
    assert!(!other.look().await.unwrap(), "there is nothing new");

    let (changes, stop) = (Changes::new(), CancellationToken::new());
    let mut told = changes.listen();
    let following = tokio::spawn(other.clone().follow(changes, stop.clone()));
    let decider = Decider::new("somebody", "it is wrong");
    let first = &product.lifecycles[MODEL];
    first.set_aside(1, Stage::Archived, decider).await.unwrap();
    let patience = Duration::from_secs(60);
    tokio::time::timeout(patience, told.changed())
        .await
        .unwrap()
        .unwrap();
    assert!(other.serving().is_none());
    stop.cancel();
    following.await.unwrap();
    drop(product);
    host.stop().await;
}
