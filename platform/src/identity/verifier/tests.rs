use std::time::Duration;

use aws_lc_rs::hmac;
use jsonwebtoken::{Algorithm, EncodingKey, Header, encode, get_current_timestamp};
use serde_json::{Value, json};
use tempfile::TempDir;

use super::Verifier;
use crate::identity::{DevIssuer, Scope, TokenError};

const ORIGIN: &str = "http://127.0.0.1:7070";

struct Fixture {
    issuer: DevIssuer,
    verifier: Verifier,
    _dir: TempDir,
}

fn fixture() -> Fixture {
    let dir = tempfile::tempdir().unwrap();
    let issuer = DevIssuer::open(dir.path(), ORIGIN).unwrap();
    let verifier = issuer.verifier().unwrap();
    Fixture {
        issuer,
        verifier,
        _dir: dir,
    }
}

fn claims() -> Value {
    let now = get_current_timestamp();
    json!({ "iss": ORIGIN, "aud": "mesh", "sub": "ana", "exp": now + 60, "scope": "mesh.score other" })
}

fn with(name: &str, value: Value) -> Value {
    let mut claims = claims();
    claims[name] = value;
    claims
}

fn without(name: &str) -> Value {
    let mut claims = claims();
    claims.as_object_mut().unwrap().remove(name);
    claims
}

#[track_caller]
fn refused(claims: &Value, expected: TokenError) {
    let Fixture {
        issuer, verifier, ..
    } = &fixture();
    let token = issuer.sign(claims).unwrap();
    assert_eq!(verifier.verify(&token).unwrap_err(), expected, "{claims}");
}

fn b64(bytes: &[u8]) -> String {
    use std::fmt::Write;

    const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    let mut text = String::new();
    for chunk in bytes.chunks(3) {
        let word = chunk
            .iter()
            .fold(0u32, |word, byte| word << 8 | u32::from(*byte))
            << (8 * (3 - chunk.len()));
        for sextet in 0..=chunk.len() {
            let index = word >> (18 - 6 * sextet) & 63;
            write!(text, "{}", ALPHABET[index as usize] as char).unwrap();
        }
    }
    text
}

#[test]
fn a_token_of_the_issuer_names_its_caller() {
    let Fixture {
        issuer, verifier, ..
    } = &fixture();
    let scopes = [Scope::Ingest, Scope::Query];
    let token = issuer
        .token("ana", &scopes, Duration::from_secs(60))
        .unwrap();
    let caller = verifier.verify(&token).unwrap();
    assert_eq!(caller.subject(), "ana");
    assert!(caller.token_id().is_some());
    assert_eq!(caller.scopes().collect::<Vec<_>>(), scopes);
    assert!(caller.require(Scope::Query).is_ok());
    assert_eq!(
        caller.require(Scope::Score).unwrap_err().code().code(),
        "forbidden"
    );
}

#[test]
fn scopes_of_other_systems_are_ignored() {
    let Fixture {
        issuer, verifier, ..
    } = &fixture();
    let token = issuer
        .sign(&with("scope", json!("mesh.scores mesh.score openid")))
        .unwrap();
    let caller = verifier.verify(&token).unwrap();
    assert_eq!(caller.scopes().collect::<Vec<_>>(), [Scope::Score]);
    let token = issuer.sign(&without("scope")).unwrap();
    assert_eq!(verifier.verify(&token).unwrap().scopes().count(), 0);
}

#[test]
fn an_audience_may_be_one_of_several() {
    let Fixture {
        issuer, verifier, ..
    } = &fixture();
    let token = issuer.sign(&with("aud", json!(["other", "mesh"]))).unwrap();
    assert!(verifier.verify(&token).is_ok());
}

#[test]
fn each_claim_is_checked() {
    let now = get_current_timestamp();
    refused(&with("iss", json!("http://elsewhere")), TokenError::Issuer);
    refused(&with("aud", json!("other")), TokenError::Audience);
    refused(&with("exp", json!(now - 60)), TokenError::Expired);
    refused(&with("nbf", json!(now + 60)), TokenError::NotYetValid);
    refused(&with("sub", json!("")), TokenError::Claims);
    refused(&with("sub", json!("ana\nadmin")), TokenError::Claims);
    refused(&with("sub", json!("x".repeat(257))), TokenError::Claims);
    for claim in ["iss", "aud", "exp", "sub"] {
        refused(&without(claim), TokenError::Claims);
    }
}

#[test]
fn clocks_may_differ_by_seconds() {
    let Fixture {
        issuer, verifier, ..
    } = &fixture();
    let now = get_current_timestamp();
    let token = issuer.sign(&with("exp", json!(now - 3))).unwrap();
    assert!(verifier.verify(&token).is_ok());
}

#[test]
fn a_remembered_token_expires_too() {
    let Fixture {
        issuer, verifier, ..
    } = &fixture();
    let now = get_current_timestamp();
    let token = issuer
        .sign(&with("exp", json!(now - super::LEEWAY + 2)))
        .unwrap();
    assert!(verifier.verify(&token).is_ok());
    let deadline = std::time::Instant::now() + Duration::from_secs(5);
    while verifier.verify(&token).is_ok() {
        assert!(std::time::Instant::now() < deadline, "never expires");
        std::thread::sleep(Duration::from_millis(50));
    }
    assert_eq!(verifier.verify(&token).unwrap_err(), TokenError::Expired);
}

#[test]
fn any_changed_character_is_noticed_even_after_the_token_was_remembered() {
    let Fixture {
        issuer, verifier, ..
    } = &fixture();
    let token = issuer.sign(&claims()).unwrap();
    verifier.verify(&token).unwrap();
    // The last character of a part may hold unused bits, which the decoder refuses as well.
    for at in 0..token.len() {
        let mut forged = token.clone().into_bytes();
        forged[at] = if forged[at] == b'A' { b'B' } else { b'A' };
        let forged = String::from_utf8(forged).unwrap();
        assert!(verifier.verify(&forged).is_err(), "character {at}");
    }
}

#[test]
fn a_token_of_another_mesh_is_refused() {
    let token = fixture().issuer.sign(&claims()).unwrap();
    assert_eq!(
        fixture().verifier.verify(&token).unwrap_err(),
        TokenError::UnknownKey
    );
}

#[test]
fn unsigned_tokens_are_refused() {
    let Fixture {
        issuer, verifier, ..
    } = &fixture();
    let signed = issuer.sign(&claims()).unwrap();
    let payload = signed.split('.').nth(1).unwrap();
    for header in [
        json!({ "alg": "none" }),
        json!({ "alg": "none", "kid": issuer.header.kid }),
        json!({ "alg": "None", "typ": "JWT", "kid": issuer.header.kid }),
    ] {
        let header = b64(header.to_string().as_bytes());
        for signature in ["", "AAAA"] {
            let token = format!("{header}.{payload}.{signature}");
            assert_eq!(verifier.verify(&token).unwrap_err(), TokenError::Malformed);
        }
    }
}

/// The classic confusion: the public key, which everyone knows, taken as the secret of an HMAC.
#[test]
fn the_public_key_is_no_shared_secret() {
    let Fixture {
        issuer, verifier, ..
    } = &fixture();
    let public = issuer.jwks["keys"][0].to_string();
    let mut header = issuer.header.clone();
    header.alg = Algorithm::HS256;
    let token = encode(
        &header,
        &claims(),
        &EncodingKey::from_secret(public.as_bytes()),
    )
    .unwrap();
    assert_eq!(verifier.verify(&token).unwrap_err(), TokenError::Algorithm);

    let signed = issuer.sign(&claims()).unwrap();
    let (text, _) = signed.rsplit_once('.').unwrap();
    let tag = hmac::sign(
        &hmac::Key::new(hmac::HMAC_SHA256, public.as_bytes()),
        text.as_bytes(),
    );
    let token = format!("{text}.{}", b64(tag.as_ref()));
    assert_eq!(verifier.verify(&token).unwrap_err(), TokenError::Signature);
}

/// A key that the token brings along is not trusted, whatever the header calls it.
#[test]
fn a_key_inside_the_token_counts_for_nothing() {
    let attacker = fixture();
    let Fixture {
        issuer, verifier, ..
    } = &fixture();
    let mut header: Header = attacker.issuer.header.clone();
    header.jwk = serde_json::from_value(attacker.issuer.jwks["keys"][0].clone()).unwrap();
    header.jku = Some("http://attacker/jwks.json".into());
    let sign = |header: &Header| encode(header, &claims(), &attacker.issuer.signing).unwrap();
    assert_eq!(
        verifier.verify(&sign(&header)).unwrap_err(),
        TokenError::UnknownKey
    );
    header.kid = issuer.header.kid.clone();
    assert_eq!(
        verifier.verify(&sign(&header)).unwrap_err(),
        TokenError::Signature
    );
    header.kid = None;
    assert_eq!(
        verifier.verify(&sign(&header)).unwrap_err(),
        TokenError::Signature
    );
}

#[test]
fn critical_extensions_are_not_understood() {
    let Fixture {
        issuer, verifier, ..
    } = &fixture();
    let mut header = issuer.header.clone();
    header.crit = Some(vec!["b64".into()]);
    let token = encode(&header, &claims(), &issuer.signing).unwrap();
    assert_eq!(verifier.verify(&token).unwrap_err(), TokenError::Malformed);
}

#[test]
fn what_is_no_token_is_refused_without_much_work() {
    let verifier = &fixture().verifier;
    for text in ["", ".", "..", "a.b", "a.b.c", "a.b.c.d", "\u{1f600}.x.y"] {
        assert_eq!(
            verifier.verify(text).unwrap_err(),
            TokenError::Malformed,
            "{text}"
        );
    }
    let long = "x".repeat(8 * 1024 + 1);
    assert_eq!(verifier.verify(&long).unwrap_err(), TokenError::TooLong);
}

#[test]
fn a_key_set_without_a_public_signature_key_is_refused() {
    let secret = json!({ "kty": "oct", "k": "c2VjcmV0", "alg": "HS256", "kid": "1" });
    let mut encryption = fixture().issuer.jwks["keys"][0].clone();
    encryption["use"] = json!("enc");
    for keys in [json!([]), json!([secret]), json!([encryption])] {
        let refused = Verifier::new(ORIGIN, &json!({ "keys": keys })).unwrap_err();
        assert_eq!(refused.code(), "key-set");
    }
    assert_eq!(
        Verifier::new(ORIGIN, &json!([])).unwrap_err().code(),
        "key-set"
    );
}

#[test]
fn a_token_without_a_key_id_needs_a_single_key() {
    let one = fixture();
    let other = fixture();
    let mut header = one.issuer.header.clone();
    header.kid = None;
    let token = encode(&header, &claims(), &one.issuer.signing).unwrap();
    assert!(one.verifier.verify(&token).is_ok());
    let both = json!({ "keys": [one.issuer.jwks["keys"][0], other.issuer.jwks["keys"][0]] });
    let verifier = Verifier::new(ORIGIN, &both).unwrap();
    assert_eq!(verifier.verify(&token).unwrap_err(), TokenError::UnknownKey);
    let named = one.issuer.sign(&claims()).unwrap();
    assert!(verifier.verify(&named).is_ok());
}
