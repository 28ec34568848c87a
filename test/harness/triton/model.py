"""Runs an ONNX graph in Triton's Python backend: the build on PyPI has no other."""

import json

import onnxruntime
import triton_python_backend_utils as pb


class TritonPythonModel:
    def initialize(self, args):
        parameters = json.loads(args["model_config"])["parameters"]
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = int(parameters.get("threads", {}).get("string_value", "1"))
        self.session = onnxruntime.InferenceSession(
            parameters["graph"]["string_value"], options, providers=["CPUExecutionProvider"]
        )

    def execute(self, requests):
        return [self.answer(request) for request in requests]

    def answer(self, request):
        try:
            names = list(request.requested_output_names())
            image = pb.get_input_tensor_by_name(request, "image").as_numpy()
            results = self.session.run(names, {"image": image})
            return pb.InferenceResponse([pb.Tensor(*pair) for pair in zip(names, results)])
        except Exception as error:
            return pb.InferenceResponse(error=pb.TritonError(str(error), pb.TritonError.INVALID_ARG))
