/** The project's own rules, for oxlint. */
import { onlyThroughWrappers } from './onlyThroughWrappers.mjs';
import { onnxRuntimeOnce } from './onnxRuntimeOnce.mjs';

export default {
  meta: { name: 'pisa' },
  rules: {
    'only-through-wrappers': onlyThroughWrappers,
    'onnx-runtime-once': onnxRuntimeOnce,
  },
};
