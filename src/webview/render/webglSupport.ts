/** Rasterisers that emulate a GPU on the CPU: Chromium's, Mesa's, Windows' and macOS's. */
const EMULATED = /swiftshader|llvmpipe|softpipe|basic render|apple software/i;

/**
 * Whether a GPU does WebGL 2. An emulated one is about ten times slower here than plain software,
 * and browsers don't always say so (`failIfMajorPerformanceCaveat`), but for its name.
 */
export function hasFastWebgl2(): boolean {
  // On a canvas of its own: one that has had WebGL can have nothing else.
  const gl = document
    .createElement('canvas')
    .getContext('webgl2', { failIfMajorPerformanceCaveat: true });
  if (!gl) return false;
  const info = gl.getExtension('WEBGL_debug_renderer_info');
  const name: unknown = gl.getParameter(info ? info.UNMASKED_RENDERER_WEBGL : gl.RENDERER);
  // A browser has few contexts, and takes its time to collect them.
  gl.getExtension('WEBGL_lose_context')?.loseContext();
  return !EMULATED.test(String(name));
}
