/** What of the earth a map shows: degrees as pixels, and the lines of a grid. Pure. */

const LEAST_SPAN = 0.002; // degrees: about 200 m
const ROOM = 1.25;
const ZOOMS = { least: 0.2, most: 1e6 }; // px a degree
const STEPS = [0.0005, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 15, 30, 45, 90];
const GRID_PX = 70;

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
    this.#size = size;
    if (this.isFit) {
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
    const places = this.#places.length ? this.#places : [{ lat: -60, lon: -170 }, { lat: 75, lon: 170 }];
    const lats = extent(places.map(({ lat }) => lat));
    const lons = extent(places.map(({ lon }) => lon));
    this.#middle = { lat: (lats[0] + lats[1]) / 2, lon: (lons[0] + lons[1]) / 2 };
    this.#narrow = Math.max(0.1, Math.cos((this.#middle.lat * Math.PI) / 180));
    const high = Math.max(LEAST_SPAN, lats[1] - lats[0]) * ROOM;
    const wide = Math.max(LEAST_SPAN, lons[1] - lons[0]) * ROOM * this.#narrow;
    this.#scale = within(Math.min(this.#size.height / high, this.#size.width / wide));
  }

  /** @param {number} factor @param {{x: number, y: number}} at what stays where it is, px */
  zoomBy(factor, at) {
    const before = this.placeAt(at);
    this.#scale = within(this.#scale * factor);
    this.isFit = false;
    const after = this.placeAt(at);
    this.#move(before.lat - after.lat, before.lon - after.lon);
  }

  /** @param {number} x @param {number} y px */
  panBy(x, y) {
    this.isFit = false;
    this.#move(y / this.#scale, -x / (this.#scale * this.#narrow));
  }

  /** @param {Place} place @returns {{x: number, y: number}} px from the upper left corner */
  pixelOf({ lat, lon }) {
    const { width, height } = this.#size;
    return {
      x: width / 2 + (lon - this.#middle.lon) * this.#scale * this.#narrow,
      y: height / 2 - (lat - this.#middle.lat) * this.#scale,
    };
  }

  /** @param {{x: number, y: number}} at px @returns {Place} */
  placeAt({ x, y }) {
    const { width, height } = this.#size;
    return {
      lat: this.#middle.lat - (y - height / 2) / this.#scale,
      lon: this.#middle.lon + (x - width / 2) / (this.#scale * this.#narrow),
    };
  }

  /** The grid's lines in sight. @returns {{lats: {at: number, text: string}[], lons: {at: number, text: string}[]}} px */
  get grid() {
    const first = this.placeAt({ x: 0, y: this.#size.height });
    const last = this.placeAt({ x: this.#size.width, y: 0 });
    const lats = lines(first.lat, last.lat, this.#scale, 90);
    const lons = lines(first.lon, last.lon, this.#scale * this.#narrow, 180);
    return {
      lats: lats.map(({ degrees, digits }) => ({ at: this.pixelOf({ lat: degrees, lon: 0 }).y, text: written(degrees, digits, "N", "S") })),
      lons: lons.map(({ degrees, digits }) => ({ at: this.pixelOf({ lat: 0, lon: degrees }).x, text: written(degrees, digits, "E", "W") })),
    };
  }

  #move(lat, lon) {
    this.#middle = {
      lat: Math.min(90, Math.max(-90, this.#middle.lat + lat)),
      lon: Math.min(180, Math.max(-180, this.#middle.lon + lon)),
    };
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

function lines(from, to, scale, most) {
  const step = STEPS.find((one) => one * scale >= GRID_PX) ?? STEPS.at(-1);
  const digits = Math.max(0, -Math.floor(Math.log10(step) + 1e-9));
  const found = [];
  for (let line = Math.ceil(Math.max(from, -most) / step); line * step <= Math.min(to, most); line += 1) {
    found.push({ degrees: line * step, digits });
  }
  return found;
}

function extent(numbers) {
  return [numbers.reduce((a, b) => Math.min(a, b)), numbers.reduce((a, b) => Math.max(a, b))];
}

function within(scale) {
  return Math.min(ZOOMS.most, Math.max(ZOOMS.least, scale));
}
