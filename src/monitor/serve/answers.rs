//! The answers of the API that are rows: sums, changes, calls, alerts.

use super::{Served, refused, said};
use crate::error::{Error, Result};
use crate::monitor::alerts;
use crate::monitor::history::{History, Listed};
use crate::monitor::ingest::{STORED, stored};
use crate::monitor::inputs::SOUND_FILES;
use crate::monitor::question::Filter;
use crate::monitor::store::Store;
use crate::monitor::time::{iso, now_ms};
use axum::Json;
use axum::extract::rejection::{PathRejection, QueryRejection};
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use rusqlite::OptionalExtension;
use serde::Deserialize;
use serde_json::{Value, json};
use std::sync::Arc;

/// Rows that an answer holds at most.
const MOST_ROWS: usize = 1000;

/// Which calls are meant, as it stands in an address.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Asked {
    pub since: Option<String>,
    pub until: Option<String>,
    pub window: Option<String>,
    pub site: Option<String>,
    pub trunk: Option<String>,
    pub codec: Option<String>,
    pub endpoint: Option<String>,
    pub scale: Option<String>,
    pub by: Option<String>,
    pub worst: Option<usize>,
}

pub(super) type AskedFor = std::result::Result<Query<Asked>, QueryRejection>;

impl Asked {
    /// Which calls.
    pub fn filter(&self, store: &Store) -> Result<Filter> {
        let clock = store.settings()?.clock()?;
        let moment = |text: &Option<String>| {
            text.as_deref().map(|text| clock.moment(text, now_ms())).transpose()
        };
        let words = [
            ("site", &self.site),
            ("trunk", &self.trunk),
            ("codec", &self.codec),
            ("endpoint", &self.endpoint),
            ("scale", &self.scale),
        ];
        let equals =
            words.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value.clone()?)));
        Ok(Filter {
            from_ms: moment(&self.since)?,
            to_ms: moment(&self.until)?,
            equals: equals.collect(),
            mos_below: None,
        })
    }

    fn by(&self) -> Result<Vec<&str>> {
        /// Columns by which calls are summed at most.
        const MOST: usize = 6;
        let by: Vec<&str> = self.by.as_deref().unwrap_or("site").split(',').collect();
        if by.len() > MOST || (1..by.len()).any(|at| by[..at].contains(&by[at])) {
            let reason = format!("give one to {MOST} columns, each once");
            return Err(Error::InvalidQuestion { given: "by".to_owned(), reason });
        }
        Ok(by)
    }
}

fn answered(answer: Result<Value>) -> Response {
    match answer {
        Ok(answer) => Json(answer).into_response(),
        Err(error) => refused(&error),
    }
}

/// Asks the store what was asked in an address, or says why that cannot be.
pub(super) async fn answer(
    served: Arc<Served>,
    query: AskedFor,
    ask: impl FnOnce(&Asked, &Store) -> Result<Value> + Send + 'static,
) -> Response {
    match query {
        Ok(Query(question)) => answered(served.ask(move |store| ask(&question, store)).await),
        Err(rejection) => said(StatusCode::BAD_REQUEST, &rejection.body_text()),
    }
}

pub(super) async fn health(State(served): State<Arc<Served>>) -> Response {
    answered(
        served
            .ask(|store| {
                store.read(|connection| {
                    connection
                        .query_row("SELECT count(*) FROM meta", [], |_| Ok(json!({"status": "ok"})))
                })
            })
            .await,
    )
}

pub(super) async fn groups(State(served): State<Arc<Served>>, query: AskedFor) -> Response {
    answer(served, query, |question, store| {
        let by = question.by()?;
        let groups = History::of(store, question.filter(store)?)?.groups(&by)?;
        let rows: Vec<_> = groups.iter().take(MOST_ROWS).map(|group| group.cells(&by)).collect();
        Ok(json!({"rows": rows, "more": groups.len().saturating_sub(MOST_ROWS)}))
    })
    .await
}

pub(super) async fn changes(State(served): State<Arc<Served>>, query: AskedFor) -> Response {
    answer(served, query, |question, store| {
        let by = question.by()?;
        if by.iter().any(|name| crate::monitor::Period::of(name).is_some()) {
            let reason = "the weeks before are one period; give columns only".to_owned();
            return Err(Error::InvalidQuestion { given: "by".to_owned(), reason });
        }
        let changes = History::of(store, question.filter(store)?)?.against_before(&by, now_ms())?;
        let rows: Vec<_> = changes.iter().take(MOST_ROWS).map(|change| change.cells(&by)).collect();
        Ok(json!({"rows": rows, "more": changes.len().saturating_sub(MOST_ROWS)}))
    })
    .await
}

pub(super) async fn calls(State(served): State<Arc<Served>>, query: AskedFor) -> Response {
    answer(served, query, |question, store| {
        let most = question.worst.unwrap_or(20);
        if !(1..=MOST_ROWS).contains(&most) {
            let reason = format!("give 1 to {MOST_ROWS}");
            return Err(Error::InvalidQuestion { given: "worst".to_owned(), reason });
        }
        let worst = History::of(store, question.filter(store)?)?.worst(most, true)?;
        Ok(json!({"rows": worst.iter().map(Listed::cells).collect::<Vec<_>>()}))
    })
    .await
}

/// What the store knows of a call.
pub(super) fn known(store: &Store, id: i64) -> Result<Option<(Listed, Value)>> {
    let words = store.words()?;
    let sql =
        format!("SELECT {STORED}, columns FROM calls JOIN details USING (id) WHERE calls.id = ?");
    store.read(|connection| {
        let mut statement = connection.prepare_cached(&sql)?;
        let known = statement.query_row([id], |row| {
            let (mut call, numbers) = stored(row)?;
            call.words = numbers.map(|number| words.get(&number).cloned().unwrap_or_default());
            let details = serde_json::from_str(&row.get::<_, String>(13)?).unwrap_or_default();
            Ok((Listed { id, call }, details))
        });
        known.optional()
    })
}

pub(super) async fn call(
    State(served): State<Arc<Served>>,
    path: std::result::Result<Path<i64>, PathRejection>,
) -> Response {
    let Ok(Path(id)) = path else {
        return said(StatusCode::BAD_REQUEST, "a call's number is a whole number");
    };
    let known = served.ask(move |store| known(store, id)).await;
    match known {
        Ok(Some((listed, mut details))) => {
            // How many recordings there are is told, not where they lie.
            let sounds =
                details.as_object_mut().and_then(|details| details.shift_remove(SOUND_FILES));
            if let Some(others) = details["other_directions"].as_array_mut() {
                for other in others.iter_mut().filter_map(Value::as_object_mut) {
                    other.shift_remove(SOUND_FILES);
                }
            }
            let sounds = sounds.and_then(|sounds| sounds.as_array().map(Vec::len)).unwrap_or(0);
            let mut answer = Value::Object(listed.cells());
            answer["details"] = details;
            answer["sounds"] = sounds.into();
            Json(answer).into_response()
        }
        Ok(None) => said(StatusCode::NOT_FOUND, "no call has this number, or not any more"),
        Err(error) => refused(&error),
    }
}

pub(super) async fn alerts(State(served): State<Arc<Served>>) -> Response {
    answered(served.ask(|store| {
        let alerts = alerts::current(store)?;
        let rows: Vec<Value> = alerts
            .iter()
            .map(|alert| {
                json!({
                    "rule": alert.rule, "labels": alert.labels, "state": alert.state, "since": iso(alert.since_ms),
                    "fired": alert.fired_ms.map(iso), "resolved": alert.resolved_ms.map(iso), "value": alert.value,
                    "calls": alert.calls,
                })
            })
            .collect();
        Ok(json!({"rows": rows}))
    }).await)
}
