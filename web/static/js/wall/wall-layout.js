/** Which streams stand on a wall, in which order and in how many columns: an address, which is a link. */

export class Layout {
  /**
   * @param {string[]} streams in reading order
   * @param {number} [columns] 0: as many as show the pictures largest
   * @param {boolean} [bare] nothing but tiles
   */
  constructor(streams, columns = 0, bare = false) {
    this.streams = streams;
    this.columns = columns;
    this.bare = bare;
  }

  /**
   * @param {string[]} streams
   * @param {string} search the address' query
   * @param {number} most columns
   */
  static asked(streams, search, most) {
    const asked = new URLSearchParams(search);
    const columns = Number(asked.get("columns"));
    const isCount = Number.isInteger(columns) && columns > 0 && columns <= most;
    return new Layout(streams, isCount ? columns : 0, asked.get("kiosk") === "1");
  }

  /** One more, at the end. @param {string} stream */
  with(stream) {
    return this.#of([...this.streams.filter((other) => other !== stream), stream]);
  }

  /** @param {string} stream */
  without(stream) {
    return this.#of(this.streams.filter((other) => other !== stream));
  }

  /**
   * @param {string} stream one that stands here
   * @param {number} place where it is to stand, from 0; beyond an end is that end
   */
  placed(stream, place) {
    const others = this.streams.filter((other) => other !== stream);
    others.splice(Math.max(0, place), 0, stream);
    return this.#of(others);
  }

  /** @param {number} columns */
  inColumns(columns) {
    return new Layout(this.streams, columns, this.bare);
  }

  /** Where this wall is found again. */
  get address() {
    const query = [this.columns && `columns=${this.columns}`, this.bare && "kiosk=1"].filter(Boolean);
    const path = `/view/${this.streams.map(encodeURIComponent).join(",")}`;
    return query.length ? `${path}?${query.join("&")}` : path;
  }

  /** @param {string[]} streams */
  #of(streams) {
    return new Layout(streams, this.columns, this.bare);
  }
}
