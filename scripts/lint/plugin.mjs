/** The project's own rules, for oxlint. */
import { onlyThroughWrappers } from './onlyThroughWrappers.mjs';
import { onnxRuntimeOnce } from './onnxRuntimeOnce.mjs';
import { wordsInLanguage } from './wordsInLanguage.mjs';

export default {
  meta: { name: 'pisa' },
  rules: {
    'only-through-wrappers': onlyThroughWrappers,
    'onnx-runtime-once': onnxRuntimeOnce,
    'words-in-language': wordsInLanguage,
  },
};
