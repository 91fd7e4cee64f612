//! JSON values whose objects have every key once.

use std::cell::RefCell;
use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, Error, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Number, Value, map::Entry};

use crate::Record;
use crate::violation::Path;

/// Where a key stood twice, if one did.
type Duplicate = RefCell<Option<String>>;

pub(super) fn record<'de, D: Deserializer<'de>>(
    deserializer: D,
    duplicate: &Duplicate,
) -> Result<Record, D::Error> {
    deserializer.deserialize_map(ObjectVisitor {
        path: Path::Record,
        duplicate,
    })
}

struct ObjectVisitor<'a> {
    path: Path<'a>,
    duplicate: &'a Duplicate,
}

impl<'de> Visitor<'de> for ObjectVisitor<'_> {
    type Value = Record;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Record, A::Error> {
        let mut object = Map::new();
        while let Some(key) = entries.next_key::<String>()? {
            let value = entries.next_value_seed(ValueSeed {
                path: Path::Field(&self.path, &key),
                duplicate: self.duplicate,
            })?;
            match object.entry(key) {
                Entry::Vacant(entry) => {
                    entry.insert(value);
                }
                Entry::Occupied(entry) => {
                    let path = Path::Field(&self.path, entry.key()).to_string();
                    self.duplicate.replace(Some(path));
                    return Err(A::Error::custom("duplicate key"));
                }
            }
        }
        Ok(object)
    }
}

struct ValueSeed<'a> {
    path: Path<'a>,
    duplicate: &'a Duplicate,
}

impl<'de> DeserializeSeed<'de> for ValueSeed<'_> {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for ValueSeed<'_> {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON value")
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Value, E> {
        Ok(Value::Bool(value))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Value, E> {
        Ok(Value::Number(value.into()))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Value, E> {
        Ok(Value::Number(value.into()))
    }

    fn visit_f64<E: Error>(self, value: f64) -> Result<Value, E> {
        let number = Number::from_f64(value);
        number
            .map(Value::Number)
            .ok_or_else(|| E::custom("not finite"))
    }

    fn visit_str<E>(self, value: &str) -> Result<Value, E> {
        Ok(Value::String(value.to_owned()))
    }

    fn visit_string<E>(self, value: String) -> Result<Value, E> {
        Ok(Value::String(value))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Value, A::Error> {
        let mut array = Vec::new();
        while let Some(item) = items.next_element_seed(ValueSeed {
            path: Path::Item(&self.path, array.len()),
            duplicate: self.duplicate,
        })? {
            array.push(item);
        }
        Ok(Value::Array(array))
    }

    fn visit_map<A: MapAccess<'de>>(self, entries: A) -> Result<Value, A::Error> {
        let object = ObjectVisitor {
            path: self.path,
            duplicate: self.duplicate,
        };
        object.visit_map(entries).map(Value::Object)
    }
}
