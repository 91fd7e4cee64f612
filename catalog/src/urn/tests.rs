use super::*;

#[test]
fn products_and_ports_have_urns() {
    for good in [
        "urn:mesh:cardiology:bracelet",
        "urn:mesh:cardiology:bracelet:readings:1",
        "URN:Mesh:a:b:c_d:12",
    ] {
        assert!(Urn::parse(good).is_ok(), "{good}");
    }
}

#[test]
fn the_scheme_does_not_depend_on_case_but_names_do() {
    assert!(Urn::parse("URN:MESH:a:b").unwrap().names("urn:mesh:a:b"));
    assert!(!Urn::parse("urn:mesh:A:b").unwrap().names("urn:mesh:a:b"));
}

#[test]
fn anything_else_is_refused() {
    for bad in [
        "",
        "urn",
        "urn:mesh:",
        "urn:mesh:a",
        "urn:mesh:a:b:c",
        "urn:mesh:a:b:c:v1",
        "urn:mesh:a:b:c:",
        "urn:mesh:a::c:1",
        "urn:mesh:a:b:c:1:2",
        "urn:other:a:b:c:1",
        "urn:mesh:a:<b>:c:1",
        "urn:mesh:a:b/../c",
        "ürn:mésh:a:b",
    ] {
        assert_eq!(Urn::parse(bad), Err(Error::MalformedUrn), "{bad}");
    }
}
