//! Fingerprints: two models have the same if and only if, for all practical purposes, they have the same numbers.

use serde::Serialize;
use serde_json::Value;
use std::hash::Hasher;
use twox_hash::XxHash3_64;

/// Sixteen hexadecimal digits that depend on every number of `parameters`, with its name, as it was parsed: neither the
/// layout of a file nor its comments and sources move them.
pub(crate) fn fingerprint(parameters: &impl Serialize) -> String {
    let mut hasher = XxHash3_64::with_seed(0);
    let value = serde_json::to_value(parameters).expect("parameters are numbers under names");
    add(&value, &mut hasher);
    format!("{:016x}", hasher.finish())
}

fn add(value: &Value, hasher: &mut XxHash3_64) {
    match value {
        Value::Object(fields) => {
            let mut fields: Vec<_> = fields.iter().collect();
            fields.sort_unstable_by_key(|(name, _)| *name);
            for (name, value) in fields {
                hasher.write(name.as_bytes());
                hasher.write(b":");
                add(value, hasher);
            }
        }
        Value::Array(values) => {
            hasher.write(&(values.len() as u64).to_le_bytes());
            values.iter().for_each(|value| add(value, hasher));
        }
        Value::Number(number) => {
            hasher.write(&number.as_f64().unwrap_or(f64::NAN).to_le_bytes());
        }
        other => hasher.write(other.to_string().as_bytes()),
    }
    hasher.write(b";");
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn any_number_and_any_name_moves_it() {
        let known = fingerprint(&json!({ "a": [1.0, 2.0], "b": { "c": 3 } }));
        assert_eq!(known, fingerprint(&json!({ "a": [1, 2], "b": { "c": 3.0 } })));
        for other in [
            json!({ "a": [1.0, 2.0], "b": { "c": 4 } }),
            json!({ "a": [1.0], "b": { "c": 3 } }),
            json!({ "a": [1.0, 2.0], "b": { "d": 3 } }),
        ] {
            assert_ne!(known, fingerprint(&other), "{other}");
        }
    }
}
