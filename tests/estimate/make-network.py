"""Makes loudness.onnx: the mean of the samples' absolute values, and of their squares. Needs the package onnx."""

from pathlib import Path

from onnx import TensorProto, checker, helper, save

samples = helper.make_tensor_value_info("samples", TensorProto.FLOAT, [1, "length"])
loudness = helper.make_tensor_value_info("loudness", TensorProto.FLOAT, [1, 2])
nodes = [
    helper.make_node("Abs", ["samples"], ["heights"]),
    helper.make_node("Mul", ["samples", "samples"], ["powers"]),
    helper.make_node("ReduceMean", ["heights"], ["height"], axes=[1], keepdims=1),
    helper.make_node("ReduceMean", ["powers"], ["power"], axes=[1], keepdims=1),
    helper.make_node("Concat", ["height", "power"], ["loudness"], axis=1),
]
graph = helper.make_graph(nodes, "loudness", [samples], [loudness])
model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 12)], ir_version=7)
checker.check_model(model)
save(model, Path(__file__).with_name("loudness.onnx"))
