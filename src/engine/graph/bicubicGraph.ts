import { bicubicUpscale } from './bicubic';
import { GraphBuilder } from './graphBuilder';

/** The bicubic enlargement alone: `image` [1,3,H,W] to `base` [1,3,scale·H,scale·W], as ONNX. */
export function bicubicGraph(scale: number): Uint8Array {
  const graph = new GraphBuilder('bicubic');
  const image = graph.input('image', [1, 3, 'height', 'width']);
  const base =
    scale === 1
      ? graph.node('Identity', [image], {}, { name: 'copy' })
      : bicubicUpscale(graph, image, 3, scale, 'bicubic');
  graph.output('base', base, [1, 3, 'outputHeight', 'outputWidth']);
  return graph.toBytes('pisa-upscale');
}
