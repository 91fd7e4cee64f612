//! Texts of the formats there are, and what is nearly one.

use mesh_contracts::{Format, Property};
use proptest::prelude::*;

pub(super) fn of_format(property: &Property) -> BoxedStrategy<String> {
    match property.options().format() {
        Some(Format::Email) => "[a-z+]{1,5}([.][a-z]{1,3})?@[a-z]{1,5}(-[a-z])?[.][a-z]{2}".boxed(),
        Some(Format::Uri) => "[a-z]{2,5}:(//([a-z]{1,3}@)?[a-z]{1,5}([.][a-z]{2})?(:[0-9]{1,3})?)?(/[a-z@:%41]{0,3}){0,2}([?][a-z=&/]{0,4})?(#[a-z]{0,2})?".boxed(),
        Some(Format::Hostname) => "[a-z]{1,5}(-[a-z0-9]{1,3})?([.][a-z]{2,3}){0,2}".boxed(),
        Some(Format::Ipv4) => "1?[1-9]?[0-9][.]2[0-4][0-9][.]25[0-5][.][0-9]".boxed(),
        Some(Format::Ipv6) => "[0-9a-f]{1,4}(:[0-9A-F]{1,4}){0,5}::([1-9a-f]{1,2})?".boxed(),
        Some(Format::Byte) => "([A-Za-z0-9+/]{4}){0,2}([A-Za-z0-9+/]{2}==)?".boxed(),
        Some(Format::Uuid) => uuid().boxed(),
        None => "[a-zü]{2,6}".boxed(),
    }
}

pub(super) fn near_formats() -> impl Strategy<Value = String> {
    prop_oneof![
        "[a-z0-9ü]{0,8}",
        uuid(),
        "[a-c@.:/\\[\\]%0-9 ü\"<>=-]{0,9}",
        "[a-c.-]{1,4}@[a-c.-]{1,5}",
        "[ab]{60,66}@([ab]{60,66}[.]){1,2}[ab]{1,140}",
        "[ab]{60,66}([.-][ab]{60,64}){0,4}",
        "[a-c]{1,2}:(//([a-c:@]{0,3})(\\[[0-9a-f:.]{1,6}\\])?[a-c:@0-9%]{0,4})?[/?#%0-9a-c\\[|]{0,6}",
        "([0-9]{1,3}[.]){2,4}[0-9]{0,3}",
        "[0-9a-f:.]{1,12}",
        "(::ffff:)?[0-9.]{7,12}",
        "[A-Za-z0-9+/=_-]{0,12}",
    ]
}

pub(super) fn uuid() -> impl Strategy<Value = String> {
    "[0-9a-fA-F]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"
}
