//! The page's files, all of them in the program.

use super::said;
use axum::extract::Path;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};

/// What a browser lets the page do: ask this server, and nobody else.
pub(super) const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; media-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

pub(super) async fn page() -> Response {
    text("text/html; charset=utf-8", include_str!("assets/page.html"))
}

pub(super) async fn openapi() -> Response {
    text("application/json", include_str!("../../../schemas/monitor-openapi-1.json"))
}

pub(super) async fn asset(Path(name): Path<String>) -> Response {
    match name.as_str() {
        "page.js" => text("text/javascript; charset=utf-8", include_str!("assets/page.js")),
        "page.css" => text("text/css; charset=utf-8", include_str!("assets/page.css")),
        "base.css" => {
            text("text/css; charset=utf-8", include_str!("../../report/page/assets/page.css"))
        }
        "uplot.js" => text(
            "text/javascript; charset=utf-8",
            include_str!("../../report/page/assets/uPlot.iife.min.js"),
        ),
        "uplot.css" => {
            text("text/css; charset=utf-8", include_str!("../../report/page/assets/uPlot.min.css"))
        }
        "uplot-licence.txt" => text(
            "text/plain; charset=utf-8",
            include_str!("../../report/page/assets/uPlot-LICENSE.txt"),
        ),
        _ => said(StatusCode::NOT_FOUND, "nothing is here"),
    }
}

fn text(kind: &'static str, text: &'static str) -> Response {
    let headers = [(header::CONTENT_TYPE, kind), (header::CACHE_CONTROL, "no-cache")];
    (headers, text).into_response()
}
