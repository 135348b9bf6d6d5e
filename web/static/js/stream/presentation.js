/**
 * Decides what a page shows about a stream: badge, state line, frame around the picture, and the words that
 * stand where there is no picture. One decision for all of them, so that no two contradict each other. Pure.
 *
 * A picture is never covered or dimmed. What is said about it stands at its edge.
 */

import { formatAge, formatCount } from "../lib/format.js";

/** States in which an older picture is not live, though nothing is known to be wrong: they pass by themselves. */
const PASSING = new Set(["opening", "asking", "first_frame", "hidden", "closed"]);

/**
 * @typedef {"live" | "wait" | "yours" | "act"} Look grey with a green dot, grey and dashed, blue (set by the
 *   viewer), red
 * @typedef {"picture" | "tile" | "board" | "card"} Kind of page, or of its part
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
 * @property {{title: string, action: string} | null} words where there is no picture
 * @property {boolean} hasDetails whether there is something to explain
 * @property {string} spoken for screen readers
 */

/** @param {Facts} facts @returns {Presentation} */
export function present(facts) {
  const { message, hasPicture } = facts;
  const isArriving = message.state === "live" || message.state === "frozen";
  if (facts.frozen || message.state === "frozen") {
    return frozen(facts, isArriving);
  }
  if (isArriving) {
    return live();
  }
  return hasPicture ? outdated(facts) : empty(facts);
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
  const { message, hasPicture, shownAt = "" } = facts;
  const fault = isArriving ? null : faultOf(facts);
  return /** @type {Presentation} */ ({
    isLive: false,
    badge: { is: "yours", word: "Frozen" },
    line: { is: "yours", lead: "FROZEN", facts: hasPicture ? picturedAt(facts, fault ? "" : shownAt) : ["before the first picture"] },
    fault,
    frame: hasPicture ? ["yours", ...(fault ? [fault.is] : [])] : [],
    words: hasPicture ? null : { title: "Frozen before the first picture", action: "Press “Go on” to see it." },
    hasDetails: fault !== null,
    spoken: ["Frozen", fault && sentence(fault), !isArriving && message.action].filter(Boolean).join(". "),
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
  const old = ageS === null ? "" : `${formatAge(ageS)} old`;
  const pulse = kind === "board" ? "" : pulseText(pulseId);
  const line = { is, lead: "NOT LIVE", facts: [message.reason, old, pulse].filter(Boolean) };
  return {
    isLive: false,
    badge: is === "act" ? { is, word: "Not live" } : { is, word: message.badge },
    line,
    fault: null,
    frame: [is],
    words: null,
    hasDetails: true,
    spoken: `Not live. ${message.title}. ${message.action}`,
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
    line: is === "act" ? { is, lead, facts } : { is, lead: "", facts },
    fault: null,
    frame: [],
    words: { title: message.title, action: message.action },
    hasDetails: Boolean(message.cause),
    spoken: `${message.badge}. ${message.title}. ${message.action}`,
  };
}

/**
 * Over an old picture everything but what passes by itself is red: it must not be taken for the present.
 * @param {Facts["message"]} message
 * @param {boolean} hasPicture
 * @returns {Look}
 */
function lookOf({ tone, state, mode }, hasPicture) {
  if (tone === "bad") {
    return "act";
  }
  return hasPicture && mode !== "push" && !PASSING.has(state) ? "act" : "wait";
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
