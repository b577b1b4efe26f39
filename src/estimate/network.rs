//! A network, or a part of one, made ready for the shapes that it is run with.

use super::winograd;
use crate::error::{Error, Result};
use std::collections::{HashMap, HashSet};
use std::sync::{Arc, Mutex, PoisonError};
use tract_onnx::pb::tensor_proto::DataType;
use tract_onnx::pb::{GraphProto, ModelProto, NodeProto, TensorProto};
use tract_onnx::prelude::*;

/// So many shapes are kept ready; recordings of many lengths need no more at a time.
const MOST_PLANS: usize = 8;

type Plan = TypedRunnableModel<TypedModel>;

/// The nodes between some values of a network.
pub(super) struct Network {
    name: String,
    proto: ModelProto,
    inputs: Vec<String>,
    outputs: Vec<String>,
    plans: Mutex<HashMap<Vec<Vec<usize>>, Arc<Plan>>>,
}

/// Numbers, and their shape.
#[derive(Debug, Clone)]
pub(super) struct Values {
    pub shape: Vec<usize>,
    pub values: Vec<f32>,
}

impl Network {
    /// Reads an ONNX file.
    pub fn read(name: &str, bytes: &[u8]) -> Result<ModelProto> {
        let mut reader = bytes;
        let proto = tract_onnx::onnx().proto_model_for_read(&mut reader);
        let no_network = |reason: String| Error::InvalidNetwork { name: name.to_owned(), reason };
        let proto = proto.map_err(|error| no_network(format!("not an ONNX file ({error:#})")))?;
        if proto.graph.as_ref().is_none_or(|graph| graph.node.is_empty()) {
            return Err(no_network("an ONNX file without a network".to_owned()));
        }
        Ok(proto)
    }

    /// What leads from some values of a network to others.
    pub fn between(
        name: &str,
        whole: &ModelProto,
        inputs: &[&str],
        outputs: &[&str],
    ) -> Result<Self> {
        let mut proto = whole.clone();
        let invalid = |reason: String| Error::InvalidNetwork { name: name.to_owned(), reason };
        let graph = proto.graph.as_mut().ok_or_else(|| invalid("no network".to_owned()))?;
        flatten(graph);
        let known: HashSet<&String> = graph
            .node
            .iter()
            .flat_map(|node| &node.output)
            .chain(graph.input.iter().map(|input| &input.name))
            .collect();
        if let Some(lost) =
            inputs.iter().chain(outputs).find(|value| !known.contains(&(**value).to_owned()))
        {
            return Err(invalid(format!("it has no value {lost}, which the adapter names")));
        }
        let mut needed: HashSet<String> =
            outputs.iter().map(|output| (*output).to_owned()).collect();
        let mut kept = Vec::new();
        // Nodes stand in the order in which they can be run.
        for node in std::mem::take(&mut graph.node).into_iter().rev() {
            let wanted =
                |output: &String| needed.contains(output) && !inputs.contains(&output.as_str());
            if node.output.iter().any(wanted) {
                needed.extend(node.input.iter().filter(|input| !input.is_empty()).cloned());
                kept.push(node);
            }
        }
        kept.reverse();
        graph.node = kept;
        graph.initializer.retain(|tensor| needed.contains(&tensor.name));
        graph.value_info.clear();
        graph.input.retain(|input| inputs.contains(&input.name.as_str()));
        graph.output.retain(|output| outputs.contains(&output.name.as_str()));
        let own = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect();
        Ok(Self {
            name: name.to_owned(),
            proto,
            inputs: own(inputs),
            outputs: own(outputs),
            plans: Mutex::default(),
        })
    }

    /// Runs it.
    pub fn run(&self, inputs: Vec<Values>) -> Result<Vec<Values>> {
        let shapes: Vec<Vec<usize>> = inputs.iter().map(|input| input.shape.clone()).collect();
        let invalid = |error: TractError| Error::InvalidNetwork {
            name: self.name.clone(),
            reason: format!("it cannot be run on values of the shape {shapes:?} ({error:#})"),
        };
        let plan = self.plan(&shapes).map_err(invalid)?;
        let tensor = |input: &Values| Tensor::from_shape(&input.shape, &input.values);
        let tensors = inputs.iter().map(|input| Ok(tensor(input)?.into_tvalue()));
        let tensors = tensors.collect::<TractResult<TVec<TValue>>>().map_err(invalid)?;
        let values = |output: TValue| {
            let shape = output.shape().to_vec();
            Ok(Values { shape, values: output.as_slice::<f32>()?.to_vec() })
        };
        let outputs = plan.run(tensors).and_then(|outputs| {
            outputs.into_iter().map(values).collect::<TractResult<Vec<Values>>>()
        });
        outputs.map_err(invalid)
    }

    fn plan(&self, shapes: &[Vec<usize>]) -> TractResult<Arc<Plan>> {
        let plans = || self.plans.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(plan) = plans().get(shapes) {
            return Ok(Arc::clone(plan));
        }
        // Values that nodes of the other part make become sources.
        let mut model = tract_onnx::onnx().parse(&self.proto, None)?.model;
        model.set_input_names(&self.inputs)?;
        model.set_output_names(&self.outputs)?;
        for (place, shape) in shapes.iter().enumerate() {
            model.set_input_fact(place, f32::fact(shape.iter().copied()).into())?;
        }
        let model = winograd::sped_up(model.into_typed()?.into_decluttered()?)?.into_optimized()?;
        let plan = Arc::new(model.into_runnable()?);
        let mut plans = plans();
        if plans.len() >= MOST_PLANS {
            plans.clear();
        }
        plans.insert(shapes.to_vec(), Arc::clone(&plan));
        Ok(plan)
    }
}

/// Makes reshapes to one axis of squeezes that name no axes, which tract does not know: networks end in them, where one
/// axis is all that is left.
fn flatten(graph: &mut GraphProto) {
    let bare = |node: &&mut NodeProto| {
        node.op_type == "Squeeze" && node.attribute.is_empty() && node.input.len() == 1
    };
    for node in graph.node.iter_mut().filter(bare) {
        let name = format!("{}.one_axis", node.output[0]);
        graph.initializer.push(TensorProto {
            name: name.clone(),
            dims: vec![1],
            data_type: DataType::Int64 as i32,
            int64_data: vec![-1],
            ..TensorProto::default()
        });
        node.op_type = "Reshape".to_owned();
        node.input.push(name);
    }
}
