use super::reach;

#[test]
fn a_field_of_an_object_is_reached_as_one_of_the_record_is() {
    assert_eq!(reach("received_at"), r#""received_at""#);
    assert_eq!(
        reach("heart_risk.scored_at"),
        r#""heart_risk"['scored_at']"#
    );
    assert_eq!(reach("a.b.c"), r#""a"['b']['c']"#);
}
