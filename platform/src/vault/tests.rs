use std::fs;
use std::os::unix::fs::PermissionsExt;

use super::Vault;
use crate::Error;

const KEY: &str = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=";

#[test]
fn what_is_sealed_is_opened_by_the_same_key_alone() {
    let (dir, other) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let sealed = Vault::open(dir.path())
        .unwrap()
        .seal("a", b"health data")
        .unwrap();
    assert!(!sealed.windows(6).any(|part| part == b"health"));
    let opened = Vault::open(dir.path()).unwrap().unseal("a", sealed.clone());
    assert_eq!(opened.unwrap(), b"health data");
    let refused = Vault::open(other.path()).unwrap().unseal("a", sealed);
    assert!(matches!(refused, Err(Error::Sealed(name)) if name == "a"));
}

#[test]
fn a_file_in_the_place_of_another_or_changed_is_refused() {
    let vault = Vault::with_key(KEY, "test").unwrap();
    let sealed = vault.seal("a", b"one").unwrap();
    assert!(vault.unseal("b", sealed.clone()).is_err());
    for place in [sealed.len() - 1, 20] {
        let mut changed = sealed.clone();
        changed[place] ^= 1;
        assert!(vault.unseal("a", changed).is_err());
    }
    assert!(vault.unseal("a", sealed[..20].to_vec()).is_err());
}

#[test]
fn the_same_bytes_are_sealed_otherwise_each_time() {
    let vault = Vault::with_key(KEY, "test").unwrap();
    assert_ne!(
        vault.seal("a", b"one").unwrap(),
        vault.seal("a", b"one").unwrap()
    );
}

#[test]
fn what_was_never_sealed_is_what_it_is() {
    let vault = Vault::with_key(KEY, "test").unwrap();
    assert_eq!(vault.unseal("a", b"plain".to_vec()).unwrap(), b"plain");
}

#[test]
fn a_key_of_another_length_is_named() {
    for key in ["c2hvcnQ=", "not base64", ""] {
        let refused = Vault::with_key(key, "MESH_KEY");
        assert!(matches!(refused, Err(Error::SealingKey(name)) if name == "MESH_KEY"));
    }
}

#[test]
fn a_key_that_others_can_read_is_not_used() {
    let dir = tempfile::tempdir().unwrap();
    drop(Vault::open(dir.path()).unwrap());
    let key = dir.path().join("models.key");
    assert_eq!(
        fs::metadata(&key).unwrap().permissions().mode() & 0o777,
        0o600
    );
    fs::set_permissions(&key, fs::Permissions::from_mode(0o644)).unwrap();
    assert!(matches!(
        Vault::open(dir.path()),
        Err(Error::KeyExposed { .. })
    ));
}
