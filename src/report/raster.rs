//! An SVG picture as PNG, with a font of its own, so that it looks the same wherever it is made.

use crate::error::{Error, Result};
use resvg::{tiny_skia, usvg};

/// The picture, each of its pixels drawn as so many in either direction.
///
/// # Errors
/// [`Error::NothingToDraw`] for a picture that is not SVG, has no size or is too large; `name` is what it is of.
pub fn png(name: &str, svg: &str, scale: f32) -> Result<Vec<u8>> {
    let invalid = |reason: String| Error::NothingToDraw { name: name.to_owned(), reason };
    let mut options = usvg::Options::default();
    let fonts = options.fontdb_mut();
    [dejavu::sans::regular(), dejavu::sans::bold()]
        .into_iter()
        .for_each(|font| fonts.load_font_data(font.to_vec()));
    fonts.set_sans_serif_family("DejaVu Sans");
    let tree = usvg::Tree::from_str(svg, &options)
        .map_err(|error| invalid(format!("cannot be drawn ({error}); write SVG instead")))?;
    let size = tree.size();
    let [width, height] =
        [size.width(), size.height()].map(|pixels| (pixels * scale).ceil() as u32);
    let mut picture = tiny_skia::Pixmap::new(width, height)
        .ok_or_else(|| invalid("is too large to be drawn; write SVG instead".to_owned()))?;
    let transform = tiny_skia::Transform::from_scale(scale, scale);
    resvg::render(&tree, transform, &mut picture.as_mut());
    let bytes = picture.encode_png();
    bytes.map_err(|error| invalid(format!("cannot be drawn ({error}); write SVG instead")))
}
