//! Numbers of a model file that no model can have: far beyond those of the built-in models, they would take hours, all memory,
//! or end in no number.

use serde_json::Value;
use std::collections::BTreeMap;
use std::sync::LazyLock;

/// How many times a built-in model's number another model's may be.
const MOST_TIMES: f64 = 16.0;

/// The models whose numbers are known to be evaluated in reasonable time.
const BUILT_IN: [&str; 6] = [
    include_str!("../../models/p862-nb.json"),
    include_str!("../../models/p862-wb.json"),
    include_str!("../../models/p862-wb-cor2.json"),
    include_str!("../../models/basilar-fb.json"),
    include_str!("../../models/basilar-fb-2.json"),
    include_str!("../../models/alignment.json"),
];

/// What the built-in models have at one place, over all elements of a list.
#[derive(Debug, Clone, Copy)]
struct Known {
    /// Whether all are whole numbers.
    whole: bool,
    /// The largest magnitude.
    most: f64,
    /// The smallest magnitude but 0.
    least: f64,
    /// Whether some are below 0.
    negative: bool,
    /// How many elements a list has.
    length: usize,
}

static KNOWN: LazyLock<BTreeMap<String, Known>> = LazyLock::new(|| {
    let mut known = BTreeMap::new();
    for text in BUILT_IN {
        let file: Value = serde_json::from_str(text).expect("the models are JSON, as tests show");
        walk(&file["parameters"], "parameters", &mut |path, found| {
            note(&mut known, path, found);
            Ok(())
        })
        .expect("nothing is refused here");
    }
    known
});

fn note(known: &mut BTreeMap<String, Known>, path: &str, found: Found) {
    let nothing =
        Known { whole: true, most: 0.0, least: f64::INFINITY, negative: false, length: 0 };
    let known = known.entry(path.to_owned()).or_insert(nothing);
    match found {
        Found::Length(length) => known.length = known.length.max(length),
        Found::Number(number, whole) => {
            known.whole &= whole;
            known.most = known.most.max(number.abs());
            known.negative |= number < 0.0;
            if number != 0.0 {
                known.least = known.least.min(number.abs());
            }
        }
    }
}

/// What is found at a path.
#[derive(Clone, Copy)]
enum Found {
    /// A number, and whether it is written as a whole one.
    Number(f64, bool),
    /// A list of so many elements.
    Length(usize),
}

/// The first number of a model file that no model can have, as an error.
pub(super) fn check(file: &Value) -> Result<(), String> {
    let parameters = &file["parameters"];
    walk(parameters, "parameters", &mut |path, found| {
        // A file with an alignment of its own holds that as a file in itself.
        let path = path.strip_prefix("parameters.alignment.").unwrap_or(path);
        let Some(known) = KNOWN.get(path) else { return Ok(()) };
        match found {
            Found::Length(length) => {
                let most = (MOST_TIMES as usize) * (known.length + 1);
                if length <= most {
                    return Ok(());
                }
                Err(format!("{path} has {length} elements, of which there can be {most}"))
            }
            Found::Number(number, _) => known.check(path, number),
        }
    })
}

impl Known {
    fn check(self, path: &str, number: f64) -> Result<(), String> {
        let room = if self.whole { MOST_TIMES } else { 1.0 };
        let most = MOST_TIMES * self.most + room;
        // Times, frequencies and lengths divide others.
        let divides = ["_s", "_ms", "_hz", "_bark", "hop", "length"];
        let divides = divides.iter().any(|ending| path.ends_with(ending)) && self.least.is_finite();
        let least = match (self.negative, divides) {
            (true, _) => -most,
            (false, true) => self.least / MOST_TIMES,
            (false, false) => 0.0,
        };
        // 0 switches many things off, and has rules of its own where it cannot be.
        if number == 0.0 || (least..=most).contains(&number) {
            return Ok(());
        }
        let number = match (1e-6..1e6).contains(&number.abs()) {
            true => number.to_string(),
            false => format!("{number:e}"),
        };
        Err(format!("{path} is {number}, which can be {least} to {most}"))
    }
}

/// Visits every number and list; elements of a list have its path.
fn walk(
    value: &Value,
    path: &str,
    visit: &mut impl FnMut(&str, Found) -> Result<(), String>,
) -> Result<(), String> {
    match value {
        Value::Number(number) => {
            let whole = number.is_u64() || number.is_i64();
            visit(path, Found::Number(number.as_f64().unwrap_or(f64::INFINITY), whole))
        }
        Value::Array(values) => {
            visit(path, Found::Length(values.len()))?;
            values.iter().try_for_each(|value| walk(value, path, visit))
        }
        Value::Object(fields) => {
            let mut fields = fields.iter().filter(|(name, _)| *name != "source");
            fields.try_for_each(|(name, value)| walk(value, &format!("{path}.{name}"), visit))
        }
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_built_in_models_are_plausible_and_absurd_numbers_are_named() {
        for text in BUILT_IN {
            check(&serde_json::from_str(text).unwrap()).unwrap();
        }
        let mut file: Value = serde_json::from_str(BUILT_IN[3]).unwrap();
        file["parameters"]["level"]["rounds"] = (1_u64 << 62).into();
        let refused = check(&file).unwrap_err();
        assert!(refused.starts_with("parameters.level.rounds is 4.6"), "{refused}");
        let mut file: Value = serde_json::from_str(BUILT_IN[3]).unwrap();
        file["parameters"]["missing"]["block_s"] = 1e-300.into();
        assert!(check(&file).unwrap_err().contains("missing.block_s"));
    }
}
