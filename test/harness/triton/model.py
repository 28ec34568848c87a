"""Runs an ONNX graph in Triton's Python backend: the build on PyPI has no other."""

import json

import numpy
import onnxruntime
import triton_python_backend_utils as pb


class TritonPythonModel:
    def initialize(self, args):
        config = json.loads(args["model_config"])
        parameters = {key: value["string_value"] for key, value in config["parameters"].items()}
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = int(parameters.get("threads", "1"))
        self.session = onnxruntime.InferenceSession(
            parameters["graph"], options, providers=["CPUExecutionProvider"]
        )
        self.input = parameters.get("input", "image")
        self.sum = parameters.get("sum")

    def execute(self, requests):
        return [self.answer(request) for request in requests]

    def answer(self, request):
        try:
            names = list(request.requested_output_names())
            image = pb.get_input_tensor_by_name(request, self.input).as_numpy()
            run = ["base", "pixel"] if self.sum else names
            results = self.session.run(run, {"image": image.astype(numpy.float32, copy=False)})
            if self.sum:
                results = [results[0] + results[1]]
            pairs = zip(names, (result.astype(image.dtype, copy=False) for result in results))
            return pb.InferenceResponse([pb.Tensor(*pair) for pair in pairs])
        except Exception as error:
            return pb.InferenceResponse(error=pb.TritonError(str(error), pb.TritonError.INVALID_ARG))
