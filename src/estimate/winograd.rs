//! Convolutions of 3 by 3 by the minimal filtering of Winograd, F(4×4, 3×3): a quarter of the multiplications.
//!
//! After Lavin and Gray (Fast algorithms for convolutional neural networks, CVPR 2016). Tiles of 6 by 6 inputs give 4 by
//! 4 outputs; between their transforms stand 36 products of matrices. The results differ from plain sums by rounding, some
//! 1e-5 of the largest value.

use multiversion::multiversion;
use ndarray::linalg::general_mat_mul;
use ndarray::{ArrayView2, ArrayViewMut2};
use std::sync::Arc;
use tract_onnx::prelude::*;
use tract_onnx::tract_core::internal::*;
use tract_onnx::tract_core::ops::cnn::{Conv, KernelFormat, PaddingSpec};
use tract_onnx::tract_core::ops::nn::DataFormat;
use tract_onnx::tract_core::{as_op, op_as_typed_op};

/// Inputs and outputs of a tile, along one axis.
const TILE_IN: usize = 6;
const TILE_OUT: usize = 4;
const PRODUCTS: usize = TILE_IN * TILE_IN;
/// With fewer input channels the transforms cost more than they save.
const FEWEST_CHANNELS: usize = 16;
/// Tiles that are transformed before they are multiplied: few enough for the cache.
const BLOCK_TILES: usize = 128;

/// The convolutions of a network that this is faster for, replaced.
pub(super) fn sped_up(mut model: TypedModel) -> TractResult<TypedModel> {
    let all: Vec<usize> = model.nodes().iter().map(|node| node.id).collect();
    for id in all {
        let node = model.node(id);
        if let Some(fast) = Winograd::instead_of(&model, node)? {
            let inputs = [node.inputs[0]];
            TypedModelPatch::replace_single_op(&model, node, &inputs, fast)?.apply(&mut model)?;
        }
    }
    Ok(model)
}

/// A convolution with its weights transformed.
#[derive(Debug, Clone)]
struct Winograd {
    inputs: usize,
    outputs: usize,
    /// For each product a matrix of outputs by inputs.
    weights: Arc<Vec<f32>>,
    bias: Arc<Vec<f32>>,
}

impl Winograd {
    fn instead_of(model: &TypedModel, node: &TypedNode) -> TractResult<Option<Self>> {
        let Some(conv) = node.op_as::<Conv>() else { return Ok(None) };
        let spec = &conv.pool_spec;
        let all = |values: &Option<TVec<usize>>, expected: usize| {
            values.as_ref().is_none_or(|values| values.iter().all(|&value| value == expected))
        };
        let padded = match &spec.padding {
            PaddingSpec::Explicit(before, after) => before.iter().chain(after).all(|&pad| pad == 1),
            PaddingSpec::SameUpper | PaddingSpec::SameLower => true,
            _ => false,
        };
        let fits = matches!(spec.data_format, DataFormat::NCHW | DataFormat::CHW)
            && spec.kernel_shape.as_slice() == [3, 3]
            && padded
            && all(&spec.strides, 1)
            && all(&spec.dilations, 1)
            && conv.group == 1
            && conv.q_params.is_none()
            && conv.kernel_fmt == KernelFormat::OIHW
            && spec.input_channels >= FEWEST_CHANNELS
            && node.inputs.len() == 3;
        let constant = |place: usize| {
            node.inputs.get(place).map(|&input| model.outlet_fact(input)).transpose()
        };
        let (Some(kernel), Some(bias)) = (constant(1)?, constant(2)?) else { return Ok(None) };
        let (Some(kernel), Some(bias), true) = (&kernel.konst, &bias.konst, fits) else {
            return Ok(None);
        };
        if model.outlet_fact(node.inputs[0])?.datum_type != f32::datum_type() {
            return Ok(None);
        }
        let (inputs, outputs) = (spec.input_channels, spec.output_channels);
        let (kernel, bias) = (kernel.as_slice::<f32>()?, bias.as_slice::<f32>()?);
        if kernel.len() != inputs * outputs * 9 {
            return Ok(None);
        }
        let bias = match bias {
            [only] => vec![*only; outputs],
            bias if bias.len() == outputs => bias.to_vec(),
            _ => return Ok(None),
        };
        let weights = Arc::new(transformed(kernel, outputs, inputs));
        Ok(Some(Self { inputs, outputs, weights, bias: Arc::new(bias) }))
    }

    fn run(&self, image: &[f32], height: usize, width: usize) -> Vec<f32> {
        let (tile_rows, tiles) = (height.div_ceil(TILE_OUT), width.div_ceil(TILE_OUT));
        let rows = BLOCK_TILES.div_ceil(tiles).clamp(1, tile_rows.max(1));
        let block = rows * tiles;
        let mut transformed = vec![0.0f32; PRODUCTS * self.inputs * block];
        let mut products = vec![0.0f32; PRODUCTS * self.outputs * block];
        let mut result = vec![0.0f32; self.outputs * height * width];
        let mut phases = vec![0.0f32; TILE_IN * 4 * (tiles + 1)];
        for first in (0..tile_rows).step_by(rows) {
            let rows = rows.min(tile_rows - first);
            for channel in 0..self.inputs {
                let plane = &image[channel * height * width..][..height * width];
                for row in 0..rows {
                    load(plane, height, width, (first + row) * TILE_OUT, tiles, &mut phases);
                    let at = channel * block + row * tiles;
                    transform(&phases, tiles, &mut transformed[at..], self.inputs * block);
                }
            }
            for product in 0..PRODUCTS {
                let weights = &self.weights[product * self.outputs * self.inputs..];
                let weights = &weights[..self.outputs * self.inputs];
                let own = &transformed[product * self.inputs * block..][..self.inputs * block];
                let out = &mut products[product * self.outputs * block..][..self.outputs * block];
                let weights = ArrayView2::from_shape((self.outputs, self.inputs), weights);
                let own = ArrayView2::from_shape((self.inputs, block), own);
                let out = ArrayViewMut2::from_shape((self.outputs, block), out);
                if let (Ok(weights), Ok(own), Ok(mut out)) = (weights, own, out) {
                    general_mat_mul(1.0, &weights, &own, 0.0, &mut out);
                }
            }
            for channel in 0..self.outputs {
                let plane = &mut result[channel * height * width..][..height * width];
                for row in 0..rows {
                    let at = channel * block + row * tiles;
                    let top = (first + row) * TILE_OUT;
                    let stride = self.outputs * block;
                    let outputs = back(&products[at..], tiles, stride, self.bias[channel]);
                    store(&outputs, plane, height, width, top, tiles);
                }
            }
        }
        result
    }
}

/// The kernels as G·g·Gᵀ, one matrix for each product.
fn transformed(kernel: &[f32], outputs: usize, inputs: usize) -> Vec<f32> {
    const G: [[f64; 3]; TILE_IN] = [
        [1.0 / 4.0, 0.0, 0.0],
        [-1.0 / 6.0, -1.0 / 6.0, -1.0 / 6.0],
        [-1.0 / 6.0, 1.0 / 6.0, -1.0 / 6.0],
        [1.0 / 24.0, 1.0 / 12.0, 1.0 / 6.0],
        [1.0 / 24.0, -1.0 / 12.0, 1.0 / 6.0],
        [0.0, 0.0, 1.0],
    ];
    let mut weights = vec![0.0; PRODUCTS * outputs * inputs];
    for (place, kernel) in kernel.chunks_exact(9).enumerate() {
        for (i, left) in G.iter().enumerate() {
            for (j, right) in G.iter().enumerate() {
                let term = |n: usize| left[n / 3] * right[n % 3] * f64::from(kernel[n]);
                let sum: f64 = (0..9).map(term).sum();
                weights[(i * TILE_IN + j) * outputs * inputs + place] = sum as f32;
            }
        }
    }
    weights
}

/// The six rows of inputs of a row of tiles, each parted into columns of the same place in a tile; zeros around the image.
#[multiversion(targets("x86_64+avx2+fma"))]
fn load(plane: &[f32], height: usize, width: usize, top: usize, tiles: usize, phases: &mut [f32]) {
    let each = tiles + 1;
    phases.fill(0.0);
    for (row, phases) in phases.chunks_exact_mut(4 * each).enumerate() {
        // The tile begins a row above its outputs.
        let Some(y) = (top + row).checked_sub(1).filter(|&y| y < height) else { continue };
        let (values, rest) = plane[y * width..][..width].as_chunks::<4>();
        // And a column before them.
        let (first, phases) = phases.split_at_mut(each);
        let (second, phases) = phases.split_at_mut(each);
        let (third, fourth) = phases.split_at_mut(each);
        let places =
            first[1..].iter_mut().zip(second.iter_mut().zip(third.iter_mut().zip(&mut *fourth)));
        for (values, (first, (second, (third, fourth)))) in values.iter().zip(places) {
            [*second, *third, *fourth, *first] = *values;
        }
        let tail = [second, third, fourth];
        rest.iter().zip(tail).for_each(|(value, phase)| phase[values.len()] = *value);
    }
}

/// Bᵀ·d of six values.
#[inline(always)]
fn forth(d: [f32; TILE_IN]) -> [f32; TILE_IN] {
    let [d0, d1, d2, d3, d4, d5] = d;
    let (even, odd) = (d4 - 4.0 * d2, d3 - 4.0 * d1);
    let (near, far) = (d4 - d2, 2.0 * (d3 - d1));
    [
        4.0 * d0 - 5.0 * d2 + d4,
        even + odd,
        even - odd,
        near + far,
        near - far,
        4.0 * d1 - 5.0 * d3 + d5,
    ]
}

/// Aᵀ·m of six values.
#[inline(always)]
fn fold(m: [f32; TILE_IN]) -> [f32; TILE_OUT] {
    let [m0, m1, m2, m3, m4, m5] = m;
    let (sum, difference) = (m1 + m2, m1 - m2);
    let (far_sum, far_difference) = (m3 + m4, m3 - m4);
    [
        m0 + sum + far_sum,
        difference + 2.0 * far_difference,
        sum + 4.0 * far_sum,
        difference + 8.0 * far_difference + m5,
    ]
}

/// Bᵀ·d·B of a row of tiles; the values of one place in the tiles stand together, `stride` from place to place.
#[multiversion(targets("x86_64+avx2+fma"))]
fn transform(phases: &[f32], tiles: usize, to: &mut [f32], stride: usize) {
    let each = tiles + 1;
    let phase = |row: usize, column: usize| {
        let start = (row * 4 + column % 4) * each + column / 4;
        &phases[start..start + tiles]
    };
    let columns: [[&[f32]; TILE_IN]; TILE_IN] =
        std::array::from_fn(|row| std::array::from_fn(|column| phase(row, column)));
    let mut upright = vec![0.0f32; PRODUCTS * tiles];
    for column in 0..TILE_IN {
        let rows = columns.map(|row| row[column]);
        let mut parts = upright.chunks_exact_mut(tiles).skip(column).step_by(TILE_IN);
        let mut parts: [&mut [f32]; TILE_IN] =
            std::array::from_fn(|_| parts.next().unwrap_or_default());
        for tile in 0..tiles {
            let values = forth(std::array::from_fn(|row| rows[row][tile]));
            for (part, value) in parts.iter_mut().zip(values) {
                part[tile] = value;
            }
        }
    }
    for row in 0..TILE_IN {
        let own = &upright[row * TILE_IN * tiles..][..TILE_IN * tiles];
        let columns: [&[f32]; TILE_IN] =
            std::array::from_fn(|column| &own[column * tiles..][..tiles]);
        let mut parts = to.chunks_mut(stride).skip(row * TILE_IN);
        let mut parts: [&mut [f32]; TILE_IN] =
            std::array::from_fn(|_| &mut parts.next().unwrap_or_default()[..tiles]);
        for tile in 0..tiles {
            let values = forth(std::array::from_fn(|column| columns[column][tile]));
            for (part, value) in parts.iter_mut().zip(values) {
                part[tile] = value;
            }
        }
    }
}

/// Aᵀ·m·A of a row of tiles, and the bias: the outputs of one place in the tiles stand together.
#[multiversion(targets("x86_64+avx2+fma"))]
fn back(products: &[f32], tiles: usize, stride: usize, bias: f32) -> Vec<f32> {
    let product = |place: usize| &products[place * stride..][..tiles];
    let mut upright = vec![0.0f32; TILE_OUT * TILE_IN * tiles];
    for column in 0..TILE_IN {
        let rows: [&[f32]; TILE_IN] = std::array::from_fn(|row| product(row * TILE_IN + column));
        let mut parts = upright.chunks_exact_mut(tiles).skip(column).step_by(TILE_IN);
        let mut parts: [&mut [f32]; TILE_OUT] =
            std::array::from_fn(|_| parts.next().unwrap_or_default());
        for tile in 0..tiles {
            let values = fold(std::array::from_fn(|row| rows[row][tile]));
            for (part, value) in parts.iter_mut().zip(values) {
                part[tile] = value;
            }
        }
    }
    let mut outputs = vec![0.0f32; TILE_OUT * TILE_OUT * tiles];
    for row in 0..TILE_OUT {
        let own = &upright[row * TILE_IN * tiles..][..TILE_IN * tiles];
        let columns: [&[f32]; TILE_IN] =
            std::array::from_fn(|column| &own[column * tiles..][..tiles]);
        let mut parts = outputs[row * TILE_OUT * tiles..].chunks_exact_mut(tiles);
        let mut parts: [&mut [f32]; TILE_OUT] =
            std::array::from_fn(|_| parts.next().unwrap_or_default());
        for tile in 0..tiles {
            let values = fold(std::array::from_fn(|column| columns[column][tile]));
            for (part, value) in parts.iter_mut().zip(values) {
                part[tile] = value + bias;
            }
        }
    }
    outputs
}

/// Puts the outputs of a row of tiles where they belong in the image.
#[multiversion(targets("x86_64+avx2+fma"))]
fn store(
    outputs: &[f32],
    plane: &mut [f32],
    height: usize,
    width: usize,
    top: usize,
    tiles: usize,
) {
    for row in 0..TILE_OUT.min(height - top) {
        let (line, rest) = plane[(top + row) * width..][..width].as_chunks_mut::<TILE_OUT>();
        let own = &outputs[row * TILE_OUT * tiles..][..TILE_OUT * tiles];
        let column = |column: usize| own[column * tiles..][..tiles].iter();
        let columns = column(0).zip(column(1)).zip(column(2).zip(column(3)));
        for (to, ((a, b), (c, d))) in line.iter_mut().zip(columns) {
            *to = [*a, *b, *c, *d];
        }
        let whole = line.len();
        let tail = rest.iter_mut().enumerate();
        tail.for_each(|(column, to)| *to = own[column * tiles + whole]);
    }
}

impl Op for Winograd {
    fn name(&self) -> StaticName {
        "Winograd".into()
    }

    op_as_typed_op!();
}

impl EvalOp for Winograd {
    fn is_stateless(&self) -> bool {
        true
    }

    fn eval(&self, inputs: TVec<TValue>) -> TractResult<TVec<TValue>> {
        let shape = inputs[0].shape();
        let (height, width) = (shape[shape.len() - 2], shape[shape.len() - 1]);
        let image = inputs[0].as_slice::<f32>()?;
        let each = self.inputs * height * width;
        let images: Vec<Vec<f32>> =
            image.chunks_exact(each).map(|image| self.run(image, height, width)).collect();
        let result = images.concat();
        let mut shape: TVec<usize> = shape.into();
        let channels = shape.len() - 3;
        shape[channels] = self.outputs;
        Ok(tvec!(Tensor::from_shape(&shape, &result)?.into_tvalue()))
    }
}

impl TypedOp for Winograd {
    fn output_facts(&self, inputs: &[&TypedFact]) -> TractResult<TVec<TypedFact>> {
        let mut shape = inputs[0].shape.to_tvec();
        let channels = shape.len() - 3;
        shape[channels] = self.outputs.to_dim();
        Ok(tvec!(f32::fact(shape)))
    }

    as_op!();
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_result_is_the_sum_spelled_out() {
        let (inputs, outputs) = (3, 2);
        let number = |place: usize, step: usize| ((place * step) % 17) as f32 / 17.0 - 0.4;
        let kernel: Vec<f32> = (0..inputs * outputs * 9).map(|at| number(at, 5)).collect();
        let bias = vec![0.25, -0.5];
        let weights = Arc::new(transformed(&kernel, outputs, inputs));
        let winograd = Winograd { inputs, outputs, weights, bias: Arc::new(bias.clone()) };
        for (height, width) in [(1, 1), (4, 4), (5, 7), (16, 161), (9, 2)] {
            let image: Vec<f32> = (0..inputs * height * width).map(|at| number(at, 7)).collect();
            let result = winograd.run(&image, height, width);
            for (at, value) in result.iter().enumerate() {
                let (channel, y, x) = (at / width / height, at / width % height, at % width);
                let mut sum = bias[channel];
                for (input, row, column) in (0..inputs * 9).map(|n| (n / 9, n / 3 % 3, n % 3)) {
                    let inside =
                        (1..=height).contains(&(y + row)) && (1..=width).contains(&(x + column));
                    if inside {
                        let sample = image[(input * height + y + row - 1) * width + x + column - 1];
                        sum += sample * kernel[(channel * inputs + input) * 9 + row * 3 + column];
                    }
                }
                assert!((value - sum).abs() < 1e-4, "{height} x {width} at {at}: {value} {sum}");
            }
        }
    }
}
