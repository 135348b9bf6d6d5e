/** The numbers of a picture for saving: the camera's own where they are available. */

/**
 * @param {import("../picture/pixels.js").Pixels} pixels
 * @returns {import("../picture/pixels.js").Samples} width × height values, rows first: `data` itself where
 *   it has the values, float32 where they have to be computed
 */
export function sampleValues({ data, width, height, offset, scale }) {
  if (data.length < width * height) {
    throw new RangeError(`${data.length} samples are too few for ${width} × ${height}`);
  }
  const numbers = data.subarray(0, width * height);
  return offset === 0 && scale === 1
    ? numbers
    : Float32Array.from(numbers, (number) => offset + scale * number);
}
