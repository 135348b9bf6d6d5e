/** What of the earth a map shows: degrees as pixels, and the lines of a grid. Pure. */

const LEAST_SPAN = 0.002; // degrees: about 200 m
const ROOM = 1.25;
const LARGEST = 1e6; // px a degree
const STEPS = [0.0005, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 15, 30, 45, 90, 180, 360];

const ROUND = 360; // degrees
const WORLD = { lats: [-60, 75], lons: [-170, 170] };

/** @typedef {{lat: number, lon: number}} Place degrees */

export class Globe {
  /** whether it shows all points as large as possible */
  isFit = true;
  #size = { width: 1, height: 1 };
  /** @type {Place} in the middle */
  #middle = { lat: 0, lon: 0 };
  #scale = 1; // px a degree of latitude
  #narrow = 1; // a degree of longitude is shorter far from the equator
  /** @type {Place[]} */
  #places = [];

  /** @param {{width: number, height: number}} size */
  resize(size) {
    const isOther = size.width !== this.#size.width || size.height !== this.#size.height;
    this.#size = size;
    if (isOther && this.isFit) {
      this.fit();
    }
  }

  /** Shows these, all of them as long as nobody has zoomed; it moves only where it has to. @param {Place[]} places */
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
    this.#middle = { lat: (lats[0] + lats[1]) / 2, lon: turned((lons[0] + lons[1]) / 2) };
    this.#narrow = Math.max(0.1, Math.cos((this.#middle.lat * Math.PI) / 180));
    const high = Math.max(LEAST_SPAN, lats[1] - lats[0]) * ROOM;
    const wide = Math.max(LEAST_SPAN, lons[1] - lons[0]) * ROOM * this.#narrow;
    this.#scale = this.#within(Math.min(this.#size.height / high, this.#size.width / wide));
  }

  /** @param {number} factor @param {{x: number, y: number}} at what stays where it is, px */
  zoomBy(factor, at) {
    const before = this.placeAt(at);
    this.#scale = this.#within(this.#scale * factor);
    this.isFit = false;
    const after = this.placeAt(at);
    this.#move(before.lat - after.lat, before.lon - after.lon);
  }

  /** @param {number} x @param {number} y px */
  panBy(x, y) {
    this.isFit = false;
    this.#move(y / this.#scale, -x / (this.#scale * this.#narrow));
  }

  /** px a degree, to the right and down */
  get scale() {
    return { x: this.#scale * this.#narrow, y: this.#scale };
  }

  /**
   * The one that is nearest to the middle: the earth is round.
   * @param {Place} place
   * @returns {{x: number, y: number}} px from the upper left corner
   */
  pixelOf({ lat, lon }) {
    return this.#pixelOf(lat, this.#middle.lon + turned(lon - this.#middle.lon));
  }

  /** Wherever it is in sight: where the whole earth is, that may be several times. @param {Place} place */
  pixelsOf(place) {
    const { x, y } = this.pixelOf(place);
    const aroundPx = ROUND * this.scale.x;
    const from = Math.ceil(-x / aroundPx);
    const count = Math.floor((this.#size.width - x) / aroundPx) - from + 1;
    return Array.from({ length: Math.max(0, count) }, (_, index) => ({ x: x + (from + index) * aroundPx, y }));
  }

  /** Its longitude may be beyond 180, where the earth was gone round. @param {{x: number, y: number}} at px @returns {Place} */
  placeAt({ x, y }) {
    const { width, height } = this.#size;
    return {
      lat: this.#middle.lat - (y - height / 2) / this.scale.y,
      lon: this.#middle.lon + (x - width / 2) / this.scale.x,
    };
  }

  /**
   * The grid's lines in sight.
   * @param {number} apartPx at least
   * @returns {{lats: {at: number, text: string}[], lons: {at: number, text: string}[]}} px
   */
  grid(apartPx) {
    const first = this.placeAt({ x: 0, y: this.#size.height });
    const last = this.placeAt({ x: this.#size.width, y: 0 });
    const lats = lines(Math.max(-90, first.lat), Math.min(90, last.lat), apartPx / this.scale.y);
    const lons = lines(first.lon, last.lon, apartPx / this.scale.x);
    return {
      lats: lats.map(({ degrees, digits }) => ({ at: this.#pixelOf(degrees, 0).y, text: written(degrees, digits, "N", "S") })),
      lons: lons.map(({ degrees, digits }) => ({ at: this.#pixelOf(0, degrees).x, text: meridian(degrees, digits) })),
    };
  }

  #pixelOf(lat, lon) {
    const { width, height } = this.#size;
    return {
      x: width / 2 + (lon - this.#middle.lon) * this.scale.x,
      y: height / 2 - (lat - this.#middle.lat) * this.scale.y,
    };
  }

  #move(lat, lon) {
    this.#middle = { lat: Math.min(90, Math.max(-90, this.#middle.lat + lat)), lon: turned(this.#middle.lon + lon) };
  }

  /** Not so small that the earth fills the place neither across nor down. */
  #within(scale) {
    const least = Math.min(this.#size.width / (ROUND * this.#narrow), this.#size.height / 180);
    return Math.min(LARGEST, Math.max(least, scale));
  }

  /** @param {Place} place */
  #isInside(place) {
    const { x, y } = this.pixelOf(place);
    return x >= 0 && y >= 0 && x <= this.#size.width && y <= this.#size.height;
  }
}

/** "7.5° E" @param {number} degrees @param {number} digits @param {string} plus @param {string} minus */
export function written(degrees, digits, plus, minus) {
  const text = Math.abs(degrees).toFixed(digits);
  return Number(text) === 0 ? "0°" : `${text}° ${degrees > 0 ? plus : minus}`;
}

function meridian(degrees, digits) {
  const lon = turned(degrees);
  return lon === -180 ? "180°" : written(lon, digits, "E", "W");
}

function lines(from, to, least) {
  const step = STEPS.find((one) => one >= least) ?? STEPS.at(-1);
  const digits = Math.max(0, -Math.floor(Math.log10(step) + 1e-9));
  const found = [];
  for (let line = Math.ceil(from / step); line * step <= to; line += 1) {
    found.push({ degrees: line * step, digits });
  }
  return found;
}

/** From where to where: with the longitudes the shorter way round, which may end beyond 180. @param {Place[]} places */
function extents(places) {
  const lats = places.map(({ lat }) => lat);
  const lons = places.map(({ lon }) => turned(lon)).sort((a, b) => a - b);
  let widest = { gap: lons[0] + ROUND - lons.at(-1), from: lons[0], to: lons.at(-1) };
  for (let index = 1; index < lons.length; index += 1) {
    const gap = lons[index] - lons[index - 1];
    if (gap > widest.gap) {
      widest = { gap, from: lons[index], to: lons[index - 1] + ROUND };
    }
  }
  return { lats: [lats.reduce((a, b) => Math.min(a, b)), lats.reduce((a, b) => Math.max(a, b))], lons: [widest.from, widest.to] };
}

/** The same meridian from -180 up to, but without, 180. */
function turned(lon) {
  return lon - ROUND * Math.floor((lon + 180) / ROUND);
}
