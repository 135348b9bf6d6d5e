/** The panel of the results that the stream itself carries: cam_server's numbers, profiles and fits. */

import { BadEnvelope, readArray } from "../stream/envelope.js";
import { camServerResults } from "./cam-server.js";
import { ResultList } from "./result-list.js";
import { ProfilePlot } from "./profile-plot.js";

const MAX_PROFILES = 8;

/**
 * @typedef {import("../stream/envelope.js").Frame} Frame
 * @typedef {import("../stream/envelope.js").Place} Place
 * @typedef {import("./cam-server.js").StreamNumber} StreamNumber
 * @typedef {import("./cam-server.js").StreamProfile} StreamProfile
 * @typedef {Float64Array} Numbers
 */

export class StreamResults {
  #panel;
  #maximiser;
  #list;
  #names = "";
  /** @type {StreamNumber[]} */
  #numbers = [];
  /** @type {{profile: StreamProfile, plot: ProfilePlot}[]} */
  #plots = [];

  /**
   * @param {HTMLElement} panel hidden while there are no results
   * @param {import("../plots/maximise.js").Maximiser} maximiser
   * @param {(channel: string) => void} toggleTrend opens or closes the trend of a channel
   */
  constructor(panel, maximiser, toggleTrend) {
    this.#panel = panel;
    this.#maximiser = maximiser;
    this.#list = new ResultList((name) => {
      const number = this.#numbers.find((one) => labelOf(one) === name);
      if (number) {
        toggleTrend(number.channel);
      }
    });
    panel.append(this.#list.element);
  }

  /** @param {Frame} frame */
  show({ header: { values = {} }, body }) {
    const names = JSON.stringify(Object.keys(values));
    if (names !== this.#names) {
      this.#names = names;
      this.#configure(Object.keys(values));
    }
    this.#list.show(Object.fromEntries(this.#numbers.map((one) => [labelOf(one), values[one.channel]])));
    for (const { profile, plot } of this.#plots) {
      const y = readNumbers(values[profile.values], body);
      if (y) {
        const fit = profile.fit === null ? null : readNumbers(values[profile.fit], body);
        const axis = profile.positions === null ? null : readNumbers(values[profile.positions], body);
        const positions = axis?.length === y.length ? axis : y.map((_, index) => index);
        plot.showRising(positions, y, fit?.length === y.length ? fit : null);
      }
    }
  }

  restyle() {
    this.#plots.forEach(({ plot }) => plot.restyle());
  }

  /** Set up the panel for the channels of the stream. @param {string[]} names */
  #configure(names) {
    const { numbers, profiles } = camServerResults(names);
    this.#numbers = numbers;
    this.#panel.hidden = profiles.length === 0;
    for (const { plot } of this.#plots) {
      plot.remove();
      plot.element.remove();
    }
    this.#plots = profiles
      .slice(0, MAX_PROFILES)
      .map((profile) => ({ profile, plot: new ProfilePlot(profile.values, this.#maximiser) }));
    this.#panel.append(...this.#plots.map(({ plot }) => plot.element));
  }
}

/** @param {StreamNumber} number */
function labelOf({ group, label }) {
  return group ? `${group} ${label}` : label;
}

/** @param {Place | undefined} place @param {Frame["body"]} body @returns {Numbers | null} null: unreadable */
function readNumbers(place, body) {
  if (place?.shape?.length !== 1 || place.offset === undefined) {
    return null;
  }
  try {
    return Float64Array.from(/** @type {ArrayLike<number | bigint>} */ (readArray(place, body)), Number);
  } catch (error) {
    if (error instanceof BadEnvelope) {
      return null;
    }
    throw error;
  }
}
