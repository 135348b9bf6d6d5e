/**
 * Decides what a page shows about a stream: badge, state line, frame around the picture, and the words that
 * stand where there is no picture. One decision for all pages and their parts, so that no two contradict each
 * other. Pure.
 *
 * A picture is never covered or dimmed. What is said about it stands at its edge.
 */

import { formatAge, formatCount } from "../lib/format.js";
import { BOARD_STREAM, FIRST_PICTURE, NO_PUSH_SOURCE, VALUES_ONLY } from "./state-messages.js";

/** States in which an older picture is not live, though nothing is known to be wrong: they pass by themselves. */
const PASSING = new Set(["opening", "asking", "first_frame", "hidden", "closed"]);
/** States in which nothing was pushed for a while, which is no fault either. */
const NO_PUSH = new Set(["stalled", "waiting"]);
/** States in which a pushed picture is as it should be, however old: newer ones are pushed at any time. */
const RESTING = new Set([...PASSING, "live", "stalled", "late", "silent"]);
/** States whose usual texts are about a source of the stream's own, which pushed pictures do not have. */
const NO_SOURCE = new Set(["no_ingest", "refused"]);
/** What is said of a live stream without a picture. @type {Record<Content, import("./state-messages.js").StateText>} */
const NOT_SEEN = { pictures: FIRST_PICTURE, values: VALUES_ONLY, board: BOARD_STREAM };

/**
 * @typedef {"live" | "wait" | "yours" | "act"} Look grey with a green dot, grey and dashed, blue (set by the
 *   viewer), red
 * @typedef {"picture" | "tile" | "board" | "card" | "pushed"} Kind of page, or of its part: the page of a stream, a
 *   tile, a board or its tile, a board's card that shows a stream, one that shows pushed pictures
 * @typedef {"pictures" | "values" | "board"} Content of a stream's frames
 *
 * @typedef {object} Facts
 * @property {import("./state.js").StateMessage} message
 * @property {boolean} frozen whether the viewer froze the picture
 * @property {boolean} hasPicture whether a picture is displayed; of a board: cards
 * @property {Kind} kind
 * @property {number | null} ageS of the displayed picture
 * @property {unknown} pulseId of the displayed picture
 * @property {string} since when the state began, as text; empty: unknown
 * @property {string} [shownAt] when the displayed picture was taken, as text
 * @property {Content} [content] absent: pictures
 * @property {boolean} [isMissed] whether a newer picture was pushed that this page did not receive
 *
 * @typedef {object} StateLine
 * @property {Look} is
 * @property {string} lead in bold; empty while all is well: the line then has the facts of the picture
 * @property {string[]} facts
 *
 * @typedef {object} Presentation
 * @property {boolean} isLive whether what is seen is the newest picture
 * @property {{is: Look, word: string}} badge
 * @property {StateLine} line
 * @property {StateLine | null} fault a second part of the line: of a frozen picture whose stream is not live
 * @property {Look[]} frame around the picture, the outer first; empty: none
 * @property {{title: string, action: string, cause: string} | null} words where there is no picture
 * @property {boolean} hasDetails whether there is something to explain
 * @property {string} spoken for screen readers
 */

/** @param {Facts} facts @returns {Presentation} */
export function present(facts) {
  const { message, hasPicture, kind } = facts;
  const isArriving = message.state === "live" || message.state === "frozen";
  if (facts.frozen || message.state === "frozen") {
    return frozen(facts, isArriving);
  }
  if (kind === "pushed" && hasPicture && RESTING.has(message.state)) {
    return facts.isMissed ? missed() : pushed(facts);
  }
  if (isArriving && (hasPicture || kind === "board")) {
    return live();
  }
  const special = isArriving
    ? NOT_SEEN[facts.content ?? "pictures"]
    : kind === "pushed" && NO_SOURCE.has(message.state) && NO_PUSH_SOURCE;
  const specific = special ? { ...facts, message: { ...message, ...special } } : facts;
  return hasPicture ? outdated(specific) : empty(specific);
}

/**
 * Return a line's first fact, the reason, and the others, for which there is not always room.
 * @param {Pick<StateLine, "facts">} line
 */
export function splitFacts({ facts: [first = "", ...rest] }) {
  return { first, rest: rest.join(" · ") };
}

/** @returns {Presentation} */
function live() {
  return {
    isLive: true,
    badge: { is: "live", word: "Live" },
    line: { is: "live", lead: "", facts: [] },
    fault: null,
    frame: [],
    words: null,
    hasDetails: false,
    spoken: "Live",
  };
}

/** A picture that stays because the viewer wants it. @param {Facts} facts @param {boolean} isArriving */
function frozen(facts, isArriving) {
  const { message, hasPicture, kind, shownAt = "" } = facts;
  const isFine = isArriving || (kind === "pushed" && RESTING.has(message.state));
  const fault = isFine ? null : faultOf(facts);
  const isCard = kind === "card" || kind === "pushed";
  const [word, button] = isCard ? ["Paused", "Continue"] : ["Frozen", "Go on"];
  return /** @type {Presentation} */ ({
    isLive: false,
    badge: { is: "yours", word },
    line: {
      is: "yours",
      lead: word.toUpperCase(),
      facts: hasPicture ? picturedAt(facts, fault ? "" : shownAt) : ["before the first picture"],
    },
    fault,
    frame: hasPicture ? ["yours", ...(fault ? [fault.is] : [])] : [],
    words: hasPicture
      ? null
      : { title: `${word} before the first picture`, action: `Press “${button}” to see it.`, cause: "" },
    hasDetails: fault !== null,
    spoken: [word, fault && sentence(fault), fault && message.action].filter(Boolean).join(". "),
  });
}

/** @param {Facts} facts @returns {StateLine} */
function faultOf({ message, since, hasPicture }) {
  const is = lookOf(message, hasPicture);
  return { is, lead: "NOT LIVE", facts: [since ? `${message.reason} since ${since}` : message.reason] };
}

/** An older picture that is still displayed. @param {Facts} facts @returns {Presentation} */
function outdated(facts) {
  const { message, kind, ageS, pulseId } = facts;
  const is = lookOf(message, true);
  const line = { is, lead: "NOT LIVE", facts: [message.reason, ...oldness(kind, ageS, pulseId)].filter(Boolean) };
  return {
    isLive: false,
    badge: is === "act" ? { is, word: "Not live" } : { is, word: message.badge },
    line,
    fault: null,
    frame: [is],
    words: null,
    hasDetails: true,
    spoken: kind === "tile" ? `Not live, ${message.reason}` : `Not live. ${message.title}. ${message.action}`,
  };
}

/**
 * Return what says how old a picture is; the heads of tiles and cards have the age itself.
 * @param {Kind} kind
 * @param {number | null} ageS
 * @param {unknown} pulseId
 */
function oldness(kind, ageS, pulseId) {
  if (kind === "tile" || kind === "card" || kind === "pushed") {
    const pulse = pulseText(pulseId);
    return kind !== "pushed" && pulse ? [`last ${pulse}`] : [];
  }
  return [ageS === null ? "" : `${formatAge(ageS)} old`, kind === "board" ? "" : pulseText(pulseId)];
}

/** A picture that was pushed, and no newer one since. @param {Facts} facts @returns {Presentation} */
function pushed({ shownAt = "" }) {
  return {
    isLive: false,
    badge: { is: "wait", word: "Pushed" },
    line: { is: "wait", lead: "", facts: [shownAt ? `pushed ${shownAt}` : "pushed"] },
    fault: null,
    frame: [],
    words: null,
    hasDetails: false,
    spoken: "The newest pushed picture",
  };
}

/** An earlier picture than the one that was pushed last. @returns {Presentation} */
function missed() {
  return {
    isLive: false,
    badge: { is: "act", word: "Not the newest" },
    line: { is: "act", lead: "NOT THE NEWEST", facts: ["newer picture missed"] },
    fault: null,
    frame: ["act"],
    words: null,
    hasDetails: false,
    spoken: "A newer picture was pushed, but this page did not receive it. The next one is shown.",
  };
}

/** No picture yet. @param {Facts} facts @returns {Presentation} */
function empty({ message, since, kind }) {
  const is = lookOf(message, false);
  const lead = kind === "board" ? "NO CARDS" : "NO PICTURE";
  const facts = [message.reason, since && `since ${since}`].filter(Boolean);
  return {
    isLive: false,
    badge: { is, word: message.badge },
    line: is === "act" ? { is, lead, facts } : { is, lead: "", facts: kind === "tile" ? [] : facts },
    fault: null,
    frame: [],
    words: { title: message.title, action: message.action, cause: message.cause },
    hasDetails: Boolean(message.cause),
    spoken:
      kind === "tile" ? `${message.badge}, ${message.reason}` : `${message.badge}. ${message.title}. ${message.action}`,
  };
}

/**
 * Over an old picture everything is red, since it must not be taken for the present, except what passes by itself,
 * and a program that pushes nothing.
 * @param {Facts["message"]} message
 * @param {boolean} hasPicture
 * @returns {Look}
 */
function lookOf({ tone, state, mode }, hasPicture) {
  if (tone === "bad") {
    return "act";
  }
  const isQuiet = PASSING.has(state) || (mode === "push" && NO_PUSH.has(state));
  return hasPicture && !isQuiet ? "act" : "wait";
}

/** @param {Facts} facts @param {string} shownAt */
function picturedAt({ pulseId }, shownAt) {
  return [shownAt, pulseText(pulseId)].filter(Boolean);
}

/** @param {unknown} pulseId */
function pulseText(pulseId) {
  return typeof pulseId === "number" ? `pulse ${formatCount(pulseId)}` : "";
}

/** @param {StateLine} line */
function sentence({ lead, facts }) {
  return [lead.charAt(0) + lead.slice(1).toLowerCase(), ...facts].join(", ");
}
