use std::{fs, net::SocketAddr, thread, time::Duration};

use super::DevIssuer;

const ORIGIN: &str = "http://127.0.0.1:7070";

fn key_file(dir: &std::path::Path) -> std::path::PathBuf {
    let mut files: Vec<_> = fs::read_dir(dir)
        .unwrap()
        .map(|file| file.unwrap().path())
        .collect();
    assert_eq!(files.len(), 1, "only the key is left: {files:?}");
    files.remove(0)
}

#[test]
fn the_key_outlives_the_process() {
    let dir = tempfile::tempdir().unwrap();
    let before = DevIssuer::open(dir.path(), ORIGIN).unwrap();
    let token = before.token("ana", &[], Duration::from_secs(60)).unwrap();
    let after = DevIssuer::open(dir.path(), ORIGIN).unwrap();
    assert!(after.verifier().unwrap().verify(&token).is_ok());
}

#[test]
fn processes_that_start_at_once_share_one_key() {
    let dir = tempfile::tempdir().unwrap();
    let ids: Vec<_> = thread::scope(|scope| {
        let open = || {
            DevIssuer::open(dir.path(), ORIGIN)
                .unwrap()
                .jwks
                .to_string()
        };
        let threads: Vec<_> = (0..8).map(|_| scope.spawn(open)).collect();
        threads
            .into_iter()
            .map(|thread| thread.join().unwrap())
            .collect()
    });
    assert!(ids.windows(2).all(|pair| pair[0] == pair[1]));
    key_file(dir.path());
}

#[cfg(unix)]
#[test]
fn only_the_owner_can_read_the_key() {
    use std::os::unix::fs::PermissionsExt;

    let dir = tempfile::tempdir().unwrap();
    let inner = dir.path().join("identity");
    DevIssuer::open(&inner, ORIGIN).unwrap();
    let mode = |path: &std::path::Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
    let key = key_file(&inner);
    assert_eq!(mode(&inner), 0o700);
    assert_eq!(mode(&key), 0o600);

    fs::set_permissions(&key, fs::Permissions::from_mode(0o644)).unwrap();
    assert_eq!(
        DevIssuer::open(&inner, ORIGIN).unwrap_err().code(),
        "key-exposed"
    );
}

#[test]
fn a_damaged_key_is_not_replaced_silently() {
    let dir = tempfile::tempdir().unwrap();
    DevIssuer::open(dir.path(), ORIGIN).unwrap();
    fs::write(key_file(dir.path()), b"damaged").unwrap();
    assert_eq!(
        DevIssuer::open(dir.path(), ORIGIN).unwrap_err().code(),
        "key-unusable"
    );
}

#[test]
fn the_public_documents_hold_no_secret() {
    let dir = tempfile::tempdir().unwrap();
    let issuer = DevIssuer::open(dir.path(), ORIGIN).unwrap();
    let key = issuer.jwks["keys"][0].as_object().unwrap();
    let members: Vec<_> = key.keys().map(String::as_str).collect();
    for member in members {
        let public = ["kty", "crv", "x", "y", "alg", "use", "kid"];
        assert!(public.contains(&member), "{member}");
    }
}

#[test]
fn only_loopback_will_do() {
    let check = |address: &str| DevIssuer::require_loopback(address.parse::<SocketAddr>().unwrap());
    for address in [
        "127.0.0.1:7070",
        "127.8.9.1:1",
        "[::1]:7070",
        "[::ffff:127.0.0.1]:7070",
    ] {
        assert!(check(address).is_ok(), "{address}");
    }
    for address in [
        "0.0.0.0:7070",
        "[::]:7070",
        "10.0.0.1:7070",
        "[::ffff:10.0.0.1]:7070",
    ] {
        assert_eq!(
            check(address).unwrap_err().code(),
            "not-loopback",
            "{address}"
        );
    }
}
