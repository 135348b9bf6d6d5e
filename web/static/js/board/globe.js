/** Which part of the earth a map shows: converts degrees to pixels and back, and places grid lines. Pure. */

const FULL_TURN = 360; // degrees
const MIN_SPAN = 0.002; // degrees: about 200 m
const MARGIN_FACTOR = 1.25; // of the points' span
const MIN_LON_FACTOR = 0.1;
const MAX_SCALE = 1e6; // px a degree
const GRID_STEPS = [
  0.0005, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 15, 30, 45, 90, 180, 360,
];
const WORLD = { lats: [-60, 75], lons: [-170, 170] };

/**
 * @typedef {{lat: number, lon: number}} Place degrees
 * @typedef {{x: number, y: number}} Pixel from the map's upper left corner
 */

export class Globe {
  /** whether the map shows all points as large as possible */
  isFit = true;
  #size = { width: 1, height: 1 };
  /** @type {Place} */
  #centre = { lat: 0, lon: 0 };
  #scale = 1; // px a degree of latitude
  #lonFactor = 1; // how much shorter a degree of longitude is there
  /** @type {Place[]} */
  #places = [];

  /** @param {{width: number, height: number}} size px */
  resize(size) {
    const isOther = size.width !== this.#size.width || size.height !== this.#size.height;
    this.#size = size;
    if (isOther && this.isFit) {
      this.fit();
    }
  }

  /**
   * Takes the points. Unless the viewer zoomed or moved, all are kept in sight, with as few moves as possible.
   * @param {Place[]} places
   */
  show(places) {
    const wasEmpty = this.#places.length === 0;
    this.#places = places;
    if (this.isFit && (wasEmpty || !places.every((place) => this.#isInside(place)))) {
      this.fit();
    }
  }

  fit() {
    this.isFit = true;
    const { lats, lons } = this.#places.length ? extents(this.#places) : WORLD;
    this.#centre = { lat: (lats[0] + lats[1]) / 2, lon: normaliseLon((lons[0] + lons[1]) / 2) };
    this.#lonFactor = Math.max(MIN_LON_FACTOR, Math.cos((this.#centre.lat * Math.PI) / 180));
    const height = Math.max(MIN_SPAN, lats[1] - lats[0]) * MARGIN_FACTOR;
    const width = Math.max(MIN_SPAN, lons[1] - lons[0]) * MARGIN_FACTOR * this.#lonFactor;
    this.#scale = this.#limitScale(Math.min(this.#size.height / height, this.#size.width / width));
  }

  /** @param {number} factor @param {Pixel} at stays where it is */
  zoomBy(factor, at) {
    const before = this.placeAt(at);
    this.#scale = this.#limitScale(this.#scale * factor);
    this.isFit = false;
    const after = this.placeAt(at);
    this.#move(before.lat - after.lat, before.lon - after.lon);
  }

  /** @param {number} x @param {number} y px */
  panBy(x, y) {
    this.isFit = false;
    this.#move(y / this.#scale, -x / (this.#scale * this.#lonFactor));
  }

  /** px a degree, to the right and down */
  get scale() {
    return { x: this.#scale * this.#lonFactor, y: this.#scale };
  }

  /**
   * Return where a place is; of its repetitions the one nearest to the centre.
   * @param {Place} place
   * @returns {Pixel}
   */
  pixelOf({ lat, lon }) {
    return this.#pixelOf(lat, this.#centre.lon + normaliseLon(lon - this.#centre.lon));
  }

  /**
   * Return all repetitions of a place between the map's left and right side.
   * @param {Place} place
   * @param {number} reach how far beyond the sides they may be, degrees
   * @returns {Pixel[]}
   */
  pixelsOf(place, reach = 0) {
    const { x, y } = this.pixelOf(place);
    const turnPx = FULL_TURN * this.scale.x;
    const reachPx = reach * this.scale.x;
    const first = Math.ceil((-reachPx - x) / turnPx);
    const count = Math.floor((this.#size.width + reachPx - x) / turnPx) - first + 1;
    return Array.from({ length: Math.max(0, count) }, (_, index) => ({ x: x + (first + index) * turnPx, y }));
  }

  /** Return the place at a pixel; its longitude may be beyond 180. @param {Pixel} pixel @returns {Place} */
  placeAt({ x, y }) {
    const { width, height } = this.#size;
    return {
      lat: this.#centre.lat - (y - height / 2) / this.scale.y,
      lon: this.#centre.lon + (x - width / 2) / this.scale.x,
    };
  }

  /**
   * Return the grid's lines in sight.
   * @param {number} minGapPx between two lines
   * @returns {{lats: {at: number, text: string}[], lons: {at: number, text: string}[]}} px
   */
  grid(minGapPx) {
    const first = this.placeAt({ x: 0, y: this.#size.height });
    const last = this.placeAt({ x: this.#size.width, y: 0 });
    const lats = gridLines(Math.max(-90, first.lat), Math.min(90, last.lat), minGapPx / this.scale.y);
    const lons = gridLines(first.lon, last.lon, minGapPx / this.scale.x);
    return {
      lats: lats.map(({ degrees, digits }) => {
        return { at: this.#pixelOf(degrees, 0).y, text: formatDegrees(degrees, digits, "N", "S") };
      }),
      lons: lons.map(({ degrees, digits }) => {
        return { at: this.#pixelOf(0, degrees).x, text: formatLon(degrees, digits) };
      }),
    };
  }

  /** @param {number} lat @param {number} lon @returns {Pixel} */
  #pixelOf(lat, lon) {
    const { width, height } = this.#size;
    return {
      x: width / 2 + (lon - this.#centre.lon) * this.scale.x,
      y: height / 2 - (lat - this.#centre.lat) * this.scale.y,
    };
  }

  /** @param {number} lat @param {number} lon degrees */
  #move(lat, lon) {
    const { lat: centreLat, lon: centreLon } = this.#centre;
    this.#centre = { lat: Math.min(90, Math.max(-90, centreLat + lat)), lon: normaliseLon(centreLon + lon) };
  }

  /** Keeps the earth large enough to fill the map across or down. @param {number} scale px a degree */
  #limitScale(scale) {
    const min = Math.min(this.#size.width / (FULL_TURN * this.#lonFactor), this.#size.height / 180);
    return Math.min(MAX_SCALE, Math.max(min, scale));
  }

  /** @param {Place} place */
  #isInside(place) {
    const { x, y } = this.pixelOf(place);
    return x >= 0 && y >= 0 && x <= this.#size.width && y <= this.#size.height;
  }
}

/**
 * "7.5° E"
 * @param {number} degrees
 * @param {number} digits
 * @param {string} positive
 * @param {string} negative
 */
export function formatDegrees(degrees, digits, positive, negative) {
  const text = Math.abs(degrees).toFixed(digits);
  return Number(text) === 0 ? "0°" : `${text}° ${degrees > 0 ? positive : negative}`;
}

/** @param {number} degrees @param {number} digits */
function formatLon(degrees, digits) {
  const lon = normaliseLon(degrees);
  return lon === -180 ? "180°" : formatDegrees(lon, digits, "E", "W");
}

/**
 * @param {number} from
 * @param {number} to
 * @param {number} minGap degrees
 * @returns {{degrees: number, digits: number}[]}
 */
function gridLines(from, to, minGap) {
  const step = GRID_STEPS.find((one) => one >= minGap) ?? FULL_TURN;
  const digits = Math.max(0, -Math.floor(Math.log10(step) + 1e-9));
  const lines = [];
  for (let line = Math.ceil(from / step); line * step <= to; line += 1) {
    lines.push({ degrees: line * step, digits });
  }
  return lines;
}

/**
 * Return the ranges of places: of longitudes the shorter way round, whose end may be beyond 180.
 * @param {Place[]} places
 */
function extents(places) {
  const lats = places.map(({ lat }) => lat);
  const lons = places.map(({ lon }) => normaliseLon(lon)).sort((a, b) => a - b);
  const last = lons[lons.length - 1];
  let widest = { gap: lons[0] + FULL_TURN - last, from: lons[0], to: last };
  for (let index = 1; index < lons.length; index += 1) {
    const gap = lons[index] - lons[index - 1];
    if (gap > widest.gap) {
      widest = { gap, from: lons[index], to: lons[index - 1] + FULL_TURN };
    }
  }
  const south = lats.reduce((a, b) => Math.min(a, b));
  const north = lats.reduce((a, b) => Math.max(a, b));
  return { lats: [south, north], lons: [widest.from, widest.to] };
}

/** Return the same longitude from -180 up to, but without, 180. @param {number} lon */
function normaliseLon(lon) {
  return lon - FULL_TURN * Math.floor((lon + 180) / FULL_TURN);
}
