//! The sound of a call, where it was kept.

use super::answers::known;
use super::{Served, refused, said};
use crate::monitor::inputs::{SOUND_FILES, SOUND_FOLDER};
use axum::extract::rejection::PathRejection;
use axum::extract::{Path, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use std::path::PathBuf;
use std::sync::Arc;

pub(super) async fn sound(
    State(served): State<Arc<Served>>,
    path: std::result::Result<Path<(i64, usize)>, PathRejection>,
) -> Response {
    let Ok(Path((id, part))) = path else {
        return said(
            StatusCode::BAD_REQUEST,
            "numbers of a call and of a recording are whole numbers",
        );
    };
    let none = || said(StatusCode::NOT_FOUND, "no sound of this call was kept");
    let read = served.ask(move |store| {
        let Some((_, details)) = known(store, id)? else { return Ok(None) };
        let file = details[SOUND_FILES][part].as_str().map(PathBuf::from);
        let folder = store.meta(SOUND_FOLDER)?.map(PathBuf::from);
        let (Some(file), Some(folder)) = (file, folder) else { return Ok(None) };
        // Whatever stands in the store, only files of the folder of sound leave this machine.
        let inside = match (file.canonicalize(), folder.canonicalize()) {
            (Ok(file), Ok(folder)) => {
                file.starts_with(folder) && file.extension().is_some_and(|end| end == "wav")
            }
            _ => false,
        };
        Ok(if inside { std::fs::read(file).ok() } else { None })
    });
    match read.await {
        Ok(Some(bytes)) => ([(header::CONTENT_TYPE, "audio/wav")], bytes).into_response(),
        Ok(None) => none(),
        Err(error) => refused(&error),
    }
}
