/**
 * Decides which tile of a wall draws which frame when, so that all show the same pulse. Pure.
 *
 * A decoded frame waits until every tile that is expected to has one of the same pulse; then all draw it at once,
 * the newest such pulse, and earlier ones are dropped. A frame waits for 200 ms at most, and until a fourth one
 * arrives; then its tile gives way and draws it. A tile to which others gave way twice, or whose frames are late
 * twice in succession, is not waited for, and draws its newest, until it has caught up. So the age of a tile
 * includes its wait, and is larger by 200 ms and an animation frame at most.
 *
 * Tiles wait for those with which they recently had pulses in common. A stream without such, or whose ids do not
 * advance, is drawn as it arrives.
 */

import { HISTORY_S, INTERVALS, MAX_FRAMES, MAX_WAIT_S, TilePulses } from "./tile-pulses.js";

const MIN_PARTNER_S = 2; // how long tiles wait for one another after they had a pulse in common, at least

/**
 * @template Item
 * @typedef {import("./tile-pulses.js").Waiting<Item>} Waiting
 */
/**
 * @template Tile, Item
 * @typedef {object} Draw
 * @property {Tile} tile
 * @property {Item} item
 * @property {number} waitS how long it has waited
 */
/**
 * @template Tile, Item
 * @typedef {object} Decision
 * @property {Draw<Tile, Item>[]} draws to be drawn in one animation frame
 * @property {Item[]} dropped
 * @property {boolean | null} isEqual whether all current tiles then show the same pulse; null: there are no two
 */

/** @template Tile, Item */
export class PulseMatcher {
  /** @type {Map<Tile, TilePulses<Item>>} */
  #tiles = new Map();
  /** @type {Map<number, {firstS: number, counts: Map<TilePulses<Item>, number>}>} arrivals, the oldest first */
  #arrivals = new Map();

  /** Whether a frame waits. */
  get isWaiting() {
    return [...this.#tiles.values()].some(({ waiting }) => waiting.length > 0);
  }

  /**
   * Add a decoded frame.
   * @param {Tile} tile
   * @param {unknown} pulse its id
   * @param {Item} item
   * @param {number} nowS
   * @returns {Item[]} frames that are not drawn any more
   */
  add(tile, pulse, item, nowS) {
    const state = this.#tiles.get(tile) ?? new TilePulses();
    this.#tiles.set(tile, state);
    const isNext = state.sequence.add(pulse);
    const dropped = isNext ? [] : state.waiting.splice(0);
    if (!isNext) {
      state.separate();
    }
    state.intervalS = isNext ? nowS - state.newestS : 0;
    state.newestS = nowS;
    state.frames += 1;
    state.waiting.push({ pulse, item, sinceS: nowS });
    if (state.waiting.length > MAX_FRAMES + 1) {
      dropped.push(...state.waiting.splice(0, 1));
    }
    if (state.sequence.newest !== null) {
      this.#compare(state, state.sequence.newest, nowS);
    }
    return dropped.map((frame) => frame.item);
  }

  /** Whether a tile gives way in the next animation frame, unless it matches. @param {Tile} tile */
  isFull(tile) {
    return this.#tiles.get(tile)?.isFull === true;
  }

  /** Forget a tile, whose watch has ended. @param {Tile} tile @returns {Item[]} frames that are not drawn any more */
  remove(tile) {
    const state = this.#tiles.get(tile);
    if (!state) {
      return [];
    }
    this.#tiles.delete(tile);
    state.separate();
    return state.waiting.map(({ item }) => item);
  }

  /**
   * Decide what is drawn now; to be called in each animation frame while a frame waits.
   * @param {number} nowS
   * @returns {Decision<Tile, Item>}
   */
  decide(nowS) {
    /** @type {Decision<Tile, Item>} */
    const decision = { draws: [], dropped: [], isEqual: null };
    const names = new Map([...this.#tiles].map(([tile, state]) => [state, tile]));
    /** @param {TilePulses<Item>} state @param {unknown} pulse */
    const draw = (state, pulse) => {
      const place = state.waiting.findIndex((frame) => frame.pulse === pulse);
      if (place >= 0) {
        const frames = state.waiting.splice(0, place + 1);
        const { item, sinceS } = /** @type {Waiting<Item>} */ (frames.pop());
        decision.dropped.push(...frames.map((frame) => frame.item));
        const tile = /** @type {Tile} */ (names.get(state));
        decision.draws.push({ tile, item, waitS: nowS - sinceS });
        state.shown = pulse;
      }
    };
    for (const group of this.#groups(nowS)) {
      drawMatch(group, draw);
      const late = group.filter((state) => state.mustGiveWay(nowS));
      if (late.length) {
        countMissing(group, late);
        drawMatch(group, draw);
      }
      group.filter((state) => state.mustGiveWay(nowS)).forEach((state) => draw(state, state.waiting[0].pulse));
      group.filter((state) => state.isLagging).forEach((state) => drawNewest(state, draw));
    }
    [...names.keys()].filter(({ sequence }) => !sequence.isSteady).forEach((state) => drawNewest(state, draw));
    const shown = this.#current(nowS).map((state) => state.shown);
    if (decision.draws.length && shown.length > 1) {
      decision.isEqual = new Set(shown).size === 1;
    }
    return decision;
  }

  /** The pulse that most current tiles show, of several the newest; null: none. @param {number} nowS */
  pulse(nowS) {
    /** @type {Map<number, number>} */
    const counts = new Map();
    for (const { shown } of this.#current(nowS)) {
      if (typeof shown === "number") {
        counts.set(shown, (counts.get(shown) ?? 0) + 1);
      }
    }
    const [most] = [...counts].sort(([pulse, count], [other, ofOther]) => ofOther - count || other - pulse);
    return most ? most[0] : null;
  }

  /**
   * Return what a tile shows: the pulse, and whether most others show another one.
   * @param {Tile} tile
   * @param {number} nowS
   * @returns {{pulse: unknown, relation: "same" | "other" | "unsteady"}}
   */
  relationOf(tile, nowS) {
    const state = this.#tiles.get(tile);
    const pulse = state?.shown ?? null;
    if (state && !state.sequence.isSteady) {
      return { pulse, relation: "unsteady" };
    }
    const common = this.pulse(nowS);
    const isOther = pulse !== null && common !== null && pulse !== common;
    return { pulse, relation: isOther ? "other" : "same" };
  }

  /** Whether any two tiles have pulses in common. @param {number} nowS */
  hasMatches(nowS) {
    return this.#groups(nowS).some((group) => group.length > 1);
  }

  /** Return the tiles that take part. @param {number} nowS */
  #current(nowS) {
    return [...this.#tiles.values()].filter((state) => state.sequence.isSteady && state.isCurrent(nowS));
  }

  /**
   * Compare the arrival of a pulse with that at other tiles.
   * @param {TilePulses<Item>} state
   * @param {number} pulse
   * @param {number} nowS
   */
  #compare(state, pulse, nowS) {
    for (const [old, { firstS }] of this.#arrivals) {
      if (nowS - firstS <= HISTORY_S) {
        break;
      }
      this.#arrivals.delete(old);
    }
    const arrival = this.#arrivals.get(pulse) ?? { firstS: nowS, counts: new Map() };
    this.#arrivals.set(pulse, arrival);
    let isLate = nowS - arrival.firstS > MAX_WAIT_S;
    for (const [other, count] of arrival.counts) {
      if (other !== state) {
        other.partners.set(state, nowS);
        state.partners.set(other, nowS);
        isLate ||= other.frames - count >= MAX_FRAMES;
      }
    }
    state.missing = 0;
    state.lateFrames = isLate ? state.lateFrames + 1 : 0;
    arrival.counts.set(state, state.frames);
  }

  /**
   * Return the tiles in groups: those that wait for one another.
   * @param {number} nowS
   * @returns {TilePulses<Item>[][]}
   */
  #groups(nowS) {
    const remaining = new Set([...this.#tiles.values()].filter(({ sequence }) => sequence.isSteady));
    const groups = [];
    for (const first of remaining) {
      const group = [first];
      remaining.delete(first);
      for (const state of group) {
        for (const [partner, lastS] of state.partners) {
          const maxS = Math.max(MIN_PARTNER_S, INTERVALS * state.intervalS, INTERVALS * partner.intervalS);
          if (nowS - lastS <= maxS && remaining.delete(partner)) {
            group.push(partner);
          }
        }
      }
      groups.push(group);
    }
    return groups;
  }
}

/**
 * Draw the newest pulse for which no tile is waited for any more.
 * @template Item
 * @param {TilePulses<Item>[]} group
 * @param {(state: TilePulses<Item>, pulse: number) => void} draw
 */
function drawMatch(group, draw) {
  const pulses = new Set(group.flatMap(({ waiting }) => waiting.map(({ pulse }) => Number(pulse))));
  const match = [...pulses].sort((one, other) => other - one).find((pulse) => isComplete(pulse, group));
  if (match !== undefined) {
    group.forEach((state) => draw(state, match));
  }
}

/** @template Item @param {number} pulse @param {TilePulses<Item>[]} group */
function isComplete(pulse, group) {
  const holders = group.filter((state) => state.holds(pulse));
  const others = group.filter((state) => !state.isLagging && !state.holds(pulse));
  return others.every((state) => holders.every((holder) => !isAwaited(state, holder, pulse)));
}

/**
 * Whether the holder of a pulse waits for another tile: for the same pulse, or for a later one that both have.
 * @template Item
 * @param {TilePulses<Item>} state
 * @param {TilePulses<Item>} holder
 * @param {number} pulse
 */
function isAwaited({ sequence }, holder, pulse) {
  return sequence.has(pulse) || sequence.meets(holder.sequence, MAX_FRAMES);
}

/**
 * Note which tiles have let others wait too long.
 * @template Item
 * @param {TilePulses<Item>[]} group
 * @param {TilePulses<Item>[]} late those that give way
 */
function countMissing(group, late) {
  for (const state of group) {
    const newest = Number(state.sequence.newest);
    state.missing += Number(late.some(({ waiting }) => newest < Number(waiting[0].pulse)));
  }
}

/** @template Item @param {TilePulses<Item>} state @param {(state: TilePulses<Item>, pulse: unknown) => void} draw */
function drawNewest(state, draw) {
  const newest = state.waiting.at(-1);
  if (newest) {
    draw(state, newest.pulse);
  }
}
