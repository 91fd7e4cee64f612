use super::{Cache, Fingerprint};
use crate::identity::{Caller, scope::ScopeSet};

fn put(cache: &Cache, token: &str) {
    let caller = Caller::new(token.to_owned(), None, ScopeSet::default(), 0);
    cache.put(Fingerprint::of(token), caller);
}

fn subject(cache: &Cache, token: &str) -> Option<String> {
    let found = cache.get(&Fingerprint::of(token))?;
    Some(found.subject().to_owned())
}

#[test]
fn finds_only_the_very_same_token() {
    let cache = Cache::new(10);
    put(&cache, "a.b.c");
    assert_eq!(subject(&cache, "a.b.c").as_deref(), Some("a.b.c"));
    assert_eq!(subject(&cache, "a.b.d"), None);
}

#[test]
fn holds_no_more_than_its_capacity() {
    let cache = Cache::new(10);
    for n in 0..1000 {
        put(&cache, &n.to_string());
    }
    let held = (0..1000).filter(|n| subject(&cache, &n.to_string()).is_some());
    assert!(held.count() <= 10);
}

#[test]
fn what_is_used_outlives_what_is_not() {
    let cache = Cache::new(10);
    put(&cache, "used");
    put(&cache, "unused");
    for n in 0..100 {
        put(&cache, &n.to_string());
        assert!(subject(&cache, "used").is_some(), "forgotten after {n}");
    }
    assert_eq!(subject(&cache, "unused"), None);
}
