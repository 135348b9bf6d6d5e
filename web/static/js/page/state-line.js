/** Shows what presentation.js decides about the stream: badge, state line, frame, words, and the details. */

import { formatAge, formatCount, NO_VALUE } from "../lib/format.js";
import { formatTimeOfDay } from "../lib/time-of-day.js";
import { mark, select, write } from "../lib/dom.js";
import { present, splitFacts } from "../stream/presentation.js";

const NO_CONTACT = "whoever looks after Beamcast here";
const MS = 0.001; // seconds
/** before the title of the tab */
const SHAPES = { live: "", wait: "○ ", yours: "‖ ", act: "◆ " };

/**
 * @typedef {import("../stream/state.js").StateMessage} StateMessage
 *
 * @typedef {object} Picture what is displayed
 * @property {boolean} hasPicture
 * @property {boolean} frozen
 * @property {number | null} ageS
 * @property {unknown} pulseId
 */

export class StateLine {
  #getById;
  #contact;
  #title = document.title;
  /** the state of which `#sinceMs` is the begin */
  #reason = "";
  #sinceMs = 0;
  /** whether the stream was live since the page was opened: only then is it known when that ended */
  #wasLive = false;
  #spoken = "";

  /** @param {(id: string) => HTMLElement} getById @param {string} contact whom to call; empty: unknown */
  constructor(getById, contact) {
    this.#getById = getById;
    this.#contact = contact;
  }

  /** @param {StateMessage} message @param {Picture} picture */
  show(message, { hasPicture, frozen, ageS, pulseId }) {
    const since = this.#since(message);
    const shownAt = ageS === null ? "" : formatTimeOfDay(Date.now() * MS - ageS, MS);
    const seen = present({ message, frozen, hasPicture, kind: "picture", ageS, pulseId, since, shownAt });
    const { badge, line, fault, frame } = seen;
    mark(document.body, "state", message.state);
    mark(document.body, "fresh", message.state === "live" || message.state === "frozen" ? "yes" : "no");
    mark(document.body, "look", badge.is);
    mark(this.#getById("badge"), "is", badge.is);
    write(this.#getById("badge-text"), badge.word);
    mark(this.#getById("strip"), "is", line.is);
    write(this.#getById("lead"), line.lead);
    const { first, rest } = splitFacts(line); // a phone has no room for the rest
    write(this.#getById("line-first"), first);
    write(this.#getById("line-rest"), rest && `\u00a0· ${rest}`);
    this.#getById("go-on").hidden = !frozen || fault !== null; // the tool and the space bar do the same
    this.#writeOrHide("fault", fault ? [fault.lead, ...fault.facts].join(" ") : "");
    mark(this.#getById("seg"), "is", fault?.is ?? "");
    mark(this.#getById("frame"), "frame", frame.join(" "));
    const isQuiet = line.is === "live" && typeof pulseId === "number";
    write(this.#getById("now"), isQuiet ? `pulse ${formatCount(pulseId)}` : "");
    this.#getById("words").hidden = seen.words === null;
    write(this.#getById("words-title"), seen.words?.title ?? "");
    this.#writeOrHide("words-action", seen.words?.action ?? "");
    this.#showLogin(hasPicture ? "strip-login" : "words-login", message);
    this.#getById(hasPicture ? "words-login" : "strip-login").hidden = true;
    this.#showDetails(message, seen, since, { ageS, pulseId });
    const title = SHAPES[badge.is] + this.#title;
    if (document.title !== title) {
      document.title = title;
    }
    if (seen.spoken !== this.#spoken) {
      this.#spoken = seen.spoken;
      write(this.#getById("spoken"), seen.spoken);
    }
  }

  /**
   * @param {StateMessage} message
   * @param {import("../stream/presentation.js").Presentation} seen
   * @param {string} since
   * @param {{ageS: number | null, pulseId: unknown}} last the displayed picture
   */
  #showDetails(message, { hasDetails, line, fault }, since, { ageS, pulseId }) {
    const opener = this.#getById("details-open");
    const details = this.#getById("details");
    opener.hidden = !hasDetails;
    if (!hasDetails) {
      if (!details.hidden) {
        details.hidden = true;
        opener.setAttribute("aria-expanded", "false");
      }
      return;
    }
    mark(details, "is", fault?.is ?? line.is);
    write(this.#getById("details-title"), `${message.title}${since ? ` (${since})` : ""}.`);
    write(this.#getById("details-action"), message.action);
    const isFault = details.dataset.is === "act" && message.state !== "logged_out";
    write(this.#getById("details-contact"), isFault ? `If not, call ${this.#contact || NO_CONTACT}.` : "");
    write(this.#getById("details-cause"), message.cause);
    const pulse = typeof pulseId === "number" ? `, pulse ${formatCount(pulseId)}` : "";
    const last = ageS === null ? "" : `The picture shown is ${formatAge(ageS)} old${pulse}.`;
    write(this.#getById("details-last"), last || `State: ${message.state || NO_VALUE}.`);
  }

  /** Return when the present state began, as text; empty: not known. @param {StateMessage} message */
  #since({ state, reason, tone }) {
    const isLive = state === "live" || state === "frozen";
    if (reason !== this.#reason) {
      this.#reason = isLive ? "" : reason;
      this.#sinceMs = Date.now();
    }
    this.#wasLive ||= isLive;
    return isLive || (tone === "bad" && !this.#wasLive) ? "" : formatTimeOfDay(this.#sinceMs * MS, 1);
  }

  /** @param {string} id @param {StateMessage} message */
  #showLogin(id, { state }) {
    const login = this.#getById(id);
    login.hidden = state !== "logged_out";
    if (!login.hidden) {
      const here = encodeURIComponent(location.pathname + location.search);
      select(login, "a", HTMLAnchorElement).href = `/login?next=${here}`;
    }
  }

  /** @param {string} id @param {string} text empty: the element is hidden */
  #writeOrHide(id, text) {
    write(this.#getById(id), text);
    this.#getById(id).hidden = !text;
  }
}
