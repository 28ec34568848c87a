"""Serves ONNX models of this program with KServe's Python server: REST with binary tensors, and gRPC."""

import argparse
import asyncio

import grpc
import numpy
import onnxruntime
import uvicorn
from kserve import InferOutput, InferResponse, Model, ModelServer, model_server

parser = argparse.ArgumentParser(parents=[model_server.parser])
parser.add_argument("--model", action="append", metavar="NAME=GRAPH=TYPE")
arguments, _ = parser.parse_known_args()


def on_loopback(binds, place):
    """It listens on every interface and has no option for that; in a test it may not."""

    def bind(self, *args, **named):
        if place in named:
            named[place] = "127.0.0.1"
        else:
            args = (args[0].replace("[::]", "127.0.0.1"), *args[1:])
        return binds(self, *args, **named)

    return bind


uvicorn.Config.__init__ = on_loopback(uvicorn.Config.__init__, "host")
grpc.aio.Server.add_insecure_port = on_loopback(grpc.aio.Server.add_insecure_port, "address")


class OnnxModel(Model):
    def __init__(self, name, graph, datatype):
        super().__init__(name)
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = 1
        self.session = onnxruntime.InferenceSession(
            graph, options, providers=["CPUExecutionProvider"]
        )
        self.names = [output.name for output in self.session.get_outputs()]
        self.datatype = datatype
        self.turn = asyncio.Lock()
        self.ready = True

    def tensor(self, name):
        return {"name": name, "datatype": self.datatype, "shape": [1, 3, -1, -1]}

    async def get_input_types(self):
        return [self.tensor("image")]

    async def get_output_types(self):
        return [self.tensor(name) for name in self.names]

    async def predict(self, payload, headers=None, response_headers=None):
        image = payload.inputs[0].as_numpy()
        wanted = [output.name for output in payload.request_outputs or []] or self.names
        async with self.turn:
            results = await asyncio.to_thread(
                self.session.run, wanted, {"image": image.astype(numpy.float32, copy=False)}
            )
        outputs = []
        for name, value in zip(wanted, results):
            output = InferOutput(name, list(value.shape), self.datatype)
            output.set_data_from_numpy(value.astype(image.dtype, copy=False))
            outputs.append(output)
        return InferResponse(
            payload.id,
            self.name,
            outputs,
            requested_outputs=payload.request_outputs,
            use_binary_outputs=payload.use_binary_outputs,
        )


if __name__ == "__main__":
    ModelServer().start([OnnxModel(*model.split("=")) for model in arguments.model])
