/** How long plots take to be drawn: uPlot draws in a microtask of its own. */

/**
 * @param {() => number} nowS a steady clock
 * @param {() => void} draw
 * @param {(tookS: number) => void} told called when all is drawn
 */
export function timed(nowS, draw, told) {
  let laterS = 0;
  queueMicrotask(() => (laterS = nowS())); // comes before uPlot's
  const startS = nowS();
  draw();
  const tookS = nowS() - startS;
  queueMicrotask(() => told(tookS + nowS() - laterS)); // comes after uPlot's
}
