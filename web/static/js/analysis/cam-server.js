/** Results that the stream itself carries, told by the names that PSI's cam_server gives them. */

/** @type {Record<string, string>} by name, what we call our own */
const NUMBERS = {
  intensity: "intensity",
  min_value: "min",
  max_value: "max",
  x_center_of_mass: "centroid x",
  y_center_of_mass: "centroid y",
  x_rms: "rms x",
  y_rms: "rms y",
  x_fwhm: "FWHM x",
  y_fwhm: "FWHM y",
  x_fit_mean: "Gauss centre x",
  y_fit_mean: "Gauss centre y",
  x_fit_standard_deviation: "Gauss sigma x",
  y_fit_standard_deviation: "Gauss sigma y",
  x_fit_amplitude: "Gauss amplitude x",
  y_fit_amplitude: "Gauss amplitude y",
  x_fit_offset: "Gauss offset x",
  y_fit_offset: "Gauss offset y",
};
const PREFIXED = /^(.*[^A-Za-z0-9])?([xy]_profile)$/;

/**
 * @typedef {object} StreamProfile
 * @property {string} group what stands before the names: "", "CAM1:"; "gr_" is cam_server's good region
 * @property {"x" | "y"} axis
 * @property {string} values channel of the sums along the other axis
 * @property {string | null} positions channel of their places, in the stream's own unit and either direction
 * @property {string | null} fit channel of the Gaussian fitted to them
 *
 * @typedef {object} StreamNumber
 * @property {string} group
 * @property {string} name without the group
 * @property {string} label
 * @property {string} channel
 */

/**
 * Which results are there. Numbers count only beside a profile of their group: an `intensity` alone may be
 * anything.
 * @param {Iterable<string>} names of the stream's channels
 * @returns {{profiles: StreamProfile[], numbers: StreamNumber[]}} by group
 */
export function carried(names) {
  const all = new Set(names);
  const there = (/** @type {string} */ channel) => (all.has(channel) ? channel : null);
  const profiles = [...all]
    .map((channel) => PREFIXED.exec(channel))
    .filter((found) => found !== null)
    .map(([values, group = "", name]) => {
      const axis = /** @type {"x" | "y"} */ (name[0]);
      const positions = there(`${group}${axis}_axis`);
      return { group, axis, values, positions, fit: there(`${group}${axis}_fit_gauss_function`) };
    })
    .sort((one, other) => compare(one.group, other.group) || compare(one.axis, other.axis));
  const groups = [...new Set(profiles.map(({ group }) => group))];
  const numbers = groups.flatMap((group) =>
    Object.entries(NUMBERS)
      .map(([name, label]) => ({ group, name, label, channel: group + name }))
      .filter(({ channel }) => all.has(channel)),
  );
  return { profiles, numbers };
}

function compare(/** @type {string} */ one, /** @type {string} */ other) {
  return one < other ? -1 : one > other ? 1 : 0;
}
