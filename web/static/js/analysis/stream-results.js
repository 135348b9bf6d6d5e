/** The results that the stream itself carries, as cam_server names them: its numbers, profiles and fits. */

import { BadEnvelope, array } from "../stream/envelope.js";
import { carried } from "./cam-server.js";
import { Numbers } from "./result-list.js";
import { ProfilePlot } from "./profile-plot.js";

const MOST_PROFILES = 8;

/**
 * @typedef {import("../stream/envelope.js").Frame} Frame
 * @typedef {import("./cam-server.js").StreamProfile} StreamProfile
 */

export class Carried {
  #panel;
  #maximiser;
  #numbers;
  #names = "";
  /** @type {ReturnType<typeof carried>} */
  #results = { profiles: [], numbers: [] };
  /** @type {ProfilePlot[]} */
  #plots = [];

  /**
   * @param {HTMLElement} panel hidden while there is nothing
   * @param {import("../plots/maximise.js").Maximiser} maximiser
   * @param {(channel: string) => void} trend opens the trend of a channel, or closes it
   */
  constructor(panel, maximiser, trend) {
    this.#panel = panel;
    this.#maximiser = maximiser;
    this.#numbers = new Numbers((name) => trend(this.#channelOf(name)));
    panel.append(this.#numbers.element);
  }

  /** @param {Frame} frame */
  show({ header: { values = {} }, body }) {
    const names = JSON.stringify(Object.keys(values));
    if (names !== this.#names) {
      this.#names = names;
      this.#become(carried(Object.keys(values)));
    }
    const { numbers, profiles } = this.#results;
    this.#numbers.show(Object.fromEntries(numbers.map((one) => [label(one), values[one.channel]])));
    profiles.forEach((profile, index) => {
      const y = numbersOf(values[profile.values], body);
      if (y) {
        const fitted = profile.fit && numbersOf(values[profile.fit], body);
        const axis = profile.positions && numbersOf(values[profile.positions], body);
        this.#plots[index].show(...rising(axis?.length === y.length ? axis : y.map((_, at) => at), y, fitted));
      }
    });
  }

  restyle() {
    this.#plots.forEach((plot) => plot.restyle());
  }

  #become(/** @type {ReturnType<typeof carried>} */ found) {
    this.#results = { ...found, profiles: found.profiles.slice(0, MOST_PROFILES) };
    this.#panel.hidden = found.profiles.length === 0;
    for (const plot of this.#plots) {
      plot.remove();
      plot.element.remove();
    }
    this.#plots = this.#results.profiles.map(({ values }) => new ProfilePlot(values, this.#maximiser));
    this.#panel.append(...this.#plots.map((plot) => plot.element));
  }

  #channelOf(name) {
    return this.#results.numbers.find((one) => label(one) === name).channel;
  }
}

/** @param {import("./cam-server.js").StreamNumber} number */
function label({ group, label: name }) {
  return group ? `${group} ${name}` : name;
}

/** @returns {Float64Array | null} */
function numbersOf(place, body) {
  if (place?.shape?.length !== 1 || place.offset === undefined) {
    return null;
  }
  try {
    return Float64Array.from(array(place, body), Number);
  } catch (problem) {
    if (problem instanceof BadEnvelope) {
      return null;
    }
    throw problem;
  }
}

/** A plot's positions rise; the stream's axis may fall. */
function rising(positions, values, fitted) {
  const fit = fitted?.length === values.length ? fitted : null;
  return positions[0] <= positions[positions.length - 1]
    ? [positions, values, fit]
    : [positions.toReversed(), values.toReversed(), fit && fit.toReversed()];
}
