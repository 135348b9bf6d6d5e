/** Measures how long plots take to draw: uPlot draws in a microtask of its own. */

/**
 * Call `draw` and report how long it and uPlot's microtask took, without other work of the same turn.
 * @param {() => number} nowS a monotonic clock
 * @param {() => void} draw
 * @param {(durationS: number) => void} onDone called when all is drawn
 */
export function measureDraw(nowS, draw, onDone) {
  let microtaskStartS = 0;
  queueMicrotask(() => (microtaskStartS = nowS())); // runs before uPlot's
  const startS = nowS();
  draw();
  const drawS = nowS() - startS;
  queueMicrotask(() => onDone(drawS + nowS() - microtaskStartS)); // runs after uPlot's
}
