/** The distance of a spot from the boundary of its region. */

const DIRECTIONS = 64; // in which the distance to an elliptic boundary is computed

/**
 * @typedef {object} Boundary in positions: half a pixel less than camera coordinates
 * @property {number} left
 * @property {number} top
 * @property {number} right
 * @property {number} bottom
 * @property {{x: number, y: number, a: number, b: number} | null} ellipse centre and semi-axes; null: a rectangle
 */

/**
 * Return the boundary of the part of a region that has pixels.
 * @param {import("../picture/pixels.js").Pixels} pixels
 * @param {import("./region.js").Region | null} region null: all pixels
 * @returns {Boundary}
 */
export function regionBoundary({ x, y, pitch, width, height }, region) {
  const box = region ?? { kind: "rect", x, y, width: pitch * width, height: pitch * height };
  const a = box.width / 2;
  const b = box.height / 2;
  return {
    left: Math.max(box.x, x) - 0.5,
    top: Math.max(box.y, y) - 0.5,
    right: Math.min(box.x + box.width, x + pitch * width) - 0.5,
    bottom: Math.min(box.y + box.height, y + pitch * height) - 0.5,
    ellipse: box.kind === "ellipse" ? { x: box.x + a - 0.5, y: box.y + b - 0.5, a, b } : null,
  };
}

/**
 * Return the radius of the largest aperture that lies within a boundary.
 * @param {Boundary} boundary
 * @param {import("./aperture.js").Ellipse} spot
 * @returns {number} in σ; 0 or less: the spot's centre lies outside
 */
export function maxApertureRadius({ left, top, right, bottom, ellipse }, { x, y, xx, xy, yy }) {
  const sigmaX = Math.sqrt(xx);
  const sigmaY = Math.sqrt(yy);
  let radius = Math.min(
    (x - left) / sigmaX,
    (right - x) / sigmaX,
    (y - top) / sigmaY,
    (bottom - y) / sigmaY,
  );
  if (!ellipse) {
    return radius;
  }
  const px = (x - ellipse.x) / ellipse.a;
  const py = (y - ellipse.y) / ellipse.b;
  const inside = 1 - px * px - py * py; // above 0 in the ellipse
  const shear = xy / sigmaX; // Cholesky factor of the covariance
  const upright = Math.sqrt(Math.max(0, yy - shear * shear));
  for (let n = 0; n < DIRECTIONS; n += 1) {
    const angle = (2 * Math.PI * n) / DIRECTIONS;
    const ux = (sigmaX * Math.cos(angle)) / ellipse.a;
    const uy = (shear * Math.cos(angle) + upright * Math.sin(angle)) / ellipse.b;
    const square = ux * ux + uy * uy;
    const half = px * ux + py * uy;
    radius = Math.min(
      radius,
      inside > 0 ? (Math.sqrt(half * half + square * inside) - half) / square : 0,
    );
  }
  return radius;
}
