/** Scalars as a CSV file: a line for each pulse that is kept. Pure. */

/**
 * Times are Unix seconds by the source's clock, booleans 0 and 1, and what is missing is empty.
 * @param {import("../plots/scalar-history.js").ScalarHistory} history
 * @param {string[]} names of scalars
 */
export function csv(history, names) {
  const { first, end } = history;
  const times = history.times(first, end);
  const pulses = history.pulses(first, end);
  const columns = names.map((name) => history.values(name, first, end));
  const lines = [["t", "pulse_id", ...names.map(quoted)].join(",")];
  pulses.forEach((pulse, row) => {
    if (!Number.isNaN(pulse)) {
      lines.push([times[row], cell(pulse), ...columns.map((column) => cell(column[row]))].join(","));
    }
  });
  return `${lines.join("\r\n")}\r\n`;
}

/** @param {number} value */
function cell(value) {
  return Number.isFinite(value) ? value : "";
}

/** A name may have anything; what a spreadsheet would take for a formula is kept text. */
export function quoted(name) {
  const text = /^[=+\-@\t\r]/.test(name) ? `'${name}` : name;
  return /[",\r\n]/.test(text) ? `"${text.replace(/"/g, '""')}"` : text;
}
