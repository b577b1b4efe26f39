//! What is asked of a store: which calls, between which times, by which columns.

use super::store::Store;
use crate::error::{Error, Result};
use rusqlite::types::Value;
use std::str::FromStr;

/// What every call has a word for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Dimension {
    /// Where it was.
    Site,
    /// Which trunk it went over.
    Trunk,
    /// How its speech was coded.
    Codec,
    /// What kind of telephone sent it.
    Endpoint,
    /// The scale of its MOS: a model and its version, or the E-model's band.
    Scale,
}

impl Dimension {
    /// All of them, in the order of [`Call::words`](super::Call::words).
    pub const ALL: [Self; 5] = [Self::Site, Self::Trunk, Self::Codec, Self::Endpoint, Self::Scale];

    /// Its name, which is that of its column.
    pub fn name(self) -> &'static str {
        match self {
            Self::Site => "site",
            Self::Trunk => "trunk",
            Self::Codec => "codec",
            Self::Endpoint => "endpoint",
            Self::Scale => "scale",
        }
    }

    /// The dimension of this name; `model` is another word for the scale.
    pub fn of(name: &str) -> Option<Self> {
        let name = if name == "model" { "scale" } else { name };
        Self::ALL.into_iter().find(|dimension| dimension.name() == name)
    }
}

/// A column by which calls are filtered or grouped.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Column {
    Dimension(Dimension),
    /// One that the rows carry.
    Carried(String),
}

impl Column {
    pub fn of(name: &str) -> Result<Self> {
        if let Some(dimension) = Dimension::of(name) {
            return Ok(Self::Dimension(dimension));
        }
        // What cannot stand in a path of JSON in quotes is no name of a column.
        let possible =
            !name.is_empty() && name.chars().count() <= 200 && !name.contains(['"', '\\', '\0']);
        possible.then(|| Self::Carried(name.to_owned())).ok_or_else(|| Error::InvalidQuestion {
            given: name.to_owned(),
            reason:
                "not a column; give site, trunk, codec, endpoint, scale or one that the rows carry"
                    .to_owned(),
        })
    }
}

/// The path of a carried column in the details of a call.
pub(super) fn json_path(name: &str) -> String {
    format!("$.\"{name}\"")
}

/// Which calls are meant.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Filter {
    /// From when on, in ms since 1970.
    pub from_ms: Option<i64>,
    /// Up to before when.
    pub to_ms: Option<i64>,
    /// Columns and what stands in them; an empty text for nothing.
    pub equals: Vec<(String, String)>,
    /// Only calls with a MOS below this.
    pub mos_below: Option<f64>,
}

impl FromStr for Filter {
    type Err = Error;

    /// A filter of one column, `column=value`.
    fn from_str(text: &str) -> Result<Self> {
        let Some((column, value)) = text.split_once('=') else {
            let reason = "not a filter; give column=value".to_owned();
            return Err(Error::InvalidQuestion { given: text.to_owned(), reason });
        };
        Column::of(column)?;
        Ok(Self { equals: vec![(column.to_owned(), value.to_owned())], ..Self::default() })
    }
}

/// A condition in SQL and what stands for its question marks.
pub(super) struct Condition {
    pub sql: String,
    pub values: Vec<Value>,
    /// Whether it asks for what only the details hold.
    pub carried: bool,
}

impl Filter {
    /// The condition on `calls`, or on `hours` whose time is in hours since 1970.
    pub(super) fn condition(&self, store: &Store, time: &str, unit_ms: i64) -> Result<Condition> {
        let mut sql = String::from("1");
        let (mut values, mut carried) = (Vec::new(), false);
        for (bound, comparison) in [(self.from_ms, ">="), (self.to_ms, "<")] {
            if let Some(bound) = bound {
                sql += &format!(" AND {time} {comparison} ?");
                values.push(Value::Integer(bound.div_euclid(unit_ms)));
            }
        }
        if let Some(mos) = self.mos_below {
            sql += " AND calls.mos < ?";
            values.push(Value::Real(mos));
        }
        for (column, value) in &self.equals {
            match Column::of(column)? {
                Column::Dimension(dimension) => {
                    sql += &format!(" AND {} = ?", dimension.name());
                    // A word that no call has fits none.
                    values.push(Value::Integer(store.word(value)?.unwrap_or(-1)));
                }
                Column::Carried(name) => {
                    carried = true;
                    sql += " AND coalesce(CAST(json_extract(columns, ?) AS TEXT), '') = ?";
                    values.push(Value::Text(json_path(&name)));
                    values.push(Value::Text(value.clone()));
                }
            }
        }
        Ok(Condition { sql, values, carried })
    }

    /// Whether every column is one that hours have too.
    pub(super) fn of_hours(&self) -> Result<bool> {
        let columns = self.equals.iter().map(|(column, _)| Column::of(column));
        let columns = columns.collect::<Result<Vec<_>>>()?;
        let dimensions = columns.iter().all(|column| matches!(column, Column::Dimension(_)));
        Ok(dimensions && self.mos_below.is_none())
    }

    /// The same between other times.
    #[must_use]
    pub fn between(&self, from_ms: i64, to_ms: i64) -> Self {
        Self { from_ms: Some(from_ms), to_ms: Some(to_ms), ..self.clone() }
    }

    /// Narrowed by another.
    #[must_use]
    pub fn and(mut self, other: Self) -> Self {
        self.from_ms = self.from_ms.or(other.from_ms);
        self.to_ms = self.to_ms.or(other.to_ms);
        self.mos_below = self.mos_below.or(other.mos_below);
        self.equals.extend(other.equals);
        self
    }
}

impl Store {
    /// The number of a word; none of one that no call has.
    pub(super) fn word(&self, word: &str) -> Result<Option<i64>> {
        use rusqlite::OptionalExtension;
        self.read(|connection| {
            let mut statement = connection.prepare_cached("SELECT id FROM words WHERE word = ?")?;
            statement.query_row([word], |row| row.get(0)).optional()
        })
    }

    /// All words by their numbers.
    pub(super) fn words(&self) -> Result<std::collections::HashMap<i64, String>> {
        self.read(|connection| {
            let mut statement = connection.prepare_cached("SELECT id, word FROM words")?;
            let words = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?;
            words.collect()
        })
    }
}
