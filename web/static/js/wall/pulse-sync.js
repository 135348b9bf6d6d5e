/** Lets all tiles of a wall show the same pulse: holds their decoded frames, and draws them together. */

import { PulseMatcher } from "./pulse-matcher.js";
import { RepaintStatistics } from "./repaint-statistics.js";

const OTHER_S = 0.5; // how long "other pulse" is said at least, so that it can be read

/**
 * @typedef {import("../picture/render-loop.js").Held} Held
 * @typedef {import("./tile.js").Tile} Tile
 *
 * @typedef {object} Screen
 * @property {() => Promise<void>} animationFrame the next one
 * @property {() => number} nowS a steady clock
 * @property {() => void} onRepaint tiles were drawn
 */

export class PulseSync {
  isOn = false;
  #screen;
  /** @type {PulseMatcher<Tile, Held>} */
  #matcher = new PulseMatcher();
  #statistics = new RepaintStatistics();
  /** @type {Promise<void> | null} resolves in the next animation frame, if a frame waits for it */
  #next = null;
  /** @type {WeakMap<Tile, number>} when each showed another pulse, at last */
  #otherS = new WeakMap();

  /** @param {Screen} screen */
  constructor(screen) {
    this.#screen = screen;
  }

  /** @param {boolean} isOn @param {Tile[]} tiles */
  switchTo(isOn, tiles) {
    this.isOn = isOn;
    this.#statistics.restart();
    tiles.forEach((tile) => this.remove(tile));
    this.#screen.onRepaint();
  }

  /**
   * Take a decoded frame, unless this is off.
   * @param {Tile} tile
   * @param {Held} held
   * @returns {Promise<void> | null} when the tile may decode the next one; null: the frame was not taken
   */
  hold(tile, held) {
    if (!this.isOn) {
      return null;
    }
    const dropped = this.#matcher.add(tile, held.frame.header.pulse_id, held, this.#screen.nowS());
    dropped.forEach((older) => older.skip());
    this.#next ??= this.#screen.animationFrame().then(() => this.#repaint());
    return this.#matcher.isFull(tile) ? this.#next : Promise.resolve(); // a covered window has no animation frames
  }

  /** Forget a tile that is not watched any more. @param {Tile} tile */
  remove(tile) {
    this.#matcher.remove(tile).forEach((held) => held.skip());
    this.#otherS.delete(tile);
  }

  /** Return what a tile shows, as PulseMatcher does. @param {Tile} tile */
  relationOf(tile) {
    const nowS = this.#screen.nowS();
    const { pulse, relation } = this.#matcher.relationOf(tile, nowS);
    if (relation === "other") {
      this.#otherS.set(tile, nowS);
    }
    const wasOther = nowS - (this.#otherS.get(tile) ?? -Infinity) < OTHER_S;
    return { pulse, relation: relation === "same" && wasOther ? "other" : relation };
  }

  /** What the page says of all tiles. */
  get facts() {
    const nowS = this.#screen.nowS();
    const { share, costS } = this.#statistics;
    const pulse = this.#matcher.hasMatches(nowS) ? this.#matcher.pulse(nowS) : null;
    return { pulse, share, costS };
  }

  #repaint() {
    this.#next = null;
    const { draws, dropped, isEqual } = this.#matcher.decide(this.#screen.nowS());
    dropped.forEach((held) => held.skip());
    draws.forEach(({ item }) => item.paint());
    if (this.#matcher.isWaiting) {
      this.#next = this.#screen.animationFrame().then(() => this.#repaint());
    }
    if (draws.length) {
      if (isEqual !== null) {
        this.#statistics.add(isEqual, Math.max(...draws.map(({ waitS }) => waitS)));
      }
      this.#screen.onRepaint();
    }
  }
}
