//! The page, the API and the metrics of a store, read only.

mod access;
mod answers;
mod assets;
mod metrics;
mod overview;
mod sound;

pub use access::Access;

use super::store::Store;
use crate::error::{Error, Result};
use axum::Router;
use axum::extract::{Request, State};
use axum::http::{HeaderValue, StatusCode, header};
use axum::middleware::{self, Next};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

/// Questions that are answered at a time.
const AT_A_TIME: usize = 4;

/// What every answer comes from.
#[derive(Debug)]
pub(super) struct Served {
    path: PathBuf,
    access: Access,
    /// Open connections that no answer uses.
    idle: Mutex<Vec<Store>>,
    turns: tokio::sync::Semaphore,
}

impl Served {
    /// Asks the store on a thread that may wait for the disk.
    async fn ask<T: Send + 'static>(
        self: &Arc<Self>,
        question: impl FnOnce(&Store) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        let _turn = self.turns.acquire().await;
        let served = Arc::clone(self);
        let answered = tokio::task::spawn_blocking(move || {
            let idle = served.idle.lock().unwrap_or_else(PoisonError::into_inner).pop();
            let store = idle.map_or_else(|| Store::open_read_only(&served.path), Ok)?;
            let answer = question(&store);
            served.idle.lock().unwrap_or_else(PoisonError::into_inner).push(store);
            answer
        });
        answered.await.unwrap_or_else(|panic| {
            let name = self.path.display().to_string();
            Err(Error::Store {
                name,
                reason: format!(
                    "the question stopped at a defect of basilar ({panic}); please report it"
                ),
            })
        })
    }
}

/// Serves a store at an address until the program is told to end; calls `ready` with the address when it answers.
///
/// # Errors
/// [`Error::NotServed`] for an address that cannot be listened at, or one that others reach without a token; and as
/// [`Store::open_read_only`].
pub fn serve(
    store: &Path,
    address: SocketAddr,
    access: Access,
    ready: impl FnOnce(SocketAddr),
) -> Result<()> {
    let not_served = |reason: String| Error::NotServed { address: address.to_string(), reason };
    if !address.ip().is_loopback() && !access.asks_for_token() {
        return Err(not_served("others can reach it; give a token with --token-file".to_owned()));
    }
    let first = Store::open_read_only(store)?;
    let served = Arc::new(Served {
        path: store.to_owned(),
        access,
        idle: Mutex::new(vec![first]),
        turns: tokio::sync::Semaphore::new(AT_A_TIME),
    });
    let runtime =
        tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build();
    let runtime =
        runtime.map_err(|error| not_served(format!("the system gives no threads ({error})")))?;
    runtime.block_on(async {
        let listener = tokio::net::TcpListener::bind(address).await;
        let listener = listener.map_err(|error| {
            not_served(format!("cannot be listened at ({error}); choose another"))
        })?;
        let bound = listener.local_addr().unwrap_or(address);
        ready(bound);
        let served = axum::serve(listener, routes(served)).with_graceful_shutdown(ended());
        served.await.map_err(|error| not_served(error.to_string()))
    })
}

/// When the program is told to end.
async fn ended() {
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        if let Ok(mut terminate) = signal(SignalKind::terminate()) {
            tokio::select! {
                _ = terminate.recv() => return,
                _ = tokio::signal::ctrl_c() => return,
            }
        }
    }
    let _ = tokio::signal::ctrl_c().await;
}

fn routes(served: Arc<Served>) -> Router {
    Router::new()
        .route("/", get(assets::page))
        .route("/assets/{name}", get(assets::asset))
        .route("/healthz", get(answers::health))
        .route("/metrics", get(metrics::metrics))
        .route("/api/v1/openapi.json", get(assets::openapi))
        .route("/api/v1/overview", get(overview::overview))
        .route("/api/v1/groups", get(answers::groups))
        .route("/api/v1/changes", get(answers::changes))
        .route("/api/v1/calls", get(answers::calls))
        .route("/api/v1/calls/{id}", get(answers::call))
        .route("/api/v1/calls/{id}/sound/{part}", get(sound::sound))
        .route("/api/v1/alerts", get(answers::alerts))
        .fallback(|| async {
            said(StatusCode::NOT_FOUND, "nothing is here; see /api/v1/openapi.json")
        })
        .method_not_allowed_fallback(|| async {
            let allow = [(header::ALLOW, "GET,HEAD")];
            (allow, said(StatusCode::METHOD_NOT_ALLOWED, "everything here is read only; use GET"))
        })
        .layer(middleware::from_fn_with_state(Arc::clone(&served), guarded))
        .with_state(served)
}

/// Lets nobody in who may not, and tells browsers what this page may do.
async fn guarded(State(served): State<Arc<Served>>, request: Request, next: Next) -> Response {
    let mut response = match served.access.admits(&request) {
        access::Admission::Yes => next.run(request).await,
        access::Admission::WithCookie(cookie) => {
            let place =
                [(header::LOCATION, HeaderValue::from_static("/")), (header::SET_COOKIE, cookie)];
            (StatusCode::SEE_OTHER, place).into_response()
        }
        access::Admission::No(status, reason) => said(status, reason),
    };
    let headers = response.headers_mut();
    for (name, value) in [
        (header::CONTENT_SECURITY_POLICY, assets::POLICY),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::REFERRER_POLICY, "no-referrer"),
        (header::X_FRAME_OPTIONS, "DENY"),
    ] {
        headers.insert(name, HeaderValue::from_static(value));
    }
    headers.entry(header::CACHE_CONTROL).or_insert(HeaderValue::from_static("no-store"));
    response
}

/// An error as the API tells it.
pub(super) fn said(status: StatusCode, reason: &str) -> Response {
    (status, axum::Json(serde_json::json!({"error": reason}))).into_response()
}

/// What an error of this program is to who asks.
pub(super) fn refused(error: &Error) -> Response {
    match error {
        Error::InvalidQuestion { .. } => said(StatusCode::BAD_REQUEST, &error.to_string()),
        // Paths of this machine are nobody's business who asks over the network.
        Error::Store { reason, .. } => said(StatusCode::SERVICE_UNAVAILABLE, reason),
        _ => said(
            StatusCode::SERVICE_UNAVAILABLE,
            "the store cannot be read; see what the server says",
        ),
    }
}
