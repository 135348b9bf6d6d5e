/** Finds the results that a stream carries, by the channel names of PSI's cam_server. */

/** @type {Record<string, string>} labels, as of our own results, by name */
const LABELS = {
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
const PROFILE = /^(.*[^A-Za-z0-9])?([xy]_profile)$/;

/**
 * @typedef {object} StreamProfile
 * @property {string} group prefix of the names: "", "CAM1:"; "gr_" is cam_server's good region
 * @property {"x" | "y"} axis
 * @property {string} values channel of the sums along the other axis
 * @property {string | null} positions channel of their positions, in the stream's own unit, rising or falling
 * @property {string | null} fit channel of the Gaussian fitted to them
 *
 * @typedef {object} StreamNumber
 * @property {string} group
 * @property {string} name without the group
 * @property {string} label
 * @property {string} channel
 */

/**
 * Return the results among the channels. Numbers count only together with a profile of their group: an `intensity`
 * alone may be anything.
 * @param {Iterable<string>} names of the stream's channels
 * @returns {{profiles: StreamProfile[], numbers: StreamNumber[]}} by group
 */
export function camServerResults(names) {
  const all = new Set(names);
  const ifPresent = (/** @type {string} */ channel) => (all.has(channel) ? channel : null);
  const profiles = [...all]
    .map((channel) => PROFILE.exec(channel))
    .filter((match) => match !== null)
    .map(([values, group = "", name]) => {
      const axis = /** @type {"x" | "y"} */ (name[0]);
      const positions = ifPresent(`${group}${axis}_axis`);
      return { group, axis, values, positions, fit: ifPresent(`${group}${axis}_fit_gauss_function`) };
    })
    .sort((one, other) => compare(one.group, other.group) || compare(one.axis, other.axis));
  const groups = [...new Set(profiles.map(({ group }) => group))];
  const numbers = groups.flatMap((group) =>
    Object.entries(LABELS)
      .map(([name, label]) => ({ group, name, label, channel: group + name }))
      .filter(({ channel }) => all.has(channel)),
  );
  return { profiles, numbers };
}

/** @param {string} one @param {string} other */
function compare(one, other) {
  return one < other ? -1 : one > other ? 1 : 0;
}
