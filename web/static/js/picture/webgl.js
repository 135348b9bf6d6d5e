/** Draws the picture in its colours with WebGL 2: one texture has the picture, another the 256 colours. */

const CORNERS = `#version 300 es
out vec2 at;
void main() { // one triangle that covers the canvas; the picture's first row is the upper one
  vec2 corner = 2.0 * vec2(gl_VertexID & 1, gl_VertexID >> 1);
  at = vec2(corner.x, 1.0 - corner.y);
  gl_Position = vec4(2.0 * corner - 1.0, 0.0, 1.0);
}`;
const COLOURS = `#version 300 es
precision highp float;
uniform sampler2D picture;
uniform sampler2D colours;
in vec2 at;
out vec4 colour;
float shown(float level, int channel) {
  return texelFetch(colours, ivec2(int(255.0 * level + 0.5), 0), 0)[channel];
}
void main() {
  vec3 level = texture(picture, at).rgb;
  colour = vec4(shown(level.r, 0), shown(level.g, 1), shown(level.b, 2), 1.0);
}`;

const SOFTWARE_RENDERERS = /swiftshader|llvmpipe|softpipe|basic render|software/i;

/** @type {boolean | null} */
let hasCard = null;

export class WebglPainter {
  #gl;
  #canvas;
  /** @type {{picture: WebGLTexture, colours: WebGLTexture} | null} null: the context is lost */
  #textures = null;

  /**
   * @param {HTMLCanvasElement} canvas
   * @param {WebGL2RenderingContext} gl its context
   * @param {{onLost: () => void, onRestored: () => void}} listener told when nothing can be drawn, and when it can
   *   again
   */
  constructor(canvas, gl, { onLost, onRestored }) {
    this.#canvas = canvas;
    this.#gl = gl;
    this.#textures = prepare(gl);
    canvas.addEventListener("webglcontextlost", (event) => {
      event.preventDefault(); // otherwise it is never restored
      this.#textures = null;
      onLost();
    });
    canvas.addEventListener("webglcontextrestored", () => {
      this.#textures = prepare(gl);
      if (this.#textures) {
        onRestored();
      }
    });
  }

  /**
   * @param {ImageBitmap | HTMLImageElement} bitmap
   * @param {Uint8Array} table of `transferTable`
   */
  draw(bitmap, table) {
    const gl = this.#gl;
    if (!this.#textures) {
      return;
    }
    gl.activeTexture(gl.TEXTURE0);
    gl.texImage2D(gl.TEXTURE_2D, 0, gl.RGBA8, gl.RGBA, gl.UNSIGNED_BYTE, bitmap);
    gl.activeTexture(gl.TEXTURE1);
    gl.texImage2D(gl.TEXTURE_2D, 0, gl.RGBA8, 256, 1, 0, gl.RGBA, gl.UNSIGNED_BYTE, table);
    gl.viewport(0, 0, this.#canvas.width, this.#canvas.height);
    gl.drawArrays(gl.TRIANGLES, 0, 3);
  }
}

/** @param {WebGL2RenderingContext} gl */
function prepare(gl) {
  const program = gl.createProgram();
  const sources = /** @type {[number, string][]} */ ([[gl.VERTEX_SHADER, CORNERS], [gl.FRAGMENT_SHADER, COLOURS]]);
  for (const [kind, source] of sources) {
    const shader = gl.createShader(kind);
    if (!shader) {
      return null; // the context is lost again
    }
    gl.shaderSource(shader, source);
    gl.compileShader(shader);
    gl.attachShader(program, shader);
  }
  gl.linkProgram(program);
  gl.useProgram(program);
  const textures = { picture: gl.createTexture(), colours: gl.createTexture() };
  Object.entries(textures).forEach(([name, texture], unit) => {
    gl.activeTexture(gl.TEXTURE0 + unit);
    gl.bindTexture(gl.TEXTURE_2D, texture);
    for (const side of [gl.TEXTURE_MIN_FILTER, gl.TEXTURE_MAG_FILTER]) {
      gl.texParameteri(gl.TEXTURE_2D, side, gl.NEAREST);
    }
    for (const axis of [gl.TEXTURE_WRAP_S, gl.TEXTURE_WRAP_T]) {
      gl.texParameteri(gl.TEXTURE_2D, axis, gl.CLAMP_TO_EDGE);
    }
    gl.uniform1i(gl.getUniformLocation(program, name), unit);
  });
  return textures;
}

/** Whether a graphics card draws WebGL 2 in this browser, rather than the processor. The result is cached. */
export function hasGraphicsCard() {
  hasCard ??= isHardware(document.createElement("canvas").getContext("webgl2", { failIfMajorPerformanceCaveat: true }));
  return hasCard;
}

/** @param {WebGL2RenderingContext | null} gl is lost afterwards; null: the browser has no WebGL 2 */
export function isHardware(gl) {
  if (!gl) {
    return false;
  }
  const unmasked = gl.getExtension("WEBGL_debug_renderer_info")?.UNMASKED_RENDERER_WEBGL;
  const renderer = String(gl.getParameter(unmasked ?? gl.RENDERER));
  gl.getExtension("WEBGL_lose_context")?.loseContext(); // a page can have only a few
  return !SOFTWARE_RENDERERS.test(renderer);
}
