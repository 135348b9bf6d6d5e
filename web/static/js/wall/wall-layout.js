/** Which streams a wall shows, in which order and in how many columns, as an address. Pure and immutable. */

export const SAME_PULSE = "same"; // in the address

export class WallLayout {
  /**
   * @param {string[]} streams in reading order
   * @param {number} [columns] 0: as many as show the pictures largest
   * @param {boolean} [isKiosk] whether only the tiles are shown
   * @param {boolean} [isSamePulse] whether all tiles show the same pulse
   */
  constructor(streams, columns = 0, isKiosk = false, isSamePulse = false) {
    this.streams = streams;
    this.columns = columns;
    this.isKiosk = isKiosk;
    this.isSamePulse = isSamePulse;
  }

  /**
   * Return the layout that an address asks for.
   * @param {string[]} streams
   * @param {string} search the address' query
   * @param {number} maxColumns
   */
  static fromAddress(streams, search, maxColumns) {
    const query = new URLSearchParams(search);
    const columns = Number(query.get("columns"));
    const isCount = Number.isInteger(columns) && columns > 0 && columns <= maxColumns;
    const isSamePulse = query.get("pulse") === SAME_PULSE;
    return new WallLayout(streams, isCount ? columns : 0, query.get("kiosk") === "1", isSamePulse);
  }

  /** Return this layout with a stream at its end. @param {string} stream */
  withStream(stream) {
    return this.#withStreams([...this.streams.filter((other) => other !== stream), stream]);
  }

  /** @param {string} stream */
  withoutStream(stream) {
    return this.#withStreams(this.streams.filter((other) => other !== stream));
  }

  /** @param {string} stream one of these @param {number} place from 0; beyond an end it is that end */
  withPlace(stream, place) {
    const others = this.streams.filter((other) => other !== stream);
    others.splice(Math.max(0, place), 0, stream);
    return this.#withStreams(others);
  }

  /** @param {number} columns */
  withColumns(columns) {
    return new WallLayout(this.streams, columns, this.isKiosk, this.isSamePulse);
  }

  /** @param {boolean} isSamePulse */
  withSamePulse(isSamePulse) {
    return new WallLayout(this.streams, this.columns, this.isKiosk, isSamePulse);
  }

  /** The address of this wall. */
  get address() {
    const query = [
      this.columns && `columns=${this.columns}`,
      this.isSamePulse && `pulse=${SAME_PULSE}`,
      this.isKiosk && "kiosk=1",
    ].filter(Boolean);
    const path = `/view/${this.streams.map(encodeURIComponent).join(",")}`;
    return query.length ? `${path}?${query.join("&")}` : path;
  }

  /** @param {string[]} streams */
  #withStreams(streams) {
    return new WallLayout(streams, this.columns, this.isKiosk, this.isSamePulse);
  }
}
