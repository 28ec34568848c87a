import { FRAGMENT_SHADER, VERTEX_SHADER } from './shaders';

/** The program, its uniforms' places, and setters for them. */
export class GlProgram {
  private readonly program: WebGLProgram;
  private readonly vertices: WebGLVertexArrayObject;
  private readonly places = new Map<string, WebGLUniformLocation | null>();

  constructor(private readonly gl: WebGL2RenderingContext) {
    this.program = gl.createProgram();
    const shaders = [
      compile(gl, gl.VERTEX_SHADER, VERTEX_SHADER),
      compile(gl, gl.FRAGMENT_SHADER, FRAGMENT_SHADER),
    ];
    for (const shader of shaders) gl.attachShader(this.program, shader);
    gl.linkProgram(this.program);
    for (const shader of shaders) gl.deleteShader(shader);
    if (gl.getProgramParameter(this.program, gl.LINK_STATUS) !== true)
      throw new Error(`The shader does not link: ${gl.getProgramInfoLog(this.program) ?? ''}`);
    // Without attributes; some drivers want one bound nevertheless.
    this.vertices = gl.createVertexArray();
  }

  use(): void {
    this.gl.useProgram(this.program);
    this.gl.bindVertexArray(this.vertices);
  }

  integer(name: string, ...values: readonly number[]): void {
    const [x = 0, y] = values;
    if (y === undefined) this.gl.uniform1i(this.place(name), x);
    else this.gl.uniform2i(this.place(name), x, y);
  }

  float(name: string, ...values: readonly number[]): void {
    const [x = 0, y, z] = values;
    if (y === undefined) this.gl.uniform1f(this.place(name), x);
    else if (z === undefined) this.gl.uniform2f(this.place(name), x, y);
    else this.gl.uniform3f(this.place(name), x, y, z);
  }

  flag(name: string, value: boolean): void {
    this.integer(name, value ? 1 : 0);
  }

  /** Everything the scissor lets through. */
  fill(): void {
    this.gl.drawArrays(this.gl.TRIANGLES, 0, 3);
  }

  dispose(): void {
    this.gl.deleteVertexArray(this.vertices);
    this.gl.deleteProgram(this.program);
  }

  private place(name: string): WebGLUniformLocation | null {
    const known = this.places.get(name);
    if (known !== undefined) return known;
    const place = this.gl.getUniformLocation(this.program, name);
    this.places.set(name, place);
    return place;
  }
}

function compile(gl: WebGL2RenderingContext, type: number, source: string): WebGLShader {
  const shader = gl.createShader(type);
  // Null only while the context is lost.
  if (!shader) throw new Error('The WebGL context is lost.');
  gl.shaderSource(shader, source);
  gl.compileShader(shader);
  if (gl.getShaderParameter(shader, gl.COMPILE_STATUS) !== true && !gl.isContextLost())
    throw new Error(`A shader does not compile: ${gl.getShaderInfoLog(shader) ?? ''}`);
  return shader;
}
