/** Whether a graphics card draws WebGL 2 in this browser, and not the processor in its place. */

const IN_SOFTWARE = /swiftshader|llvmpipe|softpipe|basic render|software/i;

/** @type {boolean | null} */
let known = null;

/** Asks the browser once. */
export function hasGraphicsCard() {
  known ??= isHardware(document.createElement("canvas").getContext("webgl2", { failIfMajorPerformanceCaveat: true }));
  return known;
}

/** @param {WebGL2RenderingContext | null} gl null: there is no WebGL 2; else it is lost after this */
export function isHardware(gl) {
  if (!gl) {
    return false;
  }
  const unmasked = gl.getExtension("WEBGL_debug_renderer_info")?.UNMASKED_RENDERER_WEBGL;
  const renderer = String(gl.getParameter(unmasked ?? gl.RENDERER));
  gl.getExtension("WEBGL_lose_context")?.loseContext(); // a page may have few of them
  return !IN_SOFTWARE.test(renderer);
}
