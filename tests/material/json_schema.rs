//! Checks a document against a JSON Schema (draft 2020-12) that uses only the keywords below.
//!
//! The validators on crates.io take longer to build than basilar itself.

use serde_json::Value;

/// What in the document breaks the schema first.
///
/// # Panics
/// At a keyword that is not known here, so that no schema promises what is not checked.
pub fn check(schema: &Value, document: &Value) -> Result<(), String> {
    Checker { root: schema }.check(schema, document, "")
}

struct Checker<'a> {
    root: &'a Value,
}

impl Checker<'_> {
    fn check(&self, schema: &Value, value: &Value, place: &str) -> Result<(), String> {
        for (keyword, rule) in schema.as_object().unwrap() {
            let holds = match keyword.as_str() {
                "$schema" | "$defs" | "title" | "description" => true,
                "$ref" => {
                    let pointer = rule.as_str().unwrap().trim_start_matches('#');
                    self.check(self.root.pointer(pointer).unwrap(), value, place)?;
                    true
                }
                "oneOf" => {
                    let branches = rule.as_array().unwrap().iter();
                    let checked: Vec<_> =
                        branches.map(|branch| self.check(branch, value, place)).collect();
                    match checked.iter().filter(|branch| branch.is_ok()).count() {
                        1 => true,
                        count => return Err(format!("{place}: {count} of {checked:?}")),
                    }
                }
                "const" => value == rule,
                "enum" => rule.as_array().unwrap().contains(value),
                "type" => match rule {
                    Value::Array(types) => types.iter().any(|name| is(name, value)),
                    name => is(name, value),
                },
                "required" => {
                    let mut names = rule.as_array().unwrap().iter();
                    names.all(|name| value.get(name.as_str().unwrap()).is_some())
                }
                "properties" => {
                    for (name, schema) in rule.as_object().unwrap() {
                        if let Some(value) = value.get(name) {
                            self.check(schema, value, &format!("{place}/{name}"))?;
                        }
                    }
                    true
                }
                "additionalProperties" => {
                    let known = schema["properties"].as_object().unwrap();
                    assert_eq!(rule, &Value::Bool(false));
                    value
                        .as_object()
                        .is_none_or(|found| found.keys().all(|name| known.contains_key(name)))
                }
                "items" => {
                    for (index, item) in value.as_array().into_iter().flatten().enumerate() {
                        self.check(rule, item, &format!("{place}/{index}"))?;
                    }
                    true
                }
                "minItems" => length(value) >= number(rule),
                "maxItems" => length(value) <= number(rule),
                "minimum" => !value.is_number() || number(value) >= number(rule),
                "maximum" => !value.is_number() || number(value) <= number(rule),
                "exclusiveMinimum" => number(value) > number(rule),
                _ => panic!("{place}: the keyword {keyword} is not known"),
            };
            if !holds {
                return Err(format!("{place}: breaks {keyword} {rule}"));
            }
        }
        Ok(())
    }
}

/// Not a number, and so within no bounds, where the value is something else.
fn number(value: &Value) -> f64 {
    value.as_f64().unwrap_or(f64::NAN)
}

fn length(value: &Value) -> f64 {
    value.as_array().map_or(f64::NAN, |items| items.len() as f64)
}

fn is(name: &Value, value: &Value) -> bool {
    match name.as_str().unwrap() {
        "null" => value.is_null(),
        "boolean" => value.is_boolean(),
        "integer" => value.is_i64() || value.is_u64(),
        "number" => value.is_number(),
        "string" => value.is_string(),
        "array" => value.is_array(),
        "object" => value.is_object(),
        other => panic!("the type {other} is not known"),
    }
}
