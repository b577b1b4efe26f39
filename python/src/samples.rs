//! Samples in: NumPy arrays, and whatever becomes one through the array, buffer or DLPack protocols.

use crate::error::argument;
use numpy::ndarray::{ArrayViewD, Axis};
use numpy::{Element, PyArrayDyn, PyArrayMethods, PyUntypedArray, PyUntypedArrayMethods};
use pyo3::intern;
use pyo3::prelude::*;

/// Full scale of 16-bit samples.
pub const FULL_SCALE: f32 = 32_768.0;

/// Interleaved samples with full scale ±1.0.
pub struct Frames {
    pub samples: Vec<f32>,
    pub channels: usize,
}

impl Frames {
    /// Copies the samples out of an array-like; `name` is how messages call it.
    pub fn of(object: &Bound<'_, PyAny>, name: &str, channel_axis: isize) -> PyResult<Self> {
        let array = array(object, name)?;
        if let Ok(array) = array.cast::<PyArrayDyn<i16>>() {
            Self::interleaved(array, name, channel_axis, |sample| f32::from(sample) / FULL_SCALE)
        } else if let Ok(array) = array.cast::<PyArrayDyn<f32>>() {
            Self::interleaved(array, name, channel_axis, |sample| sample)
        } else if let Ok(array) = array.cast::<PyArrayDyn<f64>>() {
            Self::interleaved(array, name, channel_axis, |sample| sample as f32)
        } else {
            let kind = array.dtype();
            let message = format!(
                "{name}: samples of type {kind} are not taken; give int16, or float32 or float64 with full scale ±1.0"
            );
            Err(argument(object.py(), "sample_type", &message))
        }
    }

    fn interleaved<T: Element + Copy>(
        array: &Bound<'_, PyArrayDyn<T>>,
        name: &str,
        channel_axis: isize,
        convert: impl Fn(T) -> f32,
    ) -> PyResult<Self> {
        let array = array.try_readonly()?;
        let frames = channels_last(array.as_array(), channel_axis)
            .map_err(|reason| argument(array.py(), "sample_shape", &format!("{name}: {reason}")))?;
        let channels = if frames.ndim() == 2 { frames.len_of(Axis(1)) } else { 1 };
        Ok(Self { samples: frames.iter().map(|&sample| convert(sample)).collect(), channels })
    }
}

/// The array that an object is or exports; copied only where its samples are not as the processor has them.
fn array<'py>(object: &Bound<'py, PyAny>, name: &str) -> PyResult<Bound<'py, PyUntypedArray>> {
    let py = object.py();
    let numpy = py.import(intern!(py, "numpy"))?;
    let masked = numpy.getattr(intern!(py, "ma"))?.getattr(intern!(py, "MaskedArray"))?;
    if object.is_instance(&masked)? {
        let message = format!(
            "{name}: a masked array leaves samples out; give all of them, such as samples.filled(0)"
        );
        return Err(argument(py, "sample_type", &message));
    }
    let made = if object.is_instance_of::<PyUntypedArray>() {
        object.clone()
    } else {
        let exported = match object.hasattr(intern!(py, "__dlpack__"))? {
            true => numpy.call_method1(intern!(py, "from_dlpack"), (object,)),
            false => numpy.call_method1(intern!(py, "asarray"), (object,)),
        };
        // Devices other than the CPU, gradients and read-only memory are no business of DLPack's in NumPy, but some
        // of these arrays convert themselves.
        exported.or_else(|_| numpy.call_method1(intern!(py, "asarray"), (object,))).map_err(|error| {
            let message = format!(
                "{name}: cannot be read as an array ({}); give samples on the CPU without gradients, such as tensor.detach().cpu()",
                error.value(py)
            );
            argument(py, "sample_type", &message)
        })?
    };
    let kind = made.getattr(intern!(py, "dtype"))?;
    let native = kind.call_method1(intern!(py, "newbyteorder"), ("=",))?;
    Ok(numpy.call_method1(intern!(py, "require"), (made, native, ("ALIGNED",)))?.cast_into()?)
}

/// One or two axes, the second that of the channels.
fn channels_last<T>(
    array: ArrayViewD<'_, T>,
    channel_axis: isize,
) -> Result<ArrayViewD<'_, T>, String> {
    match (array.ndim(), channel_axis) {
        (1, _) => return Ok(array),
        (2, -2..=1) => {}
        (2, _) => {
            return Err(format!("there is no axis {channel_axis}; give a channel_axis of 0 or 1"));
        }
        (axes, _) => {
            return Err(format!(
                "an array of {axes} axes is no recording; give one signal, (samples,) or (samples, channels)"
            ));
        }
    }
    let channels_first = matches!(channel_axis, 0 | -2);
    let array = if channels_first { array.reversed_axes() } else { array };
    match *array.shape() {
        [samples, channels] if channels > samples && samples > 0 => Err(format!(
            "{channels} channels of {samples} samples; name the axis of the channels with channel_axis={}",
            i32::from(channels_first)
        )),
        _ => Ok(array),
    }
}
