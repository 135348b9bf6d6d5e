import assert from "node:assert/strict";
import test from "node:test";

import { isHardware } from "../../../web/static/js/picture/webgl.js";

const RENDERER = 0x1f01;
const UNMASKED = 0x9246;

/** A WebGL context that names its renderer, in Chromium's way or in Firefox'. */
function context(renderer, { masked = false } = {}) {
  const gl = {
    RENDERER,
    lost: false,
    getExtension: (name) => {
      if (name === "WEBGL_lose_context") return { loseContext: () => (gl.lost = true) };
      return name === "WEBGL_debug_renderer_info" && masked ? { UNMASKED_RENDERER_WEBGL: UNMASKED } : null;
    },
    getParameter: (name) => (name === (masked ? UNMASKED : RENDERER) ? renderer : "WebKit WebGL"),
  };
  return gl;
}

for (const renderer of [
  "ANGLE (Google, Vulkan 1.3.0 (SwiftShader Device (Subzero) (0x0000C0DE)), SwiftShader driver)",
  "llvmpipe (LLVM 15.0.6, 256 bits)",
  "ANGLE (Microsoft, Microsoft Basic Render Driver Direct3D11 vs_5_0 ps_5_0, D3D11)",
  "Apple Software Renderer",
]) {
  test(`no graphics card: ${renderer}`, () => {
    assert.equal(isHardware(context(renderer)), false);
    assert.equal(isHardware(context(renderer, { masked: true })), false);
  });
}

for (const renderer of [
  "ANGLE (NVIDIA, NVIDIA GeForce RTX 3060 Direct3D11 vs_5_0 ps_5_0, D3D11)",
  "Mesa Intel(R) UHD Graphics 620 (KBL GT2)",
  "Radeon R9 200 Series, or similar",
  "Apple M1",
]) {
  test(`a graphics card: ${renderer}`, () => {
    assert.equal(isHardware(context(renderer)), true);
    assert.equal(isHardware(context(renderer, { masked: true })), true);
  });
}

test("without WebGL 2 there is no graphics card", () => {
  assert.equal(isHardware(null), false);
});

test("the context used for detection is released", () => {
  const gl = context("Apple M1");
  isHardware(gl);
  assert.ok(gl.lost);
});
