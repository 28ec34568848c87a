const PACKAGE = 'onnxruntime-node';

/** ONNX Runtime is loaded in one place only; its types may be named anywhere. */
export const onnxRuntimeOnce = {
  meta: {
    type: 'problem',
    docs: { description: 'loads ONNX Runtime in one place only' },
    schema: [],
    messages: {
      once: 'Load ONNX Runtime with loadOnnxRuntime() only: it switches the telemetry off before.',
    },
  },
  create(context) {
    const check = (node, source) => {
      if (source?.value === PACKAGE) context.report({ node, messageId: 'once' });
    };
    return {
      ImportDeclaration: (node) => node.importKind !== 'type' && check(node, node.source),
      ImportExpression: (node) => check(node, node.source),
      CallExpression: (node) =>
        node.callee.type === 'Identifier' &&
        node.callee.name === 'require' &&
        check(node, node.arguments[0]),
    };
  },
};
