/** Encodes columns of numbers by pulse as a CSV file. Pure. */

/**
 * @typedef {object} Columns rows from `first` to before `end`
 * @property {number} first
 * @property {number} end
 * @property {(first: number, end: number) => ArrayLike<number>} times Unix seconds
 * @property {(first: number, end: number) => ArrayLike<number | bigint>} exactPulses ids; NaN: no pulse in this row
 * @property {(name: string, first: number, end: number) => ArrayLike<number | bigint>} exactValues
 */

/**
 * Return one line for each pulse. Times are Unix seconds by the source's clock, booleans are 0 and 1, and
 * missing values are empty.
 * @param {Columns} table
 * @param {string[]} names of the columns
 */
export function toCsv(table, names) {
  const { first, end } = table;
  const times = table.times(first, end);
  const columns = names.map((name) => table.exactValues(name, first, end));
  const lines = [["t", "pulse_id", ...names.map(csvField)].join(",")];
  Array.from(table.exactPulses(first, end)).forEach((pulse, row) => {
    if (pulse === pulse) {
      lines.push([times[row], cell(pulse), ...columns.map((column) => cell(column[row]))].join(","));
    }
  });
  return `${lines.join("\r\n")}\r\n`;
}

/** @param {number | bigint} value */
function cell(value) {
  return typeof value === "bigint" || Number.isFinite(value) ? value : "";
}

/** Quote a text where CSV needs it; what a spreadsheet would take for a formula stays text. @param {string} text */
export function csvField(text) {
  const safe = /^[=+\-@\t\r]/.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(safe) ? `"${safe.replace(/"/g, '""')}"` : safe;
}
