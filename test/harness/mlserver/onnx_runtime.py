"""An MLServer runtime for the ONNX models of this program."""

import asyncio

import onnxruntime
from mlserver import MLModel
from mlserver.codecs import NumpyCodec
from mlserver.types import InferenceResponse


class OnnxModel(MLModel):
    async def load(self):
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = 1
        self.session = onnxruntime.InferenceSession(
            self.settings.parameters.uri, options, providers=["CPUExecutionProvider"]
        )
        self.turn = asyncio.Lock()
        return True

    async def predict(self, payload):
        wanted = [output.name for output in payload.outputs]
        image = NumpyCodec.decode_input(payload.inputs[0])
        async with self.turn:
            results = await asyncio.to_thread(self.session.run, wanted, {"image": image})
        return InferenceResponse(
            id=payload.id,
            model_name=self.name,
            outputs=[NumpyCodec.encode_output(*pair) for pair in zip(wanted, results)],
        )
