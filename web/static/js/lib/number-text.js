/** Writes numbers as text: with all their digits, or with as many as fit. Pure. */

const MAX_FLOAT32_DIGITS = 9;
const MIN_FIXED_EXPONENT = -6; // 0.00000123 is written so, smaller numbers with an exponent
const MAX_FIXED_EXPONENT = 15; // integers up to 2⁵³ have 16 digits

/**
 * Return the shortest text that reads as the same number: "2998800000.25", "1e+300", "NaN".
 * @param {number | bigint} value
 * @param {string} [dtype] numpy's name of its type; a float32 needs fewer digits than the same number as a float64
 */
export function exactText(value, dtype = "float64") {
  if (typeof value === "bigint" || !Number.isFinite(value)) {
    return String(value);
  }
  return spell(value, digitsOf(value, dtype));
}

/**
 * Return the longest text of a number, in digits, that has room; the shortest one if none has.
 * @param {number} value
 * @param {number} maxCharacters
 */
export function fittingText(value, maxCharacters) {
  if (!Number.isFinite(value)) {
    return String(value);
  }
  let shortest = "";
  const needed = digitsOf(value, "float64");
  for (let digits = needed; digits > 0; digits -= 1) {
    const [, exponent] = parts(value, digits);
    const hasFixed = digits === needed || exponent < digits; // 712345 with one digit is not 700000
    const texts = hasFixed ? [withoutZeros(spell(value, digits))] : [];
    texts.push(withoutZeros(value.toExponential(digits - 1)).replace("e+", "e"));
    const text = texts.find(({ length }) => length <= maxCharacters);
    if (text !== undefined) {
      return text;
    }
    shortest = texts.reduce((one, other) => (one.length <= other.length ? one : other));
  }
  return shortest;
}

/**
 * Return how many significant digits distinguish a number from all others of its type.
 * @param {number} value finite
 * @param {string} dtype
 */
export function digitsOf(value, dtype) {
  if (dtype === "float32" && Math.fround(value) === value) {
    let digits = 1;
    while (digits < MAX_FLOAT32_DIGITS && Math.fround(Number(value.toPrecision(digits))) !== value) {
      digits += 1;
    }
    return digits;
  }
  const [mantissa] = value.toExponential().split("e");
  return mantissa.replace(/\D/g, "").length;
}

/**
 * Write a number with a number of significant digits: without an exponent where it is neither tiny nor so large
 * that not all digits before the point are known.
 * @param {number} value finite
 * @param {number} digits 1 to 17
 */
export function spell(value, digits) {
  const [mantissa, exponent] = parts(value, digits);
  if (exponent < MIN_FIXED_EXPONENT || exponent > MAX_FIXED_EXPONENT) {
    return value.toExponential(digits - 1);
  }
  const sign = mantissa.startsWith("-") ? "-" : "";
  const known = mantissa.replace(/\D/g, "");
  if (exponent < 0) {
    return `${sign}0.${"0".repeat(-exponent - 1)}${known}`;
  }
  const whole = known.slice(0, exponent + 1).padEnd(exponent + 1, "0");
  const rest = known.slice(exponent + 1);
  return `${sign}${whole}${rest && "."}${rest}`;
}

/** @param {number} value @param {number} digits @returns {[mantissa: string, exponent: number]} */
function parts(value, digits) {
  const [mantissa, exponent] = value.toExponential(digits - 1).split("e");
  return [mantissa, Number(exponent)];
}

/** Remove the zeros after the point that say nothing: "1.500e3" → "1.5e3". @param {string} text */
function withoutZeros(text) {
  return text.replace(/(\.\d*?)0+(?=e|$)/, "$1").replace(/\.(?=e|$)/, "");
}
